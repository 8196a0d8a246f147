"""Independent chains after so many steps that their start no longer shows: a sample of the stationary law."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import sympy as sp

from ...answer.enclosure import Enclosure
from ...chain.chain import Chain, Point
from ...effort import Effort
from ...errors import Inconclusive
from .blocks import Start, epoch
from .run import Run, simulate
from .statistics import mean, proportion, quantile
from .streams import Reals, key_of

CHAINS = 24_000
PHASES = 12
"""Chains are looked at after T, T + 1, ..., T + 11 steps, equally many after each: periods 2, 3, 4, 6, 12 average out."""
FIRST = 128
LAST = 2**17
"""Steps before the first and the last look at the sample."""
NEAR = 1e-9
"""Relative distance from an end of a set within which rounding decides on which side a chain lies."""

Reading = Callable[[Reals], Enclosure]


@dataclass(frozen=True)
class StationarySample:
    """The interval of one number of the stationary law, and the steps after which it was read."""

    enclosure: Enclosure
    steps: int


def stationary_sample(chain: Chain, start: Point, observe: sp.Expr, read: Reading, effort: Effort) -> StationarySample:
    """The interval that `read` gives for the values of `observe`, from two samples whose starts lie far apart.

    The second sample starts where the first one went farthest from `start` in 128 steps. Both run on, the steps doubled each
    time, until all intervals of the last two looks overlap; the answer is the hull of the last two. That the law is
    then the stationary one is an assumption with evidence, not a theorem: a chain that is stuck in one of several
    wells for longer than it was run does not show it.
    Raises `Inconclusive` where they still differ after 2^18 steps or at the deadline, and where a chain leaves the
    range of doubles.
    """
    here = Sample.begin(chain, start, observe, effort, 0)
    there = Sample.begin(chain, here.farthest(start), observe, effort, 1)
    steps, before = FIRST, (read(here.values), read(there.values))
    while steps <= LAST:
        here, there, steps = here.later(steps), there.later(steps), 2 * steps
        after = (read(here.values), read(there.values))
        if all(agree(first, second) for first in (*before, *after) for second in after):
            return StationarySample(hull(*after), steps * epoch(chain))
        before = after
    raise Inconclusive(f"two samples from starts far apart still differ after {steps} steps, or change as they go on")


@dataclass(frozen=True)
class Sample:
    """Chains side by side, in `PHASES` groups one step apart from another: their states, and `observe` of these."""

    chain: Chain
    observe: sp.Expr
    effort: Effort
    stream: int
    values: Reals
    states: Reals
    rounds: int = 1

    @classmethod
    def begin(cls, chain: Chain, start: Start, observe: sp.Expr, effort: Effort, stream: int) -> Sample:
        seeds = np.random.SeedSequence([*key_of(effort.seed), stream]).spawn(PHASES)
        runs = [
            checked(simulate(chain, start, (FIRST + k) * epoch(chain), CHAINS // PHASES, replace(effort, seed=seed), (observe,)))
            for k, seed in enumerate(seeds)
        ]
        values = np.concatenate([run.observed[0] for run in runs])
        return cls(chain, observe, effort, stream, values, np.concatenate([run.final for run in runs], axis=1))

    def later(self, steps: int) -> Sample:
        """The same chains after so many more steps (epochs)."""
        seed = np.random.SeedSequence([*key_of(self.effort.seed), self.stream, self.rounds])
        start = dict(zip(self.chain.state, self.states, strict=True))
        more = replace(self.effort, seed=seed)
        run = checked(simulate(self.chain, start, steps * epoch(self.chain), CHAINS, more, (self.observe,)))
        return replace(self, values=run.observed[0], states=run.final, rounds=self.rounds + 1)

    def farthest(self, start: Point) -> Start:
        """The state that lies farthest from the start."""
        centre = np.array([[float(start[symbol])] for symbol in self.chain.state])
        column = int(np.abs(self.states - centre).max(axis=0).argmax())
        return {s: sp.Rational(Fraction(v)) for s, v in zip(self.chain.state, self.states[:, column].tolist(), strict=True)}


def checked(run: Run) -> Run:
    """Refuse a run with values that are no finite numbers."""
    if run.overflows or not np.isfinite(run.observed).all():
        raise Inconclusive(f"in {run.steps} steps a chain leaves the range of doubles, or `of` is no finite number")
    return run


def agree(first: Enclosure, second: Enclosure) -> bool:
    """Do the intervals overlap?"""
    return first.lower <= second.upper and second.lower <= first.upper


def hull(first: Enclosure, second: Enclosure) -> Enclosure:
    return Enclosure(min(first.lower, second.lower), max(first.upper, second.upper))


# ---- what can be read from a sample


def mean_of(values: Reals) -> Enclosure:
    return mean(values).enclosure


def level_quantile(level: float) -> Reading:
    return lambda values: quantile(np.sort(values), level).enclosure


def mass_between(low: float, high: float) -> Reading:
    """P(low <= w <= high); chains that rounding may have moved across an end count on both sides."""

    def read(values: Reals) -> Enclosure:
        surely = np.count_nonzero((values >= low + margin(low)) & (values <= high - margin(high)))
        perhaps = np.count_nonzero((values >= low - margin(low)) & (values <= high + margin(high)))
        return hull(proportion(int(surely), len(values)), proportion(int(perhaps), len(values)))

    return read


def margin(end: float) -> float:
    return 0.0 if np.isinf(end) else NEAR * (1 + abs(end))
