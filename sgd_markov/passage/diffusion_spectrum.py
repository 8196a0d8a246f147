"""How fast diffusions leave a region in the long run: the lowest eigenvalue of the killed generator, certified."""

from __future__ import annotations

from fractions import Fraction

from ..answer.answer import Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.number import Number
from ..answer.warrant import Warrant
from ..balls.precision import ball, bits_for, enclosure, precision
from ..chain.chain import Chain
from ..chain.diffusion import Diffusion
from ..chain.region import Region
from ..effort import Effort
from ..engines.scale_function.eigenfunction import quasi_stationary_density
from ..engines.scale_function.spectrum import principal_rate
from .method import Method


class DiffusionSpectrum(Method):
    """Diffusions without free symbols, on an interval in which the variance is positive."""

    warrants = (Warrant.CERTIFIED,)

    def quasi_stationary(self, model: Chain | Diffusion, inside: Region, effort: Effort) -> Finding | None:
        """exp(-lambda), the survival factor per unit of time; extra: `rate` lambda, `mean_time` 1/lambda, `density`."""
        if not isinstance(model, Diffusion) or model.parameters or inside.free_symbols:
            return None
        ends = inside.interval(model.variable)
        rate = principal_rate(model, *ends, effort)
        extra = {
            "rate": Number(None, rate, effort.digits),
            "mean_time": Number(None, Enclosure(1 / Fraction(rate.upper), 1 / Fraction(rate.lower)), effort.digits),
            "density": quasi_stationary_density(model, *ends, rate, effort),
        }
        method = "lowest eigenvalue of the killed generator between a super- and a subsolution, in certified cells"
        supersolution = Hypothesis(
            "a positive function v with L v <= -lambda v, and a smaller interval with a larger lambda"
        )
        nodes = Hypothesis("the density at nodes is eleven digits of a solution, not certified", "assumed")
        return Finding(
            Warrant.CERTIFIED,
            method,
            None,
            factor(rate, effort),
            (supersolution, nodes),
            ("barta1937", "karlin1981"),
            extra=extra,
        )


def factor(rate: Enclosure, effort: Effort) -> Enclosure:
    """exp(-lambda), with digits enough to tell it from 1."""
    small = max(0, -(Fraction(rate.lower).numerator.bit_length() - Fraction(rate.lower).denominator.bit_length()))
    with precision(bits_for(effort.digits) + small + 32):
        return enclosure((-ball(rate.lower).union(ball(rate.upper))).exp())


METHOD = DiffusionSpectrum()
