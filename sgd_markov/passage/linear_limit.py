"""Where w - c is multiplied by M ends: at c where E log|M| < 0 (theorem A1), for all laws of M; starts that no step moves."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.number import Number
from ..answer.warrant import Warrant
from ..chain.chain import Chain, Point
from ..chain.diffusion import Diffusion
from ..effort import Effort
from ..engines.log_potential import LogMean, expected_log
from ..errors import HypothesisViolated, Inconclusive
from ..numerics.exact_numbers import number
from ..numerics.multiplicative_step import multiplicative_step
from .method import Method

ENDS = "the chain ends somewhere"


class LinearLimit(Method):
    """log|w_n| is log|w_0| plus a sum of independent terms: the strong law of large numbers decides.

    Where |M| = 1 always the chain meets two states; those are a matter of their own.
    """

    def limit(self, model: Chain | Diffusion, start: Point, effort: Effort) -> Finding | None:
        if not isinstance(model, Chain) or model.parameters or any(place.free_symbols for place in start.values()):
            return None
        if rests(model, start):
            return Finding(Warrant.EXACT, "every step leaves the start where it is", extra=all_mass_at(start, effort))
        centre = common_centre(model) if model.dimension == 1 else None
        step = None if centre is None else multiplicative_step(centred(model, centre), -sp.oo, sp.oo)
        if step is None or centre is None:
            return None
        mean = expected_log(step.multipliers, effort.with_digits(min(effort.digits, 15)))
        require_decay(mean)
        return Finding(
            mean.warrant,
            "the sign of E log|M|, and the strong law of large numbers",
            hypotheses=(
                Hypothesis(f"one step multiplies {model.state[0] - centre} by M"),
                Hypothesis("E log|M| < 0"),
                *(Hypothesis(text, "assumed") for text in mean.assumed),
            ),
            cite=("etemadi1981", "ziyin2022"),
            extra=all_mass_at({model.state[0]: centre}, effort),
        )


def rests(chain: Chain, start: Point) -> bool:
    """Is the start fixed, whatever is drawn?"""
    images = (expr.subs(dict(start)) for expr in chain.one_sample_map)
    return all(sp.expand(image - start[symbol]) == 0 for symbol, image in zip(chain.state, images, strict=True))


def common_centre(chain: Chain) -> sp.Expr | None:
    """The number that an affine step b + a w fixes whatever is drawn, b/(1 - a); 0 for steps that are not affine."""
    (w,), (step,) = chain.state, chain.one_sample_map
    if not step.is_polynomial(w) or sp.degree(step, w) != 1:
        return sp.Integer(0)
    slope = step.diff(w)
    fixed = sp.cancel(step.subs(w, 0) / (1 - slope)) if sp.expand(slope - 1) != 0 else sp.Integer(0)
    return None if fixed.free_symbols else fixed


def centred(chain: Chain, centre: sp.Expr) -> Chain:
    """The chain of w - centre."""
    (w,) = chain.state
    moved = {w: w + centre}
    update = sp.expand(chain.update[0].xreplace(moved) - centre) if centre else chain.update[0]
    return replace(chain, update=(update,), gradient=tuple(g.xreplace(moved) for g in chain.gradient)) if centre else chain


def all_mass_at(place: Point, effort: Effort) -> dict[str, object]:
    at = {str(symbol): number(value, effort, "a point") for symbol, value in place.items()}
    return {"masses": [{"at": at, "probability": Number(sp.Integer(1), Enclosure.point(1), effort.digits)}]}


def require_decay(mean: LogMean) -> None:
    """Refuse where the exponent is not proved to be negative."""
    found = mean.enclosure
    if found is None or mean.warrant < Warrant.CERTIFIED or found.sign is None:
        raise Inconclusive("the sign of the exponent E log|M| is not decided")
    if found.sign == 1:
        raise HypothesisViolated(ENDS, f"the exponent E log|M| is {float(found.lower):.6g}: |w| grows for ever with probability 1")
    if found.sign == 0:
        raise HypothesisViolated(ENDS, "the exponent E log|M| is 0: paths come near the fixed point and go far away again and again")


METHOD = LinearLimit()
"""Multiplicative chains on the whole line."""
