"""Blocks that cover a bounded part of the line: small ones where a map has a kink, finer ones towards special points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import sympy as sp

from ...balls.evaluate import evaluate
from ...balls.precision import precision
from ...errors import Inconclusive
from ...numerics.finite_family import FiniteFamily
from ...numerics.smooth_pieces import Piece
from .grid import Block, Kind

PARTS = 160
"""Blocks over the whole width, where nothing asks for smaller ones."""
GRADING = 0.18
"""The width of a block relative to its distance from a special point."""


@dataclass(frozen=True)
class Layout:
    """Neighbouring blocks, and for each map its smooth formula on each of them."""

    blocks: list[Block]
    formulas: list[list[sp.Expr]]


def neighbours(point: sp.Expr) -> tuple[float, float]:
    """The nearest doubles below and above a number, equal where it is a double itself."""
    with precision(160):
        value = evaluate(point)
        if not value.is_finite():
            raise Inconclusive(f"{point} has no certified value")
        near = float(value.mid())
        if value == near:
            return near, near
        low = near if value > near else float(np.nextafter(near, -np.inf))
        high = near if value < near else float(np.nextafter(near, np.inf))
        if not (value > low and value < high):
            raise Inconclusive(f"{point} is not told from a double")
        return low, high


def layout(
    family: FiniteFamily, low: float, high: float, reserved: Sequence[Block], special: Sequence[float]
) -> Layout:
    """Blocks from `low` to `high`; `reserved` ones stand as they are, finer blocks lie towards the points `special`.

    Raises `Inconclusive` where the kinks of a map are not found exactly.
    """
    pieces = [family.pieces(i, *widened(low, high)) for i in range(len(family.maps))]
    if any(found is None for found in pieces):
        raise Inconclusive("the kinks of a step are not found exactly")
    cuts = [piece.low for found in pieces for piece in (found or [])[1:]]
    standing = [*sorted(reserved, key=lambda b: (b.low, b.high)), *small_blocks(cuts, reserved, low, high)]
    standing.sort(key=lambda b: (b.low, b.high))
    blocks, at = [], low
    for block in standing:
        blocks += filled(at, block.low, (high - low) / PARTS, special)
        blocks.append(block)
        at = block.high
    blocks += filled(at, high, (high - low) / PARTS, special)
    return Layout(blocks, [formulas_on(blocks, found or []) for found in pieces])


def widened(low: float, high: float) -> tuple[sp.Rational, sp.Rational]:
    """A little more than [low, high]: a kink at an end is seen only from both sides."""
    a, b = sp.Rational(low), sp.Rational(high)
    return a - (b - a) / 10**6, b + (b - a) / 10**6


def small_blocks(cuts: Sequence[sp.Expr], reserved: Sequence[Block], low: float, high: float) -> list[Block]:
    """One cell for each kink outside the reserved blocks."""
    places = {neighbours(cut) for cut in cuts}
    found = []
    for first, last in sorted(places):
        if not any(block.low <= first and last <= block.high for block in reserved) and low <= first and last <= high:
            found.append(Block(first, last, Kind.SMALL))
    if any(a.high > b.low for a, b in pairwise(sorted([*found, *reserved], key=lambda b: (b.low, b.high)))):
        raise Inconclusive("a kink and an end of a region are no more than a rounding error apart")
    return found


def filled(low: float, high: float, width: float, special: Sequence[float]) -> list[Block]:
    """Smooth blocks between two places, smaller towards the special points."""
    blocks, at = [], low
    while at < high:
        step = min([width, *(max(GRADING * abs(at - point), GRADING * nearest(point, low, high)) for point in special)])
        after = at + step
        after = high if not at < after < high - step / 2 else after
        blocks.append(Block(at, after))
        at = after
    return blocks


def nearest(point: float, low: float, high: float) -> float:
    """The distance of a point from an interval beside it; for one inside, the width in which nothing is finer."""
    return low - point if point < low else point - high if point > high else (high - low) * 1e-6


def formulas_on(blocks: Sequence[Block], pieces: Sequence[Piece]) -> list[sp.Expr]:
    """The formula of the piece in which each block lies; kinks are blocks of their own, so there is one."""
    ends = [neighbours(piece.high)[0] if piece.high.is_finite else np.inf for piece in pieces[:-1]]
    places = np.searchsorted(np.array(ends), [b.low + (b.high - b.low) / 2 for b in blocks])
    return [pieces[place].formula for place in places]
