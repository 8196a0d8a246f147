"""Where the chain can come from a start while it is in an interval: bounds that one step keeps.

With bounded or one-sided noise the region may be smaller than asked for; where both bounds are inside, it is never left.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from ...balls.precision import precision
from ...numerics.kinked_steps import Steps
from .kernel import Kernel, Move, kernel_of

TRIALS = 40
BITS = 96


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
    return Reach(least, most)


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
        if found is None:
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
    if move.drift.affine is None or edge is None:
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
        edge = edge_of(move, side)
        if edge is None or other is None:
            if end is None:
                return None
            found.append(end)
            continue
        low, high = move.drift.reach(*sorted((bound, other)))
        found.append(clipped((high if side == 1 else low) + edge, move))
    found += [place for _, place in kernel.jumps]
    return outermost(found, side)
