"""The Poisson law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from .counting import hits_an_atom, moment_from_factorial
from .law import HalfLattice, Law, Support

if TYPE_CHECKING:
    from .law import Reals


@dataclass(frozen=True)
class Poisson(Law):
    """P(X = k) = exp(-rate) rate^k / k!, k = 0, 1, ...

    >>> Poisson(2).moment(2)
    6
    """

    name = "poisson"

    rate: sp.Expr

    def check(self) -> None:
        self.require_positive("rate")

    @property
    def support(self) -> Support:
        return HalfLattice(sp.Integer(0), sp.Integer(1))

    def moment(self, order: int) -> sp.Expr:
        """The factorial moments are rate^j."""
        return moment_from_factorial(order, lambda j: self.rate**j)

    def probability(self, k: sp.Expr) -> sp.Expr:
        return sp.exp(-self.rate) * self.rate**k / sp.factorial(k)

    def cdf(self, x: sp.Expr) -> sp.Expr:
        """Gamma(floor(x) + 1, rate)/floor(x)! for x >= 0."""
        k = sp.floor(x)
        return sp.uppergamma(k + 1, self.rate) / sp.factorial(k)

    def characteristic_function(self, t: sp.Expr) -> sp.Expr:
        return sp.exp(self.rate * (sp.exp(sp.I * t) - 1))

    def log_affine(self, shift: sp.Expr, factor: sp.Expr) -> sp.Expr | None:
        """-oo where an atom is hit exactly; else there is no closed form."""
        return sp.S.NegativeInfinity if hits_an_atom(shift, factor) else None

    def affine(self, shift: sp.Expr, factor: sp.Expr) -> Law:
        from .lattice import Lattice

        return Lattice(self, shift, factor)

    def batch_mean(self, size: int) -> Law:
        from .lattice import Lattice

        return self if size == 1 else Lattice(Poisson(self.rate * size), sp.Integer(0), sp.Rational(1, size))

    def light_tail(self) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        """P(X > t) <= E exp(X) exp(-t) = exp(rate (e - 1)) exp(-t) (Markov's inequality)."""
        return sp.exp(self.rate * (sp.E - 1)), sp.Integer(1), sp.Integer(0)

    def from_uniforms(self, u: Reals) -> Reals:
        """The smallest k with P(X <= k) >= u."""
        import numpy as np
        from scipy.special import pdtr, pdtrik

        rate = float(self.rate)
        k = np.maximum(np.ceil(np.nan_to_num(pdtrik(u[0], rate))), 0)
        below = np.maximum(k - 1, 0)
        samples: Reals = np.where(pdtr(below, rate) >= u[0], below, k)
        return samples
