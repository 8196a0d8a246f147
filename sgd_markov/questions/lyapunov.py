"""The Lyapunov exponent of the chain at a point that its map fixes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy as sp

from ..answer.answer import Answer, Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.number import Number
from ..answer.warrant import Warrant
from ..chain.batch import TooManyAtoms
from ..chain.batch_slope import batch_slope
from ..chain.chain import Chain, Point
from ..chain.diffusion import Diffusion
from ..chain.frozen import drifting, held_at, held_values
from ..chain.linearisation import linear_chain, multiplier
from ..chain.one_sided import touches_kink
from ..effort import Effort
from ..engines.diffusion_exponent import diffusion_exponent
from ..engines.log_potential import expected_log
from ..errors import HypothesisViolated, Inconclusive, InvalidInput
from ..expressions import exact
from ..invariant.stationary_law import Place
from ..numerics.assumptions import TRANSFORM_ERROR
from ..numerics.exact_numbers import number
from ..products.exponents import exponents, finding
from .verb import verb

FIELDS = {"at": "point", "along": "text", "start": "point", "within": "interval", "spectrum": "flag"}
FURTHER = ("exponents", "attracts")


@verb
def lyapunov(
    chain: Chain | Diffusion,
    at: object = None,
    along: str | None = None,
    start: object = None,
    within: Any = None,
    spectrum: bool = False,
    *,
    effort: Effort,
) -> Answer:
    """The top Lyapunov exponent per step of the chain linearised at a fixed point: lim 1/n log|w_n|.

    In one dimension E log|M|, M = d update/d w at the point; negative: nearby starts converge to the point with
    probability close to 1 (theorem A1-loc); positive: they do not. -oo where an atom of the data law makes M = 0.
    Under reshuffling and cyclic sampling the exponent counts updates, not epochs.
    Second moments and the step of an optimizer are held at their values in `at` (the step at oo unless given).
    In several dimensions lim 1/n log ||M_n ... M_1||: the blocks of a triangular form apart, each by the strongest
    method for products of random matrices that applies (`products.catalogue`).

    Of a diffusion dw = b dt + sqrt(C) dB at a point with b = C = C' = 0: b' - C''/4, per unit of time.

    Along the stationary orbit, `along` = "stationary": the mean of log|d w'/d w| under the stationary law, in one
    dimension; negative: orbits driven by the same draws approach each other.

    `at`: the point, a table over the state symbols, or a number in one dimension. `start`, `within`: which stationary
    law is meant where there are several.
    `spectrum`: list all exponents under `exponents`.
    At a point of the plane where the map has kinks (ReLU at the origin) and the data are finite: the largest growth
    rate over all directions of its directional derivative.
    Hypotheses: the map fixes the point almost surely and is differentiable there but for that; E log^+|M| < oo.
    Errors: `HypothesisViolated` where they fail, `Inconclusive` where no route reaches `digits`.

    >>> from sgd_markov.laws.two_point import TwoPoint
    >>> from sgd_markov.optimizers.sgd import SGD
    >>> w, x = sp.symbols("w x", real=True)
    >>> chain = SGD(x * w**2 / 2, [w], "4/5", data={x: TwoPoint("4/5", "-6/5")})
    >>> lyapunov(chain, at=0).value
    '-0.17435338714477775'
    """
    if along is not None:
        return along_orbit(chain, at, along, start, within, effort)
    if start is not None or within is not None:
        raise InvalidInput("start" if start is not None else "within", "given", 'along = "stationary" beside it')
    if at is None:
        raise InvalidInput("at", "nothing", 'a point that the map fixes, or along = "stationary"')
    if isinstance(chain, Diffusion):
        return of_diffusion(chain, chain.point(at), effort)
    held, moved = held_values(chain, at), drifting(chain, at)
    chain, point = held_at(chain, at)
    if chain.dimension > 1:
        return of_frozen(answer(*in_several_dimensions(chain, point, spectrum, not moved, effort), effort), held, moved)
    found = in_one_dimension(chain, point, effort)
    return of_frozen(answer(found, [found], effort), held, moved)


def of_frozen(found: Answer, held: tuple[str, ...], moved: tuple[str, ...]) -> Answer:
    """With what is held told; where the map does not keep it the exponent says nothing of what the point attracts."""
    if not held:
        return found
    answer = replace(found, hypotheses=(*found.hypotheses, Hypothesis(f"held: {', '.join(held)}", "assumed")))
    if not moved:
        return answer
    note = Hypothesis(f"{', '.join(moved)} is held although the map moves it: whether the point attracts is not told", "assumed")
    return replace(answer, hypotheses=(*answer.hypotheses, note), extra={**answer.extra, "attracts": None})


def in_one_dimension(chain: Chain, point: Point, effort: Effort) -> Finding:
    """E log|M|; a refusal carries the sampled interval where it has no enclosure of its own."""
    if effort.method is Warrant.SAMPLED:
        return sampled(chain, point, effort)
    try:
        return mean_log(chain, point, effort)
    except Inconclusive as refusal:
        if refusal.enclosure is None:
            refusal.enclosure = best_guess(chain, point, effort)
        raise


def in_several_dimensions(
    chain: Chain, point: Point, every: bool, tells: bool, effort: Effort
) -> tuple[Finding, list[Finding]]:
    """The exponents of the product; a refusal carries the sampled interval of the top one where it has no enclosure.

    `tells`: the sign of the exponent decides whether the point attracts; a refusal may know as much.
    """
    try:
        return exponents(chain, point, every, effort)
    except HypothesisViolated:
        if every or effort.method not in (None, Warrant.CERTIFIED) or not has_kinks_in_the_plane(chain):
            raise
        return beside_kinks(chain, point, effort)
    except Inconclusive as refusal:
        if refusal.enclosure is not None and effort.method in (None, Warrant.CERTIFIED, Warrant.EXACT):
            sign = refusal.enclosure.sign if tells else None
            refusal.known["attracts"] = None if sign is None else sign < 0
        elif refusal.enclosure is None and effort.method is not Warrant.SAMPLED:
            refusal.enclosure = sampled_top(chain, point, effort)
        raise


def has_kinks_in_the_plane(chain: Chain) -> bool:
    return chain.dimension == 2 and any(touches_kink(f, w) for f in chain.one_sample_map for w in chain.state)


def beside_kinks(chain: Chain, point: Point, effort: Effort) -> tuple[Finding, list[Finding]]:
    """The largest growth rate over all directions from a point at which the map has kinks, such as ReLU's origin."""
    from ..products.homogeneous import kinked_exponent  # late: numpy is slow to import

    found = kinked_exponent(chain, point, effort)
    return found, [found]


