"""P(tau > t) as a function of a ball t, for the diffusions of which it is elementary or a theta series."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from flint import arb

from ...balls.evaluate import evaluate
from ...chain.diffusion import Diffusion
from ...effort import Effort
from .survival_forms import Exit, brownian_exit, survival_formula
from .theta_series import between_two_ends

Survival = Callable[[arb], arb]


def closed_law(diffusion: Diffusion, start: sp.Expr, low: sp.Expr, high: sp.Expr) -> Survival | None:
    """None where there is no closed form; the start is no end of the region."""
    time = sp.Dummy("t", positive=True)
    known = survival_formula(diffusion, start, low, high, time)
    if known is not None:
        formula = known[0]
        return lambda t: evaluate(formula, {time: t})
    exit_ = brownian_exit(diffusion, start, low, high)
    return None if exit_ is None else theta_law(exit_)


def theta_law(exit_: Exit) -> Survival | None:
    """Between two ends."""
    if exit_.below is None or exit_.above is None:
        return None
    motion, length = exit_.motion, exit_.below + exit_.above
    place, drift, pace = exit_.below / length, motion.drift * length / motion.variance, motion.variance / length**2
    return lambda t: between_two_ends(evaluate(place), evaluate(drift), evaluate(pace) * t)


def bracket(law: Survival, target: arb, effort: Effort) -> tuple[arb, arb] | None:
    """Two times, the second twice the first, between which the law passes the target; None where it is not found."""
    time = arb(1)
    up = law(time) > target
    for _ in range(2000):
        effort.check()
        other = time * 2 if up else time / 2
        if up and law(other) < target:
            return time, other
        if not up and law(other) > target:
            return other, time
        time = other
    return None
