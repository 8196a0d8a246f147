"""P(w_n in an interval), sampled."""

from __future__ import annotations

import numpy as np
import sympy as sp

from ...answer.enclosure import Enclosure
from ...chain.chain import Chain
from ...effort import Effort
from .run import simulate
from .statistics import proportion

CHAINS = 20_000


def sampled_probability(
    chain: Chain, place: sp.Expr, steps: int, low: sp.Expr, high: sp.Expr, effort: Effort
) -> Enclosure:
    """The 99.9 % Clopper-Pearson interval of P(low <= w_n <= high) in one dimension, w_0 = place.

    Membership is decided in double precision, so that an end at an atom of the law may be missed by rounding.
    """
    run = simulate(chain, {chain.state[0]: place}, steps, CHAINS, effort)
    state = run.final[0]
    hits = np.count_nonzero((state >= float(low)) & (state <= float(high)) & ~run.left_range)
    return proportion(int(hits), run.chains)
