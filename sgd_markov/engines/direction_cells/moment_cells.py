"""Bounds of lim 1/n log E||A_n ... A_1||^p for finitely many 2x2 matrices and any p > 0, on cells of directions.

For any h with 0 < c <= h <= C on directions and (P h)(u) = E ||A u||^p h(A u), in the norm for which ||u|| = 1,

    log inf (P h)/h <= Lambda(p) <= log sup (P h)/h :

P^n h lies between the powers of the two times h, and E||A_n ... A_1 u||^p between P^n h/C and P^n h/c; its growth over
the best u is Lambda(p). h is constant on cells, with sup and inf over all cells that an image may touch, found by
iterating the very operator that is bounded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
import sympy as sp

from ...answer.enclosure import Bound, Enclosure
from ...balls.evaluate import evaluate
from ...balls.precision import ball, enclosure, precision
from ...effort import Effort
from .directions import LINES, Floats
from .fat_cells import Extremes
from .fat_matrix import FatMatrix, Images, images
from .matrices import BITS
from .rounded_exp import EXP_ERROR, LARGEST, rounded_exp

SIZES = (2**10, 2**13, 2**16, 2**19)
SMALLEST_LOG = 30
"""Sizes below exp(-30) of the largest entry are taken for 0 (`fat_matrix.images`)."""
STEPS = 400
STILL = 1e-9
SLACK = Fraction(1, 2**38)
"""More than the relative error of a sum of up to 64 products in doubles, of the exponentials and of a quotient."""
MOST_ATOMS = 64

Part = tuple[float, Images]


def moment_bracket(
    atoms: Sequence[tuple[sp.Expr, sp.Matrix]], order: Fraction, size: int, effort: Effort
) -> Enclosure | None:
    """Lambda(order) on so many cells, a power of 2; None where the matrices are out of the range of doubles."""
    parts = parts_of(atoms, size)
    if parts is None:
        return None
    largest = max(float(np.abs(i.most).max()) for _, i in parts)
    if (largest + SMALLEST_LOG) * float(order) > LARGEST:
        return None
    return Enclosure(rate(parts, order, -1, effort), rate(parts, order, 1, effort))


def parts_of(atoms: Sequence[tuple[sp.Expr, sp.Matrix]], size: int) -> list[Part] | None:
    """The probabilities as doubles, and what the matrices do to the cells; a matrix 0 contributes nothing."""
    if len(atoms) > MOST_ATOMS:
        return None
    parts: list[Part] = []
    with precision(BITS):
        for probability, matrix in atoms:
            if all(entry == 0 for entry in matrix):
                continue
            fat = FatMatrix.of([evaluate(entry) for entry in matrix])
            if fat is None:
                return None
            parts.append((float(evaluate(probability).mid()), images(fat, size, LINES)))
    return parts or None


def rate(parts: list[Part], order: Fraction, side: int, effort: Effort) -> Bound:
    """The best bound from above (side 1) or below (-1) within the iteration."""
    factors = [powers(images_of, order, side) for _, images_of in parts]
    longest = max(int(images_of.count.max()) for _, images_of in parts)
    values = np.ones(len(parts[0][1].low))
    best = 0.0 if side < 0 else float("inf")
    for step in range(STEPS):
        if step % 8 == 0:
            effort.check()
        after = applied(parts, factors, values, side, longest)
        ratio = after / values
        found = float(ratio.max() if side > 0 else ratio.min())
        settled = float(ratio.max() - ratio.min()) < STILL * found
        best = min(best, found) if side > 0 else max(best, found)
        if settled or not after.min() > 0 or not np.isfinite(after).all():
            break
        values = after / after.max()
        if values.min() < 1e-200:
            break
    return logarithm(best, side)


def powers(images_of: Images, order: Fraction, side: int) -> Floats:
    """||A u||^p on each cell, bounded; the product with p rounds by much less than is added."""
    size = images_of.size(side) * float(order)
    pad = 2.0**-50 * (1 + np.where(np.isfinite(size), np.abs(size), 0.0))
    return rounded_exp(size + side * pad) * (1 + side * 4 * EXP_ERROR)


def applied(parts: list[Part], factors: list[Floats], values: Floats, side: int, longest: int) -> Floats:
    """P h, its supremum or infimum on each cell."""
    table = Extremes.of(values * side, longest)
    total = np.zeros(len(values))
    for (weight, images_of), factor in zip(parts, factors, strict=True):
        total += weight * factor * (side * table.over(images_of.low, images_of.count))
    return total


def logarithm(value: float, side: int) -> Bound:
    if value == 0:
        return float("-inf")
    if not np.isfinite(value):
        return float("inf")
    with precision(80):
        found = enclosure(ball(Fraction(value) * (1 + side * SLACK)).log())
    return found.upper if side > 0 else found.lower


def narrowed(
    atoms: Sequence[tuple[sp.Expr, sp.Matrix]], order: Fraction, known: Enclosure, effort: Effort
) -> Enclosure:
    """What is known of Lambda(order), narrowed on more and more cells until `effort.digits` are reached."""
    for size in SIZES:
        if known.reaches(effort.digits):
            break
        found = moment_bracket(atoms, order, size, effort)
        if found is None:
            break
        known = known.intersection(found)
    return known


def root_between(atoms: Sequence[tuple[sp.Expr, sp.Matrix]], bounds: Enclosure, effort: Effort) -> Enclosure:
    """The positive root of Lambda, known to lie within the bounds, by bisection with proved signs."""
    low, high = Fraction(bounds.lower), Fraction(bounds.upper)
    while not Enclosure(low, high).reaches(effort.digits):
        middle = (low + high) / 2
        sign = next((s for s in signs(atoms, middle, effort) if s is not None), None)
        if sign is None:
            break
        low, high = (middle, high) if sign < 0 else (low, middle)
    return Enclosure(low, high)


def signs(atoms: Sequence[tuple[sp.Expr, sp.Matrix]], order: Fraction, effort: Effort) -> Iterator[int | None]:
    """The sign of Lambda(order) on more and more cells."""
    for size in SIZES:
        found = moment_bracket(atoms, order, size, effort)
        yield None if found is None else found.sign
