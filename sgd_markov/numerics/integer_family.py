"""Finitely many rational matrices over one denominator, and the words in them that are 0."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import gcd, lcm

import sympy as sp
from flint import fmpz_mat

Vector = tuple[int, ...]
Rows = tuple[Vector, ...]

PRODUCT_LIMIT = 10_000
"""So many products are formed at most in search of one that is 0."""


@dataclass(frozen=True)
class IntegerFamily:
    """Matrices N/denominator with integer N and their probabilities.

    >>> found = IntegerFamily.of([(sp.S.Half, sp.Matrix([[0, sp.S.Half], [0, 0]])), (sp.S.Half, sp.Matrix([[1, 0], [1, 1]]))])
    >>> found.denominator, found.matrices[0], found.vanishes()
    (2, ((0, 1), (0, 0)), True)
    """

    denominator: int
    weights: tuple[sp.Expr, ...]
    matrices: tuple[Rows, ...]

    @classmethod
    def of(cls, atoms: Iterable[tuple[sp.Expr, sp.Matrix]]) -> IntegerFamily | None:
        """None where an entry is not rational."""
        atoms = list(atoms)
        entries = [entry for _, matrix in atoms for entry in matrix]
        if not all(entry.is_Rational for entry in entries):
            return None
        denominator = lcm(*(int(entry.q) for entry in entries))
        cleared = [(matrix * denominator).tolist() for _, matrix in atoms]
        matrices = tuple(tuple(tuple(int(entry) for entry in row) for row in rows) for rows in cleared)
        return cls(denominator, tuple(p for p, _ in atoms), matrices)

    @property
    def singular(self) -> list[Rows]:
        return [rows for rows in self.matrices if fmpz_mat([list(row) for row in rows]).det() == 0]

    def vanishes(self) -> bool:
        """Is a product of some of the matrices found to be 0? One such begins and ends with a singular matrix."""
        if all(entry > 0 for rows in self.matrices for row in rows for entry in row):
            return False
        fresh = {primitive(rows) for rows in self.singular}
        known: set[Rows] = set()
        while fresh and len(known) * len(self.matrices) < PRODUCT_LIMIT:
            if any(not any(map(any, word)) for word in fresh):
                return True
            known |= fresh
            fresh = {primitive(times(rows, word)) for word in fresh for rows in self.matrices} - known
        return False


def times(left: Rows, right: Rows) -> Rows:
    columns = tuple(zip(*right, strict=True))
    return tuple(tuple(sum(a * b for a, b in zip(row, column, strict=True)) for column in columns) for row in left)


def primitive(rows: Rows) -> Rows:
    """The multiple of the matrix with coprime integer entries, the first of which is positive."""
    entries = [entry for row in rows for entry in row]
    first = next((entry for entry in entries if entry), 1)
    common = (gcd(*entries) or 1) * (1 if first > 0 else -1)
    return tuple(tuple(entry // common for entry in row) for row in rows)


def rank_one_factors(rows: Rows) -> tuple[Vector, Vector] | None:
    """Integer vectors u, v with N = u v^T; None where the rank is not 1."""
    leading = next((row for row in rows if any(row)), None)
    if leading is None:
        return None
    common = gcd(*leading)
    v = tuple(entry // common for entry in leading)
    place = next(k for k, entry in enumerate(v) if entry)
    u = tuple(row[place] // v[place] for row in rows)
    matches = all(row == tuple(u_i * entry for entry in v) for u_i, row in zip(u, rows, strict=True))
    return (u, v) if matches else None


def applied(rows: Rows, vector: Vector) -> Vector:
    return tuple(sum(a * b for a, b in zip(row, vector, strict=True)) for row in rows)


def product_of(left: Vector, right: Vector) -> int:
    return sum(a * b for a, b in zip(left, right, strict=True))
