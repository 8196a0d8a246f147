"""Certified E log|M|, E|M|^p and the tail index for M = a + b * (mean of a batch) with too many outcomes to list.

The sum of the batch is put on a grid (`numerics.batch_grid`), its law on the grid is found by fast Fourier transform
with a rounding bound (`numerics.fourier_sums`), and what the grid leaves of every value enters as an exact mean and a
bounded second order (`numerics.batch_potential`). The width falls in proportion to the grid's step; where the data
lie on a lattice that fits on the grid nothing is left over.
"""

from __future__ import annotations

from fractions import Fraction
from math import inf

from ..answer.enclosure import Enclosure
from ..chain.batch_slope import Batch
from ..effort import Effort
from ..errors import Inconclusive
from ..numerics.binned_multiplier import BinnedMultiplier, Function

LARGEST_ORDER = 1 << 12


def binned_mean(batch: Batch, shift: Fraction, factor: Fraction, function: Function, effort: Effort) -> Enclosure:
    """E F(|shift + factor * mean|) to effort.digits: F = log for "log", |.|^p for a rational (or enclosed) p > 0.

    The point -oo for the logarithm where P(M = 0) > 0 is proved; `Inconclusive` carries the best enclosure.

    >>> batch = Batch.of([(Fraction(k * k), 1) for k in range(1, 40)], 8)
    >>> second = binned_mean(batch, Fraction(1), Fraction(-1, 300), Fraction(2), Effort(digits=8))
    >>> mean, variance = batch.mean, Fraction(1892202) / 39 * 0 + sum(Fraction(k**4) for k in range(1, 40)) / 39
    >>> exact = 1 - 2 * mean / 300 + (mean**2 + (variance - mean**2) / 8) / 300**2
    >>> exact in second, second.reaches(8)
    (True, True)
    """
    multiplier = BinnedMultiplier.of(batch, shift, factor, effort)
    if isinstance(function, str):
        return multiplier.log(effort)
    return multiplier.power(function, effort)


def binned_tail_index(batch: Batch, shift: Fraction, factor: Fraction, effort: Effort) -> Enclosure:
    """The root kappa > 0 of E|M|^kappa = 1, by the signs on both sides; oo where |M| <= 1 for every batch.

    log E|M|^s is convex in s and 0 at 0: E log|M| < 0 (checked by the caller) makes the root unique.
    """
    if max(abs(shift + factor * mean) for mean in batch.extreme_means) <= 1:
        return Enclosure.point(inf)
    multiplier = BinnedMultiplier.of(batch, shift, factor, effort)
    low, high = order_bracket(multiplier, effort)
    while not Enclosure(low, high).reaches(effort.digits):
        low, high = halved(multiplier, low, high, effort)
    return Enclosure(low, high)


def order_bracket(multiplier: BinnedMultiplier, effort: Effort) -> tuple[Fraction, Fraction]:
    """Orders with E|M|^low < 1 < E|M|^high."""
    low = Fraction(1)
    while multiplier.sign_of_power_excess(low, effort) != -1:
        low /= 2
        if low < Fraction(1, LARGEST_ORDER):
            raise Inconclusive("no order with E|M|^s < 1 was found: the exponent is close to 0")
    high = 2 * low
    while (sign := multiplier.sign_of_power_excess(high, effort)) != 1:
        low, high = (high if sign == -1 else low), 2 * high
        if high > LARGEST_ORDER:
            raise Inconclusive("no order with E|M|^s > 1 was found", Enclosure(low, inf))
    return low, high


def halved(multiplier: BinnedMultiplier, low: Fraction, high: Fraction, effort: Effort) -> tuple[Fraction, Fraction]:
    """A shorter bracket; the middle may lie too near to the root for its sign to be proved."""
    for share in (Fraction(1, 2), Fraction(3, 8), Fraction(5, 8), Fraction(1, 4), Fraction(3, 4)):
        point = low + (high - low) * share
        sign = multiplier.sign_of_power_excess(point, effort)
        if sign is not None:
            return (point, high) if sign < 0 else (low, point)
    raise Inconclusive("E|M|^s is not told from 1 on the finest grid", Enclosure(low, high))
