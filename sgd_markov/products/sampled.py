"""Monte Carlo: the last rung, for every law of matrices that can be drawn."""

from __future__ import annotations

from ..answer.answer import Hypothesis
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..effort import Effort
from .matrix_law import MatrixLaw
from .method import Method

FORGOTTEN = "the start of the sampled frames no longer shows (the two halves of the measured time agree)"


class Sampled(Method):
    """99.9 % intervals from independent products, the frame orthonormalised at every step."""

    warrants = (Warrant.SAMPLED,)

    def top(self, law: MatrixLaw, effort: Effort) -> Finding | None:
        found = self.largest(law, 1, effort)
        return found[0] if found else None

    def spectrum(self, law: MatrixLaw, effort: Effort) -> list[Finding] | None:
        return self.largest(law, law.size, effort)

    def largest(self, law: MatrixLaw, count: int, effort: Effort) -> list[Finding] | None:
        from ..engines.monte_carlo.matrix_product import sampled_exponents  # late: numpy is slow to import

        if law.parameters:
            return None
        intervals = sampled_exponents(law.components, law.size, count, effort)
        assumed = (Hypothesis(FORGOTTEN, "assumed"),)
        return [Finding(Warrant.SAMPLED, "Monte Carlo, 99.9 % interval", None, e, assumed) for e in intervals]


METHOD = Sampled()
