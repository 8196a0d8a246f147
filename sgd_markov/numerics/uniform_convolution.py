"""The law of W = sum_n r^n U_n, U_n uniform on [0, 1] and 0 < r < 1: its distribution function and density.

With F_j(x) = E (x - W)_+^j/j!, the j-fold integral of the distribution function F_0 (and F_(-1) its density),

    F_j(x) = r^(j+1) [F_(j+1)(x/r) - F_(j+1)((x - 1)/r)],

since W = U + r W'. F_j is 0 below 0 and a polynomial, from the moments of W, above c = 1/(1 - r). At r = 1/m and x = k/m^n
every branch ends there, and the value is rational; elsewhere the weights fall like r^(j^2/2), and 0 <= F_j(x) <= x^j/j!.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import comb, factorial, gcd
from typing import Any

import sympy as sp
from flint import arb, fmpq

from ..answer.enclosure import Enclosure
from ..balls.evaluate import evaluate
from ..balls.precision import bits_for, enclosure, precision
from ..effort import Effort
from ..errors import Inconclusive

MOST_BRANCHES = 20_000
MOST_LEVELS = 400
LONGEST = 200
"""Digits to the base m of a place whose exact value is given."""
DOUBLINGS = 5


@lru_cache(maxsize=4096)
def moment(ratio: Fraction, order: int) -> Fraction:
    """E W^order from m_k (1 - r^k) = sum_(i<k) binom(k, i) r^i m_i/(k - i + 1).

    >>> moment(Fraction(1, 2), 2)
    Fraction(10, 9)
    """
    if order == 0:
        return Fraction(1)
    terms = (comb(order, i) * ratio**i * moment(ratio, i) / (order - i + 1) for i in range(order))
    return sum(terms, Fraction(0)) / (1 - ratio**order)


def exact_value(ratio: sp.Expr, place: sp.Expr, level: int) -> sp.Rational | None:
    """F_level(place), level 0 or -1, for ratio 1/m at a place k/m^n; None at others.

    >>> half = sp.Rational(1, 2)
    >>> exact_value(half, half, 0), exact_value(half, half, -1)
    (5/72, 1/2)
    """
    if not (ratio.is_Rational and place.is_Rational and ratio.p == 1):
        return None
    if place <= 0 or place >= 1 / (1 - ratio):
        return sp.Integer(1 if level == 0 and place > 0 else 0)
    length = digits_after_point(int(place.q), int(ratio.q))
    if length is None or length > LONGEST:
        return None
    tree = Tree(Fraction(int(ratio.p), int(ratio.q)), level, Fraction(int(place.p), int(place.q)))
    while tree.branches:
        tree.descend()
    value = tree.settled
    return sp.Rational(value.numerator, value.denominator)


def digits_after_point(denominator: int, base: int) -> int | None:
    """The n with denominator | base^n, or None."""
    count = 0
    while denominator > 1:
        common = gcd(denominator, base)
        if common == 1:
            return None
        denominator //= common
        count += 1
    return count


def enclosed(ratio: sp.Expr, place: sp.Expr, level: int, effort: Effort) -> Enclosure:
    """F_level(place), level 0 or -1, to the digits of the effort; `Inconclusive` with what was reached otherwise."""
    bits, best = bits_for(effort.digits) + 64, Enclosure(Fraction(0), Fraction(10**9))
    for _ in range(DOUBLINGS):
        with precision(bits):
            tree = Tree(evaluate(ratio), level, evaluate(place))
            best = best.intersection(tree.run(effort))
        if best.reaches(effort.digits):
            return best
        bits *= 2
    raise Inconclusive(f"the parts of the law overlap: {MOST_BRANCHES} branches do not give {effort.digits} digits", best)


class Tree:
    """value = settled + sum of coefficient * F_level(branch), in rational numbers or in balls."""

    def __init__(self, ratio: Any, level: int, place: Any) -> None:
        self.ratio, self.level = ratio, level
        self.one = ratio / ratio if isinstance(ratio, Fraction) else arb(1)
        self.end = self.one / (1 - ratio)
        self.settled = self.one * 0
        self.moments = [self.one]
        self.branches: list[tuple[Any, Any]] = [(place, self.one)]

    def descend(self) -> None:
        """Replace F_j by the difference of two F_(j+1); what lies outside the support is settled."""
        weight = self.ratio ** (self.level + 1)
        self.level += 1
        following: list[tuple[Any, Any]] = []
        for place, coefficient in self.branches:
            for shift, sign in ((0, 1), (1, -1)):
                image, share = (place - shift) / self.ratio, sign * coefficient * weight
                if image >= self.end:
                    self.settled = self.settled + share * self.above(image)
                elif not image <= 0:
                    following.append((image, share))
        self.branches = merged(following) if isinstance(self.ratio, Fraction) else following

    def above(self, place: Any) -> Any:
        """F_j above the support: E (place - W)^j/j!."""
        j = self.level
        while len(self.moments) <= j:
            self.moments.append(self.next_moment())
        total = self.one * 0
        for k in range(j + 1):
            total = total + rational(Fraction((-1) ** k, factorial(k) * factorial(j - k)), self.one) * self.moments[k] * place ** (j - k)
        return total

    def next_moment(self) -> Any:
        n, total = len(self.moments), self.one * 0
        for i in range(n):
            total = total + rational(Fraction(comb(n, i), n - i + 1), self.one) * self.ratio**i * self.moments[i]
        return total / (1 - self.ratio**n)

    def bounds(self) -> Enclosure:
        """The enclosure of the value now, with 0 <= F_j(x) <= x^j/j!."""
        low = high = self.settled
        for place, coefficient in self.branches:
            most = coefficient * place.abs_upper() ** self.level / factorial(self.level)
            low, high = low + arb(0).union(most).lower(), high + arb(0).union(most).upper()
        low_end, high_end = enclosure(low).lower, enclosure(high).upper
        return Enclosure(max(low_end, Fraction(0)), max(high_end, Fraction(0)))

    def run(self, effort: Effort) -> Enclosure:
        """Descend in balls until the digits or the branches end."""
        best = Enclosure(Fraction(0), Fraction(10**9))
        for _ in range(MOST_LEVELS):
            effort.check()
            self.descend()
            best = best.intersection(self.bounds())
            if best.reaches(effort.digits) or not self.branches or len(self.branches) > MOST_BRANCHES:
                break
        return best


def merged(branches: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Equal places collected."""
    collected: dict[Any, Any] = {}
    for place, coefficient in branches:
        collected[place] = collected.get(place, 0) + coefficient
    return list(collected.items())


def rational(number: Fraction, like: Any) -> Any:
    """The number in the representation of `like`."""
    return number if isinstance(like, Fraction) else arb(fmpq(number.numerator, number.denominator))
