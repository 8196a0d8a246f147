"""The square of a normal number, or of a bounded number that is not negative."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import sympy as sp

from .law import Interval, Law, Support
from .normal import Normal
from .signs import sign

if TYPE_CHECKING:
    from .law import Reals


@dataclass(frozen=True, init=False)
class Square(Law):
    """X^2 for X of the law `base`: what the windows of losses in x^2 need to know of it.

    >>> Square(Normal(1, 1)).variance
    6
    """

    name = "square"

    base: Law

    def __init__(self, base: Law) -> None:
        object.__setattr__(self, "base", base)

    @classmethod
    def of(cls, base: Law) -> Square | None:
        """None for the laws that are not treated here."""
        support = base.support
        one_branch = isinstance(support, Interval) and support.high.is_finite and sign(support.low) in (0, 1)
        return cls(base) if isinstance(base, Normal) or one_branch else None

    @property
    def support(self) -> Support:
        support = self.base.support
        assert isinstance(support, Interval)
        return Interval(sp.Integer(0), sp.oo) if isinstance(self.base, Normal) else Interval(support.low**2, support.high**2)

    def moment(self, order: int) -> sp.Expr:
        return self.base.moment(2 * order)

    @property
    def moment_limit(self) -> sp.Expr:
        return self.base.moment_limit / 2

    def pieces(self, x: sp.Expr) -> tuple[tuple[sp.Expr, sp.Expr, sp.Expr], ...] | None:
        """(rho(y) + rho(-y))/(2 y) at y = sqrt(x); without the second branch for numbers that are not negative."""
        y = sp.Symbol("y", positive=True)
        found = self.base.pieces(y)
        if found is None:
            return None
        if isinstance(self.base, Normal):
            density = (self.base.density(y) + self.base.density(-y)) / (2 * y)
            return ((sp.Integer(0), sp.oo, density.subs(y, sp.sqrt(x))),)
        return tuple((low**2, high**2, (density / (2 * y)).subs(y, sp.sqrt(x))) for low, high, density in found)

    def log_affine(self, shift: sp.Expr, factor: sp.Expr) -> sp.Expr | None:
        """log|factor| + E log|X - r| + E log|X + r|, r = sqrt(-shift/factor), where that is real."""
        root = -shift / factor
        if sign(root) not in (0, 1):
            return None
        r, one = sp.sqrt(root), sp.Integer(1)
        forms = self.base.log_affine(-r, one), self.base.log_affine(r, one)
        return None if None in forms else sp.log(sp.Abs(factor)) + sp.Add(*forms)

    def density_tail(self) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
        """Normal base, y >= 1: (sqrt(y) - |m|)^2 >= y/2 - m^2 for both branches, so that the density is at most
        exp(m^2/(2 s^2)) exp(-y/(4 s^2))/(sqrt(2 pi) s)."""
        if not isinstance(self.base, Normal):
            return None
        m, s = self.base.mean, self.base.std
        return sp.exp(m**2 / (2 * s**2)) / (sp.sqrt(2 * sp.pi) * s), 1 / (4 * s**2), sp.Integer(1)

    def from_uniforms(self, u: Reals) -> Reals:
        return self.base.from_uniforms(u) ** 2

    def subs(self, values: Mapping[sp.Symbol, sp.Expr]) -> Self:
        return type(self)(self.base.subs(values))

    @property
    def free_symbols(self) -> set[sp.Symbol]:
        return self.base.free_symbols
