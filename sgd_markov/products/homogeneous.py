"""Chains of two coordinates whose map has kinks at the fixed point: its directional derivatives, piecewise linear."""

from __future__ import annotations

from itertools import pairwise
from math import atan2, pi

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..balls.adaptive import proved_sign
from ..chain.batch import updates_per_epoch
from ..chain.chain import Chain, Point
from ..chain.linearisation import require_fixed
from ..chain.mixture import Component, mixture
from ..chain.one_sided import edges, side_slope
from ..effort import Effort
from ..engines.direction_cells.kinked_growth import Outcome, Sector, largest_growth
from ..errors import HypothesisViolated, Inconclusive

METHOD_NAME = "sub- and super-solutions on cells of the circle, for the directional derivative of a map with kinks"
DENOMINATOR = 1000


def kinked_exponent(chain: Chain, point: Point, effort: Effort) -> Finding:
    """sup over directions of the growth rate of the positively homogeneous maps that approximate the chain at the point.

    F(u) = lim (f(point + c u) - point)/c as c falls to 0, one map for each outcome of finite data; F(c u) = c F(u) for
    c > 0, linear between the rays where a kink is met (ReLU at the origin of a network). There may be several ergodic
    classes: from every direction the rate is at most the upper end, from some direction it is at least the lower end.
    Negative: nearby starts are attracted from all directions.
    Errors: `Inconclusive` for continuous data, other dimensions, or kinks that are not met along rays.
    Source: theory.md A.5, B.3.
    """
    found = largest_growth(outcomes(chain, point), effort)
    if found is None:
        raise Inconclusive("a piece of the map at the kink is 0 or not a number")
    if not found.reaches(effort.digits):
        raise Inconclusive(f"{METHOD_NAME}: wider than {effort.digits} digits", found)
    hypotheses = (Hypothesis("the largest growth rate over all directions: the map has kinks at the point"),)
    return Finding(Warrant.CERTIFIED, METHOD_NAME, None, found, hypotheses, ("furstenberg1960",))


def outcomes(chain: Chain, point: Point) -> list[Outcome]:
    """The homogeneous map of every outcome of the data."""
    if chain.dimension != 2:
        raise Inconclusive("kinks at a fixed point are known in two dimensions")
    require_fixed(chain, point)
    if updates_per_epoch(chain.draw) > 1:
        raise Inconclusive(f"kinks at a fixed point under {chain.draw.scheme} sampling, whose updates are dependent")
    parts = mixture(chain.update, dict(zip(chain.means, chain.gradient, strict=True)), chain.draw)
    if any(part.laws or any(value.free_symbols - set(chain.state) for value in part.values) for part in parts):
        raise Inconclusive("kinks at a fixed point are known for finite data without free symbols")
    return [outcome(part, chain, point) for part in parts]


def outcome(part: Component, chain: Chain, point: Point) -> Outcome:
    rays = kink_rays(part, chain, point)
    if not rays:
        return Outcome(part.probability, [Sector(linear_piece(part, chain, point, direction(0), direction(2)))])
    around = [*rays, rays[0]]
    sectors = [
        Sector(linear_piece(part, chain, point, *inside(low, high)), low, high) for low, high in pairwise(around)
    ]
    return Outcome(part.probability, sectors, [(ray, derivative_along(part, chain, point, ray)) for ray in rays])


def kink_rays(part: Component, chain: Chain, point: Point) -> list[sp.Matrix]:
    """The rays from the point on which a kink is met, anticlockwise: both halves of the tangent of every edge there."""
    found: list[sp.Matrix] = []
    for value in part.values:
        for edge in {edge for symbol in chain.state for edge in edges(value, symbol)}:
            if proved_sign(sp.expand(edge.subs(point))) != 0:
                continue
            tangent = tangent_of(edge, chain, point)
            found += [ray for ray in (tangent, -tangent) if not any(is_same_ray(ray, known) for known in found)]
    return sorted(found, key=angle)


def tangent_of(edge: sp.Expr, chain: Chain, point: Point) -> sp.Matrix:
    """The direction in which an edge runs; refused where it has a kink itself or no first derivative."""
    slopes = [sp.diff(edge, symbol).subs(point) for symbol in chain.state]
    if any(slope.has(sp.nan, sp.zoo, sp.Derivative) or edge.has(sp.Abs, sp.Max, sp.Min, sp.sign) for slope in slopes):
        raise Inconclusive(f"a kink inside a kink at the point: {edge} = 0")
    if all(slope == 0 for slope in slopes):
        raise Inconclusive(f"the kink {edge} = 0 is not met along rays from the point")
    return sp.Matrix([-slopes[1], slopes[0]])


def is_same_ray(one: sp.Matrix, other: sp.Matrix) -> bool:
    crossed, along = one[0] * other[1] - one[1] * other[0], (one.T * other)[0]
    return sp.simplify(crossed) == 0 and proved_sign(along) == 1


def angle(ray: sp.Matrix) -> float:
    return atan2(float(ray[1]), float(ray[0]))


def direction(eighths: int) -> sp.Matrix:
    return sp.Matrix([(1, 0), (1, 1), (0, 1)][eighths])


def inside(low: sp.Matrix, high: sp.Matrix) -> tuple[sp.Matrix, sp.Matrix]:
    """Two directions with rational coordinates, strictly between two rays, anticlockwise from the first."""
    start = angle(low)
    width = (angle(high) - start) % (2 * pi) or 2 * pi
    return rational(start + min(width, pi) / 3), rational(start + 2 * min(width, pi) / 3)


def rational(turn: float) -> sp.Matrix:
    return sp.Matrix(
        [sp.Rational(round(f * DENOMINATOR), DENOMINATOR) for f in (float(sp.cos(turn)), float(sp.sin(turn)))]
    )


def linear_piece(part: Component, chain: Chain, point: Point, one: sp.Matrix, other: sp.Matrix) -> sp.Matrix:
    """The matrix on the sector that holds both directions; checked on their sum."""
    images = [derivative_along(part, chain, point, ray) for ray in (one, other, one + other)]
    if any(sp.simplify(entry) != 0 for entry in images[0] + images[1] - images[2]):
        raise Inconclusive("the map is not linear between the rays of its kinks")
    return (sp.Matrix.hstack(*images[:2]) * sp.Matrix.hstack(one, other).inv()).applyfunc(sp.simplify)


def derivative_along(part: Component, chain: Chain, point: Point, ray: sp.Matrix) -> sp.Matrix:
    """The derivative of the map in the direction of a ray."""
    c = sp.Dummy("c", positive=True)
    moved = {symbol: point[symbol] + c * step for symbol, step in zip(chain.state, ray, strict=True)}
    slopes = []
    for value, symbol in zip(part.values, chain.state, strict=True):
        limit, slope = side_slope(value.subs(moved), c, sp.Integer(0), 1)
        if sp.simplify(limit - point[symbol]) != 0:
            raise HypothesisViolated("the map is continuous at the point along rays", f"limit {limit} of {symbol}")
        slopes.append(slope)
    return sp.Matrix(slopes)
