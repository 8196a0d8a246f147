"""Moments of an affine chain: in closed form in the number of steps, and in the limit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy as sp

from ..answer.answer import Answer, Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.warrant import Warrant
from ..balls.adaptive import proved_sign, refine, refine_expression
from ..balls.evaluate import evaluate
from ..balls.precision import ball
from ..chain.chain import Chain
from ..effort import Effort
from ..engines.affine import AffineChain, raw_moments
from ..engines.affine_several import Moment, affine_system, moment_of
from ..engines.power_mean import expected_power
from ..errors import HypothesisViolated, Inconclusive, InvalidInput
from ..expressions import exact
from ..invariant.affine_form import affine_epochs
from ..numerics.exponential_polynomial import ExponentialPolynomial, N
from .verb import verb

FIELDS = {
    "of": "expression", "order": "expression", "absolute": "flag", "central": "flag", "start": "point", "steps": "integer",
}
FURTHER = ("closed_form",)

EXACT_STEPS = 500
"""Up to so many steps the exact number is written out."""
SAMPLED_CHAINS = 20_000


@verb
def moments(
    chain: Chain,
    of: object = None,
    order: object = 1,
    absolute: bool = False,
    central: bool = False,
    start: Any = None,
    steps: int | None = None,
    *,
    effort: Effort,
) -> Answer:
    """E of^order after `steps` steps, or its limit; `closed_form` holds the formula in n, the number of steps.

    For affine chains w' = M w + B: E w_(n+1)^k = sum_j binom(k, j) E[M^j B^(k-j)] E w_n^j, solved exactly.
    In several dimensions, w' = A w + b: the moments of all monomials up to the degree of of^order that enter,
    m(n + 1) = L m(n) with L from mixed moments of the entries of (A, b), solved exactly.
    Under reshuffling and cyclic order the same for whole epochs; n counts updates, a multiple of an epoch's.
    `of`: a polynomial in the state (default the state, in several dimensions the only parameter). `central`: in one
    dimension about its own mean; in several every state symbol in `of` stands for its difference from its mean, so
    that of = w1*w2 is the covariance. `absolute`: E|of|^order, for even orders, and for any real order > 0 where B = 0
    in one dimension. `closed_form` is null in several dimensions where an eigenvalue of L is no rational number and no
    quadratic surd (with symbols: no rational function of them).
    The limit exists from every start when |E M^k| < 1 (the spectral radius of E A^(tensor k) is below 1); a limit that
    is infinite is a violated hypothesis.

    >>> from sgd_markov.laws.normal import Normal
    >>> from sgd_markov.chain.random_map import RandomMap
    >>> w, z = sp.symbols("w z", real=True)
    >>> str(moments(RandomMap({w: w / 2 + z}, noise={z: Normal(0, 1)}), order=2).exact)
    '4/3'
    """
    if effort.method is Warrant.SAMPLED:
        return sampled(chain, of, order, absolute, central, start, steps, effort)
    if chain.dimension > 1:
        return moments_of_several(chain, of, order, absolute, central, start, steps, effort)
    w = chain.require_one_dimension("moments")
    affine, updates = affine_epochs(chain, effort)
    place = None if start is None else chain.point(start, "start")[w]
    require_steps(steps, place)
    power = exact(order, "order")
    if absolute and not (power.is_Integer and power % 2 == 0):
        return per_update(absolute_moment(affine, w, of, power, place, whole(steps, updates), effort), updates)
    if not power.is_Integer or not 1 <= power <= 40:
        raise InvalidInput("order", power, "an integer from 1 to 40, or absolute = true for a real order")
    target = w if of is None else exact(of, "of")
    if not target.is_polynomial(w):
        raise InvalidInput("of", target, f"a polynomial in {w}")
    begin = place if place is not None else sp.Dummy("w_0", real=True)
    sequence = moment_sequence(affine, w, target, int(power), central, begin)
    if steps is None:
        return per_update(limit(sequence, begin, place, affine, int(power), effort), updates)
    return per_update(finite(sequence, whole(steps, updates), effort), updates)


def moments_of_several(
    chain: Chain, of: object, order: object, absolute: bool, central: bool, start: Any, steps: int | None, effort: Effort
) -> Answer:
    """The same for w' = A w + b."""
    system = affine_system(chain)
    place = None if start is None else chain.point(start, "start")
    require_steps(steps, place)
    power = exact(order, "order")
    if absolute and not (power.is_Integer and power > 0 and power % 2 == 0):
        raise Inconclusive("absolute moments of odd or fractional order are known in one dimension only; simulate")
    if not power.is_Integer or not 1 <= power <= 40:
        raise InvalidInput("order", power, "an integer from 1 to 40")
    target = polynomial_of(chain, of)
    found = moment_of(system, sp.expand(target**power), central, place, effort)
    closed = None if place is None else found.formula(effort)
    if steps is None:
        value, hypotheses = found.limit(effort)
        enclosure = None if value.free_symbols else number(value, effort)
        result = answer(value, enclosure, closed, effort, hypotheses)
    else:
        result = after_steps(found, whole(steps, found.recursion.updates), closed, effort)
    method = "closed recursion of the mixed moments of w' = A w + b"
    if place is not None and closed is None:
        method += "; no closed form in n: an eigenvalue has none, or the formula is too long"
    result = replace(result, method=method, cite=("bougerol1992",) if steps is None else ())
    return per_update(result, found.recursion.updates)


