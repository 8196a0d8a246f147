"""Lines, one for each dimension, that all matrices of a finite family permute."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product
from math import lcm

import sympy as sp
from flint import fmpq_mat

from .exact_matrix import rational_matrix

WORDS = 16
LARGEST = 6


def permuted_lines(matrices: list[sp.ImmutableMatrix]) -> sp.Matrix | None:
    """A basis, as columns, of rational lines that rational matrices permute, or kill; None where none is found.

    The power lcm(1, ..., d) of every product of the matrices keeps each of the lines: where it has d different
    eigenvalues, the lines are its eigenlines.

    >>> change = sp.Matrix([[1, 1, 0], [0, 1, 1], [0, 0, 1]])
    >>> turn = sp.Matrix([[0, 0, 2], [3, 0, 0], [0, 1, 0]])
    >>> family = [sp.ImmutableMatrix(change * m * change.inv()) for m in (turn, sp.diag(1, 2, 5))]
    >>> found = permuted_lines(family)
    >>> [sum(entry != 0 for entry in found.inv() * m * found) for m in family]
    [3, 3]
    """
    size = matrices[0].rows
    if size > LARGEST or not all(entry.is_Rational for matrix in matrices for entry in matrix):
        return None
    exact = [rational_matrix(matrix.tolist()) for matrix in matrices]
    for word in islice(words(exact), WORDS):
        lines = eigenlines(power(word, lcm(*range(1, size + 1))), size)
        if lines is not None:
            return lines if all(permutes(lines, matrix) for matrix in matrices) else None
    return None


def words(matrices: list[fmpq_mat]) -> Iterator[fmpq_mat]:
    """Products of one, two and three of the matrices."""
    for length in (1, 2, 3):
        for chosen in product(matrices, repeat=length):
            found = chosen[0]
            for matrix in chosen[1:]:
                found = found * matrix
            yield found


def power(matrix: fmpq_mat, exponent: int) -> fmpq_mat:
    result = matrix
    for _ in range(exponent - 1):
        result = result * matrix
    return result


def eigenlines(matrix: fmpq_mat, size: int) -> sp.Matrix | None:
    """The eigenvectors of a matrix with different rational eigenvalues; None for any other."""
    _, factors = matrix.charpoly().numer().factor()
    if len(factors) < size:
        return None
    table = sp.Matrix(size, size, [sp.Rational(int(e.p), int(e.q)) for e in matrix.entries()])
    roots = [-sp.Rational(int(f[0]), int(f[1])) for f, _ in factors]
    return sp.Matrix.hstack(*((table - root * sp.eye(size)).nullspace()[0] for root in roots))


def permutes(lines: sp.Matrix, matrix: sp.ImmutableMatrix) -> bool:
    """Does the matrix map each line into one of them, and no two different ones into the same?"""
    found = lines.inv() * matrix * lines
    size = found.rows
    occupied = [[k for k in range(size) if found[k, j] != 0] for j in range(size)]
    images = [places[0] for places in occupied if places]
    return all(len(places) <= 1 for places in occupied) and len(images) == len(set(images))
