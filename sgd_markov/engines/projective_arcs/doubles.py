"""Poisson's equation on arcs in double precision, with a proved bound of its residual: for many matrices and few digits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from flint import arb
from numpy.typing import NDArray

from ...balls.precision import precision
from ...effort import Effort
from .step import Step

Reals = NDArray[np.float64]

UNIT = 2.0**-52
"""Twice the unit roundoff, so that bounds of first order hold with what is of second order."""

BITS = 80
"""Places and growths are made in balls of this precision and then rounded."""


@dataclass(frozen=True)
class Samples:
    """One step at the nodes of its arc: where they go, and the logarithm of the growth there, off by `error` at most.

    A place is off by `error` too, and by half a unit of rounding.
    """

    weight: float
    source: int
    target: int
    places: Reals
    growths: Reals
    error: float


@dataclass(frozen=True)
class Solved:
    """The exponent as a candidate, the coefficients of h by arcs, and |residual - middle| <= spread at all nodes."""

    exponent: float
    coefficients: Reals
    middle: float
    spread: float


def solved(steps: Sequence[Step], arcs: int, nodes: int, effort: Effort) -> Solved | None:
    """The collocation system and a bound of its residual; None where it is singular in doubles."""
    with precision(BITS):
        points = [(arb(2 * j + 1) / (2 * nodes)).cos_pi() for j in range(nodes)]
        samples = [sampled(step, points, effort) for step in steps]
    exact = chebyshev(np.array([float(y.mid()) for y in points]), nodes)
    matrix, right = assembled(samples, exact, arcs, nodes)
    solution: Reals
    try:
        solution = np.linalg.solve(matrix, right).astype(np.float64)
    except np.linalg.LinAlgError:
        return None
    if not np.isfinite(solution).all():
        return None
    residual = right - matrix @ solution
    middle = float(residual[0])
    error = residual_error(samples, solution, nodes)
    coefficients: Reals = solution.reshape(arcs, nodes).copy()
    coefficients[0, 0] = 0.0
    return Solved(float(solution[0]), coefficients, middle, float(np.abs(residual - middle).max()) + error)


def sampled(step: Step, points: Sequence[arb], effort: Effort) -> Samples:
    effort.check()
    pairs = [step.at(y) for y in points]
    error = max((float(value.rad()) for pair in pairs for value in pair), default=0.0)
    growths = np.array([float(growth.mid()) for growth, _ in pairs])
    places = np.array([float(place.mid()) for _, place in pairs])
    error = error * (1 + UNIT) + UNIT / 2 * float(np.abs(growths).max())
    return Samples(float(step.weight.mid()), step.source, step.target, places.clip(-1, 1), growths, error)


def chebyshev(places: Reals, count: int) -> Reals:
    """T_0, ..., T_(count - 1) at the places, (places, count); off by at most 2 k^2 u in T_k.

    Each step of the recurrence errs by at most 3 u, and an error in T_j reaches T_k with the factor |U_(k - j)| <= k - j + 1.
    """
    values = np.empty((count, len(places)))
    values[0], values[1] = 1.0, places
    for k in range(2, count):
        values[k] = 2 * places * values[k - 1] - values[k - 2]
    return values.T


def assembled(samples: Sequence[Samples], exact: Reals, arcs: int, nodes: int) -> tuple[Reals, Reals]:
    """Exponent + h - sum w h(T) = sum w log(a + b y) at the nodes; the exponent stands for the constant of the first h."""
    matrix, right = np.zeros((arcs * nodes, arcs * nodes)), np.zeros(arcs * nodes)
    for arc in range(arcs):
        block = slice(arc * nodes, (arc + 1) * nodes)
        matrix[block, block] = exact
    for one in samples:
        rows = slice(one.source * nodes, (one.source + 1) * nodes)
        columns = slice(one.target * nodes, (one.target + 1) * nodes)
        right[rows] += one.weight * one.growths
        matrix[rows, columns] -= one.weight * chebyshev(one.places, nodes)
    matrix[:, 0] = 1.0
    return matrix, right


def residual_error(samples: Sequence[Samples], solution: Reals, nodes: int) -> float:
    """By how much the residual in doubles may differ from that of the polynomial with these coefficients.

    |T_k(p') - T_k(p)| <= k^2 |p' - p|, the recurrence errs by 2 k^2 u, sums of n terms by n u times what they add. h is
    taken twice, at the nodes and at their images; places are off by u each, images by `error` besides.
    """
    degrees = np.tile(np.arange(nodes, dtype=float), len(solution) // nodes)
    size = float(np.abs(solution).sum())
    steep = float((np.abs(solution) * degrees**2).sum())
    off = max(one.error for one in samples)
    growth = max(float(np.abs(one.growths).max()) for one in samples)
    terms = len(samples) + len(solution) + 16
    return float((3 * UNIT + off) * steep + 2 * terms * UNIT * (size + growth) + off) * (1 + 1e-6)
