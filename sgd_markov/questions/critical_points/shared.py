"""What the answers about critical points in one and in several dimensions share."""

from __future__ import annotations

import sympy as sp

from ...answer.answer import Hypothesis
from ...balls.adaptive import proved_sign
from ...chain.chain import Chain, Point
from ...chain.linearisation import noise_vanishes
from ...engines.expected_loss import ExpectedLoss
from ...engines.gradient_noise import still_without_gradient
from ...errors import InvalidInput
from ...expressions import exact

WHAT = "a critical point"
NOISE = {True: "vanishes", False: "persists", None: None}


def interval(within: object) -> tuple[sp.Expr, sp.Expr]:
    if within is None:
        return -sp.oo, sp.oo
    if not isinstance(within, tuple | list) or len(within) != 2:
        raise InvalidInput("within", within, "[low, high]")
    low, high = (exact(end, "within") for end in within)
    for end in (low, high):
        if end.free_symbols:
            raise InvalidInput("within", f"[{low}, {high}]", "numbers")
    if proved_order(low, high) < 0:
        raise InvalidInput("within", f"[{low}, {high}]", "low <= high")
    return low, high


def proved_order(low: sp.Expr, high: sp.Expr) -> int:
    """The sign of high - low."""
    if not (low.is_finite and high.is_finite):
        return 0 if low == high else 1 if low == -sp.oo or high == sp.oo else -1
    return proved_sign(high - low) or 0


def hypotheses(expected: ExpectedLoss) -> tuple[Hypothesis, ...]:
    finite = [Hypothesis(f"the expected loss is finite where {condition} > 0") for condition in expected.positive]
    return (*finite, Hypothesis("the expected loss is continuous"))


def noise_at(chain: Chain, point: Point) -> str:
    """`vanishes` where every sample's gradient is 0 and the noise of the step does not enter; momentum is at rest."""
    point = {**dict.fromkeys(chain.memory, sp.Integer(0)), **point}
    return "vanishes" if noise_vanishes(chain, point) and still_without_gradient(chain, point) else "persists"
