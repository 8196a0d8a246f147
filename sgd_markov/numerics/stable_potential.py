"""E log|shift + factor X| for a symmetric stable X, from its characteristic function."""

from __future__ import annotations

import sympy as sp
from flint import acb, arb, ctx

from ..balls.evaluate import evaluate
from ..balls.quadrature import contour, symmetric


def stable_log(shift: sp.Expr, factor: sp.Expr, alpha: sp.Expr, scale: sp.Expr) -> arb:
    """gamma_E (1/alpha - 1) + log c + int_0^oo (1 - cos(shift t)) exp(-(c t)^alpha) dt/t, c = |factor| scale.

    From E log|Y| - E log|Y_0| = int_0^oo (cf_0(t) - Re cf(t)) dt/t (Frullani) with Y_0 = factor X. With t = e^u the
    integrand is entire in u. Left of -L it integrates to at most shift^2 exp(-2L)/4; right of R, with
    y = (c e^R)^alpha, to at most 2 exp(-y)/(alpha y).
    """
    a, p, c = evaluate(shift), evaluate(alpha), abs(evaluate(factor)) * evaluate(scale)
    centred = arb.const_euler() * (1 / p - 1) + c.log()
    if a.is_zero():
        return centred
    left = -(arb(ctx.prec) * 0.35 + 8 + abs(a).log().max(arb(0))).mid()
    y = arb(ctx.prec) * 0.7 + 8
    right = ((y.log() / p) - c.log()).mid()
    decayed = (p * (right + c.log())).exp()

    def integrand(u: acb, _: bool) -> acb:
        t = u.exp()
        return 2 * (t * a / 2).sin() ** 2 * (-((u + c.log()) * p).exp()).exp()

    rest = a * a * (2 * left).exp() / 4 + 2 * (-decayed).exp() / (p * decayed)
    return centred + contour(integrand, left, right) + symmetric(rest)
