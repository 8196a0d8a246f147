"""The exponential law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from .gamma import Gamma
from .law import Interval, Law, Support
from .signs import sign

if TYPE_CHECKING:
    from .law import Reals


@dataclass(frozen=True)
class Exponential(Law):
    """Exponential with the given mean; the gamma law of shape 1.

    >>> Exponential(2).moment(3)
    48
    >>> Exponential(1).log_affine(sp.Integer(1), sp.Integer(1))
    -E*Ei(-1)
    """

    name = "exponential"

    mean: sp.Expr = sp.S.One

    def check(self) -> None:
        self.require_positive("mean")

    @property
    def as_gamma(self) -> Gamma:
        return Gamma(1, self.mean)

    @property
    def support(self) -> Support:
        return Interval(sp.Integer(0), sp.oo)

    def moment(self, order: int) -> sp.Expr:
        return sp.factorial(order) * self.mean**order

    def density(self, x: sp.Expr) -> sp.Expr:
        return sp.exp(-x / self.mean) / self.mean

    def cdf(self, x: sp.Expr) -> sp.Expr:
        return 1 - sp.exp(-x / self.mean)

    def quantile(self, level: sp.Expr) -> sp.Expr:
        return -self.mean * sp.log(1 - level)

    def mean_exp(self, rate: sp.Expr) -> sp.Expr | None:
        return self.as_gamma.mean_exp(rate)

    def characteristic_function(self, t: sp.Expr) -> sp.Expr:
        return 1 / (1 - sp.I * t * self.mean)

    def log_affine(self, shift: sp.Expr, factor: sp.Expr) -> sp.Expr | None:
        """log|shift| - e^u Ei(-u), u = shift/(factor mean), of either sign; shift = 0: log|factor mean| - gamma_E."""
        return self.as_gamma.log_affine(shift, factor)

    def power_affine(self, shift: sp.Expr, factor: sp.Expr, order: sp.Expr) -> sp.Expr | None:
        return self.as_gamma.power_affine(shift, factor, order)

    def standard_form(self) -> tuple[sp.Expr, sp.Expr, Law]:
        return sp.Integer(0), self.mean, Exponential(1)

    def affine(self, shift: sp.Expr, factor: sp.Expr) -> Law | None:
        return Exponential(factor * self.mean) if shift == 0 and sign(factor) == 1 else None

    def batch_mean(self, size: int) -> Law:
        return self if size == 1 else Gamma(size, self.mean / size)

    def light_tail(self) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        """P(X > t) = exp(-t/mean)."""
        return sp.Integer(1), 1 / self.mean, sp.Integer(0)

    def density_tail(self) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        """The density itself."""
        return 1 / self.mean, 1 / self.mean, sp.Integer(0)

    def from_uniforms(self, u: Reals) -> Reals:
        import numpy as np

        samples: Reals = -float(self.mean) * np.log1p(-u[0])
        return samples
