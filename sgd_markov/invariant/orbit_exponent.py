"""The Lyapunov exponent along the stationary orbit: the mean of log|d w'/d w| under the stationary law."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp
from flint import arb

from ..answer.answer import Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.warrant import Warrant
from ..balls.evaluate import evaluate
from ..balls.precision import precision
from ..chain.chain import Chain
from ..chain.mixture import Component, mixture
from ..effort import Effort
from ..engines.log_potential import LogMean, expected_log
from ..errors import Inconclusive
from .catalogue import stationary_law
from .elementary import Elementary
from .on_cells import OnCells
from .smooth_noise import SmoothNoise
from .stationary_law import Kind, Place, StationaryLaw

JUMPING = (sp.sign, sp.Heaviside, sp.Piecewise, sp.floor, sp.DiracDelta)


def orbit_exponent(chain: Chain, place: Place, effort: Effort) -> tuple[LogMean, tuple[Hypothesis, ...]]:
    """E_pi E log|d w'/d w|, natural logarithm, per step: two orbits with the same randomness approach at this rate
    where it is negative; and what that rests on.

    Raises `HypothesisViolated` where there is no stationary law, `Inconclusive` where the mean is not found.
    """
    w = chain.require_one_dimension("the exponent along the stationary orbit")
    law = stationary_law(chain, place, effort)
    slopes = slopes_of(chain)
    if not any(w in component.values[0].free_symbols for component in slopes):
        return expected_log(slopes, effort), law.hypotheses
    if isinstance(law, SmoothNoise) and law.kind is Kind.MIXED:
        stopped = LogMean(
            -sp.oo, Enclosure.point(float("-inf")), Warrant.EXACT, "a barrier stops the chain with positive probability"
        )
        return stopped, law.hypotheses
    return under(law, slopes, w, effort), law.hypotheses


def slopes_of(chain: Chain) -> tuple[Component, ...]:
    """The mixture law of d w'/d w as expressions in the state; kinks of the map have no mass."""
    w, (update,) = chain.state[0], chain.update
    inner = {mean: sp.Dummy(f"slope_of_{mean}", real=True) for mean in chain.means}
    total = sp.diff(update, w) + sum((sp.diff(update, mean) * inner[mean] for mean in chain.means), sp.Integer(0))
    means = chain.averaged
    means |= {inner[mean]: sp.diff(gradient, w) for mean, gradient in zip(chain.means, chain.gradient, strict=True)}
    return mixture((sp.expand(total),), means, chain.draw)


def under(law: StationaryLaw, slopes: tuple[Component, ...], w: sp.Symbol, effort: Effort) -> LogMean:
    """The mean of log|slope| when the state has the law."""
    if isinstance(law, Elementary) and law.kind is Kind.DENSITY:
        return expected_log(tuple(replace(c, laws={**c.laws, w: law.law}) for c in slopes), effort)
    if law.atoms and law.kind is Kind.ATOMIC:
        parts = [
            replace(c, probability=c.probability * p, values=(c.values[0].subs(w, at[0]),))
            for c in slopes
            for at, p in law.atoms
        ]
        return expected_log(tuple(parts), effort)
    if any(component.laws for component in slopes):
        raise Inconclusive(
            "the slope of a step depends on the state and on a continuous variable; its mean logarithm is not known here"
        )
    logarithm = sp.Add(*(c.probability * sp.log(sp.Abs(c.values[0])) for c in slopes))
    if isinstance(law, OnCells) and logarithm.has(*JUMPING):
        raise Inconclusive(
            "the stationary law may have mass where the slope of a step jumps, or where a barrier makes it 0"
        )
    found = law.mean_of(without_moduli(logarithm, law, w), effort)
    return LogMean(
        found.exact,
        found.enclosure,
        Warrant.EXACT if found.exact is not None else Warrant.CERTIFIED,
        f"mean under the {law.family} law",
    )


def without_moduli(logarithm: sp.Expr, law: StationaryLaw, w: sp.Symbol) -> sp.Expr:
    """log|f| as log f or log(-f) where balls show that f keeps its sign on the support, so that it stays analytic."""
    spans = law.support or [(-sp.oo, sp.oo)]
    with precision(64):
        low, high = (
            arb.neg_inf() if e == -sp.oo else arb.pos_inf() if e == sp.oo else evaluate(e)
            for e in (spans[0][0], spans[-1][1])
        )
        everywhere = {w: low.union(high)}
        for node in logarithm.atoms(sp.Abs):
            value = evaluate(node.args[0], everywhere)
            if value > 0 or value < 0:
                logarithm = logarithm.xreplace({node: node.args[0] if value > 0 else -node.args[0]})
    return logarithm
