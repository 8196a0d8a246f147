"""E F(|P(X)|) for a polynomial P, a law of X with a density or on a half-lattice, F = log or a power; certified."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import sympy as sp
from flint import acb, arb, ctx

from ..balls.evaluate import evaluate, evaluate_complex
from ..balls.precision import dyadic
from ..balls.quadrature import End, half, interior_point, symmetric
from ..errors import Inconclusive
from ..laws.law import HalfLattice, Law
from .kernel_functions import OfModulus, TailBounded
from .real_polynomial import RootedPolynomial, rooted

LATTICE_LIMIT = 20_000

_X, _S = sp.Dummy("x", real=True), sp.Dummy("s", real=True)


def expectation(law: Law, poly: sp.Poly, function: OfModulus) -> arb:
    """E F(|P(X)|) as a ball at the current precision; nan while the precision is too low to separate the roots."""
    polynomial = rooted(poly)
    if polynomial is None:
        return arb.nan()
    if isinstance(law.support, HalfLattice):
        return lattice_sum(law, law.support, poly, polynomial, function)
    pieces = law.pieces(_X)
    if pieces is None:
        raise Inconclusive(f"the {law.name} law has no density in closed form: no certified integral")
    return sum((over_piece(Piece(law, *piece), poly, polynomial, function) for piece in pieces), arb(0))


@dataclass(frozen=True)
class Piece:
    """An interval of the support on which the density is one analytic expression in _X."""

    law: Law
    low: sp.Expr
    high: sp.Expr
    density: sp.Expr


def over_piece(part: Piece, poly: sp.Poly, polynomial: RootedPolynomial, function: OfModulus) -> arb:
    breaks = breakpoints(part, poly, polynomial)
    if breaks is None:
        return arb.nan()
    return sum((between(part, polynomial, function, *pair) for pair in pairwise(breaks)), arb(0))


@dataclass(frozen=True)
class Break:
    """A place where the integral is cut: a real root, an end of the support, or both.

    `point` None is infinity; `end` the exact expression where the place is an end of the support; `root` the index
    of the real root that lies there, or None.
    """

    point: arb | None
    end: sp.Expr | None = None
    root: int | None = None


def breakpoints(part: Piece, poly: sp.Poly, polynomial: RootedPolynomial) -> list[Break] | None:
    """Ends and inner roots in increasing order; None while a root cannot be told from an end."""
    ends = [end_break(end, poly) for end in (part.low, part.high)]
    taken: set[int] = set()
    placed: list[Break] = []
    for end, at_root in ends:
        root = None
        if at_root:
            hits = [i for i, r in enumerate(polynomial.real_roots) if end.point is not None and r.overlaps(end.point)]
            if len(hits) != 1:
                return None
            root = hits[0]
            taken.add(root)
        placed.append(Break(end.point, end.end, root))
    inner = []
    for index, root_ball in enumerate(polynomial.real_roots):
        if index in taken:
            continue
        position = side_of(root_ball, placed)
        if position is None:
            return None
        if position:
            inner.append(Break(root_ball, None, index))
    return [placed[0], *inner, placed[1]]


def end_break(end: sp.Expr, poly: sp.Poly) -> tuple[Break, bool]:
    """The break at an end of the support, and whether the polynomial is exactly 0 there."""
    if end.is_infinite:
        return Break(None, end), False
    return Break(evaluate(end), end), sp.simplify(poly.eval(end)) == 0


def side_of(root: arb, ends: list[Break]) -> bool | None:
    """Does the root lie inside the support? None if undecided at this precision."""
    low, high = ends
    if low.point is not None and not root > low.point:
        return False if root < low.point else None
    if high.point is not None and not root < high.point:
        return False if root > high.point else None
    return True


def between(part: Piece, polynomial: RootedPolynomial, function: OfModulus, low: Break, high: Break) -> arb:
    """The integral between neighbouring breaks, both halves."""
    ends = [finished(part, polynomial, function, place) for place in (low, high)]
    middle = interior_point(*ends)
    total = arb(0)
    for place, end, direction in ((low, ends[0], 1), (high, ends[1], -1)):
        inside = Side(part, polynomial, function, place, direction, middle)
        total += half(inside.integrand, end, middle, direction)
    return total


@dataclass(frozen=True)
class Side:
    """Half a piece, next to one break; `direction` 1 when the break is on its left."""

    part: Piece
    polynomial: RootedPolynomial
    function: OfModulus
    place: Break
    direction: int
    middle: arb

    def integrand(self, x: acb, offset: acb, analytic: bool) -> acb:
        log_modulus = acb(self.polynomial.log_lead)
        for index, root in enumerate(self.polynomial.real_roots):
            log_modulus += self.log_distance(index, root, x, offset, analytic)
        for a, b in self.polynomial.pairs:
            log_modulus += ((x - a) ** 2 + b * b).log(analytic=analytic)
        return self.function.at(log_modulus) * self.density(x, offset, analytic)

    def log_distance(self, index: int, root: arb, x: acb, offset: acb, analytic: bool) -> acb:
        """log|x - root|; at the break's own root from the offset, which does not cancel."""
        if index == self.place.root:
            return (offset * self.direction).log(analytic=analytic)
        distance = x - root if self.middle > root else root - x
        return distance.log(analytic=analytic)

    def density(self, x: acb, offset: acb, analytic: bool) -> acb:
        if self.place.end is not None and self.place.point is not None:
            return evaluate_complex(self.beside_end, {_S: offset}, analytic)
        return evaluate_complex(self.part.density, {_X: x}, analytic)

    @cached_property
    def beside_end(self) -> sp.Expr:
        """The density in terms of the distance from the end, where sympy has cancelled what a ball could not."""
        return self.part.density.subs(_X, self.place.end + _S)


