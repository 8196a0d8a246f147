"""R25: the probability that AMSGrad ends at a strict local maximum."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

NEAR, AT_ONCE, FAR = "9/20", "1", "4"
DIGITS = {NEAR: 1, AT_ONCE: 2}
EXACT_STEPS = 11


def problem() -> Chain:
    from .amsgrad_routes import amsgrad

    return amsgrad()


def by_question(effort: Effort, start: str) -> Reading:
    from .amsgrad_routes import mass_by_question

    return mass_by_question(start, DIGITS[start])


def by_exact_steps(effort: Effort, start: str) -> Reading:
    from .amsgrad_routes import mass_by_exact_steps

    return mass_by_exact_steps(start, EXACT_STEPS)


def by_simulation(effort: Effort, chains: int, start: str) -> Reading:
    from .amsgrad_routes import mass_by_simulation

    return mass_by_simulation(start, effort, chains)


def can_converge(effort: Effort, start: str) -> bool:
    """Does w -> 0 have a positive probability from here, in units of lr?"""
    from .amsgrad_routes import mass_by_question
    from .landscapes import is_strictly_between

    return is_strictly_between(mass_by_question(start, 1))


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Cited, Identity, Negative, Positive, Value

    k = sp.Symbol("kappa", positive=True)
    down, up = sp.Rational(4, 5), sp.Rational(6, 5)
    lowest = sp.Rational(5, 12)
    stable = sp.Rational(5, 4)
    return (
        Argued("With vhat = 0 the first step is a record: |w| = u lr moves by lr exactly, and the rate is lr/(|x| u lr)",
               r"\lambda_1=\frac1{|x|u},\qquad |w_1|=|u-\operatorname{sgn}x|\,\alpha"),
        Identity("From u = 1 a draw of 4/5 leads to 0 at once: P(w_1 = 0) = 1/2", 1 - down * (1 / down), sp.Integer(0)),
        Positive("From u = 4 the rates 5/16", lowest - 1 / (down * 4), {}),
        Positive("and 5/24 are below the window, whose lower end is 5/12", lowest - 1 / (up * 4), {}),
        Argued("Rates never rise, and below the window SGD does not converge (R23): w -> 0 has probability 0 there",
               r"\lambda_t\le\tfrac5{12}\ \Rightarrow\ P(w_t\to0)=0"),
        Argued("A record is |x| s > 1. Between records s is multiplied by |1 - lambda x|, which depends on the counts of the draws only",
               r"s_t=s_0|1-\tfrac45\lambda|^{n_+}(1+\tfrac65\lambda)^{n_-}"),
        Cited("Where E|1 - lambda x|^kappa <= 1, s^kappa is a supermartingale: a record follows with a probability of at most",
              r"P(\exists t:\ X s_t>1)\le(Xs_0)^\kappa", "ville1939"),
        Value("At the superstable rate 5/4 the largest kappa is", sp.log(2) / sp.log(1 + up * stable), "0.756470797366"),
        Identity("there E|1 - lambda x|^kappa is", ((1 + up * stable) ** k / 2).subs(k, sp.log(2) / sp.log(1 + up * stable)),
                 sp.Integer(1)),
        Argued("Where E|1 - lambda x|^kappa >= 1 it is a submartingale, bounded before the record; s -> 0 without one",
               r"P(\exists t:\ \text{record})\ge(s_0/S)^\kappa,\qquad S=\max_x|1/x-\lambda|"),
        Negative("The exponent at the rate 5/6, after a draw of -6/5 from u = 1, is negative: half of the rest may converge",
                 sp.log((1 - down * sp.Rational(5, 6)) * (1 + up * sp.Rational(5, 6))) / 2, {}),
        Argued("After a record by x the chain is at s = |1/x - lambda|: the chances C to converge and D not to are functions of "
               "lambda and x, and solve, with 0 <= F and masses p of the next record",
               r"C=F+\sum pC,\qquad D=\sum pD,\qquad D=1\ \text{below the window}"),
        Argued("On beams of rates, with lower bounds of F and p and the least C and D over all beams that may be reached, every "
               "iterate from 0 is a lower bound",
               r"C^-\le C,\quad D^-\le D\quad\Rightarrow\quad C^-\le P(w_t\to0)\le1-D^-"),
    )  # fmt: skip


CLAIM = Claim(
    id="R25",
    slug="amsgrad-at-a-maximum",
    title="AMSGrad ends at a local maximum",
    statement=(
        r"Let $\ell=xw^2/2$, $x=-\tfrac15\pm1$ with probability $\tfrac12$ each, so that $0$ is a strict local maximum of the expected "
        r"loss, and AMSGrad with $\beta_1=\beta_2=\varepsilon=0$ and learning rate $\alpha$. $P(w_t\to0)$ depends on "
        r"$|w_0|/\alpha$ only. It is $0.358$ from $\tfrac9{20}$, $0.584$ from $1$, where $P(w_1=0)=\tfrac12$, and $0$ where "
        r"$|w_0|/\alpha\ge3$."
    ),
    hypotheses=(r"$\varepsilon=0$, $\beta_1=\beta_2=0$, zero memory at the start", "samples are independent"),
    cite=("reddi2018", "ville1939", "ziyin2022"),
    example=r"$w_0=\tfrac9{20}\alpha$: $0.3563<P<0.3595$",
    quantities=tuple(
        Quantity(
            f"P(w -> 0) from {start} lr",
            expected,
            (
                Route("question", partial(by_question, start=start), bounds=True),
                Route("independent", partial(by_exact_steps, start=start), bounds=True),
                Route("monte carlo", partial(by_simulation, start=start), 40_000),
            ),
            "theory.md R25",
        )
        for start, expected in ((NEAR, "0.358"), (AT_ONCE, "0.584"))
    ),
    control=Control(
        "the start 4 lr: the first rate is below the window, and w -> 0 has probability 0",
        can_converge,
        {"start": NEAR},
        ({"start": FAR},),
    ),
    problem=problem,
    proof=proof,
)
