"""Windows with one free symbol: the case distinction |N(t, a)| < |D(t, a)| over a, with end points in radicals.

The a-line is cut at every a where a root of N - D, N + D or D in t appears, disappears, leaves the domain or meets
another (leading coefficients, discriminants, values at the ends of the domain, resultants). Between cuts the picture
does not change, so one rational sample decides it; every cut is decided by exact algebra of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise
from math import inf

import sympy as sp

from ..algebra import RealRoot, real_roots
from ..answer.enclosure import Bound
from ..balls.adaptive import proved_sign
from ..effort import Effort
from ..errors import Inconclusive

Span = tuple[sp.Expr, sp.Expr]
Quotient = tuple[sp.Expr, sp.Expr]
"""N and D of a condition |N| < |D|."""


@dataclass(frozen=True)
class Case:
    """For a between `low` and `high` (ends included as `closed` says), the window and its superstable values."""

    low: sp.Expr
    high: sp.Expr
    closed: tuple[bool, bool]
    intervals: tuple[Span, ...]
    superstable: tuple[sp.Expr, ...]

    def condition(self, symbol: sp.Symbol) -> sp.Basic:
        if self.low == self.high:
            return sp.Eq(symbol, self.low, evaluate=False)
        parts = []
        if not self.low.is_infinite:
            parts.append(symbol >= self.low if self.closed[0] else symbol > self.low)
        if not self.high.is_infinite:
            parts.append(symbol <= self.high if self.closed[1] else symbol < self.high)
        return sp.And(*parts)


@dataclass(frozen=True)
class Landscape:
    """The polynomials of the problem: |N| < |D| in t for all quotients N/D, coefficients in a."""

    quotients: tuple[Quotient, ...]
    parameter: sp.Symbol
    symbol: sp.Symbol
    domain: tuple[Bound, Bound]
    effort: Effort

    def factors(self, expr: sp.Expr) -> list[sp.Expr]:
        """The distinct irreducible factors over the rationals."""
        return [factor for factor, _ in sp.factor_list(sp.expand(expr), self.parameter, self.symbol)[1]]

    @property
    def boundary(self) -> list[sp.Expr]:
        """Factors of (N - D)(N + D) D that hold the parameter."""
        found = [
            factor
            for n, d in self.quotients
            for expr in (n - d, n + d, d)
            for factor in self.factors(expr)
        ]
        return [factor for factor in dict.fromkeys(found) if factor.has(self.parameter)]

    @property
    def singular(self) -> list[sp.Expr]:
        """Factors of the numerators that hold the parameter."""
        found = dict.fromkeys(factor for n, _ in self.quotients for factor in self.factors(n))
        return [factor for factor in found if factor.has(self.parameter)]

    def critical(self, assumed: tuple[Bound, Bound]) -> list[RealRoot]:
        """The values of a at which the picture may change."""
        t, exprs = self.parameter, []
        for factor in self.boundary:
            exprs += [*self.edges(factor), sp.discriminant(factor, t) if sp.degree(factor, t) > 1 else sp.Integer(1)]
        for factor in self.singular:
            exprs += [*self.edges(factor), sp.discriminant(factor, t) if sp.degree(factor, t) > 1 else sp.Integer(1)]
        exprs += [sp.resultant(f, g, t) for f, g in combinations(self.boundary, 2)]
        if len(self.quotients) > 1:
            exprs += [sp.resultant(f, g, t) for f, g in combinations(self.singular, 2)]
        for n, d in self.quotients:
            exprs += [factor for expr in (n - d, n + d) for factor in self.factors(expr) if not factor.has(t)]
        product = sp.Mul(*(part for expr in exprs for part in self.nonconstant(expr)))
        roots = real_roots(sp.Poly(product, self.symbol)) if product.has(self.symbol) else []
        return [root for root in roots if between_bounds(root, assumed)]

    def edges(self, factor: sp.Expr) -> list[sp.Expr]:
        """Leading coefficient and values at the finite ends of the domain."""
        leading = sp.Poly(factor, self.parameter).LC()
        return [leading, *(factor.subs(self.parameter, sp.Rational(e)) for e in self.domain if not isinstance(e, float))]

    def nonconstant(self, expr: sp.Expr) -> list[sp.Expr]:
        if expr == 0:
            return []
        return [factor for factor, _ in sp.factor_list(expr, self.symbol)[1]] if expr.has(self.symbol) else []


def between_bounds(root: RealRoot, bounds: tuple[Bound, Bound]) -> bool:
    found = root.enclose(128)
    return bounds[0] < found.lower and found.upper < bounds[1]


def parametric_window(land: Landscape, assumed: tuple[Bound, Bound]) -> tuple[Case, ...]:
    """All cases over the symbol, in increasing order, neighbours with the same formula merged.

    `assumed`: the range of the symbol; the end 0 belongs to it unless the symbol is assumed not to be 0.
    """
    if any(sp.degree(factor, land.parameter) > 2 for factor in (*land.boundary, *land.singular)):
        raise Inconclusive("the end points are no radicals of degree 2 in the free symbol; give it a value")
    cuts = land.critical(assumed)
    cases = []
    ends: list[RealRoot | Bound] = [assumed[0], *cuts, assumed[1]]
    for index in range(len(ends) - 1):
        if index:
            cases.append(point_case(land, ends[index]))
        cases.append(open_case(land, ends[index], ends[index + 1]))
    if assumed[0] == 0 and not land.symbol.is_positive:
        cases.insert(0, point_case(land, assumed[0]))
    if assumed[1] == 0 and not land.symbol.is_negative:
        cases.append(point_case(land, assumed[1]))
    return merge(cases, land.symbol)


def exact_value(end: RealRoot | Bound) -> sp.Expr:
    if isinstance(end, RealRoot):
        if end.exact is None:
            raise Inconclusive(f"a case changes at a root of {end.polynomial}, which is no quadratic surd; give the symbol a value")
        return end.exact
    return (sp.oo if end > 0 else -sp.oo) if isinstance(end, float) else sp.Rational(end)


def open_case(land: Landscape, low: RealRoot | Bound, high: RealRoot | Bound) -> Case:
    """The picture at one rational sample, written in the symbolic branches of the roots."""
    sample = rational_between(low, high)
    spans, stable = picture(land, sample, symbolic=True)
    return Case(exact_value(low), exact_value(high), (False, False), spans, stable)


def point_case(land: Landscape, at: RealRoot | Bound) -> Case:
    value = exact_value(at)
    spans, stable = picture(land, value, symbolic=False)
    return Case(value, value, (True, True), spans, stable)


def rational_between(low: RealRoot | Bound, high: RealRoot | Bound) -> sp.Rational:
    bits = 64
    while True:
        left = low.enclose(bits).upper if isinstance(low, RealRoot) else low
        right = high.enclose(bits).lower if isinstance(high, RealRoot) else high
        if left < right:
            break
        bits *= 2
    if left == -inf and right == inf:
        return sp.Rational(1, 3)
    if right == inf:
        return sp.Rational(Fraction(left) + 1)
    if left == -inf:
        return sp.Rational(Fraction(right) - 1)
    return sp.Rational((Fraction(left) + Fraction(right)) / 2)


def picture(land: Landscape, value: sp.Expr, symbolic: bool) -> tuple[tuple[Span, ...], tuple[sp.Expr, ...]]:
    """The window at a = value; end points as formulas in a if `symbolic`, else at the value."""
    branches = [b for factor in land.boundary for b in branches_at(land, factor, value)]
    inner = ordered([b for b in branches if in_domain(b[0], land.domain)])
    low, high = (exact_value(end) for end in land.domain)
    ends = [(low, low), *inner, (high, high)]
    spans: list[Span] = []
    for left, right in pairwise(ends):
        if negative_between(land, value, left[0], right[0]):
            pick = 1 if symbolic else 0
            spans.append((left[pick], right[pick]))
    stable = [b for factor in land.singular for b in branches_at(land, factor, value) if is_superstable(land, value, b[0])]
    return tuple(spans), tuple(b[1 if symbolic else 0] for b in ordered(stable))


def is_superstable(land: Landscape, value: sp.Expr, root: sp.Expr) -> bool:
    """Are all numerators 0 there?"""
    at = {land.symbol: value, land.parameter: root}
    others = (n for n, _ in land.quotients) if len(land.quotients) > 1 else ()
    return in_domain(root, land.domain) and all(proved_sign(sp.simplify(n.subs(at))) == 0 for n in others)


def branches_at(land: Landscape, factor: sp.Expr, value: sp.Expr) -> list[tuple[sp.Expr, sp.Expr]]:
    """Real roots in t at a = value, each as (value of the root, formula of the branch in a)."""
    t, a = land.parameter, land.symbol
    coefficients = [sp.simplify(c.subs(a, value)) for c in sp.Poly(factor, t).all_coeffs()]
    while coefficients and proved_sign(coefficients[0]) == 0:
        coefficients.pop(0)
    if len(coefficients) <= 1:
        return []
    if len(coefficients) == 2:
        root = sp.radsimp(-coefficients[1] / coefficients[0])
        return [(root, linear_branch(factor, t) if sp.degree(factor, t) == 1 else root)]
    return quadratic_branches(factor, t, coefficients)


def linear_branch(factor: sp.Expr, t: sp.Symbol) -> sp.Expr:
    slope, constant = sp.Poly(factor, t).all_coeffs()
    return sp.factor(sp.cancel(-constant / slope))


def quadratic_branches(factor: sp.Expr, t: sp.Symbol, at_value: list[sp.Expr]) -> list[tuple[sp.Expr, sp.Expr]]:
    discriminant = sp.simplify(at_value[1] ** 2 - 4 * at_value[0] * at_value[2])
    sign = proved_sign(discriminant)
    if sign is None:
        raise Inconclusive(f"the sign of the discriminant {discriminant} is undecided")
    if sign == -1:
        return []
    p, q, r = sp.Poly(factor, t).all_coeffs()
    formulas = [surd(p, q, r, side) for side in (1, -1)]
    values = [sp.radsimp(sp.simplify(surd(at_value[0], at_value[1], at_value[2], side))) for side in (1, -1)]
    pairs = list(zip(values, formulas, strict=True))
    return pairs if sign == 1 else pairs[:1]


def surd(p: sp.Expr, q: sp.Expr, r: sp.Expr, side: int) -> sp.Expr:
    """(-q + side sqrt(q^2 - 4 p r))/(2 p), the square factor taken out of the root."""
    root = square_free_root(sp.expand(q**2 - 4 * p * r))
    return divided(-q, side * root, 2 * p)


def square_free_root(discriminant: sp.Expr) -> sp.Expr:
    """sqrt(c^2 d) as c sqrt(d) for an integer square c^2 in the content."""
    content, rest = sp.factor_terms(discriminant).as_coeff_Mul()
    outside, inside = sp.Integer(1), content
    if content.is_Integer and content > 0:
        for prime, power in sp.factorint(int(content)).items():
            outside *= prime ** (power // 2)
        inside = content / outside**2
    return outside * sp.sqrt(sp.expand(inside * rest))


def divided(plain: sp.Expr, root: sp.Expr, below: sp.Expr) -> sp.Expr:
    """(plain + root)/below with the common integer factor cancelled and the sign of the denominator made plain."""
    c, below = sp.factor(below).as_coeff_Mul()
    return sp.factor_terms(sp.expand(plain / c) + root / c) / below


def ordered(branches: list[tuple[sp.Expr, sp.Expr]]) -> list[tuple[sp.Expr, sp.Expr]]:
    """In increasing order of the root's value; equal roots once."""
    result: list[tuple[sp.Expr, sp.Expr]] = []
    for branch in branches:
        place = 0
        while place < len(result):
            sign = proved_sign(sp.simplify(branch[0] - result[place][0]))
            if sign is None:
                raise Inconclusive(f"the order of {branch[0]} and {result[place][0]} is undecided")
            if sign <= 0:
                break
            place += 1
        if place == len(result) or sign != 0:
            result.insert(place, branch)
    return result


