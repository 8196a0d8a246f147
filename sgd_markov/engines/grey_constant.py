"""The tails that heavy noise hands on to the stationary law of w' = M w + B.

Grey (1994), theorem 1: where P(B > t) ~ r t^-a, P(B < -t) ~ l t^-a and E|M|^a < 1, one step balances the tails:
R = r + E[M^a; M > 0] R + E[|M|^a; M < 0] L, and the same with the sides exchanged.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import sympy as sp

from ..balls.adaptive import proved_sign
from ..laws.law import Law
from ..numerics.value_signs import takes_negative

if TYPE_CHECKING:
    from ..chain.draw import Source
    from .affine import AffineChain


def inherited_constants(affine: AffineChain, index: sp.Expr, power: sp.Expr | None) -> tuple[sp.Expr, sp.Expr] | None:
    """(R, L), exact, where B = B' + c X with X independent of M and of B', of known tails, and B' lighter.

    `index`: a, the tail index of X; `power`: E|M|^a, or None where it has no closed form.
    """
    noise = noise_tails(affine, index)
    if noise is None or power is None:
        return None
    right, left = noise
    if sp.simplify(right - left) == 0:
        return right / (1 - power), left / (1 - power)
    signs = [takes_negative(c, 0) for c in affine.multipliers()]
    if signs and all(sign is False for sign in signs):
        return right / (1 - power), left / (1 - power)
    positive = [takes_negative(c, 0) for c in mirrored(affine).multipliers()]
    if positive and all(sign is False for sign in positive):
        scale = 1 - power**2
        return (right + power * left) / scale, (left + power * right) / scale
    return None


def mirrored(affine: AffineChain) -> AffineChain:
    """The chain with -M for M."""
    return replace(affine, multiplier=sp.expand(-affine.multiplier))


def noise_tails(affine: AffineChain, index: sp.Expr) -> tuple[sp.Expr, sp.Expr] | None:
    """(r, l) of B."""
    if affine.means:
        return None
    sources = (*affine.draw.data, *affine.draw.noise)
    heavy = [source for source in sources if is_heavy(source, affine.offset, index)]
    if len(heavy) != 1:
        return None
    symbol, law = heavy[0].symbols[0], heavy[0].law
    assert isinstance(law, Law)
    tails, slope = law.tail_constants(), sp.expand(affine.offset).coeff(symbol, 1)
    others = sp.expand(affine.offset - slope * symbol).free_symbols | affine.multiplier.free_symbols
    drawn = {s for source in sources for s in source.symbols}
    if tails is None or symbol in others or slope.free_symbols & drawn:
        return None
    size = sp.Abs(slope) ** index
    sign = proved_sign(slope)
    if sign not in (1, -1):
        return None
    right, left = tails if sign == 1 else tails[::-1]
    return size * right, size * left


def is_heavy(source: Source, offset: sp.Expr, index: sp.Expr) -> bool:
    """Is it not proved that the source's part of B has a lighter tail than the index?"""
    used = [s for s in source.symbols if s in offset.free_symbols]
    if not used or source.finite is not None:
        return False
    assert isinstance(source.law, Law)
    limit = sp.sympify(source.law.moment_limit)
    if limit.is_infinite:
        return False
    return proved_sign(limit / sp.degree(offset, used[0]) - index) != 1
