"""The spectral gap of a stationary diffusion."""

from __future__ import annotations

import time

from ..answer.answer import Answer
from ..answer.warrant import Warrant
from ..chain.diffusion import Diffusion
from ..effort import Effort
from ..engines.scale_function.pearson import pearson_gap
from ..engines.scale_function.spectrum import spectral_gap as gap_of
from ..engines.scale_function.spectrum import stationary_ways
from ..errors import InvalidInput
from ..numerics.exact_numbers import number


def spectral_gap(diffusion: Diffusion, start: object = 0, *, digits: int = 15, budget: float | None = None) -> Answer:
    """The lowest positive number lambda in the spectrum of the stationary diffusion, per unit of t, exact or certified.

    Functions f of the stationary diffusion forget their start at that rate: Var P_t f <= exp(-2 lambda t) Var f, with
    equality for the eigenfunction, if there is one. `start`: a point of the interval on which it lives. The Pearson
    diffusions come in closed form, the bottom of their continuous spectrum included. Errors: `HypothesisViolated` without a
    stationary law; `Inconclusive` where the spectrum of another diffusion is continuous from there on.

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
    stationary_ways(diffusion, place)
    known = pearson_gap(diffusion)
    if known is not None:
        return Answer(
            question="spectral-gap",
            exact=known,
            enclosure=number(known, effort, "the gap").enclosure,
            warrant=Warrant.EXACT,
            method="spectrum of the Pearson diffusions",
            cite=("forman2008",),
            digits=digits,
            seconds=round(time.perf_counter() - began, 6),
        )
    return Answer(
        question="spectral-gap",
        enclosure=gap_of(diffusion, place, effort),
        warrant=Warrant.CERTIFIED,
        method="lowest zero of p = y'/s at both ends between a super- and a subsolution, in certified cells",
        cite=("barta1937", "karlin1981"),
        digits=digits,
        seconds=round(time.perf_counter() - began, 6),
    )
