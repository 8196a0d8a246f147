"""A homogeneous quadratic form of independent normal variables of mean 0, where its law has a closed density.

If det(I - s M) = (1 - T s + D s^2)^n for the matrix M of the form in standard normals, which is checked by algebra, its
characteristic function is (1 - 2 i T t - 4 D t^2)^(-k), k = n/2: that of a sum of
independent gamma variables of shape k and of the signed scales T + d and T - d, d = sqrt(T^2 - 4 D). With a and b the
sizes of these, a b = 4 |D|, the density is that of

- X - Y (D < 0): the integral of (x (x + u))^(k-1) exp(-(x + u)/a - x/b), x > 0, for u > 0; x = u (s - 1)/2 makes it
  the integral of (s^2 - 1)^(k-1) exp(-r u s), s > 1, r = (1/a + 1/b)/2, which is a Bessel function K (DLMF 10.32.8);
- X + Y (D > 0): likewise the integral of (1 - s^2)^(k-1) exp(r u s), -1 < s < 1, r = (1/b - 1/a)/2, a Bessel function I
  (DLMF 10.32.2);
- X where D = 0.

That is a proof for all T, D and k; the tests compare characteristic functions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp

from ..laws.law import Law
from ..laws.normal import Normal
from .case_signs import Signs
from .measures import Atom, Density, Measure

LARGEST = 8
"""Variables of a form: 4 copies of a feature and its label."""


@dataclass(frozen=True)
class Form:
    """constant + Q with det(I - s M) = (1 - trace s + product s^2)^copies."""

    constant: sp.Expr
    trace: sp.Expr
    product: sp.Expr
    copies: sp.Rational


def gaussian_form_law(value: sp.Expr, laws: Mapping[sp.Symbol, Law], target: sp.Symbol, signs: Signs) -> Measure | None:
    """The law of the value; None where it is not such a form.

    >>> x, y, t = sp.symbols("x y t", real=True)
    >>> gaussian_form_law(x * y, {x: Normal(0, 1), y: Normal(0, 2)}, t, Signs()).densities[0].formula
    besselk(0, Abs(t)/2)/(2*pi)
    """
    form = form_of(value, laws)
    if form is None:
        return None
    side = signs.strict(form.product) if signs.nonzero(form.product) else 0
    if side == 0 and not signs.nonzero(form.trace):
        return Measure((Atom((form.constant,), sp.Integer(1)),))
    found = (one_gamma, sum_of_gammas, difference_of_gammas)[side](form, target, signs)
    return Measure(densities=(found,))


def form_of(value: sp.Expr, laws: Mapping[sp.Symbol, Law]) -> Form | None:
    drawn = list(laws)
    normal = [law for law in laws.values() if isinstance(law, Normal) and law.mean == 0]
    if len(normal) < len(drawn) or len(drawn) > LARGEST or not value.is_polynomial(*drawn):
        return None
    poly = sp.Poly(value, *drawn)
    if poly.total_degree() != 2 or any(sum(monom) == 1 for monom in poly.monoms()):
        return None
    matrix = sp.hessian(value, drawn) / 2
    spreads = sp.diag(*(law.std for law in normal))
    matrix = (spreads * matrix * spreads).applyfunc(sp.expand)
    copies = sp.Rational(len(drawn), 2)
    trace = sp.factor(matrix.trace() / copies)
    product = sp.factor((trace**2 - (matrix * matrix).trace() / copies) / 2)
    s = sp.Dummy("s")
    determinant = (sp.eye(len(drawn)) - s * matrix).det(method="berkowitz")
    quadratic = 1 - trace * s + product * s**2
    if sp.expand(determinant**2 - quadratic ** int(2 * copies)) != 0:
        return None
    return Form(poly.coeff_monomial(1), trace, product, copies)


def one_gamma(form: Form, target: sp.Symbol, signs: Signs) -> Density:
    """T times a chi-square variable with n degrees of freedom."""
    k, u = form.copies / 2, target - form.constant
    side = signs.strict(form.trace)
    size = side * form.trace
    formula = (side * u) ** (k - 1) * sp.exp(-side * u / (2 * size)) / (sp.gamma(k) * (2 * size) ** k)
    return half_line(form.constant, side, formula)


def half_line(constant: sp.Expr, side: int, formula: sp.Expr) -> Density:
    return Density(constant, sp.oo, formula) if side > 0 else Density(-sp.oo, constant, formula)


def difference_of_gammas(form: Form, target: sp.Symbol, signs: Signs) -> Density:
    """D < 0: |u|^(k-1/2) exp(-T u/(4D)) K_(k-1/2)(r |u|) / (sqrt(pi) Gamma(k) (4|D|)^k (2r)^(k-1/2)), r below."""
    k, u = form.copies / 2, target - form.constant
    rate = bessel_rate(form, -form.product)
    scale = sp.sqrt(sp.pi) * sp.gamma(k) * (-4 * form.product) ** k * (2 * rate) ** (k - sp.Rational(1, 2))
    tilt = sp.exp(-form.trace * u / (4 * form.product))
    bessel = sp.besselk(k - sp.Rational(1, 2), rate * sp.Abs(u))
    return Density(-sp.oo, sp.oo, sp.Abs(u) ** (k - sp.Rational(1, 2)) * tilt * bessel / scale)


def sum_of_gammas(form: Form, target: sp.Symbol, signs: Signs) -> Density:
    """D > 0, on the side of T: sqrt(pi) (|u|/(2r))^(k-1/2) exp(-T u/(4D)) I_(k-1/2)(r |u|) / (Gamma(k) (4D)^k)."""
    k, u = form.copies / 2, target - form.constant
    side, half = signs.strict(form.trace), sp.Rational(1, 2)
    scale = sp.gamma(k) * (4 * form.product) ** k
    tilt = sp.exp(-form.trace * u / (4 * form.product))
    gap = sp.factor(form.trace**2 - 4 * form.product)
    if gap.is_positive:
        rate = bessel_rate(form, form.product)
        bessel = (side * u / (2 * rate)) ** (k - half) * sp.besseli(k - half, rate * side * u)
    else:  # the same without a quotient that is 0/0 for equal scales
        argument = gap * u**2 / (8 * form.product) ** 2
        bessel = (side * u / 2) ** (2 * k - 1) / sp.gamma(k + half) * sp.hyper((), (k + half,), argument)
    return half_line(form.constant, side, sp.sqrt(sp.pi) * tilt * bessel / scale)


def bessel_rate(form: Form, size: sp.Expr) -> sp.Expr:
    """sqrt(T^2 - 4 D)/(4 |D|)."""
    return sp.sqrt(sp.factor(form.trace**2 - 4 * form.product)) / (4 * size)
