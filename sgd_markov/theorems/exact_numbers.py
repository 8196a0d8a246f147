"""sympy's rationals as Python's."""

from __future__ import annotations

from fractions import Fraction

import sympy as sp


def fraction(value: sp.Expr) -> Fraction:
    """An exact rational; anything else is refused.

    >>> fraction(sp.Rational(1, 32))
    Fraction(1, 32)
    """
    number = sp.sympify(value)
    if not number.is_Rational:
        raise TypeError(f"{number} is not a rational number")
    return Fraction(int(number.p), int(number.q))
