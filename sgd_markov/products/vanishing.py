"""Products that are 0 from some step on: all exponents are -oo."""

from __future__ import annotations

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..effort import Effort
from ..numerics.integer_family import IntegerFamily
from .matrix_law import MatrixLaw
from .method import Method


class Vanishing(Method):
    """A word of positive probability in the matrices is 0, and every path meets it.

    All words are examined as long as there are not too many; a word that is found is a proof, none found says nothing.
    """

    def top(self, law: MatrixLaw, effort: Effort) -> Finding | None:
        if not has_zero(law) and not has_zero_word(law):
            return None
        free = any(component.probability.free_symbols for component in law.components)
        assumed = (Hypothesis("all probabilities are positive", "assumed"),) if free else ()
        return Finding(Warrant.EXACT, "a product of positive probability is 0", -sp.oo, Enclosure.point(float("-inf")), assumed)

    def spectrum(self, law: MatrixLaw, effort: Effort) -> list[Finding] | None:
        found = self.top(law, effort)
        return None if found is None else [found] * law.size


def has_zero(law: MatrixLaw) -> bool:
    """Is a component the matrix 0?"""
    return any(all(value == 0 for value in component.values) for component in law.components)


def has_zero_word(law: MatrixLaw) -> bool:
    """Among the rational matrices of positive probability; the others do no harm."""
    atoms = [
        (c.probability, matrix)
        for c, matrix in zip(law.components, law.matrices, strict=True)
        if all(entry.is_Rational for entry in matrix)
    ]
    family = IntegerFamily.of(atoms) if atoms else None
    return family is not None and bool(family.singular) and family.vanishes()


METHOD = Vanishing()
