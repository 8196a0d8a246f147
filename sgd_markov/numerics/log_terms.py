"""Read a closed form as a weighted sum of logarithms."""

from __future__ import annotations

import sympy as sp

LogTerms = list[tuple[sp.Expr, sp.Expr]]


def log_terms(formula: sp.Expr) -> LogTerms | None:
    """formula = sum of c log|R| with numbers c, as pairs (c, R); None if it is anything else.

    >>> t = sp.Symbol("t", positive=True)
    >>> log_terms(sp.log(sp.Abs(1 - t)) / 2 + sp.log(3))
    [(1, 3), (1/2, t - 1)]
    """
    terms: LogTerms = []
    for part in sp.Add.make_args(formula):
        c, rest = part.as_independent(sp.log, as_Add=False)
        if not isinstance(rest, sp.log) or not c.is_number:
            return None
        argument = rest.args[0]
        terms.append((c, argument.args[0] if isinstance(argument, sp.Abs) else argument))
    return sorted(terms, key=lambda term: sp.default_sort_key(term[1]))


def has_rational_terms(terms: LogTerms, parameter: sp.Symbol) -> bool:
    """Is every c rational and every R a quotient of polynomials in the parameter with rational coefficients?"""
    return all(
        c.is_Rational and expr.is_rational_function(parameter) and has_rational_coefficients(expr, parameter)
        for c, expr in terms
    )


def has_rational_coefficients(expr: sp.Expr, parameter: sp.Symbol) -> bool:
    return all(
        c.is_Rational for part in sp.fraction(sp.together(expr)) for c in sp.Poly(part, parameter).all_coeffs()
    )


def is_rational_polynomial(formula: sp.Expr, parameter: sp.Symbol) -> bool:
    return formula.is_polynomial(parameter) and all(c.is_Rational for c in sp.Poly(formula, parameter).all_coeffs())
