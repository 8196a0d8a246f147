"""The lognormal law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from .law import Interval, Law, Support
from .signs import is_zero, sign

if TYPE_CHECKING:
    from .law import Reals


@dataclass(frozen=True)
class Lognormal(Law):
    """exp of a normal number of mean mu and standard deviation sigma.

    >>> Lognormal(0, 1).moment(2)
    exp(2)
    """

    name = "lognormal"

    mu: sp.Expr = sp.S.Zero
    sigma: sp.Expr = sp.S.One

    def check(self) -> None:
        self.require_positive("sigma")

    @property
    def support(self) -> Support:
        return Interval(sp.Integer(0), sp.oo)

    def moment(self, order: int) -> sp.Expr:
        return self._power(sp.Integer(order))

    def _power(self, p: sp.Expr) -> sp.Expr:
        """E X^p = exp(p mu + p^2 sigma^2/2), for every real p."""
        return sp.exp(p * self.mu + p**2 * self.sigma**2 / 2)

    def density(self, x: sp.Expr) -> sp.Expr:
        exponent = -((sp.log(x) - self.mu) ** 2) / (2 * self.sigma**2)
        return sp.exp(exponent) / (x * self.sigma * sp.sqrt(2 * sp.pi))

    def cdf(self, x: sp.Expr) -> sp.Expr:
        return sp.erfc((self.mu - sp.log(x)) / (sp.sqrt(2) * self.sigma)) / 2

    def quantile(self, level: sp.Expr) -> sp.Expr | None:
        return sp.exp(self.mu) if level == sp.S.Half else None

    def log_affine(self, shift: sp.Expr, factor: sp.Expr) -> sp.Expr | None:
        """shift = 0: log|factor| + mu."""
        return sp.log(sp.Abs(factor)) + self.mu if is_zero(shift) else None

    def power_affine(self, shift: sp.Expr, factor: sp.Expr, order: sp.Expr) -> sp.Expr | None:
        """shift = 0: |factor|^p exp(p mu + p^2 sigma^2/2)."""
        if is_zero(shift):
            return sp.Abs(factor) ** order * self._power(order)
        return super().power_affine(shift, factor, order)

    def affine(self, shift: sp.Expr, factor: sp.Expr) -> Law | None:
        return Lognormal(self.mu + sp.log(factor), self.sigma) if shift == 0 and sign(factor) == 1 else None

    def square(self) -> Lognormal:
        return Lognormal(2 * self.mu, 2 * self.sigma)

    def concentration(self, point: sp.Expr) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
        """P(0 < X <= s) <= s^2 E X^-2 for every s > 0 (Markov's inequality for 1/X)."""
        if not is_zero(point):
            return None
        return self._power(sp.Integer(-2)), sp.Integer(2), sp.Integer(1)

    def tail(self, cut: sp.Expr) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        """P(X > t) <= t^-a E X^a for every a > 0 and t > 0 (Markov); a is the best integer at `cut`, at least 4.

        log of the bound is a^2 sigma^2/2 - a (log t - mu), least at a = (log t - mu)/sigma^2.
        """
        best = (sp.log(sp.Max(1, cut)) - self.mu) / self.sigma**2
        a = max(sp.Integer(4), sp.floor(best)) if best.is_number else sp.Integer(4)
        return self._power(a), a, sp.Integer(1)

    def density_power_tail(self) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        """With u = log x - mu >= 6 sigma^2: u^2/(2 sigma^2) >= 3u, so the density is at most C x^-4,
        C = exp(3 mu)/(sigma sqrt(2 pi))."""
        size = sp.exp(3 * self.mu) / (self.sigma * sp.sqrt(2 * sp.pi))
        return size, sp.Integer(4), sp.exp(self.mu + 6 * self.sigma**2)

    def from_uniforms(self, u: Reals) -> Reals:
        import numpy as np
        from scipy.special import ndtri

        exponent = float(self.mu) + float(self.sigma) * ndtri(u[0])
        samples: Reals = np.exp(np.minimum(exponent, np.log(np.finfo(np.float64).max)))
        return samples
