"""R23: where AMSGrad converges its learning rate freezes, at a value at which SGD converges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

START, RATE = "1", "5/8"


def problem() -> Chain:
    from .amsgrad_routes import amsgrad

    return amsgrad()


def atom_by_question(effort: Effort) -> Reading:
    """The mass that freezes at 5/8: draws of -6/5, then of 4/5."""
    from fractions import Fraction

    from .amsgrad_routes import ending

    answer = ending(START, 2)
    (entry,) = (e for e in answer.extra["frozen"] if Fraction(RATE) in e["learning_rate"].enclosure)
    return Reading.of_number(entry["probability"], answer)


def atom_by_simulation(effort: Effort, chains: int) -> Reading:
    """Every frozen rate is in the window (5/12, 5/3), and so many are 5/8."""
    from fractions import Fraction

    import numpy as np

    from ..errors import Inconclusive
    from .amsgrad_routes import EDGE, sampled_ends, share

    found = sampled_ends(START, effort, chains)
    if not np.all((found.converged > float(EDGE)) & (found.converged < 5 / 3)):
        raise Inconclusive("a simulated path has converged at a rate outside the window")
    here = int(np.count_nonzero(np.abs(found.converged - float(Fraction(RATE))) < 1e-9))
    return share(here, found.undecided, chains)


def end_by_question(effort: Effort) -> Reading:
    """The lower end of the window of SGD."""
    import sympy as sp

    from ..laws.two_point import TwoPoint
    from ..questions.window import window
    from .chains import quadratic

    lr = sp.Symbol("lr", positive=True)
    answer = window(quadratic(TwoPoint("4/5", "-6/5"), lr), at=0, parameter=lr, effort=effort)
    return Reading.of_number(answer.extra["intervals"][0][0], answer)


def end_by_formula(effort: Effort) -> Reading:
    from .chains import closed_form

    return closed_form("5/12", effort)


def end_by_simulation(effort: Effort, chains: int) -> Reading:
    """The sampled exponents on its two sides differ in sign."""
    from ..laws.two_point import TwoPoint
    from .chains import quadratic
    from .sampling import sampled_sign_change

    return sampled_sign_change(lambda lr: quadratic(TwoPoint("4/5", "-6/5"), lr), "3/10", "11/20", effort, chains)


def some_paths_converge(effort: Effort, beta1: str) -> bool:
    from .amsgrad_routes import converging_paths

    return converging_paths(beta1, effort) > 0


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Cited, Identity, Negative, Positive, Roots

    s, lam, r, q, c = sp.symbols("s lambda r q c", positive=True)
    x = sp.Symbol("x", real=True)
    lr, rate = sp.Rational(RATE), lam / q
    down, up = sp.Rational(4, 5), -sp.Rational(6, 5)
    step = s * r - lam * r * (x * s * r) / (q * r)
    return (
        Argued("Write sqrt(vhat) = r, |w| = s r, lr = lambda r, and q^2 = max(1, x^2 s^2): after the step sqrt(vhat) = q r",
               r"\hat v'=\max(\hat v,x^2w^2)=q^2r^2"),
        Identity("The rate becomes", lam * r / (q * r), rate),
        Identity("and the scaled weight, up to its sign,", step / (q * r), s * (1 - x * rate) / q),
        Identity("After a record, q = |x| s, it is 1/x - lambda'; here x > 0", (s * (1 - x * rate) / q).subs(q, x * s),
                 1 / x - (lam / (x * s))),
        Identity("Scaling w and lr by c leaves both as they are", (c * s * r) / (c * r), s),
        Argued("If w -> 0 then x^2 w^2 < vhat from some step on: vhat, which is positive after the first gradient, stays constant",
               r"x_t^2w_t^2\le X^2w_t^2<\hat v_1\le\hat v_t"),
        Argued("From then on the chain is SGD with the learning rate lr/sqrt(vhat), so that log|w| is a random walk, or w has hit 0",
               r"\log|w_{t+1}|=\log|w_t|+\log|1-\lambda_\infty x_t|"),
        Cited("Its sums tend to -oo only where the mean is negative: at 0 and above they have no such limit",
              r"w_t\to0\ \Rightarrow\ \mathbb E\log|1-\lambda_\infty x|<0", "feller1971"),
        Roots("For x = 4/5 or -6/5 the mean is 0 where the product is 1", (1 - down * lam) * (1 - up * lam) - 1, lam,
              (sp.Integer(0), sp.Rational(5, 12))),
        Roots("or -1", (1 - down * lam) * (1 - up * lam) + 1, lam, (sp.Rational(5, 3), -sp.Rational(5, 4))),
        Negative("At 5/8, in between, it is negative", sp.log((1 - down * lr) * (1 - up * lr)) / 2, {}),
        Positive("and at 2/5 positive", sp.log((1 - down * sp.Rational(2, 5)) * (1 - up * sp.Rational(2, 5))) / 2, {}),
        Identity("From |w| = lr a draw of -6/5 leads to 2 lr, where 4/5 sets the rate 5/8",
                 1 / (down * (1 + 1)), lr),
    )  # fmt: skip


CLAIM = Claim(
    id="R23",
    slug="amsgrad-freezes",
    title="AMSGrad freezes where it converges",
    statement=(
        r"Let $g_t=x_tw_t$ with finitely many values of $x$, none of them $0$, and AMSGrad without momentum, $\varepsilon=0$. On "
        r"$\{w_t\to0\}$ the second moment $\hat v_t$ is constant from some step on, and $\lambda_\infty=\alpha/\sqrt{\hat v_\infty}$ "
        r"satisfies $\mathbb E\log|1-\lambda_\infty x|<0$ almost surely. With $\beta_1=\beta_2=0$, $\lambda=\alpha/\sqrt{\hat v}$ and "
        r"$s=|w|/\sqrt{\hat v}$ are a Markov chain: $\lambda'=\lambda/q$, $s'=s|1-x\lambda'|/q$, $q=\max(1,|x|s)$."
    ),
    hypotheses=(
        r"$x$ takes finitely many values, $P(x=0)=0$",
        r"$\beta_1=0$, $\varepsilon=0$, and no bias correction",
        r"$|1-\lambda x|$ is not constant where $\mathbb E\log|1-\lambda x|=0$",
    ),
    cite=("reddi2018", "ziyin2022", "feller1971"),
    example=r"$x=-\tfrac15\pm1$, $\beta_1=\beta_2=0$, $w_0=\alpha$: $P(w_t\to0,\lambda_\infty=\tfrac58)\approx0.072$",
    quantities=(
        Quantity(
            "P(the rate freezes at 5/8)",
            "0.072",
            (
                Route("question", atom_by_question, bounds=True),
                Route("monte carlo", atom_by_simulation, 40_000),
            ),
            "this claim",
        ),
        Quantity(
            "the lowest rate that attracts",
            "0.416666666666667",
            (
                Route("question", end_by_question),
                Route("independent", end_by_formula),
                Route("monte carlo", end_by_simulation, 20_000),
            ),
            "theory.md A.4",
        ),
    ),
    control=Control(
        "beta1 = 9/10: the window of the frozen step is closed, and no path converges",
        some_paths_converge,
        {"beta1": "0"},
        ({"beta1": "9/10"},),
    ),
    problem=problem,
    proof=proof,
)
