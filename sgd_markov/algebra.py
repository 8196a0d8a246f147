"""Exact algebra: real roots of rational polynomials, multiplicative relations between rationals."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property, total_ordering

import sympy as sp
from flint import fmpq, fmpq_mat, fmpz, fmpz_poly

from .answer.enclosure import Enclosure
from .balls.coprime import prime_base, valuation
from .balls.precision import enclosure, precision


@total_ordering
class RealRoot:
    """A real root of an irreducible integer polynomial: the `index`-th, counted upwards from 0.

    `exact` is a rational or a quadratic surd, None for higher degrees; `enclose(bits)` isolates it.
    """

    def __init__(self, poly: fmpz_poly, index: int) -> None:
        self.poly, self.index = poly, index

    @cached_property
    def exact(self) -> sp.Expr | None:
        coefficients = [sp.Integer(int(c)) for c in self.poly.coeffs()]
        if len(coefficients) == 2:
            return -coefficients[0] / coefficients[1]
        if len(coefficients) == 3:
            c, b, a = coefficients
            side = 1 if (self.index == 1) == (a > 0) else -1
            return sp.radsimp((-b + side * sp.sqrt(b**2 - 4 * a * c)) / (2 * a))
        return None

    @property
    def rational(self) -> Fraction | None:
        if self.poly.degree() != 1:
            return None
        constant, slope = self.poly.coeffs()
        return Fraction(-int(constant), int(slope))

    @property
    def polynomial(self) -> sp.Expr:
        """The minimal polynomial, in the symbol t."""
        t = sp.Symbol("t")
        return sp.Add(*(int(c) * t**k for k, c in enumerate(self.poly.coeffs())))

    def enclose(self, bits: int) -> Enclosure:
        if self.rational is not None:
            return Enclosure.point(self.rational)
        with precision(bits):
            return real_balls(self.poly)[self.index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RealRoot) and self.poly == other.poly and self.index == other.index

    def __hash__(self) -> int:
        return hash((tuple(int(c) for c in self.poly.coeffs()), self.index))

    def __lt__(self, other: RealRoot) -> bool:
        bits = 64
        while True:
            mine, its = self.enclose(bits), other.enclose(bits)
            if mine.upper < its.lower:
                return True
            if mine.lower > its.upper or self == other:
                return False
            bits *= 2


def real_balls(poly: fmpz_poly) -> list[Enclosure]:
    """The real roots of a squarefree integer polynomial, isolated and in increasing order.

    FLINT refines the balls to the working precision (its own ball, exactly real for real roots).
    """
    balls = [root.real for root, _ in poly.complex_roots() if root.imag.is_zero()]
    return sorted((enclosure(ball) for ball in balls), key=lambda e: e.lower)


def real_roots(poly: sp.Poly) -> list[RealRoot]:
    """All distinct real roots of a polynomial with rational coefficients, in increasing order.

    >>> x = sp.Symbol("x")
    >>> [root.exact for root in real_roots(sp.Poly((x**2 - 2) * (3 * x - 1), x))]
    [-sqrt(2), 1/3, sqrt(2)]
    """
    _, factors = integer_poly(poly).factor()
    roots = [
        RealRoot(factor, index)
        for factor, _ in factors
        if factor.degree() > 0
        for index in range(1 if factor.degree() == 1 else len(real_balls(factor)))
    ]
    return sorted(roots)


def integer_poly(poly: sp.Poly) -> fmpz_poly:
    """The primitive integer polynomial with the same roots."""
    _, cleared = poly.clear_denoms()
    return fmpz_poly([fmpz(int(c)) for c in reversed(cleared.all_coeffs())])


def lattice_step(ratios: list[Fraction]) -> tuple[Fraction, list[int]] | None:
    """A rational h > 1 and integers k_i with |ratio_i| = h^k_i, when all ratios are powers of one number; else None.

    The logarithms then lie on the lattice (log h) Z: the steps of the walk are arithmetic. Ratios equal to 1 have
    k = 0; None also where every ratio is 1.

    >>> lattice_step([Fraction(2), Fraction(1, 4)])
    (Fraction(2, 1), [1, -2])
    >>> lattice_step([Fraction(2), Fraction(3)]) is None
    True
    """
    from math import gcd

    exponents = exponent_vectors(ratios)
    nonzero = [vector for vector in exponents if any(vector)]
    if not nonzero or fmpq_mat([[fmpq(e) for e in v] for v in exponents]).rank() != 1:
        return None
    content = gcd(*(entry for entry in nonzero[0]))
    direction = [entry // content for entry in nonzero[0]]
    pivot = next(i for i, entry in enumerate(direction) if entry)
    multiples = [vector[pivot] // direction[pivot] for vector in exponents]
    step = gcd(*multiples)
    base = prime_base(ratios)
    h = Fraction(1)
    for prime, entry in zip(base, direction, strict=True):
        h *= Fraction(prime) ** (entry * step)
    powers = [multiple // step for multiple in multiples]
    return (h, powers) if h > 1 else (1 / h, [-power for power in powers])


def exponent_vectors(ratios: list[Fraction]) -> list[list[int]]:
    """The exponents of each ratio over a common base of pairwise coprime integers."""
    base = prime_base(ratios)
    return [[valuation(abs(r.numerator), b) - valuation(r.denominator, b) for b in base] for r in ratios]
