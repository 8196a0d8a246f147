"""2 x 2 matrices of roots that are multiples of rational ones in a stretched basis, such as [[sqrt 2, 1], [1, 0]]."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import sympy as sp

from ..balls.zero_proof import proved_zero

Rational = tuple[Fraction, Fraction, Fraction, Fraction]


def rational_conjugate(matrices: Sequence[tuple[sp.Expr, ...]]) -> list[tuple[sp.Expr, Rational]] | None:
    """(c_i, B_i) with A_i = c_i S B_i S^-1 for one diagonal S and rational B_i; None where this is not seen.

    >>> root = sp.sqrt(2)
    >>> [(c, [str(x) for x in b]) for c, b in rational_conjugate([(root, 1, 1, 0), (root, -1, 1, 0)])]
    [(sqrt(2), ['1', '1', '1/2', '0']), (sqrt(2), ['1', '-1', '1/2', '0'])]
    """
    entries = [tuple(sp.sympify(x) for x in matrix) for matrix in matrices]
    if all(x.is_Rational for matrix in entries for x in matrix):
        return [(sp.Integer(1), as_fractions(matrix)) for matrix in entries]
    if not all(x.is_algebraic and x.is_real for matrix in entries for x in matrix):
        return None
    stretch = next((b / (a or d) for a, b, _, d in entries if b and (a or d)), sp.Integer(1))
    found = [stretched(matrix, stretch) for matrix in entries]
    return None if any(one is None for one in found) else found  # type: ignore[return-value]


def stretched(matrix: tuple[sp.Expr, ...], stretch: sp.Expr) -> tuple[sp.Expr, Rational] | None:
    """The matrix in the stretched basis divided by its first entry that is not 0."""
    a, b, c, d = matrix[0], matrix[1] / stretch, matrix[2] * stretch, matrix[3]
    scale = next((x for x in (a, d, b, c) if x != 0), None)
    if scale is None:
        return None
    parts = [as_rational(x / scale) for x in (a, b, c, d)]
    return None if any(part is None for part in parts) else (scale, as_fractions(parts))


def as_rational(value: sp.Expr) -> sp.Expr | None:
    """The rational number that a constant is proved to be."""
    simple = sp.radsimp(sp.expand(value))
    return simple if simple.is_Rational and proved_zero(value - simple) else None


def as_fractions(values: Sequence[sp.Expr | None]) -> Rational:
    a, b, c, d = (Fraction(int(x.p), int(x.q)) for x in values if x is not None)
    return a, b, c, d
