"""First passage of log|w| over one level for multipliers with a density, between two walks on a lattice.

Every step rounded down to the lattice gives a walk that arrives later, every step rounded up one that arrives earlier:
only one level can be crossed, so that both couplings hold path by path. The two are followed step by step in whole
multiples of 2^-BITS, what rounding takes away being counted against the bound.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from flint import arb, arb_poly, fmpz_poly

from ..answer.enclosure import Enclosure
from ..balls.precision import ball, enclosure, precision
from ..effort import Effort
from ..errors import Inconclusive
from ..numerics.modulus_masses import Cells

BITS, MOST_STEPS, LOOK = 56, 3000, 4


@dataclass(frozen=True)
class Followed:
    """After n steps of a rounded walk: sum of P(still below) up to n - 1, what is still below, and what has arrived."""

    mean_steps: arb
    below: fmpz_poly
    lowest: int
    arrived: arb
    lost: arb
    """An upper bound of all that rounding took away."""

    @property
    def mass(self) -> arb:
        return arb(self.below(1)) * arb(2) ** -BITS

    @property
    def moment(self) -> arb:
        """E[place; still below], in widths."""
        return self.lowest * self.mass + arb(self.below.derivative()(1)) * arb(2) ** -BITS

    def tilted(self, factor: arb) -> arb:
        """E[factor^place; still below]."""
        return arb_poly(self.below)(factor) * factor**self.lowest * arb(2) ** -BITS


@dataclass(frozen=True)
class RoundedWalk:
    """From 0 to above `distance` = log(L/|w_0|); `gamma`: an enclosure of E log|M|, `overshoot`: a bound of the overshoot."""

    cells: Cells
    distance: arb
    gamma: Enclosure
    overshoot: arb

    def mean_time(self, effort: Effort) -> Enclosure:
        """E tau, where gamma > 0."""
        with precision(2 * BITS):
            return Enclosure(self.least_time(effort), self.most_time(effort))

    def least_time(self, effort: Effort) -> Fraction:
        """sum of P(the early walk is still below)."""
        _, last = self.until_little_is_left(1, effort)
        return Fraction(enclosure(last.mean_steps).lower)

    def most_time(self, effort: Effort) -> Fraction:
        """sum of P(the late walk is still below), and Wald's bound for what is left, fell deep, or was lost."""
        steps, last = self.until_little_is_left(0, effort)
        gamma, width = ball(self.gamma.lower), ball(self.cells.width)
        deepest = self.distance + width * steps * max(0, -self.cells.first)
        sum_of_steps = last.mean_steps + last.lost * steps
        far = (last.mass * (self.distance + self.overshoot) - width * last.moment) / gamma
        unknown = (last.lost + sum_of_steps * self.cells.deep) * (deepest + self.overshoot) / gamma
        upper = enclosure(sum_of_steps + far + unknown + sum_of_steps * self.cells.deep_size / gamma).upper
        if not isinstance(upper, Fraction):
            raise Inconclusive("the late walk is not bounded")
        return upper

    def until_little_is_left(self, rounding: int, effort: Effort) -> tuple[int, Followed]:
        for steps, state in enumerate(self.followed(rounding, effort)):
            if state.mass < SMALL or steps == MOST_STEPS:
                return steps, state
        raise AssertionError

    def arrival(self, kappa: Enclosure, effort: Effort) -> Enclosure:
        """P(the level is crossed), where gamma < 0 and E|M|^kappa = 1: Ville's inequality for what is still below."""
        with precision(2 * BITS):
            order = ball(kappa.lower)
            tilt = (order * ball(self.cells.width)).exp()
            for steps, (late, early) in enumerate(zip(self.followed(0, effort), self.followed(1, effort), strict=False)):
                if steps % LOOK:
                    continue
                left = early.tilted(tilt) * (-order * self.distance).exp()
                if left < SMALL * early.arrived or steps >= MOST_STEPS:
                    upper = enclosure(early.arrived + early.lost + left).upper
                    return Enclosure(max(Fraction(0), Fraction(enclosure(late.arrived).lower)), min(Fraction(1), upper))
        raise AssertionError

    def followed(self, rounding: int, effort: Effort) -> Iterator[Followed]:
        """`rounding` 0: every step down to the lattice, 1: up. Deep steps are taken out, or made as short as the first
        cell; the highest are made as short as the last cell, or arrive."""
        weights = [floor_unit(mass) for mass in self.cells.masses]
        high = floor_unit(self.cells.high)
        if rounding:
            weights[0] += floor_unit(self.cells.deep)
        else:
            weights[-1] += high
        step, shift = fmpz_poly(weights), self.cells.first + rounding
        unit, level = 1 << BITS, self.level(rounding)
        current, lowest = fmpz_poly([unit]), 0
        steps, arrived, lost = arb(0), arb(0), arb(0)
        scale = arb(2) ** -BITS
        while True:
            effort.check()
            state = Followed(steps, current, lowest, arrived, lost)
            yield state
            mass = state.mass
            jumps = ball(Fraction(high, unit)) * mass if rounding else arb(0)
            product = (current * step) // unit
            lowest += shift
            lost += scale * (2 * current.length() + 4 * len(weights) + 4)
            kept = product.truncate(max(0, level - lowest))
            arrived += jumps + arb(product(1) - kept(1)) * scale
            steps += mass
            current, lowest = stripped(kept, lowest)

    def level(self, rounding: int) -> int:
        """The first whole multiple of the width above the distance; the early walk in doubt the lower one."""
        found = enclosure(self.distance / ball(self.cells.width))
        if not isinstance(found.lower, Fraction) or not isinstance(found.upper, Fraction):
            raise Inconclusive("the distance to the level is not known")
        place = found.lower if rounding else found.upper
        return place.numerator // place.denominator + 1


SMALL = arb(2) ** -17
"""Walks are followed until less is left below."""


def floor_unit(mass: arb) -> int:
    """A lower bound of the mass in multiples of 2^-BITS."""
    return max(0, int((mass.lower() * 2**BITS).floor().unique_fmpz()))


def stripped(masses: fmpz_poly, lowest: int) -> tuple[fmpz_poly, int]:
    """Without the deep states at which rounding left nothing."""
    empty, length = 0, masses.length()
    while empty < length and masses[empty] == 0:
        empty += 1
    return (masses.right_shift(empty), lowest + empty) if empty else (masses, lowest)