def finished(part: Piece, polynomial: RootedPolynomial, function: OfModulus, place: Break) -> End:
    """The break with its cut and the proved bound of what is cut off."""
    if place.point is None:
        return infinite_end(part, polynomial, function)
    concentration = part.law.concentration(place.end) if place.end is not None else None
    if place.root is None and concentration is None:
        return End(place.point)
    return singular_end(part, polynomial, function, place, concentration)


def singular_end(
    part: Piece,
    polynomial: RootedPolynomial,
    function: OfModulus,
    place: Break,
    concentration: tuple[sp.Expr, sp.Expr, sp.Expr] | None,
) -> End:
    assert place.point is not None
    if concentration is None:
        power, reach = arb(1), arb(0.25)
    else:
        power, reach = evaluate(concentration[1]), evaluate(concentration[2])
    cut = (arb(ctx.prec) * 0.7 / power + 20 - reach.min(arb(1)).log()).mid()
    radius = (-cut).exp()
    around = place.point + symmetric(radius)
    if concentration is None:
        mass = 2 * abs(density_hull(part, around))
    else:
        mass = evaluate(concentration[0])
    slope = bounded_part(polynomial, place, around)
    return End(place.point, True, cut, function.near_zero(slope, mass, power, radius))


def density_hull(part: Piece, around: arb) -> arb:
    """The density over a small ball; at an end of the piece the expression is continued analytically."""
    return evaluate(part.density, {_X: around})


def bounded_part(polynomial: RootedPolynomial, place: Break, around: arb) -> arb:
    """A bound of |log|P(x)|| near the break, without the factor of the break's own root."""
    total = abs(polynomial.log_lead)
    for index, root in enumerate(polynomial.real_roots):
        if index != place.root:
            total += abs(abs(around - root).log())
    for a, b in polynomial.pairs:
        distance = around - a
        total += abs((distance * distance + b * b).log())  # ** 2 is nan for a ball whose middle is exactly 0
    return total


def infinite_end(part: Piece, polynomial: RootedPolynomial, function: OfModulus) -> End:
    """Cut where the tail of the law makes the rest smaller than the working precision."""
    size, beyond = polynomial.size_at_infinity()
    beyond += finite_end(part)
    if part.law.light_tail() is None:
        radius, bound = heavy_radius(part.law, function, size, polynomial.degree, beyond)
    else:
        radius, bound = light_radius(part.law, function, size, polynomial.degree, beyond)
    # the middle lies within `beyond` of 0, so exp(cut) - 1 >= radius + beyond puts |x| beyond the radius
    return End(None, True, (radius + beyond + 2).log().upper(), bound)


def finite_end(part: Piece) -> arb:
    """The size of the finite end of a half-line, 0 for the whole line."""
    return sum((abs(evaluate(end)) for end in (part.low, part.high) if not end.is_infinite), arb(0))


def light_radius(law: Law, function: TailBounded, size: arb, degree: int, beyond: arb) -> tuple[arb, arb]:
    light = law.light_tail()
    assert light is not None
    mass, rate, start = (evaluate(e) for e in light)
    radius = (beyond.max(start).max(arb(1)) + (arb(ctx.prec) + 40) / rate).upper()
    return radius, function.light_tail(size, degree, mass, rate, radius)


def heavy_radius(law: Law, function: TailBounded, size: arb, degree: int, beyond: arb) -> tuple[arb, arb]:
    """A radius beyond which a power-law tail leaves less than the working precision; nan if none is found."""
    goal = arb(2) ** (-ctx.prec)
    exponent = 8
    radius, bound = beyond, arb.nan()
    while exponent < 10**7 and not bound < goal:
        radius = beyond.max(arb(2) ** exponent)
        tail = law.tail(rational(radius))
        assert tail is not None, f"{law.name} bounds no tail"
        mass, power, start = (evaluate(e) for e in tail)
        radius = radius.max(start).upper()
        bound = function.heavy_tail(size, degree, mass, power, radius)
        exponent += exponent // 4
    return radius, bound


def rational(x: arb) -> sp.Rational:
    value = dyadic(x.mid())
    return sp.Rational(value.numerator, value.denominator)


def lattice_sum(
    law: Law, support: HalfLattice, poly: sp.Poly, polynomial: RootedPolynomial, function: OfModulus
) -> arb:
    """The sum over atoms up to a radius, and the bound of the rest."""
    size, beyond = polynomial.size_at_infinity()
    radius, rest = light_radius(law, function, size, polynomial.degree, beyond)
    last = int(((radius + abs(evaluate(support.offset))) / abs(evaluate(support.step))).upper().ceil().unique_fmpz()) + 1
    if last > LATTICE_LIMIT:
        raise Inconclusive(f"the sum over the {law.name} law would need {last} terms")
    total = symmetric(rest)
    k = sp.Dummy("k", integer=True, nonnegative=True)
    probability = law.probability(k)
    assert probability is not None
    for index in range(last + 1):
        place = support.offset + support.step * index
        value = poly.eval(place)
        weight = evaluate(probability.subs(k, index))
        total += weight * (function.at_zero if value == 0 else function.at(acb(abs(evaluate(value)).log())).real)
    return total
