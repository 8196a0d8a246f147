"""Stationary laws of affine chains in several dimensions whose polynomial means follow from the moment recursion."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..answer.number import Number
from ..chain.chain import Chain
from ..effort import Effort
from ..engines.affine_several import stationary_moments
from ..numerics.exact_numbers import number
from .stationary_law import StationaryLaw


@dataclass(frozen=True, kw_only=True)
class WithExactMoments(StationaryLaw):
    """E of polynomials in the state of `chain`, from the closed linear recursion of the moments."""

    chain: Chain

    def mean_of(self, of: sp.Expr, effort: Effort) -> Number:
        if not of.is_polynomial(*self.state):
            raise self.unknown(f"E[{of}]")
        return number(stationary_moments(self.chain, of, effort).value, effort, f"E[{of}]")
