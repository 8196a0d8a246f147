"""Regions of a single point: a step with a density leaves them at once, almost surely."""

from __future__ import annotations

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..balls.adaptive import proved_sign
from ..chain.chain import Chain, Point
from ..chain.diffusion import Diffusion
from ..chain.region import Region
from ..effort import Effort
from ..engines.smooth_kernel.step import SmoothStep, smooth_step
from ..errors import HypothesisViolated
from .method import Method

DENSITY = Hypothesis("a step from the point has a density")


class SinglePoints(Method):
    """[a, a] under noise with an analytic density, a not a barrier, where mass would sit."""

    def exit_time(self, model: Chain | Diffusion, start: Point, inside: Region, effort: Effort) -> Finding | None:
        return certain(1) if is_left_at_once(model, inside) else None

    def survival(
        self, model: Chain | Diffusion, start: Point, inside: Region, steps: int, effort: Effort
    ) -> Finding | None:
        return certain(int(steps == 0)) if is_left_at_once(model, inside) else None

    def quantile(
        self, model: Chain | Diffusion, start: Point, inside: Region, level: object, effort: Effort
    ) -> Finding | None:
        return certain(int(level != 0), True) if is_left_at_once(model, inside) else None

    def quasi_stationary(self, model: Chain | Diffusion, inside: Region, effort: Effort) -> Finding | None:
        if is_left_at_once(model, inside):
            raise HypothesisViolated("a step stays with positive probability", f"every step leaves {inside}")
        return None


def certain(value: int, integer: bool = False) -> Finding:
    return Finding(
        Warrant.EXACT,
        "a step with a density leaves a single point at once",
        sp.Integer(value),
        Enclosure.point(value),
        (DENSITY,),
        integer=integer,
    )


def is_left_at_once(model: Chain | Diffusion, inside: Region) -> bool:
    if not isinstance(model, Chain) or model.dimension != 1 or inside.free_symbols or inside.is_everything:
        return False
    low, high = inside.interval(model.state[0])
    if low == -sp.oo or high == sp.oo or proved_sign(high - low) != 0:
        return False
    step = smooth_step(model)
    return step is not None and not is_barrier(step, low) and has_density(step, low)


def is_barrier(step: SmoothStep, point: sp.Expr) -> bool:
    """Not proved to be none."""
    return any(end is not None and proved_sign(end - point) in (0, None) for end in (step.low, step.high))


def has_density(step: SmoothStep, point: sp.Expr) -> bool:
    """Is no scale 0 there?"""
    scales = [branch.scale.subs(step.state, point) for branch in step.branches]
    return all(scale.is_finite is not False and proved_sign(scale) in (-1, 1) for scale in scales)


METHOD = SinglePoints()
