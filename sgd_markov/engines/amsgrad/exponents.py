"""Powers of s that are super- or submartingales while the rate stays what it is.

Between records s is multiplied by |M|, M = 1 - rate x. With phi(k) = E|M|^k, a record follows from s with probability

    at most  (X s)^k      for phi(k) <= 1          (Ville's inequality; X = max|x|)
    at least (s/S)^k      for phi(k) >= 1, s <= S  (optional stopping; S = max|1/x - rate| bounds s before a record)

The second uses that s -> 0 where no record follows: so it is where E log|M| < 0, and where it is not, a record
follows for certain, since |M| is not constant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from flint import arb

from ...balls.precision import precision
from .curvature_law import CurvatureLaw
from .least_values import LeastValues

UNIT_BITS = 12
"""Powers are multiples of 2^-12 ..."""
HIGHEST = 8 << UNIT_BITS
"""... up to 8."""
BITS = 64
BLOCKS = 192
SPLITS = 7
"""A block in which the two powers are far apart is halved so many times."""
ERROR = 2.0**-44
"""More than the relative error of `raised`."""
Sizes = list[tuple[arb, arb, arb]]
"""For every value of x: (at most the least |M|, at least the largest |M|, its probability)."""


@dataclass(frozen=True)
class Powers:
    """On [edges[i], edges[i + 1]]: phi(low[i]) <= 1 and phi(high[i]) >= 1 at every rate; in units of 2^-12.

    `low` is 0, and `high` is above HIGHEST, where no such power is proved.
    """

    edges: np.ndarray
    low: np.ndarray
    high: np.ndarray
    repelling_below: bool
    """Is E log|M| > 0 below the first edge? Then every power will do as `high` there."""

    def at(self, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(low, high) that hold on all of [a, b]."""
        first, last = np.searchsorted(self.edges, a), np.searchsorted(self.edges, b)
        row = np.zeros(len(a), int)
        least = LeastValues(framed(self.low, 0, 0)).over(row, first, last)
        most = LeastValues(-framed(self.high, 1 if self.repelling_below else HIGHEST + 1, HIGHEST + 1))
        return least, -most.over(row, first, last)


def framed(values: np.ndarray, before: int, behind: int) -> np.ndarray:
    """With what is known on either side of all blocks."""
    return np.concatenate([[before], values, [behind]])[None, :]


def powers(law: CurvatureLaw, lowest: float, highest: float, repelling_below: bool) -> Powers:
    """The powers at the rates in [lowest, highest]."""
    ends = [lowest, *np.geomspace(lowest, highest, BLOCKS + 1)[1:-1], highest]
    with precision(BITS):
        blocks = [found for a, b in pairwise(ends) for found in split(law.balls, float(a), float(b), SPLITS)]
    edges = np.array([blocks[0][0], *(block[1] for block in blocks)])
    return Powers(
        edges, np.array([block[2] for block in blocks]), np.array([block[3] for block in blocks]), repelling_below
    )


Block = tuple[float, float, int, int]


def split(atoms: list[tuple[arb, arb]], a: float, b: float, depth: int) -> list[Block]:
    """The powers on [a, b]; on parts of it where they are far apart."""
    sizes = [(*size(x, a, b), weight) for x, weight in atoms]
    low = first_power(lambda k: not moment(sizes, 1, k) <= 1) - 1
    high = first_power(lambda k: moment(sizes, 0, k) >= 1)
    middle = (a * b) ** 0.5
    if depth and high - low > max(16, high // 8) and low < HIGHEST and a < middle < b:
        return [*split(atoms, a, middle, depth - 1), *split(atoms, middle, b, depth - 1)]
    return [(a, b, low, high)]


def size(x: arb, a: float, b: float) -> tuple[arb, arb]:
    """(least, largest) of |1 - rate x| on [a, b]; the ends of the range are balls."""
    at_a, at_b = 1 - arb(a) * x, 1 - arb(b) * x
    largest = abs(at_a).max(abs(at_b))
    same_side = (at_a > 0 and at_b > 0) or (at_a < 0 and at_b < 0)
    return (abs(at_a).min(abs(at_b)) if same_side else arb(0)), largest


def moment(sizes: Sizes, end: int, k: arb) -> arb:
    """E|M|^k with |M| at one end of its range, k > 0."""
    return sum((entry[2] * entry[end] ** k for entry in sizes if not entry[end].is_zero()), arb(0))


def first_power(holds: Callable[[arb], bool]) -> int:
    """The first power, in units, at which bisection finds that `holds` turns true; HIGHEST + 1 if it does not."""
    low, high = 1, HIGHEST + 1
    while low < high:
        middle = (low + high) // 2
        if holds(arb(middle) / 2**UNIT_BITS):
            high = middle
        else:
            low = middle + 1
    return low


def raised(base: np.ndarray, power: np.ndarray) -> np.ndarray:
    """base^(power/2^12) for base >= 0 and powers in units, by square roots and products alone: each is right to half
    a unit of its last place, so that the result has a relative error below 2^-46."""
    whole = power >> UNIT_BITS
    result = np.ones_like(base)
    for _ in range(HIGHEST >> UNIT_BITS):
        result = np.where(whole > 0, result * base, result)
        whole = whole - 1
    root = base
    for bit in range(UNIT_BITS - 1, -1, -1):
        root = np.sqrt(root)
        result = np.where((power >> bit) & 1, result * root, result)
    return result


def first_attracting(law: CurvatureLaw, highest: float) -> float:
    """A rate below which E log|1 - rate x| > 0 is proved; 0 where the mean of x is not proved to be negative.

    Near 0 by log|1 - t| >= -t - t^2/(2 (1 - |t|)), from there on by bisection, up to `highest` at most.
    """
    with precision(BITS):
        atoms = law.balls
        mean = sum((p * x for x, p in atoms), arb(0))
        square = sum((p * x * x for x, p in atoms), arb(0))
        largest = arb(law.largest)
        if not mean < 0:
            return 0.0
        reached = float((-mean / (square + 2 * largest * -mean)).lower()) * (1 - 2.0**-40)
        return min(highest, further(atoms, reached, highest))


def further(atoms: list[tuple[arb, arb]], reached: float, highest: float) -> float:
    """From a proved rate up to the first at which steps of relative length 2^-40 fail."""
    step = reached / 8
    while reached < highest and step > reached * 2.0**-40:
        if log_mean(atoms, reached, reached + step) > 0:
            reached, step = reached + step, step * 2
        else:
            step /= 2
    return reached


def log_mean(atoms: list[tuple[arb, arb]], a: float, b: float) -> arb:
    """At most E log|1 - rate x| on [a, b]; -oo beside a zero of a multiplier."""
    sizes = [(size(x, a, b)[0], p) for x, p in atoms]
    if not all(least > 0 for least, _ in sizes):
        return arb.neg_inf()
    return sum((p * least.log() for least, p in sizes), arb(0))
