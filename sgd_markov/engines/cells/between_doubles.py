"""Repelling points that are no doubles, such as pi: the one cell that holds such a point holds other places too.

What happens from there is left open; it does not matter where no image of a cell farther out touches that cell.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import inf

import numpy as np
import sympy as sp

from ...effort import Effort
from ...numerics.local_attraction import Repulsion, neighbourhood, repulsion
from .grid import Block, Kind
from .layout import neighbours
from .setting import REPELLING, Setting, Special, clearance, clipped

ROOM = 2.0**20
"""So many times wider than the cell of the point is its neighbourhood."""


def add_repelling_points(setting: Setting, start: sp.Expr, effort: Effort) -> None:
    """Blocks for the common fixed points that have none yet, where they are proved to repel on both sides."""
    for number, special in enumerate(setting.specials):
        if special.near is None and not special.is_double:
            setting.specials[number] = with_blocks(setting, special, start, effort)


def with_blocks(setting: Setting, special: Special, start: sp.Expr, effort: Effort) -> Special:
    """The point with what is proved beside it, its blocks added to the setting; unchanged where nothing is."""
    others = [other.point for other in setting.specials if other is not special]
    reach = min(clearance(setting, special.point, others, (), side) for side in (-1, 1))
    near = neighbourhood(setting.family, special.point, reach) if reach > 0 else None
    distance = abs(float(sp.N(start, 30)) - special.centre)
    left = None if near is None else repulsion(near, Fraction(min(REPELLING, distance / 2)), effort)
    if left is None:
        return special
    below, beyond = neighbours(special.point)
    radius = float(left.radius) * min(1.0, float(left.least)) / 2
    if radius < ROOM * (beyond - below):
        return special
    blocks = blocks_beside(special.name, left, below, beyond, radius)
    setting.reserved += [b for b in (clipped(block, setting) for block in blocks) if b is not None]
    return replace(special, near=left, radius=radius)


def blocks_beside(name: str, near: Repulsion, below: float, beyond: float, radius: float) -> list[Block]:
    """The cell between the two doubles and its neighbourhood, which is left at once."""
    far = radius * float(near.reach) * (1 + 2 / ROOM)
    left = (float(np.nextafter(below - far, -inf)), float(np.nextafter(below - radius, -inf)))
    right = (float(np.nextafter(beyond + radius, inf)), float(np.nextafter(beyond + far, inf)))
    exits = ((left,), (right,)) if near.sides_kept else ((left, right), (left, right))
    return [
        Block(below - radius, below, Kind.LEFT_AT_ONCE, name, exits[0]),
        Block(below, beyond, Kind.FIXED, name),
        Block(beyond, beyond + radius, Kind.LEFT_AT_ONCE, name, exits[1]),
    ]
