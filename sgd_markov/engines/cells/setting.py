"""What stands on the line before cells are laid: regions with given values, and neighbourhoods of fixed points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import inf

import numpy as np
import sympy as sp

from ...effort import Effort
from ...numerics.finite_family import FiniteFamily
from ...numerics.local_attraction import (
    Attraction,
    Repulsion,
    attraction,
    common_fixed_points,
    neighbourhood,
    repulsion,
)
from .grid import Block, Kind
from .layout import neighbours

EDGE = "edge"
"""Two neighbouring doubles around an end that is not a double: in the region or not."""
WIDEST = Fraction(1)
FINEST = 2.0**-41
"""The radius around a point other than 0, relative to it: doubles resolve it 2^11 times."""
SMALLEST = 1e-60
REPELLING = 2.0**-20


@dataclass(frozen=True)
class Special:
    """A point that all maps fix, with what is proved beside it; `name` is that of its block."""

    name: str
    point: sp.Expr
    near: Attraction | Repulsion | None
    radius: float = 0.0

    @property
    def centre(self) -> float:
        return float(sp.N(self.point, 30))

    @property
    def is_double(self) -> bool:
        """Is the point itself a double? Then a cell holds it and nothing else."""
        low, high = neighbours(self.point)
        return low == high

    @property
    def escape(self) -> float:
        """P(no convergence from the block), from above."""
        assert isinstance(self.near, Attraction)
        low, high = neighbours(self.point)
        return above(self.near.escape(Fraction(self.radius) * Fraction(1025, 1024) + Fraction(high) - Fraction(low)))


@dataclass
class Setting:
    """The blocks that are there from the start, between `low` and `high`."""

    family: FiniteFamily
    low: float
    high: float
    reserved: list[Block] = field(default_factory=list)
    specials: list[Special] = field(default_factory=list)

    @property
    def attracting(self) -> list[Special]:
        return [s for s in self.specials if isinstance(s.near, Attraction)]

    @property
    def repelling(self) -> list[Special]:
        return [s for s in self.specials if isinstance(s.near, Repulsion)]


def above(bound: Fraction) -> float:
    """A double that is not below."""
    near = float(bound)
    return near if Fraction(near) >= bound else float(np.nextafter(near, inf))


def region_blocks(low: sp.Expr, high: sp.Expr, name: str) -> list[Block]:
    """Fixed blocks for a bounded closed interval; ends that are not doubles get blocks of their own."""
    (a, start), (stop, z) = neighbours(low), neighbours(high)
    blocks = [region_block(a, start, EDGE)] if a < start else []
    if start < stop:
        blocks.append(region_block(start, stop, name))
    blocks.append(region_block(stop, z, EDGE if stop < z else name))
    return blocks


def region_block(low: float, high: float, name: str) -> Block:
    return Block(low, high, Kind.FIXED, name, in_region=True)


def add_special_points(
    setting: Setting, start: sp.Expr, accuracy: float, effort: Effort, stops: Sequence[float] = ()
) -> None:
    """Blocks for the common fixed points between the ends, outside the blocks that are there.

    `stops`: places that no neighbourhood may reach; those of the blocks that are there count as well.
    """
    points = common_fixed_points(setting.family, sp.Rational(setting.low), sp.Rational(setting.high), effort)
    for number, point in enumerate(points):
        others = [p for p in points if p != point]
        reaches = {side: clearance(setting, point, others, stops, side) for side in (-1, 1)}
        sides = tuple(side for side, reach in reaches.items() if reach > 0)
        if not sides or sp.expand(point - start) == 0 or (len(sides) == 2 and is_covered(setting, point)):
            continue
        reach = min(reaches[side] for side in sides)
        special, blocks = special_point(setting, f"point {number}", point, start, reach, sides, accuracy, effort)
        setting.specials.append(special)
        setting.reserved += [b for b in (clipped(block, setting) for block in blocks) if b is not None]


def is_covered(setting: Setting, point: sp.Expr) -> bool:
    """Does a block that is there hold the point?"""
    below, beyond = neighbours(point)
    return any(block.low <= below and beyond <= block.high for block in setting.reserved)


def clearance(setting: Setting, point: sp.Expr, others: Sequence[sp.Expr], stops: Sequence[float], side: int) -> Fraction:
    """How far a neighbourhood may reach on one side: to the blocks there and the stops, and half the way to other points."""
    below, beyond = neighbours(point)
    place = below if side > 0 else beyond
    far = [side * (stop - place) for stop in stops]
    for block in setting.reserved:
        far += [side * (block.low - place), side * (block.high - place)]
        if block.low < below and beyond < block.high:
            return Fraction(0)
    far += [side * (float(sp.N(other, 30)) - place) / 2 for other in others]
    ahead = [distance for distance in far if distance > 0]
    behind = [stop for stop in stops if below <= stop <= beyond]
    starts_here = any(b.low < b.high and (b.low if side > 0 else b.high) in (below, beyond) for b in setting.reserved)
    if starts_here or (behind and outer_side(setting, behind[0]) == side):
        return Fraction(0)
    return Fraction(min([float(WIDEST), *ahead])) * Fraction(1023, 1024)


def outer_side(setting: Setting, stop: float) -> int:
    """On which side of a stop the cells end; 0 where they do not."""
    return -1 if stop <= setting.low else 1 if stop >= setting.high else 0


def special_point(
    setting: Setting,
    name: str,
    point: sp.Expr,
    start: sp.Expr,
    reach: Fraction,
    sides: tuple[int, ...],
    accuracy: float,
    effort: Effort,
) -> tuple[Special, list[Block]]:
    near = neighbourhood(setting.family, point, reach)
    if near is None:
        return Special(name, point, None), []
    near = replace(near, sides=sides)
    below, beyond = neighbours(point)
    if len(sides) == 1 and below != beyond:
        return Special(name, point, None), []
    distance = abs(float(sp.N(start, 30)) - float(sp.N(point, 30)))
    smallest = max(SMALLEST, abs(below) * FINEST)
    found = attraction(near, Fraction(smallest), effort)
    if found is not None:
        radius = attracting_radius(found, accuracy, smallest)
        low, high = (below - radius if -1 in sides else below), (beyond + radius if 1 in sides else beyond)
        blocks = [Block(low, high, Kind.FIXED, name)]
        if high == setting.high and not is_covered(setting, point):
            blocks.append(Block(high, high, Kind.FIXED, name))
        return Special(name, point, found, radius), blocks
    left = repulsion(near, Fraction(min(REPELLING, distance / 2)), effort)
    if left is None or below != beyond or len(sides) < 2:
        return Special(name, point, None), []
    # entered from outside, the block is entered no nearer than the smallest ratio times its radius
    radius = float(left.radius) * min(1.0, float(left.least)) / 2
    beside = [
        Block(below - radius, below, Kind.LEFT_AT_ONCE, name, exit_intervals(left, below, radius, -1)),
        Block(below, below, Kind.FIXED, name),
        Block(below, below + radius, Kind.LEFT_AT_ONCE, name, exit_intervals(left, below, radius, 1)),
    ]
    return Special(name, point, left, radius), beside


def attracting_radius(found: Attraction, accuracy: float, smallest: float) -> float:
    """So small that a path that starts there fails to converge with a probability below the accuracy."""
    if found.kappa is None:
        return float(found.delta) / 2
    wanted = float(found.delta) * accuracy ** (1 / float(found.kappa)) if found.kappa else smallest
    return float(min(float(found.delta) / 4, max(wanted, smallest)))


def exit_intervals(near: Repulsion, point: float, radius: float, side: int) -> tuple[tuple[float, float], ...]:
    """In which intervals the chain is when, from that side, it is first farther from the point than the radius."""
    far = radius * float(near.reach) * (1 + 2.0**-30)
    right = (point + radius, float(np.nextafter(point + far, inf)))
    left = (float(np.nextafter(point - far, -inf)), float(np.nextafter(point - radius, -inf)))
    if near.sides_kept:
        return (right,) if side > 0 else (left,)
    return left, right


def clipped(block: Block, setting: Setting) -> Block | None:
    """The part of a block between the ends; None where nothing is left."""
    low, high = max(block.low, setting.low), min(block.high, setting.high)
    if low > high or (low == high and block.low < block.high):
        return None
    return replace(block, low=low, high=high)
