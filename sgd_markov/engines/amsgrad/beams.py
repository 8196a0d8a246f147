"""Beams: sets of rates with the scaled weight s = |w|/sqrt(vhat) as a function of the rate on them.

log s is a sum of the concave functions log|1 - rate x_i| on a beam [a, b], so that its values at a and b and a bound
of the curvature enclose it: s is in [min(at_a, at_b) (1 - slack), max(at_a, at_b)/(1 - slack)]. The slack bounds the
errors of rounding too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .curvature_law import ROUNDING, CurvatureLaw

POLE = 0.05
"""A multiplier whose slack would be above this is only known to be at most what it is at the ends."""


@dataclass(frozen=True)
class Beams:
    """Arrays over beams: rates in [a, b], s at both ends, the slack; `pole`: s may be anything down to 0."""

    a: np.ndarray
    b: np.ndarray
    at_a: np.ndarray
    at_b: np.ndarray
    slack: np.ndarray
    pole: np.ndarray

    def __len__(self) -> int:
        return len(self.a)

    def part(self, place: slice) -> Beams:
        return Beams(*(getattr(self, name)[place] for name in self.__dataclass_fields__))

    def highest_before_record(self, law: CurvatureLaw) -> np.ndarray:
        """At least the s that a path has when it meets a record after its first step: max_i |1/x_i - rate|."""
        inverse = 1.0 / law.x[:, None]
        farthest = np.maximum(np.abs(inverse - self.a), np.abs(inverse - self.b)).max(axis=0)
        return np.asarray(farthest + ROUNDING * (np.abs(inverse).max() + self.b))


@dataclass(frozen=True)
class Multipliers:
    """|M_i| = |1 - rate x_i| at both ends of every beam, its slack, and whether it may be 0; shape (values, beams).

    Where it may be 0 the values at the ends are upper bounds, the error of 1 - rate x included.
    """

    at_a: np.ndarray
    at_b: np.ndarray
    slack: np.ndarray
    pole: np.ndarray

    @classmethod
    def of(cls, law: CurvatureLaw, a: np.ndarray, b: np.ndarray) -> Multipliers:
        below, above = 1.0 - np.multiply.outer(law.x, a), 1.0 - np.multiply.outer(law.x, b)
        at_a, at_b = np.abs(below), np.abs(above)
        least = np.minimum(at_a, at_b)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            curvature = (np.multiply.outer(law.x, b - a) / least) ** 2 / 8
            rounding = ROUNDING * (1 + (np.multiply.outer(np.abs(law.x), b) + 1) / least)
        slack = 1.01 * curvature + rounding
        pole = ~(slack < POLE) | (below * above <= 0)
        absolute = np.where(pole, ROUNDING * (1 + np.multiply.outer(np.abs(law.x), b)), 0)
        return cls(at_a + absolute, at_b + absolute, np.where(pole, POLE, slack), pole)


def after_record(law: CurvatureLaw, value: np.ndarray, a: np.ndarray, b: np.ndarray, slack: np.ndarray) -> Beams:
    """Right after a record by x[value]: s = |1/x - rate|, up to the factor that `slack` allows."""
    factors, every = Multipliers.of(law, a, b), np.arange(len(a))
    size = np.abs(law.x)[value]
    at_a, at_b = factors.at_a[value, every] / size, factors.at_b[value, every] / size
    return Beams(a, b, at_a, at_b, factors.slack[value, every] + slack + ROUNDING, factors.pole[value, every])