def polynomial_of(chain: Chain, of: object) -> sp.Expr:
    names = ", ".join(map(str, chain.state))
    if of is None and len(chain.weights) != 1:
        raise InvalidInput("of", "nothing", f"a polynomial in {names}")
    target = chain.weights[0] if of is None else exact(of, "of")
    if not target.is_polynomial(*chain.state):
        raise InvalidInput("of", target, f"a polynomial in {names}")
    return target


def after_steps(found: Moment, steps: int | None, closed: sp.Expr | None, effort: Effort) -> Answer:
    assert steps is not None
    if steps <= EXACT_STEPS:
        value = found.after(steps, effort)
        return answer(value, None if value.free_symbols else number(value, effort), closed, effort)
    if closed is not None and closed.free_symbols - {N}:
        return answer(closed.subs(N, steps), None, closed, effort)
    what = f"the moment after {steps} steps"
    if closed is not None:
        return answer(None, refine(lambda: evaluate(closed, {N: ball(steps)}), effort, what), closed, effort)
    return answer(None, refine(lambda: found.ball(steps), effort, what), closed, effort)


def require_steps(steps: object, place: object) -> None:
    if steps is not None and (isinstance(steps, bool) or not isinstance(steps, int) or steps < 0):
        raise InvalidInput("steps", steps, "an integer of at least 0")
    if steps is not None and place is None:
        raise InvalidInput("start", "nothing", "a starting point, since the moment after `steps` depends on it")


def whole(steps: int | None, updates: int) -> int | None:
    """The number of epochs in `steps` updates."""
    if steps is None or updates == 1:
        return steps
    if steps % updates:
        raise InvalidInput("steps", steps, f"a multiple of {updates}, the updates of an epoch")
    return steps // updates


def per_update(found: Answer, updates: int) -> Answer:
    """The closed form in n counts updates."""
    closed = found.extra["closed_form"]
    if updates == 1 or closed is None:
        return found
    return replace(found, extra={**found.extra, "closed_form": closed.subs(N, N / updates)})


def moment_sequence(
    affine: AffineChain, w: sp.Symbol, target: sp.Expr, order: int, central: bool, start: sp.Expr
) -> ExponentialPolynomial:
    """E target^order (about its mean if central) as an exponential polynomial in n."""
    degree = sp.degree(target, w) * order
    raw = raw_moments(affine, start, degree)
    if not central:
        return combined(sp.expand(target**order), w, raw)
    first = combined(target, w, raw)
    mean = sp.Dummy("mean")
    result = ExponentialPolynomial(())
    poly = sp.Poly(sp.expand((target - mean) ** order), mean)
    for (k,), coefficient in poly.terms():
        result = result.plus(product(combined(coefficient, w, raw), powered(first, k)))
    return result


