"""Windows of the moment exponent: where E|M|^p < 1."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import sympy as sp

from ..answer.enclosure import Bound, Enclosure
from ..answer.number import Number
from ..balls.adaptive import proved_sign
from ..chain.mixture import Component
from ..effort import Effort
from ..errors import Inconclusive
from ..numerics.sign_change import sign_change
from ..numerics.windows import Window

SMALLEST = 2000
"""Steps between 2^-SMALLEST and 2^SMALLEST are looked at."""

SignAt = Callable[[Fraction], int | None]
"""The proved sign at a rational value of the parameter; None where it is not proved."""


def convex_window(
    components: tuple[Component, ...],
    parameter: sp.Symbol,
    domain: tuple[Bound, Bound],
    sign_at: SignAt,
    mean_slope: sp.Expr,
    effort: Effort,
) -> Window:
    """p >= 1 and M affine in the parameter t: E|M|^p is convex in t.

    On t > 0 the window is (0, t*) if E|M|^p < 1 at 0. If M = 1 there it is (0, t*) if the slope at 0, p E dM/dt, is
    negative, and empty otherwise.
    `sign_at(t)`: the proved sign of E|M|^p - 1; `mean_slope`: E dM/dt.
    """
    if domain[0] != 0 or not all(is_affine(component, parameter) for component in components):
        raise Inconclusive(f"the window of this moment exponent is known for {parameter} from 0 on, with M affine in it")
    if all(component.values[0].subs(parameter, 0) == 1 for component in components):
        slope = proved_sign(mean_slope)
    else:
        slope = -1 if sign_at(Fraction(0)) == -1 else None
        if slope is None:
            raise Inconclusive(f"the window of this moment exponent is known where M = 1 or E|M|^p < 1 at {parameter} = 0")
    if slope is None:
        raise Inconclusive("the sign of E dM/dt is not decided")
    empty = Window((), method="E|M|^p is convex in the parameter and 1 at 0 with a slope that is not negative")
    if slope >= 0:
        return empty
    end = first_crossing(sign_at, domain[1], effort)
    low = Number(sp.Integer(0), Enclosure.point(0), effort.digits)
    return replace(empty, intervals=((low, end),), method="E|M|^p is convex in the parameter: one sign change, enclosed")


def is_affine(component: Component, parameter: sp.Symbol) -> bool:
    value = sp.expand(component.values[0])
    affine = value.is_polynomial(parameter) and sp.degree(value, parameter) <= 1
    return bool(affine and not component.probability.has(parameter))


def first_crossing(sign_at: SignAt, high: Bound, effort: Effort) -> Number:
    """The end of the window: between proved signs on both sides, found by halving and doubling."""
    inside, outside = Fraction(1), Fraction(1)
    while proved(sign_at, inside, effort) != -1:
        inside, outside = inside / 2, inside
    while outside < high and (sign := proved(sign_at, outside, effort)) != 1:
        if sign == 0:
            return Number(sp.Rational(outside), Enclosure.point(outside), effort.digits)
        inside, outside = outside, 2 * outside
    if outside >= high:
        outside = Fraction(high)
        if inside >= outside or proved(sign_at, outside, effort) != 1:
            # E|M|^p is convex and 1 at 0, so that it is below 1 up to here
            return Number(sp.Rational(outside), Enclosure.point(outside), effort.digits)
    return Number(None, sign_change(sign_at, inside, outside, effort), effort.digits)


def proved(sign_at: SignAt, t: Fraction, effort: Effort) -> int:
    """The sign at t; raises `Inconclusive` where it is open, or where t is beyond every reasonable scale."""
    effort.check()
    sign = sign_at(t) if Fraction(1, 2**SMALLEST) <= t <= 2**SMALLEST else None
    if sign is None:
        raise Inconclusive(f"the sign of E|M|^p - 1 at {sp.N(sp.Rational(t), 5)} is not proved")
    return sign
