"""A logarithm of doubles whose error is proved from IEEE additions, multiplications and divisions alone."""

from __future__ import annotations

from functools import cache

import numpy as np
from flint import arb, fmpq

from ...balls.precision import precision
from .directions import Floats

LOG_ERROR = 2.0**-44
"""|rounded_log(x) - log x| for 2^-64 < x < 2^64.

x = 2^e m, m in [1/2, 1) within 2^-9 of one of 128 centres c: log x = e log 2 + log c + log(1 + r), |r| <= 2^-8, exact
but for the division. The series of log(1 + r) to order 6 misses |r|^7 < 2^-56; every product and sum rounds by 2^-53 of
at most |e| log 2 + 1 < 46, some 20 times.
"""

PARTS = 128


@cache
def table() -> tuple[Floats, Floats, float]:
    """The centres, their logarithms and log 2, each to the nearest double."""
    centres = 0.5 + (np.arange(PARTS) + 0.5) / (2 * PARTS)
    with precision(80):
        logs = [float(arb(fmpq(2 * n + 1 + 2 * PARTS, 4 * PARTS)).log().mid()) for n in range(PARTS)]
        return centres, np.array(logs), float(arb(2).log().mid())


def rounded_log(values: Floats) -> Floats:
    """log of positive doubles, off by at most `LOG_ERROR` between 2^-64 and 2^64."""
    centres, logs, log2 = table()
    mantissa, exponent = np.frexp(values)
    part = ((mantissa - 0.5) * (2 * PARTS)).astype(np.int64)
    r = (mantissa - centres[part]) / centres[part]
    series = r * (1 - r * (1 / 2 - r * (1 / 3 - r * (1 / 4 - r * (1 / 5 - r * (1 / 6))))))
    return np.asarray(exponent * log2 + (logs[part] + series))
