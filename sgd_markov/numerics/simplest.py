"""The simplest rational number of an interval."""

from __future__ import annotations

from fractions import Fraction


def simplest_rational(low: Fraction, high: Fraction) -> Fraction:
    """The rational of least denominator in the closed interval (Stern-Brocot).

    >>> simplest_rational(Fraction(41, 100), Fraction(42, 100))
    Fraction(5, 12)
    """
    if low <= 0 <= high:
        return Fraction(0)
    if high < 0:
        return -simplest_rational(-high, -low)
    whole = low.numerator // low.denominator
    if whole == low:
        return Fraction(whole)
    if whole + 1 <= high:
        return Fraction(whole + 1)
    return whole + 1 / simplest_rational(1 / (high - whole), 1 / (low - whole))