def in_domain(root: sp.Expr, domain: tuple[Bound, Bound]) -> bool:
    low, high = domain
    above = isinstance(low, float) or proved_sign(root - sp.Rational(low)) == 1
    return above and (isinstance(high, float) or proved_sign(sp.Rational(high) - root) == 1)


def negative_between(land: Landscape, value: sp.Expr, left: sp.Expr, right: sp.Expr) -> bool:
    point = rational_point(left, right)
    at = {land.symbol: value, land.parameter: point}
    gaps = (sp.simplify(n.subs(at) ** 2 - d.subs(at) ** 2) for n, d in land.quotients)
    return all(proved_sign(gap) == -1 for gap in gaps)


def rational_point(left: sp.Expr, right: sp.Expr) -> sp.Rational:
    """A rational strictly between two real algebraic numbers (or infinities)."""
    if right.is_infinite:
        return sp.Integer(0) if left.is_infinite else sp.Integer(sp.floor(left)) + 1
    if left.is_infinite:
        return sp.Integer(sp.floor(right)) - 1
    digits = 20
    while True:
        middle = sp.Rational(str(sp.N((left + right) / 2, digits)))
        if proved_sign(middle - left) == 1 and proved_sign(right - middle) == 1:
            return middle
        digits *= 2


def merge(cases: list[Case], symbol: sp.Symbol) -> tuple[Case, ...]:
    """A cut at which a neighbour's formulas still hold belongs to that neighbour; equal neighbours become one."""
    result: list[Case] = []
    for case in cases:
        if result and (joined := join(result[-1], case, symbol)) is not None:
            result[-1] = joined
        else:
            result.append(case)
    return tuple(result)


