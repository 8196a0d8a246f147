"""P(tau > n) and quantiles of tau for chains of finitely many maps: all paths for a few steps, then bounds on cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from math import inf, log

import numpy as np
import sympy as sp

from ...answer.enclosure import Enclosure
from ...balls.evaluate import evaluate
from ...balls.precision import enclosure, precision
from ...effort import Effort
from ...errors import HypothesisViolated, Inconclusive
from ...numerics.finite_family import FiniteFamily
from ...numerics.local_attraction import fixed
from .bounds import Cells, Resolution, block_visits, change, heaviest, relative_excess
from .decay import Bundle, Curve, Remaining, curve, logarithm
from .exits import Ends, beyond, closed_cells, doubles_around, ends_passed, outside
from .fan import Borders, Fan, fan_from
from .grid import Block, Floats, Kind
from .layout import neighbours
from .operator import Operator, leading_to
from .reach import Interval, reachable
from .setting import FINEST, Setting, Special, add_special_points

FEW, MANY = 2**14, 2**20
"""So many paths are followed before cells take over, and so many where they decide all steps."""
POLE = 1e-30
"""The radius around a fixed point within which nothing is said of a path."""
FARTHEST = 2**62
FAR = 8.0
"""Where paths seem unbounded, cells cover so many times the distance to the region."""
FINITE = "the quantile is finite"
NOTHING = Fraction(0)
UNKNOWN = Enclosure(NOTHING, Fraction(1))


def survival_probability(family: FiniteFamily, start: sp.Expr, inside: Ends, steps: int, effort: Effort) -> Enclosure:
    """P(tau > steps), tau = min{n >= 1: w_n not in [low, high]}, from a start inside.

    Raises `Inconclusive` with the bounds reached.
    """
    if is_fixed(family, start):
        return Enclosure.point(1)
    try:
        lanes = lanes_of(family, start, inside, steps, effort)
        if lanes[0].is_kept():
            return Enclosure.point(1)
        fan = lanes[0].fan
        if fan.depth >= steps:
            known = fan.masses[steps]
            if known.reaches(effort.digits):
                return known
        return narrowed(lanes, Asked(steps), effort)
    except Inconclusive as refusal:
        raise Inconclusive(refusal.reason, refusal.enclosure or UNKNOWN) from None


def survival_quantile(family: FiniteFamily, start: sp.Expr, inside: Ends, level: sp.Expr, effort: Effort) -> Enclosure:
    """The smallest n with P(tau <= n) >= level > 0: a whole number, or bounds of it.

    Raises `HypothesisViolated` where the chain is proved to stay with a probability above 1 - level, `Inconclusive`
    with the bounds reached.
    """
    if is_fixed(family, start):
        raise HypothesisViolated(FINITE, f"every step fixes the start {start}")
    with precision(128):
        rest = enclosure(1 - evaluate(level))
    try:
        lanes = lanes_of(family, start, inside, 0, effort)
        return narrowed(lanes, Level(rest), effort)
    except Inconclusive as refusal:
        raise Inconclusive(refusal.reason, refusal.enclosure or Enclosure(Fraction(1), inf)) from None


def is_fixed(family: FiniteFamily, start: sp.Expr) -> bool:
    """Do all maps fix the start?"""
    return all(fixed(f, family.symbol, start) for f in family.maps)


@dataclass
class Lane:
    """One side: cells of the region or of one that holds it (`upper`: for upper bounds), the first steps, the resolution.

    `given`: for blocks of given value and for what lies beyond all cells.
    """

    cells: Cells
    upper: bool
    given: dict[str, Enclosure]
    start: sp.Expr
    fan: Fan
    operator: Operator
    visits: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.visits = block_visits(self.operator, self.start)

    def is_kept(self) -> bool:
        """Does no path of touched cells lead from the start to where the chain is not proved to stay?"""
        ends = self.operator.grid.locate(np.array(neighbours(self.start)))
        return not leading_to(self.operator, self.values() < 1)[ends[0] : ends[1] + 1].any()

    def curve(self, remaining: Remaining, effort: Effort) -> Curve:
        grid = self.operator.grid
        bundles = [Bundle.of(leaves, grid, self.fan.base) for leaves in self.fan.leaves]
        return curve(self.operator, self.values(), bundles, self.upper, remaining, effort)

    def values(self) -> Floats:
        """The given values of all cells."""
        grid = self.operator.grid
        names = ["left", *("" if b.is_free else b.name for b in grid.blocks), "right"]
        bounds = [self.given[name] for name in names]
        ends = np.array([float(bound.upper if self.upper else bound.lower) for bound in bounds])
        return np.concatenate([ends[:1], ends[1:-1][grid.block_of_cell], ends[-1:]])

    def at(self, found: Curve | None, steps: int) -> Fraction:
        """The bound of P(tau > steps), from the paths and from the cells."""
        known = self.fan.bounds(steps)[self.upper]
        if found is None:
            return known
        later = found.at(steps) + self.fan.share_stuck(steps)
        if steps < self.fan.depth:
            later += self.fan.share_followed(steps)
        return min(known, later) if self.upper else max(known, later)

    def kept(self, found: Curve | None) -> Fraction:
        """A lower bound of the probability to stay for ever."""
        return self.fan.share_stuck(self.fan.depth) + (found.kept if found else NOTHING)

    def factors(self, found: Curve) -> np.ndarray:
        """Into how many parts the blocks are cut next."""
        changes = [change(self.operator, values) / max(1e-300, float(values.max())) for values in found.samples]
        return heaviest(self.operator.grid, self.visits, np.asarray(sum(changes)))

    def refine(self, factors: np.ndarray) -> None:
        self.operator = self.cells.operator(self.operator.grid.refined(factors))


@dataclass(frozen=True)
class Asked:
    """P(tau > steps)."""

    steps: int

    def remaining(self, lane: Lane) -> Remaining:
        first = min(leaves.depth for leaves in lane.fan.leaves)
        return lambda done, mean, ratio: self.steps - first - done

    def between(self, lower: Callable[[int], Fraction], upper: Callable[[int], Fraction], kept: Fraction) -> Enclosure:
        return Enclosure(lower(self.steps), upper(self.steps))


@dataclass(frozen=True)
class Level:
    """The first n with P(tau > n) <= rest."""

    rest: Enclosure

    def remaining(self, lane: Lane) -> Remaining:
        rest, reached = logarithm(self.rest.middle), []
        behind = lane.fan.depth - min(leaves.depth for leaves in lane.fan.leaves)

        def left(done: int, mean: Fraction, ratio: float) -> float:
            if mean <= self.rest.lower or ratio <= 0:
                reached.append(done)
                return reached[0] + behind - done
            return (rest - logarithm(mean)) / log(ratio) if ratio < 1 else inf

        return left

    def between(self, lower: Callable[[int], Fraction], upper: Callable[[int], Fraction], kept: Fraction) -> Enclosure:
        if kept > self.rest.upper:
            raise HypothesisViolated(
                FINITE,
                f"with a probability of at least {float(kept) * (1 - 1e-6):.6f} the region is never left",
            )
        least = first_below(lower, Fraction(self.rest.upper))
        most = first_below(upper, Fraction(self.rest.lower))
        return Enclosure(Fraction(FARTHEST if least is None else least), inf if most is None else Fraction(most))


def first_below(bound: Callable[[int], Fraction], rest: Fraction) -> int | None:
    """An n with bound(n) <= rest < bound(n - 1), or 0; None where there is none up to the farthest."""
    if bound(0) <= rest:
        return 0
    low, high = 0, 1
    while bound(high) > rest:
        low, high = high, 2 * high
        if high > FARTHEST:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if bound(middle) <= rest else (middle, high)
    return high


def narrowed(lanes: Sequence[Lane], asked: Asked | Level, effort: Effort) -> Enclosure:
    """Bounds on finer and finer cells, until they are narrow enough.

    Raises `Inconclusive` with the best bounds where the cells or the budget end first, and sooner where the cells
    are seen not to be enough.
    """
    lower, upper = lanes
    resolution = Resolution(Enclosure(Fraction(0), inf), relative_excess(effort.digits))
    try:
        while True:
            low, high = (lane.curve(asked.remaining(lane), effort) if lane.fan.leaves else None for lane in lanes)
            found = asked.between(partial(lower.at, low), partial(upper.at, high), lower.kept(low))
            if resolution.is_reached(found) or low is None or high is None:
                return resolution.best
            factors = lower.factors(low), upper.factors(high)
            size = max(lane.operator.grid.refined(f).size for lane, f in zip(lanes, factors, strict=True))
            resolution.require_worthwhile(
                size, f"the bounds stay too wide on {upper.operator.grid.size} cells; ask for fewer digits"
            )
            for lane, f in zip(lanes, factors, strict=True):
                lane.refine(f)
    except Inconclusive as refusal:
        raise Inconclusive(refusal.reason, refusal.enclosure or resolution.best) from None


def lanes_of(family: FiniteFamily, start: sp.Expr, inside: Ends, steps: int, effort: Effort) -> list[Lane]:
    """For lower and for upper bounds; both share the first steps."""
    outer, inner = doubles_around(inside, hull_of(family, start, inside))
    artificial = (inside[0] == -sp.oo, inside[1] == sp.oo)
    borders = Borders(
        (-inf if artificial[0] else outer[0], inf if artificial[1] else outer[1]),
        (-inf if artificial[0] else inner[0], inf if artificial[1] else inner[1]),
        outside(inside),
    )
    cells = {ends: cells_of(family, start, ends, effort) for ends in (outer, inner)}
    fan = first_steps(start, cells[outer], borders, steps, effort)
    return [
        Lane(cells[ends], upper, values_of(cells[ends], artificial), start, fan, cells[ends].coarsest)
        for ends, upper in ((inner, False), (outer, True))
    ]


def hull_of(family: FiniteFamily, start: sp.Expr, inside: Ends) -> Interval | None:
    """For an unbounded region the part where cells are laid; nothing is known of paths beyond."""
    stops = [float(sp.N(end)) for end in inside if end.is_finite]
    if len(stops) == 2:
        return None
    place = float(sp.N(start, 30))
    size = FAR * max([1.0, abs(place), *map(abs, stops)])
    return reachable(family, place, beyond(inside)) or (place - size, place + size)


def first_steps(start: sp.Expr, cells: Cells, borders: Borders, steps: int, effort: Effort) -> Fan:
    """All paths as far as cells want them, or all the way where that seems to be affordable."""
    found = fan_from(start, cells, borders, steps or FARTHEST, FEW, effort)
    depth = found.depth
    if steps <= depth or not depth:
        return found
    affordable = log(len(found.live.weight) or 1) / depth * steps <= log(MANY)
    return fan_from(start, cells, borders, steps, MANY, effort) if affordable else found


def cells_of(family: FiniteFamily, start: sp.Expr, ends: tuple[float, float], effort: Effort) -> Cells:
    setting = Setting(family, *ends)
    add_special_points(setting, start, 10.0 ** -(effort.digits + 3), effort, ends)
    for special in setting.repelling:
        setting.reserved = [b for b in setting.reserved if b.name != special.name]
        setting.reserved.append(pole(special, setting))
    return closed_cells(setting, effort)[0]


def pole(special: Special, setting: Setting) -> Block:
    """A block around a fixed point that paths leave; they are followed on cells until they are this near."""
    below, beyond = neighbours(special.point)
    radius = max(POLE, abs(below) * FINEST)
    return Block(max(setting.low, below - radius), min(setting.high, beyond + radius), Kind.FIXED, special.name)


def values_of(cells: Cells, artificial: tuple[bool, bool]) -> dict[str, Enclosure]:
    """P(tau > n) for all n: where the chain is proved to stay, beyond the ends, and where nothing is known."""
    passed = zip(ends_passed(cells), artificial, strict=True)
    left, right = (UNKNOWN if may and far else Enclosure.point(0) for may, far in passed)
    values = {b.name: Enclosure.point(1) for b in cells.blocks if b.kind is Kind.FIXED}
    values |= {"": Enclosure.point(0), "left": left, "right": right}
    values |= {s.name: UNKNOWN for s in cells.setting.repelling}
    for special in cells.setting.attracting:
        kept = float(np.nextafter(1 - special.escape, 0)) if special.escape else 1.0
        values[special.name] = Enclosure(Fraction(kept), Fraction(1))
    return values
