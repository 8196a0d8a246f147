"""The quasi-stationary law of a region: the survival factor per step."""

from __future__ import annotations

from typing import Any

from ..answer.answer import Answer
from ..chain.chain import Chain
from ..chain.diffusion import Diffusion
from ..chain.region import Region
from ..effort import Effort
from ..passage import problems
from .verb import verb

FIELDS = {"inside": "region"}
FURTHER = ("mean_time", "density", "rate")


@verb
def quasi_stationary(chain: Chain | Diffusion, inside: Any = None, *, effort: Effort) -> Answer:
    """The survival factor theta per step: P(tau > n) ~ C theta^n, tau the exit from `inside`.

    theta is the top eigenvalue of the kernel killed outside `inside`, nu K = theta nu with the quasi-stationary law
    nu; from nu the exit takes 1/(1 - theta) steps in the mean, `mean_time`. `density`: nu at nodes.
    `digits` are those of 1 - theta where the region is hardly ever left.
    Errors: `HypothesisViolated` where the region is never left; `Inconclusive` as for `exit_time`.
    """
    region = Region.of(chain, inside, "inside")
    return problems.quasi_stationary(chain, region, effort).answer("quasi-stationary", effort.digits)
