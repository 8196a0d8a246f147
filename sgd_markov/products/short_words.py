"""Finitely many matrices of any small size, with an invariant cone or without: certified bounds from all short words."""

from __future__ import annotations

from math import inf

import sympy as sp

from ..answer.enclosure import Bound, Enclosure
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..effort import Effort
from ..errors import Inconclusive
from .determinant import log_determinant
from .matrix_law import MatrixLaw
from .method import Method

SIZE = 8


class ShortWords(Method):
    """min r <= Lambda_1 <= max r over all directions, r a combination of the mean growths along all short words.

    Beside it E log|det M|/d <= Lambda_1 <= E log|M_k ... M_1|/k. The bounds are wide, a few tenths often; where they
    leave out 0 they tell whether the point attracts. Where matrices may be singular there is only the last one, from above.
    """

    warrants = (Warrant.CERTIFIED,)

    def top(self, law: MatrixLaw, effort: Effort) -> Finding | None:
        if law.atoms is None or law.parameters or not 2 <= law.size <= SIZE:
            return None
        from ..engines.short_words.search import exponent_bounds  # late: numpy is slow to import

        found = exponent_bounds([(p, sp.Matrix(m)) for p, m in law.atoms if p != 0], effort)
        if found is None:
            return None
        least = max(found.lower, by_determinant(law, effort))
        return Finding(
            Warrant.CERTIFIED,
            "bounds over all directions of the mean growth along all short words",
            None,
            Enclosure(least, found.upper),
            (),
            ("furstenberg1960",),
        )


def by_determinant(law: MatrixLaw, effort: Effort) -> Bound:
    """E log|det M|/d, which the top exponent is not below."""
    try:
        whole = log_determinant(law, effort.with_digits(6)).enclosure
    except Inconclusive as refusal:
        whole = refusal.enclosure
    return -inf if whole is None else whole.lower / law.size


METHOD = ShortWords()
