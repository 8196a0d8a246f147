"""The mean of several uniform numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from ..errors import InvalidInput
from .law import Interval, Law, Support
from .signs import is_zero, times_log

if TYPE_CHECKING:
    from .law import Reals


@dataclass(frozen=True)
class IrwinHall(Law):
    """The mean of `count` independent uniform numbers on [low, high]: the batch mean of a uniform law.

    Every expectation here is one formula: for G with G^(n) = g,
    E g(a + b (U_1 + ... + U_n)) = b^-n sum_k (-1)^(n-k) C(n, k) G(a + b k)   (the n-th difference of G).

    >>> IrwinHall(0, 1, 2).log_affine(sp.Integer(0), sp.Integer(1))
    -3/2 + log(2)
    """

    name = "irwin-hall"

    low: sp.Expr
    high: sp.Expr
    count: sp.Expr

    def check(self) -> None:
        self.require_order("low", "high")
        if not (self.count.is_Integer and self.count.is_positive):
            raise InvalidInput(f"{self.name}.count", self.count, "a positive integer")

    @property
    def uniforms(self) -> int:
        return int(self.count)

    @property
    def support(self) -> Support:
        return Interval(self.low, self.high)

    @property
    def _width(self) -> sp.Expr:
        return self.high - self.low

    def _differences(self, shift: sp.Expr, step: sp.Expr, antiderivative: Callable[[sp.Expr], sp.Expr]) -> sp.Expr:
        """step^-n sum_k (-1)^(n-k) C(n, k) G(shift + step k); G(0) = 0 is taken for granted."""
        n = int(self.count)
        terms = []
        for k in range(n + 1):
            place = shift + step * k
            if not is_zero(place):
                terms.append((-1) ** (n - k) * sp.binomial(n, k) * antiderivative(place))
        return sp.Add(*terms) / step**n

    def moment(self, order: int) -> sp.Expr:
        """Of low + width V, n V a sum of uniforms on [0, 1]: E (n V)^j is the n-th difference of j! x^(n+j)/(n+j)!."""
        n = int(self.count)

        def unit_moment(j: int) -> sp.Expr:
            ratio = sp.factorial(j) / sp.factorial(n + j)
            return self._differences(sp.Integer(0), sp.Integer(1), lambda x: ratio * x ** (n + j)) / sp.Integer(n) ** j

        terms = (
            sp.binomial(order, j) * self.low ** (order - j) * self._width**j * unit_moment(j) for j in range(order + 1)
        )
        return sp.expand(sum(terms))

    def pieces(self, x: sp.Expr) -> tuple[tuple[sp.Expr, sp.Expr, sp.Expr], ...]:
        """On the piece number m: n/width sum_{k<=m} (-1)^k C(n, k) (y - k)^(n-1)/(n-1)!, y = n (x - low)/width."""
        n, width = int(self.count), self._width
        y, total, pieces = n * (x - self.low) / width, sp.Integer(0), []
        for m in range(n):
            total += (-1) ** m * sp.binomial(n, m) * (y - m) ** (n - 1) / sp.factorial(n - 1)
            pieces.append((self.low + width * m / n, self.low + width * (m + 1) / n, n / width * total))
        return tuple(pieces)

    def density(self, x: sp.Expr) -> sp.Expr:
        return _by_pieces(x, self.pieces(x))

    def cdf(self, x: sp.Expr) -> sp.Expr:
        """sum_{k<=y} (-1)^k C(n, k) (y - k)^n / n!, y = n (x - low)/width."""
        n = int(self.count)
        y, total, pieces = n * (x - self.low) / self._width, sp.Integer(0), []
        for m, (low, high, _) in enumerate(self.pieces(x)):
            total += (-1) ** m * sp.binomial(n, m) * (y - m) ** n / sp.factorial(n)
            pieces.append((low, high, total))
        return _by_pieces(x, tuple(pieces))

    def quantile(self, level: sp.Expr) -> sp.Expr | None:
        return (self.low + self.high) / 2 if level == sp.S.Half else None

    def characteristic_function(self, t: sp.Expr) -> sp.Expr:
        middle, half = (self.low + self.high) / 2, self._width / 2
        return sp.exp(sp.I * t * middle) * sp.sinc(t * half / self.count) ** self.count

    def log_affine(self, shift: sp.Expr, factor: sp.Expr) -> sp.Expr:
        """sum_k (-1)^(n-k) C(n, k) x_k^n log|x_k| / (n! b^n) - H_n, x_k = shift + factor low + b k, b = factor width/n.

        The n-fold antiderivative of log|x| is x^n (log|x| - H_n)/n!, and the n-th difference of x^n/n! is b^n.
        """
        n = int(self.count)
        step = factor * self._width / n
        logs = self._differences(shift + factor * self.low, step, lambda x: times_log(x**n, x) / sp.factorial(n))
        return logs - sp.harmonic(n)

    def power_affine(self, shift: sp.Expr, factor: sp.Expr, order: sp.Expr) -> sp.Expr:
        """The n-fold antiderivative of |x|^p is x^n |x|^p / ((p+1)...(p+n))."""
        n = int(self.count)
        step, rising = factor * self._width / n, sp.Mul(*(order + j for j in range(1, n + 1)))
        return self._differences(shift + factor * self.low, step, lambda x: x**n * sp.Abs(x) ** order / rising)

    def affine(self, shift: sp.Expr, factor: sp.Expr) -> IrwinHall:
        from .uniform import Uniform

        image = Uniform(self.low, self.high).affine(shift, factor)
        return IrwinHall(image.low, image.high, self.count)

    def standard_form(self) -> tuple[sp.Expr, sp.Expr, Law]:
        return self.low, self.high - self.low, IrwinHall(0, 1, self.count)

    def batch_mean(self, size: int) -> IrwinHall:
        return IrwinHall(self.low, self.high, self.count * size)

    def from_uniforms(self, u: Reals) -> Reals:
        samples: Reals = float(self.low) + (float(self.high) - float(self.low)) * u.mean(axis=0)
        return samples


def _by_pieces(x: sp.Expr, pieces: tuple[tuple[sp.Expr, sp.Expr, sp.Expr], ...]) -> sp.Expr:
    """The case distinction over pieces that lie side by side."""
    cases = [(formula, x < high) for _, high, formula in pieces[:-1]]
    return sp.Piecewise(*cases, (pieces[-1][2], True))
