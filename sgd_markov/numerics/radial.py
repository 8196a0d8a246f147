"""Functions of a distance, log d and d^p, with their expansions and bounds in ball arithmetic."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from fractions import Fraction

from flint import arb, fmpq


class Radial(ABC):
    """An increasing F on (0, oo) with F(d (1 + x)) = offset(d) + scale(d) * sum_i c_i x^i for |x| < 1."""

    @abstractmethod
    def offset(self, d: arb) -> arb: ...

    @abstractmethod
    def scale(self, d: arb) -> arb: ...

    @abstractmethod
    def coefficients(self, count: int) -> list[arb]:
        """c_0 .. c_(count - 1)."""

    @abstractmethod
    def ratio(self, start: int) -> arb:
        """A bound of |c_(i+1)/c_i| for all i >= start."""

    @abstractmethod
    def at_zero(self) -> arb:
        """The limit at 0."""

    @abstractmethod
    def bend(self, low: arb, high: arb) -> arb:
        """A bound of |F''| on [low, high], low > 0."""

    @property
    def separation(self) -> float:
        """Series are used for |x| <= 1/separation."""
        return 6.0

    def value(self, d: arb) -> arb:
        if d.is_zero():
            return self.at_zero()
        return self.offset(d) + self.scale(d) * self.coefficients(1)[0]

    def slope(self, d: arb) -> arb:
        """F'(d)."""
        return self.scale(d) * self.coefficients(2)[1] / d


class Log(Radial):
    """F(d) = log d."""

    def offset(self, d: arb) -> arb:
        return d.log()

    def scale(self, d: arb) -> arb:
        return arb(1)

    def coefficients(self, count: int) -> list[arb]:
        return [arb(0), *(arb(fmpq((-1) ** (i - 1), i)) for i in range(1, count))]

    def ratio(self, start: int) -> arb:
        return arb(1)

    def at_zero(self) -> arb:
        return arb.neg_inf()

    def bend(self, low: arb, high: arb) -> arb:
        return 1 / (low * low)


@dataclass(frozen=True)
class Power(Radial):
    """F(d) = d^order, order > 0."""

    order: arb

    @property
    def separation(self) -> float:
        # the coefficients grow like order^i / i!
        return max(6.0, float(self.order.upper()))

    def offset(self, d: arb) -> arb:
        return arb(0)

    def scale(self, d: arb) -> arb:
        return d**self.order

    def coefficients(self, count: int) -> list[arb]:
        found = [arb(1)]
        for i in range(count - 1):
            found.append(found[-1] * (self.order - i) / (i + 1))
        return found

    def ratio(self, start: int) -> arb:
        # |p - i|/(i + 1) <= max((p - start)/(start + 1), 1) for p > 0, i >= start
        return arb(1).max((self.order - start) / (start + 1))

    def at_zero(self) -> arb:
        return arb(0)

    def bend(self, low: arb, high: arb) -> arb:
        power = self.order - 2
        return abs(self.order * (self.order - 1)) * (low**power).max(high**power)


def radial(function: str | Fraction | arb) -> Radial:
    """`"log"`, or the order of a power: a rational number or a ball."""
    if isinstance(function, str):
        if function != "log":
            raise ValueError(f"no function of a distance is called {function!r}")
        return Log()
    order = arb(fmpq(function.numerator, function.denominator)) if isinstance(function, Fraction) else function
    if not order > 0:
        raise ValueError("the order of a power must be positive")
    return Power(order)
