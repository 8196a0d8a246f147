"""A point with algebraic coordinates: polynomials in one real algebraic number, with exact zeros and signs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import sympy as sp
from flint import arb, fmpq, fmpq_mat, fmpq_poly, fmpz_poly
from sympy.polys.rings import PolyElement

from ..algebra import RealRoot, real_balls
from ..balls.precision import ball_of, enclosure, precision

SIGN_BITS = 1 << 14


@dataclass(frozen=True)
class AlgebraicPoint:
    """`coordinates[i]` at theta, the `index`-th real root (upwards from 0) of the irreducible `modulus`.

    >>> theta = AlgebraicPoint(fmpz_poly([-2, 0, 1]), 1, (fmpq_poly([1, 1]),))
    >>> theta.root(0).exact
    1 + sqrt(2)
    """

    modulus: fmpz_poly
    index: int
    coordinates: tuple[fmpq_poly, ...]

    @cached_property
    def field(self) -> fmpq_poly:
        return fmpq_poly(self.modulus)

    def theta(self) -> arb:
        """At the working precision."""
        return ball_of(real_balls(self.modulus)[self.index])

    def value(self, element: fmpq_poly) -> arb:
        """A polynomial in theta, at the working precision."""
        theta, total = self.theta(), arb(0)
        for coefficient in reversed(element.coeffs()):
            total = total * theta + arb(coefficient)
        return total

    def at(self, polynomial: PolyElement) -> fmpq_poly:
        """The polynomial of the state at the point, as a polynomial in theta."""
        total = fmpq_poly([0])
        for monomial, coefficient in polynomial.terms():
            term = fmpq_poly([fmpq(int(coefficient.numerator), int(coefficient.denominator))])
            for coordinate, exponent in zip(self.coordinates, monomial, strict=True):
                for _ in range(exponent):
                    term = term * coordinate % self.field
            total += term
        return total % self.field

    def sign(self, element: fmpq_poly) -> int:
        """Exact: 0 only for the zero polynomial, else by a ball."""
        if element == 0:
            return 0
        bits = 64
        while bits <= SIGN_BITS:
            with precision(bits):
                sign = enclosure(self.value(element)).sign
            if sign:
                return sign
            bits *= 2
        raise AssertionError("a number of the field that is not 0 has a sign")

    def root(self, place: int) -> RealRoot:
        """The coordinate as a root of its minimal polynomial."""
        return self.as_root(self.coordinates[place])

    def as_root(self, element: fmpq_poly) -> RealRoot:
        minimal = minimal_polynomial(element, self.field)
        bits = 64
        while True:
            with precision(bits):
                value = enclosure(self.value(element))
                candidates = [i for i, root in enumerate(real_balls(minimal)) if root.meets(value)]
            if len(candidates) == 1:
                return RealRoot(minimal, candidates[0])
            bits *= 2


def minimal_polynomial(element: fmpq_poly, field: fmpq_poly) -> fmpz_poly:
    """Of an element of Q[T]/field: the one irreducible factor of the characteristic polynomial of its multiplication."""
    degree, power = field.degree(), fmpq_poly([1])
    columns = []
    for _ in range(degree):
        columns.append(padded(element * power % field, degree))
        power = power * fmpq_poly([0, 1])
    ((factor, _),) = fmpq_mat(columns).charpoly().numer().factor()[1]
    return factor


def padded(element: fmpq_poly, size: int) -> list[fmpq]:
    coefficients = element.coeffs()
    return [*coefficients, *[fmpq(0)] * (size - len(coefficients))]


def characteristic(matrix: Sequence[Sequence[fmpq_poly]], field: fmpq_poly) -> list[fmpq_poly]:
    """The coefficients of det(t - matrix), from the constant term up, in Q[T]/field (Faddeev and LeVerrier)."""
    size = len(matrix)
    coefficients = [fmpq_poly([1])]
    current = [[fmpq_poly([0])] * size for _ in range(size)]
    for k in range(1, size + 1):
        for i in range(size):
            current[i] = [entry + (coefficients[-1] if i == j else 0) for j, entry in enumerate(current[i])]
        current = times(matrix, current, field)
        trace = sum((current[i][i] for i in range(size)), start=fmpq_poly([0]))
        coefficients.append(trace * fmpq(-1, k))
    return coefficients[::-1]


def times(
    left: Sequence[Sequence[fmpq_poly]], right: Sequence[Sequence[fmpq_poly]], field: fmpq_poly
) -> list[list[fmpq_poly]]:
    size = range(len(left))
    zero = fmpq_poly([0])
    return [[sum((left[i][k] * right[k][j] for k in size), start=zero) % field for j in size] for i in size]


def inverse_modulo(element: fmpq_poly, field: fmpq_poly) -> fmpq_poly:
    divisor, inverse, _ = element.xgcd(field)
    return inverse / divisor


def closed_form(root: RealRoot) -> sp.Expr | None:
    """The root as a rational, a quadratic surd, or a root of one of these; None otherwise."""
    if root.exact is not None:
        return root.exact
    coefficients = [int(c) for c in root.poly.coeffs()]
    power = int(sp.gcd_list([k for k, c in enumerate(coefficients) if c]))
    inner = fmpz_poly(coefficients[::power])
    if power == 1 or inner.degree() > 2:
        return None
    with precision(128):
        value = ball_of(root.enclose(128))
        bases = real_balls(inner)
        (place,) = [i for i, base in enumerate(bases) if ball_of(base).overlaps(value**power)]
    base = RealRoot(inner, place).exact
    assert base is not None
    magnitude = sp.root(base if power % 2 == 0 or value > 0 else -base, power)
    return magnitude if value > 0 else -magnitude


__all__ = ["AlgebraicPoint", "characteristic", "closed_form", "inverse_modulo"]
