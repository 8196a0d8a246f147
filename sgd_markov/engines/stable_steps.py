"""The law of w_n for w' = m w + b z + c with a number m and z normal or Cauchy: it stays in the family."""

from __future__ import annotations

import sympy as sp

from ..balls.adaptive import proved_sign
from ..chain.mixture import Component
from ..laws.cauchy import Cauchy
from ..laws.law import Law
from ..laws.normal import Normal


def stable_law_after(components: tuple[Component, ...], start: sp.Expr, steps: int) -> Law | None:
    """The exact law, or None where the chain is not of this form; `components`: the joint law of (M, B).

    Normal: mean m^n w_0 + c (1 + ... + m^(n-1)), variance s^2 (1 + m^2 + ... ); Cauchy: scale s (1 + |m| + ...).
    """
    if steps < 1 or len(components) != 1 or len(components[0].laws) != 1:
        return None
    ((symbol, law),) = components[0].laws.items()
    multiplier, offset = components[0].values
    if symbol in multiplier.free_symbols or not offset.is_polynomial(symbol) or sp.degree(offset, symbol) != 1:
        return None
    poly = sp.Poly(offset, symbol)
    step = law.affine(poly.coeff_monomial(1), poly.coeff_monomial(symbol))
    if isinstance(step, Normal):
        spread = sp.sqrt(geometric(multiplier**2, steps))
        return Normal(multiplier**steps * start + step.mean * geometric(multiplier, steps), step.std * spread)
    if isinstance(step, Cauchy):
        size = geometric(sp.Abs(multiplier), steps)
        return Cauchy(multiplier**steps * start + step.loc * geometric(multiplier, steps), step.scale * size)
    return None


def geometric(ratio: sp.Expr, terms: int) -> sp.Expr:
    """1 + ratio + ... + ratio^(terms - 1)."""
    is_one = ratio == 1 or (not ratio.free_symbols and proved_sign(ratio - 1) == 0)
    return sp.Integer(terms) if is_one else (1 - ratio**terms) / (1 - ratio)
