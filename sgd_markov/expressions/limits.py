"""How large an expression may be, and the refusal that says so."""

from __future__ import annotations

MAX_TEXT = 20_000
"""Characters of one expression."""
MAX_DEPTH = 80
"""Operands inside operands: 1 + (1 + (...)) counts two a level. sympy recurses about ten calls a level."""
MAX_BITS = 8192
"""Bits of a numerator or denominator; Python refuses to print integers of more than 4300 digits (14,284 bits)."""
MAX_DIGITS = 2400
"""Digits, and size of the exponent, of a decimal literal: just within MAX_BITS."""
MAX_CONSTANT_DEPTH = 20
"""Operations inside one another in a number: sympy's evalf takes twice the time for each level of exp(-exp(-...))."""
MAX_EXPONENT = 1000
"""Rational numbers in an exponent, unless base and exponent are rational (then MAX_BITS decides)."""
MAX_ROOT = 10**6
"""Denominator of the exponent of a symbol: polynomial algorithms substitute x = t**q."""
MAX_MAGNITUDE = 2**16
"""|log2| of a constant."""
MAX_RADICAND = 1024
"""Bits under the roots of one product: sympy factors them (0.01 s for 1024 bits, 2 s for 8192)."""
MAX_ROOT_BITS = 2**15
"""Those bits times the common denominator of the exponents: sympy writes 12**((q-1)/q) as a root of 2**(q-2)*3**(q-1)."""
MAX_ARGUMENTS = 16
"""Arguments of Min and Max: sympy compares every pair."""
MAX_BRANCHES = 100
"""Branches of a Piecewise, and comparisons in one condition."""
MAX_PIECEWISE_DEPTH = 4
"""Piecewise inside Piecewise: sympy folds them into one another."""
MAX_WORK = 4000
"""Total size of what sympy must simplify (arguments of Abs, floor, Min, Max, comparisons, ...): about 2 s."""
MAX_PIECE = 1500
"""The same for one argument: sympy's time grows with its square."""


class Refused(Exception):
    """The text is not an expression; the message says what to use instead. Becomes InvalidInput in `parse`."""
