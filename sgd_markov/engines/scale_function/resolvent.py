"""The resolvent of a diffusion that is killed at the ends of a region, at complex places, by the ladder of cells.

On the way from either side to the start x the solution y of (y'/s)' = z m y that fits that side is carried with p = y'/s and
w = int m y. Then

    int exp(-z t) P(tau > t) dt = (w/y + w~/y~)/(p/y + p~/y~),      E exp(-z tau) 1(out at the side ~) = 1/(p~ + y~ p/y)

with ~ for the other side. An ordinary end has y = 0, p = 1. From an end at which paths always come back, with a finite
speed measure, p = z int m y exactly, so only p/y is wanted; beyond the last cell, of measure M, it is

    z g,  g = int l/(l + z) nu(dl) with nu >= 0 of mass M on the spectrum beyond (spectral theorem for 1 in L2(m)),

so that |g| <= M (1 + |z|/dist), dist as in `contour`, and Im g has the sign of -Im z.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flint import acb, acb_poly, arb

from .densities import Cell
from .ladder import Rung, term


@dataclass(frozen=True)
class Polynomials:
    """The transfer over one cell as polynomials in z with what they leave out for |z| <= the rate of the layout."""

    yy: acb_poly
    yp: acb_poly
    pp: acb_poly
    py: acb_poly
    wp: acb_poly
    """(pp - 1)/z."""

    @classmethod
    def of(cls, rung: Rung, rate: arb) -> Polynomials:
        words = rung.from_m[0::2], rung.from_s[1::2], rung.from_s[0::2], rung.from_m[1::2], rung.from_s[2::2]
        return cls(*(polynomial(part, rung.size, rate) for part in words))

    def step(self, state: State, z: acb) -> State:
        y, p, w = state
        py = self.py(z)
        return self.yy(z) * y + self.yp(z) * p, self.pp(z) * p + z * py * y, w + py * y + self.wp(z) * p


State = tuple[acb, acb, acb]
"""y, p, w."""
FREE: State = (acb(1), acb(0), acb(0))
HELD: State = (acb(0), acb(1), acb(0))


def polynomial(words: Sequence[arb], size: arb, rate: arb) -> acb_poly:
    """sum_j z^j words[j]; missing words are at most words[0] (int s int m)^j/(j!)^2, and go into the constant term."""
    share, n = (rate * size).upper(), len(words)
    ratio = share / (n + 1) ** 2
    rest = (words[0] * term(share, n) / (1 - ratio)).upper() if ratio < 1 else arb.nan()
    head = acb(words[0]) + acb(arb(0, rest), arb(0, rest))
    return acb_poly([head, *map(acb, words[1:])])


@dataclass(frozen=True)
class Arrival:
    """p/y, w/y and 1/y where a way arrives at the start; 1/y only from an ordinary end."""

    slope: acb
    mass: acb
    inverse: acb


@dataclass(frozen=True)
class Side:
    """One side of the start: the cells from its end to the start; `beyond`: the speed measure after the cells, or None.

    None at an ordinary end.
    """

    cells: tuple[Polynomials, ...]
    beyond: arb | None

    @classmethod
    def of(cls, cells: tuple[Cell, ...], rate: arb, beyond: arb | None) -> Side:
        return cls(tuple(Polynomials.of(Rung.against(cell), rate) for cell in reversed(cells)), beyond)

    def arrive(self, z: acb, steepness: arb) -> Arrival:
        """`steepness`: a bound of |z|/dist."""
        return self.from_held(z) if self.beyond is None else self.from_free(z, self.beyond * (1 + steepness))

    def carried(self, state: State, z: acb) -> State:
        for cell in self.cells:
            state = cell.step(state, z)
        return state

    def from_held(self, z: acb) -> Arrival:
        y, p, w = self.carried(HELD, z)
        return Arrival(p / y, w / y, 1 / y)

    def from_free(self, z: acb, rest: arb) -> Arrival:
        """p/y for all g with |g| <= rest and Im g of the sign of -Im z, from the solutions with (1, 0) and (0, 1).

        It is p1/y1 + g/(y1 y2 (g - q)) with q = -y1/(z y2), as y1 p2 - p1 y2 = 1; and |g - q| >= |Im q| for Im q of the
        sign of Im z.
        """
        (y, p, _), (other, _, _) = self.carried(FREE, z), self.carried(HELD, z)
        q = -y / (z * other)
        apart = q.imag if z.imag > 0 else -q.imag
        if not (apart > 0 and z.imag != 0):
            return Arrival(acb("nan"), acb("nan"), acb("nan"))
        reach = (rest / (abs(y) * abs(other) * apart)).upper()
        slope = p / y + acb(arb(0, reach), arb(0, reach))
        return Arrival(slope, slope / z, acb("nan"))


def staying(one: Arrival, other: Arrival) -> acb:
    """The transform of P(tau > t)."""
    return (one.mass + other.mass) / (one.slope + other.slope)


def leaving(held: Arrival, other: Arrival) -> acb:
    """E exp(-z tau) on the paths that leave at the ordinary end on the side of `held`: 1/(p~ + y~ p/y)."""
    return held.inverse / (held.slope + other.slope)


