"""What the identities of Wald, Lorden, Lundberg and Ville prove of a walk."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import inf

import sympy as sp
from flint import arb

from ...answer.enclosure import Enclosure
from ...balls.evaluate import evaluate
from ...balls.precision import ball, enclosure, precision
from ...chain.mixture import Component
from ...effort import Effort
from ...engines.kesten_root import exceeds_one, kesten_root
from ...engines.log_potential import expected_log
from ...engines.power_mean import power_ball
from ...engines.rounded_walk import RoundedWalk
from ...errors import HypothesisViolated, Inconclusive
from ...numerics.modulus_masses import cells_of
from ...numerics.reached_levels import level_enclosure
from .way import Problem

FEW_DIGITS, COARSE, LEAST_PARTS = 3, 16, 10
"""The width of the lattice is the exponent over a small number, then, for so few digits, over 10^digits."""
FINEST, REST = Fraction(1, 4000), Fraction(1, 10**9)
"""Lattices are no finer, and hold all steps but so many."""


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


def time_bounds(problem: Problem, effort: Effort) -> Enclosure:
    """Wald's identity with Lorden's bound, narrowed by walks whose steps are rounded down and up to a lattice."""
    gamma = exponent(problem, effort.with_digits(min(effort.digits, 30)))
    with precision(128):
        overshoot = overshoot_bound(problem, ball(gamma.lower))
    found = wald_bounds(problem, gamma, overshoot)
    if overshoot is None:
        return found
    return narrowed(found, problem, gamma, overshoot, lambda walk: walk.mean_time(effort), effort)


def narrowed(
    found: Enclosure,
    problem: Problem,
    gamma: Enclosure,
    overshoot: arb,
    follow: Callable[[RoundedWalk], Enclosure],
    effort: Effort,
) -> Enclosure:
    """What following rounded walks adds: on a coarse lattice, then, for few digits, on one that is fine enough."""
    try:
        for parts in (COARSE, 10**effort.digits if effort.digits <= FEW_DIGITS else 0):
            walk = rounded_walk(problem, gamma, overshoot, parts) if parts and not found.reaches(effort.digits) else None
            found = found if walk is None else found.intersection(follow(walk))
    except Inconclusive as refusal:
        raise Inconclusive(refusal.reason, found) from None
    return found


def wald_bounds(problem: Problem, gamma: Enclosure, overshoot: arb | None) -> Enclosure:
    """distance/gamma <= E tau <= (distance + overshoot)/gamma."""
    with precision(128):
        shortest = enclosure(problem.distance / ball(gamma.upper)).lower
        if overshoot is None:
            return Enclosure(shortest, inf)
        return Enclosure(shortest, enclosure((problem.distance + overshoot) / ball(gamma.lower)).upper)


def rounded_walk(problem: Problem, gamma: Enclosure, overshoot: arb, parts: int) -> RoundedWalk | None:
    """On a lattice of width |gamma|/parts."""
    size = min(abs(Fraction(gamma.lower)), Fraction(1))
    width = Fraction(1, max(LEAST_PARTS, int(parts / size) + 1))
    with precision(128):
        cells = cells_of(problem.parts, width, REST) if width > FINEST else None
        return None if cells is None else RoundedWalk(cells, problem.distance, gamma, overshoot)


def ruin_bounds(problem: Problem, kappa: Enclosure, effort: Effort) -> Enclosure:
    """(L max|M|)^-kappa <= P <= L^-kappa, narrowed in the same way."""
    gamma = exponent(problem, effort.with_digits(15))
    found = lundberg_bounds(problem, kappa)
    return narrowed(found, problem, gamma, arb(0), lambda walk: walk.arrival(kappa, effort), effort)


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
    known = level_enclosure(level, effort)
    if known.lower > chance.upper:
        raise HypothesisViolated("the quantile is finite", f"the region is left with probability below {float(chance.upper):.6g}")
    if known.upper >= chance.lower:
        raise Inconclusive("whether so many paths leave the region at all is not decided")
