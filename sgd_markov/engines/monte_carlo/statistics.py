"""What a sample says about a mean, a probability, a quantile, a law: with intervals, never bare numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import inf, isfinite, nextafter, sqrt

import numpy as np
from numpy.typing import NDArray

from ...answer.enclosure import Bound, Enclosure
from ...errors import InvalidInput

LEVEL = 0.999
"""The confidence of the interval of every sampled answer."""

Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Mean:
    """A sample mean with its standard error and confidence interval."""

    value: float
    standard_error: float
    enclosure: Enclosure
    largest_share: float
    """max |x_i| / sum |x_i|: near 1 when one chain carries the whole mean."""


def outward(lower: float, upper: float) -> Enclosure:
    """Floats as rational ends, each moved one unit in the last place outward."""
    return Enclosure(bound(nextafter(lower, -inf), -inf), bound(nextafter(upper, inf), inf))


def bound(value: float, beyond: float) -> Bound:
    return Fraction(value) if isfinite(value) else beyond


def mean(sample: Reals, level: float = LEVEL) -> Mean:
    """mean -+ t s/sqrt(n), with Student's t of n - 1 degrees of freedom; needs n >= 2 finite values.

    Exact in coverage for normal samples, asymptotically for finite variance.

    >>> mean(np.array([1.0, 2.0, 3.0])).value
    2.0
    """
    from scipy.special import stdtrit

    n = len(sample)
    if n < 2 or not np.isfinite(sample).all():
        raise InvalidInput("sample", f"{n} values", "at least two finite values")
    # by a power of two, which changes no digit: then no sum overflows
    scale = float(np.ldexp(1.0, min(1023, int(np.frexp(np.abs(sample).max())[1]))))
    scaled = sample / scale
    middle = float(scaled.mean())
    error = float(scaled.std(ddof=1)) / sqrt(n)
    reach = float(stdtrit(n - 1, (1 + level) / 2)) * error
    total = float(np.abs(scaled).sum())
    share = float(np.abs(scaled).max()) / total if total > 0 else 0.0
    enclosure = outward((middle - reach) * scale, (middle + reach) * scale)
    return Mean(middle * scale, error * scale, enclosure, share)


def proportion(hits: int, trials: int, level: float = LEVEL) -> Enclosure:
    """Clopper and Pearson's interval for a probability: coverage at least `level` for every probability.

    >>> proportion(0, 1000).lower, float(proportion(0, 1000).upper) < 0.0076
    (Fraction(0, 1), True)
    """
    from scipy.special import betaincinv

    if not 0 <= hits <= trials or trials < 1:
        raise InvalidInput("hits", hits, f"an integer from 0 to {trials}")
    tail = (1 - level) / 2
    lower = float(betaincinv(hits, trials - hits + 1, tail)) if hits > 0 else 0.0
    upper = float(betaincinv(hits + 1, trials - hits, 1 - tail)) if hits < trials else 1.0
    wide = outward(lower, upper)
    return Enclosure(max(wide.lower, Fraction(0)), min(wide.upper, Fraction(1)))


@dataclass(frozen=True)
class Quantile:
    """A sample quantile with the interval of two order statistics."""

    value: float
    enclosure: Enclosure


def quantile(ordered: Reals, probability: float, level: float = LEVEL, lost: int = 0) -> Quantile:
    """The quantile of a sample in rising order, between order statistics of ranks from the binomial law.

    Coverage at least `level` for every law. `lost` further values may lie anywhere: each widens both ends by a rank.
    """
    n = len(ordered) + lost
    low, high = ranks(n, probability, level)
    lower = float(ordered[low - 1 - lost]) if low - lost >= 1 else -inf
    upper = float(ordered[high - 1]) if high <= len(ordered) else inf
    middle = min(len(ordered), max(1, int(np.ceil(n * probability)))) - 1
    return Quantile(float(ordered[middle]), Enclosure(bound(lower, -inf), bound(upper, inf)))


def ranks(n: int, probability: float, level: float) -> tuple[int, int]:
    """(r, s): X_(r) <= q <= X_(s) with confidence `level`, X_(0) = -oo and X_(n+1) = oo.

    r is the largest with P(B < r) <= (1-level)/2, s the smallest with P(B >= s) <= (1-level)/2, B binomial(n, p).
    """
    from scipy.special import bdtr, bdtrc

    tail = (1 - level) / 2
    r = first(lambda k: float(bdtr(k, n, probability)) > tail, n)
    s = first(lambda k: float(bdtrc(k - 1, n, probability)) <= tail if k > 0 else False, n + 1)
    return r, s


def first(holds: Callable[[int], bool], last: int) -> int:
    """The smallest k in 0..last from which a monotone condition holds, `last` if none does."""
    low, high = 0, last
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def too_many_misses(misses: int, trials: int, probability: float) -> float:
    """P(B >= misses) for B binomial(trials, probability): small when intervals miss more often than they may.

    >>> round(too_many_misses(2, 2, 0.001) * 1e6, 6)
    1.0
    """
    from scipy.special import bdtrc

    return 1.0 if misses <= 0 else float(bdtrc(misses - 1, trials, probability))


def kolmogorov_smirnov(sample: Reals, cdf: Callable[[Reals], Reals]) -> Enclosure:
    """An enclosure of the p-value of sup |F_n - F|, from Smirnov's exact one-sided law p1 <= p <= min(1, 2 p1).

    For a continuous `cdf`; for one with jumps the true p-value is larger still.
    """
    from scipy.special import smirnov

    n = len(sample)
    levels = cdf(np.sort(sample))
    above = (np.arange(1, n + 1) / n - levels).max()
    below = (levels - np.arange(n) / n).max()
    one_sided = float(smirnov(n, float(np.clip(max(above, below), 0.0, 1.0))))
    wide = outward(one_sided, min(1.0, 2 * one_sided))
    return Enclosure(max(wide.lower, Fraction(0)), min(wide.upper, Fraction(1)))
