"""H(v) = E log|v + Y|, Y = T/sqrt(df) with Student's T: density proportional to (1 + y^2)^(-(df+1)/2)."""

from __future__ import annotations

import sympy as sp

from .signs import branches

HALF = sp.Rational(1, 2)


def student_log(df: sp.Expr, shift: sp.Expr, unit: sp.Expr) -> sp.Expr:
    """E log|shift + unit Y|, unit > 0, for every df > 0: log(unit) + H(shift/unit), written so that unit may tend to 0.

    Even df: `even`. Others are log(shift^2 + unit^2)/2 and a function of x = v^2/(1 + v^2) or y = 1 - x: a polynomial
    (`odd`), `far` for y < 1/2 and `near` for x < 1/2.
    Derivation: d/dp at p = 0 of E|v + Y|^p = c(p) (1 + v^2)^(p/2) 2F1(-p/2, (1-df+p)/2; 1/2; x)  (Pfaff).

    >>> v = sp.Symbol("v", real=True)
    >>> student_log(sp.Integer(1), v, sp.Integer(1))
    log(v**2 + 1)/2
    >>> student_log(sp.Integer(3), sp.Integer(0), sp.Integer(1))
    -1
    """
    if df.is_Integer and df.is_even:
        return branches(shift, even(int(df), shift, unit), even(int(df), -shift, unit))
    square = sp.expand(shift**2 + unit**2)
    size, y = sp.log(square) / 2, unit**2 / square
    if df.is_Integer:
        return size + odd(int(df), y)
    beside = near(df, shift**2 / square)
    if not df.is_number:
        return size + beside
    return size + branches(shift**2 - unit**2, far(df, y), beside)


def near(df: sp.Expr, x: sp.Expr) -> sp.Expr:
    """(psi(1/2) - psi(df/2))/2 + (df-1)/2 x 3F2(1, 1, (3-df)/2; 3/2, 2; x)."""
    centre = (sp.digamma(HALF) - sp.digamma(df / 2)) / 2
    return centre if x == 0 else centre + (df - 1) / 2 * x * sp.hyper((1, 1, (3 - df) / 2), (3 * HALF, 2), x)


def far(df: sp.Expr, y: sp.Expr) -> sp.Expr:
    """The same continued to y = 1 - x: with a = (1-df)/2 and df no even integer

    -a/(2-df) y 3F2(1, 1, a+1; 2, 2-df/2; y) - sqrt(pi) Gamma(-df/2)/(2 Gamma(a)) y^(df/2) 2F1(1/2, df/2; 1+df/2; y).
    """
    a = (1 - df) / 2
    smooth = -a / (2 - df) * y * sp.hyper((1, 1, a + 1), (2, 2 - df / 2), y)
    constant = sp.sqrt(sp.pi) * sp.gamma(-df / 2) / (2 * sp.gamma(a))
    return smooth - constant * y ** (df / 2) * sp.hyper((HALF, df / 2), (1 + df / 2,), y)


def odd(df: int, y: sp.Expr) -> sp.Expr:
    """`near` as a polynomial in y: ((3-df)/2)_k vanishes from k = (df-1)/2 on; its constant term is 0.

    centre + (df-1)/2 sum_{k<(df-1)/2} ((3-df)/2)_k / ((3/2)_k (k+1)) x^(k+1), x = 1 - y.
    """
    centre = sp.expand((sp.digamma(HALF) - sp.digamma(sp.Rational(df, 2))) / 2)
    x, upper = 1 - sp.Dummy("y"), sp.Rational(3 - df, 2)
    terms = (sp.rf(upper, k) / (sp.rf(3 * HALF, k) * (k + 1)) * x ** (k + 1) for k in range((df - 1) // 2))
    polynomial = sp.expand(centre + sp.Rational(df - 1, 2) * sp.Add(*terms))
    return polynomial.subs(dict.fromkeys(polynomial.free_symbols, y))


def even(df: int, shift: sp.Expr, unit: sp.Expr) -> sp.Expr:
    """log(unit) + A(v) asinh(v) (1+v^2)^(-(df-1)/2) + B(v) (1+v^2)^(1-df/2) + constant, A and B polynomials, v >= 0.

    With v = shift/unit and r = sqrt(shift^2 + unit^2), asinh(v) = log(shift + r) - log(unit).

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
    square = sp.expand(shift**2 + unit**2)
    share_of_log = homogeneous(a, df - 1, shift, unit) / square ** sp.Rational(df - 1, 2)
    rest = homogeneous(b, df - 2, shift, unit) / square ** (sp.Rational(df, 2) - 1)
    return sp.log(unit) * (1 - share_of_log) + share_of_log * sp.log(shift + sp.sqrt(square)) + rest + constant


def homogeneous(polynomial: sp.Poly, degree: int, shift: sp.Expr, unit: sp.Expr) -> sp.Expr:
    """unit^degree P(shift/unit)."""
    return sp.Add(*(c * shift**k * unit ** (degree - k) for (k,), c in polynomial.terms()))
