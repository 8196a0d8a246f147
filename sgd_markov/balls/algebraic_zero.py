"""Is an algebraic number 0? Proved by a separation bound and ball arithmetic.

C. Burnikel, S. Funke, K. Mehlhorn, S. Schirra, S. Schmitt, A separation bound for real algebraic expressions (2001):
a value v = U/L with algebraic integers U and L, all conjugates of U at most u and all of L at most l, in a field of
degree at most D, is 0 or |v| >= 1/(u^(D-1) l), since the norm of U is an integer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm

import sympy as sp

from .evaluate import evaluate
from .precision import enclosure, precision

BIT_LIMIT = 1 << 18
"""Separation bounds below 2^-BIT_LIMIT are not tried: the number stays undecided."""


def algebraic_zero(expr: sp.Expr) -> bool:
    """Is the algebraic number proved to be 0? False also where it is not decided.

    >>> algebraic_zero(sp.sqrt(5 + 2 * sp.sqrt(6)) - sp.sqrt(2) - sp.sqrt(3))
    True
    """
    if expr.is_Rational:
        return bool(expr == 0)
    size = Conjugates()
    bounds = size.bounds(expr)
    if bounds is None:
        return False
    above, below = bounds
    bits = int(above * (size.degree - 1) + below) + 1
    if bits > BIT_LIMIT:
        return False
    with precision(bits + 64):
        found = enclosure(evaluate(expr))
    limit = Fraction(1, 1 << bits)
    return -limit < found.lower and found.upper < limit


Bounds = tuple[Fraction, Fraction]
"""Upper bounds of log2 u and log2 l for a value U/L."""


@dataclass
class Conjugates:
    """Bounds of the conjugates of an expression, and the degree of the field that its roots generate."""

    roots: int = 1
    circle: int = 1
    """A bound of the degree of the roots of unity of order 2 circle."""
    seen: set[sp.Basic] = field(default_factory=set)

    @property
    def degree(self) -> int:
        return self.roots * self.circle

    def bounds(self, expr: sp.Expr) -> Bounds | None:
        """None for an expression that is not built from rationals by + * / and roots."""
        if expr.is_Rational:
            return log2_above(abs(int(expr.p))), log2_above(int(expr.q))
        if expr is sp.I or expr is sp.GoldenRatio:
            self.extend(expr, 2)
            return Fraction(expr is sp.GoldenRatio), Fraction(0)
        if expr.is_Add:
            return self.total(expr.args)
        if expr.is_Mul:
            return self.product(expr.args)
        if expr.is_Pow and expr.exp.is_Rational:
            return self.power(expr.base, expr.exp)
        if isinstance(expr, sp.sin | sp.cos | sp.tan) and (expr.args[0] / sp.pi).is_Rational:
            # 2 sin and 2 cos of p pi/q are sums of two roots of unity of order 4q
            self.circle = lcm(self.circle, 2 * int((expr.args[0] / sp.pi).q))
            return Fraction(1), Fraction(1)
        return None

    def extend(self, generator: sp.Basic, degree: int) -> None:
        """The same root twice is one extension."""
        if generator not in self.seen:
            self.seen.add(generator)
            self.roots *= degree

    def total(self, parts: tuple[sp.Expr, ...]) -> Bounds | None:
        """sum U_i/L_i = sum_i (U_i prod_(j != i) L_j) / prod L_j."""
        found = [self.bounds(part) for part in parts]
        known = [pair for pair in found if pair is not None]
        if len(known) < len(found):
            return None
        below = sum((low for _, low in known), Fraction(0))
        return max(high + below - low for high, low in known) + log2_above(len(parts)), below

    def product(self, parts: tuple[sp.Expr, ...]) -> Bounds | None:
        above, below = Fraction(0), Fraction(0)
        for part in parts:
            found = self.bounds(part)
            if found is None:
                return None
            above, below = above + found[0], below + found[1]
        return above, below

    def power(self, base: sp.Expr, exponent: sp.Rational) -> Bounds | None:
        """The q-th root of U/L is (U L^(q-1))^(1/q) / L; a negative power exchanges U and L."""
        found = self.bounds(base)
        if found is None:
            return None
        above, below = found
        q, p = int(exponent.q), int(exponent.p)
        if q > 1:
            self.extend(sp.Pow(base, sp.Rational(1, q), evaluate=False), q)
            above = (above + (q - 1) * below) / q
        if p < 0:
            above, below = below, above
        return above * abs(p), below * abs(p)


def log2_above(number: int) -> Fraction:
    """The logarithm to base 2 of an integer, rounded up; 0 for 0."""
    return Fraction(max(number - 1, 0).bit_length())
