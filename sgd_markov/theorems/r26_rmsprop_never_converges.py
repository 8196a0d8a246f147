"""R26: RMSProp, and Adam without momentum, converge to no point where epsilon is 0 and the curvature keeps away from 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from flint import arb

    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

A, LR, BETA2 = "-1/5", "1", "1/2"
NEAR, MOMENT, LEVEL = "1e-6", "1", "1/5"
"""The start, close to 0 with a second moment left from before, and the distance to which the chain comes back."""
PATHS = 5
"""Steps after which v is below (lr x_min/3)^2 on every path that has not come back."""
EPSILON, TINY, GROWTH = "5/4", "1e-90", 64
"""lr/epsilon = 4/5; so far inside v is nothing beside epsilon^2 in 64 steps."""


def problem() -> Chain:
    return rmsprop("0")


def rmsprop(epsilon: str) -> Chain:
    """RMSProp on l = x w^2/2 with x = a +- 1: |x| is 4/5 or 6/5."""
    import sympy as sp

    from ..laws.two_point import TwoPoint
    from ..optimizers.rmsprop import RMSProp
    from .chains import w, x

    a = sp.Rational(A)
    return RMSProp(x * w**2 / 2, [w], LR, BETA2, epsilon, data={x: TwoPoint(a + 1, a - 1)})


def return_by_all_paths(effort: Effort) -> Reading:
    """1: on each of the 2^5 paths |w| comes back at once, or is not 0 and doubles from then on until it does."""
    from ..answer.enclosure import Enclosure
    from ..answer.warrant import Warrant
    from ..balls.precision import bits_for, precision
    from ..errors import Inconclusive

    with precision(4 * bits_for(effort.digits)):
        if not comes_back_on_every_path():
            raise Inconclusive("not every path is proved to come back")
    return Reading(Enclosure.point(1), Warrant.CERTIFIED)


def comes_back_on_every_path() -> bool:
    from fractions import Fraction

    from ..balls.precision import ball

    a, level = Fraction(A), ball(Fraction(LEVEL))
    smallest, largest = ball(1 - abs(a)), ball(1 + abs(a))
    inside = [(ball(Fraction(NEAR)), ball(Fraction(MOMENT)))]
    for _ in range(PATHS):
        moved = [step(w, v, ball(a + side)) for w, v in inside for side in (1, -1)]
        inside = [(w, v) for w, v in moved if not w >= level]
    slow = smallest / 3
    return bool(largest * level <= slow) and all(bool(w > 0) and bool(v <= slow**2) for w, v in inside)


def step(w: arb, v: arb, x: arb) -> tuple[arb, arb]:
    """|w| and v after one step with lr = 1."""
    from fractions import Fraction

    from ..balls.precision import ball

    after = ball(Fraction(BETA2)) * v + ball(1 - Fraction(BETA2)) * (x * w) ** 2
    return abs(w - x * w / after.sqrt()), after


def return_by_simulation(effort: Effort, chains: int) -> Reading:
    import sympy as sp

    from ..engines.monte_carlo.first_times import first_times
    from .sampling import sample_share

    w, v = problem().state
    start = {w: sp.Rational(NEAR), v: sp.Rational(MOMENT)}
    times = first_times(problem(), start, [sp.Abs(w) >= sp.Rational(LEVEL)], 200, chains, effort)
    return sample_share(times.which == 0)


def exponent_by_question(effort: Effort) -> Reading:
    from ..questions.lyapunov import lyapunov

    return Reading.of(lyapunov(rmsprop(EPSILON), at=0, effort=effort))


def exponent_by_formula(effort: Effort) -> Reading:
    from .chains import closed_form

    return closed_form("log(1 - 16/25)/2 + log(1 + 24/25)/2", effort)


def exponent_by_simulation(effort: Effort, chains: int) -> Reading:
    """log|w| of RMSProp itself, nothing held, from a place where v stays far below epsilon^2."""
    import numpy as np
    import sympy as sp

    from ..engines.monte_carlo.run import simulate
    from .sampling import sample_mean

    chain = rmsprop(EPSILON)
    run = simulate(chain, chain.point(sp.Rational(TINY), "start"), GROWTH, chains, effort)
    return sample_mean((np.log(np.abs(run.final[0])) - np.log(float(TINY))) / GROWTH)


def always_comes_back(effort: Effort, optimizer: str) -> bool:
    """Does |w| reach 1/5 from 10^-6 with probability 1?"""
    if optimizer == "rmsprop":
        return return_by_all_paths(effort).enclosure.lower == 1
    from .chains import attracts, two_point

    return not attracts(two_point(A, "4/5"), effort)  # where 0 attracts, the probability is at most (5e-6)^kappa (R05)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Definition, Identity, Limit, Negative, Positive, Value

    beta, c, lr, x, w, v, eps = sp.symbols("beta2 c lambda x w v epsilon", positive=True)
    before, after, t = sp.Symbol("v_t", positive=True), sp.Symbol("v_{t+1}", positive=True), sp.Symbol("t", positive=True)
    ratio = beta / (1 - (1 - beta) * c**2)
    r = sp.Symbol("r", positive=True)
    return (
        Definition("The second moment after the step", after, beta * before + (1 - beta) * (x * w) ** 2),
        Argued("Suppose that from some time on no step is longer than c lr with c < 1",
               r"|w_{t+1}-w_t|=\lambda|g_t|/\sqrt{v_{t+1}}\le c\lambda,\quad g_t^2\le c^2v_{t+1}"),
        Identity("Then v falls at least by this factor, which solves", ratio * before, beta * before + (1 - beta) * c**2 * ratio * before),
        Identity("and is below 1: its denominator exceeds beta2 by", 1 - (1 - beta) * c**2 - beta, (1 - beta) * (1 - c**2)),
        Positive("a positive number", (1 - beta) * (1 - c**2), {beta: (sp.Integer(0), sp.Integer(1)), c: (sp.Integer(0), sp.Integer(1))}),
        Argued("So v tends to 0, the gradients with it, and w as well",
               r"g_t^2\le v_{t+1}/(1-\beta_2)\to0,\quad|w_t|\le|g_t|/x_{\min}\to0"),
        Positive("But once r = sqrt(v) is below lr x_min/3 the multiplier has a modulus above 2", lr * x / r - 1 - 2,
                 {lr: (sp.Integer(0), sp.oo), x: (sp.Integer(0), sp.oo), r: (sp.Integer(0), lr * x / 3)}),
        Argued("and |w| doubles in every step: it cannot tend to 0 unless it is 0. Hence steps of nearly lr recur for ever, "
               "and no path that avoids 0 converges", r"\limsup_t|w_{t+1}-w_t|\ge\lambda\quad\text{on }\{w_t\ne0\ \forall t\}"),
        Limit("Adam with beta1 = 0 divides v by 1 - beta2^t, which changes c by a factor that tends to 1",
              1 - sp.exp(-t), t, sp.oo, sp.Integer(1)),
        Limit("With epsilon > 0 the multiplier at small v is that of SGD with the learning rate lr/epsilon",
              1 - lr * x / (sp.sqrt(v) + eps), v, sp.Integer(0), 1 - lr * x / eps),
        Argued("and near 0 v is at most of the size of w^2: 0 attracts where the exponent at lr/epsilon is negative, as in A1-loc, "
               "and repels where it is positive", r"\gamma=\mathbb E\log|1-\tfrac\lambda\varepsilon x|"),
        Value("In the example", sp.log(sp.Rational(441, 625)) / 2, "-0.174353387144778"),
        Negative("negative for epsilon = 5/4 lr, where RMSProp converges as SGD does at 4/5", sp.log(sp.Rational(441, 625)) / 2, {}),
    )  # fmt: skip


CLAIM = Claim(
    id="R26",
    slug="rmsprop-never-converges",
    title="RMSProp and Adam without epsilon never converge",
    statement=(
        r"Let $\ell=xw^2/2$ with $|x|\ge x_{\min}>0$ almost surely, and let $w_t$ be RMSProp, or Adam with $\beta_1=0$, with "
        r"$\varepsilon=0$ and $0\le\beta_2<1$. Almost surely, if $w_t\ne0$ for all $t$, then "
        r"$\limsup_t|w_{t+1}-w_t|\ge\lambda$: $w_t$ converges to no point. With $\varepsilon>0$ the point $0$ attracts if "
        r"$\mathbb E\log|1-\tfrac\lambda\varepsilon x|<0$, and does not if it is positive."
    ),
    hypotheses=(
        r"$|x|\ge x_{\min}>0$",
        r"$w_t\ne0$ for all $t$ (from countably many starts the chain meets $0$ exactly and stays)",
        r"for $\varepsilon>0$: $x$ has a finite law",
    ),
    cite=("kingma2015", "reddi2018", "ziyin2022"),
    example=(
        r"$a=-\tfrac15$, $\lambda=1$, $\beta_2=\tfrac12$, $\varepsilon=0$: from $w=10^{-6}$, $v=1$ back to $|w|\ge\tfrac15$; "
        r"$\varepsilon=\tfrac54$: the exponent at $0$"
    ),
    quantities=(
        Quantity(
            "P(comes back to lr/5)",
            "1.000000000000000",
            (
                Route("independent", return_by_all_paths),
                Route("monte carlo", return_by_simulation, 20_000),
            ),
            "theory.md R26: limsup |w|/lr stays away from 0",
        ),
        Quantity(
            "exponent at lr/epsilon",
            "-0.174353387144778",
            (
                Route("question", exponent_by_question),
                Route("independent", exponent_by_formula),
                Route("monte carlo", exponent_by_simulation, 20_000),
            ),
            "theory.md A.4, R02",
        ),
    ),
    control=Control(
        "SGD at the learning rate 4/5 converges to the same point: it comes back from 10^-6 with a small probability only",
        always_comes_back,
        {"optimizer": "rmsprop"},
        ({"optimizer": "sgd"},),
    ),
    problem=problem,
    proof=proof,
)
