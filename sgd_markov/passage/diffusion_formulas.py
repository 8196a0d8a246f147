"""First passage of Brownian motion with drift, Ornstein-Uhlenbeck, geometric and Bessel processes: exact, symbols included."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..chain.chain import Chain, Point
from ..chain.diffusion import Diffusion
from ..chain.region import Region
from ..effort import Effort
from ..engines.scale_function.closed_forms import hitting_probability, mean_exit_time
from ..engines.scale_function.eigenfunction import quasi_stationary_density
from ..engines.scale_function.gap import gap_around
from ..engines.scale_function.survival_forms import rate_formula, survival_formula
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

    def survival(
        self, model: Chain | Diffusion, start: Point, inside: Region, steps: Any, effort: Effort
    ) -> Finding | None:
        """P(tau > t) for one end of a Brownian motion or its exponential, and for linear drift to its zero."""
        if not isinstance(model, Diffusion) or not may_be_positive(model.variance):
            return None
        w = model.variable
        found = survival_formula(model, start[w], *inside.interval(w), steps)
        return finding(model, found, (), effort, "reflection principle for the", ("borodin2002",))

    def quasi_stationary(self, model: Chain | Diffusion, inside: Region, effort: Effort) -> Finding | None:
        """exp(-lambda); extra: `rate` lambda, `mean_time` 1/lambda. Brownian motion, its exponential, half an OU process."""
        if not isinstance(model, Diffusion) or not may_be_positive(model.variance):
            return None
        known = rate_formula(model, *inside.interval(model.variable))
        if known is None:
            return None
        rate, name = known
        found = finding(model, (sp.exp(-rate), name), (), effort, "bottom of the spectrum of the killed", ("borodin2002",))
        return None if found is None else replace(found, extra=long_run(model, inside, rate, "half-line" in name, effort))

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
    model: Diffusion,
    found: tuple[sp.Expr, str] | None,
    hypotheses: tuple[Hypothesis, ...],
    effort: Effort,
    what: str = "scale function and mean exit time of the",
    cite: tuple[str, ...] = ("karlin1981",),
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
    method = f"{what} {name} in closed form"
    return Finding(Warrant.EXACT, method, formula, enclosure, (*positive, *hypotheses), cite)


def long_run(model: Diffusion, inside: Region, rate: sp.Expr, continuous: bool, effort: Effort) -> dict[str, Any]:
    """The rate and what follows from it; the density at nodes where no symbol is free and the rate is an eigenvalue."""
    own, ends = number(rate, effort, "the rate"), inside.interval(model.variable)
    known = own.enclosure is not None and not continuous
    density = quasi_stationary_density(model, *ends, own.enclosure, effort) if known else None  # type: ignore[arg-type]
    return {"rate": own, "mean_time": number(1 / rate, effort, "the mean time"), "density": density}


def may_be_positive(variance: sp.Expr) -> bool:
    return known_sign(variance) not in (-1, 0)


METHOD = DiffusionFormulas()
