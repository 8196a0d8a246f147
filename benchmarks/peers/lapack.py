"""The same equation with a plain factorisation: Gauss-Legendre Nystrom, I - K, numpy.linalg.solve."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from scipy.special import roots_legendre

from .timing import Timed, timed

PEAK = 0.3989422804014327


def lapack(s: Fraction, count: int) -> Timed:
    return timed(lambda: plain_time(float(s), count))


def plain_time(s: float, count: int) -> float:
    nodes, weights = roots_legendre(count)
    times = np.linalg.solve(np.eye(count) - plain_kernel(s, nodes, weights), np.ones(count))
    return 1 + float(np.exp(-0.5 * (nodes / s) ** 2) * PEAK / s * weights @ times)


def plain_kernel(s: float, nodes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weight times density of the step from every node to every node; in place, as fresh memory takes longer."""
    found = nodes - 0.9 * nodes[:, None]
    found /= s
    found *= found
    found *= -0.5
    np.exp(found, out=found)
    found *= weights * (PEAK / s)
    return found
