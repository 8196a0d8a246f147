"""Tools for finite Markov chains, fed with a discretisation: their own (Tauchen, Rouwenhorst, Ulam) or the Nystrom one."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt

import numpy as np
from scipy.special import ndtr, roots_legendre

from .lapack import plain_kernel
from .timing import Timed, peer, timed

CELLS = 501
WITHIN = 4
"""Gauss points in a cell over which Ulam's method averages."""


def deeptime(s: Fraction, count: int) -> Timed:
    """The Nystrom chain with an exit as the last state."""
    analysis = peer("deeptime.markov.tools.analysis")
    return timed(lambda: analysis.mfpt(absorbing(float(s), count), count)[count // 2])


def pydtmc(s: Fraction, count: int) -> Timed:
    """The Nystrom chain with an exit as the last state."""
    tool = peer("pydtmc")
    return timed(lambda: tool.MarkovChain(absorbing(float(s), count)).mean_absorption_times()[count // 2])


def absorbing(s: float, count: int) -> np.ndarray:
    nodes, weights = roots_legendre(count)
    found = np.zeros((count + 1, count + 1))
    found[:count, :count] = plain_kernel(s, nodes, weights)
    found[:count, count] = ndtr((-1 - 0.9 * nodes) / s) + ndtr((0.9 * nodes - 1) / s)
    found[count, count] = 1
    return found


def tauchen(s: Fraction, count: int) -> Timed:
    """Cells of equal width whose borders meet the ends of the region, and one beyond either end."""
    tool = peer("quantecon")
    spread = float(s) / sqrt(1 - 0.81)
    return timed(lambda: until_outside(tool, tool.markov.tauchen(CELLS + 2, 0.9, float(s), 0, (1 + 1 / CELLS) / spread)))


def rouwenhorst(s: Fraction, count: int) -> Timed:
    tool = peer("quantecon")
    return timed(lambda: until_outside(tool, tool.markov.rouwenhorst(CELLS, 0.9, float(s))))


def until_outside(tool: object, chain: object) -> float:
    """From the middle: the states outside are one, from which the chain is sent back; gth_solve knows no subtraction."""
    inside = np.abs(chain.state_values) <= 1  # type: ignore[attr-defined]
    rows = np.array(chain.P)[inside]  # type: ignore[attr-defined]
    count = len(rows)
    moves = np.zeros((count + 1, count + 1))
    moves[:count, :count], moves[:count, count] = rows[:, inside], rows[:, ~inside].sum(axis=1)
    moves[count, count // 2] = 1
    shares = tool.gth_solve(moves)  # type: ignore[attr-defined]
    return float(shares[:count].sum() / shares[count])


def ulam(s: Fraction, count: int) -> Timed:
    """The average over each cell of the chance to land in every other one; numpy.linalg.solve."""
    return timed(lambda: ulam_time(float(s)))


def ulam_time(s: float) -> float:
    borders, (points, weights) = np.linspace(-1, 1, CELLS + 1), roots_legendre(WITHIN)
    moves = np.zeros((CELLS, CELLS))
    for point, weight in zip(points, weights, strict=True):
        starts = (borders[:-1] + borders[1:]) / 2 + point / CELLS
        moves += weight / 2 * np.diff(ndtr((borders - 0.9 * starts[:, None]) / s), axis=1)
    return float(np.linalg.solve(np.eye(CELLS) - moves, np.ones(CELLS))[CELLS // 2])
