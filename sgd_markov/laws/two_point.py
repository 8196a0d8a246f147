"""The law of two values."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from .atomic import Atomic
from .weights import Entries


@dataclass(frozen=True)
class TwoPoint(Atomic):
    """X = first with `probability`, else second.

    >>> a = sp.Symbol("a", real=True)
    >>> TwoPoint(a + 1, a - 1).variance
    1
    """

    name = "two-point"

    first: sp.Expr
    second: sp.Expr
    probability: sp.Expr = sp.S.Half

    def check(self) -> None:
        self.require_probability("probability")

    @property
    def entries(self) -> Entries:
        return ((self.first, self.probability), (self.second, 1 - self.probability))

    def affine(self, shift: sp.Expr, factor: sp.Expr) -> TwoPoint:
        return TwoPoint(shift + factor * self.first, shift + factor * self.second, self.probability)
