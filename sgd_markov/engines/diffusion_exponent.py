"""The Lyapunov exponent of a diffusion at a point where drift and variance vanish."""

from __future__ import annotations

import sympy as sp

from ..balls.adaptive import proved_sign
from ..chain.chain import Point
from ..chain.diffusion import Diffusion
from ..errors import HypothesisViolated, Inconclusive
from ..numerics.smooth_pieces import KINKS
from ..proof.radicals import is_zero


def diffusion_exponent(diffusion: Diffusion, at: Point) -> sp.Expr:
    """b'(w*) - C''(w*)/4, per unit of time.

    Near w* the equation is dw = b' w dt + sqrt(C''/2) w dB with w counted from w*, so that by Ito's formula
    d log|w| = (b' - C''/4) dt + sqrt(C''/2) dB. Raises `HypothesisViolated` where the point is not fixed or the
    variance does not vanish to the second order, `Inconclusive` at kinks.

    >>> w, a, s = sp.symbols("w a s", real=True)
    >>> diffusion_exponent(Diffusion(a * w, s**2 * w**2, w), {w: sp.Integer(0)})
    a - s**2/2
    """
    w = diffusion.variable
    where = f"{w} = {at[w]}"
    for name, expr in (("drift", diffusion.drift), ("variance", diffusion.variance)):
        if any(w in node.free_symbols for node in expr.atoms(*KINKS)):
            raise Inconclusive(f"the {name} {expr} has a kink: no exponent of a diffusion is computed there")
        require_zero(expr.subs(at), f"the {name} vanishes at {where}")
    slope = sp.diff(diffusion.variance, w)
    require_zero(slope.subs(at), f"the variance vanishes at {where} to the second order")
    found = sp.diff(diffusion.drift, w).subs(at) - sp.diff(slope, w).subs(at) / 4
    if found.has(sp.nan, sp.zoo, sp.oo):
        raise HypothesisViolated(f"drift and variance are smooth at {where}", "their derivatives are infinite there")
    return sp.expand(found)


def require_zero(value: sp.Expr, statement: str) -> None:
    if value.has(sp.nan, sp.zoo, sp.oo):
        raise HypothesisViolated(statement, "it is not defined there")
    if is_zero(value):
        return
    if not value.free_symbols and proved_sign(value) is None:
        raise Inconclusive(f"whether {value} is 0 is not decided")
    raise HypothesisViolated(statement, f"the value there is {value}")
