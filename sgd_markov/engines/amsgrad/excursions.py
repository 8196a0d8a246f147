"""From a record to the next one: all paths at once, those with equal counts of the draws merged.

Between records the rate is constant and s = s_0 prod |1 - rate x_i|^(k_i) depends on the counts k only. A draw with
|x_i| s > 1 is a record, and leads to rate' = rate/(|x_i| s) and s' = |1/x_i - rate'|.

Every mass is a lower bound: what is not decided on a whole beam is dropped, and weights are rounded down.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from .beams import Beams, Multipliers
from .curvature_law import ROUNDING, CurvatureLaw
from .exponents import ERROR, HIGHEST, Powers, raised

TINY = 1e-200
HEAVIEST = 1e-3
COUNTS = 50
"""Bits for the counts of a path; the others number the beams, at most 2^13 at a time."""
LOST = 0.5
"""A path with more slack is dropped."""
SAFE = 1 - 2.0**-30
"""Masses are sums of fewer than 2^20 products of fewer than 2^20 factors, none of them negative: rounding takes less."""


@dataclass(frozen=True)
class Patience:
    """When a path is left to the powers: where they say that it returns with a probability below `negligible`, where its
    mass is below `lightest`, and after so many `steps`."""

    negligible: float
    lightest: float
    steps: int

    def coarser(self, times: float) -> Patience:
        """With a lightest mass so many times as heavy."""
        return replace(self, lightest=max(self.lightest, min(self.lightest * times, HEAVIEST)))


@dataclass(frozen=True)
class Records:
    """Masses that a record by x[value] takes from a beam to rates in [low, high].

    s' is |1/x - rate'| up to the factor that `slack` allows, which is 0 but where it is undecided whether it is a record.
    """

    beam: np.ndarray
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    mass: np.ndarray
    slack: np.ndarray


@dataclass(frozen=True)
class Excursions:
    """For every beam lower bounds of masses: `frozen`, without another record, and `returning`, with one after the
    path has been left to the powers; and the `records` met before."""

    frozen: np.ndarray
    returning: np.ndarray
    records: Records


def shares(most: np.ndarray, least: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """At least the chances (not to meet another record, to meet one): 1 - (X s)^low and (s/S)^high, with X s at most
    `most` and s/S at least `least`."""
    above = np.where(low > 0, raised(np.minimum(most, 1), low) * (1 + ERROR), 1)
    below = raised(np.minimum(least, 1), np.minimum(high, HIGHEST)) * (1 - ERROR)
    return np.maximum(1 - above, 0), np.where((high > HIGHEST) | (below < TINY), 0, below)


def left_to_powers(law: CurvatureLaw, known: Powers, beams: Beams) -> tuple[np.ndarray, np.ndarray]:
    """The shares at the start of the beams."""
    highest = np.maximum(beams.at_a, beams.at_b) / (1 - beams.slack) * (1 + ROUNDING)
    lowest = np.where(beams.pole, 0, np.minimum(beams.at_a, beams.at_b) * (1 - beams.slack) * (1 - ROUNDING))
    bound = beams.highest_before_record(law)
    return shares(law.largest * highest, lowest / bound, *known.at(beams.a, beams.b))


@dataclass
class Front:
    """The paths after some steps: their beam, a number made of beam and counts, s at both ends, slack, mass."""

    beam: np.ndarray
    path: np.ndarray
    at_a: np.ndarray
    at_b: np.ndarray
    slack: np.ndarray
    mass: np.ndarray

    def part(self, which: np.ndarray) -> Front:
        return Front(*(getattr(self, entry.name)[which] for entry in fields(self)))

    def merged(self) -> Front:
        """Paths of one beam with equal counts are at one place: their masses are added."""
        if not len(self.path):
            return self
        order = np.argsort(self.path, kind="stable")
        path = self.path[order]
        first = np.flatnonzero(np.concatenate(([True], path[1:] != path[:-1])))
        result = self.part(order[first])
        result.mass = np.add.reduceat(self.mass[order], first)
        result.slack = np.maximum.reduceat(self.slack[order], first)
        return result

    @property
    def lowest(self) -> np.ndarray:
        return np.asarray(np.minimum(self.at_a, self.at_b) * (1 - self.slack) * (1 - ROUNDING))

    @property
    def highest(self) -> np.ndarray:
        return np.asarray(np.maximum(self.at_a, self.at_b) / (1 - self.slack) * (1 + ROUNDING))


class Walk:
    """The paths of all beams from their start until each is at a record or left to the powers."""

    def __init__(self, law: CurvatureLaw, beams: Beams, known: Powers, patience: Patience) -> None:
        self.law, self.beams, self.patience = law, beams, patience
        self.factors = Multipliers.of(law, beams.a, beams.b)
        self.low, self.high = known.at(beams.a, beams.b)
        self.highest = beams.highest_before_record(law)
        with np.errstate(divide="ignore"):
            root = np.where(self.low > 0, patience.negligible ** (4096 / np.maximum(self.low, 1)), 0)
        self.small = root / law.largest
        self.frozen, self.returning = np.zeros(len(beams)), np.zeros(len(beams))
        self.base = 1 << COUNTS // (len(law) - 1)
        self.met: list[tuple[np.ndarray, ...]] = []

    def run(self) -> Excursions:
        front = self.start()
        for _ in range(min(self.patience.steps, self.base - 1)):
            if not len(front.beam):
                break
            front = self.step(self.going_on(front))
        self.leave(front.beam, front.lowest, front.highest, front.mass)
        joined = [np.concatenate(column) for column in zip(*self.met, strict=True)] if self.met else [np.zeros(0)] * 6
        return Excursions(self.frozen * SAFE, self.returning * SAFE, Records(*joined))

    def start(self) -> Front:
        beams, every = self.beams, np.arange(len(self.beams))
        whole = Front(every, every << COUNTS, beams.at_a, beams.at_b, beams.slack, np.ones(len(beams)))
        near = whole.part(beams.pole)
        self.leave(near.beam, np.zeros(len(near.beam)), near.highest, near.mass)
        return whole.part(~beams.pole)

    def going_on(self, front: Front) -> Front:
        done = (front.highest < self.small[front.beam]) | (front.mass < self.patience.lightest)
        left = front.part(done)
        self.leave(left.beam, left.lowest, left.highest, left.mass)
        return front.part(~done & (front.slack < LOST))

    def leave(self, beam: np.ndarray, lowest: np.ndarray, highest: np.ndarray, mass: np.ndarray) -> None:
        """Leave paths to the powers."""
        powers = self.low[beam], self.high[beam]
        frozen, returning = shares(self.law.largest * highest, lowest / self.highest[beam], *powers)
        self.frozen += np.bincount(beam, mass * frozen, len(self.frozen))
        self.returning += np.bincount(beam, mass * returning, len(self.returning))

    def step(self, front: Front) -> Front:
        parts = [self.draw(front, value) for value in range(len(self.law))]
        return Front(*(np.concatenate([getattr(part, e.name) for part in parts]) for e in fields(Front))).merged()

    def draw(self, front: Front, value: int) -> Front:
        """The paths that draw x[value]: those at a record are noted, the others go on."""
        size = abs(self.law.x[value])
        lowest, highest = size * front.lowest * (1 - ROUNDING), size * front.highest * (1 + ROUNDING)
        self.note(front, value, lowest > 1)
        self.note_ties(front, value, (lowest <= 1) & (highest > 1), lowest)
        rest = front.part(highest <= 1)
        beam, factors = rest.beam, self.factors
        near, mass = factors.pole[value, beam], rest.mass * self.law.p[value]
        most = rest.highest * np.maximum(factors.at_a[value, beam], factors.at_b[value, beam]) * (1 + ERROR)
        self.leave(beam[near], np.zeros(np.count_nonzero(near)), most[near], mass[near])
        return Front(
            beam, rest.path + (self.base ** (value - 1) if value else 0),
            rest.at_a * factors.at_a[value, beam], rest.at_b * factors.at_b[value, beam],
            rest.slack + factors.slack[value, beam] + ROUNDING, mass,
        ).part(~near)  # fmt: skip

    def note(self, front: Front, value: int, which: np.ndarray) -> None:
        """Records: rate' = rate/(|x| s); log rate is concave too, with a curvature of at most 1/a^2."""
        met = front.part(which)
        a, b, size = self.beams.a[met.beam], self.beams.b[met.beam], abs(self.law.x[value])
        ends = a / (size * met.at_a), b / (size * met.at_b)
        slack = met.slack + ROUNDING + (b / a - 1) ** 2 / 8
        low, high = np.minimum(*ends) * (1 - slack), np.minimum(np.maximum(*ends) / (1 - slack), b)
        self.add(met, value, low, high, np.zeros(len(a)))

    def note_ties(self, front: Front, value: int, which: np.ndarray, lowest: np.ndarray) -> None:
        """If it is a record, rate' >= rate/(|x| s); if not, s |1 - rate x| is |1/x - rate| |x| s with |x| s >= `lowest`."""
        met, least = front.part(which), lowest[which]
        size = abs(self.law.x[value])
        low = self.beams.a[met.beam] / (size * met.highest) * (1 - ERROR)
        self.add(met, value, low, self.beams.b[met.beam], 1 - least + ROUNDING)

    def add(self, met: Front, value: int, low: np.ndarray, high: np.ndarray, slack: np.ndarray) -> None:
        mass = met.mass * self.law.p[value] * SAFE
        self.met.append((met.beam, np.full(len(mass), value), low, high, mass, slack))
