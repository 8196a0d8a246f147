"""Regions that reach to infinity, for chains that come back from there: cut at a radius R, the rest bounded.

Beyond R every branch is a w + b + s Z with Z normal and sum p a^2 < 1. Let D be the region within R, S >= v there, and
L(y) = y^2/c with 0 < c <= y^2 - sum p ((a y + b)^2 + s^2) for all y beyond R, on either side. Then C v on D and C S + L beyond satisfy
u - K u >= 1 wherever C (1 - eps - S p) >= 1 + e, with p >= P_w(beyond) and e >= E_w[L(w'); beyond] for w in D: so
v/(1 + eps) <= E tau <= C v. A probability changes by at most P(ever beyond) <= p E tau_D.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, log, sqrt

import sympy as sp
from flint import arb

from ...answer.enclosure import Enclosure
from ...balls.evaluate import evaluate
from ...balls.precision import ball, enclosure, precision
from ...effort import Effort
from ...errors import Inconclusive
from ...laws.normal import Normal
from ...numerics.case_signs import Signs
from ...numerics.smooth_pieces import smooth_pieces
from .balls_kernel import mass, values
from .domain import Interval, Piece, parts
from .exit_time import solved
from .floats import real
from .hitting import certified_hitting
from .problem import Problem, dot, largest
from .step import SmoothStep

COVER = 256
"""Parts of every piece on which the probability to get beyond R is bounded."""


@dataclass(frozen=True)
class Far:
    """On one side (-1, 1) beyond `kink` the branches are slope w + shift + scale Z, with their probabilities."""

    side: int
    kink: float
    branches: tuple[tuple[sp.Expr, sp.Expr, sp.Expr, sp.Expr], ...]

    def drift(self, radius: Fraction) -> arb:
        """A c > 0 with c <= y^2 - E_y w'^2 for all y beyond the radius on this side; not positive where there is none.

        The quadratic A y^2 - 2 B y - C has its smallest value at the radius once its vertex B/A lies before it.
        """
        lead, cross, rest = arb(1), arb(0), arb(0)
        for p, a, b, s in ((evaluate(e) for e in branch) for branch in self.branches):
            lead, cross, rest = lead - p * a * a, cross + p * a * b * self.side, rest + p * (b * b + s * s)
        y = ball(radius)
        return lead * y * y - 2 * cross * y - rest if lead > 0 and lead * y > cross else arb(-1)

    def radius(self, log_level: float) -> float:
        """About where a step from R rarely ends beyond R: (1 - |a|) R = |b| + s t."""
        t = sqrt(2 * log_level) + 1
        needs = [(abs(real(b)) + abs(real(s)) * t) / (1 - abs(real(a))) for _, a, b, s in self.branches]
        return max(self.kink + 1, *needs)


@dataclass(frozen=True)
class Open:
    """A region with infinite ends: its intervals, and what the chain does far out on those sides."""

    step: SmoothStep
    intervals: tuple[Interval, ...]
    far: tuple[Far, ...]
    closed: bool

    @classmethod
    def of(cls, step: SmoothStep, intervals: Sequence[Interval], closed: bool) -> Open | None:
        """None where no end is infinite, or the chain does not come back from there."""
        sides = [side for side, end in ((-1, intervals[0][0]), (1, intervals[-1][1])) if end in (-sp.oo, sp.oo)]
        far = [far_out(step, side) for side in sides]
        known = tuple(entry for entry in far if entry is not None)
        return cls(step, tuple(intervals), known, closed) if far and len(known) == len(far) else None

    def cut(self, start: sp.Expr, log_level: float) -> Cut:
        """The region within a radius chosen for the level, which holds the start, and the problem on it."""
        finite = [abs(real(end)) for pair in self.intervals for end in pair if end not in (-sp.oo, sp.oo)]
        finite.append(abs(real(start)))
        radius = Fraction(ceil(8 * max([far.radius(log_level) for far in self.far] + [r + 1 for r in finite])), 8)
        within = [
            (-radius if low == -sp.oo else low, radius if high == sp.oo else high) for low, high in self.intervals
        ]
        problem = Problem.of(self.step, [(sp.sympify(low), sp.sympify(high)) for low, high in within], self.closed)
        if problem is None:
            raise Inconclusive("the step is not smooth on the region")
        return Cut(self, radius, problem.started(start))


def far_out(step: SmoothStep, side: int) -> Far | None:
    w, found, kink = step.state, [], 0.0
    for branch in step.branches:
        if not isinstance(branch.law, Normal):
            return None
        for expr in (branch.centre, branch.scale):
            pieces = smooth_pieces(expr, w, -sp.oo, sp.oo, Signs())
            cut = pieces[0].high if side < 0 else pieces[-1].low
            kink = max(kink, abs(real(cut)) if cut not in (-sp.oo, sp.oo) else 0.0)
        centre, scale = (
            smooth_pieces(e, w, -sp.oo, sp.oo, Signs())[0 if side < 0 else -1].formula
            for e in (branch.centre, branch.scale)
        )
        if not centre.is_polynomial(w) or sp.degree(centre, w) > 1 or w in scale.free_symbols:
            return None
        slope = sp.diff(centre, w)
        if not abs(real(slope)) < 0.9999:
            return None
        found.append((branch.probability, slope, sp.expand(centre - slope * w), scale))
    return Far(side, kink, tuple(found))


@dataclass(frozen=True)
class Cut:
    region: Open
    radius: Fraction
    problem: Problem

    def beyond(self) -> tuple[arb, arb]:
        """Bounds p of P_w(beyond) and e of E_w[L(w'); beyond] over the states within."""
        rate = arb.pos_inf()
        for far in self.region.far:
            rate = rate.min(far.drift(self.radius))
        if not rate > 0:
            raise Inconclusive(f"the chain is not shown to come back from beyond {self.radius}")
        chance, moment = arb(0), arb(0)
        for place in self.problem.domain.places:
            for part in parts(place.low, place.high, COVER if place.low != place.high else 1):
                found = [self.outward(place, part, far.side) for far in self.region.far]
                chance = chance.max(arb(sum((p for p, _ in found), arb(0)).upper()))
                moment = moment.max(arb((sum((square for _, square in found), arb(0)) / rate).upper()))
        return chance, moment

    def outward(self, place: Piece, part: arb, side: int) -> tuple[arb, arb]:
        """P_w(beyond) and E_w[w'^2; beyond] on one side, for the states w of a part of that place."""
        chance, square, ends = arb(0), arb(0), ball(self.radius)
        radius = sp.Rational(self.radius)
        for leg in place.legs:
            centre, scale = values(leg, self.problem.domain.state, part)
            gap = (-sp.oo, -radius) if side < 0 else (radius, sp.oo)
            share, tail, outward = evaluate(leg.probability), mass(leg, *gap, centre, scale), side * centre
            peak = leg.density.density((ends - outward) / scale)
            chance += share * tail
            square += share * ((centre**2 + scale**2) * tail + abs(scale * peak * (outward + ends)))
        return chance, square


def open_time(region: Open, start: sp.Expr, effort: Effort) -> Enclosure:
    """E tau from `start`."""
    digits = effort.digits + 1
    size = region.cut(start, log(10) * 3).problem.log_time
    cut = region.cut(start, log(10) * (digits + 1) + 2 * max(size, log(2)))
    refined = cut.problem.refined(digits, cut.problem.log_time, effort)
    with precision(refined.bits):
        solution, eps = solved(refined, digits, effort)
        value = 1 + dot(refined.row_at(start), solution)
        chance, moment = cut.beyond()
        tallest = 1 + (1 + refined.row_error) * largest(solution)
        room = 1 - eps - tallest * chance
        if not room > 0:
            raise Inconclusive(
                "the chain is not shown to stay within the radius", enclosure((value / (1 + eps)).union(arb.pos_inf()))
            )
        return Enclosure(enclosure(value / (1 + eps)).lower, enclosure(value * (1 + moment) / room).upper)


def open_hitting(
    region: Open, start: sp.Expr, targets: Callable[[Problem], list[Interval]], time: Enclosure, effort: Effort
) -> Enclosure:
    """P(a target is entered before what is to be avoided); `time`: an enclosure of the mean time until either.

    `targets(problem)`: the gaps of the problem within the radius that belong to the target.
    """
    cut = region.cut(start, log(10) * (effort.digits + 2) + 2 * log(2 + int(time.upper)))
    if not targets(cut.problem):
        return Enclosure.point(0)
    found = certified_hitting(cut.problem, start, targets(cut.problem), effort)
    with precision(128):
        chance, _ = cut.beyond()
        more = enclosure(chance * ball(time.upper)).upper
    return Enclosure(found.lower, min(found.upper + more, Fraction(1)))
