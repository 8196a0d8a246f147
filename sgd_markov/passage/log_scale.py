"""Multiplicative chains with log-normal multipliers: log w is a sum of normal steps, and the question one about that sum."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.finding import Finding
from ..chain.chain import Chain, Point
from ..chain.diffusion import Diffusion
from ..chain.draw import Draw, Source
from ..chain.mixture import Component
from ..chain.region import Interval, Region
from ..effort import Effort
from ..laws.lognormal import Lognormal
from ..laws.normal import Normal
from ..laws.signs import sign
from ..numerics.line_region import line_region, reflected
from ..numerics.multiplicative_step import multiplicative_step
from .catalogue import best
from .method import Method

SUM = Hypothesis("log|w| moves by independent normal steps")


class LogScale(Method):
    """Between positive ends, or beyond one of them: the other methods are asked about u = log|w|, u' = u + log M."""

    def exit_time(self, model: Chain | Diffusion, start: Point, inside: Region, effort: Effort) -> Finding | None:
        return asked(model, start, inside, "exit-time", lambda m, *where: m.exit_time(*where, effort), effort)

    def survival(
        self, model: Chain | Diffusion, start: Point, inside: Region, steps: int, effort: Effort
    ) -> Finding | None:
        return asked(model, start, inside, "survival", lambda m, *where: m.survival(*where, steps, effort), effort)

    def quantile(
        self, model: Chain | Diffusion, start: Point, inside: Region, level: object, effort: Effort
    ) -> Finding | None:
        return asked(model, start, inside, "survival", lambda m, *where: m.quantile(*where, level, effort), effort)

    def hitting(
        self, model: Chain | Diffusion, start: Point, target: Region, avoid: Region | None, effort: Effort
    ) -> Finding | None:
        """[t, oo) before (-oo, e], 0 < e, or the other way round, or one of them at all."""
        goal, danger = line_region(model, target), None if avoid is None else line_region(model, avoid)
        if goal is None or (avoid is not None and danger is None) or not isinstance(model, Chain):
            return None
        (place,) = (start[symbol] for symbol in model.state)
        if sign(place) in (0, None):
            return None
        if sign(place) == -1:
            goal, danger = reflected(goal), None if danger is None else reflected(danger)
        upwards = goal[1] is sp.oo
        ends = positive_ends(danger, goal) if upwards else positive_ends(goal, danger)
        sums = None if ends is None else sum_of_logs(model, place, ends)
        if ends is None or sums is None:
            return None
        (u,) = sums.state
        below, above = Region({u: (-sp.oo, sp.log(ends[0]))}), Region({u: (sp.log(ends[1]), sp.oo)})
        wanted, other = (above, below) if upwards else (below, above)
        where = sums, {u: sp.log(abs(place))}, wanted, None if avoid is None else other
        return noted(best("hitting", lambda m: m.hitting(*where, effort), set(), effort))


def positive_ends(low: Interval | None, high: Interval | None) -> Interval | None:
    """(e, t) for (-oo, e] and [t, oo) with e > 0; 0 and oo stand for regions that are absent; None for other regions."""
    if (low is not None and (sign(low[1]) != 1 or sign(low[0]) == 1)) or (high is not None and high[1] is not sp.oo):
        return None
    return sp.Integer(0) if low is None else low[1], sp.oo if high is None else high[0]


def asked(
    model: Chain | Diffusion,
    start: Point,
    inside: Region,
    question: str,
    ask: Callable[..., Finding | None],
    effort: Effort,
) -> Finding | None:
    """The answer for the sum, between the logarithms of the ends; |w| does not leave through 0 or infinity."""
    bounds = line_region(model, inside)
    if bounds is None or not isinstance(model, Chain):
        return None
    (place,) = (start[symbol] for symbol in model.state)
    low, high = reflected(bounds) if sign(place) == -1 else bounds
    if sign(place) in (0, None) or sign(low) is None:
        return None
    if sign(low) != 1:
        low = sp.Integer(0)
    sums = None if (low, high) == (0, sp.oo) else sum_of_logs(model, place, (low, high))
    if sums is None:
        return None
    (u,) = sums.state
    where = sums, {u: sp.log(abs(place))}, Region({u: (sp.log(low) if low else -sp.oo, sp.log(high) if high.is_finite else sp.oo)})
    return noted(best(question, lambda m: ask(m, *where), set(), effort))


def noted(found: Finding) -> Finding:
    return replace(found, hypotheses=(*found.hypotheses, SUM))


def sum_of_logs(model: Chain, place: sp.Expr, bounds: Interval) -> Chain | None:
    """u' = u + z, z normal, where |w| is multiplied by exp(z); None for other chains."""
    step = multiplicative_step(model, *(bounds if sign(place) == 1 else reflected(bounds)))
    if step is None or len(step.multipliers) != 1:
        return None
    if abs(place) in bounds and not (step.at_low and step.at_high):
        return None
    law = normal_logarithm(step.multipliers[0])
    if law is None:
        return None
    u, z = sp.Symbol("u", real=True), sp.Symbol("z", real=True)
    return Chain((u,), (u + z,), Draw(noise=(Source((z,), law),)))


def normal_logarithm(component: Component) -> Normal | None:
    """The law of log M where M is a product of log-normal variables and exponentials of normal ones."""
    normals: dict[sp.Symbol, Normal] = {}
    value = component.values[0]
    for symbol, law in component.laws.items():
        stand_in = sp.Dummy("n", real=True)
        if isinstance(law, Lognormal):
            normals[stand_in] = Normal(law.mu, law.sigma)
            value = value.xreplace({symbol: sp.exp(stand_in)})
        elif isinstance(law, Normal):
            normals[stand_in] = law
            value = value.xreplace({symbol: stand_in})
        else:
            return None
    if not normals or value.is_positive is not True:
        return None
    logarithm = sp.expand(sp.expand_log(sp.log(value), force=True))
    if not logarithm.is_polynomial(*normals) or sp.Poly(logarithm, *normals).total_degree() != 1:
        return None
    slopes = {n: logarithm.coeff(n, 1) for n in normals}
    mean = logarithm.xreplace({n: law.mean for n, law in normals.items()})
    variance = sum((slopes[n] ** 2 * law.std**2 for n, law in normals.items()), start=sp.Integer(0))
    return Normal(mean, sp.sqrt(variance))


METHOD = LogScale()
