"""The growth rates of the moments of a linear chain w' = M w: lim 1/n log E||M_n ... M_1||^p.

For an even order k, E over a step is a linear map of the moments of the monomials of degree k: E Sym^k(M). It keeps
the cone that the vectors of monomials v^(tensor k) generate, inside which the sum of the k-th powers of the unit
vectors lies, and |v|^k is bounded on both sides by a linear form of those monomials: the rate is the logarithm of the
spectral radius. Where no entry is negative that holds for every whole k, with the v >= 0.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import sympy as sp
from flint import ctx

from ...algebra import RealRoot
from ...answer.enclosure import Bound, Enclosure
from ...answer.finding import Finding
from ...answer.warrant import Warrant
from ...balls.adaptive import refine
from ...balls.precision import ball_of, enclosure, precision
from ...effort import Effort
from ...errors import HypothesisViolated, Inconclusive, InvalidInput
from ...numerics.expectation import exponents_up_to
from ...numerics.perron_value import block_polynomials, radius_enclosure, radius_formula, rational_radius
from .recursion import moment_recursion
from .system import AffineSystem

GUARD = 4
LONGEST = 100
"""Polynomials of more letters are not shown."""
MINUS_INFINITY = Enclosure.point(float("-inf"))


def whole_order(system: AffineSystem, order: int, effort: Effort) -> Finding:
    """lim 1/n log E||M_n ... M_1||^order per update, order even, or no entry of M negative; `system` has no offset.

    Raises `HypothesisViolated` where the moment of that order does not exist.
    """
    size = len(system.state)
    wanted = {e for e in exponents_up_to(size, order) if sum(e) == order}
    recursion = moment_recursion(system, wanted, effort)
    blocks = [block for block in recursion.blocks if sum(recursion.monomials[block[0]]) == order]
    polynomials = block_polynomials(recursion.matrix, blocks)
    what = f"the spectral radius of E M^(tensor {order})"
    found = rate_in_rationals if recursion.rational else rate_in_symbols
    return per_update(found(polynomials, effort, what), recursion.updates)


def rate_in_rationals(polynomials: list[list[sp.Expr]], effort: Effort, what: str) -> Finding:
    root = rational_radius(polynomials)
    if root is None:
        return Finding(Warrant.EXACT, f"{what} is 0", -sp.oo, MINUS_INFINITY)
    exact = None if root.exact is None else sp.log(root.exact)
    if exact == 0:
        return Finding(Warrant.EXACT, f"{what}, exactly", exact, Enclosure.point(0))
    found = refine(lambda: ball_of(root.enclose(ctx.prec + 10)).log(), effort, f"log of {what}")
    return Finding(Warrant.EXACT, described(what, root), exact, found)


def described(what: str, root: RealRoot) -> str:
    polynomial = "a polynomial of degree " + str(root.poly.degree())
    if len(str(root.polynomial)) <= LONGEST:
        polynomial = f"{root.polynomial}"
    return f"{what}, exactly" if root.exact is not None else f"{what}: the largest real root of {polynomial}"


def rate_in_symbols(polynomials: list[list[sp.Expr]], effort: Effort, what: str) -> Finding:
    """Entries that are not rational: a formula where there are symbols, else the largest root in balls."""
    free = {s for p in polynomials for c in p for s in c.free_symbols}
    if free:
        formula = radius_formula(polynomials)
        if formula is None:
            names = ", ".join(sorted(map(str, free)))
            raise InvalidInput("values", f"free symbols {names}", f"numbers for {names}: {what} has no short formula")
        return Finding(Warrant.EXACT, f"{what}, exactly", sp.log(formula), None)
    nilpotent = [all(c == 0 for c in p[1:]) for p in polynomials]
    parts = [
        logarithm(radius_enclosure(p, effort.with_digits(effort.digits + GUARD), what))
        for p, vanishes in zip(polynomials, nilpotent, strict=True)
        if not vanishes
    ]
    if not parts:
        return Finding(Warrant.EXACT, f"{what} is 0", -sp.oo, MINUS_INFINITY)
    whole = Enclosure(max(part.lower for part in parts), max(part.upper for part in parts))
    return Finding(Warrant.CERTIFIED, f"{what}, certified", None, whole)


def logarithm(radius: Enclosure) -> Enclosure:
    with precision(400):
        return enclosure(ball_of(radius).log())


def per_update(found: Finding, updates: int) -> Finding:
    """A rate of epochs as one of updates."""
    exact = None if found.exact is None else found.exact / updates
    known = found.enclosure
    shared = None if known is None else Enclosure(known.lower / updates, known.upper / updates)
    return replace(found, exact=exact, enclosure=shared)


@dataclass(frozen=True)
class Rates:
    """The rates of the even orders that exist, in turn."""

    system: AffineSystem
    effort: Effort

    def at(self, order: int) -> Enclosure | None:
        """An enclosure of the rate, Lambda(0) <= 0 told as [-oo, 0]; None where there is no such moment."""
        if order == 0:
            return Enclosure(float("-inf"), Enclosure.point(0).upper)
        try:
            return whole_order(self.system, order, self.effort).enclosure
        except (HypothesisViolated, Inconclusive):
            self.effort.check()
            return None


def between_orders(system: AffineSystem, order: sp.Rational, effort: Effort) -> Enclosure:
    """Bounds of the rate of any order p > 0, from the even ones: Lambda is convex, Lambda(p)/p does not fall.

    With a <= p <= b the neighbours: Lambda(p) lies below the chord over [a, b], and above the chord over [b, b + 2]
    extended to p; above p Lambda(a)/a. Lambda(0) <= 0.
    """
    a = 2 * int(order // 2)
    weight = order - a
    at, after, beyond = (Rates(system, effort).at(a + k) for k in (0, 2, 4))
    if after == MINUS_INFINITY:
        return MINUS_INFINITY
    lower: Bound = float("-inf")
    upper: Bound = float("inf")
    if at is not None and after is not None:
        upper = at.upper * frac(1 - weight / 2) + after.upper * frac(weight / 2)
    if at is not None and a:
        lower = at.lower * frac(order / a)
    if after is not None and beyond is not None:
        share = frac(1 - weight / 2)
        lower = max(lower, after.lower * (1 + share) - beyond.upper * share)
    return Enclosure(lower, upper)


def frac(value: sp.Rational) -> Fraction:
    return Fraction(int(value.p), int(value.q))
