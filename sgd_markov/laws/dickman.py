"""The generalised Dickman law."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb
from typing import TYPE_CHECKING

import sympy as sp

from .computed import Computed
from .law import Interval, Support
from .signs import sign

if TYPE_CHECKING:
    from flint import arb

    from .law import Reals

COPIES = 60
"""Factors of the perpetuity that a sample multiplies: the rest is below (theta/(theta + 1))^60."""


@dataclass(frozen=True)
class Dickman(Computed):
    """The law of X with X ~ U^(1/theta) (X + 1): E exp(-s X) = exp(-theta int_0^1 (1 - exp(-s x))/x dx).

    The density p on x > 0 solves x p'(x) = (theta - 1) p(x) - theta p(x - 1), with
    p(x) = exp(-EulerGamma theta) x^(theta-1)/Gamma(theta) for 0 < x <= 1; see `balls.dickman_series`.

    >>> Dickman(1).cdf(sp.Integer(1)), Dickman(1).moment(2)
    (exp(-EulerGamma), 3/2)
    """

    name = "Dickman"

    theta: sp.Expr = sp.S.One

    def check(self) -> None:
        self.require_positive("theta")

    @property
    def uniforms(self) -> int:
        return COPIES

    @property
    def support(self) -> Support:
        return Interval(sp.Integer(0), sp.oo)

    def moment(self, order: int) -> sp.Expr:
        """m_n = (theta/n) sum_(j<n) binom(n, j) m_j; the cumulants are theta/n."""
        found = [sp.Integer(1)]
        for n in range(1, order + 1):
            found.append(sp.expand(self.theta / n * sp.Add(*(comb(n, j) * found[j] for j in range(n)))))
        return found[order]

    @property
    def _unit(self) -> sp.Expr:
        return sp.exp(-sp.EulerGamma * self.theta)

    def density(self, x: sp.Expr) -> sp.Expr | None:
        """Closed on (0, 1], and on (1, 2] for theta = 1: exp(-EulerGamma) (1 - log x)."""
        return self._on_first_pieces(
            x, x ** (self.theta - 1) * self._unit / sp.gamma(self.theta), self._unit * (1 - sp.log(x))
        )

    def cdf(self, x: sp.Expr) -> sp.Expr | None:
        """P(X <= x) = exp(-EulerGamma theta) x^theta/Gamma(theta + 1) for 0 < x <= 1."""
        second = self._unit * (2 * x - 1 - x * sp.log(x))
        return self._on_first_pieces(x, x**self.theta * self._unit / sp.gamma(self.theta + 1), second)

    def quantile(self, level: sp.Expr) -> sp.Expr | None:
        """(level exp(EulerGamma theta) Gamma(theta + 1))^(1/theta) where that is at most 1."""
        power = level * sp.gamma(self.theta + 1) / self._unit
        return power ** (1 / self.theta) if sign(1 - power) in (0, 1) else None

    def _on_first_pieces(self, x: sp.Expr, first: sp.Expr, second: sp.Expr) -> sp.Expr | None:
        if sign(x) == 1 and sign(1 - x) in (0, 1):
            return first
        return second if self.theta == 1 and sign(x - 1) == 1 and sign(2 - x) in (0, 1) else None

    def characteristic_function(self, t: sp.Expr) -> sp.Expr:
        """exp(theta int_0^t (exp(i u) - 1)/u du) = exp(theta (Ci|t| - log|t| - EulerGamma + i Si t))."""
        size = sp.Abs(t)
        return sp.exp(self.theta * (sp.Ci(size) - sp.log(size) - sp.EulerGamma + sp.I * sp.Si(t)))

    def density_ball(self, x: arb) -> arb:
        from ..balls.dickman_series import density

        return density(self.theta, x)

    def cdf_ball(self, x: arb) -> arb:
        from ..balls.dickman_series import distribution

        return distribution(self.theta, x)

    def from_uniforms(self, u: Reals) -> Reals:
        """The perpetuity sum_n (U_1 ... U_n)^(1/theta), cut off."""
        import numpy as np

        samples: Reals = np.cumprod(u ** (1 / float(self.theta)), axis=0).sum(axis=0)
        return samples
