"""Certified integrals against a density, with logarithmic and algebraic singularities at known points.

int f(x) rho(x) dx over an interval is cut at its special points p (zeros of the multiplier, singular ends of the
density). On both sides of a special point x = p -+ exp(-t) turns the singularity into exponential decay in t; the part
with t > T is bounded by what the law guarantees of its mass near p. Towards an infinite end x = c -+ exp(t), and the
part beyond exp(T) is bounded by the tail of the law.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flint import acb, arb, ctx

from .guarded_integral import guarded_integral

Integrand = Callable[[acb, acb, bool], acb]
"""f(x, offset, analytic): the whole integrand (with the density) at complex x; `offset` is x - p for the special
point p of the end in hand, free of the cancellation that x - p itself would suffer (x - middle towards infinity)."""


@dataclass(frozen=True)
class End:
    """One end of a piece: a finite point or infinity, and where the substitution stops there.

    `cut`: T, the substitution runs to exp(-T) from a finite singular point, or to exp(T) towards infinity.
    `remainder`: a proved bound of the absolute integral over what is cut off.
    """

    point: arb | None
    singular: bool = False
    cut: arb | None = None
    remainder: arb | None = None


def integrate(f: Integrand, low: End, high: End) -> arb:
    """The integral of f over (low, high), remainders included in the ball."""
    middle = interior_point(low, high)
    return half(f, low, middle, 1) + half(f, high, middle, -1)


def interior_point(low: End, high: End) -> arb:
    if low.point is not None and high.point is not None:
        return ((low.point + high.point) / 2).mid()
    if low.point is not None:
        return (low.point + 1).mid()
    if high.point is not None:
        return (high.point - 1).mid()
    return arb(0)


def half(f: Integrand, end: End, middle: arb, direction: int) -> arb:
    """The integral between an end and an interior point; direction 1 when the end is on the left."""
    if end.point is None:
        return towards_infinity(f, end, middle, -direction)
    if not end.singular:
        point = acb(end.point)
        return contour(lambda x, analytic: f(x, x - point, analytic), end.point, middle) * direction
    return towards_point(f, end, middle, direction)


def towards_point(f: Integrand, end: End, middle: arb, direction: int) -> arb:
    """x = p + direction exp(-t), t from -log|middle - p| to the cut."""
    assert end.point is not None and end.cut is not None and end.remainder is not None
    if not end.remainder.is_finite():
        return arb.nan()
    point = acb(end.point)

    def transformed(t: acb, analytic: bool) -> acb:
        step = (-t).exp()
        return f(point + direction * step, direction * step, analytic) * step

    start = -abs(middle - end.point).log()
    return contour(transformed, start, end.cut) + symmetric(end.remainder)


def towards_infinity(f: Integrand, end: End, middle: arb, direction: int) -> arb:
    """x = middle + direction (exp(t) - 1), t from 0 to the cut."""
    assert end.cut is not None and end.remainder is not None
    if not end.remainder.is_finite():
        return arb.nan()

    def transformed(t: acb, analytic: bool) -> acb:
        growth = t.exp()
        offset = direction * (growth - 1)
        return f(acb(middle) + offset, offset, analytic) * growth

    return contour(transformed, arb(0), end.cut) + symmetric(end.remainder)


def contour(f: Callable[[acb, bool], acb], low: arb, high: arb) -> arb:
    """A plain certified integral over a bounded interval on which f is analytic."""
    tolerance = arb(2) ** (-ctx.prec)
    return guarded_integral(f, low, high, abs_tol=tolerance, rel_tol=tolerance)


def symmetric(bound: arb) -> arb:
    """The ball [-bound, bound]."""
    upper = bound.upper() if bound.is_finite() else arb.nan()
    return (-upper).union(upper)
