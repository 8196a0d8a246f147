"""The inverse gamma law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from .law import Interval, Law, Support
from .sampling import not_too_small
from .signs import is_zero, sign

if TYPE_CHECKING:
    from .law import Reals


@dataclass(frozen=True)
class InverseGamma(Law):
    """The law of 1/Y, Y gamma of that shape and of scale 1/scale: density scale^k x^(-k-1) exp(-scale/x)/Gamma(k), k = shape.

    >>> InverseGamma(3, 2).moment(2)
    2
    """

    name = "inverse gamma"

    shape: sp.Expr
    scale: sp.Expr = sp.S.One

    def check(self) -> None:
        self.require_positive("shape", "scale")

    @property
    def support(self) -> Support:
        return Interval(sp.Integer(0), sp.oo)

    @property
    def moment_limit(self) -> sp.Expr:
        return self.shape

    def moment(self, order: int) -> sp.Expr:
        """scale^n/((k - 1) ... (k - n)), for n < k."""
        if order and sign(self.shape - order) in (0, -1):
            raise self.infinite_moment(order, self.shape)
        return self.scale**order / sp.Mul(*(self.shape - j for j in range(1, order + 1)))

    def density(self, x: sp.Expr) -> sp.Expr:
        return self.scale**self.shape * x ** (-self.shape - 1) * sp.exp(-self.scale / x) / sp.gamma(self.shape)

    def cdf(self, x: sp.Expr) -> sp.Expr:
        return sp.uppergamma(self.shape, self.scale / x) / sp.gamma(self.shape)

    def quantile(self, level: sp.Expr) -> sp.Expr | None:
        return -self.scale / sp.log(level) if self.shape == 1 else None

    def log_affine(self, shift: sp.Expr, factor: sp.Expr) -> sp.Expr | None:
        """At shift = 0: log|factor scale| - psi(k)."""
        return sp.log(sp.Abs(factor) * self.scale) - sp.digamma(self.shape) if is_zero(shift) else None

    def power_affine(self, shift: sp.Expr, factor: sp.Expr, order: sp.Expr) -> sp.Expr | None:
        """At shift = 0: |factor scale|^p Gamma(k - p)/Gamma(k), p < k."""
        if sign(self.shape - order) in (0, -1):
            raise self.infinite_moment(order, self.shape)
        if not is_zero(shift):
            return super().power_affine(shift, factor, order)
        return (sp.Abs(factor) * self.scale) ** order * sp.gamma(self.shape - order) / sp.gamma(self.shape)

    def affine(self, shift: sp.Expr, factor: sp.Expr) -> Law | None:
        return InverseGamma(self.shape, factor * self.scale) if shift == 0 and sign(factor) == 1 else None

    def tail(self, cut: sp.Expr) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        """P(X > t) <= scale^k t^-k/Gamma(k + 1) for t > 0, since exp(-scale/x) <= 1."""
        return self.scale**self.shape / sp.gamma(self.shape + 1), self.shape, sp.Integer(1)

    def density_power_tail(self) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        """The density without its exponential factor."""
        return self.scale**self.shape / sp.gamma(self.shape), self.shape + 1, sp.Integer(1)

    def from_uniforms(self, u: Reals) -> Reals:
        from scipy.special import gammainccinv

        samples: Reals = float(self.scale) / gammainccinv(float(self.shape), not_too_small(u[0]))
        return samples
