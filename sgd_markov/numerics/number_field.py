"""Exact arithmetic in a real number field Q(theta): sums, quotients, equality and signs of its elements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import sympy as sp
from flint import arb, fmpq, fmpq_poly
from sympy.polys.polyerrors import IsomorphismFailed, NotAlgebraic

from ..balls.evaluate import evaluate
from ..balls.precision import precision

HIGHEST_DEGREE = 8
"""Fields of higher degree are left to ball arithmetic: to find an element in them costs too much."""


@dataclass(frozen=True)
class NumberField:
    """Q(theta) for a real algebraic theta, as the rational polynomials in theta modulo its minimal polynomial.

    >>> golden = NumberField((sp.sqrt(5) - 1) / 2)
    >>> theta = golden.element(golden.theta)
    >>> theta * theta + theta == golden.element(sp.Integer(1)), theta.sign()
    (True, 1)
    """

    theta: sp.Expr

    @cached_property
    def modulus(self) -> fmpq_poly:
        coefficients = sp.minimal_polynomial(self.theta, sp.Dummy("x"), polys=True).all_coeffs()
        return polynomial(reversed(coefficients))

    def element(self, value: sp.Expr) -> FieldElement | None:
        """The number as an element; None where it is not in the field."""
        if value.is_Rational:
            return FieldElement(self, polynomial([value]))
        if value == self.theta:
            return FieldElement(self, polynomial([0, 1]) % self.modulus)
        if not value.is_algebraic:
            return None
        try:
            found = sp.to_number_field(value, self.theta)
        except (IsomorphismFailed, NotAlgebraic, NotImplementedError, ValueError):
            return None
        return FieldElement(self, polynomial(reversed(found.coeffs())) % self.modulus)

    def ball(self, coefficients: fmpq_poly) -> arb:
        """The value of a polynomial in theta at the working precision."""
        theta, total = evaluate(self.theta), arb(0)
        for coefficient in reversed(coefficients.coeffs()):
            total = total * theta + arb(coefficient)
        return total


@dataclass(frozen=True)
class FieldElement:
    """A number of the field: `coefficients` of 1, theta, theta^2, ..."""

    field: NumberField
    coefficients: fmpq_poly

    def __hash__(self) -> int:
        return hash(tuple(map(str, self.coefficients.coeffs())))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FieldElement) and self.coefficients == other.coefficients

    def __add__(self, other: FieldElement) -> FieldElement:
        return FieldElement(self.field, self.coefficients + other.coefficients)

    def __sub__(self, other: FieldElement) -> FieldElement:
        return FieldElement(self.field, self.coefficients - other.coefficients)

    def __mul__(self, other: FieldElement) -> FieldElement:
        return FieldElement(self.field, self.coefficients * other.coefficients % self.field.modulus)

    def __truediv__(self, other: FieldElement) -> FieldElement:
        divisor, inverse, _ = other.coefficients.xgcd(self.field.modulus)
        return FieldElement(self.field, self.coefficients * (inverse / divisor[0]) % self.field.modulus)

    def sign(self) -> int:
        """Its sign: 0 exactly for the zero polynomial, else by ball arithmetic, which separates it from 0 in the end."""
        if self.coefficients == 0:
            return 0
        bits = 64
        while True:
            with precision(bits):
                value = self.field.ball(self.coefficients)
            if value > 0 or value < 0:
                return 1 if value > 0 else -1
            bits *= 2

    @property
    def expr(self) -> sp.Expr:
        """The number as an expression."""
        theta = self.field.theta
        terms = (sp.Rational(int(c.p), int(c.q)) * theta**k for k, c in enumerate(self.coefficients.coeffs()))
        return sp.expand(sp.Add(*terms))


def polynomial(coefficients: Iterable[object]) -> fmpq_poly:
    """From rational coefficients, the constant first."""
    return fmpq_poly([fmpq(int(c.p), int(c.q)) for c in map(sp.Rational, coefficients)])


def common_field(numbers: Iterable[sp.Expr]) -> NumberField | None:
    """The field that one of the numbers generates and that holds all of them; None where there is none so simple."""
    irrational = sorted({n for n in numbers if not n.is_Rational}, key=sp.count_ops)
    if not irrational or not all(n.is_algebraic for n in irrational):
        return None
    for candidate in irrational:
        field = NumberField(candidate)
        if field.modulus.degree() > HIGHEST_DEGREE:
            return None
        if all(field.element(n) is not None for n in irrational):
            return field
    return None


def sign_of(number: Fraction | FieldElement) -> int:
    """The exact sign of a rational number or an element of a field."""
    return number.sign() if isinstance(number, FieldElement) else (number > 0) - (number < 0)
