"""The critical points of the expected loss, and whether the gradient noise vanishes there."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import sympy as sp

from ..answer.answer import Answer, Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.number import Number
from ..answer.text import expression_latex
from ..answer.warrant import Warrant
from ..balls.adaptive import proved_sign, refine_expression
from ..chain.chain import Chain, Point
from ..chain.linearisation import noise_vanishes
from ..effort import Effort
from ..engines.critical import CriticalPoint, CriticalSet, critical_set
from ..engines.critical_several import CriticalPointSeveral, critical_points_several
from ..engines.expected_loss import ExpectedLoss, expected_loss
from ..errors import InvalidInput
from ..expressions import exact
from .verb import verb

FIELDS = {"within": "interval"}
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
    if chain.dimension > 1:
        return several(chain, expected, within, effort)
    w = chain.state[0]
    low, high = interval(within)
    found = critical_set(expected.loss, expected.gradient[0], w, low, high, effort)
    points = [p for p in found.points if p.exact is None or finite_at(expected, {w: p.exact})]
    return Answer(
        question="critical-points",
        warrant=Warrant.EXACT if all(p.exact is not None for p in points) and not found.undecided else Warrant.CERTIFIED,
        method="zeros of the slope of the expected loss, piece by piece",
        hypotheses=hypotheses(expected),
        digits=effort.digits,
        formula=formula(w, points),
        extra={
            "points": [point_table(chain, w, p, effort) for p in points],
            "flat": [ends(span, effort) for span in found.flat],
            "undecided": [ends(span, effort) for span in cells(found, expected)],
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
        return 1 if low == -sp.oo or high == sp.oo else -1
    return proved_sign(high - low) or 0


def finite_at(expected: ExpectedLoss, point: Point) -> bool:
    """Is the expected loss finite at the point?"""
    values = [condition.subs(point) for condition in expected.positive]
    return all(bool(value.free_symbols) or proved_sign(value) == 1 for value in values)


def cells(found: CriticalSet, expected: ExpectedLoss) -> list[tuple[sp.Expr, sp.Expr]]:
    """Undecided cells, without those where the expected loss is infinite at both ends."""
    (w,) = expected.gradient[0].free_symbols or {sp.Dummy()} if len(expected.gradient[0].free_symbols) <= 1 else {None}
    return [
        span for span in found.undecided
        if not expected.positive or any(finite_at(expected, {w: end}) for end in span)
    ]  # fmt: skip


def hypotheses(expected: ExpectedLoss) -> tuple[Hypothesis, ...]:
    finite = [Hypothesis(f"the expected loss is finite where {condition} > 0") for condition in expected.positive]
    return (*finite, Hypothesis("the expected loss is continuous"))


def ends(span: tuple[sp.Expr, sp.Expr], effort: Effort) -> list[Number]:
    return [number(end, effort) for end in span]


def point_table(chain: Chain, w: sp.Symbol, found: CriticalPoint, effort: Effort) -> Mapping[str, Any]:
    table = {
        "at": {str(w): found.at},
        "kind": found.kind,
        "hessian": found.hessian,
        "noise": noise(chain, {w: found.exact} if found.exact is not None else None),
    }
    conditions = list(found.conditions)
    if found.kind is None and found.hessian is not None:
        conditions.append(f"minimum where {found.hessian.exact} > 0, maximum where {found.hessian.exact} < 0")
    return table | ({"conditions": conditions} if conditions else {})


def noise(chain: Chain, point: Point | None) -> str | None:
    """Of an enclosed point: decided where no sample has a gradient that vanishes elsewhere than at exact points."""
    if point is None:
        return "persists" if chain.draw.data or chain.draw.noise else "vanishes"
    if not noise_vanishes(chain, point):
        return "persists"
    still = {mean: sp.Integer(0) for mean in chain.means}
    moved = [expr.xreplace(still).subs(point) for expr in chain.update]
    drawn = set(chain.draw.noise_symbols)
    return "persists" if any(drawn & sp.expand(value).free_symbols for value in moved) else "vanishes"


def several(chain: Chain, expected: ExpectedLoss, within: object, effort: Effort) -> Answer:
    if within is not None:
        raise InvalidInput("within", str(within), "no `within` in several dimensions")
    found = critical_points_several(expected.gradient, chain.state, effort)
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
    at = dict(zip(chain.state, found.at, strict=True))
    size = len(chain.state)
    table = {
        "at": {str(symbol): number(value, effort) for symbol, value in at.items()},
        "kind": found.kind,
        "hessian": [[number(found.hessian[i, j], effort) for j in range(size)] for i in range(size)],
        "noise": noise(chain, at),
    }
    return table | ({"conditions": list(found.conditions)} if found.conditions else {})


def number(value: sp.Expr, effort: Effort) -> Number:
    """The closed form, and its enclosure where no symbol is free."""
    if value.free_symbols:
        return Number(value, None, effort.digits)
    if value.is_Rational:
        return Number(value, Enclosure.point(Fraction(int(value.p), int(value.q))), effort.digits)
    if value in (sp.oo, -sp.oo):
        return Number(value, Enclosure.point(float(value)), effort.digits)
    return Number(value, refine_expression(value, effort, "a critical point"), effort.digits)


def formula(w: sp.Symbol, points: list[CriticalPoint]) -> str | None:
    """The set of the points, where all are exact."""
    if not points or any(point.exact is None for point in points):
        return None
    listed = r",\ ".join(expression_latex(point.exact) for point in points if point.exact is not None)
    return rf"{expression_latex(w)} \in \left\{{{listed}\right\}}"
