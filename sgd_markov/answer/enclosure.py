"""An interval with exact rational ends that holds the true value."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import inf

Bound = Fraction | float
"""A rational number, or one of the floats `inf`, `-inf`; never another float."""


@dataclass(frozen=True)
class Enclosure:
    """The closed interval [lower, upper]; ends are exact rationals or infinite.

    >>> e = Enclosure(Fraction(1, 3), Fraction(1, 2))
    >>> Fraction(2, 5) in e, e.width
    (True, Fraction(1, 6))
    """

    lower: Bound
    upper: Bound

    def __post_init__(self) -> None:
        if not self.lower <= self.upper:
            raise ValueError(f"an enclosure needs lower <= upper, got [{self.lower}, {self.upper}]")

    @classmethod
    def point(cls, value: Bound | int) -> Enclosure:
        bound = Fraction(value) if isinstance(value, int) else value
        return cls(bound, bound)

    @classmethod
    def everything(cls) -> Enclosure:
        return cls(-inf, inf)

    def __contains__(self, value: Bound) -> bool:
        return self.lower <= value <= self.upper

    @property
    def is_point(self) -> bool:
        return self.lower == self.upper

    @property
    def width(self) -> Bound:
        return Fraction(0) if self.is_point else self.upper - self.lower

    @property
    def middle(self) -> Fraction:
        """The midpoint of a bounded enclosure."""
        return (Fraction(self.lower) + Fraction(self.upper)) / 2

    @property
    def sign(self) -> int | None:
        """1, 0, -1 where the sign is proved, else None."""
        if self.lower > 0:
            return 1
        if self.upper < 0:
            return -1
        return 0 if self.is_point else None

    def reaches(self, digits: int) -> bool:
        """Is it no wider than 10^-digits relative to the smallest value it holds? Around 0 only a point is."""
        if self.is_point:
            return True
        if self.sign is None or self.lower == -inf or self.upper == inf:
            return False
        smallest = min(abs(Fraction(self.lower)), abs(Fraction(self.upper)))
        return self.width <= smallest / Fraction(10) ** digits

    def meets(self, other: Enclosure) -> bool:
        return self.lower <= other.upper and other.lower <= self.upper

    def intersection(self, other: Enclosure) -> Enclosure:
        return Enclosure(max(self.lower, other.lower), min(self.upper, other.upper))
