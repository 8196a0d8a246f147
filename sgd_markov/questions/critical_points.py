"""The critical points of the expected loss, and whether the gradient noise vanishes there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from ..answer.answer import Answer, Hypothesis
from ..answer.number import Number
from ..answer.text import expression_latex
from ..answer.warrant import Warrant
from ..balls.adaptive import proved_sign
from ..balls.evaluate import evaluate
from ..balls.precision import bits_for, enclosure, precision
from ..chain.chain import Chain, Point
from ..chain.linearisation import noise_vanishes
from ..effort import Effort
from ..engines.critical import CriticalPoint, critical_set
from ..engines.critical_several import CriticalPointSeveral, critical_points_several
from ..engines.expected_loss import ExpectedLoss, expected_loss
from ..engines.gradient_noise import noise_at_enclosed, still_without_gradient
from ..errors import InvalidInput
from ..expressions import exact
from ..numerics.case_signs import comparison
from ..numerics.exact_numbers import number
from .verb import verb

FIELDS = {"within": "interval"}
WHAT = "a critical point"
FURTHER = ("points",)


@verb
def critical_points(chain: Chain, within: object = None, *, effort: Effort) -> Answer:
    """The points at which the expected loss L(w) = E l(w; x) has gradient 0, or a kink that changes its direction.

    `points`: list of {at, kind, hessian, noise}; kind from the second derivative (several dimensions: from the exact
    Hessian): minimum, maximum, saddle, degenerate (Hessian proved 0, or singular), null where symbols leave it open.
    A kink is a minimum or maximum by its one-sided slopes and has no Hessian. noise: `vanishes` where the gradient of
    every sample is 0 and nothing else moves the point at random (Type II), else `persists`.
    `flat`: intervals on which L is constant; `undecided`: cells in which zeros are neither proved nor excluded.
    `expected_loss`: L, up to constants, where it is known in closed form.

    `within`: a closed interval to which the points are cut; needed, and bounded, where L' is no polynomial.
    Hypotheses: L is finite and continuous. Errors: `HypothesisViolated` where it is not, `InvalidInput` for a bare map,
    `Inconclusive` where E l has no closed form (the term is named).

    >>> from sgd_markov.laws.two_point import TwoPoint
    >>> from sgd_markov.optimizers.sgd import SGD
    >>> w, x = sp.symbols("w x", real=True)
    >>> chain = SGD(x * w**2 / 2 + w**4 / 4, [w], "1/10", data={x: TwoPoint("4/5", "-6/5")})
    >>> [(str(p["at"]["w"]), p["kind"], p["noise"]) for p in critical_points(chain).points]
    [('-sqrt(5)/5', 'minimum', 'persists'), ('0', 'maximum', 'vanishes'), ('sqrt(5)/5', 'minimum', 'persists')]
    """
    expected = expected_loss(chain)
    effort.check()
    if len(chain.weights) > 1:
        return several(chain, expected, within, effort)
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


def interval(within: object) -> tuple[sp.Expr, sp.Expr]:
    if within is None:
        return -sp.oo, sp.oo
    if not isinstance(within, tuple | list) or len(within) != 2:
        raise InvalidInput("within", within, "[low, high]")
    low, high = (exact(end, "within") for end in within)
    for end in (low, high):
        if end.free_symbols:
            raise InvalidInput("within", f"[{low}, {high}]", "numbers")
    if proved_order(low, high) < 0:
        raise InvalidInput("within", f"[{low}, {high}]", "low <= high")
    return low, high


def proved_order(low: sp.Expr, high: sp.Expr) -> int:
    """The sign of high - low."""
    if not (low.is_finite and high.is_finite):
        return 0 if low == high else 1 if low == -sp.oo or high == sp.oo else -1
    return proved_sign(high - low) or 0


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


def hypotheses(expected: ExpectedLoss) -> tuple[Hypothesis, ...]:
    finite = [Hypothesis(f"the expected loss is finite where {condition} > 0") for condition in expected.positive]
    return (*finite, Hypothesis("the expected loss is continuous"))


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
    vanishes = noise_at_enclosed(chain, w, found.zero.ball, effort)
    return None if vanishes is None else "vanishes" if vanishes else "persists"


def noise_at(chain: Chain, point: Point) -> str:
    """`vanishes` where every sample's gradient is 0 and the noise of the step does not enter; momentum is at rest."""
    point = {**dict.fromkeys(chain.memory, sp.Integer(0)), **point}
    return "vanishes" if noise_vanishes(chain, point) and still_without_gradient(chain, point) else "persists"


def several(chain: Chain, expected: ExpectedLoss, within: object, effort: Effort) -> Answer:
    if within is not None:
        raise InvalidInput("within", str(within), "no `within` in several dimensions")
    found = critical_points_several(expected.gradient, chain.weights, effort)
    return Answer(
        question="critical-points",
        warrant=Warrant.EXACT,
        method="all solutions of a polynomial system, Hessian by Sylvester's criterion",
        hypotheses=hypotheses(expected),
        digits=effort.digits,
        extra={
            "points": [table_several(chain, point, effort) for point in found],
            "expected_loss": expected.loss,
        },
    )


def table_several(chain: Chain, found: CriticalPointSeveral, effort: Effort) -> Mapping[str, Any]:
    at = dict(zip(chain.weights, found.at, strict=True))
    size = len(chain.weights)
    table = {
        "at": {str(symbol): number(value, effort, WHAT) for symbol, value in at.items()},
        "kind": found.kind,
        "hessian": [[number(found.hessian[i, j], effort, WHAT) for j in range(size)] for i in range(size)],
        "noise": noise_at(chain, at),
    }
    return table | ({"conditions": list(found.conditions)} if found.conditions else {})


def formula(w: sp.Symbol, points: list[CriticalPoint]) -> str | None:
    """The set of the points, where all are exact."""
    if not points or any(point.exact is None for point in points):
        return None
    listed = r",\ ".join(expression_latex(point.exact) for point in points if point.exact is not None)
    return rf"{expression_latex(w)} \in \left\{{{listed}\right\}}"
