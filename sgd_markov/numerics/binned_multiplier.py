"""The law of M = shift + factor * (batch mean) on grids that are refined as digits are asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, inf, log2

from ..answer.enclosure import Enclosure
from ..balls.precision import ball_of, enclosure
from ..chain.batch_slope import Batch
from ..effort import Effort
from ..errors import Inconclusive
from .batch_grid import grid_of
from .batch_potential import BinnedPotential
from .fourier_sums import binned_sum
from .radial import Log, Power, Radial, radial
from .reachable_sum import can_reach
from .singularity import singularity
from .tilt import best_strength

FIRST_LENGTH = 1 << 17
LAST_LENGTH = 1 << 25
"""Less than 2 GB of memory, and about 10 s."""

Function = str | Fraction | Enclosure
"""`"log"`, or the order of a power: rational, or an interval that holds it."""


@dataclass
class BinnedMultiplier:
    """E log|M| and E|M|^order; the one thing that changes is how fine the grid is."""

    batch: Batch
    shift: Fraction
    factor: Fraction
    zero_possible: bool | None
    """Is P(M = 0) > 0? None where undecided."""
    ladder: Ladder = field(repr=False)

    @classmethod
    def of(cls, batch: Batch, shift: Fraction, factor: Fraction, effort: Effort) -> BinnedMultiplier:
        batch, shift, factor = smaller_side(batch, shift, factor)
        return cls(batch, shift, factor, can_reach(batch, -shift / factor * batch.size, effort), Ladder(batch))

    def log(self, effort: Effort) -> Enclosure:
        """E log|M| to effort.digits; the point -oo where P(M = 0) > 0. `Inconclusive` with the best enclosure."""
        return Enclosure.point(-inf) if self.zero_possible else self.refined("log", effort)

    def power(self, order: Fraction | Enclosure, effort: Effort) -> Enclosure:
        """E|M|^order to effort.digits, order > 0."""
        return self.refined(order, effort)

    def refined(self, function: Function, effort: Effort) -> Enclosure:
        best = self.now(function, effort)
        while not best.reaches(effort.digits):
            if self.ladder.is_finest or best.lower == -inf:
                raise Inconclusive(f"the finest binned convolution does not give {effort.digits} digits", best)
            self.ladder.refine(effort, needed_ratio(best, effort.digits))
            best = best.intersection(self.now(function, effort))
        return best

    def now(self, function: Function, effort: Effort) -> Enclosure:
        """The enclosure that the present grid gives."""
        form = radial(ball_of(function) if isinstance(function, Enclosure) else function)
        potential = self.ladder.potential(effort)
        at = singularity(potential.law.grid, self.shift, self.factor, self.zero_possible)
        if isinstance(form, Power):
            potential = self.ladder.tilted(best_strength(potential.law.grid, at, float(form.order.mid()), self.ladder.strength), effort)
        if isinstance(form, Log) and self.zero_possible is not False:
            return Enclosure(-inf, enclosure(potential.expectation(form, at, upper_only=True)).upper)
        return above_zero(form, enclosure(potential.expectation(form, at)))

    def sign_of_power_excess(self, order: Fraction, effort: Effort) -> int | None:
        """The sign of E|M|^order - 1, on finer grids if need be; None where the finest does not prove it."""
        while True:
            found = self.now(order, effort)
            if 1 not in found:
                return 1 if found.lower > 1 else -1
            if self.ladder.is_finest:
                return None
            self.ladder.refine(effort)


@dataclass
class Ladder:
    """The binned law of one batch on finer and finer grids; only the finest so far is kept."""

    batch: Batch
    length: int = 0
    strength: int = 0
    """of the exponential tilt"""
    found: BinnedPotential | None = field(default=None, repr=False)

    def potential(self, effort: Effort) -> BinnedPotential:
        if self.found is None:
            self.refine(effort)
        assert self.found is not None
        return self.found

    @property
    def is_finest(self) -> bool:
        return self.length >= LAST_LENGTH or (self.found is not None and self.found.law.grid.reach == 0)

    def refine(self, effort: Effort, ratio: float = 4.0) -> None:
        """Take a grid at least `ratio` times as fine, as far as memory allows."""
        smallest = max(FIRST_LENGTH, 1 << (64 * self.batch.size).bit_length())
        if smallest > LAST_LENGTH:
            raise Inconclusive(f"a batch of {self.batch.size} draws is too large for a binned convolution")
        wanted = self.length << max(1, ceil(log2(ratio))) if self.length else smallest
        self.length = max(smallest, min(wanted, LAST_LENGTH))
        self.build(effort)

    def tilted(self, strength: int, effort: Effort) -> BinnedPotential:
        """The same grid under another tilt."""
        if strength != self.strength:
            self.strength = strength
            self.build(effort)
        return self.potential(effort)

    def build(self, effort: Effort) -> None:
        self.found = None
        effort.check()
        self.found = BinnedPotential.of(binned_sum(grid_of(self.batch, self.length), effort, self.strength))


def smaller_side(batch: Batch, shift: Fraction, factor: Fraction) -> tuple[Batch, Fraction, Fraction]:
    """The same M by what the batch leaves out, where that is less: S mean = N (mean of all) - (N - S) mean left out."""
    if batch.replacement or 2 * batch.size <= batch.total:
        return batch, shift, factor
    if batch.size >= batch.total:
        raise ValueError("the whole data set has one mean: nothing is drawn")
    left = batch.complement()
    return left, shift + factor * batch.mean * batch.total / batch.size, -factor * left.size / batch.size


def above_zero(form: Radial, found: Enclosure) -> Enclosure:
    """Means of powers are not negative."""
    return found if isinstance(form, Log) else Enclosure(max(found.lower, Fraction(0)), found.upper)


def needed_ratio(found: Enclosure, digits: int) -> float:
    """How much finer the grid has to be, the width being in proportion to its step."""
    if found.sign in (None, 0) or found.upper == inf:
        return 8.0
    aim = min(abs(Fraction(found.lower)), abs(Fraction(found.upper))) / 10**digits
    return min(1e6, max(2.0, 1.2 * float(Fraction(found.width) / aim)))
