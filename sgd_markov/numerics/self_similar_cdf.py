"""The distribution function of a law with F(v) = sum_i p_i F((v - b_i)/M_i): exact where orbits close, else enclosed.

For a map with negative slope the term is p_i (1 - F((v - b_i)/M_i)); the law has no atoms, so that ends do not matter.
F is 0 below the hull of the attractor and 1 above, so only places inside the hull stay open. They are followed until
they run into places met before (then a linear system gives F exactly) or until their weight is as small as wanted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp
from flint import arb, fmpq, fmpq_mat

from ..answer.enclosure import Enclosure
from ..balls.evaluate import evaluate
from ..balls.precision import bits_for, enclosure, precision
from ..effort import Effort
from ..errors import Inconclusive
from .contractions import Contractions
from .number_field import common_field, sign_of

LONGEST_ORBIT = 1000
"""Places of a single orbit that is followed to its period: the exact value has about so many bits."""
MOST_PLACES = 250
"""Places of a branching orbit: the size of the linear system."""
MOST_BRANCHES = 20_000
DOUBLINGS = 6


@dataclass(frozen=True)
class Branch:
    """One map in the representation of places: F(v) has the term weight * F((v - offset)/slope), mirrored if turned."""

    slope: Any
    offset: Any
    weight: Any
    turned: bool


Pairs = list[tuple[Any, Any]]
"""(place, coefficient of F there)"""


@dataclass(frozen=True)
class Walk:
    """How places move back along the maps; `side` is -1 below the hull or at its lower end, 1 above, 0 inside."""

    branches: tuple[Branch, ...]
    side: Callable[[Any], int]
    is_exact: bool

    def step(self, place: Any) -> tuple[Any, Pairs]:
        """F(place) = constant + sum of coefficient * F(other place) over pairs of other places inside the hull."""
        constant, rest = self.branches[0].weight * 0, Pairs()
        for branch in self.branches:
            other = (place - branch.offset) / branch.slope
            side, weight = self.side(other), branch.weight
            if branch.turned:
                constant, weight = constant + weight, -weight
            if side == 1:
                constant = constant + weight
            elif side == 0:
                rest.append((other, weight))
        return constant, self.merged(rest)

    def merged(self, pairs: Pairs) -> Pairs:
        """Equal places collected; balls are never proved to be equal."""
        if not self.is_exact or len(pairs) < 2:
            return pairs
        collected: dict[Any, Any] = {}
        for place, weight in pairs:
            collected[place] = collected[place] + weight if place in collected else weight
        return list(collected.items())


def exact_walk(maps: Contractions, place: sp.Expr) -> tuple[Walk, Any] | None:
    """The walk in rational numbers or in a number field, with the place there; None where neither holds them all."""
    numbers = [place, *maps.hull, *(n for c in maps.maps for n in (c.slope, c.offset))]
    convert: Callable[[sp.Expr], Any]
    if all(n.is_Rational for n in numbers):
        convert = rational
    else:
        field = common_field([n for c in maps.maps for n in (c.slope, c.offset)] or numbers)
        if field is None or field.element(place) is None or any(field.element(n) is None for n in maps.hull):
            return None
        convert = field.element
    low, high = map(convert, maps.hull)

    def side(at: Any) -> int:
        return -1 if sign_of(at - low) <= 0 else 1 if sign_of(at - high) >= 0 else 0

    branches = tuple(
        Branch(convert(c.slope), convert(c.offset), weight_of(c.probability), c.orientation < 0) for c in maps.maps
    )
    return Walk(branches, side, True), convert(place)


def weight_of(probability: sp.Expr) -> Any:
    return rational(probability) if probability.is_Rational else probability


def rational(number: sp.Expr) -> Fraction:
    return Fraction(int(number.p), int(number.q))


def ball_walk(maps: Contractions) -> Walk:
    """The walk in ball arithmetic at the working precision; a place that is not told from an end counts as inside."""
    low, high = map(evaluate, maps.hull)

    def side(at: arb) -> int:
        return -1 if at <= low else 1 if at >= high else 0

    branches = tuple(
        Branch(evaluate(c.slope), evaluate(c.offset), evaluate(c.probability), c.orientation < 0) for c in maps.maps
    )
    return Walk(branches, side, False)


def exact_value(maps: Contractions, place: sp.Expr, effort: Effort) -> sp.Expr | None:
    """F(place) exactly, where the orbit of the place closes within the limits; probabilities may hold symbols.

    >>> from .contractions import Contraction
    >>> third = sp.Rational(1, 3)
    >>> maps = Contractions((Contraction(third, sp.Integer(0), sp.S.Half), Contraction(third, 2 * third, sp.S.Half)))
    >>> exact_value(maps, sp.Rational(1, 4), Effort()), exact_value(maps, sp.Rational(2, 5), Effort())
    (1/3, 1/2)
    """
    found = exact_walk(maps, place)
    if found is None:
        return None
    walk, start = found
    if (side := walk.side(start)) != 0:
        return sp.Integer(max(side, 0))
    value = along_orbit(walk, start, effort)
    if value is None and all(isinstance(branch.weight, Fraction) for branch in walk.branches):
        value = from_linear_system(walk, start, effort)
    return as_expr(value)


def as_expr(value: Any) -> sp.Expr | None:
    if isinstance(value, Fraction):
        return sp.Rational(value.numerator, value.denominator)
    return None if value is None else sp.factor(value)


def along_orbit(walk: Walk, start: Any, effort: Effort) -> Any:
    """F(start) for an orbit that never branches and ends or becomes periodic, else None."""
    steps: list[tuple[Any, Any]] = []
    met: dict[Any, int] = {}
    place = start
    while place not in met and len(steps) < LONGEST_ORBIT:
        met[place] = len(steps)
        constant, rest = walk.step(place)
        effort.check()
        if len(rest) > 1:
            return None
        if not rest:
            return unwound(steps, constant)
        ((place, weight),) = rest
        steps.append((constant, weight))
    if place not in met:
        return None
    before, cycle = steps[: met[place]], steps[met[place] :]
    constant, weight = composed(cycle)
    return unwound(before, constant / (1 - weight))


def composed(steps: list[tuple[Any, Any]]) -> tuple[Any, Any]:
    """The steps F = constant + weight F' one after the other, as one."""
    total, product = steps[0]
    for constant, weight in steps[1:]:
        total, product = total + product * constant, product * weight
    return total, product


