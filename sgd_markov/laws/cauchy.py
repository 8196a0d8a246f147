"""The Cauchy law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from .law import Interval, Law, Support
from .sampling import within_doubles
from .signs import sign

if TYPE_CHECKING:
    from .law import Reals


@dataclass(frozen=True)
class Cauchy(Law):
    """Density scale / (pi (scale^2 + (x - loc)^2)); a batch mean has the same law.

    >>> Cauchy(0, 1).log_affine(sp.Integer(1), sp.Integer(1))
    log(2)/2
    """

    name = "cauchy"

    loc: sp.Expr = sp.S.Zero
    scale: sp.Expr = sp.S.One

    def check(self) -> None:
        self.require_positive("scale")

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
        return self.scale / (sp.pi * (self.scale**2 + (x - self.loc) ** 2))

    def cdf(self, x: sp.Expr) -> sp.Expr:
        return sp.Rational(1, 2) + sp.atan((x - self.loc) / self.scale) / sp.pi

    def quantile(self, level: sp.Expr) -> sp.Expr:
        return self.loc + self.scale * sp.tan(sp.pi * (level - sp.S.Half))

    def mean_exp(self, rate: sp.Expr) -> sp.Expr | None:
        if sign(rate) in (1, -1):
            raise self.infinite_exponential(rate)
        return None

    def characteristic_function(self, t: sp.Expr) -> sp.Expr:
        return sp.exp(sp.I * self.loc * t - self.scale * sp.Abs(t))

    def log_affine(self, shift: sp.Expr, factor: sp.Expr) -> sp.Expr:
        """log(mu^2 + s^2)/2, mu = shift + factor loc, s = factor scale (Poisson's kernel)."""
        return sp.log((shift + factor * self.loc) ** 2 + (factor * self.scale) ** 2) / 2

    def power_affine(self, shift: sp.Expr, factor: sp.Expr, order: sp.Expr) -> sp.Expr:
        """(mu^2 + s^2)^(p/2) cos(p atan(mu/s)) / cos(pi p/2) for p < 1 (real part of (mu + i s)^p)."""
        if sign(1 - order) in (0, -1):
            raise self.infinite_moment(order, 1)
        mu, s = shift + factor * self.loc, sp.Abs(factor) * self.scale
        return (mu**2 + s**2) ** (order / 2) * sp.cos(order * sp.atan(mu / s)) / sp.cos(sp.pi * order / 2)

    def affine(self, shift: sp.Expr, factor: sp.Expr) -> Cauchy:
        return Cauchy(shift + factor * self.loc, sp.Abs(factor) * self.scale)

    def standard_form(self) -> tuple[sp.Expr, sp.Expr, Law]:
        return self.loc, self.scale, Cauchy(0, 1)

    def batch_mean(self, size: int) -> Cauchy:
        return self

    def tail(self, cut: sp.Expr) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        """P(|X - loc| > y) = (2/pi) atan(scale/y) <= 2 scale/(pi y).

        |X| > t needs |X - loc| > t - |loc|, which is at least t/2 for t >= 2 |loc|, and t for loc = 0.
        """
        wide = 2 if self.loc == 0 else 4
        return wide * self.scale / sp.pi, sp.Integer(1), 2 * sp.Abs(self.loc) + self.scale

    def tail_constants(self) -> tuple[sp.Expr, sp.Expr]:
        return self.scale / sp.pi, self.scale / sp.pi

    def from_uniforms(self, u: Reals) -> Reals:
        import numpy as np

        with np.errstate(over="ignore"):
            return within_doubles(float(self.loc) + float(self.scale) * standard_cauchy(u[0]))


def standard_cauchy(u: Reals) -> Reals:
    """-cot(pi u), precise at both ends of (0, 1)."""
    import numpy as np

    with np.errstate(over="ignore", divide="ignore"):
        low, high = -1 / np.tan(np.pi * np.minimum(u, 0.5)), 1 / np.tan(np.pi * np.minimum(1 - u, 0.5))
    return within_doubles(np.where(u < 0.5, low, high))
