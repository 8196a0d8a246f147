"""The main window (0, lr*) of E log|1 - lr X|, X the mean of a batch with too many outcomes to list.

With m = max X > 0 and E X > 0 the exponent f is concave on (0, 1/m), f(0) = 0, f'(0) = -E X < 0: negative there.
Beyond, on a cell [t, u], |1 - s x| is convex in s, so that

    sup_{t <= s <= u} f(s) <= E[log|1 - t X|; 0 < X < c] + E[log|1 - u X|; X < 0 or X > c],  c = 2/(t + u):

|1 - t x| is the larger of the two for 0 < x < c, where 1/t is not reached, and |1 - u x| elsewhere, which is beyond
1/u. Bins beside 0 and c take the largest value at a corner. Cells with a negative bound are strung together from 1/m
to a; a positive lower bound of f at a single b > a ends the search.
Every parameter up to a is thus proved stable, b is proved unstable, and the first change of sign lies in [a, b].
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor, inf

import sympy as sp
from flint import arb

from ..answer.enclosure import Bound, Enclosure
from ..answer.number import Number
from ..balls.precision import ball, enclosure, precision
from ..chain.batch_slope import Batch, BatchSlope, rational
from ..effort import Effort
from ..errors import Inconclusive
from ..numerics.assumptions import TRANSFORM_ERROR
from ..numerics.batch_potential import BITS, BinnedPotential
from ..numerics.binned_multiplier import Ladder, smaller_side
from ..numerics.exact_numbers import end_number
from ..numerics.radial import Log
from ..numerics.reachable_sum import can_reach
from ..numerics.singularity import Singularity, singularity
from ..numerics.windows import Window

GROWTH = Fraction(3, 2)


def binned_window_end(batch: Batch, effort: Effort, limit: Bound = inf) -> Enclosure:
    """[a, b]: f < 0 on (0, a], f(b) > 0, no wider than effort.digits; the point `limit` if f < 0 on (0, limit)."""
    if not batch.mean > 0:
        raise Inconclusive("the main window is sought for a positive mean slope; here small steps do not contract")
    largest = max(batch.extreme_means)
    # f has a singularity at 1/largest itself, so the first cell starts a little before it
    start = Fraction(63, 64) / largest
    if limit <= start:
        return Enclosure.point(limit)
    return Search(MeanSlope.of(batch), effort, limit, low=start).run()


def binned_window(slope: BatchSlope, parameter: sp.Symbol, domain: tuple[Bound, Bound], effort: Effort) -> Window | None:
    """The main window of M = 1 - parameter * c * mean cut to the domain, the rest undecided; None for another form."""
    rate = sp.expand(-slope.factor / parameter)
    if slope.shift != 1 or not rate.is_Rational:
        return None
    scaled = slope.batch.scaled(rational(rate))
    end = binned_window_end(scaled, effort, domain[1])
    exact = sp.Rational(end.lower) if end.is_point else None
    low, top, high = end_number(domain[0], effort), Number(exact, end, effort.digits), end_number(domain[1], effort)
    zero = end_number(Fraction(0), effort)
    undecided = [(low, zero)] if domain[0] < 0 else []
    intervals = [(zero if domain[0] < 0 else low, top)] if domain[0] < end.lower else []
    if end.upper < domain[1]:
        undecided.append((top if intervals else low, high))
    return Window(
        tuple(intervals),
        undecided=tuple(undecided),
        method="certified: binned convolution of the batch, the sign proved on cells that cover the main window",
        assumed=(TRANSFORM_ERROR,),
    )


@dataclass
class MeanSlope:
    """X = base + turn * (mean of the batch that is binned), and its law."""

    base: Fraction
    turn: Fraction
    ladder: Ladder

    @classmethod
    def of(cls, batch: Batch) -> MeanSlope:
        binned, base, turn = smaller_side(batch, Fraction(0), Fraction(1))
        return cls(base, turn, Ladder(binned))

    def upper_bound(self, low: Fraction, high: Fraction, effort: Effort) -> Bound:
        """A bound of f on the cell [low, high] (module's text)."""
        potential = self.ladder.potential(effort)
        stop = potential.law.grid.stop
        centre = 2 / (low + high)
        beside = [self.beside(x, potential) for x in ((Fraction(0), centre) if self.turn > 0 else (centre, Fraction(0)))]
        total, start = arb(0), 0
        for first, last in [*beside, (stop, stop)]:
            if start < first:
                x = self.mean_at(Fraction(start + first - 1, 2), potential)
                total += self.part(potential, low if 0 < x < centre else high, start, first)
            if max(start, first) < last:
                total += self.corners(potential, low, high, max(start, first), last)
            start = max(start, last)
        return enclosure(total).upper

    def beside(self, x: Fraction, potential: BinnedPotential) -> tuple[int, int]:
        """The bins that may hold outcomes on both sides of x."""
        index, margin, stop = self.index(x, potential), ceil(potential.law.grid.reach) + 1, potential.law.grid.stop
        return min(max(floor(index) - margin, 0), stop), min(max(ceil(index) + margin + 1, 0), stop)

    def part(self, potential: BinnedPotential, t: Fraction, first: int, last: int) -> arb:
        """E[log|1 - t X|; first <= K < last]."""
        scale = abs(t * self.turn) * potential.law.grid.step / self.ladder.batch.size
        return potential.expectation(Log(), Singularity(self.index(1 / t, potential), scale), first, last, upper_only=True)

    def corners(self, potential: BinnedPotential, low: Fraction, high: Fraction, first: int, last: int) -> arb:
        """The mass of some bins times the logarithm of the largest |1 - s x| over them, which is at a corner."""
        reach = potential.law.grid.reach
        ends = [self.mean_at(k, potential) for k in (first - reach, last - 1 + reach)]
        largest = max(abs(1 - s * x) for s in (low, high) for x in ends)
        if largest == 0:
            return arb(0)  # log 0 = -oo on these bins: 0 is above it
        with precision(BITS):
            return potential.mass_between(first, last) * ball(largest).log()

    def lower_bound(self, t: Fraction, effort: Effort) -> Bound:
        """A lower bound of f(t)."""
        batch = self.ladder.batch
        shift, factor = 1 - t * self.base, -t * self.turn
        if can_reach(batch, -shift / factor * batch.size, effort) is not False:
            return -inf
        potential = self.ladder.potential(effort)
        return enclosure(potential.expectation(Log(), singularity(potential.law.grid, shift, factor, False))).lower

    def index(self, x: Fraction, potential: BinnedPotential) -> Fraction:
        return potential.law.grid.index_of((x - self.base) / self.turn)

    def mean_at(self, index: Fraction, potential: BinnedPotential) -> Fraction:
        return self.base + self.turn * potential.law.grid.mean_at(index)

    def off_lattice(self, t: Fraction) -> Fraction:
        """A parameter near t with 1/t half-way between possible values of X, where the multiplier is never near 0."""
        batch = self.ladder.batch
        q, size = batch.lattice_step, batch.size
        position = ((1 / t - self.base) / self.turn - batch.values[0]) * size / q
        half = floor(position) + Fraction(1, 2)
        x = self.base + self.turn * (batch.values[0] + half * q / size)
        return 1 / x if x > 0 else t


@dataclass
class Search:
    """f < 0 is proved on (0, low]; f(high) > 0 once `high` is not None."""

    slope: MeanSlope
    effort: Effort
    limit: Bound
    low: Fraction
    high: Fraction | None = None
    step: Fraction = field(default=Fraction(1, 8))
    """The next cell is [low, low (1 + step)]."""

    def run(self) -> Enclosure:
        while not self.is_done:
            self.effort.check()
            target = self.next_end()
            if self.slope.upper_bound(self.low, target, self.effort) < 0:
                self.low, self.step = target, self.step * GROWTH
                continue
            self.try_positive(target)
            self.step /= 2
            if self.step < self.finest_step:
                self.refine()
        return self.found

    @property
    def found(self) -> Enclosure:
        return Enclosure(self.low, inf if self.high is None else self.high)

    @property
    def is_done(self) -> bool:
        if self.limit != inf and self.low >= self.limit:
            self.low = self.high = Fraction(self.limit)
        return self.found.reaches(self.effort.digits)

    @property
    def finest_step(self) -> Fraction:
        return Fraction(1, 16 * 10**self.effort.digits)

    def next_end(self) -> Fraction:
        """A dyadic number, so that denominators stay short, not beyond what is known to be positive."""
        bits = max(0, -ceil_log2(self.low * self.step)) + 4
        target = Fraction(ceil(self.low * (1 + self.step) * 2**bits), 2**bits)
        known = [end for end in (self.high, None if self.limit == inf else Fraction(self.limit)) if end is not None]
        return min(target, *known) if known else target

    def try_positive(self, t: Fraction) -> None:
        """Lower `high` to (a number near) t if f is proved positive there."""
        near = self.slope.off_lattice(t)
        for candidate in (near, t):
            if self.low < candidate <= self.limit and (self.high is None or candidate < self.high):
                if self.slope.lower_bound(candidate, self.effort) > 0:
                    self.high = candidate
                return

    def refine(self) -> None:
        if self.slope.ladder.is_finest:
            raise Inconclusive(f"the finest binned convolution does not give the end to {self.effort.digits} digits", self.found)
        self.slope.ladder.refine(self.effort)
        self.step *= 64


def ceil_log2(x: Fraction) -> int:
    """Within 1 of the binary logarithm."""
    return x.numerator.bit_length() - x.denominator.bit_length()
