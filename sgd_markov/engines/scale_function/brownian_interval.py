"""P(tau > t) of Brownian motion with drift, or its exponential, between two ends: theta series to any digits."""

from __future__ import annotations

import sympy as sp

from ...answer.enclosure import Enclosure
from ...balls.adaptive import refine
from ...balls.evaluate import evaluate
from ...chain.diffusion import Diffusion
from ...effort import Effort
from ...proof.radicals import is_zero
from .closed_laws import theta_law
from .survival_forms import brownian_exit


def survival(
    diffusion: Diffusion, start: sp.Expr, low: sp.Expr, high: sp.Expr, time: sp.Expr, effort: Effort
) -> Enclosure | None:
    """None where the diffusion is no Brownian motion between two ends that it reaches."""
    exit_ = brownian_exit(diffusion, start, low, high)
    if exit_ is None or exit_.below is None or exit_.above is None:
        return None
    if is_zero(exit_.below) or is_zero(exit_.above):
        return Enclosure.point(0)
    law = theta_law(exit_)
    assert law is not None
    return refine(lambda: law(evaluate(time)), effort, "the theta series")
