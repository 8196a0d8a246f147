"""Square roots as symbols with a relation, so that algebra with them is algebra of polynomials."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp


@dataclass(frozen=True)
class Radicals:
    """An expression in which every power r^(n/2) is written with a symbol s, s^2 = r; `radicand` maps s to r."""

    expr: sp.Expr
    radicand: dict[sp.Dummy, sp.Expr]


def split_radicals(expr: sp.Expr) -> Radicals:
    """The expression as a polynomial or quotient in its square roots; nested roots are split from the inside."""
    radicand: dict[sp.Dummy, sp.Expr] = {}
    while True:
        powers = [p for p in expr.atoms(sp.Pow) if p.exp.is_Rational and p.exp.q == 2]
        innermost = [p for p in powers if not any(q.exp.is_Rational and q.exp.q == 2 for q in p.base.atoms(sp.Pow))]
        if not innermost:
            return Radicals(expr, radicand)
        base = min((p.base for p in innermost), key=str)
        root = sp.Dummy(f"s{len(radicand)}", positive=True)
        radicand[root] = base
        expr = expr.replace(
            lambda p, base=base: p.is_Pow and p.base == base and p.exp.is_Rational and p.exp.q == 2,
            lambda p, root=root: root**p.exp.p,
        )


def even_and_odd(poly: sp.Poly, square: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """P0, P1 with poly(s) = P0 + P1 s where s^2 = square."""
    parts = [sp.Integer(0), sp.Integer(0)]
    for (power,), coefficient in poly.terms():
        parts[power % 2] += coefficient * square ** (power // 2)
    return parts[0], parts[1]


def reduced(numerator: sp.Expr, radicand: dict[sp.Dummy, sp.Expr]) -> sp.Expr:
    """A polynomial in the roots, each of which is left in degree at most 1."""
    for root, square in reversed(radicand.items()):
        even, odd = even_and_odd(sp.Poly(numerator, root), square)
        numerator = sp.expand(even + odd * root)
    return numerator


def norm(numerator: sp.Expr, radicand: dict[sp.Dummy, sp.Expr]) -> sp.Expr:
    """A polynomial without roots that is 0 wherever the numerator is: the product over both signs of each root."""
    for root, square in reversed(radicand.items()):
        even, odd = even_and_odd(sp.Poly(numerator, root), square)
        numerator = sp.expand(even if odd == 0 else even**2 - odd**2 * square)
    return numerator


def is_zero(expr: sp.Expr) -> bool:
    """Is the expression proved to be 0 identically?

    >>> a = sp.Symbol("a", real=True)
    >>> is_zero((2 - a**2) ** sp.Rational(3, 2) - (2 - a**2) * sp.sqrt(2 - a**2))
    True
    """
    return reduces_to_zero(expr) or any(sp.simplify(form) == 0 for form in (expr, sp.expand_func(expr)))


def reduces_to_zero(expr: sp.Expr) -> bool:
    """Do expansion and s^2 = r make it 0? Quick; says no to some expressions that are 0."""
    if sp.expand(expr) == 0:
        return True
    split = split_radicals(expr)
    numerator = sp.fraction(sp.together(split.expr))[0]
    return bool(numerator.is_polynomial(*split.radicand) and sp.expand(reduced(numerator, split.radicand)) == 0)
