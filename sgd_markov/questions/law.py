"""The law of the state after a number of steps."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import sympy as sp

from ..answer.answer import Answer
from ..answer.enclosure import Enclosure
from ..answer.number import Number
from ..answer.warrant import Warrant
from ..balls.adaptive import refine_expression
from ..chain.batch import updates_per_epoch
from ..chain.chain import Chain, Point
from ..chain.region import Region
from ..effort import Effort
from ..engines.affine import affine_chain
from ..engines.finite_law import Distribution, State, inside, law_after, law_of_short_states, probability_inside
from ..engines.paths_in_balls import probability_on_paths
from ..engines.stable_steps import stable_law_after
from ..errors import HypothesisViolated, Inconclusive, InvalidInput
from ..expressions import exact
from ..invariant.atomic_steps import AtomicSteps
from ..laws.law import Law
from .verb import verb

FIELDS = {"start": "point", "steps": "integer", "set": "region"}
FURTHER = ("atoms",)

Bounds = Mapping[sp.Symbol, tuple[sp.Expr, sp.Expr]]

ATOMS_LISTED = 10_000
STEPS = (sp.floor, sp.ceiling, sp.sign, sp.Heaviside)
"""Functions that make finitely many values of a continuous variable."""


@verb
def law(chain: Chain, start: Any = None, steps: int | None = None, set: Any = None, *, effort: Effort) -> Answer:  # noqa: A002
    """P(w_n in set) after n = `steps` steps from `start`; `set` is a closed interval [low, high].

    Finite randomness, or one that stochastic rounding, quantising or signs make finite: exact, states merged as they
    coincide, with all `atoms` where there are at most 10^4.
    w' = m w + b z + c with z normal or Cauchy: closed form. Otherwise only Monte Carlo, asked for by
    method = "sampled"; by default the answer is then inconclusive with the sampled interval.

    In several dimensions finite randomness only: `set` is a table of intervals over state symbols, or one interval for
    the only parameter of an optimizer; `atoms` are those of the whole state.

    >>> from sgd_markov.laws.two_point import TwoPoint
    >>> from sgd_markov.optimizers.sgd import SGD
    >>> w, x = sp.symbols("w x", real=True)
    >>> chain = SGD(x * w**2 / 2, [w], "5/4", data={x: TwoPoint("4/5", "-6/5")})
    >>> law(chain, start=1, steps=5, set=[0, 0]).exact
    31/32
    """
    if start is None:
        raise InvalidInput("start", "nothing", "a starting point")
    if steps is None or isinstance(steps, bool) or not isinstance(steps, int) or steps < 0:
        raise InvalidInput("steps", steps, "an integer of at least 0")
    point = chain.point(start, "start")
    if chain.dimension > 1:
        return in_a_box(chain, point, steps, box(chain, set), effort)
    (w,) = chain.state
    place = point[w]
    low, high = ends_of(set)
    if effort.method is Warrant.SAMPLED:
        return sampled(chain, point, steps, {w: (low, high)}, effort)
    continuous = stable_law(chain, place, steps)
    if continuous is not None:
        return closed(continuous, low, high, effort)
    try:
        distribution = finite_law(chain, (place,), steps, effort)
    except Inconclusive as refusal:
        if effort.deadline is None or "budget" not in refusal.reason:
            refusal.enclosure = best_guess(chain, point, steps, {w: (low, high)}, effort)
        raise refusal
    return enumerated(chain, distribution, low, high, effort)


def in_a_box(chain: Chain, start: Point, steps: int, region: Region, effort: Effort) -> Answer:
    """P(low <= w_n <= high for each bounded coordinate), every path counted."""
    if effort.method is Warrant.SAMPLED:
        return sampled(chain, start, steps, region.bounds, effort)
    try:
        return on_all_paths(chain, tuple(start[symbol] for symbol in chain.state), steps, region, effort)
    except Inconclusive as refusal:
        if refusal.enclosure is None and (effort.deadline is None or "budget" not in refusal.reason):
            refusal.enclosure = best_guess(chain, start, steps, region.bounds, effort)
        raise refusal


def on_all_paths(chain: Chain, start: State, steps: int, region: Region, effort: Effort) -> Answer:
    """States that coincide are merged while they are numbers or formulas; where those grow too long balls go on."""
    ends = [region.interval(symbol) for symbol in chain.state]
    symbolic = chain.parameters.union(*(value.free_symbols for value in start))
    if symbolic or updates_per_epoch(chain.draw) > 1:
        distribution, left = law_after(chain, start, steps, effort), 0
    else:
        distribution, left = law_of_short_states(chain, start, steps, effort)
    if left:
        found = probability_on_paths(chain, distribution, left, ends, effort)
        method = "every path in ball arithmetic, its probability exact"
        return answer(found, point_or_refined(found, effort), Warrant.EXACT, method, effort, None)
    weights = (weight for state, weight in distribution.items() if all(map(within, state, ends)))
    return counted(chain, distribution, sp.simplify(sp.Add(*weights)), effort)


def within(value: sp.Expr, ends: tuple[sp.Expr, sp.Expr]) -> bool:
    return inside(value, *ends)


def box(chain: Chain, region: Any) -> Region:
    """A table of intervals over the state, or one for the only parameter."""
    alone = not isinstance(region, Mapping) and len(chain.weights) == 1
    return Region.of(chain, {chain.weights[0]: ends_of(region)} if alone else region, "set")


def finite_law(chain: Chain, start: State, steps: int, effort: Effort) -> Distribution:
    """Of finite randomness, or of a continuous one that rounding or signs make finite."""
    try:
        return law_after(chain, start, steps, effort)
    except Inconclusive:
        effort.check()
        if updates_per_epoch(chain.draw) > 1 or not chain.update[0].has(*STEPS):
            raise
        found = AtomicSteps(chain, effort).law_after(start, steps, ATOMS_LISTED)
        if found is None:
            raise
        return found


def ends_of(region: Any) -> tuple[sp.Expr, sp.Expr]:
    if not isinstance(region, list | tuple) or len(region) != 2:
        raise InvalidInput("set", region, "[low, high]; a single point is [a, a]")
    low, high = (exact(end, "set") for end in region)
    if (high - low).is_negative:
        raise InvalidInput("set", f"[{low}, {high}]", "low <= high")
    return low, high


def stable_law(chain: Chain, place: sp.Expr, steps: int) -> Law | None:
    try:
        return stable_law_after(affine_chain(chain).pairs(), place, steps)
    except HypothesisViolated:
        return None  # not affine: enumeration decides


def closed(found: Law, low: sp.Expr, high: sp.Expr, effort: Effort) -> Answer:
    value = at_end(found, high) - at_end(found, low)
    enclosure = None if value.free_symbols else point_or_refined(value, effort)
    return answer(value, enclosure, Warrant.EXACT, f"the state stays {found.name}", effort, None)


def at_end(found: Law, end: sp.Expr) -> sp.Expr:
    if end.is_infinite:
        return sp.Integer(1 if end > 0 else 0)
    value = found.cdf(end)
    assert value is not None
    return value


def enumerated(chain: Chain, distribution: Distribution, low: sp.Expr, high: sp.Expr, effort: Effort) -> Answer:
    return counted(chain, distribution, sp.simplify(probability_inside(distribution, low, high)), effort)


def counted(chain: Chain, distribution: Distribution, value: sp.Expr, effort: Effort) -> Answer:
    enclosure = None if value.free_symbols else point_or_refined(value, effort)
    atoms = None
    if len(distribution) <= ATOMS_LISTED:
        atoms = [
            {
                "to": {str(symbol): atom_number(place, effort) for symbol, place in zip(chain.state, state, strict=True)},
                "probability": atom_number(weight, effort),
            }
            for state, weight in sorted(distribution.items(), key=in_order)
        ]
    return answer(value, enclosure, Warrant.EXACT, "exact enumeration, equal states merged", effort, atoms)


def in_order(atom: tuple[State, sp.Expr]) -> list[Any]:
    return [sp.default_sort_key(value) for value in atom[0]]


def atom_number(value: sp.Expr, effort: Effort) -> Number:
    return Number(value, None if value.free_symbols else point_or_refined(value, effort), effort.digits)


def point_or_refined(value: sp.Expr, effort: Effort) -> Enclosure:
    if value.is_Rational:
        return Enclosure.point(Fraction(int(value.p), int(value.q)))
    return refine_expression(value, effort, "the probability")


def sampled(chain: Chain, start: Point, steps: int, bounds: Bounds, effort: Effort) -> Answer:
    from ..engines.monte_carlo.probability import sampled_probability  # late: numpy is slow to import

    found = sampled_probability(chain, start, steps, bounds, effort)
    return answer(None, found, Warrant.SAMPLED, "Monte Carlo, Clopper-Pearson 99.9 %", effort, None)


def best_guess(chain: Chain, start: Point, steps: int, bounds: Bounds, effort: Effort) -> Enclosure | None:
    """The sampled interval, for the refusal to carry."""
    from ..engines.monte_carlo.probability import sampled_probability  # late: numpy is slow to import

    try:
        return sampled_probability(chain, start, steps, bounds, effort)
    except (Inconclusive, InvalidInput):
        return None  # the refusal stands by itself


def answer(
    value: sp.Expr | None, enclosure: Enclosure | None, warrant: Warrant, method: str, effort: Effort, atoms: Any
) -> Answer:
    return Answer(
        question="law",
        exact=value,
        enclosure=enclosure,
        warrant=warrant,
        method=method,
        digits=effort.digits,
        extra={"atoms": atoms},
    )
