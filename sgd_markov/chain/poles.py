"""Where one step divides by 0: the map has no value there, even if the quotient cancels once numbers are put in.

w/(w - x) is no step at w = 0 if x = 0 has positive probability, although w/(w - 0) cancels to 1 and 0/(0 - x) to 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import sympy as sp

from ..algebra import real_roots
from ..errors import HypothesisViolated
from ..laws.law import Law
from ..laws.support import HalfLattice
from .chain import Chain, Point
from .draw import Source

ATOMS_TRIED = 5000
"""So many combinations of finite draws are looked at; beyond them nothing is said."""


@dataclass(frozen=True)
class NonZero:
    """`expr` must not be 0; with `index`, for no index = 0, 1, 2, ... ."""

    expr: sp.Expr
    index: sp.Symbol | None = None


@dataclass(frozen=True)
class Poles:
    """The denominators of one step of a chain (of the first step of an epoch).

    >>> from ..laws.finite import Finite
    >>> from .random_map import RandomMap
    >>> w, x = sp.symbols("w x", real=True)
    >>> chain = RandomMap({w: w / (w - x)}, noise={x: Finite((1, 2))})
    >>> [str(fact.expr) for fact in Poles(chain).conditions({})]
    ['w - 1', 'w - 2']
    """

    chain: Chain

    def require_none_at(self, place: Point) -> None:
        """Raise `HypothesisViolated` where the step from the state is undefined with positive probability."""
        if self.occur:
            for _ in self.conditions(place):
                pass

    def conditions(self, place: Point, index: sp.Symbol | None = None) -> list[NonZero]:
        """What must not be 0 for the step from `place` (numbers, or nothing) to be defined, in the symbols that are left.

        `index`: the symbol that counts the atoms of an infinite law. Raises `HypothesisViolated` where something is 0.
        Divisors with a density are 0 with probability 0 and left out, as are those of branches that symbols leave open,
        those that hold the mean of a batch, and those of adaptive optimizers, which are positive where they are divided by.
        """
        found: dict[NonZero, None] = {}
        own = {*self.chain.means, *self.chain.neutral}
        index = index or sp.Symbol("k", integer=True, nonnegative=True)
        for values in self.finite_draws:
            at = {**values, **place}
            for divisor in dict.fromkeys(d for expr in self.exprs for d in divisors(expr, at)):
                fact = self.fact(divisor, values, index)
                if fact is not None and not fact.expr.free_symbols & own:
                    found[fact] = None
        return list(found)

    def fact(self, divisor: sp.Expr, values: Mapping[sp.Symbol, sp.Expr], index: sp.Symbol) -> NonZero | None:
        drawn = [symbol for symbol in self.laws if symbol in divisor.free_symbols]
        if not drawn:
            if divisor.is_zero:
                raise undefined(values)
            return NonZero(divisor) if divisor.free_symbols and divisor.is_zero is not False else None
        support = self.laws[drawn[0]].support
        if len(drawn) > 1 or not isinstance(support, HalfLattice):
            return None
        return lattice_fact(divisor.xreplace({drawn[0]: support.offset + support.step * index}), drawn[0], support, index)

    @cached_property
    def occur(self) -> bool:
        """May a divisor that depends on the state or on what is drawn be 0?"""
        moving = {*self.chain.state, *self.chain.draw.data_symbols, *self.chain.draw.noise_symbols}
        return any(
            is_divisor(power) and power.base.is_zero is not False and moving & power.base.free_symbols
            for expr in self.exprs
            for power in expr.atoms(sp.Pow)
        )

    @cached_property
    def exprs(self) -> tuple[sp.Expr, ...]:
        """The map of one sample; of a larger batch the gradients, and what the map itself divides by."""
        return self.chain.one_sample_map if self.chain.draw.batch_size == 1 else (*self.chain.gradient, *self.chain.update)

    @cached_property
    def sources(self) -> list[Source]:
        """Those that occur in divisors, or decide which branch of the map applies."""
        if not self.occur:
            return []
        symbols = set().union(*(expr.free_symbols for expr in self.exprs))
        return [s for s in (*self.chain.draw.data, *self.chain.draw.noise) if symbols & set(s.symbols)]

    @cached_property
    def laws(self) -> dict[sp.Symbol, Law]:
        return {s.symbols[0]: s.law for s in self.sources if s.finite is None and isinstance(s.law, Law)}

    @cached_property
    def finite_draws(self) -> list[dict[sp.Symbol, sp.Expr]]:
        """The values of the finite sources, together."""
        supports = [[dict(zip(s.symbols, v, strict=True)) for v, p in s.finite if p != 0] for s in self.sources if s.finite]
        count = 1
        for support in supports:
            count *= len(support)
        if count > ATOMS_TRIED:
            return []
        return [{k: v for table in tables for k, v in table.items()} for tables in product(*supports)]


def is_divisor(power: sp.Pow) -> bool:
    return bool(power.exp.is_negative)


def divisors(expr: sp.Expr, at: Mapping[sp.Symbol, sp.Expr]) -> Iterator[sp.Expr]:
    """What the expression divides by, with `at` put in; of a case distinction only in the branch that applies."""
    if isinstance(expr, sp.Piecewise):
        for value, condition in expr.args:
            holds = condition.xreplace(at)
            if holds == sp.true:
                yield from divisors(value, at)
            if holds != sp.false:
                return
        return
    if isinstance(expr, sp.Pow) and is_divisor(expr):
        yield expr.base.xreplace(at)
    for part in expr.args:
        yield from divisors(part, at)


def lattice_fact(value: sp.Expr, drawn: sp.Symbol, support: HalfLattice, index: sp.Symbol) -> NonZero | None:
    """Raises where the divisor is 0 at an atom of an infinite law."""
    if value.free_symbols != {index}:
        return NonZero(value, index)
    if value.is_polynomial(index) and all(c.is_Rational for c in sp.Poly(value, index).all_coeffs()):
        for root in real_roots(sp.Poly(value, index)):
            k = root.rational
            if k is not None and k.denominator == 1 and k >= 0:
                raise undefined({drawn: support.offset + support.step * int(k)})
    return None


def undefined(values: Mapping[sp.Symbol, sp.Expr]) -> HypothesisViolated:
    listed = ", ".join(f"{symbol} = {value}" for symbol, value in values.items())
    return HypothesisViolated("every step is defined", "it divides by 0" + (f" where {listed}" if listed else ""))
