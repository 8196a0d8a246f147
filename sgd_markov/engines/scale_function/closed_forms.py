"""Diffusions whose scale function and mean exit times are known in closed form, symbols included.

Scale function S with b S' + C S''/2 = 0 and a particular solution p with b p' + C p''/2 = -1 give

    E tau = p(x) - p(a) - (p(b) - p(a)) (S(x) - S(a))/(S(b) - S(a))

for the exit from [a, b]; where the diffusion always comes back from below, E tau = q(x) - q(b) with that solution q whose
slope is -s int m from below, and likewise from above.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp

from ...chain.diffusion import Diffusion
from ...numerics.signs_of_symbols import known_sign


@dataclass(frozen=True)
class Solutions:
    """`scale` S and `particular` p on the interval (low, high) of the state space, as expressions in the state.

    `from_below`, `from_above`: the solution q where that end of the interval is one from which the diffusion always comes
    back, in finite mean time; None where it does not. `scale_ends`: the limits of S there, +-oo where infinite, None where
    symbols leave them open or the diffusion is not known to stay away from a finite end.
    """

    low: sp.Expr
    high: sp.Expr
    scale: sp.Expr
    particular: sp.Expr
    from_below: sp.Expr | None = None
    from_above: sp.Expr | None = None
    name: str = ""
    scale_ends: tuple[sp.Expr | None, sp.Expr | None] = (None, None)


def solutions(diffusion: Diffusion) -> Solutions | None:
    """The closed forms of the diffusion, or None.

    >>> w, mu = sp.symbols("w mu", positive=True)
    >>> solutions(Diffusion(mu, 1, w)).particular
    -w/mu
    """
    w = diffusion.variable
    if not all(e.is_rational_function(w) for e in (diffusion.drift, diffusion.variance)):
        return None
    drift, variance = sp.cancel(diffusion.drift), sp.cancel(diffusion.variance)
    for family in FAMILIES:
        found = family(drift, variance, w)
        if found is not None:
            return found
    return None


def constant_drift(drift: sp.Expr, variance: sp.Expr, w: sp.Symbol) -> Solutions | None:
    """Brownian motion with drift."""
    if w in drift.free_symbols | variance.free_symbols:
        return None
    sign = known_sign(drift)
    if sign == 0:
        return Solutions(-sp.oo, sp.oo, w, -(w**2) / variance, name="Brownian motion", scale_ends=(-sp.oo, sp.oo))
    if sign is None and not drift.is_nonzero:
        return None
    back = -w / drift
    return Solutions(
        -sp.oo, sp.oo, sp.exp(-2 * drift * w / variance), back,
        back if sign == 1 else None, back if sign == -1 else None, "Brownian motion with drift", vanishing(sign),
    )  # fmt: skip


def ornstein_uhlenbeck(drift: sp.Expr, variance: sp.Expr, w: sp.Symbol) -> Solutions | None:
    """b = -k (w - c): p'= -2/C exp(k z^2/C) int_0^z exp(-k y^2/C) dy with z = w - c, a series 2F2."""
    if w in variance.free_symbols or not drift.is_polynomial(w) or sp.degree(drift, w) != 1:
        return None
    k = -sp.diff(drift, w)
    z, sign = w - sp.cancel(w + drift / k), known_sign(k)
    if sign is None:
        return None
    half = sp.Rational(1, 2)
    particular = -(z**2) / variance * sp.hyper((1, 1), (3 * half, 2), k * z**2 / variance)
    if sign < 0:
        scale, ends = sp.erf(sp.sqrt(-k / variance) * z), (sp.Integer(-1), sp.Integer(1))
        return Solutions(-sp.oo, sp.oo, scale, particular, name="repelling linear drift", scale_ends=ends)
    scale = sp.erfi(sp.sqrt(k / variance) * z)
    one_sided = sp.pi / (2 * k) * scale
    return Solutions(
        -sp.oo, sp.oo, scale, particular, particular - one_sided, particular + one_sided, "Ornstein-Uhlenbeck process",
        (-sp.oo, sp.oo),
    )  # fmt: skip


def geometric(drift: sp.Expr, variance: sp.Expr, w: sp.Symbol) -> Solutions | None:
    """b = mu w, C = c w^2: log w is a Brownian motion with drift nu = mu - c/2."""
    mu, c = sp.cancel(drift / w), sp.cancel(variance / w**2)
    if w in mu.free_symbols | c.free_symbols:
        return None
    nu = sp.cancel(mu - c / 2)
    sign = known_sign(nu)
    if sign == 0:
        particular = -(sp.log(w) ** 2) / c
        name = "geometric Brownian motion"
        return Solutions(sp.Integer(0), sp.oo, sp.log(w), particular, name=name, scale_ends=(-sp.oo, sp.oo))
    if sign is None and not nu.is_nonzero:
        return None
    back = -sp.log(w) / nu
    return Solutions(
        sp.Integer(0), sp.oo, w ** sp.cancel(-2 * nu / c), back,
        back if sign == 1 else None, back if sign == -1 else None, "geometric Brownian motion", vanishing(sign),
    )  # fmt: skip


