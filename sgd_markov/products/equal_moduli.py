"""Families that give all directions the same exponent, E log|det M|/d: similarities, and lines that are permuted.

Two dimensions: let N be a constant matrix of trace 0, and let every matrix either commute with N or anticommute with
it and have trace 0. If N has no real eigenvalue, all matrices are multiples of orthogonal ones in one inner product. If it has two,
the first kind keeps both eigenlines and the second exchanges them. More dimensions: every matrix maps each coordinate axis into
one axis. The axes then follow a Markov chain that the uniform law leaves invariant, so by its ergodic theorem
every axis grows like the mean over all axes, E log|det M|/d; where a matrix of positive probability kills an axis,
all axes die, and both sides are -oo.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.finding import Finding
from ..effort import Effort
from ..errors import Inconclusive, InvalidInput
from ..numerics.conformal import common_inner_product
from ..numerics.matrix_span import constant_matrices
from ..numerics.permuted_lines import permuted_lines
from .determinant import log_determinant, share
from .matrix_law import MatrixLaw
from .method import Method

CANDIDATES = 4
"""So many constant matrices are tried for N."""

SIMILARITIES = "all matrices are multiples of orthogonal ones: E log|det M|/d"
LINES = "lines that the matrices permute: E log|det M|/d"


class EqualModuli(Method):
    """All exponents are E log|det M|/d."""

    def top(self, law: MatrixLaw, effort: Effort) -> Finding | None:
        reason = why_equal(law)
        if reason is None:
            return None
        try:
            whole = log_determinant(law, effort)
        except (InvalidInput, Inconclusive):
            return None
        exact, enclosure = share(whole, law.size)
        return Finding(whole.warrant, reason, exact, enclosure, (*whole.hypotheses, *assumed(law)), ("furstenberg1963",))

    def spectrum(self, law: MatrixLaw, effort: Effort) -> list[Finding] | None:
        found = self.top(law, effort)
        return None if found is None else [found] * law.size


def assumed(law: MatrixLaw) -> tuple[Hypothesis, ...]:
    """Where probabilities are free symbols, the exchange of lines needs them."""
    if not any(component.probability.free_symbols for component in law.components):
        return ()
    return (Hypothesis("all probabilities are positive", "assumed"),)


def why_equal(law: MatrixLaw) -> str | None:
    """Why all exponents are equal, or None."""
    if permutes_axes(law):
        return LINES
    if law.size == 2:
        return next((reason for pivot in pivots(law) if (reason := reason_by(pivot, law))), None)
    return None if law.atoms is None or law.parameters else of_numbers(law)


def of_numbers(law: MatrixLaw) -> str | None:
    """For finitely many matrices of numbers in more than two dimensions."""
    matrices = list(law.matrices)
    if common_inner_product(matrices) is not None:
        return SIMILARITIES
    lines = permuted_lines(matrices)
    if lines is None:
        return None
    inverse = lines.inv()
    return LINES if permutes_axes(law.mapped(lambda matrix: inverse * matrix * lines)) else None


def permutes_axes(law: MatrixLaw) -> bool:
    """One entry at most in every row and column, and every axis reaches every other."""
    patterns = [{(i, j) for i in range(law.size) for j in range(law.size) if m[i, j] != 0} for m in law.matrices]
    if any(len({i for i, _ in p}) < len(p) or len({j for _, j in p}) < len(p) for p in patterns):
        return False
    moves = {(i, j) for m, p in zip(law.matrices, patterns, strict=True) for i, j in p if surely_occurs(m[i, j], law)}
    return all(len(reached(start, moves)) == law.size for start in range(law.size))


def surely_occurs(entry: sp.Expr, law: MatrixLaw) -> bool:
    """Is the entry, which is not the number 0, proved to differ from 0 with positive probability? A polynomial does."""
    symbols = entry.free_symbols - law.parameters
    if symbols:
        return bool(entry.is_polynomial(*symbols))
    return bool(entry.free_symbols) or entry.is_zero is False


def reached(start: int, moves: set[tuple[int, int]]) -> set[int]:
    known, fresh = {start}, [start]
    while fresh:
        at = fresh.pop()
        further = {i for i, j in moves if j == at} - known
        known |= further
        fresh.extend(further)
    return known


def pivots(law: MatrixLaw) -> Iterator[sp.Matrix]:
    """Candidates for N: trace-free parts of constant matrices, and commutators of two of them.

    A matrix of a finite law that has a trace must commute with N, which leaves one candidate.
    """
    with_trace = (m for _, m in law.atoms or () if not is_zero(m[0, 0] + m[1, 1]) and not is_zero_matrix(trace_free(m)))
    decisive = None if law.parameters else next(with_trace, None)
    if decisive is not None:
        yield trace_free(decisive)
        return
    drawn: set[sp.Symbol] = set().union(*(component.laws for component in law.components))
    generators = constant_matrices(law.matrices, drawn)
    parts = [trace_free(g.to_Matrix()) for g in generators or []]
    parts = [part for part in parts if not is_zero_matrix(part)][:CANDIDATES]
    yield from parts
    yield from (a * b - b * a for a, b in combinations(parts, 2))


def trace_free(matrix: sp.Matrix) -> sp.Matrix:
    return matrix - sp.eye(2) * (matrix[0, 0] + matrix[1, 1]) / 2


def reason_by(pivot: sp.Matrix, law: MatrixLaw) -> str | None:
    """Does N show that all exponents are equal?

    With an exchange of the two lines the sign of det N does not matter: real lines are permuted, and with complex ones or
    (N nilpotent) a single one all eigenvalues of a matrix have the same modulus.
    """
    others = []
    for matrix in law.matrices:
        if is_zero_matrix(pivot * matrix - matrix * pivot):
            continue
        if not is_zero(matrix[0, 0] + matrix[1, 1]) or not is_zero_matrix(pivot * matrix + matrix * pivot):
            return None
        others.append(matrix)
    if sp.sympify(pivot.det()).is_positive:
        return SIMILARITIES
    exchange = any(any(surely_occurs(entry, law) for entry in m if entry != 0) for m in others)
    return LINES if exchange else None


def is_zero_matrix(matrix: sp.Matrix) -> bool:
    return all(map(is_zero, matrix))


def is_zero(entry: sp.Expr) -> bool:
    return bool(entry == 0 if entry.is_Rational else sp.cancel(sp.expand(entry)) == 0)


METHOD = EqualModuli()
