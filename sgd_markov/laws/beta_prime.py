"""The beta-prime law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from .beta import Beta
from .law import Interval, Law, Support
from .sampling import not_too_small
from .signs import continued, is_zero, sign

if TYPE_CHECKING:
    from .law import Reals


@dataclass(frozen=True)
class BetaPrime(Law):
    """The law of Y/(1 - Y), Y with law beta(alpha, beta): density x^(alpha-1) (1+x)^(-alpha-beta) / B(alpha, beta).

    >>> BetaPrime(2, 3).moment(1)
    1
    """

    name = "beta-prime"

    alpha: sp.Expr
    beta: sp.Expr

    def check(self) -> None:
        self.require_positive("alpha", "beta")

    @property
    def as_beta(self) -> Beta:
        """The law of Y = X/(1 + X)."""
        return Beta(self.alpha, self.beta)

    @property
    def support(self) -> Support:
        return Interval(sp.Integer(0), sp.oo)

    @property
    def moment_limit(self) -> sp.Expr:
        return self.beta

    def moment(self, order: int) -> sp.Expr:
        """prod_{j<n} (alpha + j)/(beta - 1 - j), for n < beta."""
        if order and sign(self.beta - order) in (0, -1):
            raise self.infinite_moment(order, self.beta)
        return sp.Mul(*((self.alpha + j) / (self.beta - 1 - j) for j in range(order)))

    def density(self, x: sp.Expr) -> sp.Expr:
        return x ** (self.alpha - 1) * (1 + x) ** (-self.alpha - self.beta) / self.as_beta.normaliser

    def cdf(self, x: sp.Expr) -> sp.Expr:
        return self.as_beta.cdf(x / (1 + x))

    def quantile(self, level: sp.Expr) -> sp.Expr | None:
        """y/(1 - y) for the quantile y of the beta law."""
        y = self.as_beta.quantile(level)
        return None if y is None else sp.cancel(y) / sp.cancel(1 - y)

    def log_affine(self, shift: sp.Expr, factor: sp.Expr) -> sp.Expr | None:
        """E log|shift + (factor - shift) Y| - E log(1 - Y): the beta potentials; E log X = psi(alpha) - psi(beta)."""
        slope = factor - shift
        potential = None if is_zero(slope) else self.as_beta.log_affine(shift, slope)
        if potential is None and not is_zero(slope):
            return None
        numerator = continued(slope, sp.log(sp.Abs(shift)), lambda: potential)
        return numerator - sp.digamma(self.beta) + sp.digamma(self.alpha + self.beta)

    def power_affine(self, shift: sp.Expr, factor: sp.Expr, order: sp.Expr) -> sp.Expr | None:
        """B(alpha, beta-p)/B(alpha, beta) E|shift + (factor - shift) Y'|^p, Y' of law beta(alpha, beta-p), p < beta."""
        known = sign(self.beta - order)
        if known in (0, -1):
            raise self.infinite_moment(order, self.beta)
        if known is None:
            return None
        tilted = Beta(self.alpha, self.beta - order)
        slope = factor - shift
        mean = None if is_zero(slope) else tilted.power_affine(shift, slope, order)
        if mean is None and not is_zero(slope):
            return None
        numerator = continued(slope, sp.Abs(shift) ** order, lambda: mean)
        return numerator * tilted.normaliser / self.as_beta.normaliser

    def affine(self, shift: sp.Expr, factor: sp.Expr) -> Law | None:
        return self if shift == 0 and factor == 1 else None

    def concentration(self, point: sp.Expr) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
        """P(0 < X <= s) <= s^alpha / (alpha B(alpha, beta)) for every s, since (1 + x)^(-alpha-beta) <= 1."""
        if not is_zero(point) or self.alpha.is_Integer:
            return None
        return 1 / (self.alpha * self.as_beta.normaliser), self.alpha, sp.Integer(1)

    def tail(self, cut: sp.Expr) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        """P(X > t) <= t^-beta / (beta B(alpha, beta)) for t > 0, since (1 + x)^(-alpha-beta) <= x^(-alpha-beta)."""
        return 1 / (self.beta * self.as_beta.normaliser), self.beta, sp.Integer(1)

    def density_power_tail(self) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        """x^(alpha-1) (1 + x)^(-alpha-beta) <= x^(-beta-1)."""
        return 1 / sp.beta(self.alpha, self.beta), self.beta + 1, sp.Integer(1)

    def tail_constants(self) -> tuple[sp.Expr, sp.Expr]:
        """The density is x^(alpha-1) (1+x)^(-alpha-beta)/B(alpha, beta)."""
        limit = sp.gamma(self.alpha + self.beta) / (sp.gamma(self.alpha) * sp.gamma(self.beta) * self.beta)
        return limit, sp.Integer(0)

    def from_uniforms(self, u: Reals) -> Reals:
        import numpy as np
        from scipy.special import betaincinv

        alpha, beta, p = float(self.alpha), float(self.beta), not_too_small(u[0])
        below, above = betaincinv(alpha, beta, p), betaincinv(beta, alpha, 1 - p)
        samples: Reals = below / np.maximum(above, np.finfo(np.float64).tiny)
        return samples
