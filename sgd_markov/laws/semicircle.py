"""Wigner's semicircle law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from .law import Interval, Law, Support
from .sampling import not_too_small
from .signs import branches, is_zero, sign

if TYPE_CHECKING:
    from .law import Reals


@dataclass(frozen=True)
class Semicircle(Law):
    """Density 2 sqrt(radius^2 - (x - centre)^2) / (pi radius^2).

    >>> Semicircle(0, 2).moment(4)
    2
    """

    name = "semicircle"

    centre: sp.Expr = sp.S.Zero
    radius: sp.Expr = sp.S.One

    def check(self) -> None:
        self.require_positive("radius")

    @property
    def support(self) -> Support:
        return Interval(self.centre - self.radius, self.centre + self.radius)

    def moment(self, order: int) -> sp.Expr:
        """Of centre + radius Y: E Y^(2m) = Catalan(m)/4^m."""
        terms = (
            sp.binomial(order, k) * self.centre ** (order - k) * self.radius**k * sp.catalan(k // 2) / 2**k
            for k in range(0, order + 1, 2)
        )
        return sp.expand(sum(terms))

    def density(self, x: sp.Expr) -> sp.Expr:
        y = x - self.centre
        return 2 * sp.sqrt(self.radius - y) * sp.sqrt(self.radius + y) / (sp.pi * self.radius**2)

    def cdf(self, x: sp.Expr) -> sp.Expr:
        y = (x - self.centre) / self.radius
        return sp.Rational(1, 2) + (y * sp.sqrt(1 - y**2) + sp.asin(y)) / sp.pi

    def quantile(self, level: sp.Expr) -> sp.Expr | None:
        return self.centre if level == sp.S.Half else None

    def characteristic_function(self, t: sp.Expr) -> sp.Expr:
        """exp(i centre t) 2 J_1(s)/s, s = radius t; 1 at t = 0 (a formula in t has a removable singularity there)."""
        s = self.radius * t
        return sp.Integer(1) if is_zero(s) else sp.exp(sp.I * self.centre * t) * 2 * sp.besselj(1, s) / s

    def log_affine(self, shift: sp.Expr, factor: sp.Expr) -> sp.Expr:
        """With c, r the centre and radius of the image: |c| <= r: log(r/2) + c^2/r^2 - 1/2; |c| >= r:
        c^2/r^2 - |c| sqrt(c^2 - r^2)/r^2 + log((|c| + sqrt(c^2 - r^2))/2) - 1/2.
        """
        c, r = sp.Abs(shift + factor * self.centre), sp.Abs(factor) * self.radius
        root, half = sp.sqrt(c**2 - r**2), sp.Rational(1, 2)
        outside = c**2 / r**2 - c * root / r**2 + sp.log((c + root) / 2) - half
        return branches(c - r, outside, sp.log(r / 2) + c**2 / r**2 - half)

    def power_affine(self, shift: sp.Expr, factor: sp.Expr, order: sp.Expr) -> sp.Expr | None:
        """|c| > r: |c|^p 2F1(-p/2, (1-p)/2; 2; (r/c)^2).

        |c| <= r: r^p Gamma((1+p)/2)/(sqrt(pi) Gamma(2+p/2)) 2F1(-p/2, -p/2-1; 1/2; (c/r)^2).
        """
        c, r = sp.Abs(shift + factor * self.centre), sp.Abs(factor) * self.radius
        side = sign(c - r)
        if side is None:
            return super().power_affine(shift, factor, order)
        if side > 0:
            return c**order * sp.hyper((-order / 2, (1 - order) / 2), (2,), (r / c) ** 2)
        constant = sp.gamma((1 + order) / 2) / (sp.sqrt(sp.pi) * sp.gamma(2 + order / 2))
        parameters = (-order / 2, -order / 2 - 1)
        series = sp.Integer(1) if is_zero(c) else sp.hyper(parameters, (sp.Rational(1, 2),), (c / r) ** 2)
        return r**order * constant * series

    def standard_form(self) -> tuple[sp.Expr, sp.Expr, Law]:
        return self.centre, self.radius, Semicircle(0, 1)

    def affine(self, shift: sp.Expr, factor: sp.Expr) -> Semicircle:
        return Semicircle(shift + factor * self.centre, sp.Abs(factor) * self.radius)

    def concentration(self, point: sp.Expr) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
        """P(0 < |X - end| <= s) <= 4 sqrt(2)/(3 pi) (s/radius)^(3/2).

        The density at distance y from an end is at most 2 sqrt(2 radius y)/(pi radius^2).
        """
        if not (is_zero(point - self.centre - self.radius) or is_zero(point - self.centre + self.radius)):
            return None
        power = sp.Rational(3, 2)
        return 4 * sp.sqrt(2) / (3 * sp.pi) * self.radius ** (-power), power, 2 * self.radius

    def from_uniforms(self, u: Reals) -> Reals:
        from scipy.special import betaincinv

        samples: Reals = float(self.centre) + float(self.radius) * (2 * betaincinv(1.5, 1.5, not_too_small(u[0])) - 1)
        return samples
