"""The law of a constant."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from .atomic import Atomic
from .weights import Entries


@dataclass(frozen=True)
class Constant(Atomic):
    """X = value, always.

    >>> Constant(3).moment(2)
    9
    """

    name = "constant"

    value: sp.Expr

    @property
    def entries(self) -> Entries:
        return ((self.value, sp.Integer(1)),)
