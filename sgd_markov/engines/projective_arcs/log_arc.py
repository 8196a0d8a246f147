"""One arc in a logarithmic coordinate: for attractors that come close to the directions from which matrices repel.

In a basis of directions just outside the complement of the repeller all matrices are positive, and they map the plane of the
ratio q, slit along the negative axis, into itself. In log q the arc is [-U, U], and everything is analytic where
|Im log q| < pi: the ellipse shrinks like 1/U, not like exp(-U/2).
"""

from __future__ import annotations

import cmath
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, pi, sqrt
from typing import NamedTuple

from flint import acb, arb

from .one_arc import Frame, Interval, direction
from .poisson import CELLS, largest, rim
from .transitions import Entries, Vector, coordinates


class LogTransition(NamedTuple):
    """(1, q) becomes (a + b q, c + e q), all positive, with log q = half * y; growth is that of the sum of the coordinates."""

    weight: arb
    source: int
    target: int
    half: arb
    a: arb
    b: arb
    c: arb
    e: arb

    def at(self, y: arb) -> tuple[arb, arb]:
        """The logarithm of the growth, and the new place."""
        q = (self.half * y).exp()
        first, second = self.a + self.b * q, self.c + self.e * q
        return ((first + second) / (1 + q)).log(), (second / first).log() / self.half

    def widest(self) -> float:
        """The rho of the ellipse in the strip."""
        short = pi / float(self.half.mid())
        return short + sqrt(1 + short * short)

    def known_room(self) -> float:
        """Up to which share of the widest ellipse h is analytic: all of the strip, but for some room."""
        return 0.96

    def spread(self, rho: float) -> arb:
        """A bound of |log growth| on the ellipse by its rim; not finite where that leaves the strip."""
        if not self.half * (arb(rho) - 1 / arb(rho)) / 2 < arb.pi():
            return arb.pos_inf()
        return largest([self.log_growth(z) for z in rim(rho, 4 * CELLS)])

    def log_growth(self, z: acb) -> arb:
        q = (self.half * z).exp()
        return abs((self.a + self.c + (self.b + self.e) * q).log() - (1 + q).log())

    def rough_axis(self, points: Sequence[complex]) -> float:
        """Half the sum of the distances of the new place from -1 and 1, the largest from several places, in doubles."""
        b, c, e = (float((entry / self.a).mid()) for entry in self[5:])
        half = float(self.half.mid())
        largest_axis = 1.0
        for z in points:
            q = cmath.exp(half * z)
            first, second = 1 + b * q, c + e * q
            if not (first and second):
                return inf
            place = cmath.log(second / first) / half
            largest_axis = max(largest_axis, (abs(place - 1) + abs(place + 1)) / 2)
        return largest_axis

    def quick_axis(self, rho: float) -> arb:
        """No bound."""
        return arb.pos_inf()

    def axis(self, z: acb) -> arb:
        """The same as a ball."""
        q = (self.half * z).exp()
        place = ((self.c + self.e * q) / (self.a + self.b * q)).log() / self.half
        return (abs(place - 1) + abs(place + 1)) / 2


@dataclass(frozen=True)
class LogArc:
    """q is the ratio of the coordinates in the basis (first, second); the arc is |log q| <= half."""

    first: Vector
    second: Vector
    half: float


def log_arc(inside: Interval, outside: Interval, frame: Frame, stretch: float) -> LogArc:
    """The arc between the two ends of `inside`, stretched, in the basis of those of `outside`, with q and 1/q at its ends."""
    before, after = (direction(x, frame) for x in outside)
    (a, b), (c, d) = (coordinates(direction(x, frame), before, after) for x in inside)
    middle = sqrt(abs((b / a) * (d / c)))
    second = (after[0] * middle, after[1] * middle)
    return LogArc(before, second, stretch * abs(cmath.log(abs((d / c) / (b / a)))) / 2)


def log_transitions(atoms: Sequence[tuple[arb, Entries]], arc: LogArc) -> list[LogTransition] | None:
    """All matrices; None where it is not proved that they are positive, up to sign, and keep the arc."""
    (p, q), (r, s) = arc.first, arc.second
    det = arb(p) * arb(s) - arb(q) * arb(r)
    half, found = arb(arc.half), []
    for weight, (a, b, c, d) in atoms:
        top = a * arb(p) + b * arb(q), a * arb(r) + b * arb(s)
        bottom = c * arb(p) + d * arb(q), c * arb(r) + d * arb(s)
        entries = [(arb(s) * t - arb(r) * u) / det for t, u in zip(top, bottom, strict=True)]
        entries += [(arb(p) * u - arb(q) * t) / det for t, u in zip(top, bottom, strict=True)]
        sign = 1 if entries[0] > 0 else -1
        step = LogTransition(weight, 0, 0, half, *(sign * entry for entry in entries))
        if not all(entry > 0 for entry in step[4:]) or not all(abs(step.at(arb(y))[1]) < 1 for y in (-1, 1)):
            return None
        found.append(step)
    return found
