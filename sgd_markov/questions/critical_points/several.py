"""The answer in several dimensions, and the one about a point that the user names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from math import prod
from typing import Any

import sympy as sp
from flint import arb

from ...answer.answer import Answer, Hypothesis
from ...answer.enclosure import Enclosure
from ...answer.number import Number
from ...answer.text import expression_latex
from ...answer.warrant import Warrant
from ...balls.adaptive import proved_sign
from ...balls.evaluate import evaluate
from ...balls.precision import ball_of, bits_for, enclosure, precision
from ...chain.chain import Chain, Point
from ...effort import Effort
from ...engines.expected_loss import ExpectedLoss, expected_loss, sample_mean
from ...engines.gradient_noise import noise_at_algebraic, noise_at_enclosed
from ...engines.several_parameters.critical_set import critical_set_several
from ...engines.several_parameters.found import Continuum, CriticalPointSeveral, CriticalSetSeveral
from ...engines.several_parameters.given_point import given_by_samples, given_point
from ...engines.several_parameters.kinks import KINKED
from ...errors import HypothesisViolated, Inconclusive, InvalidInput
from ...numerics.exact_numbers import end_number
from .one_dimension import one_dimension
from .shared import NOISE, hypotheses, interval, noise_at

FEW_SAMPLES = 8
TYPES = {"vanishes": "II", "persists": "I", None: None}


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
        formula=formula(chain, points, found),
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
        formula=rf"{tuple_latex(chain.weights)} = {place_latex(found)}",
        extra={"points": [table_several(chain, found, effort)], "expected_loss": expected},
    )


def at_place(chain: Chain, at: object, effort: Effort) -> Answer:
    """The same in one dimension, where kinks that change the direction of the slope count too."""
    point = chain.point(at)
    found = kink_at(chain, point[chain.weights[0]], effort)
    return at_point(chain, point, effort) if found is None else found


def kink_at(chain: Chain, place: sp.Expr, effort: Effort) -> Answer | None:
    """The answer about a kink that is a critical point; None where the place is no such kink."""
    if place.free_symbols:
        return None
    try:
        answer = one_dimension(chain, expected_loss(chain), (place - 1, place + 1), effort)
    except Inconclusive:
        return None
    (w,) = chain.weights
    kinks = [p for p in answer.points if p["hessian"] is None and p["at"][str(w)].exact is not None]
    here = [p for p in kinks if proved_sign(p["at"][str(w)].exact - place) == 0]
    extra = {"points": here, "expected_loss": answer.extra["expected_loss"]}
    return replace(answer, extra=extra, formula=None) if here else None


def described_point(
    chain: Chain, at: Point, effort: Effort
) -> tuple[CriticalPointSeveral, sp.Expr | None, tuple[Hypothesis, ...]]:
    """From the expected loss in closed form, or else from the means of the samples' derivatives at the point."""
    if many_smooth_samples(chain):
        return by_samples(chain, at, effort), None, (Hypothesis("finitely many samples"),)
    try:
        expected = expected_loss(chain)
    except Inconclusive:
        if not chain.draw.data:
            raise
        return by_samples(chain, at, effort), None, (Hypothesis("derivatives may be taken under the mean", "assumed"),)
    require_finite(expected, at)
    return given_point(expected.gradient, at, effort), expected.loss, hypotheses(expected)


def require_finite(expected: ExpectedLoss, at: Point) -> None:
    """The formula of E l may have a value where E l has none."""
    for condition in expected.positive:
        value = condition.subs(at)
        sign = 1 if value.free_symbols else proved_sign(value)
        if sign is None:
            raise Inconclusive(f"whether the expected loss is finite, {condition} > 0, is not decided")
        if sign != 1:
            raise HypothesisViolated("the expected loss is finite at the point", f"{condition} = {value}")


def by_samples(chain: Chain, at: Point, effort: Effort) -> CriticalPointSeveral:
    gradient = [sp.diff(chain.loss, w) for w in at]
    return given_by_samples(gradient, partial(sample_mean, chain), at, effort)


def many_smooth_samples(chain: Chain) -> bool:
    """Is the expected loss a long sum, whose derivatives at one point are quicker as means of one sample's?"""
    supports = [source.finite for source in chain.draw.data]
    if (
        chain.loss is None
        or None in supports
        or chain.loss.has(*KINKED)
        or chain.loss.is_polynomial(*chain.draw.data_symbols)
    ):
        return False
    return prod(len(support or ()) for support in supports) > FEW_SAMPLES


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
    return {
        w: found.algebraic.value(entry) for w, entry in zip(chain.weights, found.algebraic.coordinates, strict=True)
    }


def continuum_table(continuum: Continuum) -> Mapping[str, list[sp.Expr]]:
    return {"equations": list(continuum.equations), "nonzero": list(continuum.nonzero)}


def box_table(chain: Chain, sides: tuple[Enclosure, ...], effort: Effort) -> Mapping[str, list[Number]]:
    pairs = zip(chain.weights, sides, strict=True)
    return {str(w): [end_number(side.lower, effort), end_number(side.upper, effort)] for w, side in pairs}


def formula(chain: Chain, points: list[CriticalPointSeveral], found: CriticalSetSeveral) -> str | None:
    """The set of all critical points; None where some are undecided."""
    if found.undecided:
        return None
    sets = [set_latex([place_latex(point) for point in points])] if points else []
    sets += [set_latex(conditions_latex(curve)) for curve in found.continua]
    return rf"{tuple_latex(chain.weights)} \in " + (r" \cup ".join(sets) or r"\varnothing")


def place_latex(point: CriticalPointSeveral) -> str:
    """Closed forms where they are known, else decimals."""
    return tuple_latex(tuple(sp.Symbol(str(x.value)) if x.exact is None else x.exact for x in point.at))


def conditions_latex(curve: Continuum) -> list[str]:
    equations = [f"{expression_latex(entry)} = 0" for entry in curve.equations]
    return equations + [rf"{expression_latex(entry)} \ne 0" for entry in curve.nonzero]


def set_latex(entries: list[str]) -> str:
    return r"\left\{" + r",\ ".join(entries) + r"\right\}"


def tuple_latex(entries: tuple[sp.Expr, ...]) -> str:
    return r"\left(" + r",\ ".join(map(expression_latex, entries)) + r"\right)"
