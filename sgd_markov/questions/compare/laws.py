"""The stationary law of each theory, and the expansions for small steps."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import sympy as sp

from ...answer.number import Number
from ...answer.warrant import Warrant
from ...chain.chain import Chain, Point
from ...chain.diffusion import Diffusion
from ...effort import Effort
from ...engines.small_step_gibbs import bias_expansion, gibbs_density
from ...errors import HypothesisViolated, Inconclusive, InvalidInput, SGDMarkovError
from ...numerics.step_moments import step_moments
from ..registry import verb_of


def stationary_of(theory: str, chain: Chain, start: object, effort: Effort) -> Mapping[str, Any]:
    """Family and density of the theory's stationary law, or the reason why there is none (or none is known)."""
    if theory == "gradient-descent":
        return law_table(reason="without noise every path ends at a point of `ends`, in a cycle, or nowhere")
    try:
        model = chain if theory == "sgd" else diffusion_of(theory, chain)
        place = {} if start is None else {"start": start}
        answer = verb_of("stationary")(model, **place, effort=effort)
    except (Inconclusive, HypothesisViolated, InvalidInput) as error:
        return law_table(reason=str(error))
    assumed = [h.statement for h in answer.hypotheses if h.state != "proved"]
    return law_table(answer.family, answer.density, answer.parameters, assumed)


def law_table(
    family: str | None = None,
    density: sp.Expr | None = None,
    parameters: Mapping[str, Number] | None = None,
    assumed: list[str] | None = None,
    reason: str | None = None,
) -> Mapping[str, Any]:
    """`assumed`: what it rests on unproved; `reason`: why there is none, or none known."""
    known = {"family": family, "density": density, "parameters": parameters or None}
    return {**known, "assumed": assumed or None, "reason": reason}


def diffusion_of(theory: str, chain: Chain) -> Diffusion:
    """The equation of the theory with the time counted in steps.

    Langevin's noise is that of the chain where it is constant; else its variance is a free symbol.
    """
    w = chain.state[0]
    drift, noise = step_moments(chain)
    if theory == "langevin" and w in noise.free_symbols:
        noise = sp.Symbol("V", positive=True)
    if noise == 0:
        raise HypothesisViolated("the steps are random", "the variance of a step is 0")
    return Diffusion(drift, noise, w, chain.domain)


def small_step(chain: Chain, point: Point | None) -> Mapping[str, Any]:
    """The expansions in the learning rate, each null where its hypotheses fail."""
    found: dict[str, Any] = {"log_density": None, "bias": None, "warrant": None}
    with suppress(SGDMarkovError):
        gibbs = gibbs_density(chain)
        found |= {"log_density": gibbs.log_density, "warrant": gibbs.warrant.label}
    if point is not None:
        with suppress(SGDMarkovError):
            found |= {"bias": bias_expansion(chain, point).bias, "warrant": found["warrant"] or Warrant.ESTIMATED.label}
    return found
