"""The formula of Kramers and Eyring for the mean time to leave a well, as the noise goes to 0.

For dw = -L' dt + sqrt(C) dB in a well with its minimum at a and a barrier at z the rate of crossing is
sqrt(L''(a) |L''(z)|)/(2 pi) exp(-2 (L(z) - L(a))/C) (1 + O(C)), and twice that for reaching the top z itself.
"""

from __future__ import annotations

import sympy as sp

from ...chain.diffusion import Diffusion
from ...numerics.signs_of_symbols import known_sign
from ...proof.radicals import is_zero

QUADRATIC = 2


def kramers_time(diffusion: Diffusion, start: sp.Expr, low: sp.Expr, high: sp.Expr) -> sp.Expr | None:
    """The mean time to leave [low, high] by this formula, where minimum and barriers are known exactly; else None.

    A side counts where exactly one critical point, a maximum of L, lies between the minimum and the end of the region,
    or at that end. The other side may have no critical point: then it is closed, or higher than all barriers.

    >>> w = sp.Symbol("w", real=True)
    >>> kramers_time(Diffusion(w - w**3, sp.Rational(1, 50), w), sp.Integer(-1), sp.Integer(-2), sp.Integer(0))
    sqrt(2)*pi*exp(25)/2
    """
    w, drift, variance = diffusion.variable, sp.expand(diffusion.drift), diffusion.variance
    zeros = simple_zeros(drift, w) if w not in variance.free_symbols and drift.is_polynomial(w) else None
    if not zeros:
        return None
    slope, potential = sp.diff(drift, w), -sp.integrate(drift, w)
    within = [z for z in zeros if ordered(low, z, high)]
    minima = [z for z in within if known_sign(slope.subs(w, z)) == -1]
    tops = [z for z in within if known_sign(slope.subs(w, z)) == 1]
    if len(minima) != 1 or not tops or not same_well(start, minima[0], tops):
        return None
    (bottom,) = minima
    rates = []
    for top in tops:
        height = potential.subs(w, top) - potential.subs(w, bottom)
        at_end = any(end.is_finite and is_zero(end - top) for end in (low, high))
        rate = sp.sqrt(-slope.subs(w, bottom) * slope.subs(w, top)) / (2 * sp.pi) * sp.exp(-2 * height / variance)
        rates.append((2 if at_end else 1) * rate)
        if not open_end_is_higher(potential, w, low, high, bottom, tops, height):
            return None
    return 1 / sp.Add(*rates)


def simple_zeros(drift: sp.Expr, w: sp.Symbol) -> list[sp.Expr] | None:
    """All real zeros, where they are simple and come from factors of degree 1 and 2; else None."""
    zeros: list[sp.Expr] = []
    for factor, power in sp.factor_list(drift, w)[1]:
        poly = sp.Poly(factor, w)
        if power > 1 or (poly.degree() > QUADRATIC and poly.count_roots() > 0):
            return None
        if poly.degree() <= QUADRATIC:
            zeros += [z for z in sp.roots(poly) if z.is_real]
    return zeros


def ordered(low: sp.Expr, point: sp.Expr, high: sp.Expr) -> bool:
    """low <= point <= high."""
    above = low.is_infinite or known_sign(point - low) in (0, 1)
    return above and (high.is_infinite or known_sign(high - point) in (0, 1))


def same_well(start: sp.Expr, bottom: sp.Expr, tops: list[sp.Expr]) -> bool:
    """Is the start on the same side of every barrier as the minimum, and is there one barrier a side at most?"""
    sides = [known_sign(top - bottom) for top in tops]
    return len(set(sides)) == len(sides) and all(
        known_sign(top - start) == side for top, side in zip(tops, sides, strict=True)
    )


def open_end_is_higher(
    potential: sp.Expr, w: sp.Symbol, low: sp.Expr, high: sp.Expr, bottom: sp.Expr, tops: list[sp.Expr], height: sp.Expr
) -> bool:
    """Is an ordinary end without a barrier before it higher than the barrier?"""
    for side, end in ((-1, low), (1, high)):
        if end.is_infinite or any(known_sign(side * (top - bottom)) == 1 for top in tops):
            continue
        if known_sign(potential.subs(w, end) - potential.subs(w, bottom) - height) != 1:
            return False
    return True
