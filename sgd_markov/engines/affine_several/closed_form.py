"""A moment as a formula in the number of steps n: a sum of polynomials in n times powers of the eigenvalues."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from flint import fmpz_poly
from sympy.polys.matrices import DomainMatrix

from ...effort import Effort
from ...numerics.exact_matrix import expressions, field_matrix, over_common_field, rational_matrix
from ...numerics.exponential_polynomial import N
from ...numerics.linear_recurrence import least_recurrence, row_annihilator
from .recursion import MomentRecursion
from .sequence import Start, first_terms, rational_terms

RATIONAL_ORDER, SYMBOLIC_ORDER = 30, 10
"""Recurrences of higher order give no formula that anybody would read."""
ROOT = sp.Dummy("z")

Factor = tuple[list[sp.Expr], int]
"""(monic coefficients, highest first, of an irreducible factor of degree 1 or 2; its power)"""


@dataclass(frozen=True)
class Mode:
    """One basis sequence n^power s(n): s(n) = r^n for z - r (0^n = 1 at n = 0 only); for z^2 + b z + c with the roots
    r and r', (r^n + r'^n)/2, or with `odd` (r^n - r'^n)/(r - r')."""

    coefficients: tuple[sp.Expr, ...]
    power: int
    odd: bool = False

    def values(self, count: int) -> list[sp.Expr]:
        plain = self.powers(count) if len(self.coefficients) == 2 else self.pair(count)
        return [sp.Integer(n) ** self.power * value for n, value in enumerate(plain)]

    def powers(self, count: int) -> list[sp.Expr]:
        base = -self.coefficients[1]
        return [base**n if n else sp.Integer(1) for n in range(count)]

    def pair(self, count: int) -> list[sp.Expr]:
        _, b, c = self.coefficients
        found = [sp.Integer(0), sp.Integer(1)] if self.odd else [sp.Integer(1), -b / 2]
        while len(found) < count:
            found.append(-b * found[-1] - c * found[-2])
        return found[:count]

    @property
    def expr(self) -> sp.Expr:
        return N**self.power * (self.real_power if len(self.coefficients) == 2 else self.surd)

    @property
    def real_power(self) -> sp.Expr:
        base = -self.coefficients[1]
        return sp.Integer(1) if base == 1 else base**N

    @property
    def surd(self) -> sp.Expr:
        """Real roots as powers, complex ones as a power times a cosine or a sine."""
        _, b, c = self.coefficients
        root = sp.sqrt(sp.Abs(b**2 / 4 - c))
        if b**2 / 4 > c:
            upper, lower = (-b / 2 + root) ** N, (-b / 2 - root) ** N
            return (upper - lower) / (2 * root) if self.odd else (upper + lower) / 2
        angle = N * sp.acos(-b / (2 * sp.sqrt(c)))
        return sp.sqrt(c) ** N * (sp.sin(angle) / root if self.odd else sp.cos(angle))


@dataclass(frozen=True)
class ClosedForm:
    """sum of factor * mode."""

    terms: tuple[tuple[sp.Expr, Mode], ...]

    @property
    def expr(self) -> sp.Expr:
        return sp.Add(*(factor * mode.expr for factor, mode in self.terms))


def closed_form(recursion: MomentRecursion, row: list[sp.Expr], start: Start, effort: Effort) -> ClosedForm | None:
    """c L^n m(0) as a formula in n, or None where an eigenvalue is no rational number and no quadratic surd.

    In symbols all eigenvalues must be rational functions of them; the formula then holds where they differ.
    The factors solve the linear equations for the first terms; as the terms obey the recurrence, that proves it.
    """
    factors = (
        rational_factors(recursion, row, start)
        if rational(recursion, row)
        else symbolic_factors(recursion, row, effort)
    )
    if factors is None:
        return None
    order = sum((len(coefficients) - 1) * power for coefficients, power in factors)
    modes = [mode for factor in factors for mode in modes_of(*factor)]
    terms = first_terms(recursion, row, start, order, effort)
    equations = [[mode.values(len(modes))[n] for mode in modes] for n in range(len(modes))]
    matrix, right = over_common_field(field_matrix(equations), field_matrix([[term] for term in terms[: len(modes)]]))
    weights = [entry for (entry,) in expressions(matrix.lu_solve(right))]
    if len(modes) < order and not same_beyond(modes, weights, terms):
        return None
    return ClosedForm(tuple((sp.factor(sp.cancel(w)), m) for w, m in zip(weights, modes, strict=True) if w != 0))


def rational(recursion: MomentRecursion, row: list[sp.Expr]) -> bool:
    return recursion.rational and all(entry.is_Rational for entry in row)


def same_beyond(modes: list[Mode], weights: list[sp.Expr], terms: list[sp.Expr]) -> bool:
    """Does the formula hold for the further terms, where a multiple root 0 was taken as a single one?"""
    columns = [mode.values(len(terms)) for mode in modes]
    return all(
        sp.cancel(sp.Add(*(w * column[n] for w, column in zip(weights, columns, strict=True))) - term) == 0
        for n, term in enumerate(terms)
    )


def modes_of(coefficients: list[sp.Expr], power: int) -> list[Mode]:
    if len(coefficients) == 2 and coefficients[1] == 0:
        return [Mode(tuple(coefficients), 0)]
    sides = (False,) if len(coefficients) == 2 else (False, True)
    return [Mode(tuple(coefficients), j, odd) for j in range(power) for odd in sides]


def rational_factors(recursion: MomentRecursion, row: list[sp.Expr], start: Start) -> list[Factor] | None:
    """The recurrence of least order of the terms in factors; None where one has a degree above 2."""
    matrix, left = rational_matrix(expressions(recursion.matrix)), rational_matrix([row])
    if all(entry.is_Rational for entry in start):
        recurrence = least_recurrence(rational_terms(left, matrix, start, 2 * len(start) + 2))
    else:
        recurrence = row_annihilator(left, matrix)
    _, factors = fmpz_poly(recurrence.numer()).factor()
    if recurrence.degree() > RATIONAL_ORDER or any(factor.degree() > 2 for factor, _ in factors):
        return None
    return [(monic(factor), power) for factor, power in factors]


def monic(factor: fmpz_poly) -> list[sp.Expr]:
    coefficients = [sp.Integer(int(c)) for c in factor.coeffs()][::-1]
    return [c / coefficients[0] for c in coefficients]


def symbolic_factors(recursion: MomentRecursion, row: list[sp.Expr], effort: Effort) -> list[Factor] | None:
    """The characteristic polynomials of the blocks that enter, in linear factors; None where one has no such factors."""
    reached = recursion.reached_from(place for place, entry in enumerate(row) if entry != 0)
    powers: dict[tuple[sp.Expr, ...], int] = {}
    for block in recursion.blocks:
        effort.check()
        if not set(block) <= reached:
            continue
        for coefficients, power in block_factors(recursion.matrix, list(block)):
            if len(coefficients) > 2:
                return None
            powers[tuple(coefficients)] = powers.get(tuple(coefficients), 0) + power
    return None if sum(powers.values()) > SYMBOLIC_ORDER else [(list(c), power) for c, power in powers.items()]


def block_factors(matrix: DomainMatrix, block: list[int]) -> list[Factor]:
    field = matrix.domain
    coefficients = [sp.cancel(field.to_sympy(c)) for c in matrix.extract(block, block).charpoly()]
    if len(coefficients) == 2:
        return [(coefficients, 1)]
    try:
        _, factors = sp.Poly(coefficients, ROOT).factor_list()
    except (sp.polys.polyerrors.BasePolynomialError, NotImplementedError):
        return [(coefficients, 1)]
    return [([sp.cancel(c / f.all_coeffs()[0]) for c in f.all_coeffs()], power) for f, power in factors]
