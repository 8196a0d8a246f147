"""The largest growth rate of random positively homogeneous maps of the plane, piecewise linear on sectors.

F(c u) = c F(u) for c > 0, so that directed rays are led to rays: cells of the whole circle, and on each the matrices of
all sectors that it touches. The map may jump at a ray, where it is an alternative of its own. There may be several
ergodic classes, and sectors on which nothing moves; the rate of the fastest is bracketed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor, inf

import numpy as np
import sympy as sp
from flint import arb

from ...answer.enclosure import Bound, Enclosure
from ...balls.adaptive import proved_sign
from ...balls.evaluate import evaluate
from ...balls.precision import enclosure, precision
from ...effort import Effort
from ...errors import Inconclusive
from .directions import RAYS, place_of
from .fat_cells import FatLaw, bounds
from .fat_matrix import FatMatrix, Flags, Images, images, unmoved

BITS = 96
FIRST_SIZE, LAST_SIZE = 256, 1 << 14
STALE = 0.9
"""Finer cells are given up where they leave this part of the width."""

STEPS = 120
BESIDE = 2.0**-40
"""Rays are known to more than this share of a cell; cells so near to one count as touching it."""

LEVELS = (0.0, 0.25, 0.5, 0.75, 0.9)
"""Sets that are kept are looked for where the growth is in the upper part of its range, in these shares."""


@dataclass(frozen=True)
class Sector:
    """F(u) = `matrix` u from the ray `low` anticlockwise to the ray `high`; None: everywhere."""

    matrix: sp.Matrix
    low: sp.Matrix | None = None
    high: sp.Matrix | None = None


@dataclass(frozen=True)
class Outcome:
    """With `probability` the map with these sectors, and at the rays between them the images (ray, F(ray))."""

    probability: sp.Expr
    sectors: Sequence[Sector]
    rays: Sequence[tuple[sp.Matrix, sp.Matrix]] = ()


def largest_growth(outcomes: Sequence[Outcome], effort: Effort) -> Enclosure | None:
    """sup over starts u of lim 1/n log |F_n ... F_1 u|: from every start the rate is at most `upper`, almost surely, and
    from some starts it is at least `lower`. None where a piece is 0 or no number.

    Errors: `Inconclusive` with the best enclosure where the time ends first. Source: theory.md B.3, A.5.
    """
    fixed = growth_on_fixed_rays(outcomes)
    best = Enclosure(fixed, inf)
    size = FIRST_SIZE
    while size <= LAST_SIZE:
        frozen = still(outcomes, size)
        law = law_of(outcomes, frozen)
        if law is None:
            return None
        try:
            found = bracket(law, frozen, effort)
        except Inconclusive as refusal:
            refusal.enclosure = best
            raise
        before, best = best.width, Enclosure(max(best.lower, found.lower), min(best.upper, found.upper))
        if best.reaches(effort.digits) or best.width > STALE * before:
            break
        size *= 2
    return best


def growth_on_fixed_rays(outcomes: Sequence[Outcome]) -> Bound:
    """A lower bound of the growth from rays that every outcome leads to themselves; -oo where none is found."""
    found: Bound = -inf
    for sector in outcomes[0].sectors:
        for _, _, vectors in sector.matrix.eigenvects():
            for ray in (vectors[0], -vectors[0]) if all(entry.is_real for entry in vectors[0]) else ():
                found = max(found, growth_along(ray, outcomes))
    return found


def growth_along(ray: sp.Matrix, outcomes: Sequence[Outcome]) -> Bound:
    """E log of the factors of the ray, rounded down; -oo where an outcome leads it elsewhere."""
    with precision(BITS):
        total = arb(0)
        for outcome in outcomes:
            factors = [factor(sector.matrix, ray) for sector in outcome.sectors if lies_inside(ray, sector)]
            if len(factors) != 1 or factors[0] is None:
                return -inf
            total += evaluate(outcome.probability) * evaluate(factors[0]).log()
        return enclosure(total).lower


def factor(matrix: sp.Matrix, ray: sp.Matrix) -> sp.Expr | None:
    """The c > 0 with M ray = c ray, if there is one."""
    image = matrix * ray
    if sp.simplify(image[0] * ray[1] - image[1] * ray[0]) != 0:
        return None
    place = 0 if ray[0] != 0 else 1
    found = sp.simplify(image[place] / ray[place])
    return found if proved_sign(found) == 1 else None


def lies_inside(ray: sp.Matrix, sector: Sector) -> bool:
    """Away from its ends."""
    if sector.low is None or sector.high is None:
        return True
    low, high, here = place(sector.low), place(sector.high), place(ray)
    return bool(BESIDE < (here - low) % RAYS < (high - low) % RAYS - BESIDE)


def bracket(law: FatLaw, frozen: Flags, effort: Effort) -> Enclosure:
    """On cells where nothing moves the growth is 0, exactly; elsewhere by sub- and super-solutions."""
    everywhere = np.ones(law.size, dtype=bool)
    moving = ~frozen
    upper = (
        bounds(law, everywhere, 1, STEPS, effort, counted=moving if frozen.any() else None) if moving.any() else -inf
    )
    lower = max(
        (bounds(law, held, -1, STEPS, effort) for held in map(law.kept_above, LEVELS) if held.any()), default=-inf
    )
    if frozen.any():
        upper, lower = max(upper, 0.0), max(lower, 0.0)
    return Enclosure(exactly(min(lower, upper)), exactly(upper))


def exactly(value: float) -> Bound:
    return Fraction(value) if abs(value) < inf else value


def law_of(outcomes: Sequence[Outcome], frozen: Flags) -> FatLaw | None:
    parts = []
    with precision(BITS):
        for outcome in outcomes:
            several = [of_sector(sector, len(frozen)) for sector in outcome.sectors]
            several += [of_ray(*ray, frozen) for ray in outcome.rays]
            known = [images_of for images_of in several if images_of is not None]
            if len(known) < len(several):
                return None
            parts.append((float(evaluate(outcome.probability).mid()), known))
    return FatLaw(len(frozen), parts)


def of_sector(sector: Sector, size: int) -> Images | None:
    fat = FatMatrix.of([evaluate(entry) for entry in sector.matrix])
    if fat is None:
        return None
    found = images(fat, size, RAYS, touched(sector, size))
    if not is_scalar(sector.matrix):
        return found
    nothing = np.zeros(size)
    return replace(unmoved(found), most=nothing, least=nothing) if sector.matrix == sp.eye(2) else unmoved(found)


def is_scalar(matrix: sp.Matrix) -> bool:
    return matrix[0, 1] == 0 and matrix[1, 0] == 0 and matrix[0, 0] == matrix[1, 1] and bool(matrix[0, 0].is_positive)


def of_ray(ray: sp.Matrix, image: sp.Matrix, frozen: Flags) -> Images | None:
    """On the cells of the ray, a matrix that leads it where the map does."""
    fat = FatMatrix.of([evaluate(entry) for entry in image * ray.T / (ray.T * ray)[0]])
    return None if fat is None else images(fat, len(frozen), RAYS, cells_of_ray(ray, frozen))


def touched(sector: Sector, size: int) -> Flags:
    """The cells that hold places of a sector; of a ray between two cells each side has the one on its own side."""
    if sector.low is None or sector.high is None:
        return np.ones(size, dtype=bool)
    low, _ = beside(sector.low, size)
    _, high = beside(sector.high, size)
    return between(low, high, size)


def cells_of_ray(ray: sp.Matrix, frozen: Flags) -> Flags:
    """The cells that a ray is counted to: of two that it separates one, which is not frozen if there is such a one."""
    after, before = beside(ray, len(frozen))
    if after <= before:
        return between(after, before, len(frozen))
    chosen = before if frozen[after % len(frozen)] else after
    return between(chosen, chosen, len(frozen))


def between(low: int, high: int, size: int) -> Flags:
    return np.asarray(np.mod(np.arange(size) - low, size) <= (high - low) % size)


def beside(ray: sp.Matrix, size: int) -> tuple[int, int]:
    """The first cell of what follows a ray and the last cell of what precedes it: they overlap unless the ray is proved
    to lie between two cells.
    """
    exact = exact_place(ray)
    if exact is not None and (exact * size / 8).is_Integer:
        number = int(exact * size / 8)
        return number, number - 1
    here = place(ray) * size / RAYS
    return floor(here - BESIDE), floor(here + BESIDE)


def exact_place(ray: sp.Matrix) -> sp.Rational | None:
    """The place in [0, 8) of a ray with rational coordinates."""
    x, y = ray
    if not (x.is_Rational and y.is_Rational):
        return None
    if abs(y) > abs(x):
        return sp.Rational((3 if y > 0 else 7) - x / y) % 8
    return sp.Rational((1 if x > 0 else 5) + y / x) % 8


def place(ray: sp.Matrix) -> float:
    x, y = (np.array([float(evaluate(entry).mid())]) for entry in ray)
    return float(place_of(x, y)[0])


def still(outcomes: Sequence[Outcome], size: int) -> Flags:
    """The cells on which every outcome is the identity and nothing else applies."""
    frozen = np.ones(size, dtype=bool)
    for outcome in outcomes:
        for sector in outcome.sectors:
            if sector.matrix != sp.eye(2):
                frozen &= ~touched(sector, size)
    for outcome in outcomes:
        for ray, image in outcome.rays:
            if image != ray:
                frozen &= ~cells_of_ray(ray, frozen)
    return frozen
