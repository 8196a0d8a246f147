"""The law of a fair sign."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from .atomic import Atomic
from .two_point import TwoPoint
from .weights import Entries


@dataclass(frozen=True)
class Rademacher(Atomic):
    """X = 1 or -1 with probability 1/2 each.

    >>> Rademacher().square()
    Constant(value=1)
    """

    name = "rademacher"

    @property
    def entries(self) -> Entries:
        half = sp.Rational(1, 2)
        return ((sp.Integer(1), half), (sp.Integer(-1), half))

    def affine(self, shift: sp.Expr, factor: sp.Expr) -> TwoPoint:
        return TwoPoint(shift + factor, shift - factor)

    @property
    def free_symbols(self) -> set[sp.Symbol]:
        return set()
