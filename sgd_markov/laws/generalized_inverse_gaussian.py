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