def combined(expr: sp.Expr, w: sp.Symbol, raw: list[ExponentialPolynomial]) -> ExponentialPolynomial:
    result = ExponentialPolynomial(())
    for (k,), c in sp.Poly(expr, w).terms():
        result = result.plus(raw[k].times(c))
    return result


def product(first: ExponentialPolynomial, second: ExponentialPolynomial) -> ExponentialPolynomial:
    result = ExponentialPolynomial(())
    for a, p in first.terms:
        for b, q in second.terms:
            result = result.plus(ExponentialPolynomial(((sp.expand(a * b), p * q),)))
    return result


def powered(sequence: ExponentialPolynomial, power: int) -> ExponentialPolynomial:
    result = ExponentialPolynomial.constant(sp.Integer(1))
    for _ in range(power):
        result = product(result, sequence)
    return result


def finite(sequence: ExponentialPolynomial, steps: int | None, effort: Effort) -> Answer:
    assert steps is not None
    closed = sequence.expr
    value = sp.simplify(sequence.at(steps)) if steps <= EXACT_STEPS else None
    free = closed.free_symbols - {N}
    if free:
        return answer(value if value is not None else closed, None, closed, effort)
    if value is not None:
        return answer(value, number(value, effort), closed, effort)
    found = refine(lambda: evaluate(closed, {N: ball(steps)}), effort, f"the moment after {steps} steps")
    return answer(None, found, closed, effort)


def number(value: sp.Expr, effort: Effort) -> Enclosure:
    if value.is_Rational:
        from fractions import Fraction

        return Enclosure.point(Fraction(int(value.p), int(value.q)))
    return refine_expression(value, effort, "the moment")


def limit(
    sequence: ExponentialPolynomial, begin: sp.Expr, place: sp.Expr | None, affine: AffineChain, order: int, effort: Effort
) -> Answer:
    """The limit in n; terms r^n with |r| < 1 vanish, |r| >= 1 diverge or oscillate, r = 1 stays."""
    kept, hypotheses = sp.Integer(0), []
    for base, poly in sequence.terms:
        if base == 1 or (not base.free_symbols and proved_sign(base - 1) == 0):
            if poly.degree() > 0:
                raise diverges(base, poly)
            kept += poly.as_expr()
            continue
        sign = None if base.free_symbols else proved_sign(1 - sp.Abs(base))
        if sign is None and not base.free_symbols:
            raise Inconclusive(f"|{base}| is not told from 1")
        if sign is not None and sign <= 0:
            raise diverges(base, poly)
        hypotheses.append(Hypothesis(f"|{sp.factor(base)}| < 1", "proved" if sign == 1 else "assumed"))
    value = sp.factor(sp.simplify(kept))
    if begin in value.free_symbols and place is None:
        raise InvalidInput("start", "nothing", "a starting point, since the limit depends on it")
    closed = sequence.expr if place is not None else None
    free = value.free_symbols
    return answer(value, None if free else number(value, effort), closed, effort, (*hypotheses, *stationary_note(affine, order)))


def diverges(base: sp.Expr, poly: sp.Poly) -> HypothesisViolated:
    return HypothesisViolated("the moment converges: |E M^k| < 1", f"a term n^{poly.degree()} ({base})^n that does not vanish")


def stationary_note(affine: AffineChain, order: int) -> tuple[Hypothesis, ...]:
    """For odd orders the limit of E w_n^k may exist although the stationary law has no such moment."""
    if order % 2 == 0 or affine.multiplier.is_number:
        return ()
    try:
        second = affine.mixed_moment(order + 1, 0)
    except HypothesisViolated:
        return (Hypothesis(f"the stationary law has a moment of order {order}", "undecided"),)
    below = None if second.free_symbols else proved_sign(1 - second)
    return () if below == 1 else (Hypothesis(f"the stationary law has a moment of order {order}", "undecided"),)


