"""Mean exit times of uniform steps in closed form, from delay equations; each is put into its renewal equation when it is made.

A bounded solution of v = 1 + K v is the mean time where that is bounded: their difference is K^n of itself for every n.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import sympy as sp

from ..errors import Inconclusive

S, C = sp.symbols("S C", real=True)
"""sin and cos of r/(2 a), S^2 + C^2 = 1."""


def renewals(length: Fraction) -> sp.Expr:
    """E min{n : U_1 + ... + U_n > t}, U_i uniform on [0, 1]: the sum over k <= t of (-1)^k (t - k)^k exp(t - k)/k!.

    m(t) = 1 + (integral of m over [t - 1, t], m = 0 below 0) is m(0) = 1, m continuous, m'(t) = m(t) - m(t - 1). With
    c_k = (-1)^k/k! the terms c_k (t - k)^k exp(t - k) have the derivative themselves + k c_k (t - k)^(k - 1) exp(t - k),
    which is minus the term before at t - 1 where k c_k = -c_(k-1); they begin with 0 for k >= 1.

    >>> renewals(Fraction(1, 2)), renewals(Fraction(2))
    (exp(1/2), -E + exp(2))
    """
    t = number(length)
    factors = [sp.Rational((-1) ** k, sp.factorial(k)) for k in range(int(length) + 1)]
    if factors[0] != 1 or any(k * c != -before for k, (before, c) in enumerate(pairwise(factors), 1)):
        raise Inconclusive("the sum is not proved to solve the renewal equation")
    return sp.Add(*(c * (t - k) ** k * sp.exp(t - k) for k, c in enumerate(factors) if t != k or k == 0))


def symmetric_time(a: Fraction, length: Fraction, u: Fraction) -> sp.Expr:
    """Steps uniform on [-a, a] in a region of that length <= 2 a, u from the nearer end.

    With k = 1/(2 a), r = length - a: A cos ku + B sin ku for u <= r, B from there on; 1/(1 - k length) where r <= 0.

    >>> symmetric_time(Fraction(1), Fraction(1), Fraction(1, 3))
    2
    """
    k, r = number(1 / (2 * a)), number(length - a)
    if r <= 0:
        return 1 / (1 - k * number(length))
    rest = k * number(2 * a - length)
    second = (1 + S) / (2 * C - (1 + S) * (1 + rest))
    first = second * C / (1 + S)
    verify(first, second, rest)
    known = {S: sp.sin(k * r), C: sp.cos(k * r)}
    first, second = first.subs(known), second.subs(known)
    place = k * number(u)
    return sp.factor(first * sp.cos(place) + second * sp.sin(place)) if number(u) <= r else sp.factor(second)


def verify(first: sp.Expr, second: sp.Expr, rest: sp.Expr) -> None:
    """For u <= r the equation is v'(u) = k v(r - u) with v(r) = B, and from there on B = 1 + k (integral of v).

    By the sums of angles, -A sin ku + B cos ku = A cos k(r - u) + B sin k(r - u) is two equations; the integral over
    [0, r] is (A S + B (1 - C))/k, twice, and B (2 a - length) in between.
    """
    a, b = first, second
    equations = [b - a * C - b * S, a + a * S - b * C, b - 1 - 2 * (a * S + b * (1 - C)) - b * rest]
    for equation in equations:
        numerator = sp.numer(sp.together(equation))
        if sp.rem(sp.expand(numerator), S**2 + C**2 - 1, S) != 0:
            raise Inconclusive("the formula is not proved to solve the renewal equation")


def number(place: Fraction) -> sp.Rational:
    return sp.Rational(place.numerator, place.denominator)
