"""What methods for 2 x 2 matrices share: the law as balls or in rational numbers, the rung, a change of the result."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import sympy as sp

from ..answer.enclosure import Enclosure
from ..answer.warrant import Warrant
from ..effort import Effort
from ..errors import Inconclusive
from ..numerics.rational_conjugate import Rational, rational_conjugate
from .matrix_law import MatrixLaw

if TYPE_CHECKING:
    from ..engines.projective_arcs.exponent import Atoms

LETTERS = 60
"""So many matrices at most are treated by exact searches."""

def rung(effort: Effort) -> Warrant:
    """What a proved number is called: estimated where that is asked for, and certified else."""
    return Warrant.ESTIMATED if effort.method is Warrant.ESTIMATED else Warrant.CERTIFIED


def balls(law: MatrixLaw) -> Atoms | None:
    """The atoms of a finite law of 2 x 2 matrices of numbers; None for other laws."""
    if law.size != 2 or law.atoms is None or law.parameters:
        return None
    from ..balls.evaluate import evaluate  # late: flint

    listed = [(probability, tuple(matrix)) for probability, matrix in law.atoms if probability != 0]
    return lambda: [(evaluate(p), tuple(evaluate(x) for x in entries)) for p, entries in listed]


def rational_atoms(law: MatrixLaw) -> list[tuple[sp.Expr, sp.Expr, Rational]] | None:
    """(probability, c, entries) of matrices that are c times rational ones, in a stretched basis; None where one is 0."""
    if law.size != 2 or law.atoms is None or law.parameters or len(law.atoms) > LETTERS:
        return None
    atoms = [(p, tuple(matrix)) for p, matrix in law.atoms if p != 0]
    if any(not any(entries) for _, entries in atoms):
        return None
    found = rational_conjugate([entries for _, entries in atoms])
    return (
        None if found is None else [(p, scale, entries) for (p, _), (scale, entries) in zip(atoms, found, strict=True)]
    )


def changed(find: Callable[[], Enclosure | None], change: Callable[[Enclosure], Enclosure]) -> Enclosure | None:
    """What is found after a change, which the enclosure that a refusal carries undergoes too."""
    try:
        found = find()
    except Inconclusive as refusal:
        reached = None if refusal.enclosure is None else change(refusal.enclosure)
        raise Inconclusive(refusal.reason, reached) from None
    return None if found is None else change(found)


__all__ = ["balls", "changed", "rational_atoms", "rung"]
