"""Where paths end, by floating point: disjoint intervals that seem to be kept by all maps.

Nothing is proved here: the intervals are only where kept intervals are sought.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import sympy as sp

from ...numerics.finite_family import FiniteFamily
from .grid import Floats
from .kept_interval import Ends
from .reach import reachable

PLACES = np.concatenate([-np.geomspace(1e3, 1e-3, 1500), [0.0], np.geomspace(1e-3, 1e3, 1500)])
"""Between these fixed points are seen."""
MANY = 12


def wells(family: FiniteFamily, starts: Sequence[float] | None) -> list[Ends]:
    """The intervals that paths from the starts fill, or, without starts, the smallest ones anywhere.

    A compact interval that a continuous map keeps holds a fixed point of it: paths start from those of the first map.
    """
    hulls = [reachable(family, start, []) for start in (fixed_points(family) if starts is None else starts)]
    found = [hull for hull in hulls if hull is not None]
    return found if starts is not None else disjoint(found)


def fixed_points(family: FiniteFamily) -> list[float]:
    """Where the displacement of the first map changes its sign, or is 0."""
    step = sp.lambdify(family.symbol, family.maps[0], "numpy")
    with np.errstate(all="ignore"):
        moved = np.broadcast_to(np.asarray(step(PLACES), complex), PLACES.shape)
        change = np.where(moved.imag == 0, moved.real, np.nan) - PLACES
    at = np.flatnonzero(change[:-1] * change[1:] < 0)
    share = change[at] / (change[at] - change[at + 1])
    found: Floats = np.concatenate([PLACES[at] + share * (PLACES[at + 1] - PLACES[at]), PLACES[change == 0.0]])
    return sorted(found, key=abs)[:MANY]


def disjoint(hulls: Sequence[Ends]) -> list[Ends]:
    """The intersections of those that meet: where two intervals are kept, so is what they have in common."""
    found: list[Ends] = []
    for low, high in sorted(hulls, key=lambda ends: ends[1] - ends[0]):
        for place, (a, b) in enumerate(found):
            if low <= b and a <= high:
                found[place] = (max(a, low), min(b, high))
                break
        else:
            found.append((low, high))
    return found
