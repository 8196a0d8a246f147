"""Every path from a start for its first steps: exact fractions first, merged where they meet, then intervals of doubles.

Unlike `start`, which follows a path as long as its value is open, all paths take the same number of steps here: what is
asked of them depends on the time that is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm, log2

import numpy as np
import sympy as sp
from flint import fmpq
from numpy.typing import NDArray

from ...answer.enclosure import Enclosure
from ...effort import Effort
from ...numerics.exact_matrix import flint_rational
from .bounds import Cells
from .grid import Floats, Grid
from .layout import neighbours, widened
from .rational_maps import RationalMaps
from .start import Given, double_neighbours, in_one_smooth_block

Numerators = NDArray[np.int64]
Doubles = tuple[float, float]

EXACT_STATES, EXACT_BITS = 512, 2000
"""So many exact states are followed, and so long ones."""
NUMERATOR_BITS = 62


@dataclass(frozen=True)
class Borders:
    """The region: doubles around it, doubles inside, and what lies beyond with its exact ends."""

    outer: Doubles
    inner: Doubles
    beyond: Sequence[Given]

    def hold(self, state: fmpq) -> bool:
        """Is the state in the region? Decided exactly."""
        below, above = double_neighbours(state)
        if self.inner[0] <= below and above <= self.inner[1]:
            return True
        return not any(given.holds(state) for given in self.beyond)

    def split(self, low: Floats, high: Floats) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which intervals lie in the region, and of which that is open."""
        inside = (self.inner[0] <= low) & (high <= self.inner[1])
        outside = (high < self.outer[0]) | (low > self.outer[1])
        return inside, ~inside & ~outside


@dataclass(frozen=True)
class Leaves:
    """States after `depth` steps, between `low` and `high`, each with the probability weight / base^depth."""

    depth: int
    low: Floats
    high: Floats
    weight: Numerators

    @property
    def total(self) -> int:
        return int(self.weight.sum())


@dataclass
class Fan:
    """Paths in the region. `masses[n]` encloses P(tau > n) for n up to the depth; `live` are the states then.

    `ended`: states that the paths cannot be followed beyond (beside a kink, in a block of given value, beyond all cells).
    """

    base: int
    live: Leaves
    ended: list[Leaves] = field(default_factory=list)
    masses: list[Enclosure] = field(default_factory=lambda: [Enclosure.point(1)])
    followed: list[int] = field(default_factory=lambda: [1])
    """The total of the states after n steps that were followed further, over base^n."""
    stuck: list[tuple[int, int]] = field(default_factory=list)
    """(n, total): so many, over base^n, came after n steps exactly to a point that all maps fix."""

    @property
    def depth(self) -> int:
        return self.live.depth

    def bounds(self, steps: int) -> tuple[Fraction, Fraction]:
        """Bounds of P(tau > steps) from the paths alone."""
        known = self.masses[min(steps, self.depth)]
        lower = Fraction(known.lower) if steps <= self.depth else self.share_stuck(steps)
        return lower, Fraction(known.upper)

    @property
    def leaves(self) -> list[Leaves]:
        return [part for part in (*self.ended, self.live) if len(part.weight)]

    def settle(self, live: Leaves, ended: Leaves, open_: Leaves) -> None:
        """Take what is left after a step: `ended` states are in the region, of `open_` ones that is not known."""
        gone = sum((part.total * self.base ** (live.depth - part.depth) for part in self.ended), 0)
        stays = sum((total * self.base ** (live.depth - depth) for depth, total in self.stuck), 0)
        inside, size = live.total + ended.total + stays, self.base**live.depth
        self.masses.append(Enclosure(Fraction(inside, size), Fraction(inside + open_.total + gone, size)))
        self.ended += [part for part in (ended, open_) if len(part.weight)]
        self.followed.append(live.total)
        self.live = live

    def leave(self, which: NDArray[np.bool_]) -> None:
        """Follow these of the live states no further."""
        parts = chosen(self.live, which), chosen(self.live, ~which)
        self.ended += [part for part in parts[:1] if len(part.weight)]
        self.live, self.followed[-1] = parts[1], parts[1].total

    def share_followed(self, steps: int) -> Fraction:
        return Fraction(self.followed[steps], self.base**steps)

    def share_stuck(self, steps: int) -> Fraction:
        return sum((Fraction(total, self.base**depth) for depth, total in self.stuck if depth <= steps), Fraction(0))