def unwound(steps: list[tuple[Any, Any]], value: Any) -> Any:
    for constant, weight in reversed(steps):
        value = constant + weight * value
    return value


def from_linear_system(walk: Walk, start: Any, effort: Effort) -> Fraction | None:
    """F(start) where all places that its orbit reaches are few: they satisfy a linear system with one solution."""
    index, equations = {start: 0}, list[tuple[Fraction, Pairs]]()
    waiting = [start]
    while waiting:
        effort.check()
        constant, rest = walk.step(waiting.pop(0))
        equations.append((constant, rest))
        for place, _ in rest:
            if place not in index:
                index[place] = len(index)
                waiting.append(place)
        if len(index) > MOST_PLACES:
            return None
    size = len(index)
    matrix, right = fmpq_mat(size, size), fmpq_mat(size, 1)
    for row, (constant, rest) in enumerate(equations):
        matrix[row, row] += 1
        right[row, 0] = fmpq(constant.numerator, constant.denominator)
        for place, weight in rest:
            matrix[row, index[place]] -= fmpq(weight.numerator, weight.denominator)
    try:
        value = matrix.solve(right)[0, 0]
    except ZeroDivisionError:
        return None
    return Fraction(int(value.p), int(value.q))


def enclosed(maps: Contractions, place: sp.Expr, effort: Effort, digits: int | None = None) -> Enclosure:
    """F(place) to `digits` (default: those of the effort); `Inconclusive` with the enclosure reached where too many branches stay open."""
    wanted = effort.digits if digits is None else digits
    found = exact_walk(maps, place)
    if found is not None and has_rational_weights(maps):
        return reached(followed(*found, wanted, effort), wanted)
    bits, result = bits_for(wanted) + 40, Enclosure(Fraction(0), Fraction(1))
    between_neighbours = has_rational_weights(maps) and exact_walk(maps, sp.Integer(0)) is not None
    for _ in range(DOUBLINGS):
        with precision(bits):
            if between_neighbours:
                result = result.intersection(at_neighbours(maps, enclosure(evaluate(place)), wanted, effort))
            else:
                result = result.intersection(followed(ball_walk(maps), evaluate(place), wanted, effort))
        if result.reaches(wanted):
            return result
        bits *= 2
    return reached(result, wanted)


def has_rational_weights(maps: Contractions) -> bool:
    return all(c.probability.is_Rational for c in maps.maps)


def at_neighbours(maps: Contractions, place: Enclosure, digits: int, effort: Effort) -> Enclosure:
    """F between its values at two rational places, where equal branches merge: F does not fall."""
    low, high = (sp.Rational(Fraction(end).numerator, Fraction(end).denominator) for end in (place.lower, place.upper))
    ends = []
    for end in (low, high):
        walk = exact_walk(maps, end)
        assert walk is not None
        ends.append(followed(*walk, digits + 2, effort))
    return Enclosure(ends[0].lower, ends[1].upper)


def reached(result: Enclosure, digits: int) -> Enclosure:
    """The enclosure if it has the digits; raises with it if not."""
    if result.reaches(digits):
        return result
    raise too_wide(result, digits)


def too_wide(result: Enclosure, digits: int) -> Inconclusive:
    return Inconclusive(
        f"the images of the attractor overlap: {MOST_BRANCHES} branches do not give {digits} digits of its distribution function",
        result,
    )


def followed(walk: Walk, start: Any, digits: int, effort: Effort) -> Enclosure:
    """The enclosure reached by following the orbit of a place, equal places merged."""
    if (side := walk.side(start)) != 0:
        return Enclosure.point(max(side, 0))
    one = walk.branches[0].weight / walk.branches[0].weight
    constant, places, result = one * 0, [(start, one)], Enclosure(Fraction(0), Fraction(1))
    stalled = 0
    while places and len(places) <= MOST_BRANCHES and stalled < 64:
        effort.check()
        following = Pairs()
        for place, coefficient in places:
            part, rest = walk.step(place)
            constant = constant + coefficient * part
            following += ((other, coefficient * weight) for other, weight in rest)
        places, before = walk.merged(following), result
        result = result.intersection(between(constant, [coefficient for _, coefficient in places]))
        if result.reaches(digits):
            return result
        stalled = stalled + 1 if result == before else 0
    return result


def between(constant: Any, coefficients: Any) -> Enclosure:
    """constant + sum of coefficient * F for F in [0, 1]; a ball that is not told from 0 counts on both sides."""
    if isinstance(constant, Fraction):
        above = sum((c for c in coefficients if c > 0), Fraction(0))
        below = sum((c for c in coefficients if c < 0), Fraction(0))
        return Enclosure(constant + below, constant + above)
    low = high = constant
    for coefficient in coefficients:
        reach = coefficient.union(arb(0))
        low, high = low + reach.lower(), high + reach.upper()
    low_end, high_end = enclosure(low).lower, enclosure(high).upper
    return Enclosure(max(low_end, Fraction(0)), min(high_end, Fraction(1)))
