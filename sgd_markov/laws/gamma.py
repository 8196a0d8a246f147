"""The gamma law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from .gamma_potential import gamma_log, gamma_power
from .law import Interval, Law, Support
from .sampling import not_too_small
from .signs import continued, is_zero, sign

if TYPE_CHECKING:
    from .law import Reals


@dataclass(frozen=True)
class Gamma(Law):
    """Density x^(shape-1) exp(-x/scale) / (Gamma(shape) scale^shape) on x > 0.

    >>> Gamma(3, 2).moment(2)
    48
    """

    name = "gamma"

    shape: sp.Expr
    scale: sp.Expr = sp.S.One

    def check(self) -> None:
        self.require_positive("shape", "scale")

    @property
    def support(self) -> Support:
        return Interval(sp.Integer(0), sp.oo)

    def moment(self, order: int) -> sp.Expr:
        """scale^n shape (shape + 1) ... (shape + n - 1)."""
        return sp.expand(self.scale**order * sp.Mul(*(self.shape + j for j in range(order))))

    def density(self, x: sp.Expr) -> sp.Expr:
        return x ** (self.shape - 1) * sp.exp(-x / self.scale) / (sp.gamma(self.shape) * self.scale**self.shape)

    def cdf(self, x: sp.Expr) -> sp.Expr:
        return sp.lowergamma(self.shape, x / self.scale) / sp.gamma(self.shape)

    def quantile(self, level: sp.Expr) -> sp.Expr | None:
        return -self.scale * sp.log(1 - level) if self.shape == 1 else None

    def mean_exp(self, rate: sp.Expr) -> sp.Expr | None:
        """(1 - rate scale)^-shape for rate scale < 1."""
        side = sign(1 - rate * self.scale)
        if side in (0, -1):
            raise self.infinite_exponential(rate)
        return None if side is None else (1 - rate * self.scale) ** (-self.shape)

    def characteristic_function(self, t: sp.Expr) -> sp.Expr:
        return (1 - sp.I * t * self.scale) ** (-self.shape)

    def log_affine(self, shift: sp.Expr, factor: sp.Expr) -> sp.Expr | None:
        """log|factor scale| + E log|z + X/scale|, z = shift/(factor scale): see `gamma_potential.gamma_log`."""
        unit = factor * self.scale
        centred = sp.log(sp.Abs(unit)) + sp.digamma(self.shape)
        if is_zero(shift):
            return centred
        if self.shape == 1:
            return continued(
                shift, centred, lambda: sp.log(sp.Abs(shift)) - sp.exp(shift / unit) * sp.Ei(-shift / unit)
            )
        potential = gamma_log(self.shape, shift / unit)
        return None if potential is None else sp.log(sp.Abs(unit)) + potential

    def power_affine(self, shift: sp.Expr, factor: sp.Expr, order: sp.Expr) -> sp.Expr | None:
        """|factor scale|^p E|z + X/scale|^p, z = shift/(factor scale): see `gamma_potential.gamma_power`."""
        unit = factor * self.scale
        power = gamma_power(self.shape, shift / unit, order)
        return super().power_affine(shift, factor, order) if power is None else sp.Abs(unit) ** order * power

    def standard_form(self) -> tuple[sp.Expr, sp.Expr, Law]:
        return sp.Integer(0), self.scale, Gamma(self.shape, 1)

    def affine(self, shift: sp.Expr, factor: sp.Expr) -> Law | None:
        return Gamma(self.shape, factor * self.scale) if shift == 0 and sign(factor) == 1 else None

    def batch_mean(self, size: int) -> Gamma:
        return self if size == 1 else Gamma(self.shape * size, self.scale / size)

    def concentration(self, point: sp.Expr) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
        """P(0 < X <= s) <= (s/scale)^shape / Gamma(shape + 1) for every s > 0, since exp(-x) <= 1."""
        if not is_zero(point) or self.shape.is_Integer:
            return None
        return self.scale ** (-self.shape) / sp.gamma(self.shape + 1), self.shape, self.scale

    def light_tail(self) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        """P(X > t) <= E exp(X/(2 scale)) exp(-t/(2 scale)) = 2^shape exp(-t/(2 scale)) (Markov's inequality)."""
        return 2**self.shape, 1 / (2 * self.scale), sp.Integer(0)

    def density_tail(self) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
        """With y = x/scale >= 1: y^(k-1) exp(-y) <= exp(-y) for k <= 1, and <= (2(k-1)/e)^(k-1) exp(-y/2) for k > 1.

        The second: y^(k-1) exp(-y/2) is largest at y = 2 (k - 1).
        """
        k = self.shape
        above_one = sign(k - 1)
        if above_one is None:
            return None
        if above_one <= 0:
            return 1 / (sp.gamma(k) * self.scale), 1 / self.scale, self.scale
        peak = (2 * (k - 1) / sp.E) ** (k - 1)
        return peak / (sp.gamma(k) * self.scale), 1 / (2 * self.scale), self.scale

    def from_uniforms(self, u: Reals) -> Reals:
        from scipy.special import gammaincinv

        samples: Reals = float(self.scale) * gammaincinv(float(self.shape), not_too_small(u[0]))
        return samples
