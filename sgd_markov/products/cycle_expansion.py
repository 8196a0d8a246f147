"""2 x 2 matrices with an invariant cone: the exponent from the eigenvalues of all short products, beside `cone`.

With method = "estimated" it is asked first, and what a proved bound of the truncation or else the longest words say is the error.
"""

from __future__ import annotations

from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..effort import Effort
from ..errors import Inconclusive
from .matrix_law import MatrixLaw
from .method import Method
from .planar import balls, rung

METHOD_TEXT = "cycle expansion: the Fredholm determinant from the eigenvalues of all products of short words"
CITE = ("pollicott2010", "jurga2019", "bandtlow2008")


class CycleExpansion(Method):
    """The top exponent by Pollicott's series.

    >>> import sympy as sp
    >>> half = sp.Rational(1, 2)
    >>> law = MatrixLaw.finite([(half, sp.Matrix([[2, 1], [1, 1]])), (half, sp.Matrix([[3, 1], [2, 1]]))])
    >>> found = METHOD.top(law, Effort(digits=12))
    >>> found.warrant.label, round(float(found.enclosure.middle), 12)
    ('certified', 1.143311035103)
    """

    warrants = (Warrant.CERTIFIED, Warrant.ESTIMATED)

    def top(self, law: MatrixLaw, effort: Effort) -> Finding | None:
        atoms = balls(law)
        if atoms is None:
            return None
        from ..engines.projective_arcs.cycles import estimate_by_cycles, exponent_by_cycles  # late: flint
        from ..engines.projective_arcs.exponent import proved_arcs

        bases = proved_arcs(atoms)
        if bases is None or len(bases) > 1:
            return None
        try:
            found = exponent_by_cycles(atoms, bases[0], effort)
        except Inconclusive:
            if effort.method is not Warrant.ESTIMATED:
                raise
            found = estimate_by_cycles(atoms, bases[0], effort)
        return Finding(rung(effort), METHOD_TEXT, None, found, (), CITE)


METHOD = CycleExpansion()
