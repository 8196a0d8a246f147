"""How long a diffusion stays, as a law: P(tau > t) and the quantiles of tau, certified."""

from __future__ import annotations

from typing import Any

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..chain.chain import Chain, Point
from ..chain.diffusion import Diffusion
from ..chain.region import Region
from ..effort import Effort
from ..engines.scale_function.brownian_interval import survival as brownian_survival
from ..engines.scale_function.quantile import quantile
from ..engines.scale_function.survival import survival
from .method import Method

INVERTED = "Laplace transform in certified cells, inverted along a parabola with a proved error"
CELLS = Hypothesis("drift and variance are analytic, and the variance positive, on every cell between the ends")
CITE = ("karlin1981", "trefethen2014")


class DiffusionSurvival(Method):
    """Diffusions without free symbols, from a start in an interval with at least one ordinary end."""

    def survival(
        self, model: Chain | Diffusion, start: Point, inside: Region, steps: Any, effort: Effort
    ) -> Finding | None:
        """P(tau > t)."""
        if not isinstance(model, Diffusion) or open_symbols(model, start, inside) or steps.free_symbols:
            return None
        w = model.variable
        theta = brownian_survival(model, start[w], *inside.interval(w), steps, effort)
        if theta is not None:
            return Finding(Warrant.CERTIFIED, "theta series of Brownian motion", None, theta, cite=("borodin2002",))
        return finding(survival(model, start[w], *inside.interval(w), steps, effort))

    def quantile(
        self, model: Chain | Diffusion, start: Point, inside: Region, level: Any, effort: Effort
    ) -> Finding | None:
        """The smallest t with P(tau <= t) >= level."""
        if not isinstance(model, Diffusion) or open_symbols(model, start, inside) or level.free_symbols:
            return None
        w = model.variable
        return finding(quantile(model, start[w], *inside.interval(w), level, effort))


def finding(found: Enclosure) -> Finding:
    if found.is_point and found.lower in (0, 1):
        how = "behaviour of the diffusion at the ends (Feller's tests)"
        return Finding(Warrant.EXACT, how, sp.Integer(int(found.lower)), found, cite=("feller1952",))
    return Finding(Warrant.CERTIFIED, INVERTED, None, found, (CELLS,), CITE)


def open_symbols(model: Diffusion, start: Point, inside: Region) -> bool:
    """Are there symbols without values?"""
    return bool(model.parameters.union(inside.free_symbols, *(value.free_symbols for value in start.values())))


METHOD = DiffusionSurvival()
