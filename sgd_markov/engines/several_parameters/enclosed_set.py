"""The critical points of a smooth loss in a box, certified: exact where a point is rational, else enclosed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import sympy as sp
from flint import arb

from ...answer.enclosure import Enclosure
from ...answer.number import Number
from ...balls.adaptive import proved_sign
from ...balls.evaluate import evaluate
from ...balls.precision import bits_for, enclosure, precision
from ...effort import Effort
from ...errors import Inconclusive
from ...numerics.exact_numbers import number
from ...numerics.simplest import simplest_rational
from .box_position import Within, position
from .box_search import Box, System, Zero, box_of, inside, zeros_in_box
from .found import CriticalPointSeveral, CriticalSetSeveral
from .inertia import kind_of, kind_of_balls

METHOD = "Krawczyk's operator on halved boxes"
DOUBLINGS = 6
DENOMINATOR = 10**6


def enclosed_set(
    gradient: Sequence[sp.Expr], state: tuple[sp.Symbol, ...], within: Within, effort: Effort
) -> CriticalSetSeveral:
    """All critical points in the box, but for those in the `undecided` boxes."""
    system = System.of(gradient, state)
    found = zeros_in_box(system, box_of(within, state), effort)
    undecided = [tuple(Enclosure(Fraction(low), Fraction(high)) for low, high in box) for box in found.undecided]
    points = []
    for zero in found.zeros:
        point = described(zero, system, effort)
        where = position(point, state, within)
        if where is None:
            undecided.append(tuple(entry.enclosure for entry in point.at if entry.enclosure is not None))
        elif where:
            points.append(point)
    known = [point.exact for point in points]
    further = [rational_point(at, system, effort) for at in rational_zeros(undecided, system) if at not in known]
    points += [point for point in further if position(point, state, within)]
    return CriticalSetSeveral(points, METHOD, undecided=tuple(undecided))


def described(zero: Zero, system: System, effort: Effort) -> CriticalPointSeveral:
    with precision(192):
        ball = zero.ball()
    at = rational_near(ball, system)
    if at is not None and all(r.contains(evaluate(x)) for r, x in zip(zero.region, at, strict=True)):
        return rational_point(at, system, effort)
    zero = without_zeros(zero, ball)
    return CriticalPointSeveral(
        at=tuple(refined(zero.ball, effort)),
        hessian=hessian_of(zero, system, effort),
        kind=kind_of_balls(lambda: system.slopes(zero.ball())),
        balls=zero.ball,
    )


def hessian_of(zero: Zero, system: System, effort: Effort) -> tuple[tuple[Number, ...], ...]:
    size = len(system.unknowns)
    flat = refined(lambda: tuple(entry for row in system.slopes(zero.ball()) for entry in row), effort)
    return tuple(tuple(flat[i * size : (i + 1) * size]) for i in range(size))


def refined(compute: Callable[[], Box], effort: Effort) -> list[Number]:
    """Every entry to the digits asked for; one that no precision tells from 0 with that absolute width."""
    bits = 2 * bits_for(effort.digits)
    for _ in range(DOUBLINGS):
        effort.check()
        with precision(bits):
            found = [enclosure(entry) for entry in compute()]
        if all(entry.reaches(effort.digits) for entry in found):
            return [Number(None, entry, effort.digits) for entry in found]
        bits *= 2
    if all(entry.reaches(effort.digits) or entry.width <= Fraction(1, 10**effort.digits) for entry in found):
        return [Number(None, entry, effort.digits) for entry in found]
    raise Inconclusive(f"a critical point: {bits // 2} bits do not give {effort.digits} digits", bits=bits // 2)


def rational_near(ball: Sequence[arb], system: System) -> tuple[sp.Expr, ...] | None:
    """The point of simplest rational coordinates inside the ball, where it is a zero."""
    at = tuple(simplest(enclosure(x)) for x in ball)
    if any(x.q > DENOMINATOR for x in at):
        return None
    values = dict(zip(system.unknowns, at, strict=True))
    return at if all(is_zero(entry.subs(values)) for entry in system.gradient) else None


def simplest(range_: Enclosure) -> sp.Rational:
    found = simplest_rational(Fraction(range_.lower), Fraction(range_.upper))
    return sp.Rational(found.numerator, found.denominator)


def is_zero(value: sp.Expr) -> bool:
    return bool(value == 0 or (not value.has(sp.nan, sp.zoo, sp.oo) and proved_sign(value) == 0))


def rational_point(at: tuple[sp.Expr, ...], system: System, effort: Effort) -> CriticalPointSeveral:
    values = dict(zip(system.unknowns, at, strict=True))
    rows = [[settled(entry.subs(values)) for entry in row] for row in system.jacobian]
    return CriticalPointSeveral(
        at=tuple(number(x, effort, "a critical point") for x in at),
        hessian=tuple(tuple(number(entry, effort, "the Hessian") for entry in row) for row in rows),
        kind=kind_of(rows),
        exact=at,
    )


def settled(value: sp.Expr) -> sp.Expr:
    """Expanded, and 0 where that is proved."""
    value = sp.expand(value)
    return sp.Integer(0) if not value.free_symbols and proved_sign(value) == 0 else value


def without_zeros(zero: Zero, ball: Sequence[arb]) -> Zero:
    """The zero as one with some coordinates exactly 0, where that is proved: the others solve a smaller system.

    A zero of the smaller system in the region is a zero of the whole, of which there is one.
    """
    system = zero.system
    small = [i for i, x in enumerate(ball) if x.contains(0)]
    left = [i for i in range(len(ball)) if i not in small]
    rest = {system.unknowns[i]: sp.Integer(0) for i in small}
    if not small or not left or any(not is_identically_zero(system.gradient[i].subs(rest)) for i in small):
        return zero
    unknowns = tuple(system.unknowns[i] for i in left)
    smaller = System.of([system.gradient[i].subs(rest) for i in left], unknowns)
    region = tuple(zero.region[i] for i in left)
    image = smaller.krawczyk(region)
    return zero if image is None or not inside(image, region) else Zero(smaller, region, tuple(small))


def is_identically_zero(value: sp.Expr) -> bool:
    return bool(sp.expand(value) == 0)


def rational_zeros(boxes: Sequence[Sequence[Enclosure]], system: System) -> list[tuple[sp.Expr, ...]]:
    """Zeros of simple coordinates inside undecided boxes: they count, but the boxes may hold more."""
    found = []
    for box in boxes:
        at = tuple(simplest(side) for side in box)
        values = dict(zip(system.unknowns, at, strict=True))
        if all(is_zero(entry.subs(values)) for entry in system.gradient):
            found.append(at)
    return found
