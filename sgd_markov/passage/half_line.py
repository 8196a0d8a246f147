"""Walks w' = w + Z on a half-line: when the mean time to leave it is infinite, whatever the law of Z."""

from __future__ import annotations

import sympy as sp

from ..answer.finding import Finding
from ..balls.adaptive import proved_sign
from ..chain.batch import updates_per_epoch
from ..chain.chain import Chain, Point
from ..chain.diffusion import Diffusion
from ..chain.region import Region
from ..effort import Effort
from ..errors import HypothesisViolated
from ..numerics.flat_step import flat_step
from .method import Method


class HalfLine(Method):
    """Only refuses: with mean step 0 (Wald's identity would make the distance covered 0), or away from the end."""

    def exit_time(self, model: Chain | Diffusion, start: Point, inside: Region, effort: Effort) -> Finding | None:
        if not isinstance(model, Chain) or model.dimension != 1 or model.parameters or updates_per_epoch(model.draw) > 1:
            return None
        low, high = inside.interval(model.state[0])
        if (low == -sp.oo) == (high == sp.oo):
            return None
        side = 1 if low == -sp.oo else -1
        step = flat_step(model)
        drift = None if step is None else step.mean
        towards = None if drift is None else proved_sign(side * drift)
        if towards == 0:
            raise HypothesisViolated("the mean time is finite", f"the mean step is 0: null recurrence makes the mean infinite ({inside})")
        if towards == -1:
            raise HypothesisViolated(
                "the region is left with probability 1", f"the mean step {drift} leads away from its only end: the mean is infinite"
            )
        return None


METHOD = HalfLine()
