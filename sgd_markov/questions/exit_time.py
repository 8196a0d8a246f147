"""The mean number of steps until the chain is first outside a region."""

from __future__ import annotations

from typing import Any

from ..answer.answer import Answer
from ..chain.chain import Chain
from ..chain.diffusion import Diffusion
from ..chain.region import Region
from ..effort import Effort
from ..passage import problems
from .verb import verb

FIELDS = {"start": "point", "inside": "region"}
FURTHER = ("kramers",)


@verb
def exit_time(chain: Chain | Diffusion, start: object = None, inside: Any = None, *, effort: Effort) -> Answer:
    """E tau from `start`, tau = min{n >= 1: w_n is not in `inside`}; in steps, for a diffusion in t.

    `start`: a point of `inside`, a table over the state or a number in one dimension. `inside`: a closed region,
    [low, high] (ends may be "-oo", "oo") or a table of them over the state. The step that lands outside counts.
    Errors: `InvalidInput` for a start outside; `HypothesisViolated` where the mean is infinite (a region that is
    never left, null recurrence, an absorbing point); `Inconclusive` with the enclosure reached where the digits or
    the budget cannot be had.
    """
    region = Region.of(chain, inside, "inside")
    return problems.exit_time(chain, chain.point(start, "start"), region, effort).answer("exit-time", effort.digits)
