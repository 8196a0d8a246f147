"""Walks w' = w + X with a drift, on half-lines: cut far away, where Lundberg's inequality says how little is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, inf, log

import sympy as sp
from flint import arb

from ..answer.answer import Hypothesis
from ..answer.enclosure import Bound, Enclosure
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..balls.adaptive import proved_sign
from ..balls.evaluate import evaluate
from ..balls.precision import ball, enclosure, precision
from ..chain.batch import updates_per_epoch
from ..chain.chain import Chain, Point
from ..chain.diffusion import Diffusion
from ..chain.region import Region
from ..effort import Effort
from ..errors import Inconclusive
from ..numerics.flat_step import FlatStep, flat_step
from .catalogue import best
from .method import Method

BITS = 192
WIDER = 3
"""The cut is moved away at most so often."""
SURE = "a walk whose mean step is 0 or leads to the target exceeds every level with probability 1"
WORDS = "cut where Lundberg's inequality leaves less than the digits; inside: "
LIGHT = Hypothesis("E exp(theta X) <= 1 for some theta > 0", "proved")


class DriftingWalk(Method):
    """P(ever above b), and the time to fall below a, for steps with exponential moments.

    With E exp(theta X) <= 1: P_y(ever >= b) <= exp(-theta (b - y)). So a probability is that of reaching b before c < y
    plus at most exp(-theta (b - c)), and P(tau > n) that on [a, c] plus at most exp(-theta (c - y)), the probability
    of a passage above c. A mean time on [a, oo) is that on [a, c], plus what follows such a passage:
    from W >= c it is at most (W - a + E X^2/mu)/mu by Wald's identity and Lorden's bound of the mean overshoot
    (mu = -E X), and E[W - c; c passed] <= exp(-theta (c - y))/(e theta) as t <= exp(theta t)/(e theta).
    """

    def exit_time(self, model: Chain | Diffusion, start: Point, inside: Region, effort: Effort) -> Finding | None:
        half = HalfLine.of(model, start, inside)
        second = None if half is None else half.walk.step.moment(2)
        if half is None or second is None:
            return None

        def cut(at: sp.Expr, narrower: Effort) -> Finding:
            return asked("exit-time", narrower, lambda m: m.exit_time(model, start, half.up_to(at), narrower))

        def rest(at: sp.Expr) -> arb:
            speed, length = evaluate(abs(half.walk.mean)), evaluate(abs(at - half.end))
            later = (length + 1 / (arb(1).exp() * ball(half.tail.rate)) + evaluate(second) / speed) / speed
            return half.tail.beyond(at) * later

        return widened(half.tail, cut, rest, inf, effort)

    def survival(
        self, model: Chain | Diffusion, start: Point, inside: Region, steps: int, effort: Effort
    ) -> Finding | None:
        half = HalfLine.of(model, start, inside)
        if half is None:
            return None

        def cut(at: sp.Expr, narrower: Effort) -> Finding:
            return asked("survival", narrower, lambda m: m.survival(model, start, half.up_to(at), steps, narrower))

        return widened(half.tail, cut, half.tail.beyond, Fraction(1), effort)

    def hitting(
        self, model: Chain | Diffusion, start: Point, target: Region, avoid: Region | None, effort: Effort
    ) -> Finding | None:
        walk = None if avoid is not None else Walk.of(model, start)
        if walk is None:
            return None
        low, high = target.interval(walk.symbol)
        if (low == -sp.oo) == (high == sp.oo):
            return None
        side = 1 if high == sp.oo else -1
        if proved_sign(side * walk.mean) in (0, 1):
            return Finding(Warrant.EXACT, SURE, sp.Integer(1), Enclosure.point(1), cite=("feller1971",))
        tail = walk.tail(side)
        if tail is None:
            return None
        level = low if side > 0 else high

        def cut(at: sp.Expr, narrower: Effort) -> Finding:
            away = Region({walk.symbol: (-sp.oo, at) if side > 0 else (at, sp.oo)})
            return asked("hitting", narrower, lambda m: m.hitting(model, start, target, away, narrower))

        def rest(at: sp.Expr) -> arb:
            return (-ball(tail.rate) * evaluate(abs(level - at))).exp()

        return widened(replace(tail, side=-side), cut, rest, Fraction(1), effort)


def asked(question: str, effort: Effort, ask: Callable[[Method], Finding | None]) -> Finding:
    return best(question, ask, set(), effort)


@dataclass(frozen=True)
class Walk:
    """w' = w + X from `place`, with a known mean step."""

    symbol: sp.Symbol
    step: FlatStep
    mean: sp.Expr
    place: sp.Expr

    @classmethod
    def of(cls, model: Chain | Diffusion, start: Point) -> Walk | None:
        if not isinstance(model, Chain) or model.dimension != 1 or model.parameters or updates_per_epoch(model.draw) > 1:
            return None
        step, place = flat_step(model), start[model.state[0]]
        if step is None or step.mean is None or place.free_symbols:
            return None
        return cls(model.state[0], step, step.mean, place)

    def tail(self, side: int) -> Tail | None:
        """Lundberg's bound on the side from which the drift leads away; None where it does not, or X has heavy tails."""
        if proved_sign(side * self.mean) != -1:
            return None
        rate = self.step.lundberg_rate(side)
        return None if rate is None else Tail(rate, self.place, side)