def absolute_moment(
    affine: AffineChain, w: sp.Symbol, of: object, order: sp.Expr, start: sp.Expr | None, steps: int | None, effort: Effort
) -> Answer:
    """E|w_n|^p = |w_0|^p (E|M|^p)^n for linear chains."""
    if of is not None and exact(of, "of") != w:
        raise Inconclusive("absolute moments of odd or fractional order are known for the state itself only")
    if order.is_positive is not True:
        raise InvalidInput("order", order, "a positive number")
    if affine.offset != 0:
        raise Inconclusive("absolute moments of odd or fractional order are known in closed form for B = 0 only; simulate")
    factor = expected_power(affine.multipliers(), order, effort)
    if steps is None:
        if factor.enclosure is not None and factor.enclosure.upper < 1:
            return answer(sp.Integer(0), Enclosure.point(0), None, effort)
        shown = str(factor.exact) if factor.enclosure is None else f"{float(factor.enclosure.middle):.12g}"
        raise HypothesisViolated(f"E|M|^{order} < 1", f"E|M|^{order} = {shown}")
    assert start is not None
    closed = None if factor.exact is None else sp.Abs(start) ** order * factor.exact**N
    if closed is not None and (closed.free_symbols - {N}):
        return answer(closed.subs(N, steps), None, closed, effort)
    found = refine(lambda: power_of(factor_ball(affine, order, effort), start, order, steps), effort, "the moment")
    return answer(None if closed is None or steps > EXACT_STEPS else closed.subs(N, steps), found, closed, effort)


def factor_ball(affine: AffineChain, order: sp.Expr, effort: Effort) -> Any:
    from ..engines.power_mean import power_ball

    return power_ball(affine.multipliers(), order)


def power_of(factor: Any, start: sp.Expr, order: sp.Expr, steps: int) -> Any:
    return factor**steps * abs(evaluate(start)) ** evaluate(order)


def sampled(
    chain: Chain, of: object, order: object, absolute: bool, central: bool, start: Any, steps: int | None, effort: Effort
) -> Answer:
    """The mean of of^order over independent chains after `steps` steps."""
    from ..engines.monte_carlo.run import simulate  # late: numpy is slow to import
    from ..engines.monte_carlo.statistics import mean

    place = None if start is None else chain.point(start, "start")
    require_steps(steps, place)
    if steps is None or place is None or central:
        raise Inconclusive("moments: no sampled route to limits and central moments; `stationary` and `simulate` have one")
    target = chain.weights[0] if of is None and len(chain.weights) == 1 else polynomial_of(chain, of)
    power = exact(order, "order")
    observe = (sp.Abs(target) if absolute else target) ** power
    run = simulate(chain, place, steps, SAMPLED_CHAINS, effort, (observe,))
    if run.overflows:
        raise Inconclusive(f"{run.overflows} of {run.chains} chains left the range of doubles: the mean is not known")
    return replace(
        answer(None, mean(run.observed[0]).enclosure, None, effort),
        warrant=Warrant.SAMPLED,
        method=f"Monte Carlo: the mean over {SAMPLED_CHAINS} chains, Student's t interval",
        hypotheses=(Hypothesis(f"{observe} has a finite variance", "assumed"),),
        cite=("blackman2021",),
    )


def answer(
    value: sp.Expr | None,
    enclosure: Enclosure | None,
    closed: sp.Expr | None,
    effort: Effort,
    hypotheses: tuple[Hypothesis, ...] = (),
) -> Answer:
    return Answer(
        question="moments",
        exact=value,
        enclosure=enclosure,
        warrant=Warrant.EXACT if value is not None or closed is not None else Warrant.CERTIFIED,
        method="closed recursion of the moments of w' = M w + B",
        hypotheses=(Hypothesis("the map is affine in the state"), *hypotheses),
        cite=("vervaat1979",),
        digits=effort.digits,
        extra={"closed_form": closed},
    )
