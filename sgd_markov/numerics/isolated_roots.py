"""All zeros of an analytic function on a bounded interval, isolated and enclosed by ball arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import sympy as sp
from flint import arb

from ..answer.enclosure import Enclosure
from ..balls.adaptive import proved_sign
from ..balls.evaluate import evaluate
from ..balls.precision import ball, enclosure, precision
from ..effort import Effort
from ..errors import Inconclusive
from .cells import SignedFunction, bisected
from .simplest import simplest_rational

CELL_LIMIT = 20_000
HIGHEST_ORDER = 6
SMALLEST_DENOMINATOR = 10**4


@dataclass(frozen=True)
class ExpressionFunction(SignedFunction):
    """f(x) and its derivatives as balls."""

    formula: sp.Expr
    variable: sp.Symbol
    known: dict[int, sp.Expr] = field(default_factory=dict, compare=False)

    def derivative(self, order: int) -> sp.Expr:
        if order not in self.known:
            before = self.formula if order == 0 else self.derivative(order - 1)
            self.known[order] = before if order == 0 else sp.diff(before, self.variable)
        return self.known[order]

    def of_order(self, order: int, x: arb) -> arb:
        return evaluate(self.derivative(order), {self.variable: x})

    def at(self, t: Fraction) -> arb:
        return self.of_order(0, ball(t))

    def on(self, cell: arb) -> arb:
        return self.of_order(0, cell)

    def slope_on(self, cell: arb) -> arb:
        return self.of_order(1, cell)

    def vanishes(self, point: sp.Expr, order: int = 0) -> bool:
        """Is the derivative of this order proved to be 0 at the point?"""
        with precision(128):
            if not self.of_order(order, evaluate(point)).contains(0):
                return False
        value = settled(self.derivative(order).subs(self.variable, point))
        return bool(value == 0 or sp.simplify(value) == 0)


def settled(value: sp.Expr) -> sp.Expr:
    """Hypergeometric series at 0 are 1, which sympy leaves as it stands."""
    at_zero = {series: sp.Integer(1) for series in value.atoms(sp.hyper) if series.argument == 0}
    return value.xreplace(at_zero) if at_zero else value


def is_identically_zero(formula: sp.Expr, variable: sp.Symbol) -> bool:
    """Is it 0 for every value of the variable? A value that is proved not to be 0 answers first."""
    if formula == 0 or not formula.free_symbols:
        return bool(settled(formula) == 0 or sp.simplify(formula) == 0)
    if formula.free_symbols == {variable}:
        with precision(96):
            for point in (Fraction(17, 37), Fraction(-23, 41)):
                if enclosure(evaluate(formula, {variable: ball(point)})).sign:
                    return False
    if formula.is_rational_function():
        return bool(sp.cancel(formula) == 0)
    return bool(sp.simplify(formula) == 0)


@dataclass(frozen=True)
class Zero:
    """The only zero in [low, high]; `exact` where it was recognised; `order` its multiplicity."""

    function: ExpressionFunction
    low: Fraction
    high: Fraction
    first_sign: int = 0
    exact: sp.Expr | None = None
    order: int = 1

    @cached_property
    def middle(self) -> Fraction:
        return (self.low + self.high) / 2

    def enclose(self, effort: Effort) -> Enclosure:
        """The zero to the digits asked for; only for zeros that are not exact."""
        return Enclosure(*bisected(self.function, self.low, self.high, self.first_sign, effort))


def isolated_zeros(
    function: ExpressionFunction, low: Fraction, high: Fraction, effort: Effort
) -> tuple[list[Zero], list[tuple[Fraction, Fraction]]]:
    """(the zeros in [low, high], the cells in which zeros are neither proved nor excluded)."""
    zeros: dict[object, Zero] = {}
    undecided: list[tuple[Fraction, Fraction]] = []
    pending = [(low, high)]
    for _ in range(CELL_LIMIT):
        if not pending:
            return sorted(zeros.values(), key=lambda zero: zero.middle), joined(undecided)
        effort.check()
        left, right = pending.pop()
        found = decided(function, left, right, effort)
        if found is not None:
            zeros.update({zero.exact if zero.exact is not None else zero.low: zero for zero in found})
        elif right - left < max(abs(left), abs(right), Fraction(1, 10**3)) / 10**8:
            undecided.append((left, right))
        else:
            # off the middle, so that a zero at a simple number does not stay at the end of every cell
            cut = left + (right - left) * Fraction(499, 1024)
            pending.extend([(cut, right), (left, cut)])
    raise Inconclusive(f"the zeros of the slope need more than {CELL_LIMIT} cells; narrow `within`")


def decided(function: ExpressionFunction, left: Fraction, right: Fraction, effort: Effort) -> list[Zero] | None:
    """The zeros of the cell; None when it has to be split."""
    with precision(96):
        cell = ball(left).union(ball(right))
        values = enclosure(function.on(cell))
        if values.sign:
            return []
        slope = function.slope_on(cell)
        if enclosure(function.at((left + right) / 2) + slope * (cell - ball((left + right) / 2))).sign:
            return []
        steady = enclosure(slope).sign
    if not steady:
        return multiple_zero(function, left, right)
    signs = [sign_at(function, end) for end in (left, right)]
    if 0 in signs:
        end = (left, right)[signs.index(0)]
        return [Zero(function, end, end, exact=sp.Rational(end.numerator, end.denominator))]
    if None in signs:
        return None
    first, last = signs
    if first == last:
        return []
    assert first is not None
    return [recognised(Zero(function, left, right, first), effort)]


def sign_at(function: ExpressionFunction, point: Fraction) -> int | None:
    for bits in (96, 384):
        with precision(bits):
            sign = enclosure(function.at(point)).sign
        if sign is not None:
            return sign
    return 0 if function.vanishes(sp.Rational(point.numerator, point.denominator)) else None


def multiple_zero(function: ExpressionFunction, left: Fraction, right: Fraction) -> list[Zero] | None:
    """A simple number c with f(c) = ... = f^(k-1)(c) = 0 and f^(k) of one sign on the cell is its only zero.

    By Taylor's formula f(x) = f^(k)(y) (x - c)^k / k!.
    """
    for point in candidates(left, right):
        if not lies_in(point, left, right):
            continue
        order = 0
        while order <= HIGHEST_ORDER and function.vanishes(point, order):
            order += 1
        if 1 <= order <= HIGHEST_ORDER:
            with precision(96):
                sign = enclosure(function.of_order(order, ball(left).union(ball(right)))).sign
            if sign:
                return [Zero(function, left, right, exact=point, order=order)]
    return None


def recognised(zero: Zero, effort: Effort) -> Zero:
    """The zero with its exact value where that is a simple number."""
    low, high = zero.low, zero.high
    for digits in (3, 14):
        for point in candidates(low, high):
            if zero.function.vanishes(point) and lies_in(point, zero.low, zero.high):
                return Zero(zero.function, zero.low, zero.high, exact=point)
        # relative digits are never reached for a zero at 0 that is not proved to be one
        if digits == 3 and (low > 0 or high < 0 or sign_at(zero.function, Fraction(0)) is not None):
            low, high = bisected(zero.function, low, high, zero.first_sign, effort.with_digits(14))
    return zero


def candidates(low: Fraction, high: Fraction) -> Iterator[sp.Expr]:
    """The simplest number of [low, high] of each kind: q, q pi, log q, +-sqrt q."""
    yield from rational(low, high)
    with precision(128):
        pi, cell = arb.pi(), ball(low).union(ball(high))
        scaled, raised, squared = (inside(b) for b in (cell / pi, cell.exp() if abs(cell) < 50 else None, cell * cell))
    if scaled is not None:
        yield from (q * sp.pi for q in rational(*scaled))
    if raised is not None:
        yield from (sp.log(q) for q in rational(*raised) if q > 0)
    if squared is not None and low * high > 0:
        yield from ((1 if low > 0 else -1) * sp.sqrt(q) for q in rational(*squared))


def lies_in(point: sp.Expr, low: Fraction, high: Fraction) -> bool:
    """Proved; candidates come from cells rounded outward."""
    ends = (sp.Rational(end.numerator, end.denominator) for end in (low, high))
    left, right = (proved_sign(point - end) for end in ends)
    return left in (0, 1) and right in (0, -1)


def inside(image: arb | None) -> tuple[Fraction, Fraction] | None:
    found = None if image is None else enclosure(image)
    return (
        (Fraction(found.lower), Fraction(found.upper))
        if found is not None and found != Enclosure.everything()
        else None
    )


def rational(low: Fraction, high: Fraction) -> Iterator[sp.Rational]:
    simple = simplest_rational(low, high)
    if simple.denominator <= SMALLEST_DENOMINATOR:
        yield sp.Rational(simple.numerator, simple.denominator)


def joined(cells: list[tuple[Fraction, Fraction]]) -> list[tuple[Fraction, Fraction]]:
    """Neighbouring cells as one."""
    result: list[tuple[Fraction, Fraction]] = []
    for low, high in sorted(cells):
        if result and result[-1][1] >= low:
            result[-1] = (result[-1][0], max(high, result[-1][1]))
        else:
            result.append((low, high))
    return result
