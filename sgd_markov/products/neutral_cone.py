"""Rational 2 x 2 matrices that keep a cone but contract it only after a random number of steps: induction on positive words.

Parabolic matrices (Stern-Brocot products), triangular ones that share an end of the cone, reflections, multiples of the identity.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..effort import Effort
from .matrix_law import MatrixLaw
from .method import Method
from .planar import changed, rational_atoms, rung

if TYPE_CHECKING:
    from flint import arb

METHOD_TEXT = "induction on the first positive word (Wald), collocation of Poisson's equation for the words, certified"


class NeutralCone(Method):
    """The top exponent of matrices that are non-negative in a rational basis, up to sign.

    >>> half = sp.Rational(1, 2)
    >>> law = MatrixLaw.finite([(half, sp.Matrix([[1, 1], [0, 1]])), (half, sp.Matrix([[1, 0], [1, 1]]))])
    >>> found = METHOD.top(law, Effort(digits=12))
    >>> found.warrant.label, round(float(found.enclosure.middle), 12)
    ('certified', 0.396212564298)
    """

    warrants = (Warrant.CERTIFIED, Warrant.ESTIMATED)

    def top(self, law: MatrixLaw, effort: Effort) -> Finding | None:
        matrices = rational_atoms(law)
        if matrices is None:
            return None
        from ..engines.projective_arcs.positive_words import exponent_by_words  # late: flint
        from ..engines.projective_arcs.quadrant import in_quadrant

        probabilities, roots = [p for p, _, _ in matrices], [scale for _, scale, _ in matrices]
        for letters, scales in in_quadrant([matrix for _, _, matrix in matrices]):
            factors = mean_log(probabilities, roots, scales, effort)
            find = partial(exponent_by_words, letters, weights(probabilities), effort)
            found = changed(find, lambda e: Enclosure(e.lower + factors.lower, e.upper + factors.upper))  # noqa: B023
            if found is not None:
                kept = Hypothesis("every matrix keeps a cone, and words become strictly positive in it")
                return Finding(rung(effort), METHOD_TEXT, None, found, (kept,), ("furstenberg1960", "wald1944"))
        return None


def weights(probabilities: list[sp.Expr]) -> Callable[[], list[arb]]:
    """The probabilities as balls at the current precision."""
    from ..balls.evaluate import evaluate

    return lambda: [evaluate(p) for p in probabilities]


def mean_log(probabilities: list[sp.Expr], roots: list[sp.Expr], factors: list[Fraction], effort: Effort) -> Enclosure:
    """E log of the factors that were taken out of the matrices; it may be 0, so that its accuracy is absolute."""
    from ..balls.evaluate import evaluate
    from ..balls.precision import ball, bits_for, enclosure, precision

    with precision(2 * bits_for(effort.digits) + 64):
        logs = [(ball(factor) * abs(evaluate(root))).log() for factor, root in zip(factors, roots, strict=True)]
        return enclosure(sum((p * x for p, x in zip(weights(probabilities)(), logs, strict=True)), ball(0)))


METHOD = NeutralCone()
