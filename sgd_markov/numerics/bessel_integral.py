"""int c |r|^(-d) exp(-(A/r^2 + B r^2)/2 + C) dr over the line = 2 c exp(C) (B/A)^(n/2) K_n(sqrt(A B)), n = (d - 1)/2."""

from __future__ import annotations

import sympy as sp


def bessel_integral(integrand: sp.Expr, r: sp.Symbol) -> sp.Expr | None:
    """The closed form (DLMF 10.32.10 with r^2 for t); None where the integrand is not of this form or B is not positive.

    A is taken to be positive, which it is almost everywhere where the integrand is a density.

    >>> r, t = sp.symbols("r t", real=True)
    >>> bessel_integral(sp.exp(-(r**2) / 2 - t**2 / (2 * r**2)) / sp.Abs(r), r)
    2*besselk(0, Abs(t))
    """
    constant, exponent, power = sp.Integer(1), sp.Integer(0), sp.Integer(0)
    for factor in sp.Mul.make_args(sp.expand_power_base(integrand)):
        if r not in factor.free_symbols:
            constant *= factor
        elif isinstance(factor, sp.exp):
            exponent += factor.args[0]
        else:
            found = power_of(factor, r)
            if found is None:
                return None
            constant, power = constant / found[0], power + found[1]
    parts = even_laurent(exponent, r)
    if parts is None:
        return None
    a, b, c = parts
    order = (power - 1) / 2
    if not b.is_positive:
        return None
    return 2 * constant * sp.exp(c) * b ** (order / 2) * a ** (-order / 2) * bessel(order, sp.sqrt(a * b))


def bessel(order: sp.Expr, z: sp.Expr) -> sp.Expr:
    """K_order(z): elementary for half of an odd number (DLMF 10.49.12).

    >>> bessel(sp.Rational(3, 2), sp.Symbol("z"))
    sqrt(2)*sqrt(pi)*(1 + 1/z)*exp(-z)/(2*sqrt(z))
    """
    if (2 * order) % 2 == 0:
        return sp.besselk(order, z)
    n = int(sp.Abs(order) - sp.S.Half)
    terms = (sp.binomial(n, k) * sp.factorial(n + k) / sp.factorial(n) / (2 * z) ** k for k in range(n + 1))
    return sp.sqrt(sp.pi / 2) * sp.exp(-z) * sp.Add(*terms) / sp.sqrt(z)


def power_of(factor: sp.Expr, r: sp.Symbol) -> tuple[sp.Expr, sp.Expr] | None:
    """(k, d) with factor = |r|^(-d)/k."""
    base, exponent = factor.as_base_exp()
    if not exponent.is_Integer:
        return None
    inner = base.args[0] if isinstance(base, sp.Abs) else base if exponent.is_even else None
    if inner is None or not inner.is_polynomial(r):
        return None
    poly = sp.Poly(inner, r)
    if len(poly.monoms()) != 1:
        return None
    return sp.Abs(poly.LC()) ** (-exponent), -exponent * poly.degree()


def even_laurent(exponent: sp.Expr, r: sp.Symbol) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
    """(A, B, C) of an exponent -(A/r^2 + B r^2)/2 + C."""
    cleared = sp.cancel(sp.together(exponent * r**2))
    if not cleared.is_polynomial(r):
        return None
    poly = sp.Poly(cleared, r)
    if not {degree for (degree,) in poly.monoms()} <= {0, 2, 4}:
        return None
    a, b = (sp.factor(-2 * poly.coeff_monomial(r**degree)) for degree in (0, 4))
    return a, b, sp.factor(poly.coeff_monomial(r**2))
