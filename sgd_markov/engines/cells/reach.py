"""How far a chain gets: a bounded part of the line that should hold all its paths, found by floating point.

Nothing is proved here: whether images leave the cells laid on this part is seen, and proved, later.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite

import numpy as np
import sympy as sp

from ...numerics.finite_family import FiniteFamily
from .grid import Floats

ROUNDS = 400
POINTS = 257
FARTHEST = 1e9
STEADY = 0.5
"""Paths that in the last round still get on by this part of the mean progress of a round seem to get on for ever."""

Interval = tuple[float, float]


def reachable(family: FiniteFamily, start: float, stops: list[Interval]) -> Interval | None:
    """The hull of all paths from the start that end in the intervals `stops`; None where it seems unbounded."""
    maps = [sp.lambdify(family.symbol, formula, "numpy") for formula in family.maps]
    low = high = start
    for _ in range(ROUNDS):
        images = stepped(maps, np.linspace(low, high, POINTS), stops)
        least, most = float(images.min(initial=low)), float(images.max(initial=high))
        if not (isfinite(least) and isfinite(most)) or most - least > FARTHEST * (1 + abs(start)):
            return None
        change = (low - min(low, least)) + (max(high, most) - high)
        low, high = min(low, least), max(high, most)
        if change <= 1e-13 * (1 + abs(low) + abs(high)):
            return low, high
    return None if change > STEADY * (high - low) / ROUNDS else (low, high)


def stepped(maps: list[Callable[[Floats], Floats]], points: Floats, stops: list[Interval]) -> Floats:
    """The images of the points that are in none of the intervals."""
    for a, b in stops:
        points = points[(points < a) | (points > b)]
    with np.errstate(all="ignore"):
        parts = [np.broadcast_to(np.asarray(f(points), float), points.shape) for f in maps]
    return np.concatenate(parts) if parts else points
