"""Does every stationary law of an affine chain spread over the whole space, or may it lie in a hyperplane?"""

from __future__ import annotations

import sympy as sp
from flint import fmpq_mat

from ...errors import HypothesisViolated
from ...numerics.exact_matrix import rational_matrix
from ...numerics.expectation import batch_moments
from .recursion import expectation
from .system import AffineSystem


def fills_space(system: AffineSystem) -> bool:
    """Is it proved that no stationary law lies in a proper affine subspace? For rational chains; else False.

    The linear span of the points (w, 1) of such a law is mapped into itself by almost every [[A, b], [0, 1]], hence by
    the algebra that these generate. If the algebra holds the translations [[0, t], [0, 0]] for all t, the span is
    everything.
    """
    size = len(system.state) + 1
    span = almost_sure_span(system)
    return span is not None and translations(generated(span, size), size) == size - 1


def almost_sure_span(system: AffineSystem) -> list[fmpq_mat] | None:
    """A basis of the span of the values of [[A, b], [0, 1]]: the range of the second moments of its entries."""
    size = len(system.state) + 1
    last = sp.zeros(1, size)
    last[0, size - 1] = 1
    extended = sp.Matrix(system.matrix).row_join(sp.Matrix(system.offset)).col_join(last)
    try:
        products = second_moments(system, list(extended))
    except HypothesisViolated:
        return None
    if products is None:
        return None
    return basis([fmpq_mat(1, size * size, row) for row in products.tolist()], size)


def second_moments(system: AffineSystem, entries: list[sp.Expr]) -> fmpq_mat | None:
    """E of the products of two entries; None where one is no rational number."""
    variables = system.variables
    if not variables:
        table = [[first * second for second in entries] for first in entries]
    else:
        polys = [sp.Poly(entry, *variables) for entry in entries]
        order = 2 * max(poly.total_degree() for poly in polys)
        expected = expectation(system, batch_moments(tuple(e for _, e in system.means), system.draw, order))
        table = [
            [sp.Add(*(c * expected(powers) for powers, c in (first * second).terms())) for second in polys]
            for first in polys
        ]
    return rational_matrix(table) if all(value.is_Rational for row in table for value in row) else None


def basis(rows: list[fmpq_mat], size: int) -> list[fmpq_mat]:
    """A basis of the span of matrices given as rows of their entries, as matrices."""
    reduced, rank = fmpq_mat([row.entries() for row in rows]).rref()
    lines = reduced.tolist()
    return [fmpq_mat(size, size, lines[r]) for r in range(rank)]


def generated(generators: list[fmpq_mat], size: int) -> list[fmpq_mat]:
    """A basis of the algebra that the matrices generate."""
    found = generators
    while True:
        products = [first * second for first in generators for second in found]
        grown = basis([*found, *products], size)
        if len(grown) == len(found):
            return grown
        found = grown


def translations(algebra: list[fmpq_mat], size: int) -> int:
    """The dimension of the members that are 0 but for the offset: those whose other entries cancel."""
    elsewhere = [[m[i, j] for i in range(size) for j in range(size) if j < size - 1 or i == size - 1] for m in algebra]
    return len(algebra) - int(fmpq_mat(elsewhere).rank())
