"""Lower bounds, for every rate below a start, of the chances after a record: a table over beams, solved by sweeps.

For a record by x_i at a rate in a beam the chance to converge, C, and that not to, D, solve

    C = frozen + sum of masses times C there,   D = sum of masses times D there,   D = 1 below all attracting rates.

With masses and C, D on the right replaced by lower bounds (least values over all beams that may be reached), every
iterate from 0 is a lower bound.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...effort import Effort
from .beams import after_record
from .curvature_law import CurvatureLaw
from .excursions import LOST, SAFE, Excursions, Patience, Records, Walk, left_to_powers
from .exponents import Powers
from .least_values import LeastValues

BATCH = 2048
SWEEPS = 60
SETTLED = 1e-6
CLOSEST = 1e-9
"""Beams beside a rate at which a multiplier is 0 become smaller down to this relative distance."""
TIED = 0.02
RATIO = 0.05
EDGE = 0.02


def edges(law: CurvatureLaw, lowest: float, highest: float, width: float) -> np.ndarray:
    """Ends of beams from `lowest` to `highest`: of relative width `width`, finer around the zeros of multipliers."""
    count = max(2, int(np.ceil(np.log(highest / lowest) / width)) + 1)
    found = [np.array([lowest, highest]), np.geomspace(lowest, highest, count)]
    far = min(0.5, width / RATIO)
    steps = np.geomspace(CLOSEST, far, max(2, int(np.ceil(np.log(far / CLOSEST) / RATIO))))
    for zero in 1 / law.x[law.x > 0]:
        found += [zero * (1 + steps), zero * (1 - steps)]
    found.append(lowest * (1 + np.geomspace(width / 20, 1, 1 + int(np.ceil(np.log(20 / width) / EDGE)))))
    every = np.unique(np.concatenate(found))
    return every[(every >= lowest) & (every <= highest)]


@dataclass(frozen=True)
class Chances:
    """Lower bounds over (kind of record, place): place 0 is below all beams, place j the j-th beam. There are two kinds
    for every value of x: records, and what is a record up to a slack of `TIED`."""

    edges: np.ndarray
    values: np.ndarray

    def least(self, value: np.ndarray, slack: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """The least of them over all rates in [low, high]; 0 beyond the last beam."""
        kind = value + (slack > 0) * (len(self.values) // 2)
        least = LeastValues(padded(self.values)).over(kind, *places(self.edges, low, high))
        return np.where(slack <= TIED, least, 0)

    def anywhere_below(self, high: np.ndarray) -> np.ndarray:
        """The least after any record at a rate of at most `high`."""
        return least_so_far(padded(self.values))[np.searchsorted(self.edges, high)]


def places(edges: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The first and the last place that [low, high] touches."""
    return np.searchsorted(edges, low), np.searchsorted(edges, high)


def least_so_far(values: np.ndarray) -> np.ndarray:
    """For every place the least after a record, there or below."""
    return np.minimum.accumulate(values[: len(values) // 2].min(axis=0))


def padded(values: np.ndarray) -> np.ndarray:
    """With a last place beyond all beams, of which nothing is known."""
    return np.concatenate([values, np.zeros((len(values), 1))], axis=1)


class RateTable:
    """The excursions from all beams, and the chances that follow from them."""

    def __init__(self, law: CurvatureLaw, known: Powers, edges: np.ndarray, patience: Patience, effort: Effort) -> None:
        self.law, self.edges = law, edges
        self.count = len(edges) - 1
        self.kinds = 2 * len(law)
        kind = np.repeat(np.arange(self.kinds), self.count)
        beams = after_record(law, kind % len(law), *self.ends, np.where(kind < len(law), 0.0, TIED))
        parts: list[Excursions] = []
        for begin in range(0, len(beams), BATCH):
            effort.check()
            parts.append(Walk(law, beams.part(slice(begin, begin + BATCH)), known, patience).run())
        self.frozen = np.concatenate([part.frozen for part in parts])
        self.returning = np.concatenate([part.returning for part in parts])
        self.gather(parts, known)

    def gather(self, parts: list[Excursions], known: Powers) -> None:
        """The records as arrays over all beams, with places instead of rates; ties of too much slack by the powers."""
        columns = []
        for n, part in enumerate(parts):
            met = part.records
            kept = met.slack <= TIED
            self.add_ties(met, np.flatnonzero(~kept & (met.slack < LOST)), n * BATCH, known)
            first, last = places(self.edges, met.low[kept], met.high[kept])
            kind = (met.value + len(self.law) * (met.slack > 0))[kept]
            columns.append((met.beam[kept] + n * BATCH, kind, first, last, met.mass[kept]))
        self.beam, self.kind, self.first, self.last, self.mass = (np.concatenate(c) for c in zip(*columns, strict=True))

    def add_ties(self, met: Records, ties: np.ndarray, offset: int, known: Powers) -> None:
        beams = after_record(self.law, met.value[ties], met.low[ties], met.high[ties], met.slack[ties])
        for total, share in zip((self.frozen, self.returning), left_to_powers(self.law, known, beams), strict=True):
            total += np.bincount(met.beam[ties] + offset, met.mass[ties] * share * SAFE, len(total))

    @property
    def ends(self) -> tuple[np.ndarray, np.ndarray]:
        """The ends of every beam."""
        return np.tile(self.edges[:-1], self.kinds), np.tile(self.edges[1:], self.kinds)

    def converging(self, which: np.ndarray | None = None) -> Chances:
        """The chance that the chain freezes for ever at a rate of the beams `which` (all without it)."""
        return self.solve(self.frozen if which is None else np.where(which, self.frozen, 0), 0.0)

    def diverging(self, repelling_below: bool) -> Chances:
        """The chance that it does not, of which nothing is known where rates below all beams may attract."""
        return self.solve(np.zeros(len(self.frozen)), float(repelling_below))

    def solve(self, source: np.ndarray, below: float) -> Chances:
        values = np.zeros((self.kinds, self.count + 1))
        values[:, 0] = below
        for _ in range(SWEEPS):
            new = self.sweep(values, source)
            gain = np.max(new - values[:, 1:])
            values[:, 1:] = np.maximum(new, values[:, 1:])
            if gain < SETTLED:
                break
        return Chances(self.edges, values)

    def sweep(self, values: np.ndarray, source: np.ndarray) -> np.ndarray:
        reached = LeastValues(padded(values)).over(self.kind, self.first, self.last)
        met = np.bincount(self.beam, self.mass * reached, len(source))
        later = self.returning * np.tile(least_so_far(values)[1:], self.kinds)
        return np.asarray((source + met + later) * SAFE).reshape(self.kinds, -1)
