"""The chain near a point that its map fixes: the random multiplier (in several dimensions, matrix).

Neutral memory of the optimizer is held at its values in the point (see `chain.frozen`).
"""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from ..balls.adaptive import proved_sign
from ..errors import HypothesisViolated, Inconclusive
from .chain import Chain, Point, not_fixed
from .draw import Draw
from .frozen import frozen
from .mixture import Component, mixture, one_draw
from .one_sided import derivative_at, edges, pieces_beside


def require_fixed(chain: Chain, at: Point) -> None:
    """Raise `HypothesisViolated` unless the map fixes the point almost surely."""
    chain, at = frozen(chain, at)
    if chain.draw.batch_size > 1 and all(vanishes(g, chain, at) for g in chain.gradient):
        still = {mean: sp.Integer(0) for mean in chain.means}
        moved = tuple(expr.xreplace(still) for expr in chain.update)
    else:
        moved = chain.one_sample_map
    for symbol, expr in zip(chain.state, moved, strict=True):
        if not vanishes(expr - symbol, chain, at):
            raise not_fixed(at, f"{symbol} = {sp.simplify(expr.subs(at))}")


def vanishes(expr: sp.Expr, chain: Chain, at: Point) -> bool:
    """Is the expression 0 at the point for almost every draw?"""
    value = expr.subs(at)
    if value.has(sp.nan, sp.zoo):
        where = ", ".join(f"{symbol} = {place}" for symbol, place in at.items())
        raise HypothesisViolated(f"the map is defined at {where}", f"{expr} is not")
    if value == 0 or sp.expand(value) == 0:
        return True
    for component in one_draw((value,), (*chain.draw.data, *chain.draw.noise)):
        remainder = component.values[0]
        if remainder == 0:
            continue
        if remainder.free_symbols:
            if sp.simplify(remainder) != 0:
                return False
        elif (sign := proved_sign(remainder)) is None:
            raise Inconclusive(f"whether {remainder} is 0 is not decided")
        elif sign != 0:
            return False
    return True


def noise_vanishes(chain: Chain, at: Point) -> bool:
    """Is the gradient of every sample 0 at the point, so that the noise vanishes there (Type II)?"""
    return all(vanishes(g, chain, at) for g in chain.gradient)


def multiplier(chain: Chain, at: Point) -> tuple[Component, ...]:
    """The mixture law of the derivative matrix of one step at a fixed point, row by row (d*d values)."""
    chain, at = frozen(chain, at)
    require_fixed(chain, at)
    require_off_kinks(chain, at)
    require_joint_derivative(chain, at)
    if not chain.means or chain.draw.batch_size == 1:
        entries = tuple(
            at_point(expr, symbol, at) for expr in chain.one_sample_map for symbol in chain.state
        )
        return mixture(entries, {}, chain.draw)
    return batch_multiplier(chain, at)


def require_off_kinks(chain: Chain, at: Point) -> None:
    """The slopes are taken with symbols for the data: refuse atoms of the data that put the point on a kink.

    An atom at which the map has a derivative, and the one that the symbols give, does no harm.
    """
    for expr in (*chain.one_sample_map, *chain.gradient):
        for symbol in chain.state:
            on_edge = [edge.subs(at) for edge in edges(expr, symbol)]
            for edge in on_edge:
                for outcome in vanishing_outcomes(edge, chain.draw):
                    found = at_point(expr.xreplace(outcome), symbol, at)
                    if sp.simplify(found - at_point(expr, symbol, at).xreplace(outcome)) != 0:
                        raise Inconclusive(f"the data value {outcome} puts {symbol} = {at[symbol]} on a kink of the map")


def require_joint_derivative(chain: Chain, at: Point) -> None:
    """In several dimensions partial derivatives may exist where a derivative does not: all pieces have to agree.

    A map that is one of finitely many smooth pieces beside the point is differentiable where they share value and slopes.
    """
    if chain.dimension == 1:
        return
    for expr in chain.one_sample_map:
        whole = pieces_beside(expr, at)
        slopes = [[piece.subs(at), *(sp.diff(piece, s).subs(at) for s in chain.state)] for piece in whole]
        for other in slopes[1:]:
            if any(sp.simplify(a - b) != 0 for a, b in zip(slopes[0], other, strict=True)):
                where = ", ".join(f"{symbol} = {place}" for symbol, place in at.items())
                raise HypothesisViolated(f"the map is differentiable at {where}", f"different slopes beside it: {slopes[0]} and {other}")


