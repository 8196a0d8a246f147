"""The line cut at algebraic numbers: between neighbours a sign is constant, and one rational sample decides it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import inf

import sympy as sp

from ..algebra import RealRoot
from ..answer.enclosure import Bound, Enclosure
from ..answer.number import Number


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
