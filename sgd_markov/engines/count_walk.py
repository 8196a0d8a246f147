"""First passage of log|w| for multipliers that take finitely many incommensurate values: paths merged by their counts.

After n steps |w| depends only on how often each multiplier was drawn. What is still inside after n steps is bounded:
by Wald's identity with an overshoot of at most the longest step, by Lundberg's bounds for ruin, by the time of a run
of steps in one direction where both ends can be crossed. So every n gives an enclosure, and they shrink. Probabilities
are whole multiples of 2^-bits, rounded down; what the rounding lost counts as a path of unknown fate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import inf

import sympy as sp
from flint import arb, arb_poly, fmpz_poly

from ..answer.enclosure import Enclosure
from ..balls.evaluate import evaluate
from ..balls.precision import ball, bits_for, enclosure, precision
from ..effort import Effort
from ..errors import Inconclusive
from ..numerics.count_fates import CountFates

MOST_STEPS, MOST_STATES, RETRIES = 100_000, 60_000, 3
"""So many steps are followed, so many combinations of counts kept, so often the bits are multiplied by 4."""
OFTEN = 16
"""The enclosure is looked at in the first steps, and then each time the steps have grown by one part in so many."""
KNOWN: Enclosure = Enclosure(Fraction(0), inf)


@dataclass(frozen=True)
class Left:
    """What has happened after n steps: the probability of each fate, and the overshoot gained over the upper end."""

    masses: Polynomial | Counts
    stopped: arb
    lost: arb
    """An upper bound of what rounding took away."""
    up: arb
    overshoot: arb
    mean_steps: arb
    """sum of P(inside after k steps), k < n; only where paths are taken out or two ends can be crossed."""

    @property
    def inside(self) -> arb:
        """P(still inside), the paths that were stopped there and those of unknown fate among them."""
        return self.masses.total() + self.stopped + arb(0).union(self.lost)

    @property
    def is_blurred(self) -> bool:
        """Is less left than rounding took away, so that more steps do not help?"""
        return bool(self.masses.total() < self.lost)


@dataclass(frozen=True)
class CountWalk:
    """|w| is multiplied by the root of `squares[i]` with probability `chances[i]`, starting from 1.

    It is inside while |w|^2 <= `high` and |w|^2 >= `low` (None: no such end; `strict`: inside is < high and > low).
    In each step it is also taken out with probability `out`, or stopped inside for ever with probability `stuck`.
    """

    squares: tuple[Fraction, ...]
    chances: tuple[sp.Expr, ...]
    high: Fraction
    low: Fraction | None = None
    out: sp.Expr = sp.S.Zero
    stuck: sp.Expr = sp.S.Zero
    strict: bool = False

    # ---- what is asked

    def mean_time(self, effort: Effort) -> Enclosure:
        """E[steps until outside or taken out]; nothing stops it inside, and it drifts up, is taken out, or has two ends."""
        return self.narrowed(self.mean_bounds, effort, "the mean time", KNOWN)

    def mean_bounds(self, left: Left) -> arb:
        if self.out != 0:
            return left.mean_steps + left.inside * arb(0).union(1 / evaluate(self.out))
        if self.low is not None:
            return left.mean_steps + left.inside * arb(0).union(self.longest_stay())
        return (self.log(self.high) + left.overshoot + left.inside * arb(0).union(self.longest)) / self.drift()

    def arrival(self, kappa: Enclosure | None, effort: Effort) -> Enclosure:
        """P(over the upper end). `kappa`: the root of E|M|^kappa = 1, where there is no other end."""

        def bounds(left: Left) -> arb:
            done = left.up + arb(0).union(left.lost)
            if kappa is None:
                return done + left.inside * arb(0).union(arb(1))
            order = ball(kappa.lower).union(ball(kappa.upper))
            factors = [(order * self.log(square)).exp() for square in self.squares]
            most = left.masses.tilted(factors) * (-order * self.log(self.high)).exp()
            return done + (most * (-order * self.longest).exp()).union(most)

        return self.narrowed(bounds, effort, "the probability", Enclosure(Fraction(0), Fraction(1)))

    def survival(self, steps: int, effort: Effort) -> Enclosure:
        """P(inside after so many steps)."""
        if steps > MOST_STEPS:
            raise Inconclusive(f"{steps} steps are too many to follow one by one; {MOST_STEPS} is the limit")
        bits = bits_for(effort.digits) + 64
        for _ in range(RETRIES):
            with precision(bits):
                *_, last = (left for _, left in zip(range(steps + 1), self.history(bits, effort), strict=False))
                found = enclosure(last.inside)
            if found.reaches(effort.digits):
                return found
            bits *= 4
        raise Inconclusive("survival: the rounding is too coarse", found, bits // 4)

    def quantile(self, level: sp.Expr, effort: Effort) -> int:
        """The smallest n with P(gone within n steps) >= level."""
        with precision(512):
            rest = 1 - evaluate(level)
            for n, left in enumerate(self.history(512, effort)):
                if left.inside <= rest:
                    return n
                if not left.inside > rest:
                    raise Inconclusive("whether the level is reached exactly is not decided", Enclosure(Fraction(n), inf))
                if n == MOST_STEPS:
                    break
        raise Inconclusive(f"the quantile lies beyond {MOST_STEPS} steps", Enclosure(Fraction(MOST_STEPS), inf))

    def narrowed(self, bounds: Callable[[Left], arb], effort: Effort, what: str, known: Enclosure) -> Enclosure:
        """The enclosure after as many steps as the digits, the budget or the limits allow."""
        best, bits = known, bits_for(effort.digits) + 64
        for _ in range(RETRIES):
            try:
                with precision(bits):
                    for found in self.enclosures(bounds, bits, effort):
                        best = best.intersection(found)
                        if best.reaches(effort.digits):
                            return best
            except Inconclusive as refusal:
                raise Inconclusive(f"{what}: {refusal.reason}", best) from None
            bits *= 4
        raise Inconclusive(f"{what}: {bits // 4} bits do not give {effort.digits} digits", best, bits // 4)

    def enclosures(self, bounds: Callable[[Left], arb], bits: int, effort: Effort) -> Iterator[Enclosure]:
        """The enclosures after growing numbers of steps, until more of them need more bits."""
        following = 0
        for n, left in enumerate(self.history(bits, effort)):
            if n >= following:
                following = n + 1 + n // OFTEN
                yield enclosure(bounds(left))
                if left.is_blurred:
                    return
            if n == MOST_STEPS:
                raise Inconclusive(f"{MOST_STEPS} steps do not give {effort.digits} digits")

    # ---- sizes

    def log(self, square: Fraction) -> arb:
        """The logarithm of the root."""
        return ball(square).log() / 2

    @property
    def longest(self) -> arb:
        """The longest step up."""
        best = self.log(self.squares[0])
        for square in self.squares[1:]:
            best = best.max(self.log(square))
        return best

    def drift(self) -> arb:
        return sum((evaluate(p) * self.log(s) for s, p in zip(self.squares, self.chances, strict=True)), arb(0))

    def longest_stay(self) -> arb:
        """A bound of the mean time from anywhere between two ends: so many steps in one direction in a row leave."""
        assert self.low is not None
        width, best = self.log(self.high) - self.log(self.low), arb.pos_inf()
        for square, chance in zip(self.squares, self.chances, strict=True):
            if square != 1:
                run = int(float((width / abs(self.log(square))).upper())) + 2
                best = best.min(run / evaluate(chance) ** run)
        return best

    # ---- the paths

    def history(self, bits: int, effort: Effort) -> Iterator[Left]:
        """What has happened after 0, 1, 2, ... steps."""
        unit, end = arb(2) ** -bits, self.log(self.high)
        logs = [self.log(square) for square in self.squares]
        stuck = evaluate(self.stuck)
        summed = self.stuck != 0 or self.out != 0 or self.low is not None
        up = overshoot = steps = stopped = arb(0)
        for masses, above, lost in self.two_counts(bits, effort) if len(self.squares) == 2 else self.counts(bits, effort):
            for counts, mass in above:
                up += mass * unit
                overshoot += mass * unit * (sum((c * g for c, g in zip(counts, logs, strict=True)), arb(0)) - end)
            yield Left(masses, stopped, lost * unit, up, overshoot, steps)
            if summed:
                total = masses.total()
                steps, stopped = steps + total, stopped + stuck * total

    def weights(self, bits: int) -> list[int]:
        """The chances as whole multiples of 2^-bits, rounded down."""
        with precision(bits + 32):
            return [int((evaluate(p) * 2**bits).lower().floor().unique_fmpz() or 0) for p in self.chances]

    @cached_property
    def fates(self) -> CountFates:
        return CountFates(self.squares, self.high, self.low, self.strict)

    def two_counts(self, bits: int, effort: Effort) -> Iterator[tuple[Polynomial, list[Mass], int]]:
        """Two multipliers: a polynomial in z whose power counts the first of them."""
        first, second = self.weights(bits)
        step, unit = fmpz_poly([second, first]), 1 << bits
        current, lowest, lost, n = fmpz_poly([unit]), 0, 0, 0
        above: list[Mass] = []
        rising = self.squares[0] > self.squares[1]
        while True:
            effort.check()
            yield Polynomial(current, lowest, n, bits), above, lost
            n += 1
            current = (current * step) // unit
            top = lowest + max(0, current.degree())
            lost += 4 * (len(current) + 1)
            from_, to = self.fates.kept(n, lowest, top)
            crossed = range(max(to + 1, lowest), top + 1) if rising else range(lowest, min(from_, top + 1))
            above = [((j, n - j), int(current[j - lowest])) for j in crossed]
            current = current.truncate(max(0, to + 1 - lowest))
            empty = max(0, from_ - lowest)
            while current.length() > empty and current[empty] == 0:  # so deep that rounding left nothing
                empty += 1
            if empty:
                current, lowest = current.right_shift(empty), lowest + empty

    def counts(self, bits: int, effort: Effort) -> Iterator[tuple[Counts, list[Mass], int]]:
        """Any number of multipliers: one entry for each combination of counts."""
        weights, lost = self.weights(bits), 0
        current: dict[tuple[int, ...], int] = {(0,) * len(weights): 1 << bits}
        above: list[Mass] = []
        while True:
            yield Counts(current, bits), above, lost
            after: dict[tuple[int, ...], int] = {}
            for counts, mass in current.items():
                effort.check()
                for i, weight in enumerate(weights):
                    to = (*counts[:i], counts[i] + 1, *counts[i + 1 :])
                    after[to] = after.get(to, 0) + (mass * weight >> bits)
            if len(after) > MOST_STATES:
                raise Inconclusive(f"more than {MOST_STATES} combinations of multipliers")
            lost += 4 * len(current) * len(weights)
            sides = {counts: self.fates.side(counts) for counts in after}
            above = [(c, m) for c, m in after.items() if sides[c] > 0]
            current = {c: m for c, m in after.items() if sides[c] == 0 and m}
            lost += len(after)


Mass = tuple[tuple[int, ...], int]
"""How often each multiplier was drawn, and the probability as a multiple of 2^-bits."""


@dataclass(frozen=True)
class Polynomial:
    """The mass of j draws of the first multiplier in n is the coefficient of z^(j - lowest), times 2^-bits."""

    masses: fmpz_poly
    lowest: int
    n: int
    bits: int

    def total(self) -> arb:
        return arb(self.masses(1)) * arb(2) ** -self.bits

    def tilted(self, factors: list[arb]) -> arb:
        """E[product of factor^count; inside]."""
        first, second = factors
        return arb_poly(self.masses)(first / second) * first**self.lowest * second ** (self.n - self.lowest) * arb(2) ** -self.bits


@dataclass(frozen=True)
class Counts:
    """The masses by counts, times 2^-bits."""

    masses: dict[tuple[int, ...], int]
    bits: int

    def total(self) -> arb:
        return arb(sum(self.masses.values())) * arb(2) ** -self.bits

    def tilted(self, factors: list[arb]) -> arb:
        total = arb(0)
        for counts, mass in self.masses.items():
            term = arb(mass)
            for factor, count in zip(factors, counts, strict=True):
                term = term * factor**count
            total += term
        return total * arb(2) ** -self.bits