def vanishing_outcomes(edge: sp.Expr, draw: Draw) -> list[dict[sp.Symbol, sp.Expr]]:
    """The outcomes of finite laws at which the expression is 0; none where it holds a variable with a density."""
    sources = [source for source in (*draw.data, *draw.noise) if set(source.symbols) & edge.free_symbols]
    tables: list[dict[sp.Symbol, sp.Expr]] = [{}]
    for source in sources:
        if source.finite is None:
            return []
        outcomes = [dict(zip(source.symbols, values, strict=True)) for values, _ in source.finite]
        tables = [{**table, **outcome} for table in tables for outcome in outcomes]
    return [table for table in tables if table and proved_sign_or_none(edge.xreplace(table)) == 0]


def proved_sign_or_none(value: sp.Expr) -> int | None:
    return (0 if sp.simplify(value) == 0 else None) if value.free_symbols else proved_sign(value)


def batch_multiplier(chain: Chain, at: Point) -> tuple[Component, ...]:
    """The derivative through the mean gradient, whose own derivative is the mean of the samples' derivatives."""
    if not noise_vanishes(chain, at):
        raise Inconclusive("a fixed point at which the gradients of single samples do not vanish needs batch_size = 1")
    entries, slopes = mean_slopes(chain, at)
    return mixture(entries, slopes, chain.draw)


def mean_slopes(chain: Chain, at: Point) -> tuple[tuple[sp.Expr, ...], dict[sp.Symbol, sp.Expr]]:
    """The derivative matrix, row by row, in placeholders for batch means, and the statistic that each averages.

    The derivative of the update in the means is taken where they are 0: at a point where the gradient of every sample
    vanishes, or anywhere if the update is affine in the means.
    """
    chain, at = frozen(chain, at)
    still = {mean: sp.Integer(0) for mean in chain.means}
    slopes: dict[sp.Symbol, sp.Expr] = {}
    entries = []
    for expr in chain.update:
        outer = [derivative_at(expr, mean, sp.Integer(0)).subs(still).subs(at) for mean in chain.means]
        for symbol in chain.state:
            entry = at_point(expr.xreplace(still), symbol, at)
            for factor, gradient in zip(outer, chain.gradient, strict=True):
                if factor != 0:
                    entry += factor * stand_in(at_point(gradient, symbol, at), slopes)
            entries.append(entry)
    return tuple(entries), slopes


def linear_chain(chain: Chain, at: Point) -> Chain:
    """The linearised chain w' = M w in one dimension, with the randomness of `chain` untouched."""
    chain, at = frozen(chain, at)
    w = chain.require_one_dimension("the linearised chain")
    require_fixed(chain, at)
    if not chain.means or chain.draw.batch_size == 1:
        slope = at_point(chain.one_sample_map[0], w, at)
        mean = sp.Dummy("multiplier", real=True)
        return Chain((w,), (mean,), chain.draw, (mean,), (slope * w,)) if chain.means else Chain((w,), (slope * w,), chain.draw)
    (entry,), slopes = mean_slopes(chain, at)
    return Chain((w,), (entry * w,), chain.draw, tuple(slopes), tuple(slopes.values()))


def stand_in(slope: sp.Expr, slopes: dict[sp.Symbol, sp.Expr]) -> sp.Expr:
    """A placeholder for the batch mean of `slope`."""
    if slope == 0:
        return sp.Integer(0)
    placeholder = sp.Dummy(f"h_{len(slopes)}", real=True)
    slopes[placeholder] = slope
    return placeholder


def at_point(expr: sp.Expr, symbol: sp.Symbol, at: Point) -> sp.Expr:
    """The partial derivative in `symbol` at the point."""
    others: Mapping[sp.Symbol, sp.Expr] = {other: value for other, value in at.items() if other != symbol}
    return sp.expand(derivative_at(expr.subs(others), symbol, at[symbol]))


__all__ = ["linear_chain", "mean_slopes", "multiplier", "noise_vanishes", "require_fixed", "vanishes"]
