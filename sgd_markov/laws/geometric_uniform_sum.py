"""The sum of independent uniform numbers whose widths form a geometric sequence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise, product
from math import comb
from typing import TYPE_CHECKING

import sympy as sp

from ..errors import InvalidInput
from .law import Interval, Law, Support

if TYPE_CHECKING:
    from .law import Reals

MOST_TERMS = 8
"""The density has 2^count terms."""
MOST_PIECES = 4
"""So many terms have their density written piece by piece."""


@dataclass(frozen=True)
class GeometricUniformSum(Law):
    """X = centre + sum_{j<count} V_j with V_j uniform on [-half ratio^j, half ratio^j], independent; 0 < ratio < 1.

    With n = count and the corners c_e = half (e_0 + e_1 ratio + ... + e_(n-1) ratio^(n-1)), e in {-1, 1}^n:
    P(X <= x) = sum_e prod(-e) (x - centre - c_e)_+^n / (n! prod of widths), the n-th difference of x_+^n/n!.

    >>> GeometricUniformSum(0, 2, sp.sqrt(2) / 2, 2).moment(2)
    2
    """

    name = "geometric-uniform-sum"

    centre: sp.Expr
    half: sp.Expr
    ratio: sp.Expr
    count: sp.Expr

    def check(self) -> None:
        self.require_positive("half", "ratio")
        if not (self.count.is_Integer and 0 < self.count <= MOST_TERMS):
            raise InvalidInput(f"{self.name}.count", self.count, f"a positive integer up to {MOST_TERMS}")

    @property
    def uniforms(self) -> int:
        return int(self.count)

    @property
    def halves(self) -> list[sp.Expr]:
        """The half widths."""
        return [self.half * self.ratio**j for j in range(int(self.count))]

    @property
    def support(self) -> Support:
        """An end that is 0 is written as 0: no number of digits tells it from 0 otherwise."""
        reach = sp.Add(*self.halves)
        ends = [self.centre - reach, self.centre + reach]
        return Interval(*(end if end.free_symbols else sp.radsimp(sp.expand(end)) for end in ends))

    def corners(self) -> list[tuple[sp.Expr, int]]:
        """(place relative to the centre, sign): the signed measure whose n-fold integral is the density times widths."""
        signs = product((-1, 1), repeat=int(self.count))
        return [
            (sp.Add(*(e * h for e, h in zip(choice, self.halves, strict=True))), int(sp.prod([-e for e in choice])))
            for choice in signs
        ]

    def spline(self, x: sp.Expr, order: int) -> sp.Expr:
        """sum over corners of sign * (x - centre - corner)_+^order / order!, over the product of the widths."""
        widths = sp.Mul(*(2 * h for h in self.halves))
        terms = (sign * positive_part(x - self.centre - corner) ** order for corner, sign in self.corners())
        total = sp.Add(*terms) / (sp.factorial(order) * widths)
        return total if total.free_symbols else sp.radsimp(sp.expand(total))

    def density(self, x: sp.Expr) -> sp.Expr:
        """Inside the support; one uniform number has the constant density 1/(2 half)."""
        if self.count == 1:
            return 1 / (2 * self.half)
        return self.spline(x, int(self.count) - 1)

    def pieces(self, x: sp.Expr) -> tuple[tuple[sp.Expr, sp.Expr, sp.Expr], ...] | None:
        """The polynomials between neighbouring corners, each expanded about its middle; None with symbols or many corners."""
        if self.free_symbols or self.count > MOST_PIECES:
            return None
        below, order, found = sp.Integer(0), int(self.count) - 1, []
        widths = sp.factorial(order) * sp.Mul(*(2 * h for h in self.halves))
        corners = sorted(((sp.radsimp(sp.expand(self.centre + c)), sign) for c, sign in self.corners()), key=lambda pair: float(pair[0]))
        for (low, sign), (high, _) in pairwise(corners):
            below += sign * (x - low) ** order / widths
            if low != high:
                found.append((low, high, sp.expand(below)))
        return tuple(found)

    def cdf(self, x: sp.Expr) -> sp.Expr:
        return self.spline(x, int(self.count))

    def quantile(self, level: sp.Expr) -> sp.Expr | None:
        return self.centre if level == sp.S.Half else None

    def characteristic_function(self, t: sp.Expr) -> sp.Expr:
        return sp.exp(sp.I * t * self.centre) * sp.Mul(*(sp.sinc(t * h) for h in self.halves))

    def moment(self, order: int) -> sp.Expr:
        """Binomially from the even moments h^k/(k + 1) of the parts."""
        found = [sp.Integer(int(k == 0)) for k in range(order + 1)]
        for h in self.halves:
            found = [
                sp.expand(sp.Add(*(comb(k, j) * found[k - j] * h**j / (j + 1) for j in range(0, k + 1, 2))))
                for k in range(order + 1)
            ]
        return sp.expand(sp.Add(*(comb(order, k) * self.centre ** (order - k) * found[k] for k in range(order + 1))))

    def power_affine(self, shift: sp.Expr, factor: sp.Expr, order: sp.Expr) -> sp.Expr:
        """The n-fold antiderivative of |y|^p is y^n |y|^p/((p + 1) ... (p + n))."""
        n = int(self.count)
        rising = sp.Mul(*(order + j for j in range(1, n + 1)))
        return self.difference(shift, factor, lambda y: y**n * sp.Abs(y) ** order / rising)

    def log_affine(self, shift: sp.Expr, factor: sp.Expr) -> sp.Expr:
        """The n-fold antiderivative of log|y| is y^n (log|y| - 1 - 1/2 - ... - 1/n)/n!."""
        n = int(self.count)
        harmonic = sp.harmonic(n)
        return self.difference(shift, factor, lambda y: y**n * (sp.log(sp.Abs(y)) - harmonic) / sp.factorial(n))

    def mean_exp(self, rate: sp.Expr) -> sp.Expr:
        factors = (sp.sinh(rate * h) / (rate * h) for h in self.halves)
        return sp.exp(rate * self.centre) * sp.Mul(*factors)

    def difference(self, shift: sp.Expr, factor: sp.Expr, primitive: Callable[[sp.Expr], sp.Expr]) -> sp.Expr:
        """E g(shift + factor X) from the n-fold antiderivative of g, which is 0 at 0."""
        parity = (-1) ** int(self.count)
        places = ((shift + factor * (self.centre + corner), parity * sign) for corner, sign in self.corners())
        plain = ((y if y.free_symbols else sp.radsimp(sp.expand(y)), sign) for y, sign in places)
        total = sp.Add(*(sign * primitive(y) for y, sign in plain if y != 0))
        mean = total / sp.Mul(*(2 * factor * h for h in self.halves))
        return mean if mean.free_symbols or mean.has(sp.log) else sp.radsimp(sp.expand(mean))

    def affine(self, shift: sp.Expr, factor: sp.Expr) -> GeometricUniformSum:
        return GeometricUniformSum(shift + factor * self.centre, sp.Abs(factor) * self.half, self.ratio, self.count)

    def from_uniforms(self, u: Reals) -> Reals:
        samples: Reals = float(self.centre) + sum(float(h) * (2 * v - 1) for h, v in zip(self.halves, u, strict=True))
        return samples


def positive_part(x: sp.Expr) -> sp.Expr:
    """Numbers are multiplied out first: sympy's Max cannot compare a 0 in disguise."""
    return sp.Max(x if x.free_symbols else sp.expand(x), 0)
