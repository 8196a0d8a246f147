"""Windows of lognormal multipliers: E log|1 - t Y| changes its sign once.

With t = exp(s) and Y = exp(N), f = E k(s + N), k(u) = log|1 - exp(u)|, N normal. k has one change of sign, at log 2, from
- to +, and the normal kernel diminishes variation (Karlin 1968, chapter 5): f has at most one, from - to +. f touches 0
nowhere: at a zero from below f + e would change sign four times for a small e > 0, but k + e does so only twice; at
one from above f - e three times, but k - e once. f < 0 for small t since EY > 0, and f > 0 for large t.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import inf

import sympy as sp

from ..answer.enclosure import Bound, Enclosure
from ..answer.number import Number
from ..chain.mixture import Component
from ..effort import Effort
from ..errors import Inconclusive
from ..laws.lognormal import Lognormal
from ..numerics.sign_change import sign_change
from ..numerics.windows import Window

DOUBLINGS = 400
METHOD = "certified: one change of sign, since the normal kernel diminishes variation"
SOURCE = ("karlin1968",)


def changes_sign_once(components: tuple[Component, ...], parameter: sp.Symbol) -> bool:
    """Is the multiplier 1 - c t Y with c > 0 and Y lognormal?"""
    if len(components) != 1 or len(components[0].laws) != 1:
        return False
    ((symbol, law),) = components[0].laws.items()
    factor = sp.expand((1 - components[0].values[0]) / (parameter * symbol))
    return isinstance(law, Lognormal) and not law.free_symbols and bool(factor.is_Rational and factor > 0)


def crossing_window(sign_at: Callable[[Fraction], int | None], near: Fraction, domain: tuple[Bound, Bound], effort: Effort) -> Window:
    """(0, t*) cut to the domain; `near`: where the search for t* begins. For t < 0 the exponent is positive."""
    low, high = Fraction(max(domain[0], 0)), domain[1]
    if low >= high or (low > 0 and proved(sign_at, low, effort) >= 0):
        return Window((), method=METHOD, cite=SOURCE)
    start = Number(sp.Rational(low), Enclosure.point(low), effort.digits)
    if high != inf and proved(sign_at, Fraction(high), effort) <= 0:
        return Window(((start, Number(sp.Rational(high), Enclosure.point(high), effort.digits)),), method=METHOD, cite=SOURCE)
    found = sign_change(sign_at, *bracketed(sign_at, near, low, high, effort), effort)
    return Window(((start, Number(None, found, effort.digits)),), method=METHOD, cite=SOURCE)


def bracketed(
    sign_at: Callable[[Fraction], int | None], near: Fraction, low: Fraction, high: Bound, effort: Effort
) -> tuple[Fraction, Fraction]:
    """a < b in [low, high] with f(a) < 0 < f(b), where f changes sign between low and high."""
    point = near if low < near < high else low + 1 if high == inf else (low + Fraction(high)) / 2
    inside, outside = low, Fraction(high) if high != inf else None
    for _ in range(DOUBLINGS):
        if proved(sign_at, point, effort) < 0:
            inside = point
        else:
            outside = point
        if inside > 0 and outside is not None:
            return inside, outside
        point = 2 * point if outside is None else point / 2
    raise Inconclusive("the change of sign is beyond every reasonable scale")


def proved(sign_at: Callable[[Fraction], int | None], t: Fraction, effort: Effort) -> int:
    effort.check()
    sign = sign_at(t)
    if sign is None:
        raise Inconclusive(f"the sign of the exponent at {float(t)} is not proved")
    return sign
