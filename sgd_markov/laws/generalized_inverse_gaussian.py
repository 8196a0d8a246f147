"""The generalised inverse Gaussian law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from .computed import Computed
from .law import Interval, Law, Support
from .signs import is_zero, sign

if TYPE_CHECKING:
    from flint import acb, arb

    from .law import Reals


TABLE = 20_001
"""Nodes of the table of samples."""

LARGEST_ORDER = 12
"""Logarithmic means of larger orders have formulas too long to be read."""


@dataclass(frozen=True)
class GeneralizedInverseGaussian(Computed):
    """Density x^(order-1) exp(-(a x + b/x)/2) (a/b)^(order/2)/(2 K_order(sqrt(a b))) on x > 0; a, b > 0.

    >>> GeneralizedInverseGaussian(2, 1, 4).moment(1)
    2*besselk(3, 2)/besselk(2, 2)
    """

    name = "generalized inverse Gaussian"

    order: sp.Expr
    a: sp.Expr = sp.S.One
    b: sp.Expr = sp.S.One

    def check(self) -> None:
        self.require_positive("a", "b")

    @property
    def uniforms(self) -> int:
        return 1

    @property
    def support(self) -> Support:
        return Interval(sp.Integer(0), sp.oo)

    @property
    def root(self) -> sp.Expr:
        return sp.sqrt(self.a * self.b)

    def power(self, p: sp.Expr) -> sp.Expr:
        """E X^p = (b/a)^(p/2) K_(order+p)(sqrt(a b))/K_order(sqrt(a b)) for every real p."""
        ratio = sp.besselk(self.order + p, self.root) / sp.besselk(self.order, self.root)
        return (self.b / self.a) ** (p / 2) * ratio

    def moment(self, order: int) -> sp.Expr:
        return self.power(sp.Integer(order)) if order else sp.Integer(1)

    def power_affine(self, shift: sp.Expr, factor: sp.Expr, order: sp.Expr) -> sp.Expr | None:
        return sp.Abs(factor) ** order * self.power(order) if is_zero(shift) else super().power_affine(shift, factor, order)

    def log_affine(self, shift: sp.Expr, factor: sp.Expr) -> sp.Expr | None:
        """E log|factor X| = log|factor| + log(b/a)/2 + (d/d order) log K_order(sqrt(a b)), for integers and halves."""
        slope = log_slope(self.order, self.root) if is_zero(shift) else None
        return None if slope is None else sp.log(sp.Abs(factor)) + sp.log(self.b / self.a) / 2 + slope

    def log_ball(self, shift: sp.Expr, factor: sp.Expr) -> arb | None:
        """As `log_affine`, for every order."""
        if not is_zero(shift):
            return None
        from ..balls.evaluate import evaluate

        order, root = evaluate(self.order), evaluate(self.root)
        return evaluate(sp.log(sp.Abs(factor)) + sp.log(self.b / self.a) / 2) + slope_in_order(order, root) / root.bessel_k(order)

    def density(self, x: sp.Expr) -> sp.Expr:
        scale = (self.a / self.b) ** (self.order / 2) / (2 * sp.besselk(self.order, self.root))
        return scale * x ** (self.order - 1) * sp.exp(-(self.a * x + self.b / x) / 2)

    def laplace(self, s: sp.Expr) -> sp.Expr:
        """E exp(-s X) = (a/(a + 2 s))^(order/2) K_order(sqrt(b (a + 2 s)))/K_order(sqrt(a b))."""
        moved = self.a + 2 * s
        ratio = sp.besselk(self.order, sp.sqrt(self.b * moved)) / sp.besselk(self.order, self.root)
        return (self.a / moved) ** (self.order / 2) * ratio

    def affine(self, shift: sp.Expr, factor: sp.Expr) -> Law | None:
        if shift != 0 or sign(factor) != 1:
            return None
        return GeneralizedInverseGaussian(self.order, self.a / factor, self.b * factor)

    def light_tail(self) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        """P(X > t) <= E exp(a X/4) exp(-a t/4) (Markov's inequality)."""
        return self.laplace(-self.a / 4), self.a / 4, sp.Integer(0)

    def cdf_ball(self, x: arb) -> arb:
        """int_0^x of the density in u = log of the place, where it is an entire function; 1 minus the rest above 1."""
        from ..balls.evaluate import evaluate

        order, a, b = (evaluate(entry) for entry in (self.order, self.a, self.b))
        scale = evaluate((self.a / self.b) ** (self.order / 2) / (2 * sp.besselk(self.order, self.root)))
        if x > evaluate(sp.sqrt(self.b / self.a)):
            return 1 - scale * below(-order, b, a, 1 / x)
        return scale * below(order, a, b, x)

    def from_uniforms(self, u: Reals) -> Reals:
        """The distribution function inverted by a table in the logarithm of the place, right to about 1e-7."""
        import numpy as np

        order, root = float(self.order), float(self.root)
        reach = np.arcsinh((abs(order) + 40) / root) + 1
        logs = np.linspace(-reach, reach, TABLE)
        weight = order * logs - root * np.cosh(logs)
        heights = np.exp(weight - weight.max())
        below = np.concatenate([[0.0], np.cumsum(heights[1:] + heights[:-1])])
        samples: Reals = float(sp.sqrt(self.b / self.a)) * np.exp(np.interp(u[0], below / below[-1], logs))
        return samples


def log_slope(order: sp.Expr, z: sp.Expr) -> sp.Expr | None:
    """d/dv log K_v(z) at v = order, for integers and halves of them: from K_(v+1) = K_(v-1) + 2 v/z K_v.

    It begins with dK_v/dv = 0 at 0 and K_0/z at 1; at 1/2 it is K_(1/2) exp(2 z) E_1(2 z) (DLMF 10.38.2, 10.38.7).

    >>> log_slope(sp.Integer(1), sp.Integer(2))
    besselk(0, 2)/(2*besselk(1, 2))
    """
    if not (2 * order).is_Integer or abs(order) > LARGEST_ORDER:
        return None
    if order < 0:
        return -log_slope(-order, z)  # type: ignore[operator]
    if order.is_Integer:
        now, values, slopes = sp.Integer(1), (sp.besselk(0, z), sp.besselk(1, z)), (sp.Integer(0), sp.besselk(0, z) / z)
    else:
        half = sp.exp(2 * z) * sp.expint(1, 2 * z)
        now, values, slopes = sp.Rational(1, 2), (sp.Integer(1), sp.Integer(1)), (-half, half)
    if order < now:
        return sp.Integer(0)
    while now < order:
        slopes = slopes[1], sp.expand(slopes[0] + 2 * values[1] / z + 2 * now / z * slopes[1])
        values = values[1], sp.expand(values[0] + 2 * now / z * values[1])
        now += 1
    return slopes[1] / values[1]


def slope_in_order(order: arb, z: arb) -> arb:
    """d/dv K_v(z) at v = order = int_0^oo t sinh(v t) exp(-z cosh t) dt; what is beyond T is bounded:

    it is at most g(T)/(z e^T/2 - |v| - 1/T), g(t) = t exp(|v| t - z e^t/2), since -(log g)' only grows.
    """
    from flint import arb, ctx

    from ..balls.quadrature import contour, symmetric

    size = abs(order)
    cut = ((2 * arb(ctx.prec) + 4 * size + 8) / z + 3).log().mid()
    decay = z * cut.exp() / 2 - size - 1 / cut
    if not decay > 0:
        return arb.nan()
    rest = cut * (size * cut - z * cut.exp() / 2).exp() / decay
    return contour(lambda t, analytic: t * (order * t).sinh() * (-z * t.cosh()).exp(), arb(0), cut) + symmetric(rest)


def below(order: arb, a: arb, b: arb, x: arb) -> arb:
    """int_0^x y^(order-1) exp(-(a y + b/y)/2) dy, with y = exp(-t); the part below 1/S is bounded:

    int_S^oo s^(-order-1) exp(-b s/2) ds <= S^(-order-1) exp(-b S/2)/(b/2 - |order + 1|/S), since
    s^c <= S^c exp(|c| (s - S)/S) for s >= S.
    """
    from flint import arb, ctx

    from ..balls.quadrature import contour, symmetric

    def transformed(t: acb, analytic: bool) -> acb:
        y = (-t).exp()
        return (-order * t - (a * y + b / y) / 2).exp()

    cut = (1 / x + (2 * arb(ctx.prec) + 4 * abs(order + 1) + 8) / b).log().mid()
    largest = cut.exp()
    decay = b / 2 - abs(order + 1) / largest
    if not decay > 0:
        return arb.nan()
    rest = largest ** (-order - 1) * (-b * largest / 2).exp() / decay
    return contour(transformed, -x.log(), cut) + symmetric(rest)
