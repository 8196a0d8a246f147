"""R04: moments and paths disagree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

A, LR = "-1/5", "4/5"


def problem() -> Chain:
    from .chains import two_point

    return two_point(A, LR)


def by_question(effort: Effort) -> Reading:
    from ..questions.moment_exponent import moment_exponent

    return Reading.of(moment_exponent(problem(), at=0, order=2, effort=effort))


def by_moments(effort: Effort) -> Reading:
    """(1/n) log E w_n^2 for n = 4 steps from 1, by the recursion of moments."""
    import sympy as sp

    from ..answer.warrant import Warrant
    from ..balls.adaptive import refine_expression
    from ..questions.moments import moments

    steps = 4
    second = moments(problem(), start=1, steps=steps, order=2, effort=effort)
    return Reading(refine_expression(sp.log(second.exact) / steps, effort, "log E w^2"), Warrant.CERTIFIED)


def by_simulation(effort: Effort, chains: int) -> Reading:
    """log of the sample mean of M^2, from single steps: the logarithm keeps the order of the ends."""
    from fractions import Fraction

    import sympy as sp

    from ..answer.enclosure import Enclosure
    from ..balls.adaptive import refine_expression
    from ..engines.monte_carlo.run import simulate
    from .chains import w
    from .sampling import sample_mean

    run = simulate(problem(), {w: sp.Integer(1)}, 1, chains, effort, (w**2,))
    reading = sample_mean(run.observed[0])
    ends = Fraction(reading.enclosure.lower), Fraction(reading.enclosure.upper)
    logs = (sp.log(sp.Rational(end.numerator, end.denominator)) for end in ends)
    low, high = (refine_expression(log, effort, "log of a mean") for log in logs)
    return Reading(Enclosure(low.lower, high.upper), reading.warrant)


def moment_vanishes(effort: Effort, order: str) -> bool:
    """Does E|w_n|^order tend to 0? The paths do."""
    from ..questions.moment_exponent import moment_exponent
    from .chains import attracts, decided

    answer = moment_exponent(problem(), at=0, order=order, effort=effort)
    sign = None if answer.enclosure is None else answer.enclosure.sign
    return attracts(problem(), effort) and decided(None if sign is None else sign < 0, "the moment exponent")


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Argued, Identity, Positive, Value

    p, m1, m2 = sp.symbols("p m_1 m_2", positive=True)
    a, lr = sp.symbols("a lambda", real=True)
    mean = (m1**p + m2**p) / 2
    one, two = sp.log(m1), sp.log(m2)
    slope = sp.diff(sp.log(mean), p).subs(p, 0)
    variance = sp.diff(mean, p, 2) * mean - sp.diff(mean, p) ** 2
    second = ((1 - lr * (a + 1)) ** 2 + (1 - lr * (a - 1)) ** 2) / 2
    example = {a: sp.Rational(A), lr: sp.Rational(LR)}
    return (
        Identity("The moment exponent of two multipliers starts with the Lyapunov exponent as its slope", slope, (one + two) / 2),
        Identity(
            "and is convex: the numerator of its second derivative is",
            variance, m1**p * m2**p * (one - two) ** 2 / 4,
        ),
        Argued(
            "Independent factors multiply, so the moments grow or decay at exactly this rate",
            r"\mathbb E|w_n|^p=|w_0|^pe^{n\Lambda(p)}",
        ),
        Identity("For p = 2", second, (1 - lr * a) ** 2 + lr**2),
        Positive(
            "at a maximum it grows for every learning rate",
            second - 1, {a: (sp.Integer(-1), sp.Integer(0)), lr: (sp.Integer(0), sp.oo)},
        ),
        Value("at the example at the rate", sp.log(second.subs(example)), "0.685921135468206"),
    )


CLAIM = Claim(
    id="R04",
    slug="moment-exponent",
    title="Moments and paths disagree: the mean square explodes while every path converges",
    statement=(
        r"$\Lambda(p)=\log\mathbb E|M|^p$ is convex with $\Lambda(0)=0$ and $\Lambda'(0)=\gamma$, and "
        r"$\mathbb E|w_n|^p=|w_0|^pe^{n\Lambda(p)}$: for $\gamma<0$ it tends to $0$ if and only if $0<p<\kappa$, the "
        r"positive zero of $\Lambda$. With $x=a\pm1$ and $a<0$, $\Lambda(2)=\log[(1-\lambda a)^2+\lambda^2]>0$ for every $\lambda>0$."
    ),
    hypotheses=(r"$\mathbb E|M|^p<\infty$", "samples are independent"),
    cite=("ziyin2022",),
    example=r"$a=-\tfrac15$, $\lambda=\tfrac45$, $p=2$",
    quantities=(
        Quantity(
            "growth of the mean square",
            "0.685921135468206",
            (
                Route("question", by_question),
                Route("independent", by_moments),
                Route("monte carlo", by_simulation, 400_000),
            ),
            "theory.md R04",
        ),
    ),
    control=Control(
        "order 2: E w^2 grows, although almost every path converges to 0",
        moment_vanishes,
        {"order": "1/4"},
        ({"order": "2"},),
    ),
    problem=problem,
    proof=proof,
)
