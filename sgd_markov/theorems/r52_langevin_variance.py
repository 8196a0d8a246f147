"""R52: the unadjusted Langevin algorithm on a quadratic has a variance above the temperature's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step

LR, K, T = "3/10", "17/10", "1/2"
STEPS, START_ERROR = 48, "1e-8"
DISCRETE, CONTINUOUS = "({t})/(({k})*(1 - ({lr})*({k})/2))", "({t})/({k})"


def langevin() -> Chain:
    """w' = w - lr k w + sqrt(2 lr T) z."""
    import sympy as sp

    from ..optimizers.langevin import Langevin
    from .chains import w

    return Langevin(sp.Rational(K) * w**2 / 2, [w], LR, T)


def by_question(effort: Effort) -> Reading:
    from ..questions.stationary import stationary
    from .chains import w

    return Reading.of(stationary(langevin(), of=w**2, effort=effort))


def by_formula(effort: Effort) -> Reading:
    from .chains import closed_form

    return closed_form(DISCRETE.format(lr=LR, k=K, t=T), effort)


def by_gibbs(effort: Effort) -> Reading:
    """The variance of the corrected Gibbs density, which for a quadratic is exact."""
    import sympy as sp

    from ..engines.small_step_gibbs import gibbs_density
    from .chains import closed_form, w

    return closed_form(str(-1 / sp.diff(gibbs_density(langevin()).log_density, (w, 2))), effort)


def by_simulation(effort: Effort, chains: int) -> Reading:
    import sympy as sp

    from ..engines.monte_carlo.run import simulate
    from .chains import w
    from .sampling import sample_mean, widened

    run = simulate(langevin(), {w: sp.Integer(0)}, STEPS, chains, effort, (w**2,))
    return widened(sample_mean(run.observed[0]), START_ERROR, START_ERROR)


def variance_is(effort: Effort, formula: str) -> bool:
    """Is the formula, at the example's numbers, the stationary variance?"""
    from .chains import closed_form

    claimed = closed_form(formula.format(lr=LR, k=K, t=T), effort).enclosure
    return by_question(effort).enclosure.meets(claimed)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Identity, Limit, Positive, Value

    lr, k, t = sp.symbols("lambda k T", positive=True)
    variance = t / (k * (1 - lr * k / 2))
    return (
        Identity("One step keeps the variance", (1 - lr * k) ** 2 * variance + 2 * lr * t, variance),
        Positive("It exceeds that of the Gibbs law", variance - t / k, {t: (0, sp.oo), k: (0, sp.oo), lr: (0, 2 / k)}),
        Limit("to which it tends", variance, lr, sp.Integer(0), t / k),
        Value(
            "At the example",
            variance.subs({lr: sp.Rational(LR), k: sp.Rational(K), t: sp.Rational(T)}),
            "0.394788787998421",
        ),
    )


CLAIM = Claim(
    id="R52",
    slug="langevin-variance",
    title="The Langevin algorithm with a fixed step is too hot",
    statement=(
        r"$w'=w-\lambda kw+\sqrt{2\lambda T}\,z$ has the stationary law $N\bigl(0,\frac{T}{k(1-\lambda k/2)}\bigr)$ for "
        r"$0<\lambda k<2$, not the Gibbs law $N(0,T/k)$."
    ),
    hypotheses=(r"$0<\lambda k<2$",),
    cite=("risken1989", "vervaat1979"),
    example=r"$\lambda=\tfrac3{10}$, $k=\tfrac{17}{10}$, $T=\tfrac12$: $0.3947\ldots$",
    quantities=(
        Quantity(
            "variance",
            "0.394788787998421",
            (
                Route("question", by_question),
                Route("independent", by_formula),
                Route("further", by_gibbs),
                Route("monte carlo", by_simulation, 40_000),
            ),
            "theory.md R52",
        ),
    ),
    control=Control(
        "the variance T/k of the Gibbs law",
        variance_is,
        {"formula": DISCRETE},
        ({"formula": CONTINUOUS},),
    ),
    problem=langevin,
    proof=proof,
)
