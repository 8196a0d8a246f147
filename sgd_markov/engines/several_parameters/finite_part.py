"""All real solutions of a zero-dimensional polynomial system, each exact.

The quotient ring has a basis of finitely many monomials. A linear form t of the coordinates takes different values at
different solutions exactly where its characteristic polynomial has as many distinct roots as there are solutions, and
these are counted by the rank of the trace form; every coordinate is then a rational function of t.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from flint import fmpq, fmpq_mat, fmpq_poly, fmpz_poly
from sympy.polys.rings import PolyElement

from ...algebra import real_balls
from ...balls.precision import precision
from ...effort import Effort
from ...errors import Inconclusive
from ...numerics.algebraic_point import AlgebraicPoint, inverse_modulo
from .split import Part

COUNT_LIMIT = 120
"""So many solutions, counted with multiplicity, are treated by exact linear algebra."""

Monomial = tuple[int, ...]


def real_points(part: Part, effort: Effort) -> list[AlgebraicPoint]:
    """The real solutions of a part of finitely many, none of them a zero of `nonzero`.

    >>> import sympy as sp
    >>> from .split import parts, ring_of
    >>> ring = ring_of(sp.symbols("u v", real=True))
    >>> u, v = ring.gens
    >>> (part,) = parts([u**2 - 2, u * v - 1], [], Effort())
    >>> [[str(point.root(i).exact) for i in (0, 1)] for point in real_points(part, Effort())]
    [['-sqrt(2)', '-sqrt(2)/2'], ['sqrt(2)', 'sqrt(2)/2']]
    """
    quotient = Quotient(part, effort)
    form, separated = separating_form(quotient)
    points = []
    for factor, _ in separated.numer().factor()[1]:
        effort.check()
        coordinates = quotient.coordinates(form, factor)
        with precision(128):
            count = len(real_balls(factor))
        points += [AlgebraicPoint(factor, index, coordinates) for index in range(count)]
    return [point for point in points if not any(point.at(f) == 0 for f in part.nonzero)]


def separating_form(quotient: Quotient) -> tuple[fmpq_mat, fmpq_poly]:
    """The multiplication by a linear form that tells all solutions apart, and its characteristic polynomial."""
    wanted = quotient.distinct_solutions
    for weights in small_weights(len(quotient.variables)):
        form = quotient.multiplication_by(weights)
        polynomial = form.charpoly()
        if squarefree(polynomial).degree() == wanted:
            return form, polynomial
    raise Inconclusive("no small linear form tells the critical points apart")


def small_weights(size: int) -> Iterator[tuple[int, ...]]:
    for base in range(60):
        yield tuple(base**place if base else int(place == size - 1) for place in range(size))


def squarefree(polynomial: fmpq_poly) -> fmpq_poly:
    return polynomial / polynomial.gcd(polynomial.derivative())


@dataclass(frozen=True)
class Quotient:
    """Polynomials modulo the part's equations, as vectors over the standard monomials."""

    part: Part
    effort: Effort

    @cached_property
    def basis(self) -> list[Monomial]:
        """The monomials that no leading monomial divides."""
        leading = [g.LM for g in self.part.equations]
        found, stack = {(0,) * self.part.ring.ngens}, [(0,) * self.part.ring.ngens]
        while stack:
            monomial = stack.pop()
            for place in range(len(monomial)):
                grown = (*monomial[:place], monomial[place] + 1, *monomial[place + 1 :])
                if grown not in found and not any(all(a >= b for a, b in zip(grown, m, strict=True)) for m in leading):
                    found.add(grown)
                    stack.append(grown)
            if len(found) > COUNT_LIMIT:
                raise Inconclusive(f"the gradient has more than {COUNT_LIMIT} complex zeros, counted with multiplicity")
        return sorted(found, key=lambda monomial: (sum(monomial), monomial))

    @cached_property
    def variables(self) -> list[fmpq_mat]:
        """Multiplication by each variable; row b is the product with basis element b."""
        return [self.multiplication(generator) for generator in self.part.ring.gens]

    def multiplication(self, factor: PolyElement) -> fmpq_mat:
        ring = self.part.ring
        return fmpq_mat([self.vector(factor * ring.from_dict({b: ring.domain.one})) for b in self.basis])

    def vector(self, polynomial: PolyElement) -> list[fmpq]:
        self.effort.check()
        rest = polynomial.rem(list(self.part.equations))
        return [rational(rest.get(monomial, 0)) for monomial in self.basis]

    def multiplication_by(self, weights: tuple[int, ...]) -> fmpq_mat:
        size = len(self.basis)
        total = fmpq_mat(size, size)
        for weight, matrix in zip(weights, self.variables, strict=True):
            total += matrix * fmpq(weight)
        return total

    @cached_property
    def traces(self) -> list[fmpq]:
        """The trace of the multiplication by each basis element."""
        return [trace(self.power_product(monomial)) for monomial in self.basis]

    def power_product(self, monomial: Monomial) -> fmpq_mat:
        """Multiplication by a monomial."""
        total = identity(len(self.basis))
        for matrix, exponent in zip(self.variables, monomial, strict=True):
            for _ in range(exponent):
                total = total * matrix
        return total

    def trace_of(self, matrix: fmpq_mat) -> fmpq:
        """The trace of the multiplication by f, whose matrix is given: row 0 holds the vector of f."""
        return sum((matrix[0, j] * t for j, t in enumerate(self.traces)), start=fmpq(0))

    @cached_property
    def distinct_solutions(self) -> int:
        """The rank of the trace form."""
        products = [self.power_product(monomial) for monomial in self.basis]
        size = range(len(self.basis))
        rows = [[sum((products[j][i, k] * self.traces[k] for k in size), start=fmpq(0)) for j in size] for i in size]
        return int(fmpq_mat(rows).rank())

    def coordinates(self, form: fmpq_mat, factor: fmpz_poly) -> tuple[fmpq_poly, ...]:
        """Every coordinate as a polynomial in a root of `factor` (Rouillier's rational univariate representation)."""
        field = fmpq_poly(factor)
        common = squarefree(form.charpoly())
        size = len(self.basis)
        below = self.numerator(form, common, identity(size)) % field
        inverse = inverse_modulo(below, field)
        return tuple(self.numerator(form, common, matrix) * inverse % field for matrix in self.variables)

    def numerator(self, form: fmpq_mat, common: fmpq_poly, factor: fmpq_mat) -> fmpq_poly:
        """sum over solutions z of multiplicity * factor(z) * prod over other values s of (T - s)."""
        coefficients = common.coeffs()
        degree = len(coefficients) - 1
        power, moments = factor, []
        for _ in range(degree):
            moments.append(self.trace_of(power))
            power = power * form
        rows = [
            sum((coefficients[j] * moments[j - k - 1] for j in range(k + 1, degree + 1)), start=fmpq(0))
            for k in range(degree)
        ]
        return fmpq_poly(rows)


def trace(matrix: fmpq_mat) -> fmpq:
    return sum((matrix[i, i] for i in range(matrix.nrows())), start=fmpq(0))


def identity(size: int) -> fmpq_mat:
    return fmpq_mat([[fmpq(int(i == j)) for j in range(size)] for i in range(size)])


def rational(value: object) -> fmpq:
    return fmpq(int(value.numerator), int(value.denominator)) if value else fmpq(0)  # type: ignore[attr-defined]
