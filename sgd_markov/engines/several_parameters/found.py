"""What is found: a critical point of a loss of several parameters, and the set of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp
from flint import arb

from ...answer.enclosure import Enclosure
from ...answer.number import Number
from ...numerics.algebraic_point import AlgebraicPoint

Hessian = tuple[tuple[Number, ...], ...]


@dataclass(frozen=True)
class CriticalPointSeveral:
    """`at` by coordinate; `hessian` is None where there is none; `kind` None where it is not decided.

    The point itself is `exact` (all coordinates closed forms), or `algebraic`, or what `balls()` encloses.
    """

    at: tuple[Number, ...]
    hessian: Hessian | None
    kind: str | None
    exact: tuple[sp.Expr, ...] | None = None
    algebraic: AlgebraicPoint | None = None
    balls: Callable[[], tuple[arb, ...]] | None = None
    conditions: tuple[str, ...] = ()

    @property
    def place(self) -> list[float]:
        """Sorts points by their first coordinate, then the next; nearly equal ones count as equal."""
        return [round(float(entry.enclosure.middle), 12) for entry in self.at if entry.enclosure is not None]


@dataclass(frozen=True)
class Continuum:
    """Infinitely many (complex) critical points: all real zeros of `equations` at which none of `nonzero` is 0."""

    equations: tuple[sp.Expr, ...]
    nonzero: tuple[sp.Expr, ...] = ()


@dataclass(frozen=True)
class CriticalSetSeveral:
    """All critical points are in `points`, on the `continua`, or in the `undecided` boxes (one interval a parameter)."""

    points: list[CriticalPointSeveral]
    method: str
    continua: tuple[Continuum, ...] = ()
    undecided: tuple[tuple[Enclosure, ...], ...] = ()
