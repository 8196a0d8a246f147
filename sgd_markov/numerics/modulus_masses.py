"""P(|M| <= t) for a random multiplier, and how its logarithm spreads over cells of equal width; in balls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import sympy as sp
from flint import arb

from ..balls.evaluate import evaluate
from ..balls.precision import ball
from ..chain.mixture import Component
from ..laws.law import Interval, Law
from ..laws.lognormal import Lognormal

_X = sp.Dummy("x", real=True)
Modulus = Callable[[arb], arb]


@dataclass(frozen=True)
class Cells:
    """P(k width <= log|M| < (k + 1) width) is `masses[k - first]`; `deep` and `high` are the probabilities beyond.

    `deep_size` bounds E[-log|M|; below the first cell].
    """

    width: Fraction
    first: int
    masses: list[arb]
    deep: arb
    deep_size: arb
    high: arb

    @property
    def last(self) -> int:
        """The end of the last cell is (last + 1) width."""
        return self.first + len(self.masses) - 1


def cells_of(parts: tuple[Component, ...], width: Fraction, rest: Fraction) -> Cells | None:
    """The cells that hold all but about `rest` on either side; None where a law has no distribution function in closed
    form, where M is not affine in one variable, or where its density is not bounded at 0."""
    if any(part.laws and affine(part) is None for part in parts):
        return None
    lowest = reach(parts, width, rest, -1)
    top = reach(parts, width, rest, 1)
    if lowest is None or top is None:
        return None
    edges = [distribution(parts, (ball(width) * k).exp()) for k in range(lowest, top + 2)]
    masses = [(b - a).max(arb(0)) for a, b in pairwise(edges)]
    near = (ball(width) * lowest).exp()
    if edges[0].is_zero():
        return Cells(width, lowest, masses, arb(0), arb(0), (1 - edges[-1]).max(arb(0)))
    depth = normal_depth(parts, ball(width) * -lowest)
    if depth is None:
        density = density_bound(parts, near)
        if density is None:
            return None
        depth = edges[0] * ball(width) * -lowest + 2 * density * near
    return Cells(width, lowest, masses, edges[0], depth, (1 - edges[-1]).max(arb(0)))


def normal_depth(parts: tuple[Component, ...], depth: arb) -> arb | None:
    """E[-log|M|; log|M| < -depth] for one log-normal multiplier; None for others."""
    shape = affine(parts[0]) if len(parts) == 1 and parts[0].laws else None
    if shape is None or not isinstance(law := shape[2], Lognormal) or not shape[0].is_zero():
        return None
    mean, spread = evaluate(law.mu) + abs(shape[1]).log(), evaluate(law.sigma)
    z = (-depth - mean) / spread
    density = (-z * z / 2).exp() / (2 * arb.pi()).sqrt()
    return -mean * (-z / arb(2).sqrt()).erfc() / 2 + spread * density


FARTHEST = 40
"""Logarithms up to here are looked at."""


def reach(parts: tuple[Component, ...], width: Fraction, rest: Fraction, side: int) -> int | None:
    """The first whole multiple of the width beyond which there is less than `rest`; None where there is none in reach."""
    for k in range(1, FARTHEST * 4):
        place = side * Fraction(k, 4)
        inside = distribution(parts, ball(place).exp())
        beyond = inside if side == -1 else 1 - inside
        if beyond < ball(rest):
            return int(place / width) + (side if side == 1 else -1)
    return None


def distribution(parts: tuple[Component, ...], t: arb) -> arb:
    """P(|M| <= t)."""
    return sum((evaluate(part.probability) * of_part(part, t) for part in parts), arb(0))


def of_part(part: Component, t: arb) -> arb:
    if not part.laws:
        size = abs(evaluate(part.values[0]))
        return arb(1) if size <= t else arb(0) if size > t else arb(0).union(arb(1))
    form = affine(part)
    assert form is not None
    shift, factor, law, cdf = form
    ends = sorted_pair((-t - shift) / factor, (t - shift) / factor, factor)
    low, high = (at_place(end, law, cdf) for end in ends)
    return (high - low).max(arb(0)).min(arb(1))


def at_place(place: arb, law: Law, cdf: sp.Expr) -> arb:
    """P(X <= place), 0 and 1 outside of the support."""
    assert isinstance(law.support, Interval)
    low, high = law.support.low, law.support.high
    if low.is_finite and place <= evaluate(low):
        return arb(0)
    if high.is_finite and place >= evaluate(high):
        return arb(1)
    return evaluate(cdf, {_X: clipped(place, law)})


def sorted_pair(first: arb, second: arb, factor: arb) -> tuple[arb, arb]:
    return (first, second) if factor > 0 else (second, first)


def affine(part: Component) -> tuple[arb, arb, Law, sp.Expr] | None:
    """M = shift + factor X with the law of X and its distribution function."""
    ((symbol, law), *more) = part.laws.items()
    (value,) = part.values
    if more or not isinstance(law.support, Interval) or not value.is_polynomial(symbol) or sp.degree(value, symbol) != 1:
        return None
    cdf = law.cdf(_X)
    factor = evaluate(value.coeff(symbol, 1))
    if cdf is None or not (factor > 0 or factor < 0):
        return None
    return evaluate(value.subs(symbol, 0)), factor, law, cdf


def clipped(place: arb, law: Law) -> arb:
    """Into the closed support, where the distribution function is given."""
    assert isinstance(law.support, Interval)
    low, high = law.support.low, law.support.high
    if low.is_finite:
        place = place.max(evaluate(low))
    return place.min(evaluate(high)) if high.is_finite else place


def density_bound(parts: tuple[Component, ...], near: arb) -> arb | None:
    """A bound of the density of M on [-near, near]; None where there is none, or an atom may lie there."""
    total = arb(0)
    for part in parts:
        if not part.laws:
            if not abs(evaluate(part.values[0])) > near:
                return None
            continue
        form = affine(part)
        assert form is not None
        shift, factor, law, _ = form
        density = law.density(_X)
        if density is None:
            return None
        place = clipped((near.union(-near) - shift) / factor, law)
        total += evaluate(part.probability) * evaluate(density, {_X: place}) / abs(factor)
    return total.abs_upper() if total.is_finite() else None
