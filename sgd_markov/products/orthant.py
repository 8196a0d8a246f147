"""Matrices of any size that are non-negative up to signs of the coordinates and of the matrix: bounds from all short words."""

from __future__ import annotations

from itertools import product

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..effort import Effort
from .matrix_law import MatrixLaw
from .method import Method

METHOD_TEXT = "bounds from all products of one length of non-negative matrices (Hilbert's metric contracts)"
SIZE = 32
FLIPS = 8
"""Up to this size all signs of the coordinates are tried; larger matrices have to be non-negative as they are."""


class Orthant(Method):
    """The top exponent between certified bounds.

    >>> law = MatrixLaw.finite([(sp.Integer(1), sp.Matrix([[1, 1, 0], [1, 0, 1], [1, 0, 0]]))])
    >>> found = METHOD.top(law, Effort(digits=5))
    >>> found.warrant.label, round(float(found.enclosure.middle), 5)
    ('certified', 0.60938)
    """

    warrants = (Warrant.CERTIFIED,)

    def top(self, law: MatrixLaw, effort: Effort) -> Finding | None:
        if law.atoms is None or law.parameters or not 3 <= law.size <= SIZE:
            return None
        atoms = [(p, matrix) for p, matrix in law.atoms if p != 0]
        positive = without_signs([matrix for _, matrix in atoms], law.size)
        if positive is None:
            return None
        from ..balls.evaluate import evaluate  # late: flint
        from ..balls.precision import precision
        from ..engines.orthant_words import exponent_in_orthant  # late: numpy

        with precision(80):
            weights = [evaluate(p) for p, _ in atoms]
            balls = [[evaluate(x) for x in matrix] for matrix in positive]
        found = exponent_in_orthant(balls, weights, law.size, effort)
        kept = Hypothesis("all matrices keep an orthant, and none has a column 0")
        return Finding(Warrant.CERTIFIED, METHOD_TEXT, None, found, (kept,), ("furstenberg1960", "birkhoff1957"))


def without_signs(matrices: list[sp.ImmutableMatrix], size: int) -> list[sp.ImmutableMatrix] | None:
    """+-S A S with one diagonal matrix S of signs, all entries 0 or positive; None where there is none."""
    signs = [[sign(entry) for entry in matrix] for matrix in matrices]
    if any(one is None for row in signs for one in row):
        return None
    choices = product((1,), *[(1, -1)] * (size - 1)) if size <= FLIPS else [(1,) * size]
    for flips in choices:
        turns = [{s * flips[k // size] * flips[k % size] for k, s in enumerate(row) if s} for row in signs]
        if all(len(turn) == 1 for turn in turns):
            return with_columns([moduli(matrix, row) for matrix, row in zip(matrices, signs, strict=True)])
    return None


def with_columns(matrices: list[sp.ImmutableMatrix]) -> list[sp.ImmutableMatrix] | None:
    """The matrices, or else their transposes, which have the same exponent, without a column 0; None where both have one."""
    for family in (matrices, [matrix.T for matrix in matrices]):
        if all(any(matrix.col(j)) for matrix in family for j in range(matrix.shape[1])):
            return family
    return None


def moduli(matrix: sp.ImmutableMatrix, signs: list[int | None]) -> sp.ImmutableMatrix:
    """With an exact 0 where an entry is proved to be 0."""
    return sp.ImmutableMatrix(
        *matrix.shape, [sp.Integer(0) if s == 0 else sp.Abs(x) for x, s in zip(matrix, signs, strict=True)]
    )


def sign(entry: sp.Expr) -> int | None:
    """The proved sign of a number."""
    from ..balls.adaptive import proved_sign

    return proved_sign(entry)


METHOD = Orthant()
