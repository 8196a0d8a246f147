"""The questions of first passage, checked and reduced, before a method sees them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from math import inf

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..chain.chain import Chain, Point
from ..chain.diffusion import Diffusion
from ..chain.region import Region
from ..effort import Effort
from ..errors import HypothesisViolated, InvalidInput
from .catalogue import best, within
from .method import Method
from .reduction import autonomous_part

Model = Chain | Diffusion
PROBABILITY = Enclosure(Fraction(0), Fraction(1))


def exit_time(model: Model, start: Point, inside: Region, effort: Effort) -> Finding:
    """E tau, tau the first n >= 1 with w_n outside `inside`."""
    return within(
        times(model),
        lambda: leaving(
            "exit-time", lambda m, part: m.exit_time(part, start, inside, effort), model, start, inside, effort
        ),
    )


def times(model: Model) -> Enclosure:
    """Where tau lies: a chain takes a step at least."""
    return Enclosure(Fraction(1 if isinstance(model, Chain) else 0), inf)


def survival(model: Model, start: Point, inside: Region, steps: int | sp.Expr, effort: Effort) -> Finding:
    """P(tau > steps); for a diffusion `steps` is a time, which may hold symbols."""
    symbols = frozenset(str(symbol) for symbol in sp.sympify(steps).free_symbols)

    def ask(method: Method, part: Model) -> Finding | None:
        return method.survival(part, start, inside, steps, effort)

    return within(PROBABILITY, lambda: leaving("survival", ask, model, start, inside, effort, symbols))


def quantile(model: Model, start: Point, inside: Region, level: object, effort: Effort) -> Finding:
    """The smallest n with P(tau <= n) >= level."""
    return within(
        Enclosure.point(0) if level == 0 else times(model),
        lambda: leaving(
            "survival", lambda m, part: m.quantile(part, start, inside, level, effort), model, start, inside, effort
        ),
    )


def leaving(
    question: str,
    ask: Callable[[Method, Model], Finding | None],
    model: Model,
    start: Point,
    inside: Region,
    effort: Effort,
    symbols: frozenset[str] = frozenset(),
) -> Finding:
    """What the methods say of the part that leaves the region; a start that symbols leave open is an assumption.

    `symbols`: those that the question itself leaves without values.
    """
    conditions, part = started_inside(start, inside), part_of(model, inside)
    found = best(question, lambda method: ask(method, part), unknown(part, start, inside) | symbols, effort)
    return replace(found, hypotheses=(*found.hypotheses, *conditions))


def quasi_stationary(model: Model, inside: Region, effort: Effort) -> Finding:
    """The survival factor per step."""

    def find() -> Finding:
        part = part_of(model, inside)
        return best(
            "quasi-stationary", lambda m: m.quasi_stationary(part, inside, effort), unknown(part, {}, inside), effort
        )

    return within(PROBABILITY, find)


def hitting(model: Model, start: Point, target: Region, avoid: Region | None, effort: Effort) -> Finding:
    """P(target is entered before avoid); `start` is in neither."""

    def find() -> Finding:
        seen = {*target.bounds, *(avoid.bounds if avoid else ())}
        part = autonomous_part(model, seen) if isinstance(model, Chain) else model
        symbols = unknown(part, start, target) | (unknown(part, {}, avoid) if avoid else set())
        return best("hitting", lambda m: m.hitting(part, start, target, avoid, effort), symbols, effort)

    return within(PROBABILITY, find)


def limit(model: Model, start: Point, effort: Effort) -> Finding:
    """Where the chain ends."""
    return best("limit", lambda m: m.limit(model, start, effort), unknown(model, start, None), effort)


def part_of(model: Model, inside: Region) -> Model:
    """The model that leaves the region, without idle coordinates."""
    if inside.is_everything:
        raise HypothesisViolated("the region is left", "`inside` is the whole space, which no step leaves")
    return autonomous_part(model, {*inside.bounds}) if isinstance(model, Chain) else model


def started_inside(start: Point, inside: Region) -> tuple[Hypothesis, ...]:
    """Refuse a start outside; while symbols leave it open it is an assumption."""
    within = inside.contains(start)
    if within is False:
        at = ", ".join(f"{symbol} = {value}" for symbol, value in start.items())
        raise InvalidInput("start", at, f"a start inside {inside}")
    return () if within else (Hypothesis(f"the start is inside {inside}", "assumed"),)


def unknown(model: Model, start: Point, region: Region | None) -> set[str]:
    """The names of symbols that have no value."""
    free = set(model.parameters).union(*(value.free_symbols for value in start.values()))
    return {str(symbol) for symbol in free | (region.free_symbols if region else set())}
