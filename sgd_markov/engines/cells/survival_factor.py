"""The survival factor of a region for chains of finitely many maps, between two factors on cells.

theta = lim (sup_w P_w(tau > n))^(1/n) over all w in the region; the limit exists, as sup P(tau > n + m) is at most
sup P(tau > n) sup P(tau > m). Where K+ v <= t v for some v > 0 that is constant on cells, theta <= t; where
K- v >= t v for some v >= 0, not 0, theta >= t (Collatz and Wielandt), and then P_w(tau > n) falls no faster than t^n
from every w that leads to {v > 0}.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import inf

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from ...answer.enclosure import Enclosure
from ...balls.adaptive import proved_sign
from ...effort import Effort
from ...errors import HypothesisViolated, Inconclusive
from ...numerics.finite_family import FiniteFamily
from ...numerics.local_attraction import common_fixed_points, fixed
from .bounds import Cells, Resolution, by_blocks, change, heaviest, moved, relative_excess
from .decay import CUTS, SMALL
from .exits import Ends, closed_cells, rounded
from .grid import Floats
from .operator import Operator
from .setting import Setting
from .single_maps import largest_fixing_weight

LEFT = "the region is left from every state"
FEW_STEPS = 64
"""If no path stays so long, none stays for ever."""
SMOOTHINGS, ROUNDS = 24, 40
"""Steps between two corrections on whole blocks, and how many of those there are at most."""
LEAST = 1e-9
"""Every value is at least this part of the largest when steps begin: no cell is forgotten."""
BETTER, PATIENCE = 0.02, 3
"""Rounds that narrow the bound by a smaller part do not help; so many in a row are the last."""
SETTLED = 1e-3


@dataclass(frozen=True)
class Factor:
    """theta, and 1/(1 - theta). `everywhere`: from all starts in the region the lower bound holds too."""

    theta: Enclosure
    mean_time: Enclosure
    everywhere: bool


def survival_factor(family: FiniteFamily, inside: Ends, least: Fraction, effort: Effort) -> Factor:
    """theta and 1/(1 - theta), both to the digits; `least` is a lower bound of theta that is known.

    Raises `HypothesisViolated` where some start is proved to stay for ever, `Inconclusive` with the bounds reached.
    """
    best = Enclosure(least, Fraction(1))
    try:
        require_left(family, inside, effort)
        lanes = lanes_of(family, inside, effort)
        best = Enclosure(max(least, largest_fixing_weight(lanes[0].cells)), Fraction(1))
        return narrowed(lanes, best, effort)
    except Inconclusive as refusal:
        raise Inconclusive(refusal.reason, refusal.enclosure or best) from None


def require_left(family: FiniteFamily, inside: Ends, effort: Effort) -> None:
    """Refuse a region in which all maps fix a point."""
    if not all(end.is_finite for end in inside):
        raise Inconclusive("the region is unbounded: from far away it may be left ever later; give finite ends")
    (low, _), (_, high) = rounded(family, inside[0], inside)[0], rounded(family, inside[0], inside)[0]
    found = common_fixed_points(family, sp.Rational(low), sp.Rational(high), effort)
    for point in [*inside, *found]:
        if all(fixed(f, family.symbol, point) for f in family.maps) and is_between(point, inside):
            raise HypothesisViolated(LEFT, f"every step fixes {point}, which is inside")


def is_between(point: sp.Expr, inside: Ends) -> bool:
    """Is it proved that the point is in the region?"""
    return proved_sign(point - inside[0]) in (0, 1) and proved_sign(inside[1] - point) in (0, 1)


@dataclass
class Lane:
    """One side: v on cells of the region, or of one that holds it (`upper`), with the factor that it proves."""

    cells: Cells
    upper: bool
    operator: Operator
    values: Floats
    factor: Fraction
    everywhere: bool = False

    @classmethod
    def of(cls, cells: Cells, upper: bool) -> Lane:
        operator = cells.coarsest
        return cls(cells, upper, operator, np.where(operator.grid.free, 1.0, 0.0), Fraction(int(upper)))

    def image(self, values: Floats) -> Floats:
        return self.operator.bound(values, self.upper)

    def improve(self, effort: Effort) -> None:
        """Steps until they have not helped for some rounds; a correction on whole blocks wherever they are slow."""
        values, idle = self.smoothed(self.values), 0
        best, corrected = self.proved(values), False
        for _ in range(ROUNDS):
            effort.check()
            slow = idle > 0 and not corrected and self.is_apart(best[0], values)
            values, corrected = self.smoothed(self.corrected(values) if slow else values), slow
            now = self.proved(values)
            idle = 0 if self.is_better(now[0], best[0], BETTER) else idle + 1
            if self.is_better(now[0], best[0], 0.0):
                best = now
            if idle == PATIENCE:
                break
        self.factor, self.values, self.everywhere = Fraction(max(0.0, min(1.0, best[0]))), values, self.leads(best[1])

    def is_apart(self, factor: float, values: Floats) -> bool:
        """Is the proved factor far from the growth of the largest value, which it would be if all grew alike?"""
        growth = float(self.image(values).max() / values.max())
        return abs(factor - growth) > BETTER * min(abs(1 - growth), growth)

    def is_better(self, new: float, old: float, by: float) -> bool:
        """Is the bound narrower by more than that part of its distance from 1, or from 0 where that is less?"""
        return (old - new if self.upper else new - old) > by * min(abs(1 - old), abs(old))

    def smoothed(self, values: Floats) -> Floats:
        """Steps of (1 + K/t)/2, which does not oscillate; t the growth of the largest value."""
        values = np.where(self.operator.grid.free, np.maximum(values / values.max(), LEAST), 0.0)
        for _ in range(SMOOTHINGS):
            image = self.image(values)
            growth = float(image.max() / values.max())
            values = values / 2 + image / (2 * growth) if growth > 0 else values
        return np.where(values < SMALL, 0.0 if not self.upper else values, values)

    def corrected(self, values: Floats) -> Floats:
        """Times the dominant eigenvector of the step averaged over blocks, which carries what steps are slow to find."""
        grid, size = self.operator.grid, len(self.operator.grid.blocks)
        block = np.concatenate([[size], grid.block_of_cell, [size]])
        flat = np.zeros((size + 1) ** 2)
        for weight, place in zip(self.operator.weights.values, self.operator.policy(values, self.upper), strict=True):
            to = place[1:-1]
            flat += np.bincount(block[1:-1] * (size + 1) + block[to], weight * values[to], len(flat))
        held = np.bincount(block[1:-1], values[1:-1], size + 1)[:size]
        share = dominant(flat.reshape(size + 1, size + 1)[:size, :size] / np.maximum(held, SMALL)[:, None])
        return np.where(grid.free, values * np.append(share, 0.0)[block], 0.0)

    def proved(self, values: Floats) -> tuple[float, Floats]:
        """The factor that the values prove, and the values that prove it."""
        free = self.operator.grid.free
        if self.upper:
            if not (values[free] > 0).all() or self.keeps:
                return 1.0, values
            return float(np.nextafter((self.image(values)[free] / values[free]).max(), inf)), values
        parts = [np.where(values >= cut * values.max(), values, 0.0) for cut in CUTS]
        return max(((self.least_ratio(part), part) for part in parts), key=lambda pair: pair[0])

    def least_ratio(self, values: Floats) -> float:
        held = self.operator.grid.free & (values > 0)
        return float(np.nextafter((self.image(values)[held] / values[held]).min(), -1)) if held.any() else 0.0

    @property
    def keeps(self) -> bool:
        """Are there sets that keep the chain in the larger region, and perhaps not in the region itself?"""
        return not self.operator.grid.free[1:-1].all()

    def leads(self, goal: Floats) -> bool:
        """Does from every cell a path lead to where the values are positive, wherever in the cell it starts?"""
        reaches = goal > 0
        while True:
            missing = np.concatenate([[0], np.cumsum(~reaches)])
            grown = reaches.copy()
            for ranges in self.operator.ranges:
                grown[1:-1] |= missing[ranges.last + 1] == missing[ranges.first]
            if (grown == reaches).all():
                return bool(reaches[1:-1].all())
            reaches = grown

    def factors(self) -> NDArray[np.intp]:
        """Into how many parts the blocks are cut next."""
        mass = np.where(self.operator.grid.free, 1.0, 0.0)
        for _ in range(4 * FEW_STEPS):
            mass = np.where(self.operator.grid.free, moved(self.operator, mass), 0.0)
            mass = mass / (mass.max() or 1.0)
        grid = self.operator.grid
        return heaviest(grid, by_blocks(grid, mass), change(self.operator, self.values / self.values.max()))

    def refine(self, factors: NDArray[np.intp]) -> None:
        coarse, fine = self.operator.grid, self.operator.grid.refined(factors)
        self.operator, self.values = self.cells.operator(fine), fine.carried(self.values, coarse)

    def dies_out(self) -> bool:
        """Does no path stay in the region for a few steps?"""
        values = np.where(self.operator.grid.free, 1.0, 0.0)
        for _ in range(FEW_STEPS):
            values = self.image(values)
        return not self.keeps and not values.any()


def dominant(matrix: Floats) -> Floats:
    """About the dominant eigenvector of a matrix that is not negative, by Noda's iteration; all entries positive."""
    values, shift = np.ones(len(matrix)), inf
    for _ in range(12):
        before, shift = shift, float((matrix @ values / values).max()) * (1 + 1e-12) + SMALL
        if before - shift < SETTLED * abs(1 - shift):
            break
        try:
            solved = np.linalg.solve(np.eye(len(matrix)) * shift - matrix, values)
        except np.linalg.LinAlgError:
            break
        if not (np.isfinite(solved).all() and (solved > 0).all()):
            break
        values = np.maximum(solved / solved.max(), LEAST)
    return np.asarray(values)


