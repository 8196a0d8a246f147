"""The arcsine law on an interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from .law import Interval, Law, Support
from .signs import branches, is_zero, sign

if TYPE_CHECKING:
    from .law import Reals


@dataclass(frozen=True)
class Arcsine(Law):
    """Density 1/(pi sqrt((x - low)(high - x))): the law of the first coordinate of a uniform point on a circle.

    >>> Arcsine(-1, 1).moment(2)
    1/2
    """

    name = "arcsine"

    low: sp.Expr = sp.S.Zero
    high: sp.Expr = sp.S.One

    def check(self) -> None:
        self.require_order("low", "high")

    @property
    def support(self) -> Support:
        return Interval(self.low, self.high)

    @property
    def _centre(self) -> sp.Expr:
        return (self.low + self.high) / 2

    @property
    def _radius(self) -> sp.Expr:
        return (self.high - self.low) / 2

    def moment(self, order: int) -> sp.Expr:
        """Of centre + radius cos(theta): E cos^(2m) = C(2m, m)/4^m."""
        terms = (
            sp.binomial(order, k) * self._centre ** (order - k) * self._radius**k * sp.binomial(k, k // 2) / 2**k
            for k in range(0, order + 1, 2)
        )
        return sp.expand(sum(terms))

    def density(self, x: sp.Expr) -> sp.Expr:
        return 1 / (sp.pi * sp.sqrt(x - self.low) * sp.sqrt(self.high - x))

    def cdf(self, x: sp.Expr) -> sp.Expr:
        return sp.Rational(1, 2) + sp.asin((x - self._centre) / self._radius) / sp.pi

    def quantile(self, level: sp.Expr) -> sp.Expr:
        return self._centre - self._radius * sp.cos(sp.pi * level)

    def characteristic_function(self, t: sp.Expr) -> sp.Expr:
        return sp.exp(sp.I * t * self._centre) * sp.besselj(0, self._radius * t)

    def log_affine(self, shift: sp.Expr, factor: sp.Expr) -> sp.Expr:
        """log((|c| + sqrt(c^2 - r^2))/2) for |c| >= r, log(r/2) for |c| <= r; c, r the centre and radius of the image.

        The interval's equilibrium measure: its potential is constant inside.
        """
        c, r = sp.Abs(shift + factor * self._centre), sp.Abs(factor) * self._radius
        return branches(c - r, sp.log((c + sp.sqrt(c**2 - r**2)) / 2), sp.log(r / 2))

    def power_affine(self, shift: sp.Expr, factor: sp.Expr, order: sp.Expr) -> sp.Expr | None:
        """|c| > r: |c|^p 2F1(-p/2, (1-p)/2; 1; (r/c)^2).

        |c| <= r: r^p Gamma((1+p)/2)/(sqrt(pi) Gamma(1+p/2)) 2F1(-p/2, -p/2; 1/2; (c/r)^2).
        """
        c, r = sp.Abs(shift + factor * self._centre), sp.Abs(factor) * self._radius
        half = sp.Rational(1, 2)
        side = sign(c - r)
        if side is None:
            return super().power_affine(shift, factor, order)
        if side > 0:
            return c**order * sp.hyper((-order / 2, (1 - order) / 2), (1,), (r / c) ** 2)
        constant = sp.gamma((1 + order) / 2) / (sp.sqrt(sp.pi) * sp.gamma(1 + order / 2))
        series = sp.Integer(1) if is_zero(c) else sp.hyper((-order / 2, -order / 2), (half,), (c / r) ** 2)
        return r**order * constant * series

    def standard_form(self) -> tuple[sp.Expr, sp.Expr, Law]:
        return self.low, self.high - self.low, Arcsine(0, 1)

    def affine(self, shift: sp.Expr, factor: sp.Expr) -> Arcsine:
        from .uniform import Uniform

        image = Uniform(self.low, self.high).affine(shift, factor)
        return Arcsine(image.low, image.high)

    def concentration(self, point: sp.Expr) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
        """P(0 < |X - end| <= s) = (2/pi) asin(sqrt(s/width)) <= sqrt(s/width) for s <= width.

        asin is convex on [0, 1], so asin y <= pi y/2 there.
        """
        if not (is_zero(point - self.low) or is_zero(point - self.high)):
            return None
        width = self.high - self.low
        return 1 / sp.sqrt(width), sp.Rational(1, 2), width

    def from_uniforms(self, u: Reals) -> Reals:
        import numpy as np

        samples: Reals = float(self.low) + (float(self.high) - float(self.low)) * np.sin(np.pi / 2 * u[0]) ** 2
        return samples
