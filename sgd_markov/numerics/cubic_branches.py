"""The monotone branches of u^3 + p u, with inverses by hyperbolic and circular functions."""

from __future__ import annotations

import sympy as sp

from .branch import Branch, Y, undone, within
from .case_signs import Signs


def cubic(p: sp.Expr, low: sp.Expr, high: sp.Expr, signs: Signs) -> list[Branch]:
    """On (low, high), p not 0. With u = 2 r sinh(a), r^2 = p/3, the value is 2 r^3 sinh(3 a); likewise cosh and cos.

    For p < 0 the slope changes its sign at -r and r, r^2 = -p/3; the branches outside are cut at -2 r and 2 r, where
    the value is that at r and -r.

    >>> [(b.low, b.high, b.image) for b in cubic(sp.Integer(-3), -sp.oo, sp.oo, Signs())][1:4]
    [(-2, -1, (-2, 2)), (-1, 1, (-2, 2)), (1, 2, (-2, 2))]
    """
    side = signs.strict(p)
    r = sp.sqrt(side * p / 3)
    top = 2 * r**3
    if side > 0:
        whole = [Branch(-sp.oo, sp.oo, -sp.oo, sp.oo, True, 2 * r * sp.sinh(sp.asinh(Y / top) / 3))]
    else:
        whole = [
            Branch(-sp.oo, -2 * r, -sp.oo, -top, True, -2 * r * sp.cosh(sp.acosh(-Y / top) / 3)),
            Branch(-2 * r, -r, -top, top, True, 2 * r * sp.cos((2 * sp.pi + sp.acos(Y / top)) / 3)),
            Branch(-r, r, top, -top, False, 2 * r * sp.cos((2 * sp.pi - sp.acos(Y / top)) / 3)),
            Branch(r, 2 * r, -top, top, True, 2 * r * sp.cos(sp.acos(Y / top) / 3)),
            Branch(2 * r, sp.oo, top, sp.oo, True, 2 * r * sp.cosh(sp.acosh(Y / top) / 3)),
        ]

    def value(u: sp.Expr) -> sp.Expr:
        nodes = u.atoms(sp.asinh, sp.acosh, sp.acos)
        found = undone(whole, u, (sign * top * node.args[0] for node in nodes for sign in (1, -1)))
        return u**3 + p * u if found is None else found

    return within(whole, low, high, value, signs)
