"""The negative binomial law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from ..errors import InvalidInput
from .counting import hits_an_atom, moment_from_factorial
from .law import HalfLattice, Law, Support

if TYPE_CHECKING:
    from .law import Reals


@dataclass(frozen=True)
class NegativeBinomial(Law):
    """The sum of `count` independent geometric numbers: P(X = k) = C(count+k-1, k) p^count (1-p)^k, k = 0, 1, ...

    >>> NegativeBinomial(2, "1/2").moment(1)
    2
    """

    name = "negative-binomial"

    count: sp.Expr
    p: sp.Expr

    def check(self) -> None:
        self.require_probability("p", inside=True)
        if not (self.count.is_Integer and self.count.is_positive):
            raise InvalidInput(f"{self.name}.count", self.count, "a positive integer")

    @property
    def support(self) -> Support:
        return HalfLattice(sp.Integer(0), sp.Integer(1))

    def moment(self, order: int) -> sp.Expr:
        """The factorial moments are count (count+1) ... (count+j-1) ((1-p)/p)^j."""
        odds = (1 - self.p) / self.p
        return moment_from_factorial(order, lambda j: sp.rf(self.count, j) * odds**j)

    def probability(self, k: sp.Expr) -> sp.Expr:
        choices = sp.Mul(*(k + i for i in range(1, int(self.count)))) / sp.factorial(self.count - 1)
        return choices * self.p**self.count * (1 - self.p) ** k

    def cdf(self, x: sp.Expr) -> sp.Expr:
        """P(at least `count` successes in k + count trials), k = floor(x)."""
        k, n = sp.floor(x), int(self.count)
        trials, q = k + n, 1 - self.p
        return 1 - sp.Add(*(_choose(trials, j) * self.p**j * q ** (trials - j) for j in range(n)))

    def characteristic_function(self, t: sp.Expr) -> sp.Expr:
        return (self.p / (1 - (1 - self.p) * sp.exp(sp.I * t))) ** self.count

    def log_affine(self, shift: sp.Expr, factor: sp.Expr) -> sp.Expr | None:
        """-oo where an atom is hit exactly; else there is no closed form."""
        return sp.S.NegativeInfinity if hits_an_atom(shift, factor) else None

    def affine(self, shift: sp.Expr, factor: sp.Expr) -> Law:
        from .lattice import Lattice

        return Lattice(self, shift, factor)

    def batch_mean(self, size: int) -> Law:
        from .lattice import Lattice

        law = NegativeBinomial(self.count * size, self.p)
        return self if size == 1 else Lattice(law, sp.Integer(0), sp.Rational(1, size))

    def light_tail(self) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        """P(X > t) <= E z^X z^-t = (p/(1 - q z))^count z^-t at z = 1/sqrt(q), q = 1 - p (Markov's inequality)."""
        root = sp.sqrt(1 - self.p)
        return (self.p / (1 - root)) ** self.count, -sp.log(1 - self.p) / 2, sp.Integer(0)

    def from_uniforms(self, u: Reals) -> Reals:
        """The smallest k with P(X <= k) >= u: `count` failures counted by the incomplete beta function."""
        import numpy as np
        from scipy.special import nbdtr, nbdtrik

        count, p = int(self.count), float(self.p)
        k = np.maximum(np.ceil(np.nan_to_num(nbdtrik(u[0], count, p))), 0)
        below = np.maximum(k - 1, 0)
        samples: Reals = np.where(nbdtr(below.astype(np.int64), count, p) >= u[0], below, k)
        return samples


def _choose(n: sp.Expr, k: int) -> sp.Expr:
    """C(n, k) as a polynomial in n."""
    return sp.Mul(*(n - i for i in range(k))) / sp.factorial(k)
