"""Finitely many invertible matrices of size 3 or more, with no invariant orthant: certified bounds from all short words."""

from __future__ import annotations

from fractions import Fraction

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..effort import Effort
from .determinant import log_determinant
from .matrix_law import MatrixLaw
from .method import Method

SIZE = 8


class ShortWords(Method):
    """min r <= Lambda_1 <= max r over all directions, r a combination of the mean growths along all short words.

    Beside it E log|det M|/d <= Lambda_1 <= E log|M_k ... M_1|/k. The bounds are wide, a few tenths often; where they
    leave out 0 they tell whether the point attracts.
    """

    warrants = (Warrant.CERTIFIED,)

    def top(self, law: MatrixLaw, effort: Effort) -> Finding | None:
        if law.atoms is None or law.parameters or not 3 <= law.size <= SIZE:
            return None
        from ..engines.short_words.search import exponent_bounds  # late: numpy is slow to import

        found = exponent_bounds([(p, sp.Matrix(m)) for p, m in law.atoms if p != 0], effort)
        if found is None:
            return None
        whole = log_determinant(law, effort.with_digits(6)).enclosure
        assert whole is not None
        lower = max(found.lower, Fraction(whole.lower) / law.size)
        return Finding(
            Warrant.CERTIFIED,
            "bounds over all directions of the mean growth along all short words",
            None,
            Enclosure(lower, found.upper),
            (Hypothesis("all matrices are invertible"),),
            ("furstenberg1960",),
        )


METHOD = ShortWords()
