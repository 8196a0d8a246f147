"""Points that one of the maps fixes: they are not left as long as this map is drawn."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from .bounds import Cells
from .grid import Kind


def largest_fixing_weight(cells: Cells) -> Fraction:
    """A lower bound of the largest probability of a map that fixes a point; 0 where none is found.

    By opposite signs of f(w) - w in the middles of smooth blocks that touch: between them is no kink.
    """
    weights, found = cells.coarsest.weights, Fraction(0)
    smooth = np.flatnonzero([block.kind is Kind.SMOOTH for block in cells.blocks])
    middle = np.array([block.low + (block.high - block.low) / 2 for block in cells.blocks])[smooth]
    touch = np.diff(smooth) == 1
    for table, weight in zip(cells.tables.tables, weights.values, strict=True):
        low, high = table.images(middle, middle, smooth)
        below, beyond = high < middle, low > middle
        if (touch & ((below[:-1] & beyond[1:]) | (beyond[:-1] & below[1:]))).any():
            found = max(found, Fraction(weight) * Fraction(weights.down))
    return found
