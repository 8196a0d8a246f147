"""Parts of the line that the chain never leaves, proved by the cells that images touch."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

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
    operator = cells.coarsest
    kept = never_absorbed(operator)[1:-1]
    whole = np.logical_and.reduceat(kept, operator.grid.offsets[:-1])
    if not whole.any():
        return cells, []
    group = groups(operator, kept)
    names = np.array([group[offset] for offset in operator.grid.offsets[:-1]])
    labels = {label: f"trap {k}" for k, label in enumerate(sorted(set(names[whole])))}
    traps = [Trap(name, intervals(operator, kept & (group == label))) for label, name in labels.items()]
    blocks = tuple(
        replace(block, kind=Kind.FIXED, name=labels[names[b]], exits=()) if whole[b] else block
        for b, block in enumerate(cells.blocks)
    )
    return Cells(cells.setting, blocks, cells.tables), traps


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
    """The cells as intervals, neighbours joined."""
    found: list[tuple[float, float]] = []
    nodes = operator.grid.nodes
    for cell in np.flatnonzero(chosen):
        low, high = float(nodes[cell]), float(nodes[cell + 1])
        if found and found[-1][1] == low:
            found[-1] = (found[-1][0], high)
        else:
            found.append((low, high))
    return tuple(found)
