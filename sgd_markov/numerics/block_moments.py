"""Moments of a long sequence over nested blocks, for sums against a function that is smooth on each block.

Block b of level l holds the entries [b w, (b + 1) w), w = LEAF 2^l; its moments are sum_K x_K t_K^i, i < ORDER, with
t_K = (K - centre)/(w/2) in (-1, 1) and centre = b w + (w - 1)/2. The moments of a block come from those of its halves:
t = (t_half -+ 1)/2.

Rounding (u = 2^-53): t_K^i is rounded once; a leaf's sums of LEAF products are off by at most (LEAF + 2) u sum|x_K|
in any order of summation; each level adds at most (2 ORDER + 4) u sum|x_K|, the rows of the translation having
absolute sum 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import comb

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAF = 32
ORDER = 12
UNIT = 2.0**-53


@dataclass(frozen=True)
class BlockMoments:
    """levels[l][b, i]: moment i of block b on level l, the last level being one block."""

    levels: tuple[Floats, ...]

    def rounding(self, level: int) -> float:
        """Every moment of a block is off by at most this times the sum of the absolute entries of the block.

        Entries may be off by 8 u themselves.
        """
        return (LEAF + 12 + level * (2 * ORDER + 4)) * UNIT * (1 + 1e-9)


def block_moments(entries: Floats) -> BlockMoments:
    """All levels; the length is a power of two, at least LEAF."""
    positions = [Fraction(2 * k - (LEAF - 1), LEAF) for k in range(LEAF)]
    powers = np.array([[float(t**i) for i in range(ORDER)] for t in positions])
    levels = [entries.reshape(-1, LEAF) @ powers]
    left, right = translation(-1), translation(1)
    while len(levels[-1]) > 1:
        halves = levels[-1]
        levels.append(halves[0::2] @ left + halves[1::2] @ right)
    return BlockMoments(tuple(levels))


def translation(side: int) -> Floats:
    """The matrix T with (moments of a half) @ T = its part of the block's moments; side -1 for the lower half.

    ((t + side)/2)^i = 2^-i sum_k C(i, k) side^(i-k) t^k; exact in doubles.
    """
    table = np.zeros((ORDER, ORDER))
    for i in range(ORDER):
        for k in range(i + 1):
            table[k, i] = comb(i, k) * side ** (i - k) / 2**i
    return table
