"""Exterior powers of a random matrix: their top exponents are the sums of the largest exponents."""

from __future__ import annotations

from itertools import combinations

import sympy as sp

from .matrix_law import MatrixLaw


def exterior_power(law: MatrixLaw, order: int) -> MatrixLaw:
    """The law of the minors of the given order, rows and columns in lexicographic order; order d is the determinant.

    The top exponent of the k-th power is Lambda_1 + ... + Lambda_k (Oseledets; Furstenberg and Kesten 1960).
    """
    return law if order == 1 else law.mapped(lambda matrix: minors(matrix, order))


def minors(matrix: sp.ImmutableMatrix, order: int) -> sp.Matrix:
    """All minors of the order, expanded, so that what cancels is gone."""
    places = list(combinations(range(matrix.shape[0]), order))
    return sp.Matrix(
        len(places), len(places), lambda i, j: sp.expand(matrix.extract(places[i], places[j]).det(method="berkowitz"))
    )
