"""Smooth maps on blocks of cells: cubic Taylor polynomials with proved errors, evaluated for many cells at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import factorial, inf, isfinite

import numpy as np
import sympy as sp
from flint import arb
from numpy.typing import NDArray

from ...balls.evaluate import evaluate
from ...balls.precision import precision

Floats = NDArray[np.float64]

ORDER = 3
BITS = 106
ROUNDING = 2.0**-48
"""Horner's rule with 3 multiplications, the difference w - c and the final rounding err by less, relative to
sum |a_j| r^j."""
OUTWARDS = 1 + 2.0**-40
"""A factor above every rounding in a bound that is itself computed in a few operations."""


@dataclass(frozen=True)
class Row:
    """f on a block: |f(w) - sum a_j (w - c)^j| <= error, |f'(w) - that of the sum| <= slope_error, |f''| <= bend."""

    centre: float
    coefficients: tuple[float, ...]
    error: float
    slope_error: float
    bend: float


def row(formula: sp.Expr, w: sp.Symbol, low: float, high: float) -> Row:
    """The Taylor polynomial at the middle of [low, high]; a constant with a large error where that has no bound."""
    centre = low + (high - low) / 2
    reach = max(high - centre, centre - low) * OUTWARDS
    with precision(BITS):
        whole = {w: arb(low).union(arb(high))}
        parts = derivatives(formula, w)
        found = [centred(evaluate(d, {w: arb(centre)}) / factorial(j)) for j, d in enumerate(parts[: ORDER + 1])]
        rest, bend = size(evaluate(parts[ORDER + 1], whole)), size(evaluate(parts[2], whole))
        # atan(1/w) jumps at 0, where its derivatives, once cancelled, are bounded; rational functions keep their poles
        range_ = arb(0) if is_rational(formula, w) else evaluate(formula, whole)
        if not all(np.isfinite([size(range_), rest, bend, *(number for pair in found for number in pair)])):
            middle, error = centred(evaluate(formula, whole))
            return Row(centre, (middle, *[0.0] * ORDER), error * OUTWARDS, 0.0, 0.0)
    sizes = [radius + ROUNDING * abs(value) for value, radius in found]
    error = sum(s * reach**j for j, s in enumerate(sizes)) + rest * reach ** (ORDER + 1) / factorial(ORDER + 1)
    slope = sum(j * s * reach ** (j - 1) for j, s in enumerate(sizes) if j) + rest * reach**ORDER / factorial(ORDER)
    return Row(centre, tuple(value for value, _ in found), error * OUTWARDS, slope * OUTWARDS, bend)


@lru_cache(maxsize=256)
def derivatives(formula: sp.Expr, w: sp.Symbol) -> tuple[sp.Expr, ...]:
    """The formula and its derivatives up to one more than the order of the polynomial."""
    parts = [formula]
    for _ in range(ORDER + 1):
        slope = sp.diff(parts[-1], w)
        # factored: an expanded denominator loses its distance from 0 in ball arithmetic
        parts.append(sp.factor(slope) if is_rational(slope, w) else slope)
    return tuple(parts)


@lru_cache(maxsize=1024)
def is_rational(formula: sp.Expr, w: sp.Symbol) -> bool:
    return bool(formula.is_rational_function(w))


def centred(x: arb) -> tuple[float, float]:
    """A ball as a double and a radius that covers it; (0, inf) for one that is not finite, or beyond all doubles."""
    middle = float(x.mid()) if x.is_finite() else inf
    return (middle, size(x - arb(middle))) if isfinite(middle) else (0.0, inf)


def size(x: arb) -> float:
    """An upper bound of |x|."""
    return float(abs(x).upper()) * OUTWARDS if x.is_finite() else inf


class Table:
    """The rows of many blocks as arrays."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.centre = np.array([r.centre for r in rows])
        self.coefficients = np.array([r.coefficients for r in rows]).T
        self.error = np.array([r.error for r in rows])
        self.slope_error = np.array([r.slope_error for r in rows])
        self.bend = np.array([r.bend for r in rows])

    def images(self, low: Floats, high: Floats, block: NDArray[np.intp]) -> tuple[Floats, Floats]:
        """Enclosures of f on [low, high], interval by interval; `block` says in which block each lies."""
        with np.errstate(over="ignore", invalid="ignore"):
            return self.bounds(low, high, block)

    def bounds(self, low: Floats, high: Floats, block: NDArray[np.intp]) -> tuple[Floats, Floats]:
        """The same; what leaves the doubles on the way is not bounded (a nan would count as right of all cells)."""
        a, b, c, d = self.coefficients[:, block]
        centre, error = self.centre[block], self.error[block]

        def value(at: Floats) -> Floats:
            t: Floats = at - centre
            return np.asarray(a + t * (b + t * (c + t * d)))

        first, last, half = value(low), value(high), (high - low) * (0.5 * OUTWARDS)
        t = low + (high - low) / 2 - centre
        slope = b + t * (2 * c + 3 * t * d)
        # the computed middle is in the interval: no point is farther from it than the whole width
        doubt = self.slope_error[block] + self.bend[block] * half * (2 * OUTWARDS)
        # monotone cells are decided by their ends; in others every point is within half a cell of an end
        error = error + np.where(np.abs(slope) > doubt, 0.0, (np.abs(slope) + doubt) * half * OUTWARDS)
        known = np.isfinite(first) & np.isfinite(last) & np.isfinite(error)
        return (
            np.where(known, np.nextafter(np.minimum(first, last) - error, -inf), -inf),
            np.where(known, np.nextafter(np.maximum(first, last) + error, inf), inf),
        )
