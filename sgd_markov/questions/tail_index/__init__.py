"""The tail index of the stationary law of an affine chain."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import inf

import sympy as sp

from ...algebra import lattice_step
from ...answer.answer import Answer, Hypothesis
from ...answer.enclosure import Enclosure
from ...answer.number import Number
from ...answer.warrant import Warrant
from ...balls.adaptive import proved_sign, refine_expression
from ...balls.precision import enclosure
from ...chain.batch import TooManyAtoms
from ...chain.batch_slope import batch_slope
from ...chain.chain import Chain
from ...chain.mixture import Component
from ...effort import Effort
from ...engines.affine import affine_chain
from ...engines.kesten_root import Lattice, Root, arithmetic_root, arithmetic_step, exceeds_one, kesten_root
from ...engines.power_mean import formula_of, power_ball
from ...errors import HypothesisViolated, Inconclusive, InvalidInput
from ...invariant.affine_form import affine_epochs
from ...invariant.catalogue import stationary_law
from ...invariant.stationary_law import Kind, Place, StationaryLaw
from ...numerics.assumptions import TRANSFORM_ERROR
from ...numerics.exact_numbers import number
from ..verb import verb
from .answers import constants, heavy_noise, kesten_answer, light
from .conditions import (
    dominated,
    moment_limit,
    offset_limit,
    require_finite_moment,
    require_negative,
    require_negative_exponent,
    require_no_fixed_point,
    require_numbers,
)

ALGEBRA_TERMS = 4
ATOMS_COMPARED = 20

Tail = tuple[sp.Expr, sp.Expr, sp.Expr]

FIELDS: dict[str, str] = {}
FURTHER = ("arithmetic", "constant")


@verb
def tail_index(chain: Chain, *, effort: Effort) -> Answer:
    """kappa with P(|w| > t) ~ t^-kappa under the stationary law of w' = M w + B.

    Kesten, Goldie: the positive root of E|M|^kappa = 1 when E log|M| < 0, P(|M| > 1) > 0, E|M|^kappa log^+|M| < oo,
    E|B|^kappa < oo and no w is fixed by almost every step. `arithmetic`: log|M| lies on a lattice; the factor of
    t^-kappa is then log-periodic. `constant`: [right, left], the limits of t^kappa P(w > t) and t^kappa P(w < -t), known
    for integer kappa where the signs of M and B tell the tails apart (Goldie, theorem 4.1). |M| <= 1 almost surely and
    all moments of B: `oo`. A heavier tail of B (index below kappa) passes to w (Grincevicius, Grey), with its constants
    where B = b + c X is independent of M and the tails of X are known.

    In several dimensions kappa > 0 with lim 1/n log E||M_n ... M_1||^kappa = 0, of the norm: certified for regression on
    isotropic Gaussian features, exact at even integers, `oo` where finitely many M contract in a common norm; else the
    refusal carries the bounds that follow from the even orders.
    Errors: `HypothesisViolated` where the exponent is not negative, or where a point is fixed almost surely.

    >>> from sgd_markov.laws.normal import Normal
    >>> from sgd_markov.optimizers.sgd import SGD
    >>> w, x, e = sp.symbols("w x e", real=True)
    >>> chain = SGD((x * w - e) ** 2 / 2, [w], "2/3", data={x: Normal(0, 1), e: Normal(0, 1)})
    >>> tail_index(chain).exact
    2
    """
    if chain.dimension > 1:
        from .several import of_several  # late: numpy is slow to import

        return of_several(chain, effort)
    if chain.parameters or not is_affine(chain):
        closed = tail_in_closed_form(chain, effort)
        if closed is not None:
            return of_known_law(*closed, effort)
    answer = of_affine_chain(chain, effort)
    return with_known_constants(answer, chain, effort) if lacks_constants(answer) else answer


def tail_in_closed_form(chain: Chain, effort: Effort) -> tuple[StationaryLaw, Tail] | None:
    """The stationary law and its (kappa, right, left), where the law is known in closed form."""
    try:
        law = stationary_law(chain, Place(), effort)
    except (HypothesisViolated, Inconclusive, InvalidInput):
        effort.check()
        return None
    bounded = law.support is not None and all(end.is_finite for ends in law.support for end in ends)
    tail = (sp.oo, sp.Integer(0), sp.Integer(0)) if bounded else law.tail
    return None if tail is None or law.kind is Kind.ATOMIC else (law, tail)


def is_affine(chain: Chain) -> bool:
    try:
        affine_chain(chain)
    except HypothesisViolated:
        return False
    return True


def of_known_law(law: StationaryLaw, tail: Tail, effort: Effort) -> Answer:
    """Read off the density."""
    kappa, *both = tail
    index = number(kappa, effort, "the tail index")
    return Answer(
        question="tail-index",
        exact=kappa,
        enclosure=index.enclosure,
        warrant=Warrant.EXACT,
        method=f"the stationary law is known: {law.family}",
        hypotheses=law.hypotheses,
        cite=law.cite,
        digits=effort.digits,
        extra={"arithmetic": False, "constant": known_constants(kappa, both, effort)},
    )


def known_constants(kappa: sp.Expr, both: list[sp.Expr], effort: Effort) -> list[Number | None]:
    """Where all moments exist there are no constants."""
    return [None, None] if kappa == sp.oo else [number(side, effort, "the constant of the tail") for side in both]


def lacks_constants(answer: Answer) -> bool:
    """Might the density of the law add constants? Where the index is exact and finite, and steps are not arithmetic."""
    finite = answer.exact is not None and answer.exact != sp.oo
    return finite and answer.extra["constant"] == [None, None] and answer.extra["arithmetic"] is not True


def with_known_constants(answer: Answer, chain: Chain, effort: Effort) -> Answer:
    """The answer with the constants of the law's density, where that is known and the indices are the same."""
    closed = tail_in_closed_form(chain, effort)
    if closed is None or answer.exact != closed[1][0]:
        return answer
    kappa, *both = closed[1]
    return replace(answer, extra={**answer.extra, "constant": known_constants(kappa, both, effort)})


