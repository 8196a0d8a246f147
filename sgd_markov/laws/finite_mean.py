"""The mean of a finite law under a Dirichlet process of total mass 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import sympy as sp

from .computed import Computed
from .law import Interval, Support

if TYPE_CHECKING:
    from flint import acb, arb

    from ..balls.quadrature import End, Integrand
    from .law import Reals

STICKS = 60
"""Terms of the stick-breaking sum of a sample; the rest has mean 2^-60."""


def placed(values: tuple[sp.Expr, ...]) -> list[arb]:
    from ..balls.evaluate import evaluate

    return [evaluate(value) for value in values]


@lru_cache(maxsize=256)
def whole_piece(law: FiniteMean, j: int, bits: int) -> arb:
    """The mass between two neighbouring points at the working precision `bits`, which has to be the present one."""
    return law.mass(j, placed(law.points), None)


@dataclass(frozen=True)
class FiniteMean(Computed):
    """The Dirichlet mean of points x_1 < ... < x_n: X ~ (1 - U) X + U V, P(V = x_i) = p_i, U uniform.

    Between neighbouring points the density is sin(pi P(V > x)) prod_i |x - x_i|^(-p_i)/pi (Cifarelli and Regazzini
    1990). `points` are numbers in increasing order, at least two; `weights` are positive with sum 1.

    >>> half = sp.Rational(1, 2)
    >>> FiniteMean((sp.Integer(0), sp.Integer(1)), (half, half)).density(half)
    2/pi
    """

    name = "finite Dirichlet mean"

    points: tuple[sp.Expr, ...]
    weights: tuple[sp.Expr, ...]

    def __post_init__(self) -> None:
        self.check()

    @property
    def uniforms(self) -> int:
        return 2 * STICKS

    @property
    def support(self) -> Support:
        return Interval(self.points[0], self.points[-1])

    def moment(self, order: int) -> sp.Expr:
        """n m_n = sum_(k=1..n) E V^k m_(n-k), from int pi(dw)/(1 - z w) = exp(-E log(1 - z V))."""
        powers = [sp.Add(*(p * x**k for x, p in zip(self.points, self.weights, strict=True))) for k in range(order + 1)]
        found = [sp.Integer(1)]
        for n in range(1, order + 1):
            found.append(sp.expand(sp.Add(*(powers[k] * found[n - k] for k in range(1, n + 1))) / n))
        return found[order]

    def on_piece(self, j: int, x: sp.Expr) -> sp.Expr:
        """The density between points j - 1 and j."""
        return self.jump(j, [x - p if i < j else p - x for i, p in enumerate(self.points)])

    def jump(self, j: int, distances: list[sp.Expr]) -> sp.Expr:
        """The same from the distances to all points."""
        powers = (d ** (-w) for d, w in zip(distances, self.weights, strict=True))
        return sp.sin(sp.pi * sp.Add(*self.weights[j:])) / sp.pi * sp.Mul(*powers)

    def pieces(self, x: sp.Expr) -> tuple[tuple[sp.Expr, sp.Expr, sp.Expr], ...]:
        return tuple(
            (self.points[j - 1], self.points[j], self.on_piece(j, x)) for j in range(1, len(self.points))
        )

    def density(self, x: sp.Expr) -> sp.Expr:
        parts = self.pieces(x)
        return sp.Piecewise(*((value, x < high) for _, high, value in parts[:-1]), (parts[-1][2], True))

    def cdf_ball(self, x: arb) -> arb:
        """The integral of the density from the left, piece by piece; nan where x is not told from the last point."""
        from flint import arb, ctx

        total, ends = arb(0), placed(self.points)
        for j in range(1, len(ends)):
            if (x - ends[j - 1]).is_zero():
                return total
            if x < ends[j]:
                return total + self.mass(j, ends, x)
            total += whole_piece(self, j, ctx.prec)
        return total if x >= ends[-1] else arb.nan()

    def mass(self, j: int, ends: list[arb], upto: arb | None) -> arb:
        """The integral between points j - 1 and j, as far as `upto` if that is given."""
        from flint import acb, arb

        from ..balls.evaluate import evaluate
        from ..balls.quadrature import End, half, interior_point

        weights = placed(self.weights)
        height = evaluate(sp.sin(sp.pi * sp.Add(*self.weights[j:])) / sp.pi)

        def integrand(near: int) -> Integrand:
            def at(x: acb, offset: acb, analytic: bool) -> acb:
                total = acb(0)
                for i, (point, weight) in enumerate(zip(ends, weights, strict=True)):
                    gap = offset if i == near else x - point
                    total -= weight * (gap if i < j else -gap).log(analytic=analytic)
                return total.exp() * height

            return at

        low = self.end(j - 1, ends, weights, height)
        high = self.end(j, ends, weights, height) if upto is None else End(upto)
        middle = interior_point(low, high)
        right = half(integrand(j if upto is None else -1), high, middle, -1)
        return arb(half(integrand(j - 1), low, middle, 1) + right)

    def end(self, place: int, ends: list[arb], weights: list[arb], height: arb) -> End:
        """A point with its cut: what lies within r of it has mass at most sup(other factors) r^(1-p)/(1-p)."""
        from flint import arb, ctx

        from ..balls.quadrature import End, symmetric

        free = 1 - weights[place]
        cut = (arb(ctx.prec) * 0.7 / free + 20).mid()
        radius = (-cut).exp()
        around = ends[place] + symmetric(radius)
        others = arb(1)
        for i, (point, weight) in enumerate(zip(ends, weights, strict=True)):
            if i != place:
                others *= abs(around - point) ** (-weight)
        return End(ends[place], True, cut, abs(height) * others * radius**free / free)

    def from_uniforms(self, u: Reals) -> Reals:
        """Stick breaking: sum_k V_k U_k prod_(j<k) (1 - U_j)."""
        import numpy as np

        sticks = u[:STICKS]
        chosen = np.searchsorted(np.cumsum([float(w) for w in self.weights])[:-1], u[STICKS:], side="right")
        places = np.array([float(p) for p in self.points])[chosen]
        left = np.cumprod(np.concatenate([np.ones_like(sticks[:1]), 1 - sticks[:-1]]), axis=0)
        samples: Reals = (places * sticks * left).sum(axis=0)
        return samples

    def subs(self, values: Mapping[sp.Symbol, sp.Expr]) -> FiniteMean:
        return FiniteMean(tuple(p.subs(values) for p in self.points), tuple(w.subs(values) for w in self.weights))

    @property
    def free_symbols(self) -> set[sp.Symbol]:
        return set().union(*(entry.free_symbols for entry in (*self.points, *self.weights)))
