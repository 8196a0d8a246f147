"""Monotone branches of functions whose inverses need Lambert's W, and of fractions and normalised gradients.

Each function returns None where the expression is not of its form.
"""

from __future__ import annotations

import sympy as sp

from .branch import Branch, NotInvertible, Y, mapped, reciprocal, scaled, shifted, split_at_zero, undone, within
from .case_signs import Signs
from .linear_fractional import linear_fractional

Found = list[Branch] | None


def linear_and_exponential(expr: sp.Expr, x: sp.Symbol, low: sp.Expr, high: sp.Expr, signs: Signs) -> Found:
    """a x + b exp(c x) + d: with v = (b c/a) exp(c x), v exp(v) = (b c/a) exp(c (y - d)/a), and c x = c (y - d)/a - v.

    Increasing or decreasing as a where v > 0; where v < 0 the slope is 0 at v = -1.
    """
    exponential = [node for node in expr.atoms(sp.exp) if x in node.free_symbols]
    if len(exponential) != 1 or not linear(exponential[0].args[0], x):
        return None
    (node,) = exponential
    u = sp.Dummy("u")
    outer = expr.xreplace({node: u})
    if not outer.is_polynomial(x, u) or sp.Poly(outer, x, u).total_degree() != 1:
        return None
    a, b, d = (sp.Poly(outer, x, u).coeff_monomial(part) for part in (x, u, 1))
    c = sp.Poly(node.args[0], x).LC()
    b *= sp.exp(node.args[0].xreplace({x: sp.Integer(0)}))
    rise, side = signs.strict(a), signs.strict(a * b * c)
    grows = signs.strict(c)
    if 0 in (rise, side):
        raise NotInvertible(expr)
    ratio, place = b * c / a, (Y - d) / a
    if side > 0:
        whole = [Branch(-sp.oo, sp.oo, -rise * sp.oo, rise * sp.oo, rise > 0, place - sp.LambertW(ratio * sp.exp(c * place)) / c)]
    else:  # W_0 where |v| < 1, that is where exp(c x) is small; both ends are infinite of one sign
        main, other = (place - sp.LambertW(ratio * sp.exp(c * place), index) / c for index in (0, -1))
        first, last = (main, other) if grows > 0 else (other, main)
        turn, far = sp.log(-1 / ratio) / c, -rise * grows * sp.oo
        top = a * turn - a / c + d
        whole = [
            Branch(-sp.oo, turn, far, top, far == -sp.oo, first),
            Branch(turn, sp.oo, top, far, far == sp.oo, last),
        ]

    def value(at: sp.Expr) -> sp.Expr:
        found = undone(whole, at, (sp.expand(a * (at + node / c) + d) for node in at.atoms(sp.LambertW)))
        return a * at + b * sp.exp(c * at) + d if found is None else found

    return within(whole, low, high, value, signs)


def linear_times_exponential(expr: sp.Expr, x: sp.Symbol, low: sp.Expr, high: sp.Expr, signs: Signs) -> Found:
    """x exp(c x + d): c x = W(c y exp(-d)), the branch W_0 where c x > -1, W_(-1) elsewhere."""
    exponent = sp.powsimp(expr / x)
    if not isinstance(exponent, sp.exp) or not linear(exponent.args[0], x):
        return None
    c = sp.Poly(exponent.args[0], x).LC()
    grows = signs.strict(c)
    decay = sp.exp(-exponent.args[0].xreplace({x: sp.Integer(0)}))
    main, other = (sp.LambertW(c * Y * decay, index) / c for index in (0, -1))
    turn = -1 / c
    top = turn * sp.exp(-1) / decay
    if grows > 0:
        whole = [Branch(-sp.oo, turn, sp.Integer(0), top, False, other), Branch(turn, sp.oo, top, sp.oo, True, main)]
    else:
        whole = [Branch(-sp.oo, turn, -sp.oo, top, True, main), Branch(turn, sp.oo, top, sp.Integer(0), False, other)]

    def value(at: sp.Expr) -> sp.Expr:
        found = undone(whole, at, (node.args[0] / (c * decay) for node in at.atoms(sp.LambertW)))
        return expr.xreplace({x: at}) if found is None else found

    return within(whole, low, high, value, signs)


def linear(expr: sp.Expr, x: sp.Symbol) -> bool:
    return bool(expr.is_polynomial(x)) and sp.degree(expr, x) == 1


def linear_fraction(expr: sp.Expr, x: sp.Symbol, low: sp.Expr, high: sp.Expr, signs: Signs) -> Found:
    """(p x + q)/(r x + t) = p/r + (q - p t/r)/(r x + t), on both sides of the pole."""
    form = linear_fractional(expr, x)
    if form is None or not signs.nonzero(form.r):
        return None
    rest = sp.factor(form.q - form.at_infinity * form.t)
    if not signs.nonzero(rest):
        raise NotInvertible(expr)
    below = shifted(scaled([Branch(low, high, low, high, True, Y)], form.r, signs), form.t)
    return shifted(scaled(reciprocal(split_at_zero(below, signs), signs), rest, signs), form.at_infinity)


def normalised(expr: sp.Expr, x: sp.Symbol, low: sp.Expr, high: sp.Expr, signs: Signs) -> Found:
    """u/sqrt(u^2 + c) for a multiple u of x, c > 0: increasing, with the inverse sqrt(c) y/sqrt(1 - y^2)."""
    square = sp.powsimp((x / expr) ** 2)
    if not square.is_polynomial(x) or sp.degree(square, x) != 2:
        return None
    a, b, c = sp.Poly(square, x).all_coeffs()
    if b != 0 or signs.strict(a) < 1 or signs.strict(c) < 1:
        return None
    base = [Branch(low, high, low, high, True, Y)]
    side = signs.strict(expr.xreplace({x: sp.Integer(1)}))
    bound = 1 / sp.sqrt(a)

    def outer(at: sp.Expr) -> sp.Expr:
        return bound * (1 if at == sp.oo else -1) if at in (sp.oo, -sp.oo) else at / sp.sqrt(a * at**2 + c)

    found = mapped(base, outer, sp.sqrt(c) * Y / sp.sqrt(1 - a * Y**2))
    return scaled(found, sp.Integer(side), signs)
