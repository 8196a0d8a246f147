"""Sums of polynomials times exponentials, exact and possibly with symbols: sum over rates r of p_r(w) exp(r w)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import comb, factorial

import sympy as sp

Key = tuple[sp.Expr, int]
"""(rate, power)"""


@dataclass(frozen=True)
class ExponentialSum:
    """sum of coefficient w^power exp(rate w) over the entries of `terms`.

    >>> w = sp.Symbol("w")
    >>> (ExponentialSum.monomial(2, 1) + ExponentialSum.monomial(1, 0, rate=sp.Integer(3))).at(w)
    2*w + exp(3*w)
    """

    terms: Mapping[Key, sp.Expr]

    @classmethod
    def of(cls, entries: Iterable[tuple[Key, sp.Expr]]) -> ExponentialSum:
        """Equal rates and powers collected, zeros left out."""
        found: dict[Key, sp.Expr] = {}
        for (rate, power), coefficient in entries:
            key = sp.expand(rate), power
            found[key] = found.get(key, sp.Integer(0)) + coefficient
        return cls({key: c for key, c in found.items() if c != 0})

    @classmethod
    def monomial(cls, coefficient: object, power: int, rate: sp.Expr = sp.S.Zero) -> ExponentialSum:
        return cls.of([((rate, power), sp.sympify(coefficient))])

    def __add__(self, other: ExponentialSum) -> ExponentialSum:
        return ExponentialSum.of([*self.terms.items(), *other.terms.items()])

    def times(self, factor: sp.Expr) -> ExponentialSum:
        return ExponentialSum.of((key, factor * c) for key, c in self.terms.items())

    def at(self, place: sp.Expr) -> sp.Expr:
        return sp.Add(*(c * place**power * sp.exp(rate * place) for (rate, power), c in self.terms.items()))

    def solved(self, rate: sp.Expr) -> ExponentialSum:
        """The W with W' - rate W = self, without a term exp(rate w) of its own where there is a choice."""
        return ExponentialSum.of(entry for key, c in self.terms.items() for entry in solved_term(key, c, rate))


def solved_term(key: Key, coefficient: sp.Expr, rate: sp.Expr) -> list[tuple[Key, sp.Expr]]:
    """For w^k exp(m w): exp(m w) sum_i (-1)^i k!/(k-i)! w^(k-i)/(m - rate)^(i+1); w^(k+1)/(k+1) exp(m w) if m = rate."""
    own, k = key
    gap = sp.expand(own - rate)
    if gap == 0:
        return [((own, k + 1), coefficient / (k + 1))]
    return [
        ((own, k - i), coefficient * (-1) ** i * (factorial(k) // factorial(k - i)) / gap ** (i + 1))
        for i in range(k + 1)
    ]


def shifted_power(end: sp.Expr, power: int, rate: sp.Expr, factor: sp.Expr) -> ExponentialSum:
    """factor (end - w)^power exp(-rate (end - w)) as a function of w."""
    weight = factor * sp.exp(-rate * end)
    return ExponentialSum.of(
        ((rate, q), weight * comb(power, q) * end ** (power - q) * (-1) ** q) for q in range(power + 1)
    )
