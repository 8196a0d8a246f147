"""The probability that a chain of finitely many maps enters one interval before another."""

from __future__ import annotations

from fractions import Fraction
from math import inf

import numpy as np
import sympy as sp

from ...answer.enclosure import Enclosure
from ...effort import Effort
from ...numerics.finite_family import FiniteFamily
from .bounds import Cells, Question, enclose, relative_excess
from .grid import Block
from .layout import neighbours
from .limits import NEVER, UNKNOWN, never_hit
from .reach import Interval, reachable
from .setting import EDGE, Setting, add_special_points, region_block, region_blocks
from .start import Given
from .traps import with_traps

Ends = tuple[sp.Expr, sp.Expr]
TARGET, AVOID = "target", "avoid"
PADDING = 0.02
FAR = 8.0
"""Where paths seem unbounded, cells cover so many times the distance to the regions."""


def hitting_probability(family: FiniteFamily, start: sp.Expr, target: Ends, avoid: Ends | None, effort: Effort) -> Enclosure:
    """P(target is entered before avoid); both are closed, the start is in neither.

    Paths that converge to an attracting point, or stay in a set that keeps them, enter neither.
    Raises `Inconclusive` with the bounds reached.
    """
    regions = {TARGET: target} | ({AVOID: avoid} if avoid is not None else {})
    cells, beyond = laid(family, start, regions, effort)
    values: dict[str, tuple[float, float]] = {block.name: (0.0, 0.0) for block in cells.blocks}
    values |= {TARGET: (1.0, 1.0), AVOID: (0.0, 0.0), EDGE: UNKNOWN, **beyond}
    values |= {s.name: (0.0, s.escape) for s in cells.setting.attracting}
    values |= {s.name: NEVER for s in never_hit(cells, start, effort)}
    known = tuple(Given(finite(a), finite(b), int(name == TARGET)) for name, (a, b) in regions.items())
    found = enclose(cells, Question(values, start, known=known), relative_excess(effort.digits), effort)
    return found.intersection(Enclosure(Fraction(0), Fraction(1)))


def finite(end: sp.Expr) -> sp.Expr | None:
    return end if end.is_finite else None


def laid(
    family: FiniteFamily, start: sp.Expr, regions: dict[str, Ends], effort: Effort
) -> tuple[Cells, dict[str, tuple[float, float]]]:
    """Cells between and around the regions, and the values beyond them."""
    low, high = extent(family, start, list(regions.values()))
    blocks: list[Block] = []
    beyond = {"left": UNKNOWN, "right": UNKNOWN}
    for name, (a, b) in regions.items():
        given = (1.0, 1.0) if name == TARGET else (0.0, 0.0)
        if b == sp.oo:
            below, entry = neighbours(a)
            high, beyond["right"] = entry, given
            blocks.append(region_block(below, entry, EDGE) if below < entry else region_block(entry, entry, name))
        elif a == -sp.oo:
            below, entry = neighbours(b)
            low, beyond["left"] = below, given
            blocks.append(region_block(below, entry, EDGE if below < entry else name))
        elif float(sp.N(b)) >= low and float(sp.N(a)) <= high:
            own = region_blocks(a, b, name)
            low, high = min(low, own[0].low), max(high, float(np.nextafter(own[-1].high, inf)))
            blocks += own
    setting = Setting(family, low, high, blocks)
    stops = [float(sp.N(end)) for pair in regions.values() for end in pair if end.is_finite]
    add_special_points(setting, start, 10.0 ** -(effort.digits + 3), effort, stops)
    cells, _ = with_traps(Cells.of(setting, effort))
    return cells, beyond


def extent(family: FiniteFamily, start: sp.Expr, regions: list[Ends]) -> Interval:
    """What the paths seem to reach before they are in a region, with some room; a large interval if it is all."""
    place = float(sp.N(start, 30))
    stops = [(float(sp.N(a)), float(sp.N(b))) for a, b in regions]
    hull = reachable(family, place, stops)
    if hull is None:
        ends = [end for pair in stops for end in pair if abs(end) != inf]
        size = FAR * max([1.0, abs(place), *map(abs, ends)])
        hull = (place - size, place + size)
    room = PADDING * max(hull[1] - hull[0], 1e-3 * (1 + abs(place)))
    return hull[0] - room, hull[1] + room
