"""The spectral radius of a linear map that keeps a cone: by Perron, Frobenius, Krein and Rutman, its largest eigenvalue.

With p the characteristic polynomial, rho its largest real root and c real: all coefficients of p(c + x) positive prove
rho < c (p has no root from c on), a negative one proves c < rho (were rho <= c, then by Gauss and Lucas all roots of all
derivatives of p would have real parts of at most c, so that no derivative were negative there).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import sympy as sp
from flint import arb_poly
from sympy.polys.matrices import DomainMatrix
from sympy.polys.polyerrors import BasePolynomialError

from ..algebra import RealRoot, real_roots
from ..answer.enclosure import Enclosure
from ..balls.evaluate import evaluate
from ..balls.precision import ball, bits_for, precision
from ..effort import Effort
from ..errors import Inconclusive

BITS = 1 << 13
Z = sp.Dummy("z")

Polynomial = list[sp.Expr]
"""Coefficients, the leading one first."""


def rational_radius(polynomials: list[Polynomial]) -> RealRoot | None:
    """The largest real root of rational polynomials; None where all their roots are 0 or none is real."""
    roots = [root for p in polynomials for root in real_roots(sp.Poly(p, Z))]
    positive = [root for root in roots if root.enclose(128).upper > 0]
    return max(positive, default=None)


def radius_formula(polynomials: list[Polynomial]) -> sp.Expr | None:
    """The largest modulus of the roots in closed form, where all factors have degree 1 or 2; else None."""
    moduli: list[sp.Expr] = []
    for polynomial in polynomials:
        for factor in factors_of(polynomial):
            if len(factor) > 3:
                return None
            moduli.append(largest_modulus(factor))
    return sp.Max(*moduli)


def factors_of(polynomial: Polynomial) -> list[Polynomial]:
    """The different factors, monic."""
    try:
        _, factors = sp.Poly(polynomial, Z).factor_list()
    except (BasePolynomialError, NotImplementedError):
        return [polynomial]
    return [[sp.cancel(c / f.LC()) for c in f.all_coeffs()] for f, _ in factors]


def largest_modulus(monic: Polynomial) -> sp.Expr:
    """Of the roots of z + a or z^2 + a z + b."""
    if len(monic) == 2:
        return sp.Abs(monic[1])
    _, a, b = monic
    square = sp.factor(a**2 - 4 * b)
    real = (sp.Abs(a) + sp.sqrt(square)) / 2
    if square.is_nonnegative:
        return real
    return sp.Piecewise((real, square >= 0), (sp.sqrt(b), True))


def radius_enclosure(polynomial: Polynomial, effort: Effort, what: str) -> Enclosure:
    """The largest real root of a monic polynomial without free symbols, which is to be its radius and positive."""
    compare = comparison(polynomial, effort, what)
    high = Fraction(1)
    while compare(high) > 0:
        high *= 2
    low = high / 2
    while compare(low) < 0:
        low, high = low / 2, low
    bits = bits_for(effort.digits)
    while not Enclosure(low, high).reaches(effort.digits):
        middle = (low + high) / 2
        low, high = (middle, high) if compare(middle) > 0 else (low, middle)
        if high - low < high / 2 ** (4 * bits):
            break
    return Enclosure(low, high)


def comparison(polynomial: Polynomial, effort: Effort, what: str) -> Callable[[Fraction], int]:
    """1 where the root is proved to lie above a number, -1 where below."""

    def compare(number: Fraction) -> int:
        bits = 64
        while bits <= BITS:
            effort.check()
            with precision(bits):
                shifted = arb_poly([evaluate(c) for c in reversed(polynomial)])(arb_poly([ball(number), 1]))
                if any(c < 0 for c in shifted):
                    return 1
                if all(c > 0 for c in shifted):
                    return -1
            bits *= 2
        raise Inconclusive(f"{what} is not told from {float(number):.15g}")

    return compare


def block_polynomials(matrix: DomainMatrix, blocks: list[tuple[int, ...]]) -> list[Polynomial]:
    """The characteristic polynomials of diagonal blocks."""
    parts = (matrix.extract(list(block), list(block)) for block in blocks)
    return [[sp.cancel(part.domain.to_sympy(c)) for c in part.charpoly()] for part in parts]