def fan_from(start: sp.Expr, cells: Cells, borders: Borders, last: int, most: int, effort: Effort) -> Fan:
    """The paths of up to `last` steps, while there are no more than `most` of them."""
    low, high = neighbours(start)
    fan = Fan(1, Leaves(0, np.array([low]), np.array([high]), np.ones(1, np.int64)))
    weights = cells.setting.family.weights
    if not all(p.is_Rational for p in weights):
        return fan
    fan.base = lcm(*(int(p.q) for p in weights))
    shares = [int(p * fan.base) for p in weights]
    last = min(last, int(NUMERATOR_BITS / log2(max(2, fan.base))))
    if start.is_Rational:
        follow_exactly(fan, flint_rational(start), cells, borders, shares, last, effort)
    while fan.depth < last and 0 < len(fan.live.weight) * len(shares) <= most:
        effort.check()
        follow_intervals(fan, cells, borders, shares)
    return fan


def follow_exactly(
    fan: Fan, start: fmpq, cells: Cells, borders: Borders, shares: list[int], last: int, effort: Effort
) -> None:
    """Steps of exact states, while they are few and short."""
    maps = RationalMaps.of(cells.setting.family, *widened(cells.setting.low, cells.setting.high))
    fixed = {flint_rational(special.point) for special in cells.setting.specials if special.point.is_Rational}
    states = {start: 1}
    while maps is not None and fan.depth < last and 0 < len(states) <= EXACT_STATES:
        effort.check()
        if any(state.q.bit_length() > EXACT_BITS for state in states):
            return
        after: dict[fmpq, int] = {}
        for state, weight in states.items():
            for share, image in zip(shares, maps.images(state), strict=True):
                after[image] = after.get(image, 0) + weight * share
        inside = {state: weight for state, weight in after.items() if borders.hold(state)}
        stuck = sum(inside.pop(point, 0) for point in fixed)
        fan.stuck += [(fan.depth + 1, stuck)] if stuck else []
        known = {state for state in inside if not maps.covers(state) or given(cells.coarsest.grid, state)}
        states = {state: weight for state, weight in inside.items() if state not in known}
        ended = {state: weight for state, weight in inside.items() if state in known}
        depth = fan.depth + 1
        fan.settle(leaves_of(states, depth), leaves_of(ended, depth), leaves_of({}, depth))


def given(grid: Grid, state: fmpq) -> bool:
    """Is the state in a block of given value, or beyond all cells?"""
    return not all(grid.free[grid.locate(np.array(double_neighbours(state)))])


def leaves_of(states: dict[fmpq, int], depth: int) -> Leaves:
    pairs = np.array([double_neighbours(state) for state in states]).reshape(-1, 2)
    return Leaves(depth, pairs[:, 0], pairs[:, 1], np.array([*states.values()], np.int64))


def follow_intervals(fan: Fan, cells: Cells, borders: Borders, shares: list[int]) -> None:
    """One step of all intervals that lie in one smooth block each."""
    grid = cells.coarsest.grid
    fan.leave(~in_one_smooth_block(grid, fan.live.low, fan.live.high))
    live = fan.live
    images = [cells.tables.point_images(grid, live.low, live.high, place) for place in range(len(shares))]
    low, high = (np.concatenate([pair[side] for pair in images]) for side in (0, 1))
    after = Leaves(live.depth + 1, low, high, np.concatenate([live.weight * share for share in shares]))
    inside, open_ = borders.split(low, high)
    fan.settle(chosen(after, inside), chosen(after, inside & ~inside), chosen(after, open_))


def chosen(leaves: Leaves, which: NDArray[np.bool_]) -> Leaves:
    return Leaves(leaves.depth, leaves.low[which], leaves.high[which], leaves.weight[which])
