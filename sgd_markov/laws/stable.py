"""The symmetric stable law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from ..errors import InvalidInput
from .cauchy import Cauchy
from .law import Interval, Law, Support
from .normal import Normal
from .signs import is_zero, sign

if TYPE_CHECKING:
    from .law import Reals


@dataclass(frozen=True)
class Stable(Law):
    """The symmetric law with characteristic function exp(-|scale t|^alpha), 0 < alpha <= 2.

    alpha = 2 is normal with std = sqrt(2) scale, alpha = 1 is Cauchy; other densities have no closed form here.

    >>> Stable("3/2").log_affine(sp.Integer(0), sp.Integer(1))
    -EulerGamma/3
    """

    name = "stable"

    alpha: sp.Expr
    scale: sp.Expr = sp.S.One

    def check(self) -> None:
        self.require_positive("alpha", "scale")
        if sign(2 - self.alpha) == -1:
            raise InvalidInput(f"{self.name}.alpha", self.alpha, "a number in (0, 2]")

    @property
    def uniforms(self) -> int:
        return 2

    @property
    def closed(self) -> Law | None:
        """The same law as a normal or Cauchy law, for alpha = 2 and alpha = 1."""
        if self.alpha == 2:
            return Normal(0, sp.sqrt(2) * self.scale)
        return Cauchy(0, self.scale) if self.alpha == 1 else None

    @property
    def support(self) -> Support:
        return Interval(-sp.oo, sp.oo)

    @property
    def moment_limit(self) -> sp.Expr:
        if self.alpha.free_symbols:
            return sp.Piecewise((sp.oo, self.alpha >= 2), (self.alpha, True))
        return sp.oo if self.alpha == 2 else self.alpha

    def moment(self, order: int) -> sp.Expr:
        """0 for order 1 and alpha > 1; orders of alpha or more are infinite, unless alpha = 2."""
        if order == 0:
            return sp.Integer(1)
        if self.closed is not None:
            return self.closed.moment(order)
        if order >= 2 or sign(self.alpha - 1) in (0, -1):
            raise self.infinite_moment(order, self.alpha)
        return sp.Integer(0)

    def density(self, x: sp.Expr) -> sp.Expr | None:
        return None if self.closed is None else self.closed.density(x)

    def cdf(self, x: sp.Expr) -> sp.Expr | None:
        return None if self.closed is None else self.closed.cdf(x)

    def quantile(self, level: sp.Expr) -> sp.Expr | None:
        if level == sp.S.Half:
            return sp.Integer(0)
        return None if self.closed is None else self.closed.quantile(level)

    def characteristic_function(self, t: sp.Expr) -> sp.Expr:
        return sp.exp(-(sp.Abs(self.scale * t) ** self.alpha))

    def log_affine(self, shift: sp.Expr, factor: sp.Expr) -> sp.Expr | None:
        """shift = 0: log(|factor| scale) + gamma_E (1/alpha - 1)."""
        if is_zero(shift):
            return sp.log(sp.Abs(factor) * self.scale) + sp.EulerGamma * (1 / self.alpha - 1)
        return None if self.closed is None else self.closed.log_affine(shift, factor)

    def power_affine(self, shift: sp.Expr, factor: sp.Expr, order: sp.Expr) -> sp.Expr | None:
        """shift = 0: (2 |factor| scale)^p Gamma((1+p)/2) Gamma(1 - p/alpha) / (sqrt(pi) Gamma(1 - p/2)), p < alpha."""
        if self.closed is not None:
            return self.closed.power_affine(shift, factor, order)
        if sign(self.alpha - order) in (0, -1):
            raise self.infinite_moment(order, self.alpha)
        if not is_zero(shift):
            return None
        ratio = sp.gamma((1 + order) / 2) * sp.gamma(1 - order / self.alpha) / sp.gamma(1 - order / 2)
        return (2 * sp.Abs(factor) * self.scale) ** order * ratio / sp.sqrt(sp.pi)

    def standard_form(self) -> tuple[sp.Expr, sp.Expr, Law]:
        return sp.Integer(0), self.scale, Stable(self.alpha, 1)

    def affine(self, shift: sp.Expr, factor: sp.Expr) -> Law | None:
        if shift == 0:
            return Stable(self.alpha, sp.Abs(factor) * self.scale)
        return None if self.closed is None else self.closed.affine(shift, factor)

    def batch_mean(self, size: int) -> Stable:
        """The sum of n copies has n^(1/alpha) times the scale."""
        return Stable(self.alpha, self.scale * sp.Integer(size) ** (1 / self.alpha - 1))

    def square(self) -> Law | None:
        return None if self.closed is None else self.closed.square()

    def tail(self, cut: sp.Expr) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
        """P(|X| > t) <= 2^(alpha+1)/(alpha+1) (scale/t)^alpha for every t > 0.

        P(|X| > t) <= (t/2) int_{-2/t}^{2/t} (1 - cf(u)) du (Billingsley, Probability and Measure, (26.22)),
        and 1 - exp(-|scale u|^alpha) <= |scale u|^alpha.
        """
        constant = 2 ** (self.alpha + 1) / (self.alpha + 1) * self.scale**self.alpha
        return constant, self.alpha, self.scale

    def light_tail(self) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
        return None if self.closed is None else self.closed.light_tail()

    def density_tail(self) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
        return None if self.closed is None else self.closed.density_tail()

    def tail_constants(self) -> tuple[sp.Expr, sp.Expr] | None:
        """scale^alpha Gamma(alpha) sin(pi alpha/2)/pi on both sides, alpha < 2 (Samorodnitsky and Taqqu 1994)."""
        if not self.moment_limit.is_finite:
            return None
        limit = self.scale**self.alpha * sp.gamma(self.alpha) * sp.sin(sp.pi * self.alpha / 2) / sp.pi
        return limit, limit

    def from_uniforms(self, u: Reals) -> Reals:
        """Chambers, Mallows and Stuck (1976): sin(a V)/cos(V)^(1/a) (cos((1-a) V)/W)^((1-a)/a), in logarithms.

        V = pi (u_0 - 1/2), W = -log u_1.
        """
        import numpy as np

        a = float(self.alpha)
        angle, wait = np.pi * (u[0] - 0.5), -np.log(u[1])
        cosine = np.sin(np.pi * np.minimum(u[0], 1 - u[0]))
        with np.errstate(divide="ignore"):
            size = np.log(np.abs(np.sin(a * angle))) - np.log(cosine) / a
            size += (1 - a) / a * (np.log(np.cos((1 - a) * angle)) - np.log(wait)) + np.log(float(self.scale))
        samples: Reals = np.sign(u[0] - 0.5) * np.exp(np.minimum(size, np.log(np.finfo(np.float64).max)))
        return samples
