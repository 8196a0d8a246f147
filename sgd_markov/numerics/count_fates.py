"""Where a product of powers of given numbers lies: above a level, below another, or between; exact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from flint import arb

from ..balls.precision import ball, precision

FAR = 1e-9
"""Errors of floating-point logarithms of moderate numbers are below it, for each factor."""
MODERATE = 1e4


@dataclass(frozen=True)
class CountFates:
    """Inside: `low` <= product of squares[i]^counts[i] <= `high` (None: no such end; `strict`: < instead of <=).

    >>> CountFates((Fraction(2), Fraction(1, 3)), Fraction(4), None, False).side((2, 0))
    0
    """

    squares: tuple[Fraction, ...]
    high: Fraction
    low: Fraction | None
    strict: bool

    def kept(self, n: int, lowest: int, top: int) -> tuple[int, int]:
        """The counts j of the first of two numbers, in lowest..top, for which (j, n - j) is inside: from, to."""
        rising = self.squares[0] > self.squares[1]

        def fate(j: int) -> int:
            side = self.side((j, n - j))
            return side if rising else -side

        return first_count(lambda j: fate(j) >= 0, lowest, top), first_count(lambda j: fate(j) > 0, lowest, top) - 1

    def side(self, counts: tuple[int, ...]) -> int:
        """1 above, -1 below, 0 inside. Floats decide where they are far from both ends."""
        rough = sum(c * g for c, g in zip(counts, self.floats, strict=True))
        gaps = [rough - end for end in self.float_ends]
        if self.is_moderate and all(abs(gap) > FAR * (1 + sum(counts)) for gap in gaps):
            return 1 if gaps[0] > 0 else -1 if self.low is not None and gaps[1] < 0 else 0
        with precision(256):
            place = sum((c * g for c, g in zip(counts, self.logs, strict=True)), arb(0))
            for end, side in ((self.high, 1), (self.low, -1)):
                if end is not None:
                    gap = side * (place - ball(end).log())
                    if gap > 0 or (not gap < 0 and self.beyond(counts, end, side)):
                        return side
        return 0

    def beyond(self, counts: tuple[int, ...], end: Fraction, side: int) -> bool:
        """Two balls that meet are compared as rational numbers."""
        place = Fraction(1)
        for count, square in zip(counts, self.squares, strict=True):
            place *= square**count
        return self.strict if place == end else side * (place - end) > 0

    @cached_property
    def logs(self) -> list[arb]:
        with precision(256):
            return [ball(square).log() for square in self.squares]

    @cached_property
    def floats(self) -> list[float]:
        return [float(g) for g in self.logs]

    @cached_property
    def float_ends(self) -> list[float]:
        with precision(256):
            return [float(ball(end).log()) for end in (self.high, self.low) if end is not None]

    @cached_property
    def is_moderate(self) -> bool:
        return all(abs(g) < MODERATE for g in (*self.floats, *self.float_ends))


def first_count(holds: Callable[[int], bool], lowest: int, top: int) -> int:
    """The first j in lowest..top for which a monotone condition holds; top + 1 where it never does."""
    low, high = lowest, top + 1
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low
