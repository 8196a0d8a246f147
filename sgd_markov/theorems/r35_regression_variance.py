"""R35: the stationary variance of a regression with Gaussian features, and where it is infinite."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

LR = "2/5"


def regression(lr: object = LR) -> Chain:
    """SGD on (x w - e)^2/2 with x and e standard normal."""
    import sympy as sp

    from ..laws.normal import Normal
    from ..optimizers.sgd import SGD
    from .chains import w, x

    e = sp.Symbol("e", real=True)
    return SGD((x * w - e) ** 2 / 2, [w], lr, data={x: Normal(0, 1), e: Normal(0, 1)})


def by_question(effort: Effort) -> Reading:
    from ..questions.stationary import stationary
    from .chains import w

    return Reading.of(stationary(regression(), of=w**2, effort=effort))


def by_recursion(effort: Effort) -> Reading:
    """The limit of E w_n^2."""
    from ..questions.moments import moments

    return Reading.of(moments(regression(), order=2, effort=effort))


def by_formula(effort: Effort) -> Reading:
    from .chains import closed_form

    return closed_form(f"({LR})/(2 - 3*({LR}))", effort)


def by_simulation(effort: Effort, chains: int) -> Reading:
    """E w^2 = E B^2/(1 - E M^2) from the sampled second moment of M, all of whose moments are finite.

    The squares of the states themselves have no variance at this learning rate, so that their mean tells nothing.
    """
    from fractions import Fraction

    import sympy as sp

    from ..answer.enclosure import Enclosure
    from ..answer.warrant import Warrant
    from ..engines.monte_carlo.run import simulate
    from ..errors import Inconclusive
    from .chains import feature_chain, w
    from .sampling import sample_mean

    run = simulate(feature_chain(LR), {w: sp.Integer(1)}, 1, chains, effort, (w**2,))
    power = sample_mean(run.observed[0]).enclosure
    if power.upper >= 1:
        raise Inconclusive("the sampled second moment of the multiplier is not below 1 for certain")
    noise = Fraction(LR) ** 2
    return Reading(Enclosure(noise / (1 - Fraction(power.lower)), noise / (1 - Fraction(power.upper))), Warrant.SAMPLED)


def finite_variance(effort: Effort, lr: str) -> bool:
    """Does the question answer with a finite variance?"""
    from ..errors import HypothesisViolated
    from ..questions.stationary import stationary
    from .chains import w

    try:
        return stationary(regression(lr), of=w**2, effort=effort).enclosure is not None
    except HypothesisViolated:
        return False


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..laws.normal import Normal
    from ..proof import Cited, Identity, Positive, Value

    lr, s = sp.symbols("lambda sigma", positive=True)
    normal = Normal(0, 1)
    square = 1 - 2 * lr * normal.moment(2) + lr**2 * normal.moment(4)
    variance = lr * s**2 / (2 - 3 * lr)
    return (
        Identity("The second moment of the multiplier M = 1 - lr x^2", square, 1 - 2 * lr + 3 * lr**2),
        Identity("is below 1 by", 1 - square, lr * (2 - 3 * lr)),
        Identity("One step keeps the variance; E[M B] = 0", square * variance + lr**2 * s**2, variance),
        Positive("It is finite for 0 < lr < 2/3", variance, {s: (0, sp.oo), lr: (0, sp.Rational(2, 3))}),
        Cited(
            "and infinite beyond, as long as there is a stationary law",
            r"\mathbb E|w|^p<\infty\iff\mathbb E|M|^p<1",
            "alsmeyer2009",
        ),
        Value("At the example", variance.subs({lr: sp.Rational(LR), s: 1}), "0.5"),
    )


CLAIM = Claim(
    id="R35",
    slug="regression-variance",
    title="The stationary variance of a regression by SGD",
    statement=(
        r"SGD on $\tfrac12(xw-e)^2$ with $x$ standard normal and label noise $e$ of variance $\sigma^2$ has the stationary "
        r"variance $\frac{\lambda\sigma^2}{2-3\lambda}$ for $0<\lambda<\tfrac23$; from $\tfrac23$ on it is infinite."
    ),
    hypotheses=(r"$\gamma=\mathbb E\log|1-\lambda x^2|<0$", "features and label noise are Gaussian and independent"),
    cite=("ziyin2022b", "alsmeyer2009"),
    example=r"$\lambda=\tfrac25$, $\sigma=1$: $\tfrac12$",
    quantities=(
        Quantity(
            "variance",
            "0.5",
            (
                Route("question", by_question),
                Route("independent", by_formula),
                Route("further", by_recursion),
                Route("monte carlo", by_simulation, 200_000),
            ),
            "theory.md R35",
        ),
    ),
    control=Control(
        "learning rate 7/10, beyond 2/3: the variance is infinite and said to be so",
        finite_variance,
        {"lr": LR},
        ({"lr": "7/10"},),
    ),
    problem=regression,
    proof=proof,
)
