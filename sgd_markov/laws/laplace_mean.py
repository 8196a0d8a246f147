"""The mean of several Laplace numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from ..errors import InvalidInput
from .gamma_potential import gamma_log, gamma_power
from .laplace import standard_laplace
from .law import Interval, Law, Support
from .signs import continued

if TYPE_CHECKING:
    from .law import Reals


@dataclass(frozen=True)
class LaplaceMean(Law):
    """The mean of `count` independent Laplace numbers: the batch mean of a Laplace law.

    A sum of n Laplace numbers of scale 1 is a mixture of +-Gamma(j), j = 1..n, with weight c_j for each sign:
    (1 + t^2)^-n = sum_j c_j ((1 - it)^-j + (1 + it)^-j), c_j = C(2n-j-1, n-1) 2^(j-2n) (partial fractions at it = 1).

    >>> LaplaceMean(0, 1, 2).variance
    1
    """

    name = "laplace-mean"

    mean: sp.Expr
    scale: sp.Expr
    count: sp.Expr

    def check(self) -> None:
        self.require_positive("scale")
        if not (self.count.is_Integer and self.count.is_positive):
            raise InvalidInput(f"{self.name}.count", self.count, "a positive integer")

    @property
    def uniforms(self) -> int:
        return int(self.count)

    @property
    def support(self) -> Support:
        return Interval(-sp.oo, sp.oo)

    @property
    def weights(self) -> tuple[tuple[int, sp.Rational], ...]:
        """The pairs (j, c_j)."""
        n = int(self.count)
        return tuple((j, sp.binomial(2 * n - j - 1, n - 1) * sp.Integer(2) ** (j - 2 * n)) for j in range(1, n + 1))

    @property
    def _unit(self) -> sp.Expr:
        return self.scale / self.count

    def moment(self, order: int) -> sp.Expr:
        """Of mean + unit S: E S^k = sum_j 2 c_j j (j+1) ... (j+k-1) for even k."""
        terms = (
            sp.binomial(order, k) * self.mean ** (order - k) * self._unit**k * self._even_moment(k)
            for k in range(0, order + 1, 2)
        )
        return sp.expand(sum(terms))

    def _even_moment(self, k: int) -> sp.Expr:
        return sp.Add(*(2 * c * sp.rf(j, k) for j, c in self.weights))

    def density(self, x: sp.Expr) -> sp.Expr:
        return self._side_density(sp.Abs(x - self.mean) / self._unit)

    def pieces(self, x: sp.Expr) -> tuple[tuple[sp.Expr, sp.Expr, sp.Expr], ...]:
        y = (x - self.mean) / self._unit
        return ((-sp.oo, self.mean, self._side_density(-y)), (self.mean, sp.oo, self._side_density(y)))

    def _side_density(self, y: sp.Expr) -> sp.Expr:
        """sum_j c_j y^(j-1)/(j-1)! e^-y / unit for y >= 0."""
        polynomial = sp.Add(*(c * y ** (j - 1) / sp.factorial(j - 1) for j, c in self.weights))
        return polynomial * sp.exp(-y) / self._unit

    def cdf(self, x: sp.Expr) -> sp.Expr:
        """P(S > y) = e^-y sum_j c_j sum_{i<j} y^i/i! for y >= 0."""
        y = (x - self.mean) / self._unit

        def above(y: sp.Expr) -> sp.Expr:
            terms = (c * sp.Add(*(y**i / sp.factorial(i) for i in range(j))) for j, c in self.weights)
            return sp.exp(-y) * sp.Add(*terms)

        return sp.Piecewise((above(-y), x < self.mean), (1 - above(y), True))

    def quantile(self, level: sp.Expr) -> sp.Expr | None:
        return self.mean if level == sp.S.Half else None

    def characteristic_function(self, t: sp.Expr) -> sp.Expr:
        return sp.exp(sp.I * self.mean * t) / (1 + self._unit**2 * t**2) ** self.count

    def log_affine(self, shift: sp.Expr, factor: sp.Expr) -> sp.Expr:
        """log|factor unit| + sum_j c_j (F_j(z) + F_j(-z)), z = mu/(factor unit), F_j the gamma potentials."""
        unit = factor * self._unit
        z = (shift + factor * self.mean) / unit
        centred = sp.Add(*(2 * c * sp.digamma(j) for j, c in self.weights))
        return sp.log(sp.Abs(unit)) + continued(
            z, centred, lambda: sp.Add(*(c * gamma_log(sp.Integer(j), y) for j, c in self.weights for y in (z, -z)))
        )

    def power_affine(self, shift: sp.Expr, factor: sp.Expr, order: sp.Expr) -> sp.Expr | None:
        """|factor unit|^p sum_j c_j (E|v + X_j|^p + E|X_j - v|^p), v = |z|, X_j of law Gamma(j)."""
        unit = sp.Abs(factor) * self._unit
        v = sp.Abs(shift + factor * self.mean) / unit
        sides = [(c, gamma_power(sp.Integer(j), y, order)) for j, c in self.weights for y in (v, -v)]
        if any(side is None for _, side in sides):
            return super().power_affine(shift, factor, order)
        return unit**order * sp.Add(*(c * side for c, side in sides if side is not None))

    def affine(self, shift: sp.Expr, factor: sp.Expr) -> LaplaceMean:
        return LaplaceMean(shift + factor * self.mean, sp.Abs(factor) * self.scale, self.count)

    def standard_form(self) -> tuple[sp.Expr, sp.Expr, Law]:
        return self.mean, self.scale, LaplaceMean(0, 1, self.count)

    def batch_mean(self, size: int) -> LaplaceMean:
        return LaplaceMean(self.mean, self.scale, self.count * size)

    def light_tail(self) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        """P(|S| > y) <= 2 E exp(S/2) exp(-y/2) = 2 (4/3)^n exp(-y/2), y = (t - |mean|)/unit >= 0."""
        size, half = sp.Abs(self.mean), 1 / (2 * self._unit)
        return 2 * sp.Rational(4, 3) ** self.count * sp.exp(size * half), half, size

    def density_tail(self) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        """sum_j c_j 2^(j-1) exp(-y/2)/unit, since (y/2)^(j-1)/(j-1)! <= exp(y/2); y >= (|x| - |mean|)/unit."""
        half = 1 / (2 * self._unit)
        constant = sp.Add(*(c * sp.Integer(2) ** (j - 1) for j, c in self.weights)) / self._unit
        return constant * sp.exp(sp.Abs(self.mean) * half), half, sp.Integer(0)

    def from_uniforms(self, u: Reals) -> Reals:
        samples: Reals = float(self.mean) + float(self.scale) * standard_laplace(u).mean(axis=0)
        return samples
