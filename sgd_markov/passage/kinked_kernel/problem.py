"""The bounded intervals on which a chain with kinked noise moves before it leaves a region."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor

import sympy as sp

from ...answer.enclosure import Enclosure
from ...chain.chain import Chain, Point
from ...chain.diffusion import Diffusion
from ...chain.region import Region
from ...effort import Effort
from ...engines.kinked_kernel.kernel import fraction, is_numeric
from ...engines.kinked_kernel.places import Place, neighbours
from ...engines.kinked_kernel.reach import reach
from ...engines.kinked_kernel.rounds import Region as Interval
from ...errors import HypothesisViolated
from ...laws.signs import sign
from ...numerics.kinked_steps import Steps, kinked_steps

LEFT = "the region is left"


@dataclass(frozen=True)
class Problem:
    """The steps on bounded intervals in which the chain moves before it leaves; `is_kept`: it never does.

    Of two intervals one is inside the region, and the other one holds it.
    """

    regions: tuple[Interval, ...]
    start: Place
    is_kept: bool

    def require_exit(self, inside: Region, consequence: str) -> None:
        if self.is_kept:
            raise HypothesisViolated(LEFT, f"no step leads out of {inside} from {self.start}: {consequence}")

    def between(self, number: Callable[[Interval], Enclosure]) -> Enclosure:
        """A number that grows with the region."""
        return hull([number(region) for region in self.regions])


def hull(found: Sequence[Enclosure]) -> Enclosure:
    return Enclosure(min(each.lower for each in found), max(each.upper for each in found))


@dataclass(frozen=True)
class OpenProblem:
    """The steps on (-oo, high]."""

    steps: Steps
    start: Place
    high: Fraction


def problem_of(model: Chain | Diffusion, inside: Region, start: Point, effort: Effort) -> Problem | OpenProblem | None:
    """None where the method does not apply: other noise, symbols, irrational barriers, a region without a bound."""
    steps = numeric_steps(model)
    at = None if steps is None else rational_or_not(start[steps.state])
    if steps is None or at is None or inside.free_symbols:
        return None
    steps, found = upright(steps, at), list[Interval]()
    for low, high in rational_pairs(*inside.interval(steps.state), effort):
        known = reach(steps, neighbours(at), low, high)
        if known.keeps(low, high) and not found:
            return Problem((), at, True)
        ends = inner(low, known.least, max), inner(high, known.most, min)
        if ends[0] is None or ends[1] is None:
            return open_problem(steps, ends, at)
        if ends[0] >= ends[1] or not has_positive_scales(steps, ends[0], ends[1]):
            return None
        found.append(Interval(steps, ends[0], ends[1]))
    return Problem(tuple(found), at, False)


def open_problem(steps: Steps, ends: tuple[Fraction | None, Fraction | None], at: Place) -> OpenProblem | None:
    """A half line, turned downwards."""
    if ends[1] is not None:
        return OpenProblem(steps, at, ends[1])
    return None if ends[0] is None else OpenProblem(steps.mirrored, -at, -ends[0])


def has_positive_scales(steps: Steps, low: Fraction, high: Fraction) -> bool:
    """Are the scales positive at the ends and in the middle? Where they are not elsewhere, the engine refuses."""
    places = [sp.Rational(p.numerator, p.denominator) for p in (low, (low + high) / 2, high)]
    scales = [stride.scale for stride in steps.strides if stride.scale != 1]
    return all(sign(scale.subs(steps.state, place)) == 1 for scale in scales for place in places)


def rational_or_not(place: sp.Expr) -> Place | None:
    """A place without symbols, as a fraction where it is rational."""
    return None if place.free_symbols else fraction(place) or (Fraction(0) if place == 0 else place)


def rational_pairs(low: sp.Expr, high: sp.Expr, effort: Effort) -> list[tuple[Fraction | None, Fraction | None]]:
    """The ends, None if infinite; where one is irrational those of an interval inside and of one around."""
    if all(end.is_infinite or end.is_Rational for end in (low, high)):
        return [(fraction(low), fraction(high))]
    scale = 2 ** (7 * effort.digits + 100)
    below, above = (None if end.is_infinite else neighbours(rational_or_not(end) or Fraction(0)) for end in (low, high))
    outer = [None if pair is None else rounded(pair, scale) for pair in (below, above)]
    return [
        (None if outer[0] is None else outer[0][1], None if outer[1] is None else outer[1][0]),
        (None if outer[0] is None else outer[0][0], None if outer[1] is None else outer[1][1]),
    ]


def rounded(pair: tuple[Fraction, Fraction], scale: int) -> tuple[Fraction, Fraction]:
    """Multiples of 1/scale around the pair."""
    return Fraction(floor(pair[0] * scale), scale), Fraction(ceil(pair[1] * scale), scale)


def inner(end: Fraction | None, kept: Fraction | None, choose: Callable[..., Fraction]) -> Fraction | None:
    """The end of the region, or a bound that the chain keeps inside it."""
    known = [bound for bound in (end, kept) if bound is not None]
    return choose(known) if known else None


def numeric_steps(model: Chain | Diffusion) -> Steps | None:
    steps = kinked_steps(model)
    if steps is None or not is_numeric(steps):
        return None
    return steps if all(smooth(stride.drift) and smooth(stride.scale) for stride in steps.strides) else None


def upright(steps: Steps, place: Place) -> Steps:
    """With scales that are positive at the place."""
    at = neighbours(place)[0]
    here = {steps.state: sp.Rational(at.numerator, at.denominator)}
    strides = (s.turned if s.scale != 1 and sign(s.scale.subs(here)) == -1 else s for s in steps.strides)
    return replace(steps, strides=tuple(strides))


def smooth(drift: sp.Expr) -> bool:
    """Is the drift made of functions whose series are known?"""
    from ...numerics.power_series import METHODS

    return all(
        isinstance(part, sp.Symbol | sp.Add | sp.Mul)
        or part.is_number
        or (part.is_Pow and part.exp.is_Integer)
        or type(part) in METHODS
        for part in sp.preorder_traversal(drift)
    )


def within_barriers(steps: Steps, low: Fraction | None, high: Fraction | None) -> tuple[Fraction, Fraction]:
    """The part of the region where the chain is after a step, if every step is clipped."""
    assert low is not None and high is not None
    if steps.jumps:
        return low, high
    floors, ceilings = [fraction(s.floor) for s in steps.strides], [fraction(s.ceiling) for s in steps.strides]
    if None not in floors:
        low = max(low, min(floor for floor in floors if floor is not None))
    if None not in ceilings:
        high = min(high, max(ceiling for ceiling in ceilings if ceiling is not None))
    return low, high
