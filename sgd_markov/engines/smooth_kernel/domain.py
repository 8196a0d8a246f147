"""The states in which the chain is still under way: pieces on which every branch of its step is analytic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import sympy as sp
from flint import arb

from ...balls.adaptive import proved_sign
from ...balls.evaluate import evaluate
from ...balls.precision import precision
from ...errors import Inconclusive
from ...numerics.case_signs import Signs, Undecided
from ...numerics.monotone_branches import NotInvertible
from ...numerics.smooth_pieces import EndlessSteps, smooth_pieces
from .density import AnalyticDensity
from .known import analytic_density
from .step import Branch, SmoothStep

PARTS = 64
"""Subintervals on which a scale is shown to be positive."""
Interval = tuple[sp.Expr, sp.Expr]


@dataclass(frozen=True)
class Leg:
    """A branch on one piece: with `probability` to centre(w) + scale(w) Z, scale > 0, both smooth formulas."""

    probability: sp.Expr
    centre: sp.Expr
    scale: sp.Expr
    density: AnalyticDensity


@dataclass(frozen=True)
class Piece:
    """low <= w <= high, with the legs of a step from there."""

    low: sp.Expr
    high: sp.Expr
    legs: tuple[Leg, ...]


@dataclass(frozen=True)
class Domain:
    """The states that count as staying: `pieces`, disjoint up to ends, in increasing order.

    `atoms`: the barriers that are states of their own, with their side (-1: all mass below the point sits on it).
    `gaps`: the intervals that a step must not reach; with the pieces and what lies beyond the atoms they are the line.
    """

    state: sp.Symbol
    pieces: tuple[Piece, ...]
    atoms: tuple[tuple[sp.Expr, int], ...]
    gaps: tuple[Interval, ...]
    branches: tuple[Branch, ...]
    start: sp.Expr | None = None
    """A start that is no inner point of a piece: at a jump of the map the step from there is that of neither side."""
    origin: sp.Expr = sp.S.Zero
    """The states are distances from there."""
    folded: bool = False
    """The states are absolute values: w and -w are one."""

    @cached_property
    def places(self) -> tuple[Piece, ...]:
        """The pieces, then one for every atom and for the start, with the step that is taken from exactly there."""
        single = [at for at, _ in self.atoms] + ([] if self.start is None else [self.start])
        return (
            *self.pieces,
            *(Piece(at, at, tuple(leg_at(b, self.state, at) for b in self.branches)) for at in single),
        )

    def place_of(self, point: sp.Expr) -> int:
        """The piece that holds a point inside, else the place of its own that `started` made."""
        for place, piece in enumerate(self.pieces):
            if proved_sign(piece.low - point) == -1 and proved_sign(point - piece.high) == -1:
                return place
        assert point == self.start
        return len(self.places) - 1

    def state_of(self, point: sp.Expr) -> sp.Expr:
        """The state that stands for a point."""
        state = sp.expand(point - self.origin)
        return sp.Abs(state) if self.folded else state

    def started(self, point: sp.Expr) -> Domain:
        """The domain with the point as a place of its own where no piece holds it inside."""
        inside = any(
            proved_sign(piece.low - point) == -1 and proved_sign(point - piece.high) == -1 for piece in self.pieces
        )
        return self if inside or point == self.start else replace(self, start=point)


def domain_of(step: SmoothStep, intervals: Sequence[Interval], closed: bool = True) -> Domain | None:
    """The domain of closed intervals, or of open ones: they differ by what sits on a barrier at an end.

    None where it is unbounded, where a branch has no smooth pieces, or its scale vanishes.
    """
    intervals = [at_barriers(pair, step) for pair in intervals]
    kept = [cut for pair in intervals if (cut := within_barriers(pair, step)) is not None]
    if any(end in (-sp.oo, sp.oo) for pair in kept for end in pair):
        return None
    try:
        pieces = tuple(piece for low, high in kept for piece in pieces_of(step, low, high))
    except (Undecided, NotInvertible, EndlessSteps, VanishingScale):
        return None
    if not pieces:
        return None
    first, last = kept[0][0], kept[-1][1]
    left_out = set() if closed else {end for pair in intervals for end in pair}
    sits_low, sits_high = first == step.low and first not in left_out, last == step.high and last not in left_out
    atoms = ([(first, -1)] if sits_low else []) + ([(last, 1)] if sits_high else [])
    gaps = [(one[1], other[0]) for one, other in pairwise(kept)]
    gaps += ([] if sits_low else [(-sp.oo, first)]) + ([] if sits_high else [(last, sp.oo)])
    return Domain(step.state, pieces, tuple(atoms), tuple(gaps), step.branches)


def at_barriers(pair: Interval, step: SmoothStep) -> Interval:
    """The ends that equal a barrier written as the barrier is."""
    barriers = [barrier for barrier in (step.low, step.high) if barrier is not None]
    low, high = (
        next((b for b in barriers if end not in (sp.oo, -sp.oo) and decided_sign(end - b) == 0), end) for end in pair
    )
    return low, high


def decided_sign(number: sp.Expr) -> int:
    sign = proved_sign(number)
    if sign is None:
        raise Inconclusive(f"the sign of {number} is not decided")
    return sign


def within_barriers(pair: Interval, step: SmoothStep) -> Interval | None:
    """The interval cut to what the barriers leave; None where nothing is left."""
    low, high = pair
    if step.low is not None and (low == -sp.oo or decided_sign(step.low - low) == 1):
        low = step.low
    if step.high is not None and (high == sp.oo or decided_sign(high - step.high) == 1):
        high = step.high
    unbounded = low == -sp.oo or high == sp.oo
    return (low, high) if unbounded or decided_sign(high - low) == 1 else None


class VanishingScale(Exception):
    """A branch has no density at some state."""


def pieces_of(step: SmoothStep, low: sp.Expr, high: sp.Expr) -> list[Piece]:
    """The interval cut at the kinks of every branch."""
    cuts = {low, high}
    for branch in step.branches:
        for expr in (branch.centre, branch.scale):
            cuts |= {
                end for piece in smooth_pieces(expr, step.state, low, high, Signs()) for end in (piece.low, piece.high)
            }
    ordered = sorted(cuts, key=lambda end: float(end))
    return [Piece(a, b, tuple(leg(branch, step.state, a, b) for branch in step.branches)) for a, b in pairwise(ordered)]


def leg(branch: Branch, state: sp.Symbol, low: sp.Expr, high: sp.Expr) -> Leg:
    """The branch on an interval without kinks; the law is symmetric, so that the sign of the scale does not matter."""
    centre, scale = (
        smooth_pieces(expr, state, low, high, Signs())[0].formula for expr in (branch.centre, branch.scale)
    )
    sides = {bounded_sign(scale, state, low, high)}
    if sides == {0}:
        raise VanishingScale
    return Leg(branch.probability, centre, scale if sides == {1} else -scale, analytic_density(branch.law))


def leg_at(branch: Branch, state: sp.Symbol, at: sp.Expr) -> Leg:
    """The branch taken from one state."""
    centre, scale = branch.centre.subs(state, at), branch.scale.subs(state, at)
    if centre.is_finite is False or scale.is_finite is False or decided_sign(scale) == 0:
        raise Inconclusive(f"a step from exactly {at} has no density")
    return Leg(branch.probability, centre, scale if decided_sign(scale) == 1 else -scale, analytic_density(branch.law))


def bounded_sign(expr: sp.Expr, state: sp.Symbol, low: sp.Expr, high: sp.Expr) -> int:
    """1 or -1 where balls prove the sign on [low, high], else 0."""
    with precision(64):
        found = [evaluate(expr, {state: part}) for part in parts(low, high, PARTS)]
        return 1 if all(value > 0 for value in found) else -1 if all(value < 0 for value in found) else 0


def parts(low: sp.Expr, high: sp.Expr, count: int) -> list[arb]:
    """Balls that cover [low, high]."""
    a, b = evaluate(low), evaluate(high)
    ends = [a + (b - a) * k / count for k in range(count + 1)]
    return [one.union(other) for one, other in pairwise(ends)]
