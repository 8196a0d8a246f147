"""The sum of independent uniform numbers whose widths form a geometric sequence."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import comb
from typing import TYPE_CHECKING

import sympy as sp

from ..errors import InvalidInput
from .law import Interval, Law, Support

if TYPE_CHECKING:
    from .law import Reals

MOST_TERMS = 8
"""The density has 2^count terms."""


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

    def pieces(self, x: sp.Expr) -> None:
        """The density is analytic between corners only; no list of pieces is given."""
        return

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

    def affine(self, shift: sp.Expr, factor: sp.Expr) -> GeometricUniformSum:
        return GeometricUniformSum(shift + factor * self.centre, sp.Abs(factor) * self.half, self.ratio, self.count)

    def from_uniforms(self, u: Reals) -> Reals:
        samples: Reals = float(self.centre) + sum(float(h) * (2 * v - 1) for h, v in zip(self.halves, u, strict=True))
        return samples


def positive_part(x: sp.Expr) -> sp.Expr:
    """Numbers are multiplied out first: sympy's Max cannot compare a 0 in disguise."""
    return sp.Max(x if x.free_symbols else sp.expand(x), 0)
