"""The algebra that square matrices generate: its dimension, its radical, its commutant, all exact.

Burnside: over the complex numbers the matrices have no common invariant subspace but 0 and the whole space if and only
if they generate all d^2 dimensions. Dixon: in characteristic 0 the radical is {a : tr(a b) = 0 for all b}.
"""

from __future__ import annotations

from flint import nmod_mat
from sympy.polys.matrices import DomainMatrix

from .matrix_span import independent_rows, matrix_of, square

PRIME = 2**61 - 1
"""Ranks modulo a prime are lower bounds of ranks over the rationals."""


def generates_everything(generators: list[DomainMatrix]) -> bool:
    """Is it proved, modulo a prime, that rational matrices generate all d^2 dimensions? False says nothing."""
    field = generators[0].domain
    if not field.is_QQ:
        return False
    reduced = [residues(matrix) for matrix in generators]
    if any(matrix is None for matrix in reduced):
        return False
    size = generators[0].shape[0]
    return bool(len(residue_basis([m for m in reduced if m is not None], size)) == size**2)


def residues(matrix: DomainMatrix) -> nmod_mat | None:
    """The matrix modulo the prime; None where a denominator is 0."""
    entries = [[(int(q.numerator), int(q.denominator) % PRIME) for q in row] for row in matrix.to_list()]
    if any(below == 0 for row in entries for _, below in row):
        return None
    return nmod_mat([[above * pow(below, -1, PRIME) % PRIME for above, below in row] for row in entries], PRIME)


def residue_basis(generators: list[nmod_mat], size: int) -> list[nmod_mat]:
    """A basis of the algebra with 1 that they generate, modulo the prime."""
    basis = [nmod_mat([[int(i == j) for j in range(size)] for i in range(size)], PRIME)]
    while True:
        words = basis + [g * b for g in generators for b in basis]
        table = nmod_mat([[int(e) for e in word.entries()] for word in words], PRIME)
        reduced, rank = table.rref()
        if rank == len(basis):
            return basis
        entries = [int(e) for e in reduced.entries()]
        rows = [entries[k * size**2 : (k + 1) * size**2] for k in range(rank)]
        basis = [nmod_mat([row[i * size : (i + 1) * size] for i in range(size)], PRIME) for row in rows]
        if rank == size**2:
            return basis


def algebra_basis(generators: list[DomainMatrix]) -> list[DomainMatrix]:
    """A basis of the algebra with 1 that the matrices generate."""
    size, field = generators[0].shape[0], generators[0].domain
    basis = [DomainMatrix.eye(size, field).to_dense()]
    while True:
        words = basis + [g * b for g in generators for b in basis]
        found = [square(row, size) for row in independent_rows(stacked(words))]
        if len(found) == len(basis) or len(found) == size**2:
            return found
        basis = found


def stacked(matrices: list[DomainMatrix]) -> DomainMatrix:
    """One row of entries for each matrix."""
    rows = [[entry for row in matrix.to_list() for entry in row] for matrix in matrices]
    return matrix_of(rows, matrices[0].domain)


def radical(basis: list[DomainMatrix]) -> list[DomainMatrix]:
    """A basis of the largest nilpotent ideal."""
    field = basis[0].domain
    form = matrix_of([[trace(a * b) for b in basis] for a in basis], field)
    return [combination(row, basis) for row in form.nullspace().to_list()]


def trace(matrix: DomainMatrix) -> object:
    rows, total = matrix.to_list(), matrix.domain.zero
    for i, row in enumerate(rows):
        total += row[i]
    return total


def combination(weights: list[object], matrices: list[DomainMatrix]) -> DomainMatrix:
    """sum of weight times matrix."""
    total = DomainMatrix.zeros(matrices[0].shape, matrices[0].domain).to_dense()
    for weight, matrix in zip(weights, matrices, strict=True):
        total = total + matrix * weight
    return total


def commutant(generators: list[DomainMatrix]) -> list[DomainMatrix]:
    """A basis of the matrices X with X C = C X for every generator C."""
    size, field = generators[0].shape[0], generators[0].domain
    units = [unit(i, j, size, field) for i in range(size) for j in range(size)]
    blocks = [[x * c - c * x for x in units] for c in generators]
    equations = [row for block in blocks for row in stacked(block).transpose().to_list()]
    return [square(row_matrix(row, field), size) for row in matrix_of(equations, field).nullspace().to_list()]


def row_matrix(row: list[object], field: object) -> DomainMatrix:
    return matrix_of([row], field)


def unit(i: int, j: int, size: int, field: object) -> DomainMatrix:
    rows = [[field.one if (k, m) == (i, j) else field.zero for m in range(size)] for k in range(size)]  # type: ignore[attr-defined]
    return matrix_of(rows, field)
