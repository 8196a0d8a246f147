"""An inner product in which all matrices of a finite family are multiples of orthogonal ones."""

from __future__ import annotations

import sympy as sp

from .exact_matrix import rational_matrix


def common_inner_product(matrices: list[sp.ImmutableMatrix]) -> sp.Matrix | None:
    """Q, positive definite, with M^T Q M = |det M|^(2/d) Q for all of the rational matrices; None where none is found.

    >>> common_inner_product([sp.ImmutableMatrix([[0, -2], [1, 0]])])
    Matrix([
    [1/2, 0],
    [  0, 1]])
    """
    size = matrices[0].shape[0]
    factors = [rational_root(m.det() ** 2, size) if all(e.is_Rational for e in m) else None for m in matrices]
    if any(c is None for c in factors):
        return None
    pairs = [(i, j) for i in range(size) for j in range(i, size)]
    rows = []
    for matrix, factor in zip(matrices, factors, strict=True):
        columns = [list(matrix.T * form(pair, size) * matrix - factor * form(pair, size)) for pair in pairs]
        rows.extend([list(row) for row in zip(*columns, strict=True)])
    reduced, rank = rational_matrix(rows).rref()
    kernel = null_vectors(reduced, rank, len(pairs))
    if len(kernel) != 1:
        return None
    found = sum((c * form(pair, size) for c, pair in zip(kernel[0], pairs, strict=True)), sp.zeros(size, size))
    found = found if found[0, 0] > 0 else -found
    return found if all(found[:k, :k].det() > 0 for k in range(1, size + 1)) else None


def rational_root(value: sp.Rational, order: int) -> sp.Rational | None:
    """The root of a non-negative rational number where that is rational."""
    root = sp.root(value, order)
    return root if root.is_Rational else None


def form(pair: tuple[int, int], size: int) -> sp.Matrix:
    """The symmetric matrix with ones at the place (i, j) and at (j, i)."""
    found = sp.zeros(size, size)
    found[pair] = found[pair[::-1]] = sp.Integer(1)
    return found


def null_vectors(reduced: object, rank: int, width: int) -> list[list[sp.Rational]]:
    """The kernel of a matrix in reduced form."""
    rows = [[sp.Rational(int(e.p), int(e.q)) for e in row] for row in reduced.tolist()[:rank]]  # type: ignore[attr-defined]
    leading = [next(k for k, entry in enumerate(row) if entry != 0) for row in rows]
    vectors = []
    for free in (k for k in range(width) if k not in leading):
        vector = [sp.Integer(0)] * width
        vector[free] = sp.Integer(1)
        for row, place in zip(rows, leading, strict=True):
            vector[place] = -row[free]
        vectors.append(vector)
    return vectors
