"""log|w| for multipliers that are uniform, or mixtures of such: a flat walk with the density of log|M|.

Where |M| is uniform on [a, b], log|M| has the density exp(y)/(b - a), a kinked one, but with irrational kinks. A level is
passed the later the smaller the steps are: with log a, log b and the distance rounded up and down the true time lies between.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, inf

import sympy as sp
from flint import arb

from ...answer.enclosure import Enclosure
from ...balls.evaluate import evaluate
from ...balls.precision import enclosure, precision
from ...chain.mixture import Component
from ...effort import Effort
from ...engines.kinked_kernel import linear_tail, open_passages, passages
from ...engines.kinked_kernel.rounds import Region
from ...errors import Inconclusive
from ...laws.signs import sign
from ...laws.uniform import Uniform
from ...numerics.kinked_steps import Piece, Steps, Stride, Term
from .way import Problem

STATE = sp.Dummy("y", real=True)
MOST_BITS = 120


@dataclass(frozen=True)
class Part:
    """With `probability` |M| is uniform on [low, high], low >= 0."""

    probability: sp.Expr
    low: sp.Expr
    high: sp.Expr


def mean_time(problem: Problem, effort: Effort) -> Enclosure | None:
    """E tau; None for other multipliers."""

    def time(steps: Steps, high: Fraction) -> Enclosure:
        if all(stride.pieces[0].low >= 0 for stride in steps.strides):
            return passages.exit_time(Region(steps, Fraction(0), high), Fraction(0), effort)
        found = linear_tail.exit_time(steps, Fraction(0), high, effort)
        return open_passages.exit_time(steps, Fraction(0), high, effort) if found is None else found

    return between(problem, effort, time)


def survival(problem: Problem, count: int, effort: Effort) -> Enclosure | None:
    """P(tau > count); None for other multipliers."""
    return between(problem, effort, lambda steps, high: open_passages.survival(steps, Fraction(0), high, count, effort))


def between(problem: Problem, effort: Effort, number: Callable[[Steps, Fraction], Enclosure]) -> Enclosure | None:
    """A number that grows with the time, between those of longer and of shorter steps."""
    parts = uniform_parts(problem.parts)
    if parts is None or problem.out != 0 or problem.stuck != 0 or problem.inward:
        return None
    bits = min(MOST_BITS, 4 * effort.digits + 40)
    with precision(2 * bits):
        early, late = ((steps_of(parts, bits, side), rounded(problem.distance, bits, -side)) for side in (1, -1))
    least: Fraction | float = Fraction(0)
    most: Fraction | float = inf
    try:
        least = number(*early).lower
        most = number(*late).upper
    except Inconclusive as refusal:
        if refusal.enclosure is not None:
            least, most = (refusal.enclosure.lower, inf) if not least else (least, refusal.enclosure.upper)
        raise Inconclusive(refusal.reason, Enclosure(least, most)) from None
    return Enclosure(least, most)


def uniform_parts(components: tuple[Component, ...]) -> list[Part] | None:
    """|M| as a mixture of uniform variables, or None."""
    found: list[Part] = []
    for component in components:
        (value,) = component.values
        if len(component.laws) != 1:
            return None
        ((symbol, law),) = component.laws.items()
        slope = sp.diff(value, symbol)
        if not isinstance(law, Uniform) or slope.free_symbols or sign(slope) not in (1, -1):
            return None
        ends = [value.subs(symbol, end) for end in (law.low, law.high)]
        if any(end.free_symbols for end in ends):
            return None
        found += folded(component.probability, *(ends if sign(slope) == 1 else reversed(ends)))
    return found


def folded(probability: sp.Expr, low: sp.Expr, high: sp.Expr) -> list[Part]:
    """|M| for M uniform on [low, high]."""
    if sign(low) in (0, 1):
        return [Part(probability, low, high)]
    if sign(high) in (0, -1):
        return [Part(probability, -high, -low)]
    share = -low / (high - low)
    return [Part(probability * share, sp.S.Zero, -low), Part(probability * (1 - share), sp.S.Zero, high)]


def steps_of(parts: list[Part], bits: int, side: int) -> Steps:
    """The walk of log|M| with ends rounded up (side 1) or down; uniform on larger numbers is larger."""
    return Steps(STATE, tuple(Stride(part.probability, STATE, (piece(part, bits, side),)) for part in parts))


def piece(part: Part, bits: int, side: int) -> Piece:
    """exp(y)/(exp(high) - exp(low)) on [low, high]."""
    high = number_of(rounded(evaluate(part.high).log(), bits, side))
    if part.low == 0:
        return Piece(-sp.oo, high, (Term(sp.exp(-high), 0, sp.Integer(-1)),))
    low = number_of(rounded(evaluate(part.low).log(), bits, side))
    return Piece(low, high, (Term(1 / (sp.exp(high) - sp.exp(low)), 0, sp.Integer(-1)),))


def rounded(value: arb, bits: int, side: int) -> Fraction:
    """A multiple of 2^-bits above (side 1) or below the value."""
    found = enclosure(value)
    end = Fraction(found.upper if side == 1 else found.lower) * 2**bits
    return Fraction(ceil(end) if side == 1 else floor(end), 2**bits)


def number_of(place: Fraction) -> sp.Rational:
    return sp.Rational(place.numerator, place.denominator)
