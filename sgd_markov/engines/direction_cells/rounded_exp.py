"""An exponential of doubles whose error is proved from IEEE additions and multiplications alone."""

from __future__ import annotations

from functools import cache

import numpy as np
from flint import arb, fmpq

from ...balls.precision import precision
from .directions import Floats

EXP_ERROR = 2.0**-42
"""|rounded_exp(x)/exp(x) - 1| for |x| < 500.

x = n log(2)/128 + r with |r| <= 2^-8: the product and the difference are off by 2^-52 |x| < 2^-43, the series of order 6
misses 2^-56, the table and some ten roundings less than 2^-48.
"""

LARGEST = 500.0
PARTS = 128


@cache
def table() -> tuple[Floats, float]:
    """2^(j/128) and log(2)/128, each to the nearest double."""
    with precision(80):
        powers = [float((arb(2).log() * arb(fmpq(j, PARTS))).exp().mid()) for j in range(PARTS)]
        return np.array(powers), float((arb(2).log() / PARTS).mid())


def rounded_exp(values: Floats) -> Floats:
    """exp of doubles in (-500, 500); 0 for -oo."""
    powers, step = table()
    finite = np.where(np.isneginf(values), 0.0, values)
    count = np.rint(finite / step)
    r = finite - count * step
    series = 1 + r * (1 + r / 2 * (1 + r / 3 * (1 + r / 4 * (1 + r / 5 * (1 + r / 6)))))
    whole = count.astype(np.int64)
    found = np.ldexp(powers[whole % PARTS] * series, (whole // PARTS).astype(np.int32))
    return np.asarray(np.where(np.isneginf(values), 0.0, found))
