"""The answer in one dimension."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from ...answer.answer import Answer
from ...answer.number import Number
from ...answer.text import expression_latex
from ...answer.warrant import Warrant
from ...balls.adaptive import proved_sign
from ...balls.evaluate import evaluate
from ...balls.precision import bits_for, enclosure, precision
from ...chain.chain import Chain
from ...effort import Effort
from ...engines.critical import CriticalPoint, critical_set
from ...engines.expected_loss import ExpectedLoss
from ...engines.gradient_noise import noise_at_enclosed
from ...errors import InvalidInput
from ...numerics.case_signs import comparison
from ...numerics.exact_numbers import number
from .shared import NOISE, WHAT, hypotheses, interval, noise_at, proved_order


def one_dimension(chain: Chain, expected: ExpectedLoss, within: object, effort: Effort) -> Answer:
    w = chain.weights[0]
    low, high = within_states(w, *interval(within))
    found = critical_set(expected.loss, expected.gradient[0], w, low, high, effort)
    points = [point for point in found.points if is_state(w, point) and finite_at(expected, w, point, effort)]
    undecided = [span for span in found.undecided if not infinite_on(expected, w, span)]
    exact_only = all(point.exact is not None for point in points) and not undecided
    return Answer(
        question="critical-points",
        warrant=Warrant.EXACT if exact_only else Warrant.CERTIFIED,
        method="zeros of the slope of the expected loss, piece by piece",
        hypotheses=hypotheses(expected),
        digits=effort.digits,
        formula=formula(w, points),
        extra={
            "points": [point_table(chain, w, p, effort) for p in points],
            "flat": [ends(span, effort) for span in found.flat],
            "undecided": [ends(span, effort) for span in undecided],
            "expected_loss": expected.loss,
        },
    )


def within_states(w: sp.Symbol, low: sp.Expr, high: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """Cut to the state space that an assumption on the state symbol gives."""
    zero = sp.Integer(0)
    low = zero if w.is_nonnegative and proved_order(low, zero) > 0 else low
    high = zero if w.is_nonpositive and proved_order(zero, high) > 0 else high
    if proved_order(low, high) < 0:
        raise InvalidInput("within", f"[{low}, {high}]", f"an interval that holds states: {w} keeps its sign")
    return low, high


def is_state(w: sp.Symbol, point: CriticalPoint) -> bool:
    """A positive or negative state is not 0."""
    return point.exact != 0 or w.is_zero is not False


def finite_at(expected: ExpectedLoss, w: sp.Symbol, point: CriticalPoint, effort: Effort) -> bool:
    """Is the expected loss finite at the point?"""
    if point.exact is not None:
        values = [condition.subs(w, point.exact) for condition in expected.positive]
        return all(bool(value.free_symbols) or proved_sign(value) == 1 for value in values)
    assert point.zero is not None
    with precision(bits_for(effort.digits)):
        at = point.zero.ball(effort)
        return all(enclosure(evaluate(condition, {w: at})).sign == 1 for condition in expected.positive)


def infinite_on(expected: ExpectedLoss, w: sp.Symbol, span: tuple[sp.Expr, sp.Expr]) -> bool:
    """Is the expected loss proved to be infinite at both ends of a cell?"""
    return any(all(proved_sign(condition.subs(w, end)) in (0, -1) for end in span) for condition in expected.positive)


def ends(span: tuple[sp.Expr, sp.Expr], effort: Effort) -> list[Number]:
    return [number(end, effort, WHAT) for end in span]


def point_table(chain: Chain, w: sp.Symbol, found: CriticalPoint, effort: Effort) -> Mapping[str, Any]:
    table = {
        "at": {str(w): found.at},
        "kind": found.kind,
        "hessian": found.hessian,
        "noise": noise(chain, found, w, effort),
    }
    conditions = list(found.conditions)
    if found.kind is None and found.hessian is not None:
        assert found.hessian.exact is not None
        where = [comparison(found.hessian.exact, frozenset({side})) for side in (1, -1)]
        conditions.append("minimum where {}, maximum where {}".format(*where))
    return table | ({"conditions": conditions} if conditions else {})


def noise(chain: Chain, found: CriticalPoint, w: sp.Symbol, effort: Effort) -> str | None:
    if found.exact is not None:
        return noise_at(chain, {w: found.exact})
    assert found.zero is not None
    ball = found.zero.ball
    return NOISE[noise_at_enclosed(chain, lambda: {w: ball(effort)}, effort)]


def formula(w: sp.Symbol, points: list[CriticalPoint]) -> str | None:
    """The set of the points, where all are exact."""
    if not points or any(point.exact is None for point in points):
        return None
    listed = r",\ ".join(expression_latex(point.exact) for point in points if point.exact is not None)
    return rf"{expression_latex(w)} \in \left\{{{listed}\right\}}"
