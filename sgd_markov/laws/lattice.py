"""Affine images of the laws on 0, 1, 2, ..."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import sympy as sp

from ..expressions import exact
from .law import HalfLattice, Law, Support
from .signs import sign

if TYPE_CHECKING:
    from .law import Reals


@dataclass(frozen=True, init=False)
class Lattice(Law):
    """offset + step K, K of a law on 0, 1, 2, ...: batch means and affine images of Poisson and geometric numbers.

    >>> from sgd_markov.laws.poisson import Poisson
    >>> Poisson(3).batch_mean(2).variance
    3/2
    """

    name = "lattice"

    base: Law
    offset: sp.Expr
    step: sp.Expr

    def __init__(self, base: Law, offset: object, step: object) -> None:
        object.__setattr__(self, "base", base)
        object.__setattr__(self, "offset", exact(offset, "lattice.offset"))
        object.__setattr__(self, "step", exact(step, "lattice.step"))

    @property
    def support(self) -> Support:
        return HalfLattice(self.offset, self.step)

    def moment(self, order: int) -> sp.Expr:
        terms = (
            sp.binomial(order, j) * self.offset ** (order - j) * self.step**j * self.base.moment(j)
            for j in range(order + 1)
        )
        return sp.expand(sum(terms))

    def probability(self, k: sp.Expr) -> sp.Expr | None:
        return self.base.probability(k)

    def cdf(self, x: sp.Expr) -> sp.Expr | None:
        return self.base.cdf((x - self.offset) / self.step) if sign(self.step) == 1 else None

    def characteristic_function(self, t: sp.Expr) -> sp.Expr | None:
        base = self.base.characteristic_function(self.step * t)
        return None if base is None else sp.exp(sp.I * t * self.offset) * base

    def log_affine(self, shift: sp.Expr, factor: sp.Expr) -> sp.Expr | None:
        return self.base.log_affine(shift + factor * self.offset, factor * self.step)

    def standard_form(self) -> tuple[sp.Expr, sp.Expr, Law]:
        return self.offset, self.step, self.base

    def affine(self, shift: sp.Expr, factor: sp.Expr) -> Lattice:
        return Lattice(self.base, shift + factor * self.offset, factor * self.step)

    def batch_mean(self, size: int) -> Law | None:
        mean = self.base.batch_mean(size)
        return None if mean is None else mean.affine(self.offset, self.step)

    def light_tail(self) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
        """|X| > t needs K > (t - |offset|)/|step|."""
        base = self.base.light_tail()
        if base is None:
            return None
        constant, rate, start = base
        size, unit = sp.Abs(self.offset), sp.Abs(self.step)
        return constant * sp.exp(rate * size / unit), rate / unit, size + unit * start

    @property
    def uniforms(self) -> int:
        return self.base.uniforms

    def from_uniforms(self, u: Reals) -> Reals:
        return float(self.offset) + float(self.step) * self.base.from_uniforms(u)

    def subs(self, values: Mapping[sp.Symbol, sp.Expr]) -> Self:
        return type(self)(self.base.subs(values), self.offset.subs(values), self.step.subs(values))

    @property
    def free_symbols(self) -> set[sp.Symbol]:
        return set().union(self.base.free_symbols, self.offset.free_symbols, self.step.free_symbols)
