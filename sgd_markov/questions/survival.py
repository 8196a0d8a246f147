"""How long the chain stays in a region: the probability of more than n steps, or a quantile of their number."""

from __future__ import annotations

from typing import Any

import sympy as sp

from ..answer.answer import Answer
from ..chain.chain import Chain
from ..chain.diffusion import Diffusion
from ..chain.region import Region
from ..effort import Effort
from ..errors import InvalidInput
from ..expressions import exact
from ..laws.signs import sign
from ..passage import problems
from .verb import verb

FIELDS = {"start": "point", "inside": "region", "steps": "number", "quantile": "number"}
FURTHER = ()


@verb
def survival(
    chain: Chain | Diffusion,
    start: object = None,
    inside: Any = None,
    steps: object = None,
    quantile: object = None,
    *,
    effort: Effort,
) -> Answer:
    """P(tau > steps) from `start`, tau = min{n >= 1: w_n is not in `inside`}; or a quantile of tau.

    `steps`: a number of steps, at least 0; for a diffusion a time t > 0, any positive number. `quantile`: a level q in
    [0, 1); the answer is the smallest n (for a diffusion t) with P(tau <= n) >= q. One of the two is given.
    `start`, `inside`: as for `exit_time`.
    Errors: `InvalidInput` for a start outside, for both or none of `steps` and `quantile`; `HypothesisViolated` where
    the quantile is infinite because the region is kept with positive probability; `Inconclusive` as for `exit_time`.
    """
    if (steps is None) == (quantile is None):
        raise InvalidInput("steps", "both or none of steps and quantile", "exactly one of them")
    region, point = Region.of(chain, inside, "inside"), chain.point(start, "start")
    if steps is not None:
        wanted = checked_time(steps) if isinstance(chain, Diffusion) else checked_steps(steps)
        return problems.survival(chain, point, region, wanted, effort).answer("survival", effort.digits)
    return problems.quantile(chain, point, region, checked_level(quantile), effort).answer("survival", effort.digits)


def checked_steps(steps: object) -> int:
    if isinstance(steps, bool) or not isinstance(steps, int | sp.Integer) or steps < 0:
        raise InvalidInput("steps", steps, "a number of steps, at least 0")
    return int(steps)


def checked_time(steps: object) -> sp.Expr:
    time = exact(steps, "steps")
    if sign(time) != 1:
        raise InvalidInput("steps", time, "a time t > 0 for a diffusion (a symbol has to be declared positive)")
    return time


def checked_level(quantile: object) -> object:
    level = exact(quantile, "quantile")
    if sign(level) not in (0, 1) or sign(1 - level) != 1:
        raise InvalidInput("quantile", level, "a level q with 0 <= q < 1")
    return level
