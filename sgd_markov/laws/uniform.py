"""The uniform law on an interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from .law import Interval, Law, Support
from .signs import is_zero, sign, times_log

if TYPE_CHECKING:
    from .law import Reals


@dataclass(frozen=True)
class Uniform(Law):
    """Uniform on [low, high].

    >>> Uniform(-1, 1).moment(2)
    1/3
    >>> Uniform(0, 1).log_affine(sp.Integer(0), sp.Integer(1))
    -1
    """

    name = "uniform"

    low: sp.Expr = sp.S.Zero
    high: sp.Expr = sp.S.One

    def check(self) -> None:
        self.require_order("low", "high")

    @property
    def support(self) -> Support:
        return Interval(self.low, self.high)

    def moment(self, order: int) -> sp.Expr:
        """(high^(n+1) - low^(n+1)) / ((n+1) (high - low)), divided out."""
        powers = (self.low**k * self.high ** (order - k) for k in range(order + 1))
        return sp.expand(sum(powers) / (order + 1))

    def density(self, x: sp.Expr) -> sp.Expr:
        return 1 / (self.high - self.low)

    def cdf(self, x: sp.Expr) -> sp.Expr:
        return (x - self.low) / (self.high - self.low)

    def quantile(self, level: sp.Expr) -> sp.Expr:
        return self.low + (self.high - self.low) * level

    def mean_exp(self, rate: sp.Expr) -> sp.Expr | None:
        """(exp(rate high) - exp(rate low))/(rate (high - low)), rate not 0."""
        if sign(rate) not in (1, -1):
            return None
        return (sp.exp(rate * self.high) - sp.exp(rate * self.low)) / (rate * (self.high - self.low))

    def characteristic_function(self, t: sp.Expr) -> sp.Expr:
        """exp(i t middle) sin(t half)/(t half)."""
        middle, half = (self.low + self.high) / 2, (self.high - self.low) / 2
        return sp.exp(sp.I * t * middle) * sp.sinc(t * half)

    def log_affine(self, shift: sp.Expr, factor: sp.Expr) -> sp.Expr:
        """(d log|d| - c log|c|)/(d - c) - 1 with c, d the images of the ends; 0 log 0 = 0."""
        c, d = shift + factor * self.low, shift + factor * self.high
        return (times_log(d, d) - times_log(c, c)) / (factor * (self.high - self.low)) - 1

    def power_affine(self, shift: sp.Expr, factor: sp.Expr, order: sp.Expr) -> sp.Expr:
        """(d |d|^p - c |c|^p) / ((p + 1)(d - c)) with c, d the images of the ends."""
        c, d = shift + factor * self.low, shift + factor * self.high
        ends = [sp.Integer(0) if is_zero(end) else end * sp.Abs(end) ** order for end in (c, d)]
        return (ends[1] - ends[0]) / ((order + 1) * factor * (self.high - self.low))

    def affine(self, shift: sp.Expr, factor: sp.Expr) -> Uniform:
        ends = shift + factor * self.low, shift + factor * self.high
        direction = sign(factor)
        if direction is None:
            middle, half = (ends[0] + ends[1]) / 2, sp.Abs(factor) * (self.high - self.low) / 2
            return Uniform(middle - half, middle + half)
        return Uniform(*ends) if direction > 0 else Uniform(*reversed(ends))

    def standard_form(self) -> tuple[sp.Expr, sp.Expr, Law]:
        return self.low, self.high - self.low, Uniform(0, 1)

    def batch_mean(self, size: int) -> Law:
        from .irwin_hall import IrwinHall

        return self if size == 1 else IrwinHall(self.low, self.high, size)

    def square(self) -> Law | None:
        """U^2 is beta(1/2, 1) for U uniform on [0, 1] or [-1, 1]."""
        from .beta import Beta

        return Beta(sp.Rational(1, 2), 1) if self.high == 1 and self.low in (0, -1) else None

    def from_uniforms(self, u: Reals) -> Reals:
        samples: Reals = float(self.low) + (float(self.high) - float(self.low)) * u[0]
        return samples