def sampled_top(chain: Chain, point: Point, effort: Effort) -> Enclosure | None:
    """A 99.9 % interval for a refusal to carry."""
    try:
        effort.check()
        return exponents(chain, point, False, replace(effort, method=Warrant.SAMPLED))[0].enclosure
    except (Inconclusive, InvalidInput):
        return None  # a direction is lost, or no time: the refusal stands by itself


def along_orbit(chain: Chain | Diffusion, at: object, along: str, start: object, within: Any, effort: Effort) -> Answer:
    """The exponent under the stationary law."""
    from ..invariant.orbit_exponent import orbit_exponent  # late: numpy is slow to import

    if along != "stationary":
        raise InvalidInput("along", along, '"stationary"')
    if at is not None:
        raise InvalidInput("at", at, "one of at and along")
    if isinstance(chain, Diffusion):
        raise InvalidInput("along", along, "a chain; the exponent of a diffusion is known `at` a point")
    interval = None if within is None else tuple(exact(end, "within") for end in within)
    mean, hypotheses = orbit_exponent(chain, Place(None if start is None else chain.point(start, "start"), interval), effort)
    found = finding(mean)
    hypotheses = (*hypotheses, *found.hypotheses)
    method = f"mean of log|dw'/dw| under the stationary law: {found.method}"
    return replace(answer(found, [found], effort), hypotheses=hypotheses, method=method)


def answer(top: Finding, listed: list[Finding], effort: Effort) -> Answer:
    return Answer(
        question="lyapunov",
        exact=top.exact,
        enclosure=top.enclosure,
        warrant=min(found.warrant for found in (top, *listed)),
        method=top.method,
        hypotheses=(
            Hypothesis("the map fixes the point almost surely"),
            Hypothesis("E log^+|M| < oo"),
            *top.hypotheses,
        ),
        cite=tuple(dict.fromkeys(("ziyin2022", "furstenberg1960", *top.cite))),
        digits=effort.digits,
        extra={
            "exponents": [Number(found.exact, found.enclosure, effort.digits) for found in listed],
            "attracts": attracts(top),
        },
    )


def of_diffusion(diffusion: Diffusion, point: Point, effort: Effort) -> Answer:
    """b' - C''/4, by Ito's formula for log|w - w*|."""
    found = number(diffusion_exponent(diffusion, point), effort, "the exponent")
    mean = Finding(Warrant.EXACT, "Ito's formula for the logarithm of the distance; per unit of time", found.exact, found.enclosure)
    return replace(
        answer(mean, [mean], effort),
        hypotheses=(
            Hypothesis("drift and variance vanish at the point, the variance to the second order"),
            Hypothesis("drift and variance are smooth at the point"),
        ),
        cite=("ito1951",),
    )


def sampled(chain: Chain, point: Point, effort: Effort) -> Finding:
    from ..engines.monte_carlo.exponent import sampled_exponent  # late: numpy is slow to import

    interval = sampled_exponent(linear_chain(chain, point), effort)
    return Finding(Warrant.SAMPLED, "Monte Carlo, 99.9 % interval", enclosure=interval)


def best_guess(chain: Chain, point: Point, effort: Effort) -> Enclosure | None:
    """The sampled interval, for a refusal to carry."""
    from ..engines.monte_carlo.exponent import sampled_exponent  # late: numpy is slow to import

    try:
        effort.check()
        return sampled_exponent(linear_chain(chain, point), effort)
    except (Inconclusive, InvalidInput):
        return None  # several dimensions, free symbols or no time: the refusal stands by itself


def mean_log(chain: Chain, point: Point, effort: Effort) -> Finding:
    """E log|M|; batches with too many outcomes to list go through a binned convolution."""
    try:
        return finding(expected_log(multiplier(chain, point), effort))
    except TooManyAtoms:
        from ..engines.binned_convolution import binned_mean  # late: numpy is slow to import

        slope = batch_slope(chain, point)
        if slope is None or slope.numbers is None:
            raise
        return batch_exponent(binned_mean(slope.batch, *slope.numbers, "log", effort))


def batch_exponent(found: Enclosure) -> Finding:
    if found.is_point:
        return Finding(Warrant.EXACT, "a possible batch makes the multiplier 0", -sp.oo, found)
    assumed = (Hypothesis(TRANSFORM_ERROR, "assumed"),)
    return Finding(Warrant.CERTIFIED, "certified binned convolution of the batch", None, found, assumed)


def attracts(exponent: Finding) -> bool | None:
    """True where the exponent is proved negative, False where it is proved 0 or positive; a sample proves nothing."""
    sign = None if exponent.enclosure is None or exponent.warrant < Warrant.CERTIFIED else exponent.enclosure.sign
    return None if sign is None else sign < 0