def bessel(drift: sp.Expr, variance: sp.Expr, w: sp.Symbol) -> Solutions | None:
    """b = beta/w, C = c constant: the Bessel process of dimension 1 + 2 beta/c."""
    beta = sp.cancel(drift * w)
    if w in beta.free_symbols | variance.free_symbols or known_sign(variance + 2 * beta) in (None, 0):
        return None
    power = sp.cancel(1 - 2 * beta / variance)
    sign = known_sign(power)
    if sign is None and not power.is_nonzero:
        return None
    particular = -(w**2) / sp.cancel(variance + 2 * beta)
    scale = sp.log(w) if sign == 0 else w**power
    kept = particular if sign in (-1, 0) else None
    ends = {-1: (-sp.oo, sp.Integer(0)), 0: (-sp.oo, sp.oo), 1: (None, sp.oo), None: (None, None)}[sign]
    return Solutions(sp.Integer(0), sp.oo, scale, particular, kept, name="Bessel process", scale_ends=ends)


def vanishing(sign: int | None) -> tuple[sp.Expr | None, sp.Expr | None]:
    """The limits of exp(-x) or of x to a negative power for a drift of this sign, which runs to the end where they are 0."""
    table = {1: (sp.oo, sp.Integer(0)), -1: (sp.Integer(0), sp.oo)}
    return (None, None) if sign is None else table[sign]


FAMILIES: tuple[Callable[[sp.Expr, sp.Expr, sp.Symbol], Solutions | None], ...] = (
    constant_drift,
    ornstein_uhlenbeck,
    geometric,
    bessel,
)


def mean_exit_time(diffusion: Diffusion, start: sp.Expr, low: sp.Expr, high: sp.Expr) -> tuple[sp.Expr, str] | None:
    """(E tau of the exit from [low, high], the name of the family), where it is finite and known."""
    found = solutions(diffusion)
    if found is None or not inside(found, start) or not free_to_move(diffusion, found, low, high):
        return None
    w = diffusion.variable
    ends = ordinary(found, low, 1), ordinary(found, high, -1)
    if ends == (True, True):
        p, s = found.particular, found.scale
        share = difference(s, w, start, low) / difference(s, w, high, low)
        return neat(difference(p, w, start, low) - difference(p, w, high, low) * share), found.name
    one_sided = found.from_below if ends == (False, True) else found.from_above if ends == (True, False) else None
    if one_sided is None:
        return None
    end = high if ends[1] else low
    return neat(difference(one_sided, w, start, end)), found.name


def hitting_probability(
    diffusion: Diffusion, start: sp.Expr, low: sp.Expr, high: sp.Expr, wanted: int
) -> tuple[sp.Expr, str] | None:
    """(P(one end of [low, high] is reached, and before the other), name); `wanted`: 1 the end high, -1 the end low."""
    found = solutions(diffusion)
    if found is None or not inside(found, start) or not free_to_move(diffusion, found, low, high):
        return None
    scale = {-1: scale_at(diffusion, found, low, 1), 1: scale_at(diffusion, found, high, -1)}
    goal, other = scale[wanted], scale[-wanted]
    if goal is None or other is None or not ordinary(found, high if wanted > 0 else low, -wanted):
        return None
    if other.is_infinite:
        return sp.Integer(1), found.name
    here = found.scale.subs(diffusion.variable, start)
    return neat((here - other) / (goal - other)), found.name


def scale_at(diffusion: Diffusion, found: Solutions, end: sp.Expr, side: int) -> sp.Expr | None:
    """S at an end of the region, or its limit at that of the interval; None where that is open."""
    kind = ordinary(found, end, side)
    if kind is None:
        return None
    return found.scale.subs(diffusion.variable, end) if kind else found.scale_ends[0 if side > 0 else 1]


def inside(found: Solutions, start: sp.Expr) -> bool:
    """Is the start proved to be in the interval of the solutions?"""
    above = found.low == -sp.oo or known_sign(start - found.low) == 1
    return above and (found.high == sp.oo or known_sign(found.high - start) == 1)


def free_to_move(diffusion: Diffusion, found: Solutions, low: sp.Expr, high: sp.Expr) -> bool:
    """Does the state space not end within the region before the interval of the solutions does?"""
    bottom, top = diffusion.state_space
    below = bottom in (-sp.oo, found.low) or (low.is_finite and known_sign(low - bottom) == 1)
    return below and (top in (sp.oo, found.high) or (high.is_finite and known_sign(top - high) == 1))


def ordinary(found: Solutions, end: sp.Expr, side: int) -> bool | None:
    """Is the end of the region inside the interval of the solutions (True), or not before its end (False)?"""
    own = found.low if side > 0 else found.high
    if end.is_infinite:
        return False
    if own.is_infinite:
        return True
    sign = known_sign(side * (end - own))
    return None if sign is None else sign > 0


def difference(expr: sp.Expr, w: sp.Symbol, at: sp.Expr, other: sp.Expr) -> sp.Expr:
    return expr.subs(w, at) - expr.subs(w, other)


def neat(expr: sp.Expr) -> sp.Expr:
    """Rational answers multiplied out and factored, others as they are."""
    symbols = expr.free_symbols
    return sp.factor(sp.cancel(expr)) if symbols and expr.is_rational_function(*symbols) else expr
