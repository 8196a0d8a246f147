"""R03: at one learning rate SGD lands on the maximum exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

A, LR, STEPS = "-1/5", "5/4", 5


def problem() -> Chain:
    from .chains import two_point

    return two_point(A, LR)


def by_law(effort: Effort) -> Reading:
    """1 - P(w_5 = 0)."""
    from ..answer.enclosure import Enclosure
    from ..questions.law import law

    hit = Reading.of(law(problem(), start=1, steps=STEPS, set=["0", "0"], effort=effort))
    return Reading(Enclosure(1 - hit.enclosure.upper, 1 - hit.enclosure.lower), hit.warrant)


def by_multiplier(effort: Effort) -> Reading:
    """P(M != 0)^5, from the law of the multiplier alone."""
    from ..answer.enclosure import Enclosure
    from ..answer.warrant import Warrant
    from ..chain.linearisation import multiplier
    from .chains import w
    from .exact_numbers import fraction

    survive = sum(part.probability for part in multiplier(problem(), {w: 0}) if part.values[0] != 0)
    return Reading(Enclosure.point(fraction(survive) ** STEPS), Warrant.EXACT)


def by_simulation(effort: Effort, chains: int) -> Reading:
    import sympy as sp

    from ..engines.monte_carlo.run import simulate
    from .chains import w
    from .sampling import sample_share

    return sample_share(~simulate(problem(), {w: sp.Integer(1)}, STEPS, chains, effort).at_point)


def lands_exactly(effort: Effort, lr: str) -> bool:
    """Is P(w_5 = 0) = 1 - 2^-5?"""
    from fractions import Fraction

    from ..questions.law import law
    from .chains import two_point

    answer = law(two_point(A, lr), start=1, steps=STEPS, set=["0", "0"], effort=effort)
    return answer.enclosure is not None and Fraction(31, 32) in answer.enclosure


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Identity, Positive

    a, n = sp.Symbol("a", real=True), sp.Symbol("n", integer=True, positive=True)
    lr = 1 / (1 + a)
    return (
        Identity("At this learning rate the first multiplier vanishes", 1 - lr * (a + 1), sp.Integer(0)),
        Identity("and the second is", 1 - lr * (a - 1), 2 / (1 + a)),
        Positive("which does not", 2 / (1 + a), {a: (sp.Integer(-1), sp.oo)}),
        Argued(
            "w is 0 from the first draw of x = a + 1 on; the draws are independent",
            r"P(w_n\ne0)=P(x_1=\dots=x_n=a-1)=2^{-n}",
        ),
        Identity("a survival that halves in every step", 2 ** (-(n + 1)), 2 ** (-n) / 2),
    )


CLAIM = Claim(
    id="R03",
    slug="superstable-point",
    title="At one learning rate SGD lands on the maximum exactly",
    statement=(
        r"Let $\ell(w;x)=xw^2/2$ with $x=a\pm1$, probability $\tfrac12$ each, $a>-1$, and $\lambda=\frac1{1+a}$. Then "
        r"$\gamma=-\infty$ and from every start $w_0\neq0$, $P(w_n\neq0)=2^{-n}$."
    ),
    hypotheses=(r"$a>-1$", r"$\lambda=\frac1{1+a}$", r"$w_0\neq0$"),
    cite=("ziyin2022",),
    example=r"$a=-\tfrac15$, $\lambda=\tfrac54$, $n=5$: $P(w_5\neq0)=\tfrac1{32}$",
    quantities=(
        Quantity(
            "P(w_5 is not 0)",
            "0.03125",
            (
                Route("question", by_law),
                Route("independent", by_multiplier),
                Route("monte carlo", by_simulation, 200_000),
            ),
            "theory.md R03",
        ),
    ),
    control=Control(
        "learning rate 4/5: no multiplier is 0, so w never is",
        lands_exactly,
        {"lr": LR},
        ({"lr": "4/5"},),
    ),
    problem=problem,
    proof=proof,
)
