"""Finitely many invertible 2x2 matrices, with an invariant cone or without: certified bounds on cells of the lines."""

from __future__ import annotations

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..effort import Effort
from .matrix_law import MatrixLaw
from .method import Method

CITE = ("furstenberg1960",)
NAME = "sub- and super-solutions of h + exponent = phi + P h, piecewise linear on the projective line"


class Cells(Method):
    """inf (phi + P h - h) <= top exponent <= sup (phi + P h - h), h continuous and linear on cells of the directions.

    Applies to finite laws of 2x2 matrices of exact numbers. The enclosure is narrow (1e-5 to 1e-12 within seconds) where
    the family is irreducible; it is proved in any case.
    """

    warrants = (Warrant.CERTIFIED,)

    def top(self, law: MatrixLaw, effort: Effort) -> Finding | None:
        found = enclosed(law, effort)
        return None if found is None else finding(found)


def enclosed(law: MatrixLaw, effort: Effort) -> Enclosure | None:
    """The top exponent; None for other laws and for families with a matrix that may be singular."""
    if law.size != 2 or law.atoms is None or law.parameters:
        return None
    from ..engines.direction_cells.narrowed import top_exponent  # late: numpy is slow to import

    return top_exponent([(p, sp.Matrix(matrix)) for p, matrix in law.atoms], effort)


def finding(found: Enclosure) -> Finding:
    hypotheses = (Hypothesis("all matrices are invertible"),)
    return Finding(Warrant.CERTIFIED, NAME, None, found, hypotheses, CITE)


METHOD = Cells()
