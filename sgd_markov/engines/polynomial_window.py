"""Windows of finite laws with rational data: |N(t)| < |D(t)| for polynomials N, D, decided exactly.

The exponent is sum of c_i log|R_i(t)| with rational c_i, so with c_i = n_i/q it is negative where
prod |R_i|^(n_i) = |N/D| < 1. The sign can change only at roots of N - D, N + D and at poles.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import inf, lcm

import sympy as sp

from ..algebra import RealRoot, real_roots
from ..answer.enclosure import Bound, Enclosure
from ..answer.number import Number
from ..answer.text import expression_text
from ..effort import Effort
from ..numerics.windows import Span, Window

DEGREE_LIMIT = 48

LogTerms = list[tuple[sp.Rational, sp.Expr]]
"""(c, R): the exponent is the sum of c log|R|, each R a rational function of the parameter."""


def quotient(terms: LogTerms, parameter: sp.Symbol) -> tuple[sp.Poly, sp.Poly] | None:
    """N and D with exponent < 0 iff |N| < |D|; None if a degree passes the limit."""
    common = lcm(*(int(c.q) for c, _ in terms))
    numerator, denominator = sp.Poly(1, parameter), sp.Poly(1, parameter)
    for c, expr in terms:
        power = int(c * common)
        above, below = (sp.Poly(part, parameter) for part in sp.fraction(sp.together(expr)))
        if power < 0:
            above, below, power = below, above, -power
        if (above.degree() + below.degree()) * power > DEGREE_LIMIT:
            return None
        numerator, denominator = numerator * above**power, denominator * below**power
        if max(numerator.degree(), denominator.degree()) > DEGREE_LIMIT:
            return None
    return numerator, denominator


def polynomial_window(
    numerator: sp.Poly, denominator: sp.Poly, domain: tuple[Bound, Bound], effort: Effort, superstable: sp.Poly | None = None
) -> Window:
    """The exact window {|N| < |D|} inside the open domain; `superstable`: the polynomial whose roots give -oo.

    Without common factors |N| = |D| or D = 0 at every cut: no cut belongs to the window, a tangency splits it.
    """
    numerator, denominator = numerator.cancel(denominator, include=True)
    both = (numerator - denominator) * (numerator + denominator)
    zeros = [] if both.is_zero else real_roots(both)
    poles = real_roots(denominator) if denominator.degree() > 0 else []
    cuts = [Cut(root, effort.digits) for root in sorted({*zeros, *poles}) if inside(root, domain)]
    ends = [Cut(None, effort.digits, domain[0]), *cuts, Cut(None, effort.digits, domain[1])]
    numbers = [cut.number for cut in ends]
    spans: list[Span] = []
    for index in range(len(ends) - 1):
        sample = between(ends[index], ends[index + 1])
        if abs(numerator.eval(sample)) < abs(denominator.eval(sample)):
            spans.append((numbers[index], numbers[index + 1]))
    stable = [Cut(root, effort.digits).number for root in real_roots(superstable or numerator) if inside(root, domain)] if (
        superstable or numerator
    ).degree() > 0 else []
    high = [root for cut in cuts if (root := cut.root) is not None and root.exact is None]
    return Window(
        tuple(spans),
        tuple(stable),
        polynomials=tuple(dict.fromkeys(expression_text(root.polynomial) for root in high)),
        method="exact real roots of |N| = |D|; sign constant between them",
        exact=True,
    )


@dataclass(frozen=True)
class Cut:
    """A place where the sign may change: an algebraic number, or an end of the domain."""

    root: RealRoot | None
    digits: int
    end: Bound = Fraction(0)

    @property
    def number(self) -> Number:
        if self.root is None:
            exact = {inf: sp.oo, -inf: -sp.oo}.get(self.end) if isinstance(self.end, float) else sp.Rational(self.end)
            return Number(exact, Enclosure.point(self.end), self.digits)
        return Number(self.root.exact, narrow(self.root, self.digits), self.digits)

    def bounds(self, bits: int) -> Enclosure:
        return Enclosure.point(self.end) if self.root is None else self.root.enclose(bits)


def narrow(root: RealRoot, digits: int) -> Enclosure:
    """The root to `digits` relative digits (a root is 0 only as a rational)."""
    bits = 64 + int(3.33 * digits)
    found = root.enclose(bits)
    while not found.reaches(digits):
        bits *= 2
        found = root.enclose(bits)
    return found


def inside(root: RealRoot, domain: tuple[Bound, Bound]) -> bool:
    """Is the root in the open domain? Ends are rational or infinite, so that enough bits decide."""
    if root.rational is not None:
        return domain[0] < root.rational < domain[1]
    bits = 64
    while True:
        found = root.enclose(bits)
        if all(found.upper < end or found.lower > end for end in domain):
            return domain[0] < found.lower and found.upper < domain[1]
        bits *= 2


def between(left: Cut, right: Cut) -> sp.Rational:
    """A rational number strictly between two cuts."""
    bits = 64
    while True:
        low, high = left.bounds(bits).upper, right.bounds(bits).lower
        if low < high:
            break
        bits *= 2
    if low == -inf and high == inf:
        return sp.Integer(0)
    if high == inf:
        return sp.Rational(Fraction(low) + 1)
    if low == -inf:
        return sp.Rational(Fraction(high) - 1)
    return sp.Rational((Fraction(low) + Fraction(high)) / 2)
