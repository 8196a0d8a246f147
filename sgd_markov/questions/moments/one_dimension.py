"""Moments of w' = M w + B in one dimension: exponential polynomials in the number of steps."""

from __future__ import annotations

from typing import Any

import sympy as sp

from ...answer.answer import Answer, Hypothesis
from ...answer.enclosure import Enclosure
from ...balls.adaptive import proved_sign, refine
from ...balls.evaluate import evaluate
from ...balls.precision import ball
from ...chain.chain import Chain
from ...effort import Effort
from ...engines.affine import AffineChain, raw_moments
from ...engines.power_mean import expected_power
from ...errors import HypothesisViolated, Inconclusive, InvalidInput
from ...expressions import exact
from ...invariant.affine_form import affine_epochs
from ...numerics.exponential_polynomial import ExponentialPolynomial, N
from .reply import EXACT_STEPS, answer, number, per_update, require_steps, whole


def moments_of_one(
    chain: Chain, of: object, order: object, absolute: bool, central: bool, start: Any, steps: int | None, effort: Effort
) -> Answer:
    """E of^order of w' = M w + B in one dimension, from the moments of (M, B)."""
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
    from ...engines.power_mean import power_ball

    return power_ball(affine.multipliers(), order)


def power_of(factor: Any, start: sp.Expr, order: sp.Expr, steps: int) -> Any:
    return factor**steps * abs(evaluate(start)) ** evaluate(order)
