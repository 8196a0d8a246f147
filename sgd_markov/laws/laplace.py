"""The Laplace law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from .gamma_potential import gamma_power
from .law import Interval, Law, Support
from .signs import continued, sign

if TYPE_CHECKING:
    from .law import Reals


@dataclass(frozen=True)
class Laplace(Law):
    """Density exp(-|x - mean|/scale) / (2 scale): mean +- scale times an exponential, each sign with probability 1/2.

    >>> Laplace(0, 2).variance
    8
    """

    name = "laplace"

    mean: sp.Expr = sp.S.Zero
    scale: sp.Expr = sp.S.One

    def check(self) -> None:
        self.require_positive("scale")

    @property
    def support(self) -> Support:
        return Interval(-sp.oo, sp.oo)

    def moment(self, order: int) -> sp.Expr:
        terms = (
            sp.binomial(order, k) * self.mean ** (order - k) * self.scale**k * sp.factorial(k)
            for k in range(0, order + 1, 2)
        )
        return sp.expand(sum(terms))

    def density(self, x: sp.Expr) -> sp.Expr:
        return sp.exp(-sp.Abs(x - self.mean) / self.scale) / (2 * self.scale)

    def pieces(self, x: sp.Expr) -> tuple[tuple[sp.Expr, sp.Expr, sp.Expr], ...]:
        y = (x - self.mean) / self.scale
        left, right = (sp.exp(exponent) / (2 * self.scale) for exponent in (y, -y))
        return ((-sp.oo, self.mean, left), (self.mean, sp.oo, right))

    def cdf(self, x: sp.Expr) -> sp.Expr:
        y = (x - self.mean) / self.scale
        return sp.Piecewise((sp.exp(y) / 2, x < self.mean), (1 - sp.exp(-y) / 2, True))

    def quantile(self, level: sp.Expr) -> sp.Expr:
        """mean + scale log(2 level) up to 1/2, mean - scale log(2 - 2 level) from there."""
        below, above = self.scale * sp.log(2 * level), -self.scale * sp.log(2 - 2 * level)
        return self.mean + sp.Piecewise((below, level < sp.S.Half), (above, True))

    def mean_exp(self, rate: sp.Expr) -> sp.Expr | None:
        """exp(rate mean)/(1 - rate^2 scale^2) for |rate| scale < 1."""
        side = sign(1 - rate**2 * self.scale**2)
        if side in (0, -1):
            raise self.infinite_exponential(rate)
        return None if side is None else sp.exp(rate * self.mean) / (1 - rate**2 * self.scale**2)

    def characteristic_function(self, t: sp.Expr) -> sp.Expr:
        return sp.exp(sp.I * self.mean * t) / (1 + self.scale**2 * t**2)

    def log_affine(self, shift: sp.Expr, factor: sp.Expr) -> sp.Expr:
        """log|mu| - (e^u Ei(-u) + e^-u Ei(u))/2, mu = shift + factor mean, u = mu/(factor scale).

        mu = 0: log|factor scale| - gamma_E. Half the sum of the exponential potentials of both signs.
        """
        mu, unit = shift + factor * self.mean, factor * self.scale
        u = mu / unit
        return continued(
            mu,
            sp.log(sp.Abs(unit)) - sp.EulerGamma,
            lambda: sp.log(sp.Abs(mu)) - (sp.exp(u) * sp.Ei(-u) + sp.exp(-u) * sp.Ei(u)) / 2,
        )

    def power_affine(self, shift: sp.Expr, factor: sp.Expr, order: sp.Expr) -> sp.Expr | None:
        """|factor scale|^p (E|v + X|^p + E|X - v|^p)/2, v = |mu/(factor scale)|, X exponential of mean 1."""
        unit = sp.Abs(factor) * self.scale
        v, one = sp.Abs(shift + factor * self.mean) / unit, sp.Integer(1)
        right, left = gamma_power(one, v, order), gamma_power(one, -v, order)
        if right is None or left is None:
            return super().power_affine(shift, factor, order)
        return unit**order * (right + left) / 2

    def affine(self, shift: sp.Expr, factor: sp.Expr) -> Laplace:
        return Laplace(shift + factor * self.mean, sp.Abs(factor) * self.scale)

    def standard_form(self) -> tuple[sp.Expr, sp.Expr, Law]:
        return self.mean, self.scale, Laplace(0, 1)

    def batch_mean(self, size: int) -> Law:
        from .laplace_mean import LaplaceMean

        return self if size == 1 else LaplaceMean(self.mean, self.scale, size)

    def light_tail(self) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        """P(|X| > t) <= exp(-(t - |mean|)/scale) for t >= |mean|: two exponential halves, the larger taken twice."""
        size = sp.Abs(self.mean)
        return sp.exp(size / self.scale), 1 / self.scale, size

    def density_tail(self) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        """exp(-|x - mean|/b) <= exp(|mean|/b) exp(-|x|/b)."""
        return sp.exp(sp.Abs(self.mean) / self.scale) / (2 * self.scale), 1 / self.scale, sp.Integer(0)

    def from_uniforms(self, u: Reals) -> Reals:
        samples: Reals = float(self.mean) + float(self.scale) * standard_laplace(u[0])
        return samples


def standard_laplace(u: Reals) -> Reals:
    """The inverse distribution function of the Laplace law of scale 1."""
    import numpy as np

    samples: Reals = np.where(u < 0.5, np.log(2 * np.minimum(u, 0.5)), -np.log(2 * np.minimum(1 - u, 0.5)))
    return samples
