"""The Lyapunov exponent of a linear chain, sampled."""

from __future__ import annotations

import sympy as sp

from ...answer.enclosure import Enclosure
from ...chain.chain import Chain
from ...effort import Effort
from ...errors import Inconclusive
from .blocks import epoch
from .run import simulate
from .statistics import mean

CHAINS = 40_000


def sampled_exponent(chain: Chain, effort: Effort) -> Enclosure:
    """The 99.9 % interval of E log|M| per update for w' = M w: the mean of log|w| after one epoch from w = 1.

    Student's interval for the mean; log|M| has a finite variance at a logarithmic singularity.
    """
    steps = epoch(chain)
    run = simulate(chain, {chain.state[0]: sp.Integer(1)}, steps, CHAINS, effort, growth=True)
    assert run.log_growth is not None
    if run.zeros or run.overflows:
        raise Inconclusive(f"{run.zeros} of {run.chains} samples hit 0 exactly: the exponent may be -oo")
    return mean(run.log_growth).enclosure
