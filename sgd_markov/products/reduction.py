"""A random matrix in block-triangular form: the exponents of the product are those of the diagonal blocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sympy as sp

from ..numerics.invariant_subspace import basis_change, invariant_subspace
from ..numerics.joint_eigenvalues import joint_eigenvalues
from ..numerics.matrix_span import constant_matrices
from .matrix_law import MatrixLaw

LARGEST = 12
"""Blocks of more dimensions are split along coordinates only."""
LARGEST_WITH_SYMBOLS = 4
"""In larger blocks subspaces that depend on free symbols are not looked for: arithmetic in many symbols is slow."""


def irreducible_blocks(law: MatrixLaw) -> list[MatrixLaw]:
    """The laws of the diagonal blocks of a form that is block-triangular for all matrices at once.

    The top exponent of the product is the largest of the blocks' (Furstenberg and Kifer 1983, Hennion 1984), and all
    exponents together are those of all blocks. Invariant subspaces are found exactly over the field of the entries
    and over its real quadratic extensions; what is not found stays in one block.

    >>> x = sp.Symbol("x", real=True)
    >>> law = MatrixLaw.finite([(sp.Rational(1, 2), sp.Matrix([[1, k], [k, 1]])) for k in (3, 5)])
    >>> [[tuple(m) for m in block.matrices] for block in irreducible_blocks(law)]
    [[(4,), (6,)], [(-2,), (-4,)]]
    """
    if law.size == 1:
        return [law]
    classes = coupled_coordinates(law)
    if len(classes) > 1:
        return [block for places in classes for block in irreducible_blocks(law.block(places))]
    if law.size > LARGEST or is_plainly_irreducible(law):
        return [law]
    halves = split(law)
    if halves is None:
        return eigenvalue_blocks(law) or [law]
    return [block for half in halves for block in irreducible_blocks(half)]


def coupled_coordinates(law: MatrixLaw) -> list[list[int]]:
    """The classes of coordinates that act on one another: strong components of the graph of non-zero entries."""
    reach = [{i} | {j for j in range(law.size) if any(m[i, j] != 0 for m in law.matrices)} for i in range(law.size)]
    for middle in range(law.size):
        for row in reach:
            if middle in row:
                row |= reach[middle]
    classes: list[list[int]] = []
    for i in range(law.size):
        if not any(i in known for known in classes):
            classes.append([j for j in range(law.size) if j in reach[i] and i in reach[j]])
    return classes


def is_plainly_irreducible(law: MatrixLaw) -> bool:
    """Two 2 x 2 matrices have a common eigenvector, real or not, only if det(AB - BA) = 0."""
    if law.size > 2 or law.atoms is None or law.parameters:
        return False
    first = law.matrices[0]
    return any(commutator_determinant(first, other).is_zero is False for other in law.matrices[1:3])


def commutator_determinant(first: sp.ImmutableMatrix, other: sp.ImmutableMatrix) -> sp.Expr:
    (a, b, c, d), (e, f, g, h) = first, other
    corner, right, left = b * g - c * f, b * (h - e) + f * (a - d), c * (e - h) + g * (d - a)
    return -(corner**2) - right * left


def split(law: MatrixLaw) -> list[MatrixLaw] | None:
    """The law on an invariant subspace and on the quotient by it, or None.

    Subspaces that do not depend on free symbols are looked for first, and those that do after.
    """
    kinds: list[set[sp.Symbol] | None] = [None]
    if law.parameters and law.size <= LARGEST_WITH_SYMBOLS:
        kinds.append(set().union(*(component.laws for component in law.components)))
    for drawn in kinds:
        generators = constant_matrices(law.matrices, drawn)
        subspace = invariant_subspace(generators) if generators else None
        if subspace is not None:
            change, inverse = (matrix.to_Matrix() for matrix in basis_change(subspace))
            first = subspace.shape[1]
            tidy = sp.expand if drawn is None else sp.cancel
            return [law.mapped(corner(change, inverse, span, tidy)) for span in (range(first), range(first, law.size))]
    return None


def eigenvalue_blocks(law: MatrixLaw) -> list[MatrixLaw] | None:
    """The joint eigenvalues of a commuting family with a variable; those of finitely many matrices need no formula."""
    if law.atoms is not None or law.size == 2:
        return None
    generators = constant_matrices(law.matrices, None)
    found = joint_eigenvalues(generators) if generators else None
    return None if found is None else [law.mapped(lambda m, value=value: sp.Matrix([[value(m)]])) for value in found]  # type: ignore[misc]


def corner(
    change: sp.Matrix, inverse: sp.Matrix, places: Sequence[int], tidy: Callable[[sp.Expr], sp.Expr]
) -> Callable[[sp.ImmutableMatrix], sp.Matrix]:
    """M -> the rows and columns at the places of P^-1 M P."""
    left, right = inverse.extract(list(places), list(range(inverse.shape[1]))), change.extract(list(range(change.shape[0])), list(places))
    return lambda matrix: (left * matrix * right).applyfunc(tidy)
