"""The mean of a uniform law under a Dirichlet process of total mass 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from .computed import Computed
from .law import Interval, Support

if TYPE_CHECKING:
    from flint import acb, arb

    from .law import Reals

STICKS = 60
"""Terms of the stick-breaking sum of a sample; the rest has mean 2^-60."""


@dataclass(frozen=True)
class UniformMean(Computed):
    """Density (e/pi) sin(pi x) x^-x (1 - x)^(x-1) on (0, 1): X ~ (1 - U) X + U V for U, V uniform (Diaconis and
    Kemperman 1996).

    >>> UniformMean().moment(2)
    7/24
    """

    name = "uniform Dirichlet mean"

    @property
    def uniforms(self) -> int:
        return 2 * STICKS

    @property
    def support(self) -> Support:
        return Interval(sp.Integer(0), sp.Integer(1))

    def moment(self, order: int) -> sp.Expr:
        """n m_n = sum_(k=1..n) m_(n-k)/(k + 1), from int pi(dw)/(1 - z w) = exp(-int_0^1 log(1 - z x) dx)."""
        found = [sp.Integer(1)]
        for n in range(1, order + 1):
            found.append(sp.Add(*(found[n - k] / sp.Integer(k + 1) for k in range(1, n + 1))) / n)
        return found[order]

    def density(self, x: sp.Expr) -> sp.Expr:
        return sp.E / sp.pi * sp.sin(sp.pi * x) * x ** (-x) * (1 - x) ** (x - 1)

    def concentration(self, point: sp.Expr) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
        """P(X <= s) <= 3 s^2: x^-x and (1-x)^-(1-x) are at most exp(1/e), and sin(pi x) <= pi x."""
        return (sp.Integer(3), sp.Integer(2), sp.Rational(1, 2)) if point in (0, 1) else None

    def cdf_ball(self, x: arb) -> arb:
        """The integral of the density, by symmetry up to at most 1/2."""
        from flint import arb

        if x > arb(0.5):
            return 1 - self.cdf_ball(1 - x)
        return mass_next_to_0(x)

    def from_uniforms(self, u: Reals) -> Reals:
        """Stick breaking: sum_k V_k U_k prod_(j<k) (1 - U_j)."""
        import numpy as np

        sticks, places = u[:STICKS], u[STICKS:]
        left = np.cumprod(np.concatenate([np.ones_like(sticks[:1]), 1 - sticks[:-1]]), axis=0)
        samples: Reals = (places * sticks * left).sum(axis=0)
        return samples


def mass_next_to_0(x: arb) -> arb:
    """int_0^x of the density for 0 < x <= 1/2, with y = exp(-t); what lies below exp(-cut) has mass at most 3 exp(-2 cut)."""
    from flint import arb, ctx

    from ..balls.quadrature import contour, symmetric

    def transformed(t: acb, analytic: bool) -> acb:
        y = (-t).exp()
        rest = ((y - 1) * (1 - y).log(analytic=analytic)).exp()
        return (y * arb.pi()).sin() * (t * y).exp() * rest * y

    start = -x.log()
    cut = (start + arb(ctx.prec) * 0.35 + 8).mid()
    total = contour(transformed, start, cut) * arb.const_e() / arb.pi()
    return total + symmetric(3 * (-2 * cut).exp())
