"""Directions of the plane as places on the boundary of the square max(|x|, |y|) = 1: no angle, no transcendental function.

Side c = 0, 1, 2, 3 (right, top, left, bottom, anticlockwise) is the stretch [2c, 2c + 2] of places; on it the
direction is an affine function of the place, exact in doubles. Places count modulo 8; lines (u and -u the same) modulo 4.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

LINES, RAYS = 4.0, 8.0
"""The period of places of lines, and of directed rays."""

NORMAL = np.array([(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)])
ALONG = np.array([(0.0, 1.0), (-1.0, 0.0), (0.0, -1.0), (1.0, 0.0)])
"""The middle of each side, and the direction in which places increase along it."""


def side_of(places: Floats) -> Integers:
    """The side of places in [0, 8]; a corner belongs to the side that follows it, but 8 to the last."""
    return np.minimum(places // 2, 3).astype(np.int64)


def direction(places: Floats, sides: Integers) -> tuple[Floats, Floats]:
    """The vector of places in [0, 8] on the given sides; exact, as 2c + 1 and the place are multiples of the same ulp."""
    offset = places - (2 * sides + 1)
    return (
        NORMAL[sides, 0] + ALONG[sides, 0] * offset,
        NORMAL[sides, 1] + ALONG[sides, 1] * offset,
    )


def place_of(x: Floats, y: Floats) -> Floats:
    """The place in [0, 8) of the direction of (x, y) != 0.

    A vector that is off by at most e in each coordinate, e small against max(|x|, |y|) = D, moves by at most
    4 e/D + 2^-50: on each side the place is a quotient of the coordinates, and it is continuous across corners.
    """
    upright = np.abs(y) > np.abs(x)
    with np.errstate(all="ignore"):
        quotient = np.where(upright, -x / y, y / x)
    side = np.where(upright, np.where(y > 0, 1, 3), np.where(x > 0, 0, 2))
    return np.asarray(np.mod(2 * side + 1 + quotient, RAYS))
