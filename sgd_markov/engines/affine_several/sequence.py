"""The terms u(n) = c L^n m(0) of a moment."""

from __future__ import annotations

import sympy as sp
from flint import arb, arb_mat, fmpq, fmpq_mat
from sympy.polys.matrices import DomainMatrix

from ...balls.evaluate import evaluate
from ...effort import Effort
from ...errors import Inconclusive
from ...numerics.exact_matrix import expressions, field_matrix, over_common_field, rational_matrix
from .recursion import MomentRecursion

Start = list[sp.Expr]
"""The monomials at the starting point."""


def first_terms(
    recursion: MomentRecursion, row: list[sp.Expr], start: Start, count: int, effort: Effort
) -> list[sp.Expr]:
    """u(0), ..., u(count - 1)."""
    matrix, left, column = over_common_field(recursion.matrix, field_matrix([row]), column_of(start))
    found = []
    for n in range(count):
        effort.check()
        found.append((left * column).to_Matrix()[0, 0])
        if n + 1 < count:
            column = matrix * column
    return found


def rational_terms(left: fmpq_mat, matrix: fmpq_mat, start: Start, count: int) -> list[fmpq]:
    """The same for rational numbers."""
    column = rational_matrix([[entry] for entry in start])
    found = []
    for _ in range(count):
        found.append((left * column)[0, 0])
        column = matrix * column
    return found


def value_after(
    recursion: MomentRecursion, rows: list[list[sp.Expr]], start: Start, steps: int, effort: Effort
) -> list[sp.Expr]:
    """u(steps) for each row, exact."""
    matrix, left, column = over_common_field(recursion.matrix, field_matrix(rows), column_of(start))
    for _ in range(steps):
        effort.check()
        column = matrix * column
    return [entry for (entry,) in expressions(left * column)]


def ball_after(recursion: MomentRecursion, rows: list[list[sp.Expr]], start: Start, steps: int) -> list[arb]:
    """u(steps) for each row as balls at the present precision, by squaring; no entry may hold a symbol."""
    matrix = arb_mat([[evaluate(entry) for entry in row] for row in expressions(recursion.matrix)])
    column = arb_mat([[evaluate(entry)] for entry in start])
    left = arb_mat([[evaluate(entry) for entry in row] for row in rows])
    while steps:
        if steps & 1:
            column = matrix * column
        steps >>= 1
        if steps:
            matrix = matrix * matrix
    product = left * column
    return [product[i, 0] for i in range(len(rows))]


def require_numbers(recursion: MomentRecursion, start: Start, steps: int) -> None:
    symbols = set().union(*(e.free_symbols for row in expressions(recursion.matrix) for e in row))
    symbols |= set().union(*(entry.free_symbols for entry in start))
    if symbols:
        names = ", ".join(sorted(map(str, symbols)))
        raise Inconclusive(f"the moment after {steps} steps with free symbols; give {names} values")


def column_of(entries: list[sp.Expr]) -> DomainMatrix:
    return field_matrix([[entry] for entry in entries])


def rational(recursion: MomentRecursion, rows: list[list[sp.Expr]], start: Start) -> bool:
    """Are all numbers of the terms rational?"""
    return recursion.rational and all(entry.is_Rational for row in [*rows, start] for entry in row)
