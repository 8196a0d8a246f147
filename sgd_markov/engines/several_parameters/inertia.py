"""The kind of a critical point from the signs of its Hessian's eigenvalues.

All eigenvalues of a symmetric matrix are real, so Descartes' rule of signs counts them exactly: det(t - H) has as many
positive roots as its coefficients change sign. Eigenvalues of both signs make a saddle, also where others are 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import sympy as sp
from flint import arb, arb_mat, fmpq, fmpq_mat

from ...balls.adaptive import proved_sign
from ...balls.evaluate import evaluate
from ...balls.precision import enclosure, precision

Matrix = Sequence[Sequence[sp.Expr]]


def kind_by_signs(signs: Sequence[int]) -> str:
    """From the signs of the coefficients of det(t - H), constant term first.

    >>> kind_by_signs([1, -1, 1]), kind_by_signs([-1, 0, 1]), kind_by_signs([0, -1, 1]), kind_by_signs([0, -1, 0, 1])
    ('minimum', 'saddle', 'degenerate', 'saddle')
    """
    positive = changes(signs)
    negative = changes([sign * (-1) ** place for place, sign in enumerate(signs)])
    if positive and negative:
        return "saddle"
    if signs[0] == 0:
        return "degenerate"
    return "minimum" if positive else "maximum"


def changes(signs: Sequence[int]) -> int:
    kept = [sign for sign in signs if sign]
    return sum(a != b for a, b in pairwise(kept))


def kind_of(hessian: Matrix) -> str | None:
    """Of an exact Hessian; None where symbols leave it open, or no precision tells a number from 0."""
    if any(entry.free_symbols for row in hessian for entry in row):
        return kind_with_symbols(sp.Matrix(hessian))
    if all(entry.is_Rational for row in hessian for entry in row):
        matrix = fmpq_mat([[fmpq(int(entry.p), int(entry.q)) for entry in row] for row in hessian])
        return kind_by_signs([(c > 0) - (c < 0) for c in matrix.charpoly().coeffs()])
    found = kind_of_balls(lambda: [[evaluate(entry) for entry in row] for row in hessian])
    return found or kind_of_algebraic(sp.Matrix(hessian))


def kind_of_balls(entries: Callable[[], list[list[arb]]], limit: int = 512) -> str | None:
    """Of a Hessian enclosed at the working precision, which is raised up to `limit` bits."""
    bits = 64
    while bits <= limit:
        with precision(bits):
            found = decided(arb_mat(entries()))
        if found is not None:
            return found
        bits *= 2
    return None


def decided(hessian: arb_mat) -> str | None:
    signs = [enclosure(coefficient).sign for coefficient in hessian.charpoly().coeffs()]
    if None not in signs:
        return kind_by_signs(signs)  # type: ignore[arg-type]
    return "saddle" if {1, -1} <= {enclosure(value).sign for value in forms(hessian)} else None


def forms(hessian: arb_mat) -> list[arb]:
    """v^T H v for approximate eigenvectors v: a saddle shows in both signs, whatever the other eigenvalues are."""
    import numpy as np

    size = hessian.nrows()
    middle = np.array([[float(hessian[i, j].mid()) for j in range(size)] for i in range(size)])
    if not np.isfinite(middle).all():
        return []
    _, vectors = np.linalg.eigh((middle + middle.T) / 2)
    columns = [arb_mat([[arb(float(entry))] for entry in vector]) for vector in vectors.T]
    return [(column.transpose() * hessian * column)[0, 0] for column in columns]


def kind_of_algebraic(hessian: sp.Matrix) -> str | None:
    """With the zeros among the coefficients proved one by one."""
    coefficients = [sp.radsimp(sp.expand(c)) for c in reversed(hessian.charpoly().all_coeffs())]
    signs = [proved_sign(coefficient) for coefficient in coefficients]
    return None if None in signs else kind_by_signs(signs)  # type: ignore[arg-type]


def kind_with_symbols(hessian: sp.Matrix) -> str | None:
    """By Sylvester's criterion from the assumptions on the symbols; a saddle by a principal minor of order 2, too."""
    size = hessian.shape[0]
    minors = [sign_of(hessian[:k, :k].det()) for k in range(1, size + 1)]
    if all(minor == 1 for minor in minors):
        return "minimum"
    if all(minor == (-1) ** k for k, minor in enumerate(minors, start=1)):
        return "maximum"
    pairs = [
        sp.Matrix([[hessian[i, i], hessian[i, j]], [hessian[j, i], hessian[j, j]]])
        for i in range(size)
        for j in range(i)
    ]
    if any(sign_of(pair.det()) == -1 for pair in pairs):
        return "saddle"
    diagonal = {sign_of(hessian[i, i]) for i in range(size)}
    if {1, -1} <= diagonal:
        return "saddle"
    if minors[-1] == 0:
        return singular_kind(hessian)
    return None if None in minors else "saddle"


def singular_kind(hessian: sp.Matrix) -> str | None:
    """Of two eigenvalues one of which is 0 the other decides nothing; of more the signs of the coefficients may tell."""
    if hessian.shape[0] == 2:
        return "degenerate"
    signs = [sign_of(coefficient) for coefficient in reversed(hessian.charpoly().all_coeffs())]
    return None if None in signs else kind_by_signs(signs)  # type: ignore[arg-type]


def sign_of(value: sp.Expr) -> int | None:
    if not value.free_symbols:
        return proved_sign(sp.expand(value))
    simple = sp.factor(value)
    return 1 if simple.is_positive else -1 if simple.is_negative else 0 if simple.is_zero else None
