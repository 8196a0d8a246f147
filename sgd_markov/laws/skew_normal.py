"""The skew normal law."""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial
from typing import TYPE_CHECKING

import sympy as sp

from .computed import Computed
from .law import Interval, Law, Support
from .normal import Normal
from .signs import is_zero, sign

if TYPE_CHECKING:
    from flint import acb, arb

    from .law import Reals


@dataclass(frozen=True)
class SkewNormal(Computed):
    """Density 2 phi(x) Phi(shape x); |X| is distributed like the modulus of a standard normal variable.

    >>> SkewNormal(1).moment(1)
    1/sqrt(pi)
    """

    name = "skew normal"

    shape: sp.Expr

    @property
    def uniforms(self) -> int:
        return 2

    @property
    def support(self) -> Support:
        return Interval(-sp.oo, sp.oo)

    def moment(self, order: int) -> sp.Expr:
        """Even orders as for the normal law; E X^(2k+1) = sqrt(2/pi) d (1 + shape^2)^-k 2^-k (2k+1)!
        sum_(j<=k) j! (2 shape)^(2j)/((2j+1)! (k-j)!), d = shape/sqrt(1 + shape^2) (Henze 1986)."""
        if order % 2 == 0:
            return sp.factorial2(order - 1) if order else sp.Integer(1)
        k, narrow = order // 2, sp.cancel(1 / (1 + self.shape**2))
        terms = (
            factorial(j) * (2 * self.shape) ** (2 * j) / sp.Integer(factorial(2 * j + 1) * factorial(k - j))
            for j in range(k + 1)
        )
        front = sp.sqrt(2 / sp.pi) * self.shape * sp.sqrt(narrow) * factorial(order) * (narrow / 2) ** k
        return front * sp.Add(*terms)

    def density(self, x: sp.Expr) -> sp.Expr:
        return sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi) * sp.erfc(-self.shape * x / sp.sqrt(2))

    def cdf(self, x: sp.Expr) -> sp.Expr | None:
        """Closed for shape 1, the larger of two normal variables, and -1, the smaller."""
        below = sp.erfc(-x / sp.sqrt(2)) / 2
        if self.shape == 1:
            return below**2
        return 1 - (1 - below) ** 2 if self.shape == -1 else None

    def log_affine(self, shift: sp.Expr, factor: sp.Expr) -> sp.Expr | None:
        return Normal(0, 1).log_affine(shift, factor) if is_zero(shift) else None

    def power_affine(self, shift: sp.Expr, factor: sp.Expr, order: sp.Expr) -> sp.Expr | None:
        if is_zero(shift):
            return Normal(0, 1).power_affine(shift, factor, order)
        return super().power_affine(shift, factor, order)

    def affine(self, shift: sp.Expr, factor: sp.Expr) -> Law | None:
        return SkewNormal(-self.shape) if shift == 0 and sign(factor + 1) == 0 else None

    def light_tail(self) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        return Normal(0, 1).light_tail()

    def density_tail(self) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        """The density is at most twice the normal one."""
        size, rate, start = Normal(0, 1).density_tail()
        return 2 * size, rate, start

    def cdf_ball(self, x: arb) -> arb:
        """Phi(x) - 2 T(x, shape), T(x, h) = int_0^h exp(-x^2 (1 + t^2)/2)/(1 + t^2) dt/(2 pi) (Owen)."""
        from flint import arb

        from ..balls.evaluate import evaluate
        from ..balls.quadrature import contour

        def integrand(t: acb, analytic: bool) -> acb:
            square = 1 + t * t
            return (-x * x * square / 2).exp() / square

        owen = contour(integrand, arb(0), evaluate(self.shape)) / (2 * arb.pi())
        return (-x / arb(2).sqrt()).erfc() / 2 - 2 * owen

    def from_uniforms(self, u: Reals) -> Reals:
        """d |Y| + sqrt(1 - d^2) Z, d = shape/sqrt(1 + shape^2)."""
        import numpy as np
        from scipy.special import ndtri

        shape = float(self.shape)
        d = shape / np.hypot(1, shape)
        samples: Reals = d * np.abs(ndtri(u[0])) + ndtri(u[1]) / np.hypot(1, shape)
        return samples
