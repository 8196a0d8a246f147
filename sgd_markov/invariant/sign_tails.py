"""How a chain of sign steps behaves far out: do its masses fall at least geometrically there?

Beyond a place `start` the chance of each outcome is monotone in v, proved from the derivative of its threshold, and so
lies between its value at any v and its limit. That bounds the ratio p(v)/q(v + 1) of neighbouring masses from there on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

import sympy as sp

from ..algebra import real_roots
from ..errors import Inconclusive, InvalidInput
from ..laws.law import Interval
from ..proof import Positive, Step
from ..proof.region import sign_on
from .sign_steps import Edge, SignSteps, V, known_sign, mass_beyond


class Trend(Enum):
    CONSTANT = 0
    RISING = 1
    FALLING = -1


@dataclass(frozen=True)
class Part:
    """One outcome of an edge: its move, its weight, and how its chance runs for v > start; does it stay positive?"""

    edge: Edge
    side: int
    trend: Trend
    limit: sp.Expr
    lives: bool

    @property
    def move(self) -> int:
        return self.edge.moves[self.side]

    def bound(self, at: sp.Expr, upper: bool) -> sp.Expr:
        """A bound of the weighted chance for every v >= at: its value at the beginning or its limit."""
        far = (self.trend is Trend.RISING) == upper
        chance = self.limit if far else self.edge.chance(self.side, at)
        return self.edge.probability * chance


@dataclass(frozen=True)
class Tail:
    """What holds for all v > start: every chance is monotone, and runs to its limit."""

    start: sp.Expr
    parts: tuple[Part, ...]
    checks: tuple[Step, ...]

    def moving(self, move: int) -> list[Part]:
        return [part for part in self.parts if part.move == move]

    @property
    def is_constant(self) -> bool:
        return all(part.trend is Trend.CONSTANT for part in self.parts if part.move != 0)

    def limit_of(self, move: int) -> sp.Expr:
        return sp.factor(sp.Add(*(part.edge.probability * part.limit for part in self.moving(move))))

    def ratio_bound(self, at: sp.Expr) -> sp.Expr | None:
        """A bound of p(v)/q(v + 1) for every v >= at; None where q is not bounded away from 0."""
        up = sp.Add(*(part.bound(at, True) for part in self.moving(1)))
        down = sp.Add(*(part.bound(at + 1, False) for part in self.moving(-1)))
        return None if down == 0 else up / down

    def lives(self, move: int, at: sp.Expr) -> bool:
        """Is the chance of the move proved positive for every v >= at?"""
        return any(part.lives and is_positive(part.edge.chance(part.side, at)) for part in self.moving(move))

    @property
    def ends(self) -> bool:
        """Does P(up) vanish from some place on, so that no state lies beyond?"""
        return all(not part.lives and part.limit == 0 for part in self.moving(1))


def upper_tail(steps: SignSteps) -> Tail:
    """The tail at v -> oo; `Inconclusive` where no monotonicity is proved."""
    start = tail_start(steps.edges)
    checks: list[Step] = []
    parts = tuple(part for edge in steps.edges for part in of_edge(edge, start, checks))
    return Tail(start, parts, tuple(checks))


def of_edge(edge: Edge, start: sp.Expr, checks: list[Step]) -> list[Part]:
    if edge.law is None or edge.slope == 0:
        sign = sign_beyond(edge.offset, start, checks, "The edge keeps its sign far out")
        return [Part(edge, s, Trend.CONSTANT, sp.Integer(int(s == sign)), s == sign) for s in (1, 0, -1)]
    lean = sign_beyond(edge.slope, start, checks, "The factor of what is drawn keeps its sign far out")
    threshold = edge.threshold
    drift = sign_beyond(sp.diff(threshold, V), start, checks, "The threshold is monotone far out")
    target = sp.limit(threshold, V, sp.oo)
    if not (target in (sp.oo, -sp.oo) or (target.is_real and not target.has(sp.Limit))):
        raise Inconclusive("the limit of the threshold is not known")
    support = edge.law.support
    assert isinstance(support, Interval)
    parts = [Part(edge, 0, Trend.CONSTANT, sp.Integer(0), False)]
    for side in (1, -1):
        above = side * lean > 0  # the chance is P(X > t)
        limit = mass_beyond(edge.law, target, side * lean)
        trend = Trend.CONSTANT if drift == 0 else Trend.FALLING if (drift > 0) == above else Trend.RISING
        endless = support.high == sp.oo if above else support.low == -sp.oo
        lives = endless or is_positive(limit) or (trend is Trend.FALLING and stays_inside(support, target, above))
        parts.append(Part(edge, side, trend, limit, lives))
    return parts


def stays_inside(support: Interval, target: sp.Expr, above: bool) -> bool:
    """Does a threshold that moves strictly towards `target`, outwards, never reach the end of the support?"""
    if target.is_infinite:
        return False
    return known_sign(support.high - target) >= 0 if above else known_sign(target - support.low) >= 0


def is_positive(chance: sp.Expr) -> bool:
    return bool(chance != 0) and (bool(chance.free_symbols) or known_sign(chance) > 0)


def sign_beyond(expr: sp.Expr, start: sp.Expr, checks: list[Step], why: str) -> int:
    """The sign of the expression on (start, oo), proved; appended to `checks`."""
    expr = sp.cancel(expr) if expr.is_rational_function(V) else expr
    if V not in expr.free_symbols:
        return known_sign(expr)
    if expr.free_symbols == {V}:
        found = sign_on(expr, {V: (start, sp.oo)})
        if found:
            checks.append(Positive(why, found * expr, {V: (start, sp.oo)}))
            return found
    beyond = start + sp.Dummy("t", positive=True)
    moved = sp.factor(expr.subs(V, beyond))
    if moved.is_positive or moved.is_negative:
        return 1 if moved.is_positive else -1
    raise Inconclusive(f"the sign of {expr} far out is not proved")


def tail_start(edges: Iterable[Edge]) -> sp.Expr:
    """A place beyond every real zero and pole of what has to keep its sign, where those are rational functions of v."""
    start = sp.Integer(0)
    for edge in edges:
        parts = [edge.offset] if edge.law is None or edge.slope == 0 else [edge.slope, sp.diff(edge.threshold, V)]
        for part in parts:
            for poly in polynomials(part):
                for root in real_roots(poly):
                    start = max(start, sp.Integer(int(root.enclose(64).upper) + 1))
    return start


def polynomials(expr: sp.Expr) -> list[sp.Poly]:
    """Numerator and denominator in v alone; symbols that are only positive factors do not count."""
    if not expr.is_rational_function(V):
        return []
    found = []
    for part in sp.fraction(sp.cancel(expr)):
        _, inner = sp.factor(part).as_independent(V, as_Add=False)
        if inner.free_symbols == {V}:
            poly = sp.Poly(inner, V)
            if all(c.is_Rational for c in poly.all_coeffs()):
                found.append(poly)
    return found


@dataclass(frozen=True)
class Verdict:
    """Is the tail summable? `holds` None: not decided. `reason` says why not; `assumed` on what it rests."""

    holds: bool | None
    reason: str = ""
    assumed: str = ""


def verdict(tail: Tail) -> Verdict:
    """Do the masses of the tail, where all p and q are positive, have a finite sum?

    Where p/q tends to less than 1 they do; to more than 1 they do not; at 1 they do not if no chance of a step up
    rises and none of a step down falls, for then p/q is at least 1 all the way.
    """
    up, down = tail.limit_of(1), tail.limit_of(-1)
    try:
        sign = known_sign(sp.factor(down - up))
    except InvalidInput:
        return Verdict(True, assumed=f"{up} < {down}")
    if sign > 0:
        return Verdict(True)
    falling = all(part.trend is not Trend.RISING for part in tail.moving(1))
    rising = all(part.trend is not Trend.FALLING for part in tail.moving(-1))
    if sign == 0 and not (falling and rising):
        return Verdict(None)
    return Verdict(False, f"P(outwards) tends to {up} and P(inwards) to {down}: the sum of the masses diverges")
