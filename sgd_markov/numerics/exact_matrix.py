"""Matrices of exact expressions over the least field that holds them."""

from __future__ import annotations

import sympy as sp
from flint import fmpq, fmpq_mat
from sympy.polys.matrices import DomainMatrix
from sympy.polys.polyerrors import BasePolynomialError


def field_matrix(rows: list[list[sp.Expr]]) -> DomainMatrix:
    """The matrix over the rationals, an algebraic field or a field of functions, whichever is least.

    >>> k = sp.Symbol("k")
    >>> field_matrix([[sp.Rational(1, 2), sp.Integer(3)]]).domain, field_matrix([[k, 1 / k]]).domain
    (QQ, ZZ(k))
    """
    matrix = sp.Matrix(rows)
    try:
        found = DomainMatrix.from_Matrix(matrix, extension=True)
    except (NotImplementedError, BasePolynomialError):
        found = DomainMatrix.from_Matrix(matrix)
    return found.to_field().to_dense()


def over_common_field(*matrices: DomainMatrix) -> tuple[DomainMatrix, ...]:
    """The same matrices over one field."""
    field = matrices[0].domain
    for other in matrices[1:]:
        field = field.unify(other.domain)
    return tuple(one.convert_to(field).to_dense() for one in matrices)


def expressions(matrix: DomainMatrix) -> list[list[sp.Expr]]:
    """The entries as expressions, row by row."""
    to_sympy = matrix.domain.to_sympy
    return [[to_sympy(entry) for entry in row] for row in matrix.to_list()]


def flint_rational(value: sp.Expr) -> fmpq:
    """A rational number for FLINT."""
    return fmpq(int(value.p), int(value.q))


def rational_matrix(rows: list[list[sp.Expr]]) -> fmpq_mat:
    """The matrix for FLINT; all entries rational."""
    return fmpq_mat([[flint_rational(entry) for entry in row] for row in rows])
