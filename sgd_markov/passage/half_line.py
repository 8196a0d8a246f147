"""Walks w' = w + Z on a half-line: when the mean time to leave it is infinite, whatever the law of Z."""

from __future__ import annotations

import sympy as sp

from ..answer.finding import Finding
from ..balls.adaptive import proved_sign
from ..chain.batch import TooManyAtoms, updates_per_epoch
from ..chain.chain import Chain, Point
from ..chain.diffusion import Diffusion
from ..chain.mixture import Component, mixture
from ..chain.region import Region
from ..effort import Effort
from ..errors import HypothesisViolated
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
        drift = mean_step(model)
        towards = None if drift is None else proved_sign(side * drift)
        if towards == 0:
            raise HypothesisViolated("the mean time is finite", f"the mean step is 0: null recurrence makes the mean infinite ({inside})")
        if towards == -1:
            raise HypothesisViolated(
                "the region is left with probability 1", f"the mean step {drift} leads away from its only end: the mean is infinite"
            )
        return None


def mean_step(chain: Chain) -> sp.Expr | None:
    """E Z for w' = w + Z with Z independent of w, not constant; None for other chains and where it is not known."""
    w = chain.state[0]
    means = dict(zip(chain.means, chain.gradient, strict=True))
    if any(sp.expand(expr - w).has(w) for expr in chain.one_sample_map):
        return None
    try:
        components = mixture((sp.expand(chain.update[0] - w),), means, chain.draw)
    except TooManyAtoms:
        return None
    if len(components) == 1 and not components[0].laws:
        return None
    parts = [mean_of(component) for component in components]
    known = [part for part in parts if part is not None]
    return sp.expand(sp.Add(*known)) if len(known) == len(parts) else None


def mean_of(component: Component) -> sp.Expr | None:
    """The share of a component that is affine in variables with means."""
    value = component.values[0]
    if any(value.diff(symbol).free_symbols & set(component.laws) for symbol in component.laws):
        return None
    try:
        centres = {symbol: law.moment(1) for symbol, law in component.laws.items()}
    except HypothesisViolated:
        return None
    return component.probability * value.subs(centres)


METHOD = HalfLine()
