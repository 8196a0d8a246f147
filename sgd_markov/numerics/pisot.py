"""Which algebraic numbers are Pisot numbers or Garsia numbers: by their conjugates, enclosed."""

from __future__ import annotations

import sympy as sp
from flint import acb, fmpz_poly

from ..balls.precision import precision

BITS = (64, 256, 1024)
HIGHEST_DEGREE = 24


def is_pisot(number: sp.Expr) -> bool:
    """Is it proved to be an algebraic integer above 1 all of whose other conjugates lie inside the unit circle?

    >>> is_pisot((1 + sp.sqrt(5)) / 2), is_pisot(sp.sqrt(2)), is_pisot(sp.Rational(3, 2))
    (True, False, False)
    """
    return bool(number > 1) and proved_conjugates(number, outside=1)


def is_garsia(number: sp.Expr) -> bool:
    """Is it proved to be an algebraic integer of norm 2 or -2 all of whose conjugates lie outside the unit circle?

    >>> is_garsia(sp.sqrt(2)), is_garsia(sp.Integer(2) ** sp.Rational(1, 3)), is_garsia(sp.sqrt(3))
    (True, True, False)
    """
    poly = integer_polynomial(number)
    return poly is not None and abs(int(poly[0])) == 2 and proved_conjugates(number, outside=poly.degree())


def integer_polynomial(number: sp.Expr) -> fmpz_poly | None:
    """The minimal polynomial of an algebraic integer, the constant first; None for other numbers."""
    if not number.is_algebraic:
        return None
    try:
        found = sp.minimal_polynomial(number, sp.Dummy("x"), polys=True)
    except NotImplementedError:
        return None
    if found.LC() != 1 or found.degree() > HIGHEST_DEGREE:
        return None
    return fmpz_poly([int(c) for c in reversed(found.all_coeffs())])


def proved_conjugates(number: sp.Expr, outside: int) -> bool:
    """Is the number an algebraic integer with exactly `outside` conjugates outside the unit circle, the others inside?"""
    poly = integer_polynomial(number)
    if poly is None:
        return False
    for bits in BITS:
        with precision(bits):
            moduli = [abs(acb(root)) for root, _ in poly.complex_roots()]
        if all(m > 1 or m < 1 for m in moduli):
            return sum(1 for m in moduli if m > 1) == outside
    return False
