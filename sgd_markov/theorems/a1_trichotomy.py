"""A1: what the sign of the exponent decides, and what happens at zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

A, EDGE, STEPS = "-1/5", "5/12", 15


def problem() -> Chain:
    """At the lower edge of the window M is 3/2 or 2/3: the exponent is 0."""
    from .chains import two_point

    return two_point(A, EDGE)


def exponent_by_question(effort: Effort) -> Reading:
    from .chains import exponent

    return exponent(problem(), effort)


def exponent_by_product(effort: Effort) -> Reading:
    """log of the product of the two multipliers, in exact rationals."""
    import sympy as sp

    from ..answer.enclosure import Enclosure
    from ..answer.warrant import Warrant

    lr, a = sp.Rational(EDGE), sp.Rational(A)
    product = (1 - lr * (a + 1)) * (1 - lr * (a - 1))
    assert product == 1, product
    return Reading(Enclosure.point(0), Warrant.EXACT)


def exponent_by_simulation(effort: Effort, chains: int) -> Reading:
    from .sampling import log_growth

    return log_growth(problem(), effort, chains)


def share_by_question(effort: Effort) -> Reading:
    """P(|w_15| <= |w_0|), by exact enumeration."""
    from ..questions.law import law

    return Reading.of(law(problem(), start=1, steps=STEPS, set=["-1", "1"], effort=effort))


def share_by_counts(effort: Effort) -> Reading:
    """The walk log|w| has steps +-log(3/2): P(no more ups than downs), by binomial coefficients."""
    from fractions import Fraction
    from math import comb

    from ..answer.enclosure import Enclosure
    from ..answer.warrant import Warrant

    ways = sum(comb(STEPS, ups) for ups in range(STEPS // 2 + 1))
    return Reading(Enclosure.point(Fraction(ways, 2**STEPS)), Warrant.EXACT)


def share_by_simulation(effort: Effort, chains: int) -> Reading:
    import numpy as np
    import sympy as sp

    from ..engines.monte_carlo.run import simulate
    from .chains import w
    from .sampling import sample_share

    run = simulate(problem(), {w: sp.Integer(1)}, STEPS, chains, effort)
    return sample_share(np.abs(run.final[0]) <= 1)


def converges(effort: Effort, lr: str) -> bool:
    """Does w_t tend to 0 almost surely? By the theorem: is the exponent negative?"""
    from .chains import attracts, two_point

    return attracts(two_point(A, lr), effort)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Cited, Identity, Value

    a = sp.Symbol("a", real=True)
    edge = -2 * a / (1 - a**2)
    one, two = 1 - edge * (a + 1), 1 - edge * (a - 1)
    return (
        Argued("The logarithm of the path is a random walk", r"\log|w_t|=\log|w_0|+\sum_{s<t}\log|M_s|"),
        Argued(
            "An atom of M at 0 ends it at a geometric time", r"P(M=0)=p_0>0:\quad P(w_t\ne0)=(1-p_0)^t"
        ),
        Cited("A walk of mean other than 0 follows its mean, also where the mean is minus infinity",
              r"\tfrac1t\log|w_t|\to\gamma\quad\text{a.s.}", "etemadi1981"),
        Cited("A walk of mean 0 that is not 0 oscillates",
              r"\gamma=0:\quad \limsup_t|w_t|=\infty,\ \liminf_t|w_t|=0\quad\text{a.s.}", "chung1951"),
        Cited("With finite variance the central limit theorem gives half a chance to be small",
              r"P(|w_t|<\epsilon)\to\tfrac12", "feller1968"),
        Identity("At the lower edge of the two-point window the multipliers are inverse to each other", one * two, sp.Integer(1)),
        Identity("at the example", two.subs(a, sp.Rational(A)), sp.Rational(3, 2)),
        Identity("so the exponent is 0", sp.log(sp.Rational(3, 2)) + sp.log(sp.Rational(2, 3)), sp.Integer(0)),
        Value("and after an odd number of steps the chance is exactly one half",
              sp.Rational(sum(sp.binomial(STEPS, k) for k in range(STEPS // 2 + 1)), 2**STEPS), "0.5"),
    )


CLAIM = Claim(
    id="A1",
    slug="trichotomy",
    title="The sign of the Lyapunov exponent decides, and at zero nothing converges",
    statement=(
        r"Let $w_{t+1}=M_tw_t$, $w_0\ne0$, $M_t$ i.i.d., $\mathbb E\log^+|M|<\infty$, $\gamma=\mathbb E\log|M|$. "
        r"If $P(M=0)=p_0>0$ then $P(w_t\neq0)=(1-p_0)^t$. If $|M|=1$ almost surely, $|w_t|$ is constant. If $\gamma<0$, "
        r"$w_t\to0$ almost surely; if $\gamma>0$, $|w_t|\to\infty$ almost surely, both at the rate $\gamma$. If $\gamma=0$ "
        r"otherwise, $\limsup|w_t|=\infty$ and $\liminf|w_t|=0$, and with $\mathrm{Var}\log|M|<\infty$, "
        r"$P(|w_t|<\epsilon)\to\tfrac12$ for every $\epsilon>0$. Hence $w_t\to0$ almost surely if and only if $\gamma<0$."
    ),
    hypotheses=(r"$\mathbb E\log^+|M|<\infty$", r"$\mathrm{Var}\log|M|<\infty$ for the last limit", "factors are independent"),
    cite=("etemadi1981", "chung1951", "feller1968"),
    example=r"$x=a\pm1$, $a=-\tfrac15$, $\lambda=\tfrac5{12}$: $M\in\{\tfrac32,\tfrac23\}$, $\gamma=0$",
    quantities=(
        Quantity(
            "exponent at the edge",
            "0",
            (
                Route("question", exponent_by_question),
                Route("independent", exponent_by_product),
                Route("monte carlo", exponent_by_simulation, 40_000),
            ),
            "theory.md A1.1",
        ),
        Quantity(
            "P(|w_15| <= |w_0|) at the edge",
            "0.5",
            (
                Route("question", share_by_question),
                Route("independent", share_by_counts),
                Route("monte carlo", share_by_simulation, 100_000),
            ),
            "theory.md A1.4",
        ),
    ),
    control=Control(
        "learning rate 5/12, where the exponent is 0: paths oscillate; and 3/10, where they leave",
        converges,
        {"lr": "4/5"},
        ({"lr": EDGE}, {"lr": "3/10"}),
    ),
    problem=problem,
    proof=proof,
)
