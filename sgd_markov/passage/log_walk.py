"""Multiplicative chains whose log|M| is not arithmetic: certified enclosures by Wald, Lundberg, and following paths."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf

import sympy as sp
from flint import arb, fmpq, fmpq_mat

from ..algebra import exponent_vectors
from ..answer.answer import Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..balls.adaptive import refine_expression
from ..balls.evaluate import evaluate
from ..balls.precision import ball, enclosure, precision
from ..balls.zero_proof import fraction
from ..chain.chain import Chain, Point
from ..chain.diffusion import Diffusion
from ..chain.mixture import Component
from ..chain.region import Interval, Region
from ..effort import Effort
from ..engines.count_walk import CountWalk
from ..engines.kesten_root import exceeds_one, kesten_root
from ..engines.log_potential import expected_log
from ..engines.power_mean import power_ball
from ..errors import HypothesisViolated, Inconclusive
from ..laws.signs import sign
from ..numerics.line_region import line_region, reflected
from ..numerics.multiplicative_step import Multiplicative, multiplicative_step
from .method import Method

CITE = ("wald1944", "cramer1930", "lorden1970")


class LogWalk(Method):
    """Finitely many multipliers: paths are followed by counts until what is left is narrow. Others: bounds by identities.

    The map has to be w -> M w inside the region only, which holds 0 or has positive ends.
    """

    def exit_time(self, model: Chain | Diffusion, start: Point, inside: Region, effort: Effort) -> Finding | None:
        problem = leaving(model, start, inside)
        if problem is None:
            return None
        require_finite_mean(problem, effort)
        if problem.walk is None:
            return finding(problem, wald_bounds(problem, effort), "Wald's identity and Lorden's bound of the overshoot")
        return finding(problem, problem.walk.mean_time(effort), "Wald's identity, the overshoot by following the paths")

    def survival(
        self, model: Chain | Diffusion, start: Point, inside: Region, steps: int, effort: Effort
    ) -> Finding | None:
        problem = leaving(model, start, inside)
        if problem is not None and problem.stays:
            return certain(problem, 1, "w keeps its sign")
        if problem is None or problem.walk is None:
            return None
        return finding(problem, problem.walk.survival(steps, effort), f"the paths of {steps} steps, by their counts")

    def quantile(
        self, model: Chain | Diffusion, start: Point, inside: Region, level: object, effort: Effort
    ) -> Finding | None:
        problem = leaving(model, start, inside)
        if problem is not None and problem.stays and level != 0:
            raise HypothesisViolated("the quantile is finite", "w keeps its sign: the region is never left")
        if problem is None or problem.walk is None:
            return None
        require_reached(problem, sp.sympify(level), effort)
        count = problem.walk.quantile(sp.sympify(level), effort)
        found = finding(problem, Enclosure.point(count), "the paths, by their counts")
        return replace(found, exact=sp.Integer(count), integer=True)

    def hitting(
        self, model: Chain | Diffusion, start: Point, target: Region, avoid: Region | None, effort: Effort
    ) -> Finding | None:
        problem = entering(model, start, target, avoid)
        if problem is None:
            return None
        if not problem.one_sided:
            assert problem.walk is not None
            return finding(problem, problem.walk.arrival(None, effort), "the paths, by their counts")
        if surely_arrives(problem, effort):
            return certain(problem, 1, "the sign of the exponent")
        kappa = ruin_exponent(problem, effort)
        if kappa is None:
            return certain(problem, 0, "no step goes that way")
        if problem.walk is None:
            return finding(problem, lundberg_bounds(problem, kappa), "Ville's inequality with the root of E|M|^kappa = 1")
        return finding(problem, problem.walk.arrival(kappa, effort), "Lundberg's bounds after following the paths")


@dataclass(frozen=True)
class Problem:
    """|w| from 1 up to `ratio` = (L/|w_0|)^2; `parts`: the law of M, towards larger |w| (1/M where the walk goes down).

    `walk`: the paths by counts, None where M has a density. `one_sided`: 0 is on the other side.
    """

    parts: tuple[Component, ...]
    ratio: Fraction
    walk: CountWalk | None
    one_sided: bool
    out: sp.Expr
    stuck: sp.Expr
    stays: bool = False
    """The region is never left, whatever is drawn."""
    inward: bool = False
    """The walk is that of 1/|w|; taken out means come to 0 or a change of sign, which is where it is asked to go."""

    @property
    def distance(self) -> arb:
        return ball(self.ratio).log() / 2


def finding(problem: Problem, found: Enclosure, method: str) -> Finding:
    return Finding(
        Warrant.CERTIFIED,
        method,
        None,
        found,
        hypotheses=(Hypothesis("the map is w -> M w on the way"),),
        cite=CITE,
    )


def certain(problem: Problem, value: int, method: str) -> Finding:
    return replace(finding(problem, Enclosure.point(value), method), exact=sp.Integer(value), warrant=Warrant.EXACT)


# ---- which walk


def leaving(model: Chain | Diffusion, start: Point, inside: Region) -> Problem | None:
    """Out of [low, high] with 0 inside and symmetric (or M >= 0, or 0 an end), or with positive ends."""
    bounds = line_region(model, inside)
    if bounds is None or not isinstance(model, Chain):
        return None
    (place,) = (start[symbol] for symbol in model.state)
    step = multiplicative_step(model, *bounds)
    if step is None or place == 0 or not (place**2).is_Rational:
        return None
    if not all(at or unmet(step, place, end) for at, end in zip((step.at_low, step.at_high), bounds, strict=True)):
        return None
    low, high = bounds if sign(place) == 1 else reflected(bounds)
    place = abs(place)
    keeps_sign = all(never_negative(c) for c in step.multipliers)
    if high.is_infinite:
        return beyond_low(step.multipliers, low, place) if sign(low) == 1 else never_left(step.multipliers) if keeps_sign else None
    if not (high**2).is_Rational:
        return None
    if sign(low) == 1:
        return two_ends(step.multipliers, low, high, place, strict=False) if (low**2).is_Rational else None
    if low == 0 or keeps_sign or sp.expand(low + high) == 0:
        return one_end(step.multipliers, fraction((high / place) ** 2), flips_leave=low == 0 and not keeps_sign, strict=False)
    return None


def beyond_low(parts: tuple[Component, ...], low: sp.Expr, place: sp.Expr) -> Problem | None:
    """Out of [low, oo): downwards, by M = 0, by a change of sign."""
    if not (low**2).is_Rational:
        return None
    return downwards(parts, fraction((place / low) ** 2), flips_leave=True, strict=False)


def never_left(parts: tuple[Component, ...]) -> Problem:
    """w keeps its sign, and the region is unbounded on that side."""
    return Problem(parts, Fraction(1), None, True, sp.Integer(0), sp.Integer(0), stays=True)


def downwards(parts: tuple[Component, ...], ratio: Fraction, flips_leave: bool, strict: bool) -> Problem | None:
    """The walk towards 0 as one upwards by 1/|M|."""
    if any(c.laws for c in parts):
        return None
    zero, flips, steps = split(parts, flips_leave)
    if steps is None:
        return None
    inverse = {1 / square: p for square, p in steps.items()}
    kept = tuple(Component(p, (sp.sqrt(sp.Rational(square)),), {}) for square, p in inverse.items())
    walk = CountWalk(tuple(inverse), tuple(inverse.values()), ratio, out=zero + flips, strict=strict)
    return Problem(kept, ratio, walk, True, zero + flips, sp.Integer(0), inward=True)


def unmet(step: Multiplicative, place: sp.Expr, end: sp.Expr) -> bool:
    """Is the end of the piece never met exactly: is (end/start)^2 no product of powers of the M^2?"""
    if end.is_infinite:
        return True
    squares = [sp.expand(c.values[0] ** 2) for c in step.multipliers]
    ratio = sp.expand((end / place) ** 2)
    if not all(value.is_Rational for value in (ratio, *squares)) or ratio == 0:
        return bool(ratio == 0)
    moving = [fraction(square) for square in squares if square != 0]
    return ranks([*moving, fraction(ratio)]) > ranks(moving)


def ranks(ratios: list[Fraction]) -> int:
    """How many of the numbers are multiplicatively independent."""
    return int(fmpq_mat([[fmpq(e) for e in vector] for vector in exponent_vectors(ratios)]).rank())


def entering(model: Chain | Diffusion, start: Point, target: Region, avoid: Region | None) -> Problem | None:
    """Into [level, oo) from below, before (-oo, e] with 0 < e if there is something to avoid; M never negative.

    Or into an interval around 0 from above it.
    """
    goal, danger = line_region(model, target), None if avoid is None else line_region(model, avoid)
    if goal is None or not isinstance(model, Chain) or (avoid is not None and danger is None):
        return None
    (place,) = (start[symbol] for symbol in model.state)
    side = sign(place)
    if side not in (1, -1) or not (place**2).is_Rational:
        return None
    if side == -1:
        goal, danger, place = reflected(goal), None if danger is None else reflected(danger), -place
    if danger is None and sign(goal[0]) in (0, -1) and sign(goal[1]) == 1:
        return into_neighbourhood(model, goal, place, side)
    level = goal[0]
    if goal[1] is not sp.oo or sign(level - place) != 1 or not (level**2).is_Rational:
        return None
    floor = danger[1] if danger is not None and sign(danger[1]) == 1 else sp.Integer(0)
    step = multiplicative_step(model, *((floor, level) if side == 1 else (-level, -floor)))
    if step is None or not all(never_negative(c) for c in step.multipliers):
        return None
    if danger is None or sign(danger[1]) == -1:
        return one_end(step.multipliers, fraction((level / place) ** 2), flips_leave=False, strict=True)
    if floor == 0 or sign(danger[0]) == 1 or not (floor**2).is_Rational:
        return None
    return two_ends(step.multipliers, floor, level, place, strict=True)


def into_neighbourhood(model: Chain, goal: Interval, place: sp.Expr, side: int) -> Problem | None:
    """The target [t1, t2] with t1 <= 0 < t2 from place > t2: symmetric, or open below, or M never negative."""
    step = multiplicative_step(model, *((goal[1], sp.oo) if side == 1 else (-sp.oo, -goal[1])))
    if step is None or not (goal[1] ** 2).is_Rational or sign(place - goal[1]) != 1:
        return None
    free = goal[0] is -sp.oo or all(never_negative(c) for c in step.multipliers)
    if not free and (sp.expand(goal[0] + goal[1]) != 0 or multiplicative_step(model, -sp.oo, sp.oo) is None):
        return None
    return downwards(step.multipliers, fraction((place / goal[1]) ** 2), goal[0] is -sp.oo, strict=True)


def never_negative(component: Component) -> bool:
    """Is M >= 0 for certain?"""
    (value,) = component.values
    if not component.laws:
        return sign(value) in (0, 1)
    stand_ins = {s: sp.Dummy(positive=True) for s, law in component.laws.items() if is_positive(law)}
    return bool(value.xreplace(stand_ins).is_nonnegative)


def is_positive(law: object) -> bool:
    low = getattr(getattr(law, "support", None), "low", None)
    return low is not None and sign(low) in (0, 1)


def one_end(parts: tuple[Component, ...], ratio: Fraction, flips_leave: bool, strict: bool) -> Problem | None:
    if any(c.laws for c in parts):
        return None if flips_leave else Problem(parts, ratio, None, True, sp.Integer(0), sp.Integer(0))
    zero, out, steps = split(parts, flips_leave)
    if steps is None:
        return None
    walk = CountWalk(tuple(steps), tuple(steps.values()), ratio, out=out, stuck=zero, strict=strict)
    return Problem(parts, ratio, walk, True, out, zero)


def two_ends(parts: tuple[Component, ...], low: sp.Expr, high: sp.Expr, place: sp.Expr, strict: bool) -> Problem | None:
    """M = 0 and M < 0 lead out."""
    if any(c.laws for c in parts):
        return None
    zero, flips, steps = split(parts, True)
    if steps is None:
        return None
    ratio, below = fraction((high / place) ** 2), fraction((low / place) ** 2)
    walk = CountWalk(tuple(steps), tuple(steps.values()), ratio, below, out=zero + flips, strict=strict)
    return Problem(parts, ratio, walk, False, zero + flips, sp.Integer(0))


def split(parts: tuple[Component, ...], flips_leave: bool) -> tuple[sp.Expr, sp.Expr, dict[Fraction, sp.Expr] | None]:
    """P(M = 0), P(M < 0) if that leaves, and M^2 -> probability of the others; None where M^2 is not rational."""
    zero = flips = sp.Integer(0)
    steps: dict[Fraction, sp.Expr] = {}
    for component in parts:
        square = sp.expand(component.values[0] ** 2)
        if not square.is_Rational:
            return zero, flips, None
        if square == 0:
            zero += component.probability
        elif flips_leave and sign(component.values[0]) == -1:
            flips += component.probability
        else:
            steps[fraction(square)] = steps.get(fraction(square), sp.Integer(0)) + component.probability
    return zero, flips, steps if steps else None


# ---- identities


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


METHOD = LogWalk()