def lanes_of(family: FiniteFamily, inside: Ends, effort: Effort) -> tuple[Lane, Lane]:
    """For lower and for upper bounds."""
    outer, inner = rounded(family, inside[0], inside)
    laid = {ends: closed_cells(Setting(family, *ends), effort) for ends in (inner, outer)}
    traps = laid[inner][1]
    if traps:
        where = ", ".join(f"[{low}, {high}]" for trap in traps for low, high in trap.intervals)
        raise HypothesisViolated(LEFT, f"no step leads out of {where}")
    return Lane.of(laid[inner][0], False), Lane.of(laid[outer][0], True)


def narrowed(lanes: tuple[Lane, Lane], best: Enclosure, effort: Effort) -> Factor:
    """Both factors on finer and finer cells, until they and the mean time are narrow enough."""
    lower, upper = lanes
    narrow = relative_excess(effort.digits)
    resolution = Resolution(best, lambda theta: max(narrow(theta), narrow(mean_time(theta))))
    try:
        while True:
            if upper.dies_out():
                return Factor(Enclosure.point(0), Enclosure.point(1), True)
            for lane in lanes:
                lane.improve(effort)
            reached = resolution.is_reached(Enclosure(lower.factor, upper.factor))
            theta, time = resolution.best, mean_time(resolution.best)
            if reached:
                everywhere = lower.everywhere and theta.lower == lower.factor and ends_lead(lower.cells, upper.cells)
                return Factor(theta, time, everywhere)
            factors = lower.factors(), upper.factors()
            size = max(lane.operator.grid.refined(f).size for lane, f in zip(lanes, factors, strict=True))
            resolution.require_worthwhile(
                size,
                f"the mean time is between {float(time.lower):.6g} and {float(time.upper):.6g}: cells are too coarse",
            )
            for lane, f in zip(lanes, factors, strict=True):
                lane.refine(f)
    except Inconclusive as refusal:
        raise Inconclusive(refusal.reason, refusal.enclosure or resolution.best) from None


def ends_lead(inner: Cells, outer: Cells) -> bool:
    """Does a step lead from every place between the ends of the two into the inner cells?"""
    if inner is outer:
        return True
    low, high = inner.setting.low, inner.setting.high
    images = outer.tables.images(outer.coarsest.grid)
    return all(any(low <= below[cell] and above[cell] <= high for below, above in images) for cell in (0, -2, -1))


def mean_time(theta: Enclosure) -> Enclosure:
    """1/(1 - theta)."""
    low, high = (1 - Fraction(end) for end in (theta.lower, theta.upper))
    return Enclosure(1 / low if low else inf, 1 / high if high else inf)
