"""H(v) = E log|v + Y|, Y = T/sqrt(df) with Student's T: density proportional to (1 + y^2)^(-(df+1)/2)."""

from __future__ import annotations

import sympy as sp

from .signs import is_zero


def student_log(df: sp.Expr, v: sp.Expr) -> sp.Expr:
    """H(v), for every df > 0 and real v.

    v = 0: (psi(1/2) - psi(df/2))/2. Odd df: `odd`; even df: `even`; every df, with x = v^2/(1 + v^2) in [0, 1):
    H = (psi(1/2) - psi(df/2))/2 + log(1 + v^2)/2 + (df-1)/2 x 3F2(1, 1, (3-df)/2; 3/2, 2; x).
    Derivation: d/dp at p = 0 of E|v + Y|^p = c(p) (1 + v^2)^(p/2) 2F1(-p/2, (1-df+p)/2; 1/2; x)  (Pfaff).

    >>> v = sp.Symbol("v", real=True)
    >>> student_log(sp.Integer(1), v)
    log(v**2 + 1)/2
    >>> student_log(sp.Integer(3), sp.Integer(0))
    -1
    """
    if df.is_Integer:
        return odd(int(df), v) if df.is_odd else even(int(df), v)
    centre = (sp.digamma(sp.Rational(1, 2)) - sp.digamma(df / 2)) / 2
    if is_zero(v):
        return centre
    x = v**2 / (1 + v**2)
    series = sp.hyper((1, 1, (3 - df) / 2), (sp.Rational(3, 2), 2), x)
    return centre + sp.log(1 + v**2) / 2 + (df - 1) / 2 * x * series


def odd(df: int, v: sp.Expr) -> sp.Expr:
    """The same as a polynomial in x: ((3-df)/2)_k vanishes from k = (df-1)/2 on.

    H = centre + log(1+v^2)/2 + (df-1)/2 sum_{k<(df-1)/2} ((3-df)/2)_k / ((3/2)_k (k+1)) x^(k+1).
    """
    centre = sp.expand((sp.digamma(sp.Rational(1, 2)) - sp.digamma(sp.Rational(df, 2))) / 2)
    x, upper = v**2 / (1 + v**2), sp.Rational(3 - df, 2)
    terms = (sp.rf(upper, k) / (sp.rf(sp.Rational(3, 2), k) * (k + 1)) * x ** (k + 1) for k in range((df - 1) // 2))
    return sp.Rational(df - 1, 2) * sp.Add(*terms) + sp.log(1 + v**2) / 2 + centre


def even(df: int, v: sp.Expr) -> sp.Expr:
    """A(v) asinh(v) (1+v^2)^(-(df-1)/2) + B(v) (1+v^2)^(1-df/2) + constant, with polynomials A, B.

    H_2 = v asinh(v)/sqrt(1+v^2) - log 2, and H_{df+2} = H_df + (v H_df' - 1)/df: differentiate
    int log|v + y| (s^2 + y^2)^-a dy, which is a multiple of s^(1-2a) (log s + H(v/s)), with respect to s.
    """
    y = sp.Dummy("y")
    a, b, constant, w = sp.Poly(y, y), sp.Poly(0, y), -sp.log(2), sp.Poly(1 + y**2, y)
    line = sp.Poly(y, y)
    for j in range((df - 2) // 2):
        share = sp.Rational(1, 2 * j + 2)
        a, b = (
            a * w + line * (a.diff(y) * w - (2 * j + 1) * line * a) * share,
            b * w + line * (a + b.diff(y) * w - 2 * j * line * b) * share,
        )
        constant -= share
    square = 1 + v**2
    inverse = a.as_expr().subs(y, v) * sp.asinh(v) * square ** (-sp.Rational(df - 1, 2))
    return inverse + b.as_expr().subs(y, v) * square ** (1 - sp.Rational(df, 2)) + constant
