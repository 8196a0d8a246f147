"""The law of a coin."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from .atomic import Atomic
from .two_point import TwoPoint
from .weights import Entries


@dataclass(frozen=True)
class Bernoulli(Atomic):
    """X = 1 with probability p, else 0.

    >>> Bernoulli("1/3").batch_mean(2).atoms
    ((0, 4/9), (1/2, 4/9), (1, 1/9))
    """

    name = "bernoulli"

    p: sp.Expr

    def check(self) -> None:
        self.require_probability("p")

    @property
    def entries(self) -> Entries:
        return ((sp.Integer(1), self.p), (sp.Integer(0), 1 - self.p))

    def affine(self, shift: sp.Expr, factor: sp.Expr) -> TwoPoint:
        return TwoPoint(shift + factor, shift, self.p)
