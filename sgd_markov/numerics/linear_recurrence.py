"""Recurrences of least order: of a rational sequence, and of the rows c L^n of a rational matrix."""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq, fmpq_mat, fmpq_poly


def least_recurrence(terms: Sequence[fmpq]) -> fmpq_poly:
    """The monic p of least degree with sum_k p_k u(n + k) = 0 (Berlekamp and Massey).

    Right for the whole sequence if `terms` are at least twice as many as the order of any recurrence that it obeys.

    >>> least_recurrence([fmpq(t) for t in (0, 1, 1, 2, 3, 5, 8, 13)])
    x^2 + (-1)*x + (-1)
    """
    current, previous = [fmpq(1)], [fmpq(1)]
    length, gap, last = 0, 1, fmpq(1)
    for n, term in enumerate(terms):
        miss = term
        for k in range(1, length + 1):
            miss += entry(current, k) * terms[n - k]
        if miss == 0:
            gap += 1
            continue
        factor = miss / last
        corrected = list(current) + [fmpq(0)] * max(0, len(previous) + gap - len(current))
        for k, value in enumerate(previous):
            corrected[k + gap] -= factor * value
        if 2 * length <= n:
            length, previous, last, gap = n + 1 - length, current, miss, 1
        else:
            gap += 1
        current = corrected
    return fmpq_poly([entry(current, length - k) for k in range(length + 1)])


def entry(values: list[fmpq], place: int) -> fmpq:
    return values[place] if place < len(values) else fmpq(0)


def row_annihilator(row: fmpq_mat, matrix: fmpq_mat) -> fmpq_poly:
    """The monic p of least degree with row p(matrix) = 0.

    >>> row_annihilator(fmpq_mat([[1, 0]]), fmpq_mat([[2, 1], [0, 2]]))
    x^2 + (-4)*x + 4
    """
    rows: list[list[fmpq]] = []
    size = matrix.nrows()
    for _ in range(size + 1):
        rows.append([row[0, j] for j in range(size)])
        row = row * matrix
    reduced, rank = fmpq_mat(rows).transpose().rref()
    return fmpq_poly([*(-reduced[i, rank] for i in range(rank)), fmpq(1)])
