"""The critical points of the expected loss, and whether the gradient noise vanishes there."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import sympy as sp
from flint import arb

from ..answer.answer import Answer, Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.number import Number
from ..answer.text import expression_latex
from ..answer.warrant import Warrant
from ..balls.adaptive import proved_sign
from ..balls.evaluate import evaluate
from ..balls.precision import ball_of, bits_for, enclosure, precision
from ..chain.chain import Chain, Point
from ..chain.linearisation import noise_vanishes
from ..effort import Effort
from ..engines.critical import CriticalPoint, critical_set
from ..engines.expected_loss import ExpectedLoss, expected_loss, sample_mean
from ..engines.gradient_noise import noise_at_algebraic, noise_at_enclosed, still_without_gradient
from ..engines.several_parameters.critical_set import critical_set_several
from ..engines.several_parameters.found import Continuum, CriticalPointSeveral
from ..engines.several_parameters.given_point import given_by_samples, given_point
from ..errors import Inconclusive, InvalidInput
from ..expressions import exact
from ..numerics.case_signs import comparison
from ..numerics.exact_numbers import end_number, number
from .verb import verb

FIELDS = {"within": "region", "at": "point"}
WHAT = "a critical point"
FURTHER = ("points",)
NOISE = {True: "vanishes", False: "persists", None: None}
TYPES = {"vanishes": "II", "persists": "I", None: None}


@verb
def critical_points(chain: Chain, within: object = None, at: object = None, *, effort: Effort) -> Answer:
    """The points at which the expected loss L(w) = E l(w; x) has gradient 0, or a kink that changes its direction.

    `points`: list of {at, kind, hessian, noise}; kind from the second derivative (several dimensions: from the signs
    of the Hessian's eigenvalues): minimum, maximum, saddle (eigenvalues of both signs), degenerate (no saddle, and the
    Hessian is proved to be singular), null where symbols leave it open.
    A kink is a minimum or maximum by its one-sided slopes and has no Hessian. noise: `vanishes` where the gradient of
    every sample is 0 and nothing else moves the point at random (Type II), else `persists` (Type I); a saddle has its
    `type`: "I" or "II".
    `expected_loss`: L, up to constants, where it is known in closed form.
    One dimension: `flat`: intervals on which L is constant; `undecided`: cells in which zeros are neither proved nor
    excluded.
    Several dimensions: `undecided` likewise, a list of boxes (tables of intervals); `continua`: curves and surfaces of
    critical points as {equations, nonzero}, all zeros of the equations but those of `nonzero` (they may hold no real
    point); `complete`: is every critical point (in `within`) in `points` or on one of the continua? A coordinate
    without a closed form has its minimal polynomial in t under the point's `polynomials`.

    `within`: a closed interval to which the points are cut; needed, and bounded, where L' is no polynomial. In several
    dimensions a table of intervals, needed where the gradient is not polynomial with rational coefficients.
    `at`: one point instead of all (a table over the parameters), symbols allowed: is it critical, and of which kind?
    Hypotheses: L is finite and continuous. Errors: `HypothesisViolated` where it is not, or where `at` is not critical,
    `InvalidInput` for a bare map, `Inconclusive` where E l has no closed form (the term is named).

    >>> from sgd_markov.laws.two_point import TwoPoint
    >>> from sgd_markov.optimizers.sgd import SGD
    >>> w, x = sp.symbols("w x", real=True)
    >>> chain = SGD(x * w**2 / 2 + w**4 / 4, [w], "1/10", data={x: TwoPoint("4/5", "-6/5")})
    >>> [(str(p["at"]["w"]), p["kind"], p["noise"]) for p in critical_points(chain).points]
    [('-sqrt(5)/5', 'minimum', 'persists'), ('0', 'maximum', 'vanishes'), ('sqrt(5)/5', 'minimum', 'persists')]
    """
    if at is not None:
        if within is not None:
            raise InvalidInput("within", str(within), "one of at and within")
        return at_point(chain, chain.point(at), effort)
    expected = expected_loss(chain)
    effort.check()
    if len(chain.weights) > 1:
        return several(chain, expected, within, effort)
    return one_dimension(chain, expected, within, effort)


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
    ball = found.zero.ball
    return NOISE[noise_at_enclosed(chain, lambda: {w: ball(effort)}, effort)]


def noise_at(chain: Chain, point: Point) -> str:
    """`vanishes` where every sample's gradient is 0 and the noise of the step does not enter; momentum is at rest."""
    point = {**dict.fromkeys(chain.memory, sp.Integer(0)), **point}
    return "vanishes" if noise_vanishes(chain, point) and still_without_gradient(chain, point) else "persists"


def several(chain: Chain, expected: ExpectedLoss, within: object, effort: Effort) -> Answer:
    found = critical_set_several(expected.gradient, chain.weights, box(chain, within), effort)
    points = [point for point in found.points if finite_there(expected, chain, point, effort)]
    exact_only = all(point.exact is not None for point in points) and not found.undecided
    return Answer(
        question="critical-points",
        warrant=Warrant.EXACT if exact_only else Warrant.CERTIFIED,
        method=found.method,
        hypotheses=hypotheses(expected),
        digits=effort.digits,
        extra={
            "points": [table_several(chain, point, effort) for point in points],
            "continua": [continuum_table(continuum) for continuum in found.continua],
            "undecided": [box_table(chain, sides, effort) for sides in found.undecided],
            "complete": not found.undecided,
            "expected_loss": expected.loss,
        },
    )


