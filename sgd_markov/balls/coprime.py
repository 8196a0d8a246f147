"""Rational numbers as products of powers over one base of coprime integers; no factorisation is needed."""

from __future__ import annotations

from fractions import Fraction
from math import gcd


def prime_base(ratios: list[Fraction]) -> list[int]:
    """Pairwise coprime integers > 1 over which every numerator and denominator factors.

    >>> prime_base([Fraction(12, 7), Fraction(18)])
    [2, 3, 7]
    """
    base: list[int] = []
    pending = [n for r in ratios for n in (abs(r.numerator), r.denominator) if n > 1]
    while pending:
        number = pending.pop()
        for index, other in enumerate(base):
            common = gcd(number, other)
            if common > 1:
                base.pop(index)
                pending.extend(part for part in (common, number // common, other // common) if part > 1)
                break
        else:
            if number > 1:
                base.append(number)
    return sorted(base)


def valuation(number: int, base: int) -> int:
    """How often `base` divides `number`."""
    count = 0
    while number % base == 0:
        number //= base
        count += 1
    return count
