"""The constants and functions that ball arithmetic knows, by the names of their sympy classes.

A function takes the walk that evaluates it (`balls.evaluate`), which knows whether the argument is real or complex and
whether analyticity has to be proved, and its arguments as balls.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp
from flint import acb, arb, fmpq

Ball = Any
"""arb or acb; both spell their functions alike."""

Walk = Any
"""An evaluation in progress: `complex_plane`, `analytic`, `log`, `absolute`, `real`."""


def beyond_one(coordinate: arb) -> bool:
    """May |coordinate| be at least 1?"""
    return not abs(coordinate) < 1


def on_negative_axis(x: acb) -> bool:
    return bool(x.imag.contains(0)) and not x.real > 0


CUTS: dict[str, Callable[[acb], bool]] = {
    **dict.fromkeys(("asin", "acos", "atanh"), lambda x: x.imag.contains(0) and beyond_one(x.real)),
    **dict.fromkeys(("atan", "asinh"), lambda x: x.real.contains(0) and beyond_one(x.imag)),
    "acosh": lambda x: x.imag.contains(0) and not x.real > 1,
    "lambertw": lambda x: x.imag.contains(0) and not x.real > -(-arb(1)).exp(),
    **dict.fromkeys(("ci", "chi", "loggamma", "Ei", "expint", "besselk"), on_negative_axis),
}
"""Function -> may a ball meet its branch cut? FLINT's values stay finite there, so that a finite value proves nothing."""


def off_cuts(name: str, function: Callable[..., Ball]) -> Callable[..., Ball]:
    """The function, undefined where analyticity has to be proved and the (last) argument may meet a branch cut."""
    cut = CUTS[name]

    def guarded(walk: Walk, *arguments: Ball) -> Ball:
        if walk.complex_plane and walk.analytic and cut(acb(arguments[-1])):
            return acb("nan")
        return function(walk, *arguments)

    return guarded


def is_zero(x: Ball) -> bool:
    return bool(x.is_zero())


def exponential_integral(walk: Walk, x: Ball) -> Ball:
    """Ei, real on both half-lines (the principal value for x > 0, -E1(-x) for x < 0)."""
    if walk.complex_plane:
        return x.ei()
    return x.ei()


def generalised_exponential_integral(walk: Walk, order: Ball, x: Ball) -> Ball:
    return x.expint(order)


def heaviside(walk: Walk, x: Ball, at_zero: Ball | None = None) -> Ball:
    half = arb(fmpq(1, 2)) if at_zero is None else walk.real(at_zero)
    if walk.complex_plane:
        return x.real_heaviside(analytic=walk.analytic)
    return arb(1) if x > 0 else arb(0) if x < 0 else half if is_zero(x) else arb(0).union(arb(1))


def sign(walk: Walk, x: Ball) -> Ball:
    if walk.complex_plane:
        return x.real_sgn(analytic=walk.analytic)
    return x.sgn()


def floor(walk: Walk, x: Ball) -> Ball:
    return x.real_floor(analytic=walk.analytic) if walk.complex_plane else x.floor()


def largest(walk: Walk, *arguments: Ball) -> Ball:
    return _fold(walk, "max", arguments)


def smallest(walk: Walk, *arguments: Ball) -> Ball:
    return _fold(walk, "min", arguments)


def _fold(walk: Walk, name: str, arguments: tuple[Ball, ...]) -> Ball:
    result = arguments[0]
    for other in arguments[1:]:
        if walk.complex_plane:
            result = getattr(result, f"real_{name}")(other, analytic=walk.analytic)
        else:
            result = getattr(result, name)(other)
    return result


def polygamma(walk: Walk, order: Ball, x: Ball) -> Ball:
    if is_zero(order):
        return x.digamma()
    result = acb(x).polygamma(acb(order))
    return result if walk.complex_plane else result.real


def catalan(walk: Walk, n: Ball) -> Ball:
    """4^n Gamma(n + 1/2)/(sqrt(pi) Gamma(n + 2)); sympy writes some quotients of gammas so."""
    half = arb(fmpq(1, 2))
    return arb(4) ** n * (n + half).gamma() / (arb.pi().sqrt() * (n + 2).gamma())


def incomplete_gamma(walk: Walk, s: Ball, x: Ball) -> Ball:
    return x.gamma_upper(s)


CONSTANTS: dict[type, Callable[[], arb]] = {
    type(sp.pi): arb.pi,
    type(sp.E): arb.const_e,
    type(sp.EulerGamma): arb.const_euler,
    type(sp.Catalan): arb.const_catalan,
    type(sp.oo): arb.pos_inf,
    type(-sp.oo): arb.neg_inf,
    type(sp.GoldenRatio): lambda: (1 + arb(5).sqrt()) / 2,
}

METHODS = (
    "sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh erf erfc erfi gamma lambertw si ci shi chi"
).split()


def _method(name: str) -> Callable[..., Ball]:
    return lambda walk, x: getattr(x, name)()


FUNCTIONS: dict[str, Callable[..., Ball]] = {
    **{name: _method(name) for name in METHODS},
    "exp": lambda walk, x: x.exp(),
    "log": lambda walk, x: walk.log(x),
    "Abs": lambda walk, x: walk.absolute(x),
    "sign": sign,
    "floor": floor,
    "Max": largest,
    "Min": smallest,
    "Heaviside": heaviside,
    "Ei": exponential_integral,
    "expint": generalised_exponential_integral,
    "polygamma": polygamma,
    "digamma": lambda walk, x: x.digamma(),
    "loggamma": lambda walk, x: x.lgamma(),
    "uppergamma": incomplete_gamma,
    "lowergamma": lambda walk, s, x: x.gamma_lower(s),
    "besselj": lambda walk, order, x: x.bessel_j(order),
    "besselk": lambda walk, order, x: x.bessel_k(order),
    "sinc": lambda walk, x: x.sinc(),
    "beta": lambda walk, a, b: a.gamma() * b.gamma() / (a + b).gamma(),
    "re": lambda walk, x: x.real if walk.complex_plane else x,
    "catalan": catalan,
    "factorial": lambda walk, x: (x + 1).gamma(),
}
FUNCTIONS |= {name: off_cuts(name, FUNCTIONS[name]) for name in CUTS}
