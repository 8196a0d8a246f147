"""Where a chain of finitely many maps ends: attracting points, and sets that keep it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import sympy as sp

from ...answer.enclosure import Enclosure
from ...effort import Effort
from ...errors import Inconclusive
from ...numerics.exact_hits import never_met
from ...numerics.finite_family import FiniteFamily
from ...numerics.local_attraction import Attraction
from .between_doubles import add_repelling_points
from .bounds import Cells, Question, absolute_excess, enclose, first_progress
from .grid import Kind
from .layout import neighbours, widened
from .reach import reachable
from .setting import Setting, Special, add_special_points
from .traps import Trap, with_classes, with_traps

PADDINGS = (1e-3, 0.05, 0.4)
"""Tried in turn, relative to the width of what the chain seems to reach."""
UNKNOWN = (0.0, 1.0)
NEVER = (1.0, 0.0)
"""A place that is never met: neither a largest nor a smallest value of a probability."""


@dataclass(frozen=True)
class Mass:
    """The probability to end at a point (`Special`) or to stay in a set (`Trap`)."""

    end: Special | Trap
    probability: Enclosure


@dataclass(frozen=True)
class Ends:
    """All masses; `certain`: it is proved that they sum to 1. `avoided`: repelling points proved never to be met."""

    masses: tuple[Mass, ...]
    certain: bool
    avoided: tuple[sp.Expr, ...]


def ends(family: FiniteFamily, start: sp.Expr, effort: Effort) -> Ends:
    """The limiting measure, each mass no wider than 10^-digits.

    Raises `Inconclusive` where nothing is found, where the chain is not proved to end in what is found, or where the
    masses stay wider.
    """
    cells, traps = laid(family, start, effort)
    avoided = never_hit(cells, start, effort)
    outcomes: list[Special | Trap] = [*cells.setting.attracting, *traps]
    met = [s for s in cells.setting.repelling if s not in avoided and is_touched(cells, s)]
    outcomes += [s for s in met if s.is_double]
    if not outcomes:
        raise Inconclusive("no attracting point with a closed form and no set that keeps the chain is found")
    names = [outcome.name for outcome in outcomes]
    kept = keeps_paths(cells)
    certain = kept and all(s.is_double for s in met)
    goal = Fraction(1, 10**effort.digits)
    questions = [question(cells, name, avoided, start) for name in names]
    bounded = questions[: len(names) - certain]
    if not bounded:
        first_progress(cells, questions[0], effort)  # proves that the free cells are left
    found = [probability(cells, asked, goal / len(names), effort) for asked in bounded]
    if certain:
        found.append(rest(found))
    masses = [Mass(end, p) for end, p in zip(outcomes, found, strict=True) if p.upper > 0]
    # what is avoided before a neighbourhood is entered may be met after, from beyond the cells
    return Ends(tuple(masses), certain, tuple(s.point for s in avoided) if kept else ())


def laid(family: FiniteFamily, start: sp.Expr, effort: Effort) -> tuple[Cells, list[Trap]]:
    """Blocks on a part of the line that the chain does not leave, if one is found; else on a large part."""
    place = float(sp.N(start, 30))
    hull = reachable(family, place, [])
    if hull is None:
        raise Inconclusive("the chain seems to reach arbitrarily far")
    low, high = hull
    for padding in PADDINGS:
        effort.check()
        width = padding * max(high - low, 1e-3 * (1 + abs(place)))
        setting = Setting(family, low - width, high + width)
        add_special_points(setting, start, 10.0 ** -(effort.digits + 3), effort)
        add_repelling_points(setting, start, effort)
        trimmed(setting, low, high, width)
        laid_out = Cells.of(setting, effort)
        if not laid_out.coarsest.touches_outside:
            break
    finer = with_classes(laid_out)
    return finer if finer[1] and is_left(finer[0], start, effort) else with_traps(laid_out)


def is_left(cells: Cells, start: sp.Expr, effort: Effort) -> bool:
    """Is it proved that the chain leaves the free cells?"""
    try:
        first_progress(cells, question(cells, "", [], start), effort)
    except Inconclusive:
        effort.check()
        return False
    return True


def keeps_paths(cells: Cells) -> bool:
    """Is it proved that the chain never leaves the cells, neither from free ones nor from those around attracting points?

    The start is in a free cell. An attracting point at an end of the cells is never passed if its neighbourhood keeps
    sides and no image of a cell beyond the neighbourhood reaches it.
    """
    if cells.coarsest.touches_outside:
        return False
    low, high = cells.setting.low, cells.setting.high
    for special in cells.setting.attracting:
        assert isinstance(special.near, Attraction)
        reach = max(1.0, float(special.near.most)) * special.radius * 1.001
        if special.centre - reach <= low and not stays_beyond(cells, special, special.near, 1):
            return False
        if special.centre + reach >= high and not stays_beyond(cells, special, special.near, -1):
            return False
    return True


def stays_beyond(cells: Cells, special: Special, near: Attraction, side: int) -> bool:
    """Is it proved that the chain stays on that side of the point, once it is there?"""
    grid = cells.grid()
    points = neighbours(special.point)
    far = special.centre + side * float(near.delta) * 0.999
    nodes, free = grid.nodes, grid.free[1:-1]
    afar = free & ((nodes[1:] > far) if side > 0 else (nodes[:-1] < far))
    smooth = np.array([b.kind is not Kind.LEFT_AT_ONCE for b in grid.blocks])[grid.block_of_cell]
    kept = [(low > points[1]) if side > 0 else (high < points[0]) for low, high in cells.tables.images(grid)]
    return near.sides_kept and all(bool(ok[afar & smooth].all()) for ok in kept)


def trimmed(setting: Setting, low: float, high: float, width: float) -> None:
    """A special point beside an end of what is reached takes the place of that end."""
    for special in setting.specials:
        own = [b for b in setting.reserved if b.name == special.name]
        if not own:
            continue
        attracts = isinstance(special.near, Attraction)
        if abs(special.centre - low) <= 2 * width:
            setting.low = max(setting.low, min(b.low for b in own) if attracts else neighbours(special.point)[0])
        if abs(special.centre - high) <= 2 * width:
            setting.high = min(setting.high, max(b.high for b in own) if attracts else neighbours(special.point)[1])
    setting.reserved = [b for b in setting.reserved if setting.low <= b.low and b.high <= setting.high]


def never_hit(cells: Cells, start: sp.Expr, effort: Effort) -> list[Special]:
    """The repelling points that the chain is proved never to meet."""
    low, high = widened(cells.setting.low, cells.setting.high)
    touched = [s for s in cells.setting.repelling if s.is_double and is_touched(cells, s)]
    inside = not cells.coarsest.touches_outside
    return [s for s in touched if inside and never_met(cells.setting.family, s.point, start, low, high, effort)]


def is_touched(cells: Cells, special: Special) -> bool:
    """Does the image of a smooth or small cell touch the point, or the two doubles around it?"""
    operator = cells.coarsest
    kinds = np.array([b.kind in (Kind.SMOOTH, Kind.SMALL) for b in operator.grid.blocks])[operator.grid.block_of_cell]
    at = int(operator.grid.locate(np.array(neighbours(special.point)[:1]))[0])
    return any(bool(((r.first <= at) & (at <= r.last) & kinds).any()) for r in operator.ranges)


def question(cells: Cells, name: str, avoided: list[Special], start: sp.Expr) -> Question:
    """P(the chain ends in the block `name`)."""
    values: dict[str, tuple[float, float]] = {"left": UNKNOWN, "right": UNKNOWN}
    values |= {block.name: (float(block.name == name),) * 2 for block in cells.blocks if block.kind is Kind.FIXED}
    for special in cells.setting.attracting:
        escape = special.escape
        kept = float(np.nextafter(1 - escape, 0)) if escape else 1.0
        values[special.name] = (kept, 1.0) if special.name == name else (0.0, escape)
    values |= {special.name: NEVER for special in avoided}
    values |= {special.name: UNKNOWN for special in cells.setting.repelling if not special.is_double}
    return Question(values, start)


def probability(cells: Cells, asked: Question, goal: Fraction, effort: Effort) -> Enclosure:
    found = enclose(cells, asked, absolute_excess(goal), effort)
    return found.intersection(Enclosure(Fraction(0), Fraction(1)))


def rest(found: list[Enclosure]) -> Enclosure:
    """1 minus the others."""
    return Enclosure(
        max(Fraction(0), 1 - sum((Fraction(e.upper) for e in found), Fraction(0))),
        max(Fraction(0), 1 - sum((Fraction(e.lower) for e in found), Fraction(0))),
    )
