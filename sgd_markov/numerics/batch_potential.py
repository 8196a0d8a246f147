"""E F(|M|) for M = shift + factor * (batch mean) from a binned law, every error bounded.

|M| = g |K + E - k*| with K the sum of the grid indices, E the sum of the residuals, |E| <= reach, k* the singular
index. Bins K are collected in blocks. On a block at distance |c| from k*, half-width W <= |c|/separation, reach + W <= |c|/2:

    E[F; block] = sum_K P(K) F(K) + sum_K F'(K) E[E; K] + remainders

with F and F' expanded around the centre, against the moments of P and of E[E; .]. The error terms, all added:
 - the rest of both series, geometric in W/|c|;
 - (reach^2/2) sup|F''| P(block), the second order of the residual;
 - the errors of P and E[E; .] (l2 norm, so sqrt(bins) times it in l1) and the rounding of the moments, times the
   absolute sums of the series.
Single bins nearer to k* take the narrower of the same formula and of P(K) [F(|K - k*| - reach), F(|K - k*| + reach)].
No atom other than M = 0 is nearer to 0 than `floor`, which bounds log|M| from below where |K - k*| <= reach.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from flint import arb

from ..balls.precision import ball, precision
from .block_moments import LEAF, ORDER, BlockMoments, block_moments
from .fourier_sums import BinnedSum
from .radial import Radial
from .singularity import Singularity

BITS = 96


@dataclass(frozen=True)
class BinnedPotential:
    """The binned law, ready for any F and any singularity."""

    law: BinnedSum
    masses: BlockMoments
    excesses: BlockMoments | None

    @classmethod
    def of(cls, law: BinnedSum) -> BinnedPotential:
        return cls(law, block_moments(law.mass), None if law.excess is None else block_moments(law.excess))

    def expectation(
        self, function: Radial, at: Singularity, low: int = 0, high: int | None = None, upper_only: bool = False
    ) -> arb:
        """A ball that holds E[F(|M|); low <= K < high]; with `upper_only` just its upper end is proved.

        nan where F = log and M = 0 is not excluded, unless `upper_only`.
        """
        with precision(BITS):
            terms = Terms(self, function, at, upper_only)
            total = arb(0)
            stop = self.law.grid.stop if high is None else min(high, self.law.grid.stop)
            for level, block in self.cover(at.index, function.separation, low, stop):
                total += terms.block(level, block) if level >= 0 else terms.bin(block)
            return total

    def mass_between(self, low: int, high: int) -> arb:
        """A ball that holds P(low <= K < high)."""
        part = self.law.mass[max(low, 0) : high]
        computed = float(part.sum())
        error = computed * (len(part) + 12) * 2.0**-53 + sqrt(len(part)) * self.law.mass_error * self.law.tilt.largest(low, high)
        return arb(max(0.0, computed - 2 * error)).union(arb(computed + 2 * error))

    def cover(self, index: Fraction, separation: float, low: int, high: int) -> Iterator[tuple[int, int]]:
        """Blocks (level, number) far enough from the index, and (-1, K) for single bins, that make up [low, high)."""
        star, reach = float(index), float(self.law.grid.reach)
        pending = [(len(self.masses.levels) - 1, 0)]
        while pending:
            level, block = pending.pop()
            width = LEAF << level
            start, stop = block * width, (block + 1) * width
            if stop <= low or start >= high:
                continue
            distance = abs(start + (width - 1) / 2 - star)
            inside = low <= start and stop <= high
            if inside and distance >= separation * width / 2 and distance >= 2.01 * (reach + width / 2):
                yield level, block
            elif level > 0:
                pending.extend([(level - 1, 2 * block), (level - 1, 2 * block + 1)])
            else:
                yield from ((-1, k) for k in range(max(start, low), min(stop, high)))


class Terms:
    """The contributions of blocks and bins to E F(|M|), at the precision of the caller."""

    def __init__(self, potential: BinnedPotential, function: Radial, at: Singularity, upper_only: bool) -> None:
        self.potential, self.function, self.upper_only = potential, function, upper_only
        self.law = potential.law
        self.index, self.scale, self.floor = ball(at.index), ball(at.scale), ball(at.floor)
        self.reach = ball(self.law.grid.reach)
        self.coefficients = function.coefficients(ORDER + 1)
        self.ratio = function.ratio(ORDER)

    def block(self, level: int, block: int) -> arb:
        """F over a block, by its moments."""
        width = LEAF << level
        centre = arb(2 * block * width + width - 1) / 2 - self.index
        distance = abs(centre) * self.scale
        rho = arb(width) / 2 / centre
        masses = self.potential.masses.levels[level][block]
        amplified = self.law.tilt.largest(block * width, (block + 1) * width) * (1 + 1e-9)
        noise = self.noise(level, width, self.law.mass_error * amplified, float(masses[0]))
        mass = arb(float(masses[0])) + noise
        scale, offset = self.function.scale(distance), self.function.offset(distance)
        error = noise * (abs(offset) + scale * self.absolute_sum(rho, 0)) + mass * scale * self.rest(abs(rho))
        total = offset * arb(float(masses[0])) + scale * self.series(rho, masses, 0)
        if self.potential.excesses is not None and self.law.excess is not None:
            excesses = self.potential.excesses.levels[level][block]
            # |E[E; K]| <= reach P(K)
            weight = float((self.reach * mass).upper()) + sqrt(width) * self.law.excess_error * amplified
            pull = scale / centre
            drift = self.noise(level, width, self.law.excess_error * amplified, weight)
            total += pull * self.series(rho, excesses, 1)
            error += abs(pull) * (drift * self.absolute_sum(rho, 1) + mass * self.reach * self.slope_rest(abs(rho)))
            error += mass * self.second_order(distance, arb(width) / 2)
        return total + symmetric(error)

    def noise(self, level: int, width: int, l2_error: float, weight: float) -> arb:
        """A bound of the error of every moment of a block whose entries have absolute sum `weight`."""
        spread = sqrt(width) * l2_error * (1 + 1e-9)
        return arb(spread) + arb(self.potential.masses.rounding(level)) * arb(weight * (1 + 1e-9) + spread)

    def series(self, rho: arb, moments: object, derivative: int) -> arb:
        """sum_i c_i rho^i m_i, or the derivative's sum_i (i + 1) c_{i+1} rho^i m_i."""
        total = arb(0)
        for i in reversed(range(ORDER)):
            total = total * rho + self.taylor(i, derivative) * arb(float(moments[i]))  # type: ignore[index]
        return total

    def absolute_sum(self, rho: arb, derivative: int) -> arb:
        total = arb(0)
        for i in reversed(range(ORDER)):
            total = total * abs(rho) + abs(self.taylor(i, derivative))
        return total

    def taylor(self, i: int, derivative: int) -> arb:
        return self.coefficients[i + 1] * (i + 1) if derivative else self.coefficients[i]

    def rest(self, rho: arb) -> arb:
        """sum_{i >= ORDER} |c_i| rho^i."""
        return abs(self.coefficients[ORDER]) * rho**ORDER / self.room(rho)

    def slope_rest(self, rho: arb) -> arb:
        """sum_{i >= ORDER + 1} i |c_i| rho^(i-1), from |c_(ORDER + m)| <= |c_ORDER| ratio^m; includes i = ORDER."""
        room = self.room(rho)
        return abs(self.coefficients[ORDER]) * rho ** (ORDER - 1) * (ORDER / room + self.ratio * rho / room**2)

    def room(self, rho: arb) -> arb:
        """1 - ratio rho; nan, hence an infinite ball, where the series is not seen to converge."""
        room = 1 - self.ratio * rho
        return room if room > 0 else arb.nan()

    def second_order(self, distance: arb, half_width: arb) -> arb:
        """(reach^2/2) sup |d^2 F/dK^2| within half_width + reach of a point."""
        away = (half_width + self.reach) * self.scale
        low = distance - away
        if not low > 0:
            return arb.pos_inf()
        return (self.reach * self.scale) ** 2 / 2 * self.function.bend(low, distance + away)

    def bin(self, k: int) -> arb:
        """F over a single bin."""
        mass, amplified = float(self.law.mass[k]), self.law.tilt.largest(k, k + 1)
        noise = 1.001 * self.law.mass_error * amplified + 2.0**-49 * mass
        probability = between(arb(max(0.0, mass - noise)), arb(mass + noise))
        gap = abs(arb(k) - self.index)
        if self.law.excess is None and not gap.is_zero():
            return self.function.value(gap * self.scale) * probability
        plain = self.plain_bin(gap, probability)
        if self.law.excess is None or not gap > 2 * self.reach:
            return plain
        side = 1 if arb(k) > self.index else -1
        excess = float(self.law.excess[k])
        mean = arb(excess) + symmetric(arb(1.001 * self.law.excess_error * amplified + 2.0**-49 * abs(excess)))
        distance = gap * self.scale
        fine = self.function.value(distance) * probability + self.function.slope(distance) * self.scale * side * mean
        fine += symmetric(self.second_order(distance, arb(0)) * probability.upper())
        return fine if fine.rad() < plain.rad() else plain

    def plain_bin(self, gap: arb, probability: arb) -> arb:
        """P(K) times the range of F over the bin."""
        high = (gap + self.reach) * self.scale
        low = ((gap - self.reach) * self.scale).max(self.floor)
        if low > high:
            # no atom is there
            return arb(0)
        top = self.function.value(high.upper()) if high > 0 else self.function.at_zero()
        if low > 0:
            return between(self.function.value(low.lower()), top) * probability
        bottom = self.function.at_zero()
        if bottom.is_finite():
            return between(bottom, top) * probability
        if not self.upper_only:
            return arb.nan()
        # log 0 = -oo with a probability of perhaps 0: not above 0
        return top * probability if top.is_finite() else arb(0)


def between(low: arb, high: arb) -> arb:
    return low.union(high)


def symmetric(bound: arb) -> arb:
    """[-bound, bound]; everything where the bound is not finite."""
    return arb(0, bound.upper()) if bound.is_finite() else arb.nan()
