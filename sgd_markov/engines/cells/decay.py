"""P(tau > n) on cells for n = 0, 1, 2, ...: bounds u_0 = 1, u_{n+1} = K u_n, and a factor for all later steps.

K+ and K- are monotone, so the iterates U of K+ and L of K- satisfy L_n <= u_n <= U_n. Where K+ U_m <= r U_m, all later
u_{m+j} <= r^j U_m; where K- v >= r v for some 0 <= v <= L_m, all later u_{m+j} >= r^j v.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import inf, log

import numpy as np

from ...balls.precision import ball, enclosure, precision
from ...effort import Effort
from .fan import Leaves
from .grid import Floats, Grid, Indices
from .operator import Operator, Ranges

WORK = 1.2e7
"""Cells times steps that are taken one by one, at most; at least `LEAST_STEPS` steps are."""
LEAST_STEPS = 64
LOOK = 8
"""So many steps lie between two looks at the factor of a step."""
STANDSTILL, STEADY = 1e-10, 0.01
"""So small a change in a step that values which do not fall to 0 rest; so small one of the loss in a step that it is steady."""
TINY = 2**18
"""Bounds below 2^-TINY are not told from it."""
SMALL = 1e-150
"""Smaller values, relative to the largest, are rounded up to this, or down to 0."""
CUTS = (0.0, 1e-9, 1e-6, 1e-4, 1e-3, 1e-2, 0.1)
"""Parts of the largest value below which a lower bound is given up, so that it falls by the same factor everywhere."""


@dataclass(frozen=True)
class Bundle:
    """The mean of a function on cells over leaves: those in one cell as shares of cells, the others one by one."""

    depth: int
    cells: Indices
    shares: Floats
    ranges: Ranges | None
    range_shares: Floats
    count: int
    is_given: bool
    """Are all values given, and the mean the same after any number of steps?"""

    @classmethod
    def of(cls, leaves: Leaves, grid: Grid, base: int) -> Bundle:
        first, last = grid.locate(leaves.low), grid.locate(leaves.high)
        size = float(base**leaves.depth)
        single = first == last
        counted = np.asarray(np.bincount(first[single], leaves.weight[single] / size, grid.size + 2), np.float64)
        cells = np.flatnonzero(counted)
        given = bool(single.all()) and not grid.free[cells].any()
        ranges = None if single.all() else Ranges(first[~single], last[~single])
        return cls(
            leaves.depth, cells, counted[cells], ranges, np.asarray(leaves.weight[~single] / size), len(first), given
        )

    def mean(self, values: Floats, largest: bool) -> Fraction:
        """From above (`largest`) or below, for values that are not negative."""
        total = float(values[self.cells] @ self.shares)
        if self.ranges is not None:
            extremes = self.ranges.largest(values) if largest else self.ranges.smallest(values)
            total += float(extremes @ self.range_shares)
        slack = Fraction(2 * (len(self.cells) + self.count) + 16, 2**52)
        return Fraction(total) * (1 + slack if largest else 1 - slack)


@dataclass
class Iterates:
    """U_n (`upper`) or L_n on cells, times 2^exponent; `given`: the values of cells that are not free."""

    operator: Operator
    given: Floats
    upper: bool
    steps: int = 0
    exponent: int = 0
    change: float = 1.0
    """The largest change in the last step, relative to the largest value."""

    def __post_init__(self) -> None:
        self.values = np.where(self.operator.grid.free, 1.0, self.given)

    def image(self, values: Floats) -> Floats:
        return self.operator.upper(values) if self.upper else self.operator.lower(values)

    def step(self) -> None:
        """P(tau > n) falls with n: so may its bounds."""
        before, self.values = self.values, self.tidy(np.minimum(self.values, self.image(self.values)))
        self.steps += 1
        self.change = float((before - self.values).max() / (before.max() or 1.0))
        peak = float(self.values.max())
        if 0 < peak < SMALL**0.5 and not self.given.any():
            shift = int(-log(peak, 2))
            self.values, self.exponent = np.ldexp(self.values, shift), self.exponent - shift

    def tidy(self, values: Floats) -> Floats:
        """Without numbers so small that rounding is not relative."""
        least = SMALL * float(values.max())
        return np.where((values > 0) & (values < least), least if self.upper else 0.0, values)

    def mean(self, bundle: Bundle) -> Fraction:
        return self.scaled(bundle.mean(self.values, self.upper))

    def scaled(self, value: Fraction) -> Fraction:
        return value * Fraction(2) ** self.exponent

    def factors(self) -> list[tuple[float, Floats]]:
        """Pairs (r, v): all later iterates lie beyond r^j v, on the side of this bound."""
        if self.upper:
            return [(1.0 if self.given.any() else self.extreme_ratio(self.values), self.values)]
        peak = float(self.values.max())
        parts = [np.where(self.values >= cut * peak, self.values, 0.0) for cut in CUTS]
        return [(self.extreme_ratio(part), part) for part in parts]

    def extreme_ratio(self, values: Floats) -> float:
        """The largest K+ v/v, or the smallest K- v/v, over the free cells where v > 0; at most 1."""
        inside = self.operator.grid.free & (values > 0)
        if not inside.any():
            return 1.0 if values.any() else 0.0
        ratio = self.image(values)[inside] / values[inside]
        return min(1.0, float(np.nextafter(ratio.max(), 2) if self.upper else np.nextafter(ratio.min(), -1)))

    def kept(self) -> Floats:
        """A lower bound of the probability to stay for ever: from the given values alone, as many steps back."""
        values = np.where(self.operator.grid.free, 0.0, self.given)
        for _ in range(self.steps if self.given.any() else 0):
            values = np.maximum(values, self.tidy(self.image(values)))
        return values


@dataclass(frozen=True)
class Tail:
    """mean * factor^j bounds the mean after j more steps."""

    factor: Fraction
    mean: Fraction


@dataclass
class Curve:
    """Bounds of P(tau > n) of one side: `series[k][m]`, the mean over bundle k after m steps, and what bounds later ones."""

    bundles: Sequence[Bundle]
    upper: bool
    series: list[list[Fraction]]
    tails: list[list[Tail]] = field(default_factory=list)
    samples: list[Floats] = field(default_factory=list)

    def at(self, steps: int) -> Fraction:
        """The bound of what the bundles that are there after so many steps hold."""
        there = [(k, steps - bundle.depth) for k, bundle in enumerate(self.bundles) if bundle.depth <= steps]
        return sum((self.part(k, later) for k, later in there), Fraction(0))

    @property
    def latest(self) -> Fraction:
        """About the mean after the last step."""
        return sum((known[-1] for known in self.series), Fraction(0))

    @property
    def kept(self) -> Fraction:
        """A bound for all numbers of steps."""
        return sum(
            (max((t.mean for t in tails if t.factor == 1), default=Fraction(0)) for tails in self.tails), Fraction(0)
        )

    def part(self, place: int, steps: int) -> Fraction:
        known = self.series[place]
        if steps < len(known):
            return known[steps]
        later = steps - len(known) + 1
        found = [tail.mean * power(tail.factor, later, self.upper) for tail in self.tails[place]]
        return min(found) if self.upper else max(found)


def power(factor: Fraction, exponent: int, upper: bool) -> Fraction:
    """factor^exponent, rounded to one side; far below 2^-TINY up to that, or down to 0."""
    if factor in (0, 1):
        return factor
    if exponent * -log(factor) > TINY:
        return Fraction(1, 2**TINY) if upper else Fraction(0)
    with precision(128):
        bounds = enclosure(ball(factor) ** exponent)
    return max(Fraction(0), Fraction(bounds.upper if upper else bounds.lower))


Remaining = Callable[[int, Fraction, float], float]
"""How many steps are still to be bounded after so many, at this mean and with this ratio of means; 0: none."""


def curve(
    operator: Operator, given: Floats, bundles: Sequence[Bundle], upper: bool, remaining: Remaining, effort: Effort
) -> Curve:
    """Step by step, until nothing remains, one factor is good for what remains, or the steps are too many."""
    iterates = Iterates(operator, given, upper)
    found = Curve(bundles, upper, [[iterates.mean(bundle)] for bundle in bundles])
    most, drop, now = max(LEAST_STEPS, int(WORK / operator.grid.size)), 0.0, found.latest
    while True:
        if iterates.steps & (iterates.steps - 1) == 0:
            found.samples.append(iterates.values)
        iterates.step()
        for bundle, known in zip(bundles, found.series, strict=True):
            known.append(known[-1] if bundle.is_given else iterates.mean(bundle))
        before, now = now, found.latest
        ratio = min(1.0, float(now / before)) if before else 0.0
        left = remaining(iterates.steps, now, ratio)
        if left <= 0 or iterates.steps >= most or iterates.change < STANDSTILL * bool(given.any()):
            break
        if iterates.steps % LOOK == 0:
            effort.check()
            last, drop = drop, 1 - ratio
            # as long as the start does not feel the ends, the factor is no matter of the region
            settled = 0 < ratio < 1 and abs(drop - last) < STEADY * drop
            if settled and loss(iterates, bundles[-1], ratio, left) < tolerance(effort):
                break
    found.tails = [tails(iterates, bundle) for bundle in bundles]
    return found


def tolerance(effort: Effort) -> float:
    return max(1e-9, 10.0 ** -(effort.digits + 2))


def loss(iterates: Iterates, bundle: Bundle, ratio: float, left: float) -> float:
    """What a factor for all later steps costs, as a logarithm, if the mean goes on falling by the ratio."""
    now = float(bundle.mean(iterates.values, iterates.upper))
    if not now > 0:
        return inf
    costs = [
        abs(log(mean / now) + left * (log(factor) - log(ratio)))
        for factor, values in iterates.factors()
        if factor > 0 and (mean := float(bundle.mean(values, iterates.upper))) > 0
    ]
    return min(costs, default=inf)


def tails(iterates: Iterates, bundle: Bundle) -> list[Tail]:
    found = [
        Tail(Fraction(factor), iterates.scaled(bundle.mean(values, iterates.upper)))
        for factor, values in iterates.factors()
    ]
    return found if iterates.upper else [*found, Tail(Fraction(1), bundle.mean(iterates.kept(), False))]