def join(left: Case, right: Case, symbol: sp.Symbol) -> Case | None:
    closed = (left.closed[0], right.closed[1])
    if left.low != left.high and right.low == right.high:
        return Case(left.low, right.high, closed, left.intervals, left.superstable) if agrees(left, right, symbol) else None
    if left.low == left.high and right.low != right.high:
        return Case(left.low, right.high, closed, right.intervals, right.superstable) if agrees(right, left, symbol) else None
    same = left.closed[1] and left.intervals == right.intervals and left.superstable == right.superstable
    return Case(left.low, right.high, closed, left.intervals, left.superstable) if same else None


def agrees(open_side: Case, point: Case, symbol: sp.Symbol) -> bool:
    """Do the formulas of the open case give the picture at the point?"""
    formulas = [e for span in open_side.intervals for e in span] + list(open_side.superstable)
    values = [e for span in point.intervals for e in span] + list(point.superstable)
    if len(open_side.intervals) != len(point.intervals) or len(formulas) != len(values):
        return False
    return all(same_value(f.subs(symbol, point.low), v) for f, v in zip(formulas, values, strict=True))


def same_value(found: sp.Expr, value: sp.Expr) -> bool:
    if found == value:
        return True
    if found.is_finite is False or value.is_infinite or found.has(sp.nan, sp.zoo):
        return False
    return proved_sign(sp.simplify(found - value)) == 0
