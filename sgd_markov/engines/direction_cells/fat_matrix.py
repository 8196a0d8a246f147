"""A 2x2 matrix whose entries are known up to intervals, and what it does to the cells of a uniform grid of directions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf, log

import numpy as np
import numpy.typing as npt
from flint import arb

from ...numerics.binary_scale import scale_of
from .directions import RAYS, Floats, Integers, direction, place_of, side_of
from .matrices import above
from .rounded_log import LOG_ERROR, rounded_log

ROUNDING = 2.0**-50
"""What a coordinate of the image of a vector loses in doubles, for entries up to 1."""

Flags = npt.NDArray[np.bool_]

HALF_TURN = 3.99
"""Images of cells that seem to go this far are taken to go anywhere."""


@dataclass(frozen=True)
class FatMatrix:
    """2^`exponent` times a matrix within `radius` of `centre`, entry by entry, row by row; entries up to about 1."""

    exponent: int
    centre: tuple[float, ...]
    radius: tuple[float, ...]

    @classmethod
    def of(cls, entries: Sequence[arb]) -> FatMatrix | None:
        """From balls, at the current precision; None where one is not finite or all may be 0."""
        size = scale_of(entries)
        if size is None:
            return None
        scaled = [entry * arb(2) ** -size for entry in entries]
        centre = tuple(float(entry.mid()) for entry in scaled)
        radius = tuple(above(abs(entry - arb(near))) for entry, near in zip(scaled, centre, strict=True))
        return None if not max(radius) < inf else cls(size, centre, radius)


@dataclass(frozen=True)
class Images:
    """Of each cell under every matrix of the fat one: bounds `most` and `least` of log ||A u|| (-oo where A u may be 0)
    and the cells `low` to `low + count - 1` (modulo their number) that the image may touch. `applies`: the cells on which
    the matrix is an alternative at all.
    """

    most: Floats
    least: Floats
    low: Integers
    count: Integers
    applies: Flags

    def size(self, side: int) -> Floats:
        """The bound of log ||A u|| from above (side 1) or below (-1)."""
        return self.most if side > 0 else self.least


def images(matrix: FatMatrix, size: int, period: float, applies: Flags | None = None) -> Images:
    """For `size` equal cells, a power of 2, of the places modulo `period`."""
    width = period / size
    cells = np.arange(size)
    starts = np.asarray(cells * width, dtype=np.float64)
    sides = side_of(starts)
    first, last = direction(starts, sides), direction(starts + width, sides)
    wide = np.maximum(np.abs(first), np.abs(last))
    a, b, c, d = matrix.centre
    spread = (matrix.radius[0] * wide[0] + matrix.radius[1] * wide[1] + ROUNDING) * (1 + 2.0**-40)
    lift = (matrix.radius[2] * wide[0] + matrix.radius[3] * wide[1] + ROUNDING) * (1 + 2.0**-40)
    ends = [(a * u + b * v, c * u + d * v) for u, v in (first, last)]
    reach = [np.maximum(np.abs(ends[0][i]), np.abs(ends[1][i])) + e for i, e in ((0, spread), (1, lift))]
    clear = [smallest(ends[0][i], ends[1][i]) - e for i, e in ((0, spread), (1, lift))]
    size_least = np.maximum(clear[0], clear[1])
    known = size_least > 2.0**-40
    shift = matrix.exponent * log(2)
    lost = LOG_ERROR + 2.0**-50 * (1 + abs(shift))
    least = np.where(known, rounded_log(np.where(known, size_least, 1.0)) + (shift - lost), -inf)
    most = rounded_log(np.maximum(reach[0], reach[1])) + (shift + lost)
    start = np.where(known, place_of(*ends[0]), 0.0)
    way = np.where(known, np.mod(place_of(*ends[1]) - start + RAYS / 2, RAYS) - RAYS / 2, 0.0)
    pad = (spread + lift) / np.where(known, size_least, 1.0) * (1 + 2.0**-40) + 2.0**-46
    low = np.floor((start + np.minimum(way, 0) - pad) / width).astype(np.int64)
    high = np.floor((start + np.maximum(way, 0) + pad) / width).astype(np.int64)
    anywhere = ~known | (np.abs(way) > HALF_TURN) | (high - low + 1 >= size)
    first_cell, count = np.where(anywhere, 0, np.mod(low, size)), np.where(anywhere, size, high - low + 1)
    return Images(most, least, first_cell, count, np.ones(size, dtype=bool) if applies is None else applies)


def smallest(one: Floats, other: Floats) -> Floats:
    """The least modulus between two values."""
    return np.where(one * other > 0, np.minimum(np.abs(one), np.abs(other)), 0.0)


def unmoved(images_of: Images) -> Images:
    """For a positive multiple of the identity: every direction stays where it is, in its cell."""
    size = len(images_of.most)
    return replace(images_of, low=np.arange(size), count=np.ones(size, dtype=np.int64))
