"""E f(X) for a law with a density and a function that is smooth up to kinks and jumps; certified."""

from __future__ import annotations

import sympy as sp
from flint import arb, ctx

from ..balls.evaluate import evaluate, evaluate_complex
from ..balls.quadrature import End, Integrand, half, interior_point, symmetric
from ..errors import Inconclusive
from ..laws.law import Law
from .case_signs import Signs
from .growth import growth
from .law_integral import heavy_radius, light_radius, rational
from .smooth_pieces import EndlessSteps, Piece, smooth_pieces

_X, _S = sp.Dummy("x", real=True), sp.Dummy("s", real=True)


def law_mean(law: Law, function: sp.Expr, variable: sp.Symbol) -> arb:
    """E f(X) as a ball at the current precision.

    The support is cut at kinks of f and of the density; far tails and ends at which the density is unbounded are cut
    off, what is left there enters the ball by |f| <= bound |x|^power and the bounds that the law owes.
    Raises `Inconclusive` where f has no such bound.
    """
    pieces = law.pieces(_X)
    if pieces is None:
        raise Inconclusive(f"the {law.name} law has no density in closed form: no certified integral")
    f = function.xreplace({variable: _X})
    radius, total = cut_off(law, f)
    for low, high, density in pieces:
        low, high = max_of(low, -radius), min_of(high, radius)
        if not evaluate(high - low) <= 0:
            total += over_interval(law, f, density, low, high)
    return total


def max_of(end: sp.Expr, bound: sp.Expr) -> sp.Expr:
    return bound if end == -sp.oo or evaluate(end) < evaluate(bound) else end


def min_of(end: sp.Expr, bound: sp.Expr) -> sp.Expr:
    return bound if end == sp.oo or evaluate(end) > evaluate(bound) else end


def cut_off(law: Law, f: sp.Expr) -> tuple[sp.Expr, arb]:
    """The radius R of what is integrated, and a ball for E[f(X); |X| > R]."""
    support = law.support
    if not support.low.is_infinite and not support.high.is_infinite:  # type: ignore[union-attr]
        ends = (abs(evaluate(end)) for end in (support.low, support.high))  # type: ignore[union-attr]
        return rational(next(ends).max(next(ends)) + 1), arb(0)
    bound = growth(f, _X)
    if law.light_tail() is None and f.has(sp.sin, sp.cos):
        raise Inconclusive(f"an oscillation against the slow tail of the {law.name} law is not integrated")
    if bound is None:
        raise Inconclusive(f"no bound of the growth of {f.xreplace({_X: sp.Symbol('w')})} is known")
    cut = heavy_radius if law.light_tail() is None else light_radius
    radius, rest = cut(law, bound, arb(0), 1, bound.beyond)
    return rational(radius.upper()), symmetric(rest)


def over_interval(law: Law, f: sp.Expr, density: sp.Expr, low: sp.Expr, high: sp.Expr) -> arb:
    """The integral over one interval on which the density is analytic, f cut at its kinks."""
    try:
        parts = smooth_pieces(f, _X, low, high, Signs())
    except EndlessSteps:
        raise Inconclusive("a floor takes infinitely many values") from None
    return sum((over_part(law, part, density) for part in parts), arb(0))


def over_part(law: Law, part: Piece, density: sp.Expr) -> arb:
    """The integral over an interval inside which everything is analytic, both halves."""
    ends = [finished(law, part.formula, place) for place in (part.low, part.high)]
    middle = interior_point(*ends)
    integrand = part.formula * density
    return sum(
        (
            half(beside(integrand, place) if end.singular else inside(integrand), end, middle, direction)
            for place, end, direction in zip((part.low, part.high), ends, (1, -1), strict=True)
        ),
        arb(0),
    )


def finished(law: Law, f: sp.Expr, place: sp.Expr) -> End:
    """The end, cut off where the density is unbounded, with a bound of what is left there."""
    concentration = law.concentration(place)
    point = evaluate(place)
    if concentration is None:
        return End(point)
    mass, power, reach = (evaluate(e) for e in concentration)
    cut = (arb(ctx.prec) * 0.7 / power + 20 - reach.min(arb(1)).log()).mid()
    radius = (-cut).exp()
    size = abs(evaluate(f, {_X: point + symmetric(radius)}))
    return End(point, True, cut, size * mass * radius**power)


def inside(integrand: sp.Expr) -> Integrand:
    return lambda x, offset, analytic: evaluate_complex(integrand, {_X: x}, analytic)


def beside(integrand: sp.Expr, end: sp.Expr) -> Integrand:
    """In terms of the distance from the end, where sympy has cancelled what a ball could not."""
    shifted = integrand.subs(_X, end + _S)
    return lambda x, offset, analytic: evaluate_complex(shifted, {_S: offset}, analytic)
