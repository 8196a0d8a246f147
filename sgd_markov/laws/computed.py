"""Laws whose density or distribution function is computed in ball arithmetic where no closed form is at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .law import Law

if TYPE_CHECKING:
    from flint import arb


class Computed(Law):
    """A law with a density that knows enclosures of it and of its distribution function at the current precision."""

    def density_ball(self, x: arb) -> arb:
        """The density at x inside the support."""
        import sympy as sp

        from ..balls.evaluate import evaluate

        place = sp.Dummy("x", real=True)
        density = self.density(place)
        assert density is not None, f"{self.name} has no density in closed form"
        return evaluate(density, {place: x})

    def cdf_ball(self, x: arb) -> arb:
        """P(X <= x) for x inside the support."""
        raise NotImplementedError
