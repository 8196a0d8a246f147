"""R54: near a repelling point whose noise vanishes the stationary mass is a power law (on-off intermittency)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

A, LR, BEYOND = "-1/5", "3/10", "4/5"
NEAR, NEARER = 1e-2, 1e-5


def landscape(lr: str = LR) -> Chain:
    """SGD on x w^2/2 + w^4/4, x = a + 1 or a - 1: a maximum of the expected loss at 0 between two minima."""
    import sympy as sp

    from ..laws.two_point import TwoPoint
    from ..optimizers.sgd import SGD
    from .chains import w, x

    a = sp.Rational(A)
    return SGD(x * w**2 / 2 + w**4 / 4, [w], lr, data={x: TwoPoint(a + 1, a - 1)})


def inverse_chain(lr: str = LR) -> Chain:
    """w' = w/M + 1: the tail index of the inverse multipliers is the kappa with E M^-kappa = 1."""
    import sympy as sp

    from ..chain.random_map import RandomMap
    from ..laws.two_point import TwoPoint
    from .chains import w, x

    a, rate = sp.Rational(A), sp.Rational(lr)
    inverse = TwoPoint(1 / (1 - rate * (a + 1)), 1 / (1 - rate * (a - 1)))
    return RandomMap({w: x * w + 1}, noise={x: inverse})


def by_question(effort: Effort) -> Reading:
    """A proof of the root, not of the power law."""
    from ..questions.tail_index import tail_index

    return Reading.of(tail_index(inverse_chain(), effort=effort))


def by_bisection(effort: Effort) -> Reading:
    """The root of (M_1^-k + M_2^-k)/2 = 1 between 0.1 and 1, by the signs of balls."""
    from fractions import Fraction

    from flint import arb, fmpq

    from ..answer.enclosure import Enclosure
    from ..answer.warrant import Warrant
    from ..balls.precision import precision

    low, high = Fraction(1, 10), Fraction(1)
    with precision(4 * effort.digits + 64):
        logs = [arb(fmpq(19, 25)).log(), arb(fmpq(34, 25)).log()]
        while high - low > Fraction(1, 10 ** (effort.digits + 2)):
            middle = (low + high) / 2
            power = arb(fmpq(middle.numerator, middle.denominator))
            above = sum(((-power * part).exp() for part in logs), arb(0)) / 2 > 1
            low, high = (low, middle) if above else (middle, high)
    return Reading(Enclosure(low, high), Warrant.CERTIFIED)


def by_simulation(effort: Effort, chains: int) -> Reading:
    """The slope of log pi(|w| < r) between two radii, from chains after many steps."""
    from fractions import Fraction
    from math import log

    import sympy as sp

    from ..answer.enclosure import Enclosure
    from ..answer.warrant import Warrant
    from ..engines.monte_carlo.run import simulate
    from ..engines.monte_carlo.statistics import proportion
    from .chains import w
    from .sampling import LEVEL

    final = abs(simulate(landscape(), {w: sp.Rational(1, 2)}, 4_000, chains, effort).final[0])
    shares = [proportion(int((final < radius).sum()), chains, LEVEL) for radius in (NEAR, NEARER)]
    width = log(NEAR / NEARER)
    low = log(float(shares[0].lower) / float(shares[1].upper)) / width
    high = log(float(shares[0].upper) / float(shares[1].lower)) / width
    return Reading(Enclosure(Fraction(low), Fraction(high)), Warrant.SAMPLED)


def has_an_index(effort: Effort, lr: str) -> bool:
    """Is the maximum repelling, so that the stationary law has mass beside it at all?"""
    from ..questions.lyapunov import lyapunov
    from .chains import decided, w

    return not decided(lyapunov(landscape(lr), at={w: 0}, effort=effort).attracts, "the exponent at the maximum")


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Identity, Positive, Value

    kappa, m = sp.symbols("kappa m", positive=True)
    lr, a = sp.Rational(LR), sp.Rational(A)
    low, high = 1 - lr * (a + 1), 1 - lr * (a - 1)
    return (
        Identity("The multipliers at 0 are", low, sp.Rational(19, 25)),
        Identity("and", high, sp.Rational(34, 25)),
        Positive("Their exponent is positive: 0 repels", low * high - 1, {}),
        Argued(
            "Far below the scale of the minimum log|w| is a walk with positive drift that comes back from above; a "
            "stationary tail exp(kappa y) of it is kept by the step if",
            r"\mathbb E\,|M|^{-\kappa}=1",
        ),
        Identity("since", sp.powsimp((m ** (-1)) ** kappa), m ** (-kappa)),
        Value(
            "At kappa = 0.39121003444378 the mean is 1 to twelve places",
            (low ** (-sp.Rational("0.39121003444378")) + high ** (-sp.Rational("0.39121003444378"))) / 2,
            "1.000000000000",
        ),
    )


CLAIM = Claim(
    id="R54",
    slug="on-off-index",
    title="The stationary mass near a repelling point: on-off intermittency",
    statement=(
        r"Let the noise vanish at a point with $0<\gamma=\mathbb E\log|M|$. The stationary law of the chain that lives "
        r"beside it has $\pi(|w|<\epsilon)\approx\epsilon^{\kappa}$ with $\mathbb E|M|^{-\kappa}=1$, $\kappa>0$"
    ),
    hypotheses=(r"$\gamma>0$ is small", "a heuristic: the renewal argument below is not carried out in full"),
    cite=("ziyin2022",),
    example=r"$\ell=xw^2/2+w^4/4$, $x=a\pm1$, $a=-\tfrac15$, $\lambda=\tfrac3{10}$",
    quantities=(
        Quantity(
            "index kappa",
            "0.39121003444378",
            (
                Route("question", by_question),
                Route("independent", by_bisection),
                Route("monte carlo", by_simulation, 16_000),
            ),
            "theory.md R54",
        ),
    ),
    control=Control(
        "beyond the learning rate at which the exponent becomes negative the chain converges to 0: no power law",
        has_an_index,
        {"lr": LR},
        ({"lr": BEYOND},),
    ),
    problem=landscape,
    proof=proof,
    kind="heuristic",
)
