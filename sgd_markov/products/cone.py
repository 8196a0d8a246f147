"""Finitely many 2 x 2 matrices that lead a cone, or finitely many cones, strictly into their inside: Poisson's equation.

Signs and determinants are arbitrary. The certificate is on the whole arc, by analyticity on an ellipse around it.
"""

from __future__ import annotations

from ..answer.answer import Hypothesis
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..effort import Effort
from .matrix_law import MatrixLaw
from .method import Method
from .planar import balls

METHOD_TEXT = (
    "collocation of Poisson's equation on the hull of the attractor, certified by its least and largest residual"
)


class Cone(Method):
    """The top exponent on invariant arcs of the projective line.

    >>> import sympy as sp
    >>> half = sp.Rational(1, 2)
    >>> law = MatrixLaw.finite([(half, sp.Matrix([[2, 1], [1, 1]])), (half, sp.Matrix([[3, 1], [2, -1]]))])
    >>> found = METHOD.top(law, Effort(digits=12))
    >>> found.warrant.label, round(float(found.enclosure.middle), 12)
    ('certified', 1.088422731999)
    """

    warrants = (Warrant.CERTIFIED,)

    def top(self, law: MatrixLaw, effort: Effort) -> Finding | None:
        atoms = balls(law)
        if atoms is None:
            return None
        from ..engines.projective_arcs.exponent import exponent_on_arcs, proved_arcs  # late: flint

        bases = proved_arcs(atoms)
        if bases is None:
            return None
        kept = Hypothesis(f"every matrix leads {arcs(len(bases))} strictly inside")
        found = exponent_on_arcs(atoms, bases, effort)
        return Finding(Warrant.CERTIFIED, METHOD_TEXT, None, found, (kept,), ("furstenberg1960", "avila2010"))


def arcs(number: int) -> str:
    return "an arc of directions" if number == 1 else f"{number} arcs of directions"


METHOD = Cone()
