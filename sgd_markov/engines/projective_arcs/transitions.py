"""Matrices between arcs of the projective line, in coordinates in which every arc is [-1, 1]."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, sqrt
from typing import NamedTuple

from flint import acb, arb

Entries = tuple[arb, arb, arb, arb]
"""A 2 x 2 matrix, row by row."""

Vector = tuple[float, float]


class Basis(NamedTuple):
    """The arc of the directions m + y d with -1 <= y <= 1; doubles, meant exactly."""

    m: Vector
    d: Vector

    @classmethod
    def of_ends(cls, low: Vector, high: Vector, before: Vector, after: Vector) -> Basis:
        """y = -1 at `low`, 1 at `high`; `before` and `after`, outside the arc, get opposite y (or the same, y = oo)."""
        (a, b), (c, d) = coordinates(before, low, high), coordinates(after, low, high)
        weight = abs((a / b) * (c / d)) ** 0.5 if b and d else 1.0
        size = 2 * max(abs(weight * low[0]) + abs(high[0]), abs(weight * low[1]) + abs(high[1]))
        low = (weight * low[0] / size, weight * low[1] / size)
        high = (high[0] / size, high[1] / size)
        return cls((low[0] + high[0], low[1] + high[1]), (high[0] - low[0], high[1] - low[1]))

    def balls(self) -> Entries:
        """The matrix with the columns m, d."""
        return arb(self.m[0]), arb(self.d[0]), arb(self.m[1]), arb(self.d[1])


def coordinates(v: Vector, low: Vector, high: Vector) -> Vector:
    """v as a combination of two vectors."""
    det = low[0] * high[1] - low[1] * high[0]
    return (v[0] * high[1] - v[1] * high[0]) / det, (low[0] * v[1] - low[1] * v[0]) / det


class Transition(NamedTuple):
    """With probability `weight` from arc `source` to arc `target`: (1, y) becomes (a + b y, c + e y), a + b y > 0.

    The growth of the first coordinate is a + b y, the new place (c + e y)/(a + b y).
    """

    weight: arb
    source: int
    target: int
    a: arb
    b: arb
    c: arb
    e: arb

    def at(self, y: arb) -> tuple[arb, arb]:
        """The logarithm of the growth, and the new place."""
        growth = self.a + self.b * y
        return growth.log(), (self.c + self.e * y) / growth

    def widest(self) -> float:
        """The rho of the ellipse up to the pole."""
        pole = float(self.a.mid() / max(abs(float(self.b.mid())), 1e-300))
        return pole + sqrt(max(pole * pole - 1, 0))

    def known_room(self) -> float:
        """Up to which share of the widest ellipse h is analytic: unknown, its poles may be closer than those of the growth."""
        return 0.0

    def spread(self, rho: float) -> arb:
        """A bound of |log(growth/a)| on the ellipse; not finite unless it is proved that there is no pole."""
        return -(1 - abs(self.b) / self.a * (arb(rho) + 1 / arb(rho)) / 2).log()

    def rough_axis(self, points: Sequence[complex]) -> float:
        """Half the sum of the distances of the new place from -1 and 1, the largest from several places, in doubles."""
        b, c, e = (float((entry / self.a).mid()) for entry in self[4:])
        if not max(abs(b), abs(c), abs(e)) < 1e100:
            return inf
        if abs(b) * max(abs(z) for z in points) >= 1:
            return inf
        return max((abs(c - 1 + (e - b) * z) + abs(c + 1 + (e + b) * z)) / (2 * abs(1 + b * z)) for z in points)

    def quick_axis(self, rho: float) -> arb:
        """A bound of that on the ellipse by the disc around it, whose image is the disc over that of its real diameter."""
        radius = (arb(rho) + 1 / arb(rho)) / 2
        if not abs(self.b) * radius < self.a:
            return arb.pos_inf()
        images = [abs((self.c + self.e * x) / (self.a + self.b * x)).abs_upper() for x in (radius, -radius)]
        reach = images[0] if images[0] > images[1] else images[1]
        return (1 + reach * reach).sqrt()

    def axis(self, z: acb) -> arb:
        """The same as a ball."""
        below = abs(self.a + self.b * z).abs_lower()
        above = abs(self.c - self.a + (self.e - self.b) * z) + abs(self.c + self.a + (self.e + self.b) * z)
        return above / (2 * below) if below > 0 else arb.pos_inf()


def transitions(atoms: Sequence[tuple[arb, Entries]], bases: Sequence[Basis]) -> list[Transition] | None:
    """All matrices from all arcs; None where it is not proved that each leads each arc inside an arc."""
    found = []
    for source in range(len(bases)):
        for weight, matrix in atoms:
            step = from_arc(weight, matrix, source, bases)
            if step is None:
                return None
            found.append(step)
    return found


def from_arc(weight: arb, matrix: Entries, source: int, bases: Sequence[Basis]) -> Transition | None:
    moved = times(matrix, bases[source].balls())
    for target, basis in enumerate(bases):
        a, b, c, e = in_basis(moved, basis)
        if a < 0:
            a, b, c, e = -a, -b, -c, -e
        if leads_inside(a, b, c, e):
            return Transition(weight, source, target, a, b, c, e)
    return None


def times(left: Entries, right: Entries) -> Entries:
    a, b, c, d = left
    p, q, r, s = right
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s


def in_basis(columns: Entries, basis: Basis) -> Entries:
    """The columns in the coordinates of the basis."""
    m0, d0, m1, d1 = basis.balls()
    det = m0 * d1 - m1 * d0
    return times((d1 / det, -d0 / det, -m1 / det, m0 / det), columns)


def leads_inside(a: arb, b: arb, c: arb, e: arb) -> bool:
    """Is it proved that both ends come to the open arc with a positive first coordinate?"""
    ends = (a + b, c + e), (a - b, c - e)
    return all(bool(first - second > 0) and bool(first + second > 0) for first, second in ends)
