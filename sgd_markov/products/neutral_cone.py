"""Rational 2 x 2 matrices that keep a cone but contract it only after a random number of steps: induction on positive words.

Parabolic matrices (Stern-Brocot products), triangular ones that share an end of the cone, reflections, multiples of the identity.
"""

from __future__ import annotations

from fractions import Fraction

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..effort import Effort
from .matrix_law import MatrixLaw
from .planar import Planar, rational_atoms

METHOD_TEXT = "induction on the first positive word (Wald), collocation of Poisson's equation for the words, certified"


class NeutralCone(Planar):
    """The top exponent of matrices that are non-negative in a rational basis, up to sign."""

    def top(self, law: MatrixLaw, effort: Effort) -> Finding | None:
        matrices = rational_atoms(law)
        if matrices is None:
            return None
        from ..engines.projective_arcs.positive_words import exponent_by_words  # late: flint
        from ..engines.projective_arcs.quadrant import in_quadrant

        probabilities = [p for p, _ in matrices]
        for letters, scales in in_quadrant([matrix for _, matrix in matrices]):
            found = exponent_by_words(letters, weights(probabilities), effort)
            if found is not None:
                return finding(found, probabilities, scales, effort)
        return None


def weights(probabilities: list[sp.Expr]):  # type: ignore[no-untyped-def]
    from ..balls.evaluate import evaluate

    return lambda: [evaluate(p) for p in probabilities]


def finding(found: Enclosure, probabilities: list[sp.Expr], scales: list[Fraction], effort: Effort) -> Finding:
    """The exponent with the factors that were taken out of the matrices."""
    from ..numerics.exact_numbers import number

    factors = sp.Add(
        *(p * sp.log(sp.Rational(s.numerator, s.denominator)) for p, s in zip(probabilities, scales, strict=True))
    )
    if factors != 0:
        taken = number(factors, effort.with_digits(effort.digits + 5), "the factors of the matrices").enclosure
        assert taken is not None
        found = Enclosure(found.lower + taken.lower, found.upper + taken.upper)
    kept = Hypothesis("every matrix keeps a cone, and words become strictly positive in it")
    return Finding(Warrant.CERTIFIED, METHOD_TEXT, None, found, (kept,), ("furstenberg1960", "wald1944"))


METHOD = NeutralCone((Warrant.CERTIFIED,))
