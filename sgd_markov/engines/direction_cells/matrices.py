"""A 2x2 matrix of exact numbers in doubles: scaled by a power of 2, with proved bounds of what rounding does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, nextafter

import numpy as np
import sympy as sp
from flint import arb

from ...balls.evaluate import evaluate
from ...balls.precision import precision
from ...numerics.binary_scale import scale_of

BITS = 160
ROUNDING = 2.0**-50
"""Four times and more what a product and a sum of numbers up to 1 lose in doubles."""


@dataclass(frozen=True)
class RoundedMatrix:
    """`probability` p (exact) times 2^`exponent` times `entries`, row by row, each off by at most `radius`, at most 1.

    `determinant` of the scaled matrix; `least` <= min ||A u||/||u|| in the maximum norm, 0 where A may be singular;
    `greatest` >= max ||A u||/||u||.
    """

    probability: sp.Expr
    exponent: int
    entries: tuple[float, float, float, float]
    radius: float
    determinant: float
    least: float
    greatest: float

    @classmethod
    def of(cls, probability: sp.Expr, matrix: sp.Matrix) -> RoundedMatrix | None:
        """None where the entries are no finite numbers, or all may be 0."""
        with precision(BITS):
            exact = [evaluate(entry) for entry in matrix]
            size = scale_of(exact)
            if size is None:
                return None
            scaled = [entry * arb(2) ** -size for entry in exact]
            entries = [float(entry.mid()) for entry in scaled]
            radius = max(above(abs(entry - arb(near))) for entry, near in zip(scaled, entries, strict=True))
            return cls(probability, size, tuple(entries), radius, *stretches(scaled))  # type: ignore[arg-type]

    @property
    def error(self) -> float:
        """What each coordinate of A u is off by at most, max(|u1|, |u2|) = 1."""
        return ROUNDING + 2 * self.radius

    @property
    def relative_error(self) -> float:
        """The same against ||A u||; infinite where A may be singular."""
        return above_quotient(self.error, self.least)


def stretches(scaled: Sequence[arb]) -> tuple[float, float, float]:
    """The determinant, and bounds of ||A u||/||u|| from both sides: ||u|| <= ||A^-1|| ||A u||."""
    a, b, c, d = scaled
    determinant = a * d - b * c
    greatest = max(above(abs(a) + abs(b)), above(abs(c) + abs(d)))
    inverse = max(above(abs(d) + abs(b)), above(abs(c) + abs(a)))
    least = 0.0 if determinant.contains(0) else below(abs(determinant)) / inverse * (1 - 2.0**-50)
    return float(determinant.mid()), least, greatest


def above(x: arb) -> float:
    """A double that is at least every number of the ball."""
    return nextafter(float(x.upper()), inf)


def below(x: arb) -> float:
    return max(0.0, nextafter(float(x.lower()), -inf))


def above_quotient(a: float, b: float) -> float:
    return inf if b == 0 else nextafter(a / b, inf)


def probabilities(matrices: Sequence[RoundedMatrix]) -> list[float]:
    """Each to the nearest double."""
    with precision(BITS):
        return [float(evaluate(matrix.probability).mid()) for matrix in matrices]


def mean_scale(matrices: Sequence[RoundedMatrix]) -> arb:
    """E log 2^exponent, to be added to the exponent of the scaled matrices, at the current precision."""
    total = arb(0)
    for matrix in matrices:
        total += evaluate(matrix.probability) * matrix.exponent
    return total * arb(2).log()


def columns(entries: tuple[float, float, float, float], x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The image of the vectors (x, y)."""
    a, b, c, d = entries
    return a * x + b * y, c * x + d * y
