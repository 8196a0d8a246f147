"""The tail index of the stationary law of an affine chain."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import inf

import sympy as sp

from ..algebra import lattice_step
from ..answer.answer import Answer, Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.number import Number
from ..answer.warrant import Warrant
from ..balls.adaptive import proved_sign, refine, refine_expression
from ..balls.evaluate import evaluate
from ..balls.precision import enclosure
from ..chain.batch import TooManyAtoms
from ..chain.batch_slope import batch_slope
from ..chain.chain import Chain
from ..chain.mixture import Component, one_draw
from ..effort import Effort
from ..engines.affine import AffineChain, affine_chain
from ..engines.goldie_constant import exact_log_moment, log_moment_ball, tail_constants
from ..engines.grey_constant import inherited_constants
from ..engines.kesten_root import Lattice, Root, arithmetic_root, arithmetic_step, exceeds_one, kesten_root
from ..engines.log_potential import expected_log
from ..engines.power_mean import expected_power, formula_of, power_ball
from ..errors import HypothesisViolated, Inconclusive, InvalidInput
from ..invariant.affine_form import affine_epochs
from ..invariant.catalogue import stationary_law
from ..invariant.stationary_law import Kind, Place, StationaryLaw
from ..numerics.assumptions import TRANSFORM_ERROR
from ..numerics.exact_numbers import number
from .verb import verb

ALGEBRA_TERMS = 4
ATOMS_COMPARED = 20
LARGEST_CONSTANT = 40
"""Integer indices up to it get the constants of the tails."""

Tail = tuple[sp.Expr, sp.Expr, sp.Expr]

FIELDS: dict[str, str] = {}
FURTHER = ("arithmetic", "constant")


@verb
def tail_index(chain: Chain, *, effort: Effort) -> Answer:
    """kappa with P(|w| > t) ~ t^-kappa under the stationary law of w' = M w + B, one dimension.

    Kesten, Goldie: the positive root of E|M|^kappa = 1 when E log|M| < 0, P(|M| > 1) > 0, E|M|^kappa log^+|M| < oo,
    E|B|^kappa < oo and no w is fixed by almost every step. `arithmetic`: log|M| lies on a lattice; the factor of
    t^-kappa is then log-periodic. `constant`: [right, left], the limits of t^kappa P(w > t) and t^kappa P(w < -t), known
    for integer kappa where the signs of M and B tell the tails apart (Goldie, theorem 4.1). |M| <= 1 almost surely and
    all moments of B: `oo`. A heavier tail of B (index below kappa) passes to w (Grincevicius, Grey), with its constants
    where B = b + c X is independent of M and the tails of X are known.
    Errors: `HypothesisViolated` where the exponent is not negative, or where a point is fixed almost surely.

    >>> from sgd_markov.laws.normal import Normal
    >>> from sgd_markov.optimizers.sgd import SGD
    >>> w, x, e = sp.symbols("w x e", real=True)
    >>> chain = SGD((x * w - e) ** 2 / 2, [w], "2/3", data={x: Normal(0, 1), e: Normal(0, 1)})
    >>> tail_index(chain).exact
    2
    """
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
    from ..engines.binned_convolution import binned_mean, binned_tail_index  # late: numpy is slow to import

    slope = batch_slope(chain)
    if slope is None or slope.numbers is None or noise_limit.is_finite:
        raise Inconclusive("the law of the batch mean has too many atoms to list, and M is not a + b * mean of rational data")
    require_negative(binned_mean(slope.batch, *slope.numbers, "log", effort.with_digits(2)))
    shift, factor = slope.numbers
    some = [abs(shift + factor * mean) for mean in slope.batch.some_means(ATOMS_COMPARED)]
    arithmetic = False if lattice_step([value for value in some if value]) is None else None
    index = binned_tail_index(slope.batch, shift, factor, effort)
    if index.is_point and index.upper == inf:
        return light(effort, arithmetic)
    answer = kesten_answer(Root(None, index), effort, arithmetic)
    return replace(answer, hypotheses=(*answer.hypotheses, Hypothesis(TRANSFORM_ERROR, "assumed")))


def require_numbers(components: tuple[Component, ...]) -> None:
    from ..engines.power_mean import symbols_of

    free = set().union(*(symbols_of(component) for component in components))
    if free:
        names = ", ".join(sorted(map(str, free)))
        raise InvalidInput("values", f"free symbols {names}", f"numbers for {names}")


def require_no_fixed_point(affine: AffineChain) -> None:
    """Raise when some w satisfies M w + B = w almost surely: the stationary law is then a point mass.

    For batches it is enough to look at single samples, unless a batch is always the whole data set.
    """
    if affine.offset == 0:
        raise HypothesisViolated("no point is fixed by almost every step", "B = 0: w = 0 is fixed, its point mass is invariant")
    if affine.multiplier == 1:
        raise HypothesisViolated("E log|M| < 0", "M = 1")
    steps = one_sample_pairs(affine)
    places = [c.values[1] / (1 - c.values[0]) for c in steps if not is_one_everywhere(c.values[0])]
    fixed = sp.simplify(places[0]) if places else None
    if fixed is not None and not any(fixed.has(*c.laws) for c in steps if c.laws) and all(keeps(c, fixed) for c in steps):
        raise HypothesisViolated("no point is fixed by almost every step", f"w = {fixed} is fixed")


def is_one_everywhere(multiplier: sp.Expr) -> bool:
    return bool(sp.expand(multiplier - 1) == 0) or (not multiplier.free_symbols and proved_sign(multiplier - 1) == 0)


def one_sample_pairs(affine: AffineChain) -> tuple[Component, ...]:
    """The law of (M, B) for a batch of one sample."""
    samples = dict(affine.means)
    return one_draw(
        (affine.multiplier.xreplace(samples), affine.offset.xreplace(samples)), (*affine.draw.data, *affine.draw.noise)
    )


def keeps(component: Component, place: sp.Expr) -> bool:
    """M w + B = w at the place."""
    multiplier, offset = component.values
    moved = sp.simplify(multiplier * place + offset - place)
    if moved.free_symbols or moved == 0:
        return bool(moved == 0)
    side = proved_sign(moved)
    if side is None:
        raise Inconclusive(f"whether almost every step fixes w = {place} is not decided")
    return side == 0


def require_negative_exponent(components: tuple[Component, ...], effort: Effort) -> None:
    require_negative(expected_log(components, effort.with_digits(min(effort.digits, 15))).enclosure)


def require_negative(exponent: Enclosure | None) -> None:
    """Raise unless E log|M| is proved negative."""
    sign = None if exponent is None else exponent.sign
    if exponent is None or sign is None:
        raise Inconclusive("the sign of E log|M| is not decided", exponent)
    if sign >= 0:
        raise HypothesisViolated("E log|M| < 0", f"E log|M| = {float(exponent.lower):.15g}")


def moment_limit(components: tuple[Component, ...], multiplier: sp.Expr) -> sp.Expr:
    """E|M|^s < oo for s below this."""
    limits = [
        sp.sympify(law.moment_limit) / sp.degree(component.values[0], symbol)
        for component in components
        for symbol, law in component.laws.items()
        if component.values[0].is_polynomial(symbol) and symbol in component.values[0].free_symbols
    ]
    return sp.Min(sp.oo, *limits)


def offset_limit(affine: AffineChain) -> sp.Expr:
    """E|B|^s < oo for s below this, from the laws of the variables of B."""
    limits = [sp.oo]
    expr = affine.offset.xreplace(dict(affine.means))
    for source in (*affine.draw.data, *affine.draw.noise):
        used = [s for s in source.symbols if s in expr.free_symbols]
        if not used or source.finite is not None:
            continue
        if not expr.is_polynomial(used[0]):
            raise Inconclusive(f"the tail of B = {expr} is not known: B is no polynomial in {used[0]}")
        limits.append(sp.sympify(source.law.moment_limit) / sp.degree(expr, used[0]))  # type: ignore[union-attr]
    return sp.Min(*limits)


def dominated(components: tuple[Component, ...], noise_limit: sp.Expr, limit: sp.Expr, effort: Effort) -> bool:
    """Is E|M|^a < 1 at the tail index a of B, so that B decides?"""
    if proved_sign(limit - noise_limit) != 1 and not limit.is_infinite:
        return False
    mean = expected_power(components, noise_limit, effort.with_digits(15))
    assert mean.enclosure is not None
    return mean.enclosure.upper < 1


def require_finite_moment(root: Root, noise_limit: sp.Expr) -> None:
    """E|B|^kappa < oo: where B has the very index kappa, t^kappa P(|w| > t) is unbounded."""
    top = sp.Rational(root.enclosure.upper)
    if noise_limit.is_finite and proved_sign(noise_limit - top) != 1:
        raise Inconclusive(f"B has moments below order {noise_limit} only, which is not told from kappa", root.enclosure)


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


def light(effort: Effort, arithmetic: object) -> Answer:
    return Answer(
        question="tail-index",
        exact=sp.oo,
        enclosure=Enclosure.point(float("inf")),
        warrant=Warrant.EXACT,
        method="|M| <= 1 almost surely and all moments of B exist, so all moments of w exist",
        hypotheses=hypotheses("P(|M| > 1) = 0"),
        cite=("goldie1996",),
        digits=effort.digits,
        extra={"arithmetic": flag(arithmetic), "constant": [None, None]},
    )


def heavy_noise(index: sp.Expr, affine: AffineChain, effort: Effort) -> Answer:
    """B has a regularly varying tail of index a and E|M|^a < 1: the stationary law has the same index.

    Its tail does not oscillate, whatever the steps of log|M|: `arithmetic` is false.
    """
    both = inherited_constants(affine, index, formula_of(affine.multipliers(), index))
    return Answer(
        question="tail-index",
        exact=index,
        enclosure=refine_expression(index, effort, "the tail index"),
        warrant=Warrant.EXACT,
        method="the tail of B passes to the stationary law: E|M|^a < 1 at its index a",
        hypotheses=(
            *hypotheses(f"E|M|^{index} < 1"),
            Hypothesis("the tail of B varies regularly, given M", "assumed" if both is None else "proved"),
        ),
        cite=("grey1994",),
        digits=effort.digits,
        extra={
            "arithmetic": False,
            "constant": [None, None] if both is None else [number(c, effort, "the constant of the tail") for c in both],
        },
    )


def constants(
    affine: AffineChain, components: tuple[Component, ...], root: Root, arithmetic: object, effort: Effort
) -> list[Number | None]:
    """[right, left]: the limits of t^kappa P(w > t) and t^kappa P(w < -t); null where they do not exist or are not known."""
    kappa = root.exact
    if kappa is None or not kappa.is_Integer or kappa > LARGEST_CONSTANT or flag(arithmetic) is not False:
        return [None, None]
    try:
        found = tail_constants(affine, int(kappa))
        if found is None:
            return [None, None]
        slope = exact_log_moment(components, int(kappa))
        return [constant(side, slope, components, int(kappa), effort) for side in (found.right, found.left)]
    except Inconclusive:
        effort.check()
        return [None, None]


def constant(
    side: sp.Expr, slope: sp.Expr | None, components: tuple[Component, ...], kappa: int, effort: Effort
) -> Number:
    """side/E|M|^kappa log|M|, in closed form where that mean is one."""
    if side == 0 or slope is not None:
        return number(sp.Integer(0) if side == 0 else side / slope, effort, "the constant of the tail")
    found = refine(lambda: evaluate(side) / log_moment_ball(components, kappa), effort, "the constant of the tail")
    return Number(None, found, effort.digits)


def kesten_answer(
    root: Root, effort: Effort, arithmetic: object, both: list[Number | None] | tuple[None, None] = (None, None)
) -> Answer:
    return Answer(
        question="tail-index",
        exact=root.exact,
        enclosure=root.enclosure,
        warrant=Warrant.EXACT if root.exact is not None else Warrant.CERTIFIED,
        method="the root of E|M|^kappa = 1, unique by convexity; signs on both sides proved",
        hypotheses=hypotheses("P(|M| > 1) > 0", "E|B|^kappa < oo"),
        cite=("kesten1973", "goldie1991"),
        digits=effort.digits,
        message="arithmetic steps: the factor of t^-kappa is log-periodic" if flag(arithmetic) else None,
        extra={"arithmetic": flag(arithmetic), "constant": list(both)},
    )


def hypotheses(*more: str) -> tuple[Hypothesis, ...]:
    return tuple(Hypothesis(text) for text in ("E log|M| < 0", "no point is fixed by almost every step", *more))


def flag(arithmetic: object) -> bool | None:
    return arithmetic if arithmetic is None or isinstance(arithmetic, bool) else True
