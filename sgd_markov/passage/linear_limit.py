"""Where w' = M w ends: at 0 where E log|M| < 0 (theorem A1), whatever the law of M; and starts that every step fixes."""

from __future__ import annotations

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
        step = multiplicative_step(model, -sp.oo, sp.oo) if model.dimension == 1 else None
        if step is None:
            return None
        mean = expected_log(step.multipliers, effort.with_digits(min(effort.digits, 15)))
        require_decay(mean)
        return Finding(
            mean.warrant,
            "the sign of E log|M|, and the strong law of large numbers",
            hypotheses=(
                Hypothesis("one step is w -> M w"),
                Hypothesis("E log|M| < 0"),
                *(Hypothesis(text, "assumed") for text in mean.assumed),
            ),
            cite=("etemadi1981", "ziyin2022"),
            extra=all_mass_at({model.state[0]: sp.Integer(0)}, effort),
        )


def rests(chain: Chain, start: Point) -> bool:
    """Is the start fixed, whatever is drawn?"""
    images = (expr.subs(dict(start)) for expr in chain.one_sample_map)
    return all(sp.expand(image - start[symbol]) == 0 for symbol, image in zip(chain.state, images, strict=True))


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
        raise HypothesisViolated(ENDS, "the exponent E log|M| is 0: |w| comes near 0 and grows large again and again")


METHOD = LinearLimit()
"""Multiplicative chains on the whole line."""
