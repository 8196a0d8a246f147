"""The equation (y'/s)' = -lambda m y carried from one side of an interval to the other, cell by cell, in balls.

With p = y'/s it is y' = s p, p' = -lambda m y, and over a cell (y, p) goes to a linear image whose entries are power
series in lambda with the iterated integrals of s and m as coefficients. For lambda > 0 of the size of the lowest
eigenvalue nothing cancels badly, however high the barriers are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flint import arb

from .densities import Cell


@dataclass(frozen=True)
class Rung:
    """A cell read in the direction of the ladder: words as in `Cell`."""

    from_m: tuple[arb, ...]
    from_s: tuple[arb, ...]

    @classmethod
    def along(cls, cell: Cell) -> Rung:
        return cls(cell.from_m, cell.from_s)

    @classmethod
    def against(cls, cell: Cell) -> Rung:
        """Read backwards, words of even length begin with the other letter."""
        swapped = [
            tuple(own[n] if n % 2 else other[n] for n in range(len(own)))
            for own, other in ((cell.from_m, cell.from_s), (cell.from_s, cell.from_m))
        ]
        return cls(swapped[0], swapped[1])

    @property
    def size(self) -> arb:
        """int s int m."""
        return self.from_s[1] * self.from_m[1]

    def step(self, y: arb, p: arb, rate: arb) -> tuple[arb, arb]:
        """(y, p) at the end of the cell."""
        yy, yp = signed_sum(self.from_m[0::2], rate, self.size), signed_sum(self.from_s[1::2], rate, self.size)
        pp, py = signed_sum(self.from_s[0::2], rate, self.size), signed_sum(self.from_m[1::2], rate, self.size)
        return yy * y + yp * p, pp * p - rate * py * y


def signed_sum(words: Sequence[arb], rate: arb, size: arb) -> arb:
    """sum_j (-rate)^j words[j]; missing words are at most words[0] (int s int m)^j/(j!)^2 (and positive)."""
    total, power = arb(0), arb(1)
    for word in words:
        total += power * word
        power *= -rate
    n = len(words)
    share = (rate * size).upper()
    first = term(share, n)
    ratio = share / (n + 1) ** 2
    return total + arb(0, (words[0] * first / (1 - ratio)).upper()) if ratio < 1 else arb.nan()


def term(share: arb, n: int) -> arb:
    """share^n/(n!)^2."""
    value = arb(1)
    for j in range(1, n + 1):
        value *= share / j**2
    return value


@dataclass(frozen=True)
class Ladder:
    """The rungs from one side to the other."""

    rungs: tuple[Rung, ...]

    def climb(self, y: arb, p: arb, rate: arb) -> Iterator[tuple[arb, arb]]:
        """(y, p) after each rung."""
        for rung in self.rungs:
            y, p = rung.step(y, p, rate)
            yield y, p

    def single_zeros_only(self, rate: arb) -> bool:
        """Is it proved that neither y nor p has two zeros in one rung? Two would need rate int s int m >= 1."""
        return all(rate * rung.size < 1 for rung in self.rungs)
