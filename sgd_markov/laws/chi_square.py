"""The chi-square law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from .gamma import Gamma
from .law import Interval, Law, Support

if TYPE_CHECKING:
    from .law import Reals


@dataclass(frozen=True)
class ChiSquare(Law):
    """The law of Z_1^2 + ... + Z_df^2, Z_i standard normal: the gamma law of shape df/2 and scale 2.

    >>> ChiSquare(3).moment(2)
    15
    """

    name = "chi-square"

    df: sp.Expr

    def check(self) -> None:
        self.require_positive("df")

    @property
    def as_gamma(self) -> Gamma:
        return Gamma(self.df / 2, 2)

    @property
    def support(self) -> Support:
        return Interval(sp.Integer(0), sp.oo)

    def moment(self, order: int) -> sp.Expr:
        return self.as_gamma.moment(order)

    def density(self, x: sp.Expr) -> sp.Expr:
        return self.as_gamma.density(x)

    def cdf(self, x: sp.Expr) -> sp.Expr:
        return self.as_gamma.cdf(x)

    def quantile(self, level: sp.Expr) -> sp.Expr | None:
        return self.as_gamma.quantile(level)

    def mean_exp(self, rate: sp.Expr) -> sp.Expr | None:
        return self.as_gamma.mean_exp(rate)

    def characteristic_function(self, t: sp.Expr) -> sp.Expr:
        return self.as_gamma.characteristic_function(t)

    def log_affine(self, shift: sp.Expr, factor: sp.Expr) -> sp.Expr | None:
        return self.as_gamma.log_affine(shift, factor)

    def power_affine(self, shift: sp.Expr, factor: sp.Expr, order: sp.Expr) -> sp.Expr | None:
        return self.as_gamma.power_affine(shift, factor, order)

    def affine(self, shift: sp.Expr, factor: sp.Expr) -> Law | None:
        return self.as_gamma.affine(shift, factor)

    def batch_mean(self, size: int) -> Law:
        return self if size == 1 else self.as_gamma.batch_mean(size)

    def concentration(self, point: sp.Expr) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
        return self.as_gamma.concentration(point)

    def light_tail(self) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        return self.as_gamma.light_tail()

    def density_tail(self) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
        return self.as_gamma.density_tail()

    def from_uniforms(self, u: Reals) -> Reals:
        return self.as_gamma.from_uniforms(u)
