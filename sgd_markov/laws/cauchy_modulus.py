"""The stationary law of a threshold autoregression with Cauchy noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from .cauchy import Cauchy, standard_cauchy
from .computed import Computed
from .law import Interval, Support
from .signs import is_zero

if TYPE_CHECKING:
    from flint import acb, arb

    from .law import Reals


@dataclass(frozen=True)
class CauchyModulus(Computed):
    """The law of X ~ ratio |X| + Y with Y standard Cauchy, 0 < ratio < 1; |X| is distributed like the modulus of a
    Cauchy variable of scale S = 1/(1 - ratio).

    >>> CauchyModulus(sp.Rational(1, 2)).density(sp.Integer(0))
    1/(2*pi)
    """

    name = "Cauchy modulus"

    ratio: sp.Expr

    @property
    def spread(self) -> sp.Expr:
        """S."""
        return 1 / (1 - self.ratio)

    @property
    def uniforms(self) -> int:
        return 2

    @property
    def support(self) -> Support:
        return Interval(-sp.oo, sp.oo)

    @property
    def moment_limit(self) -> sp.Expr:
        return sp.Integer(1)

    def moment(self, order: int) -> sp.Expr:
        if order:
            raise self.infinite_moment(order, 1)
        return sp.Integer(1)

    def density(self, x: sp.Expr) -> sp.Expr:
        """int_0^oo of 2 S/(pi (S^2 + v^2)) 1/(pi (1 + (x - ratio v)^2)) dv by partial fractions."""
        if is_zero(1 - 2 * self.ratio):
            if is_zero(x):
                return 1 / (2 * sp.pi)
            if x.free_symbols:
                return sp.Piecewise((1 / (2 * sp.pi), sp.Eq(x, 0)), (self.by_parts(x), True))
        return self.by_parts(x)

    def by_parts(self, x: sp.Expr) -> sp.Expr:
        a, spread = self.ratio, self.spread
        near, far = (spread - 2) ** 2 + x**2, spread**2 + x**2
        logarithm = a * x * sp.log((1 + x**2) / (spread - 1) ** 2)
        angles = (1 + x**2 - (spread - 1) ** 2) * sp.pi / (2 * spread)
        angles += a * ((spread - 1) ** 2 + x**2 - 1) * (sp.pi / 2 + sp.atan(x))
        return 2 * spread / sp.pi**2 * (logarithm + angles) / (near * far)

    def log_affine(self, shift: sp.Expr, factor: sp.Expr) -> sp.Expr | None:
        return Cauchy(0, self.spread).log_affine(shift, factor) if is_zero(shift) else None

    def power_affine(self, shift: sp.Expr, factor: sp.Expr, order: sp.Expr) -> sp.Expr | None:
        return Cauchy(0, self.spread).power_affine(shift, factor, order) if is_zero(shift) else None

    def tail(self, cut: sp.Expr) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        return Cauchy(0, self.spread).tail(cut)

    def cdf_ball(self, x: arb) -> arb:
        """1/2 + (2/pi^2) int_0^(pi/2) atan(x - ratio S tan f) df; the angle as the logarithm of cos f (1 + i tan)."""
        from flint import acb, arb

        from ..balls.evaluate import evaluate
        from ..balls.quadrature import contour

        slope = evaluate(self.ratio * self.spread)
        i = acb(0, 1)

        def integrand(f: acb, analytic: bool) -> acb:
            c, y = f.cos(), x * f.cos() - slope * f.sin()
            return ((c + i * y).log(analytic=analytic) - (c - i * y).log(analytic=analytic)) / (2 * i)

        return arb(1) / 2 + 2 / arb.pi() ** 2 * contour(integrand, arb(0), arb.pi() / 2)

    def from_uniforms(self, u: Reals) -> Reals:
        import numpy as np

        inner = float(self.spread) * np.abs(standard_cauchy(u[0]))
        samples: Reals = float(self.ratio) * inner + standard_cauchy(u[1])
        return samples
