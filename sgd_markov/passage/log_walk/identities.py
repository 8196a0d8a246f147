"""What the identities of Wald, Lorden, Lundberg and Ville prove of a walk."""

from __future__ import annotations

from fractions import Fraction
from math import inf

import sympy as sp
from flint import arb

from ...answer.enclosure import Enclosure
from ...balls.adaptive import refine_expression
from ...balls.evaluate import evaluate
from ...balls.precision import ball, enclosure, precision
from ...balls.zero_proof import fraction
from ...chain.mixture import Component
from ...effort import Effort
from ...engines.kesten_root import exceeds_one, kesten_root
from ...engines.log_potential import expected_log
from ...engines.power_mean import power_ball
from ...errors import HypothesisViolated, Inconclusive
from .way import Problem


def exponent(problem: Problem, effort: Effort) -> Enclosure:
    try:
        found = expected_log(problem.parts, effort)
    except Inconclusive as refusal:
        raise Inconclusive(f"the exponent: {refusal.reason}") from None
    if found.enclosure is None:
        raise Inconclusive("the exponent is not known")
    return found.enclosure


def require_finite_mean(problem: Problem, effort: Effort) -> None:
    """Refuse what is proved to be infinite: 0 attracts, or is met, or the walk has no drift."""
    if problem.stays:
        raise HypothesisViolated("the region is left with probability 1", "w keeps its sign: the region is never left")
    if not problem.one_sided or problem.out != 0:
        return
    if problem.stuck != 0:
        raise HypothesisViolated(
            "the region is left with probability 1",
            f"M = 0 with probability {problem.stuck}, and 0 is never left: the mean time is infinite",
        )
    found = exponent(problem, effort)
    if found.sign == 1:
        return
    if found.sign is None:
        raise Inconclusive("whether the exponent is positive is not decided")
    if found.sign == 0:
        raise HypothesisViolated("the mean time is finite", "the exponent is 0: null recurrence makes the mean infinite")
    size, end = (-float(found.upper), "|w| grows for ever") if problem.inward else (float(found.upper), "w tends to 0")
    raise HypothesisViolated(
        "the region is left with probability 1",
        f"the exponent is {size:.6g}: with positive probability {end}; the mean time is infinite",
    )


def wald_bounds(problem: Problem, effort: Effort) -> Enclosure:
    """distance/gamma <= E tau <= (distance + E(log+|M|)^2/gamma)/gamma, by Lorden; E(log+|M|)^2 <= 4 E|M|/e^2."""
    gamma = exponent(problem, effort.with_digits(min(effort.digits, 30)))
    with precision(128):
        low, high = ball(gamma.lower), ball(gamma.upper)
        shortest = enclosure(problem.distance / high).lower
        overshoot = overshoot_bound(problem, low)
        longest = inf if overshoot is None else enclosure((problem.distance + overshoot) / low).upper
    return Enclosure(shortest, longest)


def overshoot_bound(problem: Problem, gamma: arb) -> arb | None:
    """log ess sup|M|, or Lorden's bound with (log+ m)^2 <= (2/(e s))^2 m^s, s = 1/2, 1, 2."""
    longest = top_of(problem.parts)
    best = None if longest is None else longest.log()
    for order in (sp.Rational(1, 2), sp.Integer(1), sp.Integer(2)):
        try:
            moment = power_ball(problem.parts, order)
        except (HypothesisViolated, Inconclusive):
            continue
        bound = (2 / (arb(1).exp() * evaluate(order))) ** 2 * moment / gamma
        if bound.is_finite():
            best = bound if best is None else best.min(bound)
    return best


def top_of(parts: tuple[Component, ...]) -> arb | None:
    """The largest |M|; None where it is unbounded or not known."""
    tops: list[arb] = []
    for component in parts:
        (value,) = component.values
        if not component.laws:
            tops.append(abs(evaluate(value)))
            continue
        ((symbol, law), *more) = component.laws.items()
        support = law.support
        ends = [getattr(support, "low", sp.oo), getattr(support, "high", sp.oo)]
        if more or not value.is_polynomial(symbol) or sp.degree(value, symbol) != 1 or not all(e.is_finite for e in ends):
            return None
        tops += [abs(evaluate(value.subs(symbol, end))) for end in ends]
    best = tops[0]
    for top in tops[1:]:
        best = best.max(top)
    return best


def surely_arrives(problem: Problem, effort: Effort) -> bool:
    """Is the level reached with probability 1: an exponent of at least 0, M never 0?"""
    if problem.stuck != 0 or problem.out != 0:
        return problem.inward and problem.stuck == 0
    side = exponent(problem, effort).sign
    if side is None:
        raise Inconclusive("the sign of the exponent is not decided", Enclosure(Fraction(0), Fraction(1)))
    return side >= 0


def ruin_exponent(problem: Problem, effort: Effort) -> Enclosure | None:
    """kappa > 0 with E|M|^kappa = 1; None where |M| <= 1, so that no higher level is reached."""
    if exceeds_one(problem.parts) is False:
        return None
    order = effort.with_digits(effort.digits + 10)

    def excess(s: Fraction) -> Enclosure:
        return enclosure(power_ball(problem.parts, sp.Rational(s)) - 1)

    try:
        return kesten_root(excess, lambda s: False, moment_limit(problem.parts), order).enclosure
    except Inconclusive as refusal:
        raise Inconclusive(f"the root of E|M|^kappa = 1: {refusal.reason}") from None


def moment_limit(parts: tuple[Component, ...]) -> sp.Expr:
    """E|M|^s < oo for s below this."""
    limits = [
        sp.sympify(law.moment_limit) / sp.degree(component.values[0], symbol)
        for component in parts
        for symbol, law in component.laws.items()
        if component.values[0].is_polynomial(symbol)
    ]
    return sp.Min(sp.oo, *limits)


def lundberg_bounds(problem: Problem, kappa: Enclosure) -> Enclosure:
    """(L max|M|)^-kappa <= P <= L^-kappa."""
    with precision(128):
        order = ball(kappa.lower).union(ball(kappa.upper))
        most = enclosure((-order * problem.distance).exp()).upper
        top = top_of(problem.parts)
        least = Fraction(0) if top is None else enclosure((-order * (problem.distance + top.log())).exp()).lower
    return Enclosure(max(Fraction(0), least), most)


def require_reached(problem: Problem, level: sp.Expr, effort: Effort) -> None:
    """Refuse a level above the probability of leaving at all."""
    if not problem.one_sided or problem.out != 0 or surely_arrives(problem, effort):
        return
    assert problem.walk is not None
    kappa = ruin_exponent(problem, effort)
    if kappa is None:
        raise HypothesisViolated("the quantile is finite", "no step leads towards the end of the region: it is never left")
    try:
        chance = problem.walk.arrival(kappa, effort.with_digits(3))
    except Inconclusive as refusal:
        effort.check()
        chance = refusal.enclosure or Enclosure(Fraction(0), Fraction(1))
    known = Enclosure.point(fraction(level)) if level.is_Rational else refine_expression(level, effort, "the level")
    if known.lower > chance.upper:
        raise HypothesisViolated("the quantile is finite", f"the region is left with probability below {float(chance.upper):.6g}")
    if known.upper >= chance.lower:
        raise Inconclusive("whether so many paths leave the region at all is not decided")
