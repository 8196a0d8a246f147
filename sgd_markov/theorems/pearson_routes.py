"""Three routes to the second moment of a Pearson diffusion dw = (p - q w) dt + sqrt(c0 + c1 w + c2 w^2) dB.

`question`: the closed form of the family. `independent`: certified quadrature of exp(int 2 b/C)/C, which knows no
family. `monte carlo`: a chain with the drift and the variance of the diffusion in steps of length h, drawn from a law
that stays where the diffusion lives; its second moment differs by a rational number that is known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .claim import Control, Quantity, Reading, Route

if TYPE_CHECKING:
    import sympy as sp

    from ..chain.diffusion import Diffusion
    from ..effort import Effort
    from ..proof import Step

STEP = Fraction(1, 20)
STEPS = 160
START_ERROR = "1e-5"
"""What the start still shows after so many steps: ((1 - q h)^2 + h c2)^STEPS, for q >= 1 and c2 <= 1/2."""


@dataclass(frozen=True)
class Example:
    """p, q, c0, c1, c2 as rational texts, and the law of a step: `normal`, `gamma` or `beta`."""

    drift: tuple[str, str]
    variance: tuple[str, str, str]
    step: str

    def diffusion(self) -> Diffusion:
        """The diffusion, on the positive half-line for gamma steps."""
        import sympy as sp

        from ..chain.diffusion import Diffusion

        w = sp.Symbol("w", real=True)
        (p, q), (c0, c1, c2) = (map(sp.Rational, texts) for texts in (self.drift, self.variance))
        return Diffusion(p - q * w, c0 + c1 * w + c2 * w**2, w)

    def numbers(self) -> tuple[Fraction, ...]:
        return tuple(Fraction(text) for text in (*self.drift, *self.variance))

    @property
    def step_bias(self) -> Fraction:
        """E w^2 of the chain with steps of length h minus that of the diffusion."""
        p, q, c0, c1, c2 = self.numbers()
        h, mean = STEP, p / q
        noise = c0 + c1 * mean
        chain = (2 * p * h * (1 - q * h) * mean + (p * h) ** 2 + h * noise) / (1 - (1 - q * h) ** 2 - h * c2)
        return chain - (2 * p * mean + noise) / (2 * q - c2)


def routes(example: Example, expected: str) -> Quantity:
    """The second moment by the three routes."""
    return Quantity(
        "second moment",
        expected,
        (
            Route("question", lambda effort: by_question(example, effort)),
            Route("independent", lambda effort: by_quadrature(example, effort)),
            Route("monte carlo", lambda effort, chains: by_simulation(example, effort, chains), 20_000),
        ),
        "E w^2 = (2 p^2/q + c0 + c1 p/q)/(2 q - c2)",
    )


def by_question(example: Example, effort: Effort) -> Reading:
    from ..questions.stationary import stationary

    diffusion = example.diffusion()
    return Reading.of(stationary(diffusion, of=diffusion.variable**2, effort=effort))


def by_quadrature(example: Example, effort: Effort) -> Reading:
    import sympy as sp

    from ..answer.warrant import Warrant
    from ..balls.adaptive import refine
    from ..engines.diffusion import landscape
    from ..invariant.zero_flux import recognise

    diffusion = example.diffusion()
    component = next(entry for entry in landscape(diffusion).components if entry.failed is None)
    law: Any = recognise(diffusion, component, effort)
    square, one = diffusion.variable**2, sp.Integer(1)
    found = refine(lambda: law.weight.total(square) / law.weight.total(one), effort, "the second moment")
    return Reading(found, Warrant.CERTIFIED)


def by_simulation(example: Example, effort: Effort, chains: int) -> Reading:
    import numpy as np

    from .sampling import sample_mean, widened

    p, q, c0, c1, c2 = map(float, example.numbers())
    h = float(STEP)
    rng = np.random.default_rng(effort.seed)  # type: ignore[arg-type]
    w = np.full(chains, p / q)
    draw = DRAWS[example.step]
    for _ in range(STEPS):
        w = draw(rng, w + (p - q * w) * h, (c0 + c1 * w + c2 * w**2) * h)
    bias = example.step_bias
    found = widened(sample_mean(w**2), START_ERROR, START_ERROR)
    return widened(found, str(bias), str(-bias))


def normal_step(rng: Any, mean: Any, variance: Any) -> Any:
    import numpy as np

    return mean + np.sqrt(variance) * rng.standard_normal(len(mean))


def gamma_step(rng: Any, mean: Any, variance: Any) -> Any:
    return rng.gamma(mean**2 / variance, variance / mean)


def beta_step(rng: Any, mean: Any, variance: Any) -> Any:
    total = mean * (1 - mean) / variance - 1
    return rng.beta(mean * total, (1 - mean) * total)


DRAWS: dict[str, Callable[[Any, Any, Any], Any]] = {"normal": normal_step, "gamma": gamma_step, "beta": beta_step}


def second_moment(example: Example, what: str, right: str, wrong: str) -> Control:
    """The right number is the second moment of the example, the wrong one is not; both as formulas."""

    def is_it(effort: Effort, claimed: str) -> bool:
        from ..balls.adaptive import refine_expression
        from ..expressions import exact

        found = by_question(example, effort).enclosure
        return found.meets(refine_expression(exact(claimed, "claimed"), effort, "the claimed moment"))

    return Control(what, is_it, {"claimed": right}, ({"claimed": wrong},))


def zero_flux(drift: sp.Expr, variance: sp.Expr, log_density: sp.Expr, w: sp.Symbol) -> tuple[Step, ...]:
    """The steps that make exp(log_density) the density of a stationary law: no flux, kept ends, the criterion."""
    import sympy as sp

    from ..proof import Argued, Cited, Identity

    flux = sp.diff(variance, w) + variance * sp.diff(log_density, w)
    return (
        Identity("The density carries no flux", flux, 2 * drift),
        Argued(
            "It is integrable and its ends are not reached, or left at once: the law is stationary",
            r"\int\Bigl(bf'+\tfrac12Cf''\Bigr)\pi\,dw=0",
        ),
        Cited("by the criterion", r"\int Af\,d\pi=0\ \forall f\Rightarrow\pi P_t=\pi", "echeverria1982"),
    )