def of_affine_chain(chain: Chain, effort: Effort) -> Answer:
    """From the laws of M and B."""
    affine, _ = affine_epochs(chain, effort)
    require_no_fixed_point(affine)
    try:
        components = affine.multipliers()
    except TooManyAtoms:
        return of_large_batch(chain, offset_limit(affine), effort)
    require_numbers(components)
    require_negative_exponent(components, effort)
    arithmetic = arithmetic_step(components)
    above = exceeds_one(components)
    limit = moment_limit(components, affine.multiplier)
    noise_limit = offset_limit(affine)
    if above is False:
        if noise_limit.is_infinite:
            return light(effort, arithmetic)
        return heavy_noise(noise_limit, affine, effort)
    if above is None:
        raise Inconclusive("whether P(|M| > 1) > 0 is not decided")
    if noise_limit.is_finite and dominated(components, noise_limit, limit, effort):
        return heavy_noise(noise_limit, affine, effort)
    root = root_of(components, limit, arithmetic, effort)
    require_finite_moment(root, noise_limit)
    return kesten_answer(root, effort, arithmetic, constants(affine, components, root, arithmetic, effort))


def of_large_batch(chain: Chain, noise_limit: sp.Expr, effort: Effort) -> Answer:
    """Batches with too many outcomes to list: E|M|^s by certified binned convolutions."""
    from ...engines.binned_convolution import binned_mean, binned_tail_index  # late: numpy is slow to import

    slope = batch_slope(chain)
    if slope is None or slope.numbers is None or noise_limit.is_finite:
        raise Inconclusive(
            "the law of the batch mean has too many atoms to list, and M is not a + b * mean of rational data"
        )
    require_negative(binned_mean(slope.batch, *slope.numbers, "log", effort.with_digits(2)))
    shift, factor = slope.numbers
    some = [abs(shift + factor * mean) for mean in slope.batch.some_means(ATOMS_COMPARED)]
    arithmetic = False if lattice_step([value for value in some if value]) is None else None
    index = binned_tail_index(slope.batch, shift, factor, effort)
    if index.is_point and index.upper == inf:
        return light(effort, arithmetic)
    answer = kesten_answer(Root(None, index), effort, arithmetic)
    return replace(answer, hypotheses=(*answer.hypotheses, Hypothesis(TRANSFORM_ERROR, "assumed")))


def root_of(components: tuple[Component, ...], limit: sp.Expr, arithmetic: object, effort: Effort) -> Root:
    if isinstance(arithmetic, Lattice):
        exact = arithmetic_root(components, arithmetic)
        if exact is not None:
            return Root(exact, refine_expression(exact, effort, "the tail index"))

    def excess(order: Fraction) -> Enclosure:
        return enclosure(power_ball(components, sp.Rational(order)) - 1)

    return kesten_root(excess, lambda order: is_one(components, order), limit, effort)


def is_one(components: tuple[Component, ...], order: Fraction) -> bool:
    """Is E|M|^order = 1 exactly, by algebra? Tried for few terms only: sums of many radicals have huge degrees."""
    if len(components) > ALGEBRA_TERMS and order.denominator > 1:
        return False
    form = formula_of(components, sp.Rational(order))
    return form is not None and bool(form.is_algebraic) and proved_sign(form - 1) == 0
