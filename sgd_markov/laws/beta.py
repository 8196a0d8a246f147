"""The beta law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from .beta_potential import beta_log, beta_power, integer_log, integer_power
from .law import Interval, Law, Support
from .sampling import not_too_small
from .signs import is_zero

if TYPE_CHECKING:
    from .law import Reals

TERMS = 12
"""Distribution functions of so many terms are written out."""


@dataclass(frozen=True)
class Beta(Law):
    """Density x^(alpha-1) (1-x)^(beta-1) / B(alpha, beta) on (0, 1).

    >>> Beta(1, 3).moment(2)
    1/10
    """

    name = "beta"

    alpha: sp.Expr
    beta: sp.Expr

    def check(self) -> None:
        self.require_positive("alpha", "beta")

    @property
    def total(self) -> sp.Expr:
        return sp.expand(self.alpha + self.beta)

    @property
    def support(self) -> Support:
        return Interval(sp.Integer(0), sp.Integer(1))

    def moment(self, order: int) -> sp.Expr:
        """prod_{j<n} (alpha + j)/(alpha + beta + j)."""
        return sp.Mul(*((self.alpha + j) / (self.total + j) for j in range(order)))

    def density(self, x: sp.Expr) -> sp.Expr:
        return x ** (self.alpha - 1) * (1 - x) ** (self.beta - 1) / self.normaliser

    @property
    def normaliser(self) -> sp.Expr:
        """B(alpha, beta)."""
        return sp.gamma(self.alpha) * sp.gamma(self.beta) / sp.gamma(self.total)

    def cdf(self, x: sp.Expr) -> sp.Expr:
        """x^alpha 2F1(alpha, 1-beta; alpha+1; x) / (alpha B(alpha, beta)); a polynomial times a power for a small
        integer alpha or beta.

        Not sympy's betainc_regularized, which lambdify prints as the unregularised function of mpmath.
        """
        if is_small_integer(self.beta):
            return finite_series(self.alpha, int(self.beta), x) / self.normaliser
        if is_small_integer(self.alpha):
            return 1 - finite_series(self.beta, int(self.alpha), 1 - x) / self.normaliser
        series = sp.hyper((self.alpha, 1 - self.beta), (self.alpha + 1,), x)
        return x**self.alpha * series / (self.alpha * self.normaliser)

    def quantile(self, level: sp.Expr) -> sp.Expr | None:
        """level^(1/alpha) for beta = 1, 1 - (1 - level)^(1/beta) for alpha = 1; the median where they are equal."""
        if self.beta == 1:
            return level ** (1 / self.alpha)
        if self.alpha == 1:
            return 1 - (1 - level) ** (1 / self.beta)
        special = self._special()
        if special is not None:
            return special.quantile(level)
        return sp.S.Half if self.alpha == self.beta and level == sp.S.Half else None

    def characteristic_function(self, t: sp.Expr) -> sp.Expr:
        return sp.hyper((self.alpha,), (self.total,), sp.I * t)

    def log_affine(self, shift: sp.Expr, factor: sp.Expr) -> sp.Expr | None:
        """Closed for all numeric parameters and places of 0: see `beta_potential`; for integer ones in symbols too.

        0 at the left end: log|factor| + psi(alpha) - psi(alpha + beta); at the right end with beta for alpha.
        """
        if is_zero(shift):
            return sp.log(sp.Abs(factor)) + sp.digamma(self.alpha) - sp.digamma(self.total)
        if is_zero(shift + factor):
            return sp.log(sp.Abs(factor)) + sp.digamma(self.beta) - sp.digamma(self.total)
        special = self._special()
        if special is not None:
            return special.log_affine(shift, factor)
        if self.alpha.is_Integer and self.beta.is_Integer:
            return integer_log(int(self.alpha), int(self.beta), shift, factor)
        return beta_log(self.alpha, self.beta, shift, factor)

    def power_affine(self, shift: sp.Expr, factor: sp.Expr, order: sp.Expr) -> sp.Expr | None:
        """At the left end |factor|^p B(alpha + p, beta)/B(alpha, beta); otherwise where `log_affine` is closed."""
        for hit, near in ((shift, self.alpha), (shift + factor, self.beta)):
            if is_zero(hit):
                ratio = sp.gamma(near + order) * sp.gamma(self.total) / (sp.gamma(near) * sp.gamma(self.total + order))
                return sp.Abs(factor) ** order * ratio
        even = super().power_affine(shift, factor, order)
        special = self._special()
        if even is not None or special is not None:
            return even if special is None or even is not None else special.power_affine(shift, factor, order)
        if self.alpha.is_Integer and self.beta.is_Integer:
            return integer_power(int(self.alpha), int(self.beta), shift, factor, order)
        return beta_power(self.alpha, self.beta, shift, factor, order)

    def _special(self) -> Law | None:
        """beta(1/2, 1/2) is the arcsine law, beta(3/2, 3/2) the semicircle law, of [0, 1]."""
        from .arcsine import Arcsine
        from .semicircle import Semicircle

        half = sp.Rational(1, 2)
        if self.alpha == self.beta == half:
            return Arcsine(0, 1)
        return Semicircle(half, half) if self.alpha == self.beta == 3 * half else None

    def affine(self, shift: sp.Expr, factor: sp.Expr) -> Law | None:
        if shift == 0 and factor == 1:
            return self
        return Beta(self.beta, self.alpha) if shift == 1 and factor == -1 else None

    def batch_mean(self, size: int) -> Law | None:
        """beta(1, 1) is uniform; no family holds the means of the others."""
        from .irwin_hall import IrwinHall

        if size == 1:
            return self
        return IrwinHall(0, 1, size) if self.alpha == self.beta == 1 else None

    def square(self) -> Law | None:
        return Beta(self.alpha / 2, 1) if self.beta == 1 else None

    def concentration(self, point: sp.Expr) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
        """P(0 < X <= s) <= 2^|beta-1| s^alpha / (alpha B(alpha, beta)) for s <= 1/2.

        For (1-x)^(beta-1) <= 2^|beta-1| on [0, 1/2]. The same at 1 with the parameters exchanged.
        """
        for end, near, far in ((point, self.alpha, self.beta), (point - 1, self.beta, self.alpha)):
            if is_zero(end) and not near.is_Integer:
                return 2 ** sp.Abs(far - 1) / (near * self.normaliser), near, sp.Rational(1, 2)
        return None

    def from_uniforms(self, u: Reals) -> Reals:
        from scipy.special import betaincinv

        samples: Reals = betaincinv(float(self.alpha), float(self.beta), not_too_small(u[0]))
        return samples


def is_small_integer(value: sp.Expr) -> bool:
    return bool(value.is_Integer and 0 < value <= TERMS)


def finite_series(power: sp.Expr, terms: int, x: sp.Expr) -> sp.Expr:
    """int_0^x y^(power-1) (1-y)^(terms-1) dy = x^power sum_k binom(terms-1, k) (-x)^k/(power + k).

    >>> finite_series(sp.Integer(2), 2, sp.Integer(1))
    1/6
    """
    parts = ((-1) ** k * sp.binomial(terms - 1, k) * x**k / (power + k) for k in range(terms))
    return x**power * sp.Add(*parts)
