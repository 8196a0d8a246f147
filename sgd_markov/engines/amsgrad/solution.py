"""Where AMSGrad without momentum ends from a start: the chance of w -> 0, and the law of the rate at which it freezes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf, log

import numpy as np

from ...answer.enclosure import Enclosure
from ...effort import Effort
from .beams import Beams
from .curvature_law import ROUNDING, CurvatureLaw
from .descent import Descent
from .excursions import SAFE, Patience
from .exponents import first_attracting, powers
from .rate_table import Chances, RateTable, edges

SPAN = 1e-4
"""Without a rate below which all repel, rates so much lower than the highest are left open."""
MOST_EDGES = 20_000


@dataclass(frozen=True)
class Plan:
    """How fine: the relative width of the beams of the table, rounds of the heaviest nodes, the patience of both."""

    width: float
    rounds: int
    table: Patience
    descent: Patience

    def for_values(self, count: int) -> Plan:
        """With more than two values of x there are many more counts of draws: their lighter paths are left earlier."""
        times = 400.0 ** (count - 2)
        return replace(self, table=self.table.coarser(times), descent=self.descent.coarser(times))


PLANS = (
    Plan(5e-2, 2, Patience(1e-2, 1e-5, 100), Patience(1e-3, 1e-6, 200)),
    Plan(1e-2, 5, Patience(1e-3, 1e-6, 200), Patience(1e-4, 1e-8, 400)),
    Plan(2.5e-3, 8, Patience(1e-3, 1e-7, 300), Patience(1e-5, 1e-9, 1000)),
)


@dataclass(frozen=True)
class Start:
    """The state before the first step: enclosures of lr/sqrt(vhat) and |w|/sqrt(vhat); where vhat is 0, `rate` is None
    and `scaled` encloses |w|/lr. w is not 0."""

    rate: Enclosure | None
    scaled: Enclosure


@dataclass(frozen=True)
class Frozen:
    """The probability that w -> 0 and that the rate freezes in `rate`: at one rate, or at a few that are all but equal."""

    rate: Enclosure
    probability: Enclosure


@dataclass
class Ending:
    """What is proved of the end: the nodes that have been followed, and what the table says of the others."""

    descent: Descent
    table: RateTable
    converging: Chances
    diverging: Chances

    @property
    def probability(self) -> Enclosure:
        """P(w -> 0)."""
        return between(self.sum_of(self.converging) + self.frozen(), self.failing())

    def frozen(self, low: float = 0.0, high: float = inf) -> float:
        """Mass that is known to freeze at a rate in [low, high]."""
        a, b, frozen, _ = self.descent.followed()
        return float(np.sum(frozen[(a >= low) & (b <= high)])) * SAFE

    def failing(self) -> float:
        """Mass that is known not to converge."""
        _, b, _, returning = self.descent.followed()
        later = float(np.sum(returning * self.diverging.anywhere_below(b)))
        return (self.descent.fallen + self.sum_of(self.diverging) + later) * SAFE

    def sum_of(self, chances: Chances) -> float:
        """What the table says of the nodes that have not been followed."""
        nodes = self.descent.open
        return float(np.sum(nodes.mass * chances.least(nodes.value, nodes.slack, nodes.a, nodes.b))) * SAFE

    def below(self, rate: Fraction) -> Enclosure:
        """P(w -> 0, and the frozen rate is below `rate`)."""
        low, high = np.nextafter(float(rate), 0), np.nextafter(float(rate), inf)
        first, last = self.table.ends
        under = self.sum_of(self.table.converging(last < low)) + self.frozen(high=low)
        over = self.sum_of(self.table.converging(first > high)) + self.frozen(low=high)
        return between(under, self.failing() + over)

    def heaviest(self, count: int) -> list[Frozen]:
        """Rates at which much mass freezes, by falling mass."""
        a, b, frozen, returning = self.descent.followed()
        nodes = self.descent.open
        known = self.descent.fallen + float(np.sum(frozen) + np.sum(returning) + np.sum(nodes.mass))
        found = {}
        for i in np.argsort(-frozen, kind="stable")[: 2 * count]:
            same = (a <= b[i]) & (b >= a[i])
            low, high = float(a[same].min()), float(b[same].max())
            here = float(np.sum(frozen[same]))
            more = float(np.sum(nodes.mass[nodes.b >= low]) + np.sum(returning[b >= low]))
            most = (here + max(0.0, 1 - known * SAFE) + more) * (2 - SAFE)
            rate = Enclosure(Fraction(low), Fraction(high))
            found[rate] = Frozen(rate, between(here * SAFE, 1 - most))
        return sorted(found.values(), key=lambda entry: -entry.probability.lower)[:count]


def between(low: float, not_low: float) -> Enclosure:
    """[low, 1 - not_low] for lower bounds of the probabilities of an event and of its complement."""
    lower = Fraction(max(low, 0.0))
    return Enclosure(lower, max(lower, 1 - Fraction(max(not_low, 0.0))))


def endings(law: CurvatureLaw, start: Start, effort: Effort) -> Iterator[Ending]:
    """Ever finer ones; none where w -> 0 is proved to have probability 0."""
    highest = highest_rate(law, start)
    lowest = first_attracting(law, highest)
    if lowest >= highest:
        return
    bottom = lowest if lowest > 0 else highest * SPAN
    known = powers(law, bottom, highest, repelling_below=lowest > 0)
    for plan in (plan.for_values(len(law)) for plan in PLANS):
        width = max(plan.width, log(highest / bottom) / MOST_EDGES)
        table = RateTable(law, known, edges(law, bottom, highest, width), plan.table, effort)
        descent = Descent(law, known, lowest, plan.descent)
        begin(descent, start)
        descent.follow(plan.rounds, effort)
        yield Ending(descent, table, table.converging(), table.diverging(repelling_below=lowest > 0))


def highest_rate(law: CurvatureLaw, start: Start) -> float:
    """At least every rate after the first step."""
    if start.rate is not None:
        return outward(start.rate)[1] * (1 + ROUNDING)
    return max(outward(rate)[1] for rate in first_rates(law, start.scaled)) * (1 + ROUNDING)


def first_rates(law: CurvatureLaw, scaled: Enclosure) -> list[Enclosure]:
    """lr/|x_i w| for every value of x: with vhat = 0 the first step is a record."""
    least, most = Fraction(scaled.lower), Fraction(scaled.upper)
    sizes = [sorted((abs(Fraction(x.lower)), abs(Fraction(x.upper)))) for x in law.values]
    return [Enclosure(1 / (high * most), 1 / (low * least)) for low, high in sizes]


def outward(interval: Enclosure) -> tuple[float, float]:
    return float(np.nextafter(float(interval.lower), 0)), float(np.nextafter(float(interval.upper), inf))


def begin(descent: Descent, start: Start) -> None:
    """The nodes after the first step, or the single beam of a start with vhat > 0."""
    law = descent.law
    if start.rate is not None:
        (a, b), (low, high) = outward(start.rate), outward(start.scaled)
        slack = (high - low) / low + ROUNDING
        single = [np.array([end]) for end in (a, b, low, slack)]
        beam = Beams(single[0], single[1], single[2], single[2], single[3], np.zeros(1, bool))
        descent.expand(beam, np.ones(1))
        return
    for value, (x, rate) in enumerate(zip(law.values, first_rates(law, start.scaled), strict=True)):
        a, b = outward(rate)
        mass = float(law.p[value])
        if x.is_point and rate.is_point and x.lower * rate.lower == 1:
            descent.add_frozen(a, b, mass)
        else:
            descent.add_node(value, a, b, mass)
