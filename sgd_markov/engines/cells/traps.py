"""Parts of the line that the chain never leaves, proved by the cells that images touch."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...numerics.closed_classes import closed_classes
from .bounds import Cells
from .grid import Kind
from .operator import Operator, leading_to

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Trap:
    """Intervals whose union keeps the chain for ever; `name` is that of their blocks."""

    name: str
    intervals: tuple[tuple[float, float], ...]


def never_absorbed(operator: Operator) -> Mask:
    """For 0 .. size + 1: free cells from which no path of touched cells leads to a given value or beyond all cells."""
    return ~leading_to(operator, np.ones(operator.grid.size + 2, bool))


def with_traps(cells: Cells) -> tuple[Cells, list[Trap]]:
    """The blocks that keep the chain as blocks of given value, one name for each set that is closed by itself."""
    kept = never_absorbed(cells.coarsest)[1:-1]
    return with_sets(cells, groups(cells.coarsest, kept)) if kept.any() else (cells, [])


def with_classes(cells: Cells) -> tuple[Cells, list[Trap]]:
    """The same with the smallest sets of cells that keep the chain: those outside them are free."""
    return with_sets(cells, classes(cells.coarsest, never_absorbed(cells.coarsest)[1:-1]))


def with_sets(cells: Cells, label: NDArray[np.intp]) -> tuple[Cells, list[Trap]]:
    """Blocks as given ones where all their cells have a label; a label stands for a set that keeps the chain."""
    operator = cells.coarsest
    labels, offsets = [int(name) for name in np.unique(label[label >= 0])], operator.grid.offsets[:-1]
    names = np.array([label[offset] for offset in offsets])
    whole = np.logical_and.reduceat(label == names[operator.grid.block_of_cell], offsets) & (names >= 0)
    chosen = {name: f"trap {k}" for k, name in enumerate(labels) if name in names[whole]}
    if not chosen:
        return cells, []
    traps = [Trap(text, intervals(operator, label == name)) for name, text in chosen.items()]
    blocks = tuple(
        replace(block, kind=Kind.FIXED, name=chosen[int(names[b])], exits=()) if whole[b] else block
        for b, block in enumerate(cells.blocks)
    )
    return Cells(cells.setting, blocks, cells.tables), traps


def classes(operator: Operator, kept: Mask) -> NDArray[np.intp]:
    """A number for each kept cell in a closed class of the graph of touched cells; -1 for the others."""
    members = np.flatnonzero(kept)
    place = {int(cell) + 1: k for k, cell in enumerate(members)}
    following = [[place[cell] for cell in successors(operator, int(member) + 1)] for member in members]
    label = np.full(len(kept), -1, np.intp)
    for number, states in enumerate(closed_classes(following)):
        label[members[states]] = number
    return label


def successors(operator: Operator, cell: int) -> list[int]:
    """The cells, counted from 1, that the chain may come to next from a cell."""
    for own, places in operator.exits:
        if own == cell:
            # before it is out it may change the side of the repelling point
            return [*map(int, places), *beside(operator, cell, places)]
    return sorted({k for r in operator.ranges for k in range(int(r.first[cell - 1]), int(r.last[cell - 1]) + 1)})


def beside(operator: Operator, cell: int, places: NDArray[np.intp]) -> list[int]:
    """The other cells that are left at once beside the same point, where the way out is on both sides."""
    if places.min() > cell or places.max() < cell:
        return []
    blocks, block_of = operator.grid.blocks, operator.grid.block_of_cell
    return [own for own, _ in operator.exits if blocks[block_of[own - 1]].name == blocks[block_of[cell - 1]].name]


def groups(operator: Operator, kept: Mask) -> NDArray[np.intp]:
    """A label for each kept cell, equal for cells in neighbouring or communicating runs; -1 for the others."""
    starts = np.flatnonzero(kept & ~np.concatenate([[False], kept[:-1]]))
    run = np.where(kept, np.cumsum(np.isin(np.arange(len(kept)), starts)) - 1, -1)
    label = np.arange(len(starts))
    for ranges in operator.ranges:
        for cell in np.flatnonzero(kept):
            touched = run[max(0, ranges.first[cell] - 1) : ranges.last[cell]]
            for other in np.unique(touched[touched >= 0]):
                label[label == label[other]] = label[run[cell]]
    return np.where(run >= 0, label[np.maximum(run, 0)], -1)


def intervals(operator: Operator, chosen: Mask) -> tuple[tuple[float, float], ...]:
    """The cells as intervals, neighbours joined; also those with no double between them, as around pi."""
    found: list[tuple[float, float]] = []
    nodes = operator.grid.nodes
    for cell in np.flatnonzero(chosen):
        low, high = float(nodes[cell]), float(nodes[cell + 1])
        if found and found[-1][1] in (low, float(np.nextafter(low, -np.inf))):
            found[-1] = (found[-1][0], high)
        else:
            found.append((low, high))
    return tuple(found)
