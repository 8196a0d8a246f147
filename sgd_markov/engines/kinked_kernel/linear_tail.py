"""Mean times of flat walks on a half line: far from its end they are linear, up to what falls exponentially.

Let w' = w + x, mu = E x > 0, s = 1/mu, the region (-oo, high]. With v on [edge, high] and the line l(w) = v(edge) + s (edge - w)
below the edge, v = 1 + K v on [edge, high] says

    v = 1 + s E[(edge - w')^+] + K' v,    K' that of the walk with a floor at the edge,

and below the edge l - 1 - K l is E[l(w') - v(w'); w' > edge], as l - 1 - E l(w') = 0. If both are at most eps < 1,
v/(1 + eps) <= E tau <= v/(1 - eps): v is bounded below, hence positive (its least value m has m >= 1 - eps + m otherwise), and
at most a multiple of E tau, which is at least 1 and at least (high - w)/E x^+.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import sympy as sp
from flint import arb, arb_poly

from ...answer.enclosure import Enclosure
from ...balls.precision import ball, precision
from ...effort import Effort
from ...errors import Inconclusive
from ...numerics.kinked_steps import Steps
from .cells import Function
from .far import Below, first_moment, mean, width_of
from .kernel import Kernel, Move, Part, kernel_of
from .models import size_of
from .passages import digits_of, hull, tenth_power
from .places import Place, neighbours
from .primitives import constant_bracket
from .rounds import Outcome, Region, rounds
from .setting import MeshesEnd, Setting, half_of

TRIALS = 6
BITS = 128


def is_flat(steps: Steps) -> bool:
    """Is every step w + x, or no step?"""
    return all(jump.target == steps.state for jump in steps.jumps) and all(
        stride.scale == 1
        and stride.pieces
        and steps.state not in sp.expand(stride.drift - steps.state).free_symbols
        and stride.floor == -sp.oo
        and stride.ceiling == sp.oo
        for stride in steps.strides
    )


def exit_time(steps: Steps, start: Place, high: Fraction, effort: Effort) -> Enclosure | None:
    """E tau from `start` out of (-oo, high]; None where the drift is not proved to lead there."""
    with precision(BITS):
        kernel = kernel_of(steps)
        if any(move.drift.affine is None for move in kernel.moves) or not drift(kernel) > 0:
            return None
        width, longest = width_of(kernel), longest_step(kernel, effort.digits)
    bounded = all(move.density.parts[-1].high is not None for move in kernel.moves)
    distance, best = (longest + 4 * width) * (4 if bounded else 1), None
    for _ in range(TRIALS):
        tail = Tail(steps, start, high, min(neighbours(start)[0], high) - distance, longest)
        try:
            return rounds(Region(tail.floored, tail.edge, high), effort, tail.attempt)
        except Inconclusive as refusal:
            effort.check()
            best = refusal.enclosure or best
            if not tail.is_near:
                raise Inconclusive(refusal.reason, best) from None
        distance *= 2
    raise Inconclusive("the mean time is not linear enough so far away", best)


@dataclass
class Tail:
    """The walk cut at the edge; `longest`: steps up are longer with a negligible probability, or never."""

    steps: Steps
    start: Place
    high: Fraction
    edge: Fraction
    longest: Fraction
    is_near: bool = False
    """Is the edge too near for the line?"""

    @property
    def floored(self) -> Steps:
        """The walk with a floor at the edge."""
        floor = sp.Rational(self.edge.numerator, self.edge.denominator)
        return replace(self.steps, strides=tuple(replace(stride, floor=floor) for stride in self.steps.strides))

    def attempt(self, setting: Setting, digits: int) -> Outcome:
        kernel = kernel_of(self.steps)
        source = OneAndTail(kernel, self.edge, setting.terms, arb(0), 1 / drift(kernel))
        v = setting.solution(source)
        inner = setting.defect(v, lambda part: source.on(*part), tenth_power(-digits - 1))
        outer = self.off_line(setting, v, kernel)
        value, defect, missing = setting.value(v, self.start), inner.max(outer), digits_of(inner) + digits + 1
        if not defect < 1:
            self.is_near = bool(inner < 1)
            raise_or_go_on(self.is_near, None)
            return Outcome(None, max(missing, 4), "no bound of the mean time is proved")
        found = hull(value / (1 + defect), value / (1 - defect))
        self.is_near = missing <= 0 and not found.reaches(digits)
        raise_or_go_on(self.is_near, found)
        return Outcome(found, missing)

    def off_line(self, setting: Setting, v: Function, kernel: Kernel) -> arb:
        """A bound of E[|l(w') - v(w')|; w' > edge] for all w < edge."""
        slope, at_edge = 1 / drift(kernel), setting.value(v, self.edge)
        far = self.edge + self.longest
        found = arb(0)
        for part in setting.intervals:
            if part[0] < far:
                centre = ball((part[0] + part[1]) / 2)
                line = arb_poly([at_edge + slope * (ball(self.edge) - centre), -slope])
                found = found.max(size_of(setting.on(v, part) - line, half_of(part)))
        # beyond: |l - v| <= size of v + v(edge) + s (w' - edge), and w' - edge < x
        most = setting.size(v) + abs(at_edge)
        moves = kernel.moves
        chance = sum((m.probability * beyond(m, self.longest, 0) for m in moves), start=arb(0))
        length = sum((m.probability * beyond(m, self.longest, 1) for m in moves), start=arb(0))
        return (found + most * chance + slope * length).upper()


class OneAndTail(Below):
    """1 + E[u(w'); w' < edge]."""

    def on(self, low: Fraction, high: Fraction, index: int) -> arb_poly:
        return 1 + super().on(low, high, index)


def raise_or_go_on(is_near: bool, found: Enclosure | None) -> None:
    if is_near:
        raise MeshesEnd("the mean time is not linear enough so far away", found)


def shift(move: Move) -> Fraction:
    """The constant c of the drift w + c."""
    assert move.drift.affine is not None
    return move.drift.affine[0]


def drift(kernel: Kernel) -> arb:
    """E x."""
    return sum((m.probability * (ball(shift(m)) + mean(m.density)) for m in kernel.moves), start=arb(0))


def beyond(move: Move, level: Fraction, power: int) -> arb:
    """P(x > level), or E[x; x > level], with the shift in x."""
    total = arb(0)
    for part in move.density.parts:
        low = level - shift(move) if part.low is None else max(part.low, level - shift(move))
        if part.high is None or part.high > low:
            total += integral(part, low)
            if power:
                total += first_moment(part, low, -shift(move)) - integral(part, low)
    return total


def integral(part: Part, low: Fraction) -> arb:
    """The mass of the part above `low`."""
    total = arb(0)
    for term in part.terms:
        upper = arb(0) if part.high is None else constant_bracket(ball(part.high), term)
        total += term.factor * (upper - constant_bracket(ball(low), term))
    return total


def longest_step(kernel: Kernel, digits: int) -> Fraction:
    """The longest step up, or one that is exceeded with a negligible probability."""
    found = Fraction(0)
    for move in kernel.moves:
        last = move.density.parts[-1]
        if last.high is not None:
            found = max(found, shift(move) + last.high)
            continue
        slowest = max((t.power + 1) / float(t.rate) for t in last.terms if t.rate is not None)
        reach = Fraction(slowest * 2.4 * (digits + 8)).limit_denominator(1000)
        found = max(found, shift(move) + max(reach, last.low or reach))
    return found
