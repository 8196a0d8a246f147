"""The geometric law on 0, 1, 2, ..."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from .counting import hits_an_atom, moment_from_factorial
from .law import HalfLattice, Law, Support

if TYPE_CHECKING:
    from .law import Reals


@dataclass(frozen=True)
class Geometric(Law):
    """The number of failures before the first success: P(X = k) = p (1-p)^k, k = 0, 1, ...

    >>> Geometric("1/3").moment(1)
    2
    """

    name = "geometric"

    p: sp.Expr

    def check(self) -> None:
        self.require_probability("p", inside=True)

    @property
    def support(self) -> Support:
        return HalfLattice(sp.Integer(0), sp.Integer(1))

    def moment(self, order: int) -> sp.Expr:
        """The factorial moments are j! ((1-p)/p)^j."""
        return moment_from_factorial(order, lambda j: sp.factorial(j) * ((1 - self.p) / self.p) ** j)

    def probability(self, k: sp.Expr) -> sp.Expr:
        return self.p * (1 - self.p) ** k

    def cdf(self, x: sp.Expr) -> sp.Expr:
        return 1 - (1 - self.p) ** (sp.floor(x) + 1)

    def characteristic_function(self, t: sp.Expr) -> sp.Expr:
        return self.p / (1 - (1 - self.p) * sp.exp(sp.I * t))

    def log_affine(self, shift: sp.Expr, factor: sp.Expr) -> sp.Expr | None:
        """-oo where an atom is hit exactly; else there is no closed form."""
        return sp.S.NegativeInfinity if hits_an_atom(shift, factor) else None

    def affine(self, shift: sp.Expr, factor: sp.Expr) -> Law:
        from .lattice import Lattice

        return Lattice(self, shift, factor)

    def batch_mean(self, size: int) -> Law:
        from .lattice import Lattice
        from .negative_binomial import NegativeBinomial

        if size == 1:
            return self
        return Lattice(NegativeBinomial(size, self.p), sp.Integer(0), sp.Rational(1, size))

    def light_tail(self) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        """P(X > t) = (1-p)^(floor(t)+1) <= exp(t log(1-p))."""
        return sp.Integer(1), -sp.log(1 - self.p), sp.Integer(0)

    def from_uniforms(self, u: Reals) -> Reals:
        """floor(log(u)/log(1-p)): P(X >= k) = P(u <= (1-p)^k)."""
        import numpy as np

        samples: Reals = np.floor(np.log(u[0]) / np.log1p(-float(self.p)))
        return samples
