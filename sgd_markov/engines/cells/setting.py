"""What stands on the line before cells are laid: regions with given values, and neighbourhoods of fixed points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
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
    blocks = [Block(a, start, Kind.FIXED, EDGE)] if a < start else []
    if start < stop:
        blocks.append(Block(start, stop, Kind.FIXED, name))
    blocks.append(Block(stop, z, Kind.FIXED, EDGE if stop < z else name))
    return blocks


def add_special_points(
    setting: Setting, start: sp.Expr, accuracy: float, effort: Effort, stops: Sequence[float] = ()
) -> None:
    """Blocks for the common fixed points between the ends, outside the blocks that are there.

    `stops`: places that no neighbourhood may reach; those of the blocks that are there count as well.
    """
    points = common_fixed_points(setting.family, sp.Rational(setting.low), sp.Rational(setting.high), effort)
    for number, point in enumerate(points):
        reach = clearance(setting, point, [p for p in points if p != point], stops)
        if reach <= 0 or sp.expand(point - start) == 0:
            continue
        special, blocks = special_point(setting, f"point {number}", point, start, reach, accuracy, effort)
        setting.specials.append(special)
        setting.reserved += [b for b in (clipped(block, setting) for block in blocks) if b is not None]


def clearance(setting: Setting, point: sp.Expr, others: Sequence[sp.Expr], stops: Sequence[float]) -> Fraction:
    """How far a neighbourhood may reach: to the blocks that are there and the stops, and half the way to other points."""
    place = float(sp.N(point, 30))
    reach = min([float(WIDEST), *(abs(stop - place) for stop in stops)])
    for block in setting.reserved:
        reach = min(reach, max(block.low - place, place - block.high))
    for other in others:
        reach = min(reach, abs(float(sp.N(other, 30)) - place) / 2)
    return Fraction(max(0.0, reach)) * Fraction(1023, 1024)


def special_point(
    setting: Setting, name: str, point: sp.Expr, start: sp.Expr, reach: Fraction, accuracy: float, effort: Effort
) -> tuple[Special, list[Block]]:
    near = neighbourhood(setting.family, point, reach)
    if near is None:
        return Special(name, point, None), []
    below, beyond = neighbours(point)
    distance = abs(float(sp.N(start, 30)) - float(sp.N(point, 30)))
    smallest = max(SMALLEST, abs(below) * FINEST)
    found = attraction(near, Fraction(smallest), effort)
    if found is not None:
        radius = attracting_radius(found, accuracy, smallest)
        block = Block(below - radius, beyond + radius, Kind.FIXED, name)
        return Special(name, point, found, radius), [block]
    left = repulsion(near, Fraction(min(REPELLING, distance / 2)), effort)
    if left is None or (below != beyond):
        return Special(name, point, None), []
    # entered from outside, the block is entered no nearer than the smallest ratio times its radius
    radius = float(left.radius) * min(1.0, float(left.least)) / 2
    exits = exit_intervals(left, below, radius)
    beside = [
        Block(below - radius, below, Kind.LEFT_AT_ONCE, name, exits(-1)),
        Block(below, below, Kind.FIXED, name),
        Block(below, below + radius, Kind.LEFT_AT_ONCE, name, exits(1)),
    ]
    return Special(name, point, left, radius), beside


def attracting_radius(found: Attraction, accuracy: float, smallest: float) -> float:
    """So small that a path that starts there fails to converge with a probability below the accuracy."""
    if found.kappa is None:
        return float(found.delta) / 2
    wanted = float(found.delta) * accuracy ** (1 / float(found.kappa)) if found.kappa else smallest
    return float(min(float(found.delta) / 4, max(wanted, smallest)))


def exit_intervals(left: Repulsion, point: float, radius: float):  # type: ignore[no-untyped-def]
    """In which intervals the chain is when it is first farther from the point than the radius."""
    far = radius * float(left.reach) * (1 + 2.0**-30)

    def on(side: int) -> tuple[tuple[float, float], ...]:
        right = (point + radius, float(np.nextafter(point + far, inf)))
        mirrored = (float(np.nextafter(point - far, -inf)), float(np.nextafter(point - radius, -inf)))
        if left.sides_kept:
            return (right,) if side > 0 else (mirrored,)
        return mirrored, right

    return on


def clipped(block: Block, setting: Setting) -> Block | None:
    """The part of a block between the ends; None where nothing is left."""
    low, high = max(block.low, setting.low), min(block.high, setting.high)
    if low > high or (low == high and block.low < block.high):
        return None
    return Block(low, high, block.kind, block.name, block.exits)
