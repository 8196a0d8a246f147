"""First passage of Brownian motion with drift, Ornstein-Uhlenbeck, geometric and Bessel processes: exact, symbols included."""

from __future__ import annotations

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..chain.chain import Chain, Point
from ..chain.diffusion import Diffusion
from ..chain.region import Region
from ..effort import Effort
from ..engines.scale_function.closed_forms import hitting_probability, mean_exit_time
from ..engines.scale_function.gap import gap_around
from ..errors import Inconclusive
from ..numerics.exact_numbers import number
from ..numerics.signs_of_symbols import known_sign
from .method import Method


class DiffusionFormulas(Method):
    """Diffusions of which the scale function has a closed form."""

    warrants = (Warrant.EXACT,)

    def exit_time(self, model: Chain | Diffusion, start: Point, inside: Region, effort: Effort) -> Finding | None:
        """E tau in t."""
        if not isinstance(model, Diffusion) or not may_be_positive(model.variance):
            return None
        w = model.variable
        return finding(model, mean_exit_time(model, start[w], *inside.interval(w)), (), effort)

    def hitting(
        self, model: Chain | Diffusion, start: Point, target: Region, avoid: Region | None, effort: Effort
    ) -> Finding | None:
        """(S(x) - S(a))/(S(b) - S(a)) for the ends a and b of the gap in which the start lies."""
        if not isinstance(model, Diffusion) or not may_be_positive(model.variance):
            return None
        w = model.variable
        gap = gap_around(start[w], target.interval(w), avoid.interval(w) if avoid else None)
        if gap is None or len(gap.wanted) != 1:
            return None
        assumed = tuple(Hypothesis(text, "assumed") for text in gap.assumed)
        return finding(model, hitting_probability(model, start[w], gap.low, gap.high, gap.wanted[0]), assumed, effort)


def finding(
    model: Diffusion, found: tuple[sp.Expr, str] | None, hypotheses: tuple[Hypothesis, ...], effort: Effort
) -> Finding | None:
    """The formula with its value; None where cancellation keeps it from its digits, so that integrals take over."""
    if found is None:
        return None
    formula, name = found
    try:
        enclosure = number(formula, effort, "the closed form").enclosure
    except Inconclusive:
        return None
    positive = (
        ()
        if known_sign(model.variance) == 1
        else (Hypothesis(f"the variance is positive: {model.variance} > 0", "assumed"),)
    )
    method = f"scale function and mean exit time of the {name} in closed form"
    return Finding(Warrant.EXACT, method, formula, enclosure, (*positive, *hypotheses), ("karlin1981",))


def may_be_positive(variance: sp.Expr) -> bool:
    return known_sign(variance) not in (-1, 0)


METHOD = DiffusionFormulas()
