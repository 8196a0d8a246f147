"""The law of shift + factor X where no family holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import sympy as sp

from .law import Interval, Law, Support

if TYPE_CHECKING:
    from .law import Reals


@dataclass(frozen=True)
class AffineImage(Law):
    """shift + direction * factor * X for X of the law `base`, which has a density; factor > 0, direction 1 or -1.

    The direction is a field of its own because symbols may leave the sign of a factor open, and the caller has
    assumed one.

    >>> from .beta import Beta
    >>> AffineImage(Beta(2, 3), sp.Integer(-1), sp.Integer(2)).moment(1)
    -1/5
    """

    base: Law
    shift: sp.Expr
    factor: sp.Expr
    direction: int = 1

    def __post_init__(self) -> None:
        self.check()

    @property
    def name(self) -> str:  # type: ignore[override]
        return self.base.name

    @property
    def signed(self) -> sp.Expr:
        return self.direction * self.factor

    def standard(self, x: sp.Expr) -> sp.Expr:
        """The X that is mapped to x."""
        return (x - self.shift) / self.signed

    @property
    def uniforms(self) -> int:
        return self.base.uniforms

    @property
    def support(self) -> Support:
        inner = self.base.support
        assert isinstance(inner, Interval)
        ends = [self.placed(end) for end in (inner.low, inner.high)]
        return Interval(*ends) if self.direction == 1 else Interval(*reversed(ends))

    def placed(self, end: sp.Expr) -> sp.Expr:
        """The image of an end, infinite ones included."""
        return self.direction * end if end.is_infinite else self.shift + self.signed * end

    def moment(self, order: int) -> sp.Expr:
        terms = (
            sp.binomial(order, k) * self.shift ** (order - k) * self.signed**k * (self.base.moment(k) if k else 1)
            for k in range(order, -1, -1)
        )
        return sp.Add(*terms)

    @property
    def moment_limit(self) -> sp.Expr:
        return self.base.moment_limit

    def density(self, x: sp.Expr) -> sp.Expr | None:
        found = self.base.density(self.standard(x))
        return None if found is None else found / self.factor

    def cdf(self, x: sp.Expr) -> sp.Expr | None:
        found = self.base.cdf(self.standard(x))
        return found if found is None or self.direction == 1 else 1 - found

    def quantile(self, level: sp.Expr) -> sp.Expr | None:
        found = self.base.quantile(level if self.direction == 1 else 1 - level)
        return None if found is None else self.shift + self.signed * found

    def mean_exp(self, rate: sp.Expr) -> sp.Expr | None:
        found = self.base.mean_exp(rate * self.signed)
        return None if found is None else sp.exp(rate * self.shift) * found

    def characteristic_function(self, t: sp.Expr) -> sp.Expr | None:
        found = self.base.characteristic_function(self.signed * t)
        return None if found is None else sp.exp(sp.I * self.shift * t) * found

    def log_affine(self, shift: sp.Expr, factor: sp.Expr) -> sp.Expr | None:
        return self.base.log_affine(shift + factor * self.shift, factor * self.signed)

    def power_affine(self, shift: sp.Expr, factor: sp.Expr, order: sp.Expr) -> sp.Expr | None:
        return self.base.power_affine(shift + factor * self.shift, factor * self.signed, order)

    def from_uniforms(self, u: Reals) -> Reals:
        samples: Reals = float(self.shift) + float(self.signed) * self.base.from_uniforms(u)
        return samples

    def subs(self, values: Mapping[sp.Symbol, sp.Expr]) -> AffineImage:
        return replace(
            self, base=self.base.subs(values), shift=self.shift.subs(values), factor=self.factor.subs(values)
        )

    @property
    def free_symbols(self) -> set[sp.Symbol]:
        return {*self.base.free_symbols, *self.shift.free_symbols, *self.factor.free_symbols}


def image(base: Law, shift: sp.Expr, factor: sp.Expr, direction: int = 1) -> Law:
    """The law of shift + direction * factor * X, factor > 0: in the family itself where that holds it.

    >>> from .gamma import Gamma
    >>> w = sp.Symbol("s", positive=True)
    >>> image(Gamma(2, 1), sp.Integer(0), w), image(Gamma(2, 1), sp.Integer(1), w).base
    (Gamma(shape=2, scale=s), Gamma(shape=2, scale=1))
    """
    if shift == 0 and factor == 1 and direction == 1:
        return base
    found = base.affine(shift, direction * factor)
    return AffineImage(base, shift, factor, direction) if found is None else found
