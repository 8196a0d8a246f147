"""A random matrix as a combination of constant matrices: what they keep invariant, every draw keeps invariant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sympy as sp
from sympy.polys.matrices import DomainMatrix
from sympy.polys.polyerrors import BasePolynomialError, CoercionFailed

from .exact_matrix import field_matrix


def constant_matrices(matrices: Iterable[sp.ImmutableMatrix], drawn: set[sp.Symbol] | None) -> list[DomainMatrix] | None:
    """Constants C_1, ..., C_m over one field with M = sum_k f_k C_k for every matrix; linearly independent.

    `drawn`: the symbols that belong to the functions f_k, all others are left to the field; None is all symbols, so
    that the field is that of the numbers. Numbers that are not algebraic, and what is no
    quotient of polynomials in the symbols, go to the functions. None where the entries
    are in no field that is known. The f_k need not be independent: a subspace that all C_k keep is kept by M.

    >>> x, y = sp.symbols("x y")
    >>> found = constant_matrices([sp.ImmutableMatrix([[1, x * y], [x * y, 1]])], None)
    >>> [c.to_Matrix().tolist() for c in found]
    [[[1, 0], [0, 1]], [[0, 1], [1, 0]]]
    """
    size, rows = 0, []
    for matrix in matrices:
        size = matrix.shape[0]
        rows.extend(parts(matrix, drawn))
    try:
        table = field_matrix(rows)
    except (BasePolynomialError, CoercionFailed, NotImplementedError, ValueError):
        return None
    if not table.domain.is_Field or table.domain.is_EX:
        return None
    return [square(row, size) for row in independent_rows(table)]


def parts(matrix: sp.ImmutableMatrix, drawn: set[sp.Symbol] | None) -> list[list[sp.Expr]]:
    """The matrices C_k of one matrix, each as a list of its entries."""
    found: dict[sp.Expr, list[sp.Expr]] = {}
    for place, entry in enumerate(matrix):
        for term in sp.Add.make_args(sp.expand(entry)):
            number, function = separated(term, drawn)
            found.setdefault(function, [sp.Integer(0)] * len(matrix))[place] += number
    return list(found.values())


def separated(term: sp.Expr, drawn: set[sp.Symbol] | None) -> tuple[sp.Expr, sp.Expr]:
    """The factors that belong to the field, and the others."""
    numbers: list[sp.Expr] = []
    functions: list[sp.Expr] = []
    for factor in sp.Mul.make_args(term):
        (numbers if is_constant(factor, drawn) else functions).append(factor)
    return sp.Mul(*numbers), sp.Mul(*functions)


def is_constant(factor: sp.Expr, drawn: set[sp.Symbol] | None) -> bool:
    """An algebraic number, or a quotient of polynomials in symbols that are not drawn: no relations can hide in these."""
    symbols = factor.free_symbols
    if not symbols:
        return bool(factor.is_algebraic)
    return drawn is not None and not symbols & drawn and bool(factor.is_rational_function(*symbols))


def independent_rows(table: DomainMatrix) -> list[DomainMatrix]:
    """Rows of the table that span all of them."""
    _, pivots = table.transpose().rref()
    return [table.extract([k], list(range(table.shape[1]))) for k in pivots]


def square(row: DomainMatrix, size: int) -> DomainMatrix:
    entries = row.to_list()[0]
    return matrix_of([entries[i * size : (i + 1) * size] for i in range(size)], row.domain)


def matrix_of(rows: Sequence[Sequence[object]], field: object) -> DomainMatrix:
    """The matrix with these entries of the field."""
    return DomainMatrix([list(row) for row in rows], (len(rows), len(rows[0])), field).to_dense()
