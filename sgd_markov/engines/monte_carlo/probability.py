"""P(w_n in a box), sampled."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import sympy as sp

from ...answer.enclosure import Enclosure
from ...chain.chain import Chain, Point
from ...effort import Effort
from .run import simulate
from .statistics import proportion

CHAINS = 20_000


def sampled_probability(
    chain: Chain, start: Point, steps: int, bounds: Mapping[sp.Symbol, tuple[sp.Expr, sp.Expr]], effort: Effort
) -> Enclosure:
    """The 99.9 % Clopper-Pearson interval of P(low <= w_n <= high for every state symbol w in `bounds`), w_0 = `start`.

    Membership is decided in double precision, so that an end at an atom of the law may be missed by rounding.
    """
    run = simulate(chain, start, steps, CHAINS, effort)
    inside = ~run.left_range
    for symbol, (low, high) in bounds.items():
        values = run.final[chain.state.index(symbol)]
        inside &= (values >= float(low)) & (values <= float(high))
    return proportion(int(np.count_nonzero(inside)), run.chains)
