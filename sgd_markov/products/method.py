"""One way of finding the top Lyapunov exponent of a product of random matrices."""

from __future__ import annotations

from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..effort import Effort
from .matrix_law import MatrixLaw


class Method:
    """Answers what it can: each verb returns None, soon and without raising, where the method does not apply.

    The law has been reduced: `law.size` >= 2, and no common invariant subspace of the support is known. A verb raises
    `HypothesisViolated` only where it has proved that there is no such number, and `Inconclusive`, with the best
    enclosure reached, where it applies but the precision or the budget ended first. A `Finding` may be wider than
    `effort.digits` asks; the catalogue decides what to do with it. Exponents are natural logarithms, per matrix.
    """

    warrants: tuple[Warrant, ...] = (Warrant.EXACT, Warrant.CERTIFIED)
    """The rungs on which the method can answer."""

    def top(self, law: MatrixLaw, effort: Effort) -> Finding | None:
        """lim 1/n log ||M_n ... M_1||, almost surely; -oo where the products vanish."""
        return None

    def spectrum(self, law: MatrixLaw, effort: Effort) -> list[Finding] | None:
        """All d exponents, largest first, repeated by multiplicity."""
        return None