@dataclass(frozen=True)
class Tail:
    """P(the walk from `place` ever gets x further on that side) <= exp(-rate x)."""

    rate: Fraction
    place: sp.Expr
    side: int

    def beyond(self, at: sp.Expr) -> arb:
        return (-ball(self.rate) * evaluate(abs(at - self.place))).exp()

    def cut(self, digits: int, times: int) -> sp.Expr:
        """A place so far that the bound is below 10^-(digits + 4), and further at every further attempt."""
        length = Fraction(ceil(16 * (digits + 4) * log(10) / float(self.rate)), 16) * 2**times
        return sp.floor(self.place) + self.side * (sp.Rational(length) + 1)


@dataclass(frozen=True)
class HalfLine:
    """A region with one finite end, to which the walk drifts; `tail`: how far it may get on the other side."""

    walk: Walk
    end: sp.Expr
    tail: Tail

    @classmethod
    def of(cls, model: Chain | Diffusion, start: Point, inside: Region) -> HalfLine | None:
        walk = Walk.of(model, start)
        low, high = (sp.oo, sp.oo) if walk is None else inside.interval(walk.symbol)
        if walk is None or (low == -sp.oo) == (high == sp.oo):
            return None
        tail = walk.tail(1 if high == sp.oo else -1)
        return None if tail is None else cls(walk, low if high == sp.oo else high, tail)

    def up_to(self, at: sp.Expr) -> Region:
        return Region({self.walk.symbol: (self.end, at) if self.tail.side > 0 else (at, self.end)})


def widened(
    tail: Tail, cut: Callable[[sp.Expr, Effort], Finding], rest: Callable[[sp.Expr], arb], limit: Bound, effort: Effort
) -> Finding:
    """The finding inside the cut, with what may lie beyond it; no more than `limit`."""
    narrower, reached = effort.with_digits(effort.digits + 1), None
    for times in range(WIDER):
        at = tail.cut(effort.digits, times)
        try:
            inside = cut(at, narrower)
        except Inconclusive as refusal:
            raise Inconclusive(refusal.reason, reached.enclosure if reached is not None else None) from None
        assert inside.enclosure is not None
        with precision(BITS):
            most = enclosure(ball(inside.enclosure.upper) + rest(at)).upper
        reached = replace(
            inside,
            warrant=min(inside.warrant, Warrant.CERTIFIED),
            method=WORDS + inside.method,
            exact=None,
            enclosure=Enclosure(inside.enclosure.lower, min(most, limit)),
            hypotheses=(*inside.hypotheses, LIGHT),
            cite=(*inside.cite, "lorden1970", "feller1971"),
        )
        if reached.reaches(effort.digits):
            return reached
    assert reached is not None
    return reached


METHOD = DriftingWalk()
