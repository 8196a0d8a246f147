"""Laws with a density of 2 x 2 matrices C + x D: Poisson's equation on the projective line, the residual bounded."""

from __future__ import annotations

from ..answer.answer import Hypothesis
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..effort import Effort
from .matrix_law import MatrixLaw
from .method import Method

CITE = ("furstenberg1960",)


class Smooth(Method):
    """inf R <= Lambda <= sup R for R(e) = E log(|M e|/|e|) + E h(M e) - h(e) and any bounded h.

    h from collocation, R bounded over all directions in balls; see `engines.projective_poisson`. On the rung
    `estimated` the floating solution alone. Narrow where no M is nearly singular; else a coarse bracket, or none.
    """

    warrants = (Warrant.CERTIFIED, Warrant.ESTIMATED)

    def top(self, law: MatrixLaw, effort: Effort) -> Finding | None:
        if law.size != 2 or law.atoms is not None or law.parameters:
            return None
        from ..engines.projective_poisson.family import family_of

        family = family_of(law.components)
        if family is None:
            return None
        from ..engines.projective_poisson.exponent import certified_exponent, estimated_exponent  # late: numpy is slow

        if effort.method is Warrant.ESTIMATED:
            found = estimated_exponent(family, effort)
            return Finding(Warrant.ESTIMATED, "collocation of Poisson's equation on the projective line", None, found, (), CITE)
        found = certified_exponent(family, effort)
        hypothesis = (Hypothesis("the bracket holds for every bounded h, without irreducibility"),)
        return Finding(
            Warrant.CERTIFIED,
            "Poisson's equation on the projective line, its residual bounded over all directions",
            None,
            found,
            hypothesis,
            CITE,
        )


METHOD = Smooth()
