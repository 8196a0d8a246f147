"""Mean exit times of chains of finitely many maps."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import inf

import numpy as np
import sympy as sp
from flint import arb

from ...answer.enclosure import Enclosure
from ...balls.precision import ball, precision
from ...effort import Effort
from ...errors import HypothesisViolated, Inconclusive
from ...numerics.finite_family import FiniteFamily
from ...numerics.local_attraction import Repulsion
from .bounds import Cells, Question, enclose, relative_excess
from .grid import Block, Kind
from .layout import neighbours
from .limits import is_touched
from .reach import Interval, reachable
from .setting import Setting, Special, add_special_points
from .start import Given
from .taylor import BITS, size
from .traps import Trap, with_traps

Ends = tuple[sp.Expr, sp.Expr]
NOTHING = (0.0, 0.0)
ROOM = 0.05


def mean_exit_time(family: FiniteFamily, start: sp.Expr, inside: Ends, effort: Effort) -> Enclosure:
    """E min{n >= 1: w_n not in [low, high]} from a start inside.

    Ends that are no doubles are moved outwards for the upper and inwards for the lower bound.
    Raises `HypothesisViolated` where the chain is proved to stay with positive probability, `Inconclusive` with the
    bounds reached.
    """
    outer, inner = rounded(family, start, inside)
    artificial = (inside[0] == -sp.oo, inside[1] == sp.oo)
    known = outside(inside)
    if outer == inner:
        return exit_time_between(family, start, outer, artificial, known, effort)
    upper = exit_time_between(family, start, outer, artificial, known, effort)
    lower = exit_time_between(family, start, inner, artificial, known, effort)
    return Enclosure(lower.lower, upper.upper)


def outside(inside: Ends) -> tuple[Given, ...]:
    """The complement of the region, where no time is left."""
    low, high = inside
    sides = [Given(None, low, 0, closed=False)] if low.is_finite else []
    return (*sides, *([Given(high, None, 0, closed=False)] if high.is_finite else []))


def rounded(family: FiniteFamily, start: sp.Expr, inside: Ends) -> tuple[tuple[float, float], tuple[float, float]]:
    """The smallest interval of doubles around the region, and the largest in it; infinite ends become far ones."""
    hull = None
    if inf in (abs(float(sp.N(end))) for end in inside):
        hull = reachable(family, float(sp.N(start, 30)), beyond(inside))
        if hull is None:
            raise Inconclusive("the region is unbounded, and the chain seems to reach arbitrarily far in it")
    return doubles_around(inside, hull)


def doubles_around(inside: Ends, hull: Interval | None) -> tuple[tuple[float, float], tuple[float, float]]:
    """The same, for a part of the line that stands for all of it."""
    room = 0.0 if hull is None else ROOM * (hull[1] - hull[0])
    low = (hull[0] - room,) * 2 if hull and inside[0] == -sp.oo else neighbours(inside[0])
    high = (hull[1] + room,) * 2 if hull and inside[1] == sp.oo else neighbours(inside[1])
    return (low[0], high[1]), (low[1], high[0])


def beyond(inside: Ends) -> list[tuple[float, float]]:
    """The complement of the region, as intervals."""
    low, high = float(sp.N(inside[0])), float(sp.N(inside[1]))
    return [(-inf, float(np.nextafter(low, -inf))), (float(np.nextafter(high, inf)), inf)]


def exit_time_between(
    family: FiniteFamily,
    start: sp.Expr,
    ends: tuple[float, float],
    artificial: tuple[bool, bool],
    known: tuple[Given, ...],
    effort: Effort,
) -> Enclosure:
    """The same for ends that are doubles, both in the region; `artificial` ones must be proved never to be passed."""
    setting = Setting(family, *ends)
    add_special_points(setting, start, 1e-6, effort, ends)
    cells, traps = closed_cells(setting, effort)
    require_closed(cells, artificial)
    require_left(cells, traps, start, known, effort)
    names = [b.name for b in cells.blocks if b.kind is Kind.FIXED]
    dwelling = {s.name: dwelling_time(cells, s) for s in setting.repelling}
    question = Question(dict.fromkeys([*names, "left", "right"], NOTHING), start, 1.0, dwelling, known)
    found = enclose(cells, question, relative_excess(effort.digits), effort)
    return Enclosure(max(Fraction(1), Fraction(found.lower)), found.upper)


def closed_cells(setting: Setting, effort: Effort) -> tuple[Cells, list[Trap]]:
    """The cells of a region that holds its upper end too, and the sets in it that keep the chain."""
    if not any(block.high == setting.high for block in setting.reserved):
        setting.reserved.append(Block(setting.high, setting.high, Kind.SMALL))
    return with_traps(Cells.of(setting, effort))


def require_closed(cells: Cells, artificial: tuple[bool, bool]) -> None:
    """Refuse where an image may pass an end that stands for an infinite one."""
    if any(may and end for may, end in zip(ends_passed(cells), artificial, strict=True)):
        raise Inconclusive("the region is unbounded, and no bounded part of it is found that keeps the chain until it exits")


def ends_passed(cells: Cells) -> tuple[bool, bool]:
    """May a step from the cells lead beyond their lower end, and their upper one?"""
    operator = cells.coarsest
    free = operator.grid.free[1:-1]
    return (
        any(bool((r.first[free] == 0).any()) for r in operator.ranges),
        any(bool((r.last[free] == operator.grid.size + 1).any()) for r in operator.ranges),
    )


def require_left(cells: Cells, traps: list[Trap], start: sp.Expr, known: tuple[Given, ...], effort: Effort) -> None:
    """Refuse a region in which the chain stays with a probability that is not 0.

    Given values in a region are those of attracting points, of sets that keep the chain, and of repelling points.
    """
    names = [b.name for b in cells.blocks if b.kind is Kind.FIXED]
    if not names:
        return
    values = {"left": NOTHING, "right": NOTHING, **dict.fromkeys(names, (1.0, 1.0))}
    for special in cells.setting.attracting:
        values[special.name] = (float(np.nextafter(1 - special.escape, 0)) if special.escape else 1.0, 1.0)
    kept = enclose(cells, Question(values, start, known=known), undecided, effort)
    if kept.lower > 0:
        where = [str(s.point) for s in cells.setting.attracting] + [str(t.intervals[0]) for t in traps]
        raise HypothesisViolated(
            "the region is left almost surely",
            f"with a probability of at least {rounded_down(kept)} it is never left (the chain ends at {', '.join(where)})",
        )


def rounded_down(kept: Enclosure) -> str:
    """The lower bound as a short decimal that is not above it."""
    bound = Fraction(kept.lower)
    places = 3 if bound >= Fraction(1, 10) else 3 + len(str(int(1 / bound)))
    return f"{Decimal(int(bound * 10**places)).scaleb(-places):f}"


def undecided(kept: Enclosure) -> float:
    """Narrow enough where the probability is proved to be positive, or 0."""
    return 1.0 if kept.lower > 0 or kept.upper == 0 else inf


def dwelling_time(cells: Cells, special: Special) -> float:
    """An upper bound of the mean time in the block of a repelling point, once entered from outside."""
    near = special.near
    assert isinstance(near, Repulsion)
    if is_touched_from_afar(cells, special, near):
        raise Inconclusive(f"the repelling point {special.point} may be met from elsewhere: its block may be entered anywhere")
    return dwelling_bound(near)


def dwelling_bound(near: Repulsion) -> float:
    """Entered at a distance of at least `least` times the radius, log|w - w*| has to grow by log(reach/least) at most."""
    with precision(BITS):
        growth = ball(near.reach).log() - ball(near.least).log().min(arb(0))
        return max(1.0, size(growth / ball(near.drift)))


def is_touched_from_afar(cells: Cells, special: Special, near: Repulsion) -> bool:
    """Does a cell outside the neighbourhood in which the ratios are known touch the block or the point?"""
    if is_touched(cells, special):
        return True
    operator = cells.coarsest
    nodes, kinds = operator.grid.nodes, (Kind.SMOOTH, Kind.SMALL)
    free = np.array([b.kind in kinds for b in operator.grid.blocks])[operator.grid.block_of_cell]
    radius = float(near.radius) * (1 - 2.0**-20)
    afar = free & ((nodes[:-1] < special.centre - radius) | (nodes[1:] > special.centre + radius))
    own = operator.grid.locate(np.array([special.centre - special.radius, special.centre + special.radius * (1 - 1e-9)]))
    return any(bool(((r.first <= own[1]) & (own[0] <= r.last) & afar).any()) for r in operator.ranges)
