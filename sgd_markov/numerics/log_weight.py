"""log m of the zero-flux density m = exp(int 2 b/C)/C of a diffusion with rational b and C, in closed form."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from ..errors import Inconclusive
from .diffusion_pieces import Piece
from .signs_of_symbols import known_sign, needs_values, sign_between
from .vanishing import vanishes


def zero_flux_logarithms(pieces: Sequence[Piece], w: sp.Symbol) -> tuple[sp.Expr, ...]:
    """log m = int 2 b/C - log C on each of the adjoining pieces, so that C m is continuous where they meet.

    Raises `Inconclusive` where the integral is not known in closed form.
    """
    found: list[sp.Expr] = []
    for piece in pieces:
        integral = drift_integral(piece, w)
        if found:
            before, cut = pieces[len(found) - 1], piece.low
            jump = (found[-1] + log_of(before.variance, w, before)).subs(w, cut) - integral.subs(w, cut)
            integral += sp.expand(jump)
        found.append(sp.expand(integral - log_of(piece.variance, w, piece)))
    if len(found) == 1:  # no neighbour to fit: constants go
        found = [found[0].as_independent(w, as_Add=True)[1]]
    return tuple(found)


def log_of(variance: sp.Expr, w: sp.Symbol, piece: Piece) -> sp.Expr:
    """The logarithm of a variance, factor by factor, each positive on the piece; numbers kept."""
    constant, listed = sp.Integer(1), factors(variance, w)
    if w in variance.free_symbols:
        rest = sp.cancel(variance / sp.Mul(*(factor**power for factor, power in listed)))
        constant = rest
    else:
        constant, listed = variance, []
    signs = sp.Mul(*(sign_of(factor, w, piece) ** power for factor, power in listed))
    logs = sp.Add(*(power * sp.log(sp.expand(sign_of(factor, w, piece) * factor)) for factor, power in listed))
    return logs + sp.log(sp.cancel(constant * signs))


def sign_of(factor: sp.Expr, w: sp.Symbol, piece: Piece) -> int:
    sign = sign_between(factor, w, piece.low, piece.high)
    if sign is None:
        raise needs_values(factor, "the sign of a factor of the variance depends on them")
    return sign


def drift_integral(piece: Piece, w: sp.Symbol) -> sp.Expr:
    """int 2 b/C in closed form on the piece."""
    if not piece.drift.is_rational_function(w):
        return other_integral(sp.expand(2 * piece.drift / piece.variance), w)
    total = sp.Integer(0)
    for term in sp.Add.make_args(sp.apart(sp.cancel(2 * piece.drift / piece.variance), w)):
        total += term_integral(term, w)
    return positive_logs(total, w, piece.low, piece.high)


def other_integral(integrand: sp.Expr, w: sp.Symbol) -> sp.Expr:
    """By sympy, term by term, each derivative compared."""
    total = sp.Integer(0)
    for term in sp.Add.make_args(integrand):
        found = of_tanh(term, w)
        found = sp.integrate(term, w) if found is None else found
        if found.has(sp.Integral, sp.I, sp.Piecewise) or not vanishes(sp.diff(found, w) - term):
            raise Inconclusive(f"the integral of {term} is not known in closed form")
        total += found
    return total


def of_tanh(term: sp.Expr, w: sp.Symbol) -> sp.Expr | None:
    """c log(cosh(p w + q))/p for c tanh(p w + q): free of the cancellation that log(tanh + 1) suffers."""
    constant, rest = term.as_independent(w, as_Add=False)
    if not isinstance(rest, sp.tanh) or not rest.args[0].is_polynomial(w) or sp.degree(rest.args[0], w) != 1:
        return None
    return constant * sp.log(sp.cosh(rest.args[0])) / sp.Poly(rest.args[0], w).nth(1)


def factors(expr: sp.Expr, w: sp.Symbol) -> list[tuple[sp.Expr, int]]:
    numerator, denominator = (sp.factor_list(part, w)[1] for part in sp.fraction(sp.together(expr)))
    return [*numerator, *((factor, -power) for factor, power in denominator)]


def term_integral(term: sp.Expr, w: sp.Symbol) -> sp.Expr:
    """The integral of one partial fraction."""
    numerator, denominator = sp.fraction(sp.together(term))
    listed = sp.factor_list(denominator, w)[1] if w in denominator.free_symbols else []
    if not listed:
        return sp.integrate(sp.expand(term), w)
    ((factor, power),) = listed
    poly = sp.Poly(factor, w)
    if poly.degree() == 2 and power == 1:
        return over_quadratic(sp.Poly(numerator, w), sp.Poly(denominator, w), w)
    if poly.degree() > 2:
        raise Inconclusive(f"the integral of {term} is not known in closed form")
    found = sp.integrate(term, w)
    if found.has(sp.I, sp.RootSum, sp.Integral):
        raise Inconclusive(f"the integral of {term} is not known in closed form")
    return found


def over_quadratic(top: sp.Poly, bottom: sp.Poly, w: sp.Symbol) -> sp.Expr:
    """int (A w + B)/(c2 w^2 + c1 w + c0)."""
    c2, c1, c0 = (bottom.nth(k) for k in (2, 1, 0))
    a, b = top.nth(1), top.nth(0)
    rest = b - a * c1 / (2 * c2)
    discriminant = sp.factor(c1**2 - 4 * c2 * c0)
    sign = known_sign(discriminant)
    if sign is None:
        raise needs_values(discriminant, f"whether {bottom.as_expr()} has real zeros depends on them")
    found = a / (2 * c2) * sp.log(bottom.as_expr())
    root = sp.sqrt(sp.Abs(discriminant))
    if sign < 0:
        return found + 2 * rest / root * sp.atan((2 * c2 * w + c1) / root)
    low, high = ((-c1 + side * root / sp.sign(c2)) / (2 * c2) for side in (-1, 1))
    return found + rest / (c2 * (high - low)) * (sp.log(w - high) - sp.log(w - low))


def positive_logs(expr: sp.Expr, w: sp.Symbol, low: sp.Expr, high: sp.Expr) -> sp.Expr:
    """log(p) becomes log(-p) where the polynomial p is negative on (low, high): the derivative is the same."""
    table = {}
    for node in expr.atoms(sp.log):
        if w in node.args[0].free_symbols:
            sign = sign_between(node.args[0], w, low, high)
            if sign is None:
                raise needs_values(node.args[0], "the sign of a factor of the variance depends on them")
            table[node] = sp.log(sp.expand(sign * node.args[0]))
    return expr.xreplace(table)
