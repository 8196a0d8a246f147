"""A random matrix in block-triangular form: the exponents of the product are those of the diagonal blocks."""

from __future__ import annotations

from .matrix_law import MatrixLaw


def irreducible_blocks(law: MatrixLaw) -> list[MatrixLaw]:
    """The laws of the diagonal blocks of a form that is block-triangular for all matrices at once.

    The top exponent of the product is the largest of the blocks' (Furstenberg and Kifer 1983, Hennion 1984).
    """
    return [law] if law.size == 1 else [law.block(places) for places in coupled_coordinates(law)]


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
