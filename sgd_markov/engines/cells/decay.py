"""P(tau > n) on cells for n = 0, 1, 2, ...: bounds u_0 = 1, u_{n+1} = K u_n, and a factor for all later steps.

K+ and K- are monotone, so the iterates U of K+ and L of K- satisfy L_n <= u_n <= U_n. With p steps in a round, where
U_{m+p} <= r U_m all later u_{m+jp+i} <= r^j U_{m+i}; where (K-)^p v >= r v for some 0 <= v <= L_m all later
u_{m+jp+i} >= r^j (K-)^i v. A round takes chains with periods into account.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
ROUND = 12
"""So many steps are a round."""
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


@dataclass(frozen=True)
class Anchor:
    """The iterates when a round began, times 2^exponent."""

    steps: int
    values: Floats
    exponent: int

    def tail(self, bundle: Bundle, factor: Fraction, parts: Sequence[Floats]) -> Tail:
        """That of lower bounds: parts of the values, as the round goes on."""
        scale = Fraction(2) ** self.exponent
        return Tail(self.steps, factor, [bundle.mean(part, False) * scale for part in parts])


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
        return self.operator.bound(values, self.upper)

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
        return bundle.mean(self.values, self.upper) * Fraction(2) ** self.exponent

    def anchor(self) -> Anchor:
        return Anchor(self.steps, self.values, self.exponent)

    def factor(self, anchor: Anchor) -> Fraction:
        """For upper bounds: how far the free cells have fallen since, at most; 1 where others keep them up."""
        held = self.operator.grid.free & (anchor.values > 0)
        if self.given.any() or not held.any():
            return Fraction(int(self.given.any()))
        ratio = float(np.nextafter((self.values[held] / anchor.values[held]).max(), inf))
        return min(Fraction(1), Fraction(ratio) * Fraction(2) ** (self.exponent - anchor.exponent))

    def rounds_below(self, anchor: Anchor) -> Iterator[tuple[Fraction, list[Floats]]]:
        """For lower bounds: parts of the anchor as one round goes on, each with the factor by which it falls."""
        for cut in CUTS:
            parts = [np.where(anchor.values >= cut * anchor.values.max(), anchor.values, 0.0)]
            for _ in range(ROUND):
                parts.append(self.tidy(self.image(parts[-1])))
            held = self.operator.grid.free & (parts[0] > 0)
            least = float(np.nextafter((parts[-1][held] / parts[0][held]).min(), -1)) if held.any() else 1.0
            yield Fraction(max(0.0, min(1.0, least))), parts[:-1]

    def kept(self) -> Floats:
        """A lower bound of the probability to stay for ever: from the given values alone, as many steps back."""
        values = np.where(self.operator.grid.free, 0.0, self.given)
        for _ in range(self.steps if self.given.any() else 0):
            values = np.maximum(values, self.tidy(self.image(values)))
        return values


@dataclass(frozen=True)
class Tail:
    """means[i] * factor^j bounds the mean after steps + j rounds + i."""

    steps: int
    factor: Fraction
    means: Sequence[Fraction]

    def at(self, steps: int, upper: bool) -> Fraction:
        rounds, place = divmod(steps - self.steps, ROUND)
        return self.means[place] * power(self.factor, rounds, upper)

    def loss(self, mean: Fraction, left: float, ratio: float) -> float:
        """How far the logarithm will be off, if from this mean on the true one falls by the ratio in a round."""
        if not (self.factor and self.means[0] and mean):
            return inf
        return abs(logarithm(self.means[0] / mean) + (left / ROUND + 1) * (logarithm(self.factor) - log(ratio)))


@dataclass
class Curve:
    """Bounds of P(tau > n) of one side: `series[k][m]`, the mean over bundle k after m steps, and what bounds later ones."""

    bundles: Sequence[Bundle]
    upper: bool
    series: list[list[Fraction]]
    tails: list[list[Tail]] = field(default_factory=list)
    rests: list[Fraction] = field(default_factory=list)
    """What stays for ever, from below."""
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
        return sum(self.rests, Fraction(0))

    def decline(self, anchor: Anchor) -> float:
        """By which part the mean has fallen since."""
        then = sum((known[anchor.steps] for known in self.series), Fraction(0))
        return 1 - float(self.latest / then) if then else 1.0

    def settles(self, iterates: Iterates, anchor: Anchor, ratio: float, left: float, effort: Effort) -> bool:
        """Is the last round good for what remains, if the mean goes on falling by the ratio in each?"""
        self.end(iterates, anchor)
        tolerance = max(1e-9, 10.0 ** -(effort.digits + 2))
        then = self.series[-1][anchor.steps]
        return any(tail.loss(then, left, ratio) < tolerance for tail in self.tails[-1])

    def end(self, iterates: Iterates, anchor: Anchor) -> None:
        """Later steps by the round that began at the anchor."""
        if iterates.steps < anchor.steps + ROUND:
            self.tails, self.rests = [[] for _ in self.bundles], [Fraction(0) for _ in self.bundles]
        elif self.upper:
            factor, last = iterates.factor(anchor), anchor.steps
            self.tails = [[Tail(last, factor, known[last : last + ROUND])] for known in self.series]
        else:
            rounds = list(iterates.rounds_below(anchor))
            self.tails = [[anchor.tail(bundle, *pair) for pair in rounds] for bundle in self.bundles]
        if not self.upper:
            kept = iterates.kept()
            self.rests = [bundle.mean(kept, False) for bundle in self.bundles]

    def part(self, place: int, steps: int) -> Fraction:
        known = self.series[place]
        if steps < len(known):
            return known[steps]
        found = [tail.at(steps, self.upper) for tail in self.tails[place]]
        return min(found, default=known[-1]) if self.upper else max([*found, self.rests[place]])


def is_power_of_two(number: int) -> bool:
    return number & (number - 1) == 0


def power(factor: Fraction, exponent: int, upper: bool) -> Fraction:
    """factor^exponent, rounded to one side; far below 2^-TINY up to that, or down to 0."""
    if factor in (0, 1):
        return factor
    if exponent * -log(factor) > TINY:
        return Fraction(1, 2**TINY) if upper else Fraction(0)
    with precision(128):
        bounds = enclosure(ball(factor) ** exponent)
    return max(Fraction(0), Fraction(bounds.upper if upper else bounds.lower))


def logarithm(value: Fraction) -> float:
    """Also of numbers below all doubles; of 0 too."""
    return log(value.numerator) - log(value.denominator) if value else -inf


Remaining = Callable[[int, Fraction, float], float]
"""How many steps are still to be bounded after so many, at this mean and with this ratio of means; 0: none."""


def curve(
    operator: Operator, given: Floats, bundles: Sequence[Bundle], upper: bool, remaining: Remaining, effort: Effort
) -> Curve:
    """Step by step, until nothing remains, a round is good for what remains, or the steps are too many."""
    iterates = Iterates(operator, given, upper)
    found = Curve(bundles, upper, [[iterates.mean(bundle)] for bundle in bundles])
    most, anchor, drop = max(LEAST_STEPS, int(WORK / operator.grid.size)), iterates.anchor(), 0.0
    while True:
        if iterates.steps & (iterates.steps - 1) == 0:
            found.samples.append(iterates.values)
        before = found.latest
        iterates.step()
        for bundle, known in zip(bundles, found.series, strict=True):
            known.append(known[-1] if bundle.is_given else iterates.mean(bundle))
        ratio = min(1.0, float(found.latest / before)) if before else 0.0
        left = remaining(iterates.steps, found.latest, ratio)
        still = iterates.change < STANDSTILL and given.any()
        if left <= 0 or still:
            break
        if iterates.steps % ROUND == 0:
            effort.check()
            last, drop = drop, found.decline(anchor)
            if iterates.steps >= most:
                break
            # as long as the start does not feel the ends, the factor is no matter of the region
            steady = 0 < drop < 1 and abs(drop - last) < STEADY * drop
            if (
                steady
                and is_power_of_two(iterates.steps // ROUND)
                and found.settles(iterates, anchor, 1 - drop, left, effort)
            ):
                break
            anchor = iterates.anchor()
    found.end(iterates, anchor)
    return found
