"""The sign of a function proved on whole cells of an interval, with its changes enclosed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import inf

import sympy as sp
from flint import arb

from ..answer.enclosure import Bound, Enclosure
from ..answer.number import Number
from ..balls.adaptive import sign_by_bits
from ..balls.precision import ball, enclosure, precision
from ..effort import Effort
from ..errors import Inconclusive
from .sign_change import dyadic_middle

CELL_LIMIT = 20_000


class SignedFunction(ABC):
    """A continuous function of one positive variable, as balls at the current precision."""

    @abstractmethod
    def at(self, t: Fraction) -> arb:
        """The value at a point."""

    @abstractmethod
    def on(self, cell: arb) -> arb:
        """The values on a ball; nan where unknown."""

    def upper_on(self, cell: arb) -> arb:
        """An upper bound of the values on a ball; nan where unknown."""
        return arb.nan()

    @abstractmethod
    def slope_on(self, cell: arb) -> arb:
        """The derivative on a ball; nan where unknown."""

    def change_within(self, low: Fraction, high: Fraction, base: Fraction) -> arb:
        """A bound of |f(t) - f(base)| on [low, high], base one of the ends; nan where unknown."""
        return arb.nan()

    @cached_property
    def known_values(self) -> dict[Fraction, Enclosure]:
        """Values at points that several cells ask for."""
        return {}

    @property
    def scale(self) -> Fraction:
        """The size of the variable at which the function does something."""
        return Fraction(1)

    @property
    def has_slope(self) -> bool:
        """Is the derivative known? Without it cells beside a root stay undecided, and are not split as far."""
        return True


@dataclass(frozen=True)
class Cell:
    """The interval (low, high) with the proved sign of the function, None where it is not proved.

    `root` is set when the cell encloses a proved change of sign and nothing else.
    """

    low: Bound
    high: Bound
    sign: int | None
    root: Enclosure | None = None
    low_root: Enclosure | None = None
    high_root: Enclosure | None = None

    @property
    def is_root(self) -> bool:
        return self.root is not None

    def low_number(self, digits: int) -> Number:
        return end(self.low, self.low_root, digits)

    def high_number(self, digits: int) -> Number:
        return end(self.high, self.high_root, digits)


def end(point: Bound, root: Enclosure | None, digits: int) -> Number:
    if root is not None:
        return Number(None, root, digits)
    exact = (sp.oo if point == inf else -sp.oo) if isinstance(point, float) else sp.Rational(point)
    return Number(exact, Enclosure.point(point), digits)


def partition(f: SignedFunction, low: Fraction, high: Fraction, effort: Effort) -> list[Cell]:
    """Cells that cover (low, high) in order, each of proved sign, a proved root, or (when too small) undecided."""
    cells: list[Cell] = []
    pending = [(low, high)]
    for _ in range(CELL_LIMIT):
        if not pending:
            return cells
        effort.check()
        left, right = pending.pop()
        found = decide(f, left, right, effort)
        if found is not None:
            cells.extend(found)
            continue
        if too_small(left, right, f.scale, 10**9 if f.has_slope else 10**4):
            cells.append(Cell(left, right, None))
            continue
        middle = split_point(left, right)
        pending.extend([(middle, right), (left, middle)])
    raise Inconclusive(f"the sign needs more than {CELL_LIMIT} cells; narrow `within`")


def too_small(left: Fraction, right: Fraction, scale: Fraction, part: int) -> bool:
    return right - left < max(abs(left), abs(right), scale / 10**6) / part


def bit_size(value: Fraction) -> int:
    """The exponent of a power of 2 near a positive number."""
    return value.numerator.bit_length() - value.denominator.bit_length()


def split_point(left: Fraction, right: Fraction) -> Fraction:
    """The middle, geometric where the cell spans more than a factor of 4."""
    if left > 0 and right > 4 * left:
        bits = (bit_size(left) + bit_size(right)) // 2
        return Fraction(2) ** bits if left < Fraction(2) ** bits < right else (left + right) / 2
    return (left + right) / 2


def decide(f: SignedFunction, left: Fraction, right: Fraction, effort: Effort) -> list[Cell] | None:
    """The cell with its sign, or split at its one root; None when it has to be split."""
    with precision(96):
        cell = ball(left).union(ball(right))
        sign = enclosure(f.on(cell)).sign
        if sign:
            return [Cell(left, right, sign)]
        if f.upper_on(cell) < 0:
            return [Cell(left, right, -1)]
        slope = f.slope_on(cell)
        middle = (left + right) / 2
        centred = enclosure(f.at(middle) + slope * (cell - ball(middle))).sign
        if centred:
            return [Cell(left, right, centred)]
        steady = enclosure(slope).sign
        if not steady:
            return by_continuity(f, left, right, effort)
    return at_most_one_root(f, left, right, effort)


def by_continuity(f: SignedFunction, left: Fraction, right: Fraction, effort: Effort) -> list[Cell] | None:
    """The value at one end and the modulus of continuity; at an end the closed form may be removably singular."""
    for end in (left, right):
        change = f.change_within(left, right, end)
        value = accurate(f, end, effort) if change.is_finite() else Enclosure.everything()
        reach = enclosure(change).upper
        if value.lower > reach or value.upper < -reach:
            return [Cell(left, right, 1 if value.lower > 0 else -1)]
    return None


def accurate(f: SignedFunction, point: Fraction, effort: Effort) -> Enclosure:
    """The value at a point to at least 6 digits where 1536 bits give them; kept, since neighbouring cells share it."""
    known = f.known_values
    if point not in known:
        bits, found = 96, Enclosure.everything()
        while bits <= 1536 and not found.reaches(6):
            effort.check()
            with precision(bits):
                found = enclosure(f.at(point))
            bits *= 2
        known[point] = found
    return known[point]


def at_most_one_root(f: SignedFunction, left: Fraction, right: Fraction, effort: Effort) -> list[Cell] | None:
    """A monotone cell: equal signs at its ends hold throughout, different ones enclose one root."""
    signs = [point_sign(f, point, effort) for point in (left, right)]
    if None in signs:
        return None
    first, last = signs
    if first == last:
        return [Cell(left, right, first)]
    low, high = bisected(f, left, right, first, effort)
    root = Enclosure(low, high)
    return [Cell(left, low, first), Cell(low, high, None, root), Cell(high, right, last)]


def bisected(f: SignedFunction, left: Fraction, right: Fraction, first: int | None, effort: Effort) -> tuple[Fraction, Fraction]:
    """The root by secant-guided bisection, to the digits asked for."""
    low, high = left, right
    while not Enclosure(low, high).reaches(effort.digits):
        effort.check()
        low, high = narrowed(f, low, high, first, effort)
    return low, high


def narrowed(f: SignedFunction, low: Fraction, high: Fraction, first: int | None, effort: Effort) -> tuple[Fraction, Fraction]:
    """One Newton step in balls from the middle, kept inside; else one bisection."""
    width = high - low
    bits = 64 + 2 * max(0, width.denominator.bit_length() - width.numerator.bit_length())
    middle = dyadic_middle(low, high)
    with precision(bits):
        cell = ball(low).union(ball(high))
        slope = f.slope_on(cell)
        newton = enclosure(ball(middle) - f.at(middle) / slope) if not slope.contains(0) else Enclosure.everything()
    low_new, high_new = max(low, newton.lower), min(high, newton.upper)
    if low_new <= high_new and high_new - low_new < width / 2:
        return Fraction(low_new), Fraction(high_new)
    sign = point_sign(f, middle, effort)
    if sign is None:
        raise Inconclusive("the sign of the exponent beside its root needs more precision", Enclosure(low, high))
    return (middle, high) if sign == first else (low, middle)


def point_sign(f: SignedFunction, point: Fraction, effort: Effort) -> int | None:
    """The proved sign at a point; None if 2048 bits do not tell it from 0."""
    return sign_by_bits(lambda: f.at(point), effort, 2048)
