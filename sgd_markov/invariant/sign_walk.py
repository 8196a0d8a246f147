"""The lattice that a chain of sign steps walks on from its start, and the part of it that carries a stationary law."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import sympy as sp

from ..errors import HypothesisViolated, Inconclusive, InvalidInput
from ..laws.law import Interval
from .sign_steps import SignSteps, V, known_sign
from .sign_tails import Tail, Verdict, is_positive, upper_tail, verdict

SCAN = 20_000
"""So many states are looked at, for the ends of the class of the start."""


@dataclass
class Walk:
    """v = origin + k, k in Z; `chance(move, k)` of the step from k. Chances are kept once computed."""

    steps: SignSteps
    origin: sp.Expr
    known: dict[tuple[int, int], sp.Expr] = field(default_factory=dict)

    def place(self, k: int) -> sp.Expr:
        return self.origin + k

    def chance(self, move: int, k: int) -> sp.Expr:
        key = (move, k)
        if key not in self.known:
            self.known[key] = self.steps.chance(move, self.place(k))
        return self.known[key]

    def open(self, move: int, k: int) -> bool:
        return is_positive(self.chance(move, k))

    @cached_property
    def mirrored(self) -> Walk:
        return Walk(self.steps.mirrored(), -self.origin)

    @cached_property
    def tail(self) -> Tail:
        return upper_tail(self.steps)

    def reach(self) -> int | None:
        """The last k that the walk reaches upwards from 0; None where it goes on for ever."""
        for k in range(SCAN):
            if not self.open(1, k):
                return k
            if self.in_tail(k) and self.tail.lives(1, self.place(k)) and self.tail.lives(-1, self.place(k)):
                return None
        raise Inconclusive(f"no end of the lattice is found within {SCAN} steps")

    def in_tail(self, k: int) -> bool:
        return known_sign(self.place(k) - self.tail.start) > 0

    def tail_from(self) -> int:
        """The first k >= 0 inside the tail."""
        for k in range(SCAN):
            if self.in_tail(k):
                return k
        raise Inconclusive(f"the tail begins more than {SCAN} steps away")


@dataclass(frozen=True)
class Segment:
    """The states low, ..., high communicate; None is an infinite end. `closed`: no step leaves."""

    low: int | None
    high: int | None
    closed: bool

    def nearest(self, k: int) -> int:
        """k, or the end next to it where it lies outside."""
        k = k if self.low is None else max(k, self.low)
        return k if self.high is None else min(k, self.high)


def segments(walk: Walk) -> list[Segment]:
    """What the walk reaches from k = 0, cut where it can go in one direction only."""
    down, up = walk.mirrored.reach(), walk.reach()
    first = -down if down is not None else -walk.mirrored.tail_from()
    last = up if up is not None else walk.tail_from()
    found, begin, left_closed = [], None if down is None else first, True
    for k in range(first, last):
        out, back = walk.open(1, k), walk.open(-1, k + 1)
        if out and back:
            continue
        found.append(Segment(begin, k, left_closed and not out))
        begin, left_closed = k + 1, not back
    found.append(Segment(begin, None if up is None else last, left_closed))
    return found


def carrier(walk: Walk) -> tuple[Segment, list[Verdict]]:
    """The one closed segment whose masses have a finite sum, and the verdicts on its infinite ends.

    Raises `HypothesisViolated` where there is none, or more than one.
    """
    lawful: list[tuple[Segment, list[Verdict]]] = []
    reasons = []
    for segment in segments(walk):
        verdicts = [
            verdict(side.tail) for side, end in ((walk, segment.high), (walk.mirrored, segment.low)) if end is None
        ]
        if not segment.closed:
            continue
        if any(v.holds is False for v in verdicts):
            reasons += [v.reason for v in verdicts if v.holds is False]
        elif any(v.holds is None for v in verdicts):
            raise Inconclusive("whether the sum of the masses converges is not decided")
        else:
            lawful.append((segment, verdicts))
    if not lawful:
        raise HypothesisViolated(
            "a stationary law exists on the lattice of the start",
            "; ".join(dict.fromkeys(reasons)) or "no closed class",
        )
    if len(lawful) > 1:
        names = "; ".join(named(walk, segment) for segment, _ in lawful)
        raise HypothesisViolated("one stationary law is reached from start", f"closed classes of states: {names}")
    return lawful[0]


def whole_line(walk: Walk) -> tuple[Segment, list[Verdict]]:
    """The carrier where symbols are free: all of Z, by laws on the whole line that make both moves possible."""
    for edge in walk.steps.edges:
        support = None if edge.law is None else edge.law.support
        if (
            support != Interval(-sp.oo, sp.oo)
            or V in edge.slope.free_symbols
            or {edge.moves[1], edge.moves[-1]} != {1, -1}
        ):
            names = ", ".join(sorted(str(s) for s in symbols_of(walk)))
            raise InvalidInput(
                "values", f"free symbols {names}", f"numbers for {names}: the class of the start depends on them"
            )
    verdicts = [verdict(side.tail) for side in (walk, walk.mirrored)]
    if any(v.holds is False for v in verdicts):
        raise HypothesisViolated(
            "a stationary law exists on the lattice of the start", next(v.reason for v in verdicts if v.reason)
        )
    if any(v.holds is None for v in verdicts):
        raise Inconclusive("whether the sum of the masses converges is not decided")
    return Segment(None, None, True), verdicts


def symbols_of(walk: Walk) -> set[sp.Symbol]:
    found: set[sp.Symbol] = {*walk.origin.free_symbols, *walk.steps.unit.free_symbols}
    for edge in walk.steps.edges:
        found |= edge.probability.free_symbols | edge.slope.free_symbols | edge.offset.free_symbols
        found |= set() if edge.law is None else edge.law.free_symbols
    found.discard(V)
    return found


def named(walk: Walk, segment: Segment) -> str:
    ends = [
        "..." if k is None else str(sp.expand(walk.steps.unit * walk.place(k))) for k in (segment.low, segment.high)
    ]
    return "{" + (ends[0] if segment.low == segment.high else f"{ends[0]}, ..., {ends[1]}") + "}"


def lattice_walk(steps: SignSteps, start: sp.Expr | None) -> Walk:
    if start is None:
        lattice = f"start + {steps.unit} Z, and each of these lattices has its own law"
        raise InvalidInput("start", "nothing", f"a starting point: the chain stays on {lattice}")
    return Walk(steps, sp.cancel(start / steps.unit))
