"""Where the chain can come from a start while it is in an interval: bounds that one step keeps.

With bounded or one-sided noise the region may be smaller than asked for; where both bounds are inside, it is never left.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

from ...balls.precision import precision
from ...numerics.kinked_steps import Steps
from .kernel import Kernel, Move, kernel_of

TRIALS = 40
BITS = 96
PARTS = 128
FARTHEST = 10**9
"""Bounds beyond are of no use."""


@dataclass(frozen=True)
class Reach:
    """From the start, while below `high` (above `low`) the chain stays above `least` (below `most`); None is not known."""

    least: Fraction | None
    most: Fraction | None

    def keeps(self, low: Fraction | None, high: Fraction | None) -> bool:
        """Is [low, high] proved to be never left?"""
        above = low is None or (self.least is not None and self.least >= low)
        below = high is None or (self.most is not None and self.most <= high)
        return above and below


def reach(steps: Steps, starts: tuple[Fraction, ...], low: Fraction | None, high: Fraction | None) -> Reach:
    """Bounds for every start in the hull of `starts`, before [low, high] is left; None is an infinite end."""
    with precision(BITS):
        kernel = kernel_of(steps)
        least = kept_bound(kernel, starts, -1, high if high is not None else most_of(kernel, starts))
        most = kept_bound(kernel, starts, 1, low if low is not None else least)
        if low is None and least is None:
            least = kept_bound(kernel, starts, -1, most)
        kept = kept_hull(kernel, starts)
    return Reach(*kept) if kept is not None and Reach(*kept).keeps(low, high) else Reach(least, most)


def kept_hull(kernel: Kernel, starts: tuple[Fraction, ...]) -> tuple[Fraction, Fraction] | None:
    """An interval around the starts that no step leaves, where the noise is bounded: iterated, then widened a little."""
    hull = min(starts), max(starts)
    for _ in range(TRIALS):
        image = image_hull(kernel, *hull)
        if image is None or max(map(abs, image)) > FARTHEST:
            return None
        hull = coarse(min(hull[0], image[0]), -1), coarse(max(hull[1], image[1]), 1)
        margin = (hull[1] - hull[0]) / 64
        for wide in (hull, (hull[0] - margin, hull[1] + margin)):
            image = image_hull(kernel, *wide)
            if image is not None and wide[0] <= image[0] and image[1] <= wide[1]:
                return wide
    return None


def coarse(place: Fraction, side: int) -> Fraction:
    """A place a little further out with a short denominator."""
    if place.denominator.bit_length() <= BITS:
        return place
    scaled = place * 2**BITS
    return Fraction(ceil(scaled) if side == 1 else floor(scaled), 2**BITS)


def image_hull(kernel: Kernel, low: Fraction, high: Fraction) -> tuple[Fraction, Fraction] | None:
    """The hull of all places that a step leads to from [low, high]; None where it is not bounded."""
    ends: list[Fraction] = [place for _, place in kernel.jumps]
    if kernel.stay != 0:
        ends += [low, high]
    for move in kernel.moves:
        for side in (-1, 1):
            place, barrier = move.outermost(low, high, side), move.ceiling if side == 1 else move.floor
            if place is None and barrier is None:
                return None
            ends.append(clipped(place, move) if place is not None else barrier)  # type: ignore[arg-type]
    return min(ends), max(ends)


def recurrent_part(steps: Steps, low: Fraction, high: Fraction) -> tuple[Fraction, Fraction]:
    """The part of [low, high] that holds every state after a few steps inside it."""
    with precision(BITS):
        kernel = kernel_of(steps)
        for _ in range(TRIALS):
            inner = part_reached(kernel, low, high)
            if inner == (low, high) or inner[0] >= inner[1]:
                break
            low, high = inner
    return low, high


def part_reached(kernel: Kernel, low: Fraction, high: Fraction) -> tuple[Fraction, Fraction]:
    """[low, high] cut to what one step from it reaches."""
    if kernel.stay != 0:
        return low, high
    bounds: list[Fraction] = [high, low]
    for _, place in kernel.jumps:
        bounds = [min(bounds[0], place), max(bounds[1], place)]
    for move in kernel.moves:
        down, up = (move.outermost(low, high, side) for side in (-1, 1))
        least, most = low if down is None else down, high if up is None else up
        bounds = [min(bounds[0], clipped(least, move)), max(bounds[1], clipped(most, move))]
    return max(low, coarse(bounds[0], -1)), min(high, coarse(bounds[1], 1))


def is_one_way(steps: Steps, low: Fraction, high: Fraction) -> bool:
    """Do all steps from [low, high] lead upwards, or all downwards? Then survival falls faster than any power: with a
    density below C, K^n 1 <= (C (high - low))^n/n!, as the n states in between stand in order."""
    with precision(BITS):
        kernel = kernel_of(steps)
        if any(move.density.is_point for move in kernel.moves):
            return False
        if kernel.jumps or kernel.stay != 0 or any(low <= place <= high for place in kernel.places):
            return False
        return any(all(leads(move, low, high, side) for move in kernel.moves) for side in (-1, 1))


def leads(move: Move, low: Fraction, high: Fraction, side: int) -> bool:
    """Is side (w' - w) >= 0 from every w in [low, high]?"""
    edge = edge_of(move, -side)
    if edge is None:
        return False
    if move.scale is None and move.drift.affine is not None:
        constant, slope = move.drift.affine
        return all(side * (constant + slope * w + edge - w) >= 0 for w in (low, high))
    places = [low + (high - low) * k / PARTS for k in range(PARTS + 1)]
    for a, b in pairwise(places):
        place = move.outermost(a, b, -side)
        if place is None or ((place < b) if side == 1 else (place > a)):
            return False
    return True


def most_of(kernel: Kernel, starts: tuple[Fraction, ...]) -> Fraction | None:
    """The largest of the starts and the ceilings, where all moves have one and nothing jumps."""
    ends = [move.ceiling for move in kernel.moves]
    known = [end for end in ends if end is not None]
    return max(*known, *starts) if len(known) == len(ends) and not kernel.jumps else None


def kept_bound(kernel: Kernel, starts: tuple[Fraction, ...], side: int, other: Fraction | None) -> Fraction | None:
    """A bound below (side -1) or above (1) that no step crosses from a place between it and `other`."""
    places = [*starts, *(place for _, place in kernel.jumps)]
    candidate = outermost(places, side)
    for move in kernel.moves:
        fixed = fixed_place(move, side)
        if fixed is not None:
            candidate = outermost([candidate, fixed], side)
    for _ in range(TRIALS):
        found = after_step(kernel, candidate, side, other)
        if found is None or abs(found) > FARTHEST:
            return None
        if outermost([found, candidate], side) == candidate:
            return candidate
        candidate = found
    return None


def outermost(places: list[Fraction], side: int) -> Fraction:
    return max(places) if side == 1 else min(places)


def fixed_place(move: Move, side: int) -> Fraction | None:
    """The place that an increasing affine contraction with the outermost noise keeps."""
    edge = edge_of(move, side)
    if move.drift.affine is None or edge is None or move.scale is not None:
        return None
    constant, slope = move.drift.affine
    return clipped((constant + edge) / (1 - slope), move) if 0 <= slope < 1 else None


def edge_of(move: Move, side: int) -> Fraction | None:
    return move.density.parts[-1].high if side == 1 else move.density.parts[0].low


def clipped(place: Fraction, move: Move) -> Fraction:
    if move.floor is not None:
        place = max(place, move.floor)
    return place if move.ceiling is None else min(place, move.ceiling)


def after_step(kernel: Kernel, bound: Fraction, side: int, other: Fraction | None) -> Fraction | None:
    """The outermost place that a step leads to from between the bound and `other`."""
    found = [bound] if kernel.stay != 0 or not kernel.moves else []
    for move in kernel.moves:
        end = move.ceiling if side == 1 else move.floor
        place = None if other is None else move.outermost(min(bound, other), max(bound, other), side)
        if place is not None:
            found.append(clipped(place, move))
        elif end is not None:
            found.append(end)
        else:
            return None
    found += [place for _, place in kernel.jumps]
    return outermost(found, side)
