"""Multiples of the identity among the matrices: they change no direction, and are counted apart."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..chain.mixture import Component
from ..effort import Effort
from ..engines.log_potential import LogMean, expected_log
from ..errors import Inconclusive
from . import catalogue
from .matrix_law import MatrixLaw
from .method import Method

MORE_DIGITS = 3


class ScalarMultiples(Method):
    """sum_i p_i log|c_i| + (1 - sum_i p_i) times the exponent of the other matrices, c_i times the identity apart.

    The other matrices come at independent times, so that their share of the steps is their probability. A family that
    hardly ever leaves the identity mixes too slowly for all other methods.

    >>> half, rare = sp.Rational(1, 2), sp.Rational(1, 2000)
    >>> pair = [(rare, sp.Matrix([[2, 1], [1, 1]])), (rare, sp.Matrix([[3, 1], [2, 1]]))]
    >>> found = METHOD.top(MatrixLaw.finite([*pair, (1 - 2 * rare, sp.eye(2))]), Effort(digits=12))
    >>> found.warrant.label, round(float(found.enclosure.middle), 12)
    ('certified', 0.001143311035)
    """

    warrants = (Warrant.EXACT, Warrant.CERTIFIED, Warrant.ESTIMATED)

    def top(self, law: MatrixLaw, effort: Effort) -> Finding | None:
        parts = None if law.parameters else apart(law)
        if parts is None:
            return None
        multiples, chance, others = parts
        found = raised(multiples, chance, others, effort)
        if found.reaches(effort.digits) or effort.method is Warrant.ESTIMATED:
            return found
        return raised(multiples, chance, others, effort.with_digits(effort.digits + MORE_DIGITS))  # what cancels


def apart(law: MatrixLaw) -> tuple[list[Component], sp.Expr, MatrixLaw] | None:
    """The multiples c of the identity with their probabilities, the probability of the rest, and the law of the rest.

    None without a multiple other than 0, and where nothing else is left.
    """
    multiples = [
        Component(c.probability, (m[0, 0],), {})
        for c, m in zip(law.components, law.matrices, strict=True)
        if is_multiple(c, m)
    ]
    others = [c for c, m in zip(law.components, law.matrices, strict=True) if not is_multiple(c, m)]
    if not multiples or not others:
        return None
    chance = sp.Add(*(c.probability for c in others))
    rest = tuple(replace(c, probability=c.probability / chance) for c in others)
    return [replace(c, probability=c.probability / (1 - chance)) for c in multiples], chance, MatrixLaw(rest, law.size)


def is_multiple(component: Component, matrix: sp.ImmutableMatrix) -> bool:
    """Is the matrix c times the identity, c a number other than 0?"""
    corner = matrix[0, 0]
    return not component.laws and corner.is_zero is False and matrix == corner * sp.eye(matrix.rows)


def raised(multiples: list[Component], chance: sp.Expr, others: MatrixLaw, effort: Effort) -> Finding:
    """The exponent from that of the other matrices, whose refusal carries the enclosure of the whole."""
    share = expected_log(tuple(multiples), effort.with_digits(effort.digits + MORE_DIGITS))
    try:
        found = catalogue.top(others, effort)
    except Inconclusive as refusal:
        reached = None if refusal.enclosure is None else weighted(refusal.enclosure, share, chance, effort)
        raise Inconclusive(refusal.reason, reached) from None
    exact = None if found.exact is None or share.exact is None else chance * found.exact + (1 - chance) * share.exact
    assert found.enclosure is not None
    return replace(
        found,
        exact=exact,
        enclosure=weighted(found.enclosure, share, chance, effort),
        warrant=min(found.warrant, share.warrant),
        method=f"multiples of the identity apart: {found.method}",
        hypotheses=(*found.hypotheses, *(Hypothesis(text, "assumed") for text in share.assumed)),
    )


def weighted(found: Enclosure, share: LogMean, chance: sp.Expr, effort: Effort) -> Enclosure:
    """chance * found + (1 - chance) * share; what is infinite stays so."""
    from ..balls.evaluate import evaluate  # late: flint
    from ..balls.precision import ball, bits_for, enclosure, precision

    assert share.enclosure is not None

    def end(one: Fraction | float, other: Fraction | float) -> Enclosure:
        weight = evaluate(chance)
        return enclosure(weight * ball(one) + (1 - weight) * ball(other))

    with precision(2 * bits_for(effort.digits) + 64):
        low, high = end(found.lower, share.enclosure.lower), end(found.upper, share.enclosure.upper)
    return Enclosure(low.lower, high.upper)


METHOD = ScalarMultiples()
