"""Where the next state of a move falls: blocks of the line, cut by the region, the floor and the ceiling."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from flint import arb

from ...balls.precision import dyadic
from .cells import Mesh
from .kernel import Move, Part


@dataclass(frozen=True)
class Block:
    """low < m + x < high leads into the cell with number `cell`, or (`place`) to the one place, or counts as 1."""

    low: Fraction | None
    high: Fraction | None
    cell: int | None = None
    place: Fraction | None = None


@dataclass(frozen=True)
class End:
    """An end of an integral over y: fixed at `place`, or at m + `kink`."""

    place: Fraction | None = None
    kink: Fraction | None = None


Section = tuple[Part, Block, End | None, End | None]
"""A part of the density over a block, with its lower and upper ends; None is an infinite one."""


@dataclass(frozen=True)
class Layout:
    """The blocks of a move, and the places of m between which the ends of all integrals keep their kind."""

    move: Move
    blocks: tuple[Block, ...]

    @cached_property
    def breaks(self) -> list[Fraction]:
        return sorted({end - kink for end in self.ends for kink in self.move.density.kinks})

    @cached_property
    def ends(self) -> set[Fraction]:
        """The ends of the blocks."""
        return {end for block in self.blocks for end in (block.low, block.high) if end is not None}

    def gap_of(self, m: arb) -> int:
        """A gap that holds the middle of m."""
        return bisect_left(self.breaks, dyadic(m.mid()))

    def gaps(self, low: Fraction, high: Fraction) -> range:
        """The gaps that meet the open interval."""
        first, last = bisect_right(self.breaks, low), bisect_left(self.breaks, high)
        return range(first, max(first, last) + 1)

    def inside(self, gap: int) -> Fraction:
        """A place of the gap."""
        breaks = self.breaks
        if not breaks:
            return Fraction(0)
        if gap == 0:
            return breaks[0] - 1
        return breaks[-1] + 1 if gap == len(breaks) else (breaks[gap - 1] + breaks[gap]) / 2

    @cached_property
    def _known(self) -> dict[int, tuple[Section, ...]]:
        return {}

    def block_at(self, gap: int) -> Block | None:
        """The block that holds m while it is in the gap."""
        m = self.inside(gap)
        return next((b for b in self.blocks if (b.low is None or b.low < m) and (b.high is None or m < b.high)), None)

    def touched(self, low: Fraction, high: Fraction) -> range:
        """The gaps that meet the closed interval."""
        first, last = bisect_left(self.breaks, low), bisect_right(self.breaks, high)
        return range(first, last + 1)

    def sections(self, gap: int) -> tuple[Section, ...]:
        """All integrals while m is in the gap."""
        if gap not in self._known:
            m = self.inside(gap)
            found = (cut(part, block, m) for part in self.move.density.parts for block in self.blocks)
            self._known[gap] = tuple(section for section in found if section is not None)
        return self._known[gap]


def cut(part: Part, block: Block, m: Fraction) -> Section | None:
    """The part of the density, of y in (m + low, m + high), over the block; None where they do not meet."""
    low, high = End(place=block.low), End(place=block.high)
    lower, upper = block.low, block.high
    if part.low is not None and (lower is None or m + part.low > lower):
        low, lower = End(kink=part.low), m + part.low
    if part.high is not None and (upper is None or m + part.high < upper):
        high, upper = End(kink=part.high), m + part.high
    if lower is not None and upper is not None and lower >= upper:
        return None
    return part, block, None if lower is None else low, None if upper is None else high


def layout(move: Move, mesh: Mesh, goal: tuple[Fraction | None, Fraction | None] | None = None) -> Layout:
    """The blocks of the region; with `goal` those that count as 1: the next state is in that closed interval."""
    if goal is not None:
        block = goal_block(move, *goal)
        return Layout(move, () if block is None else (block,))
    blocks = [
        Block(cell.low, cell.high, cell=i) for i, cell in enumerate(mesh.cells) if within(move, cell.low, cell.high)
    ]
    if move.floor is not None and mesh.holds(move.floor):
        blocks.append(Block(None, move.floor, place=move.floor))
    if move.ceiling is not None and mesh.holds(move.ceiling):
        blocks.append(Block(move.ceiling, None, place=move.ceiling))
    return Layout(move, tuple(blocks))


def within(move: Move, low: Fraction, high: Fraction) -> bool:
    """Does a cell lie between floor and ceiling? Both are ends of cells where they are in the region."""
    return (move.floor is None or low >= move.floor) and (move.ceiling is None or high <= move.ceiling)


def goal_block(move: Move, low: Fraction | None, high: Fraction | None) -> Block | None:
    """The m + x whose clipped value is in [low, high]."""
    if move.floor is not None and high is not None and high < move.floor:
        return None
    if move.ceiling is not None and low is not None and low > move.ceiling:
        return None
    if low is not None and move.floor is not None and low <= move.floor:
        low = None
    if high is not None and move.ceiling is not None and high >= move.ceiling:
        high = None
    return Block(low, high)
