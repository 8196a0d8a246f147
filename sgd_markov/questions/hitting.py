"""The probability that the chain enters one region before another."""

from __future__ import annotations

from typing import Any

import sympy as sp

from ..answer.answer import Answer
from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..chain.chain import Chain
from ..chain.diffusion import Diffusion
from ..chain.region import Region
from ..effort import Effort
from ..errors import InvalidInput
from ..passage import problems
from .verb import verb

FIELDS = {"start": "point", "target": "region", "avoid": "region"}
FURTHER = ()


@verb
def hitting(
    chain: Chain | Diffusion, start: object = None, target: Any = None, avoid: Any = None, *, effort: Effort
) -> Answer:
    """P(the chain enters `target` before `avoid`), from `start`.

    `target`, `avoid`: closed regions without a common point, [low, high] (ends may be "-oo", "oo") or tables of them
    over the state; without `avoid`: P(target is ever entered). Paths that enter neither count as failures. Converging to
    a point of `target` without entering it is not entering it.
    Errors: `InvalidInput` for regions that meet; `Inconclusive` with the enclosure reached.
    """
    point = chain.point(start, "start")
    goal = Region.of(chain, target, "target")
    danger = None if avoid is None else Region.of(chain, avoid, "avoid")
    if danger is not None and goal.meets(danger) is not False:
        raise InvalidInput("avoid", danger, f"a region without a point of the target {goal}")
    return settled(point, goal, danger, chain, effort).answer("hitting", effort.digits)


def settled(point: Any, goal: Region, danger: Region | None, chain: Chain | Diffusion, effort: Effort) -> Finding:
    """Certain where the start is in one of the regions already."""
    if goal.contains(point):
        return Finding(Warrant.EXACT, "the start is in the target", sp.Integer(1), Enclosure.point(1))
    if danger is not None and danger.contains(point):
        return Finding(Warrant.EXACT, "the start is in the region to avoid", sp.Integer(0), Enclosure.point(0))
    return problems.hitting(chain, point, goal, danger, effort)
