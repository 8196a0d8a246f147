"""The spectral gap of a stationary diffusion."""

from __future__ import annotations

import time

from ..answer.answer import Answer
from ..answer.warrant import Warrant
from ..chain.diffusion import Diffusion
from ..effort import Effort
from ..engines.scale_function.spectrum import spectral_gap as gap_of
from ..errors import InvalidInput


def spectral_gap(diffusion: Diffusion, start: object = 0, *, digits: int = 15, budget: float | None = None) -> Answer:
    """The lowest positive number lambda in the spectrum of the stationary diffusion, per unit of t, certified.

    Functions f of the stationary diffusion forget their start at that rate: Var P_t f <= exp(-2 lambda t) Var f, with
    equality for the eigenfunction. `start`: a point of the interval on which it lives.
    Errors: `HypothesisViolated` without a stationary law; `Inconclusive` where the spectrum is continuous from there on.

    >>> from sympy import Symbol
    >>> w = Symbol("w", real=True)
    >>> spectral_gap(Diffusion(-3 * w, 2, w)).value
    '3'
    """
    if not isinstance(diffusion, Diffusion):
        raise InvalidInput("model", type(diffusion).__name__, "a diffusion in one dimension")
    if diffusion.parameters:
        raise InvalidInput("values", "nothing", "numbers for " + ", ".join(sorted(map(str, diffusion.parameters))))
    began = time.perf_counter()
    effort = Effort.within(budget, digits=digits)
    place = diffusion.point(start, "start")[diffusion.variable]
    return Answer(
        question="spectral-gap",
        enclosure=gap_of(diffusion, place, effort),
        warrant=Warrant.CERTIFIED,
        method="lowest zero of p = y'/s at both ends between a super- and a subsolution, in certified cells",
        cite=("barta1937", "karlin1981"),
        digits=digits,
        seconds=round(time.perf_counter() - began, 6),
    )