def box(chain: Chain, within: object) -> dict[sp.Symbol, tuple[sp.Expr, sp.Expr]] | None:
    """`within` as a table over the parameters."""
    if within is None:
        return None
    if not isinstance(within, Mapping):
        raise InvalidInput("within", str(within), "a table of intervals [low, high] over the parameters")
    names = {str(w): w for w in chain.weights}
    for name in map(str, within):
        if name not in names:
            raise InvalidInput(f"within.{name}", name, "a parameter: " + ", ".join(names))
    return {names[str(name)]: interval(span) for name, span in within.items()}


def finite_there(expected: ExpectedLoss, chain: Chain, point: CriticalPointSeveral, effort: Effort) -> bool:
    """Is the expected loss finite at the point? Symbols are taken to make it so."""
    with precision(4 * bits_for(effort.digits)):
        if any(entry.enclosure is None for entry in point.at):
            return True
        at = {w: ball_of(entry.enclosure) for w, entry in zip(chain.weights, point.at, strict=True) if entry.enclosure}
        return all(enclosure(evaluate(condition, at)).sign == 1 for condition in expected.positive)


def at_point(chain: Chain, point: Point, effort: Effort) -> Answer:
    """One point that the user names."""
    at = {w: point[w] for w in chain.weights}
    found, expected, extra_hypotheses = described_point(chain, at, effort)
    return Answer(
        question="critical-points",
        warrant=Warrant.EXACT,
        method="the gradient and the Hessian of the expected loss at the point",
        hypotheses=(Hypothesis("the gradient of the expected loss is 0 at the point"), *extra_hypotheses),
        digits=effort.digits,
        extra={"points": [table_several(chain, found, effort)], "expected_loss": expected},
    )


def described_point(
    chain: Chain, at: Point, effort: Effort
) -> tuple[CriticalPointSeveral, sp.Expr | None, tuple[Hypothesis, ...]]:
    """From the expected loss in closed form, or else from the means of the samples' derivatives at the point."""
    try:
        expected = expected_loss(chain)
    except Inconclusive:
        gradient = [sp.diff(chain.loss, w) for w in at]
        found = given_by_samples(gradient, partial(sample_mean, chain), at, effort)
        return found, None, (Hypothesis("derivatives may be taken under the mean", "assumed"),)
    return given_point(expected.gradient, at, effort), expected.loss, hypotheses(expected)


def table_several(chain: Chain, found: CriticalPointSeveral, effort: Effort) -> Mapping[str, Any]:
    noise = noise_several(chain, found, effort)
    table = {
        "at": {str(symbol): value for symbol, value in zip(chain.weights, found.at, strict=True)},
        "kind": found.kind,
        "hessian": hessian_table(found),
        "noise": noise,
    }
    further = {
        "type": TYPES[noise] if found.kind == "saddle" else None,
        "polynomials": polynomials(chain, found),
        "conditions": list(found.conditions),
    }
    return table | {key: value for key, value in further.items() if value}


def hessian_table(found: CriticalPointSeveral) -> Any:
    """Row by row; a number in one dimension."""
    if found.hessian is None:
        return None
    return found.hessian[0][0] if len(found.at) == 1 else [list(row) for row in found.hessian]


def polynomials(chain: Chain, found: CriticalPointSeveral) -> dict[str, sp.Expr]:
    """The minimal polynomials of coordinates without a closed form."""
    if found.algebraic is None:
        return {}
    entries = enumerate(zip(chain.weights, found.at, strict=True))
    return {str(w): found.algebraic.root(i).polynomial for i, (w, entry) in entries if entry.exact is None}


def noise_several(chain: Chain, found: CriticalPointSeveral, effort: Effort) -> str | None:
    if found.exact is not None:
        return noise_at(chain, dict(zip(chain.weights, found.exact, strict=True)))
    if found.algebraic is not None:
        known = noise_at_algebraic(chain, found.algebraic)
        if known is not None:
            return NOISE[known]
    return NOISE[noise_at_enclosed(chain, lambda: balls_of(chain, found), effort)]


def balls_of(chain: Chain, found: CriticalPointSeveral) -> dict[sp.Symbol, arb]:
    if found.balls is not None:
        return dict(zip(chain.weights, found.balls(), strict=True))
    assert found.algebraic is not None
    return {w: found.algebraic.value(entry) for w, entry in zip(chain.weights, found.algebraic.coordinates, strict=True)}


def continuum_table(continuum: Continuum) -> Mapping[str, list[sp.Expr]]:
    return {"equations": list(continuum.equations), "nonzero": list(continuum.nonzero)}


def box_table(chain: Chain, sides: tuple[Enclosure, ...], effort: Effort) -> Mapping[str, list[Number]]:
    pairs = zip(chain.weights, sides, strict=True)
    return {str(w): [end_number(side.lower, effort), end_number(side.upper, effort)] for w, side in pairs}


def formula(w: sp.Symbol, points: list[CriticalPoint]) -> str | None:
    """The set of the points, where all are exact."""
    if not points or any(point.exact is None for point in points):
        return None
    listed = r",\ ".join(expression_latex(point.exact) for point in points if point.exact is not None)
    return rf"{expression_latex(w)} \in \left\{{{listed}\right\}}"
