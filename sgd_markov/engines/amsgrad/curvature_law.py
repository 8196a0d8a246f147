"""The law of the curvature x in the gradient g = x w: finitely many values, none of them 0."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from flint import arb

from ...answer.enclosure import Enclosure
from ...balls.precision import ball_of

ROUNDING = 2.0**-50
"""More than the relative error of a few operations on doubles that are themselves rounded once."""


@dataclass(frozen=True)
class CurvatureLaw:
    """x is in `values[i]` with probability in `weights[i]`: enclosures of relative width below 2^-60.

    A draw of x = 0 moves nothing (g = 0), so that it is left out and the weights are those given x != 0.
    At least two values, so that |1 - rate x| is not constant.
    """

    values: tuple[Enclosure, ...]
    weights: tuple[Enclosure, ...]

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def x(self) -> np.ndarray:
        """The values as doubles, each right to half a unit of its last place or nearly so."""
        return np.array([float(value.middle) for value in self.values])

    @cached_property
    def p(self) -> np.ndarray:
        """Doubles that are at most the weights."""
        return np.array([np.nextafter(float(weight.lower), 0.0) for weight in self.weights])

    @cached_property
    def largest(self) -> float:
        """A double that is at least every |x|."""
        return float(np.abs(self.x).max() * (1 + ROUNDING))

    @property
    def balls(self) -> list[tuple[arb, arb]]:
        """(x, probability) at the current precision."""
        return [(ball_of(value), ball_of(weight)) for value, weight in zip(self.values, self.weights, strict=True)]
