"""The normal law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from .law import Interval, Law, Support

if TYPE_CHECKING:
    from .law import Reals


@dataclass(frozen=True)
class Normal(Law):
    """N(mean, std^2).

    >>> Normal(0, 2).moment(4)
    48
    """

    name = "normal"

    mean: sp.Expr = sp.S.Zero
    std: sp.Expr = sp.S.One

    def check(self) -> None:
        self.require_positive("std")

    @property
    def support(self) -> Support:
        return Interval(-sp.oo, sp.oo)

    def moment(self, order: int) -> sp.Expr:
        terms = (
            sp.binomial(order, k) * self.mean ** (order - k) * self.std**k * sp.factorial2(k - 1)
            for k in range(0, order + 1, 2)
        )
        return sp.expand(sum(terms))

    def density(self, x: sp.Expr) -> sp.Expr:
        return sp.exp(-((x - self.mean) ** 2) / (2 * self.std**2)) / (sp.sqrt(2 * sp.pi) * self.std)

    def cdf(self, x: sp.Expr) -> sp.Expr:
        return sp.erfc((self.mean - x) / (sp.sqrt(2) * self.std)) / 2

    def quantile(self, level: sp.Expr) -> sp.Expr | None:
        return self.mean if level == sp.S.Half else None

    def mean_exp(self, rate: sp.Expr) -> sp.Expr:
        return sp.exp(rate * self.mean + rate**2 * self.std**2 / 2)

    def characteristic_function(self, t: sp.Expr) -> sp.Expr:
        return sp.exp(sp.I * self.mean * t - self.std**2 * t**2 / 2)

    def log_affine(self, shift: sp.Expr, factor: sp.Expr) -> sp.Expr:
        """log s - (gamma_E + log 2)/2 + (nu/2) 2F2(1, 1; 3/2, 2; -nu/2), mu = E M, s = std M, nu = (mu/s)^2.

        M^2/s^2 is a Poisson(nu/2) mixture of chi-squares with 1 + 2k degrees of freedom; E log chi^2_n is
        log 2 + psi(n/2).
        """
        mu, s = shift + factor * self.mean, sp.Abs(factor) * self.std
        nu = mu**2 / (factor * self.std) ** 2
        series = nu / 2 * sp.hyper((1, 1), (sp.Rational(3, 2), 2), -nu / 2) if nu != 0 else sp.Integer(0)
        return sp.log(s) - (sp.EulerGamma + sp.log(2)) / 2 + series

    def power_affine(self, shift: sp.Expr, factor: sp.Expr, order: sp.Expr) -> sp.Expr:
        """s^p 2^(p/2) Gamma((1+p)/2) / sqrt(pi) 1F1(-p/2; 1/2; -nu/2)."""
        mu, s = shift + factor * self.mean, sp.Abs(factor) * self.std
        nu = mu**2 / (factor * self.std) ** 2
        kummer = sp.hyper((-order / 2,), (sp.Rational(1, 2),), -nu / 2) if nu != 0 else sp.Integer(1)
        return s**order * 2 ** (order / 2) * sp.gamma((1 + order) / 2) / sp.sqrt(sp.pi) * kummer

    def affine(self, shift: sp.Expr, factor: sp.Expr) -> Normal:
        return Normal(shift + factor * self.mean, sp.Abs(factor) * self.std)

    def standard_form(self) -> tuple[sp.Expr, sp.Expr, Law]:
        return self.mean, self.std, Normal(0, 1)

    def batch_mean(self, size: int) -> Normal:
        return Normal(self.mean, self.std / sp.sqrt(size))

    def square(self) -> Law | None:
        from .gamma import Gamma

        return Gamma(sp.Rational(1, 2), 2 * self.std**2) if self.mean == 0 else None

    def light_tail(self) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        """P(|X| > t) <= 2 exp(-(t - |mean|)^2/(2 std^2)) <= 2 exp(-t/std) once t >= |mean| + 2 std + ...

        With u = (t - |mean|)/std >= 2 + 2|mean|/std: u^2/2 >= u + |mean|/std = t/std.
        """
        size = sp.Abs(self.mean)
        return sp.Integer(2), 1 / self.std, 3 * size + 2 * self.std

    def density_tail(self) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        """exp(-u^2/2) <= exp(-|x|/std) for |x| >= 3|mean| + 2 std, by the inequality of `light_tail`."""
        _, rate, start = self.light_tail()
        return 1 / (sp.sqrt(2 * sp.pi) * self.std), rate, start

    def from_uniforms(self, u: Reals) -> Reals:
        from scipy.special import ndtri

        samples: Reals = float(self.mean) + float(self.std) * ndtri(u[0])
        return samples
