"""E X^n f(X) for f an exponential, a sine or cosine, or |a X + b|^p: from the transforms that a law knows of itself."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..errors import HypothesisViolated
from ..laws.beta import Beta
from ..laws.chi_square import ChiSquare
from ..laws.exponential import Exponential
from ..laws.gamma import Gamma
from ..laws.geometric import Geometric
from ..laws.laplace import Laplace
from ..laws.law import Interval, Law
from ..laws.normal import Normal
from ..laws.poisson import Poisson

T = sp.Dummy("t", real=True)


@dataclass(frozen=True)
class Transform:
    """The value, finite where every expression of `positive` is above 0."""

    value: sp.Expr
    positive: tuple[sp.Expr, ...] = ()


def transform(f: sp.Expr, x: sp.Symbol, law: Law, power: int) -> Transform | None:
    """E X^power f(X), or None. Raises `HypothesisViolated` where it is infinite."""
    if isinstance(f, sp.exp):
        return exponential(f.args[0], x, law, power)
    if isinstance(f, sp.sin | sp.cos):
        return circular(f, x, law, power)
    if power:
        return None
    base, exponent = f.as_base_exp()
    if isinstance(base, sp.Abs):
        return modulus(base.args[0], x, law, exponent)
    return modulus_of_extreme(f, x, law) if isinstance(f, sp.Min | sp.Max) else None


def affine(expr: sp.Expr, x: sp.Symbol) -> tuple[sp.Expr, sp.Expr] | None:
    """(a, b) with expr = a x + b."""
    if not expr.is_polynomial(x):
        return None
    poly = sp.Poly(expr, x)
    return (poly.coeff_monomial(x), poly.coeff_monomial(1)) if poly.degree() == 1 else None


def exponential(exponent: sp.Expr, x: sp.Symbol, law: Law, power: int) -> Transform | None:
    """E X^n exp(a X + b) = e^b M^(n)(a), M the characteristic function at -i a."""
    parts = affine(exponent, x)
    if parts is None:
        return None
    a, b = parts
    positive = finite_where(law, a)
    cf = law.characteristic_function(T)
    generating = None if cf is None else sp.powdenest(entire(cf).xreplace({T: -sp.I * T}))
    if generating is None or generating.has(sp.I):
        return None
    value = sp.diff(generating, T, power) if power else generating
    return Transform(sp.exp(b) * value.xreplace({T: a}), positive)


def finite_where(law: Law, a: sp.Expr) -> tuple[sp.Expr, ...]:
    """Expressions that are positive exactly where E exp(a X) is finite.

    Raises `HypothesisViolated` for laws of heavier than exponential tails.
    """
    support = law.support
    if isinstance(law, Exponential):
        return (1 - a * law.mean,)
    if isinstance(law, Gamma):
        return (1 - a * law.scale,)
    if isinstance(law, ChiSquare):
        return (1 - 2 * a,)
    if isinstance(law, Laplace):
        return (1 - a * law.scale, 1 + a * law.scale)
    if isinstance(law, Geometric):
        return (1 - (1 - law.p) * sp.exp(a),)
    if isinstance(law, Normal | Poisson | Beta):
        return ()
    if isinstance(support, Interval) and support.low.is_finite and support.high.is_finite:
        return ()
    raise HypothesisViolated(
        "E |loss| < oo", f"E exp(({a}) X) is infinite or not known to be finite under the {law.name} law"
    )


def entire(formula: sp.Expr) -> sp.Expr:
    """sin(u)/u and Bessel functions as hypergeometric series in u^2, which have no removable singularity at 0."""
    half = sp.Rational(1, 2)

    def series(c: sp.Expr, u: sp.Expr) -> sp.Expr:
        return sp.hyper((), (c,), sp.expand(-(u**2)) / 4)

    formula = formula.replace(sp.sinc, lambda u: series(3 * half, u))
    return formula.replace(
        lambda e: isinstance(e, sp.besselj) and e.args[0] in (0, 1),
        lambda e: series(e.args[0] + 1, e.args[1]) * (e.args[1] / 2) ** e.args[0],
    )


def circular(f: sp.Expr, x: sp.Symbol, law: Law, power: int) -> Transform | None:
    """E X^n exp(i (a X + b)) = e^(ib) (-i)^n cf^(n)(a): its real part for cos, its imaginary part for sin."""
    parts = affine(f.args[0], x)
    cf = law.characteristic_function(T)
    if parts is None or cf is None:
        return None
    if power and law.moment_limit.is_finite:
        law.moment(power)
    a, b = parts
    slope = sp.diff(entire(cf), T, power) if power else entire(cf)
    real, imaginary = split(slope * (-sp.I) ** power)
    if real is None or imaginary is None:
        return None
    cosine, sine = sp.cos(b), sp.sin(b)
    value = cosine * real - sine * imaginary if isinstance(f, sp.cos) else cosine * imaginary + sine * real
    return Transform(value.xreplace({T: a}))


def split(value: sp.Expr) -> tuple[sp.Expr | None, sp.Expr | None]:
    """Real and imaginary part; special functions of real arguments stand aside as real symbols."""
    real_parts = {node: sp.Dummy(real=True) for node in value.atoms(sp.hyper, sp.besselk, sp.Abs) if not node.has(sp.I)}
    back = {stand_in: node for node, stand_in in real_parts.items()}
    real, imaginary = value.xreplace(real_parts).as_real_imag()
    if any(part.has(sp.re, sp.im, sp.I, sp.arg) for part in (real, imaginary)):
        return None, None
    return real.xreplace(back), imaginary.xreplace(back)


def modulus(inner: sp.Expr, x: sp.Symbol, law: Law, exponent: sp.Expr) -> Transform | None:
    """E |a X + b|^p, p > 0."""
    parts = affine(inner, x)
    if parts is None or not exponent.is_positive:
        return None
    value = law.power_affine(parts[1], parts[0], exponent)
    return None if value is None else Transform(value)


def modulus_of_extreme(f: sp.Expr, x: sp.Symbol, law: Law) -> Transform | None:
    """Max(u, v) = (u + v + |u - v|)/2, Min with the other sign, for u, v affine in x."""
    if len(f.args) != 2:
        return None
    u, v = f.args
    difference = modulus(sp.expand(u - v), x, law, sp.Integer(1))
    total = sp.expand(u + v)
    if difference is None or not total.is_polynomial(x) or sp.degree(total, x) > 1:
        return None
    a, b = sp.Poly(total, x).coeff_monomial(x), sp.Poly(total, x).coeff_monomial(1)
    side = 1 if isinstance(f, sp.Max) else -1
    middle = b + (a * law.moment(1) if a != 0 else 0)
    return Transform((middle + side * difference.value) / 2)
