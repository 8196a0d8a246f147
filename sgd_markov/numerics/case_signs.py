"""Signs of expressions with free symbols, decided by assumptions or by a case distinction that collects itself.

A computation asks for the signs that it needs. Where one is open it is run again in every case: `w > 0`, `w < 0`,
`w = 0`. What comes back is a list of cases, each with its condition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TypeVar

import sympy as sp

from ..balls.adaptive import proved_sign
from ..effort import Effort
from ..errors import Inconclusive

Result = TypeVar("Result")
SignSet = frozenset[int]
ANY: SignSet = frozenset({-1, 0, 1})
NONZERO: SignSet = frozenset({-1, 1})
CASE_LIMIT = 48
RELATIONS: dict[SignSet, type[sp.Basic]] = {
    frozenset({1}): sp.Gt,
    frozenset({-1}): sp.Lt,
    frozenset({0}): sp.Eq,
    frozenset({0, 1}): sp.Ge,
    frozenset({-1, 0}): sp.Le,
    frozenset({-1, 1}): sp.Ne,
}


class Undecided(Exception):
    """The sign of `expr` is needed: the cases are its possible sets of signs."""

    def __init__(self, expr: sp.Expr, choices: tuple[SignSet, ...]) -> None:
        super().__init__(expr, choices)
        self.expr, self.choices = expr, choices


@dataclass(frozen=True)
class Signs:
    """What one case assumes: expressions (primitive, sign-normalised) with their possible signs.

    >>> w = sp.Symbol("w", real=True)
    >>> Signs(((w, frozenset({1})),)).strict(3 * w + 1)
    1
    """

    facts: tuple[tuple[sp.Expr, SignSet], ...] = ()

    def strict(self, expr: sp.Expr) -> int:
        """-1, 0 or 1; raises `Undecided` where the three differ."""
        return next(iter(self.narrowed(expr, lambda known: [frozenset({s}) for s in sorted(known, reverse=True)])))

    def order(self, expr: sp.Expr) -> int:
        """1 if expr >= 0, -1 if expr <= 0 (either at 0): for comparisons whose ties make no difference."""
        known = self.narrowed(expr, lambda known: [known] if known in (UP, DOWN) else [known & UP, known - UP])
        return 1 if known <= UP else -1

    def nonzero(self, expr: sp.Expr) -> bool:
        """Is it different from 0? Raises `Undecided` where both happen."""
        known = self.narrowed(expr, lambda known: [known - {0}, known & {0}])
        return 0 not in known

    def narrowed(self, expr: sp.Expr, split: Callable[[SignSet], list[SignSet]]) -> SignSet:
        known = self.possible(expr)
        if len([part for part in split(known) if part]) <= 1:
            return known
        for factor in bases(expr):
            possible = self.of_base(factor)
            choices = tuple(part for part in split(possible) if part)
            if len(choices) > 1:
                raise Undecided(factor, choices)
        raise Undecided(normal(expr), tuple(part for part in split(known) if part))

    def possible(self, expr: sp.Expr) -> SignSet:
        """The signs that the facts and sympy's assumptions leave open."""
        if expr in (sp.oo, -sp.oo):
            return frozenset({1 if expr == sp.oo else -1})
        if not expr.free_symbols:
            return constant_sign(expr)
        result: SignSet = frozenset({1})
        for factor, exponent in factors(expr):
            result = times(result, powered(self.of_base(factor), exponent))
        return result

    def of_base(self, base: sp.Expr) -> SignSet:
        if not base.free_symbols:
            return constant_sign(base)
        if isinstance(base, sp.Abs):
            return frozenset(abs(s) for s in self.possible(base.args[0]))
        if isinstance(base, sp.sign):
            return self.possible(base.args[0])
        key, flip = oriented(base)
        known = assumed(key) & assumed(key.xreplace(self.stand_ins))
        for fact, signs in self.facts:
            known &= signs if fact == key else shifted(fact, signs, key)
        return frozenset(-s for s in known) if flip else known

    @cached_property
    def stand_ins(self) -> dict[sp.Symbol, sp.Symbol]:
        """Symbols whose own sign is a fact, as dummies that carry it as an assumption."""
        return {fact: stand_in(signs) for fact, signs in self.facts if fact.is_Symbol and signs in ASSUMPTIONS}

    @property
    def substitution(self) -> dict[sp.Symbol, sp.Expr]:
        """The symbols that an equation of this case determines: w - 1 = 0 gives w = 1."""
        table: dict[sp.Symbol, sp.Expr] = {}
        for fact, signs in self.facts:
            if signs == {0}:
                symbol = leading_symbol(fact.xreplace(table))
                if symbol is not None:
                    a, b = sp.Poly(fact.xreplace(table), symbol).all_coeffs()
                    table = {s: v.xreplace({symbol: -b / a}) for s, v in table.items()} | {symbol: -b / a}
        return table

    @property
    def is_degenerate(self) -> bool:
        """Does the case hold on an equation only?"""
        return any(signs == {0} for _, signs in self.facts)

    @cached_property
    def independent(self) -> tuple[tuple[sp.Expr, SignSet], ...]:
        """The facts that the others do not imply."""
        kept = list(self.facts)
        for fact, signs in self.facts:
            others = tuple(entry for entry in kept if entry[0] != fact)
            if Signs(others).possible(fact) <= signs:
                kept = list(others)
        return tuple(kept)

    def with_nonzero(self, exprs: Iterable[sp.Expr]) -> Signs:
        """These facts, and that no factor of the expressions is 0.

        >>> w = sp.Symbol("w", real=True)
        >>> Signs().with_nonzero([w**2 - 1]).texts()
        ['w != -1', 'w != 1']
        """
        facts = dict(self.facts)
        for factor in (base for expr in exprs for base in bases(expr)):
            key, _ = oriented(factor)
            facts[key] = facts.get(key, ANY) & NONZERO
        return Signs(tuple(facts.items()))

    @property
    def condition(self) -> sp.Basic:
        """The facts as one condition; that something is not 0 is left to the words of the cases."""
        return sp.And(*(relation(fact, signs) for fact, signs in self.independent if signs != NONZERO))

    def texts(self) -> list[str]:
        """The facts in words, each as one comparison."""
        return [comparison(fact, signs) for fact, signs in self.independent]


UP: SignSet = frozenset({0, 1})
DOWN: SignSet = frozenset({-1, 0})
ASSUMPTIONS: dict[SignSet, str] = {
    frozenset({1}): "positive",
    frozenset({-1}): "negative",
    UP: "nonnegative",
    DOWN: "nonpositive",
    frozenset({-1, 1}): "nonzero",
}


ALL_OPEN = Signs()


def by_cases(
    compute: Callable[[Signs], Result], effort: Effort, given: Signs = ALL_OPEN
) -> list[tuple[Signs, Result]]:
    """`compute` in every case that it asks for; the cases exclude one another and together are all that `given` leaves."""

    def timely(signs: Signs) -> Result:
        effort.check()
        return compute(signs)

    return list(explored(timely, given, [0]))


def explored(compute: Callable[[Signs], Result], signs: Signs, count: list[int]) -> Iterator[tuple[Signs, Result]]:
    count[0] += 1
    if count[0] > CASE_LIMIT:
        raise Inconclusive(f"more than {CASE_LIMIT} cases: give the symbols values, or ask at a point")
    try:
        yield signs, compute(signs)
    except Undecided as open_sign:
        key, flip = oriented(open_sign.expr)
        for choice in open_sign.choices:
            allowed = frozenset(-s for s in choice) if flip else choice
            others = tuple((fact, known) for fact, known in signs.facts if fact != key)
            yield from explored(compute, Signs((*others, (key, allowed))), count)


@lru_cache(maxsize=4096)
def constant_sign(value: sp.Expr) -> SignSet:
    sign = proved_sign(value)
    if sign is None:
        raise Inconclusive(f"the sign of {value} is not decided")
    return frozenset({sign})


@lru_cache(maxsize=4096)
def factors(expr: sp.Expr) -> tuple[tuple[sp.Expr, sp.Expr], ...]:
    """Bases with exponents; numbers among them."""
    parts = sp.Mul.make_args(sp.factor_terms(sp.factor(sp.together(expr))))
    return tuple(part.as_base_exp() for part in parts)


def bases(expr: sp.Expr) -> list[sp.Expr]:
    """The factors that have symbols, single symbols first."""
    found = [base for base, _ in factors(expr) if base.free_symbols]
    inner = [b.args[0] if isinstance(b, sp.Abs | sp.sign) else b for b in found]
    flat = [f for b in inner for f, _ in (factors(b) if b not in found else [(b, 1)]) if f.free_symbols]
    return sorted(flat, key=lambda base: not base.is_Symbol)


def times(first: SignSet, second: SignSet) -> SignSet:
    return frozenset(a * b for a in first for b in second)


def powered(signs: SignSet, exponent: sp.Expr) -> SignSet:
    """The signs of base^exponent for a real power."""
    if exponent.is_Integer and exponent.is_odd:
        return signs
    return frozenset(abs(s) for s in signs)


def oriented(base: sp.Expr) -> tuple[sp.Expr, bool]:
    """(primitive form of leading sign +, was the sign changed?); linear ones in one symbol as symbol - number."""
    expr = normal(base)
    return (expr, False) if same_side(expr, base) else (expr, True)


@lru_cache(maxsize=4096)
def normal(base: sp.Expr) -> sp.Expr:
    symbols = base.free_symbols
    if len(symbols) == 1:
        (symbol,) = symbols
        if base.is_polynomial(symbol) and sp.degree(base, symbol) == 1:
            a, b = sp.Poly(base, symbol).all_coeffs()
            return symbol + b / a
    _, primitive = sp.expand(base).as_content_primitive() if base.is_Add else (1, base)
    return -primitive if primitive.could_extract_minus_sign() else primitive


def same_side(normalised: sp.Expr, base: sp.Expr) -> bool:
    """Is base a positive multiple of its normal form?"""
    ratio = sp.cancel(base / normalised)
    return bool(ratio.is_positive) if ratio.is_number else True


def assumed(expr: sp.Expr) -> SignSet:
    """The signs that sympy's assumptions leave."""
    signs = ANY
    if expr.is_nonnegative:
        signs &= UP
    if expr.is_nonpositive:
        signs &= DOWN
    return signs - {0} if expr.is_zero is False else signs


def stand_in(signs: SignSet) -> sp.Symbol:
    return sp.Dummy(ASSUMPTIONS[signs], real=True, **{ASSUMPTIONS[signs]: True})


def shifted(fact: sp.Expr, signs: SignSet, key: sp.Expr) -> SignSet:
    """What the sign of one expression says of another that differs by a number: s - 1 >= 0 gives s > 0."""
    difference = sp.expand(key - fact)
    if difference.free_symbols:
        return ANY
    step = proved_sign(difference)
    if step == 1 and signs <= UP:
        return frozenset({1})
    return frozenset({-1}) if step == -1 and signs <= DOWN else ANY


def leading_symbol(fact: sp.Expr) -> sp.Symbol | None:
    """A symbol in which the expression is linear with a coefficient that is never 0."""
    for symbol in sorted(fact.free_symbols, key=str):
        if fact.is_polynomial(symbol):
            poly = sp.Poly(fact, symbol)
            if poly.degree() == 1 and poly.LC().is_zero is False:
                return symbol
    return None


def comparison(expr: sp.Expr, signs: SignSet) -> str:
    """The condition that expr has one of these signs, in words of its normal form.

    >>> a = sp.Symbol("a", real=True)
    >>> comparison(-4 * a, frozenset({0, 1}))
    'a <= 0'
    """
    key, flip = oriented(expr)
    known = frozenset(-s for s in signs) if flip else signs
    return equation(key, known) if known in (frozenset({0}), frozenset({-1, 1})) else str(relation(key, known))


def relation(fact: sp.Expr, signs: SignSet) -> sp.Basic:
    left, right = sides(fact)
    return RELATIONS[signs](left, right)


def equation(fact: sp.Expr, signs: SignSet) -> str:
    left, right = sides(fact)
    return f"{left} {'=' if signs == {0} else '!='} {right}"


def sides(fact: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """w - 1 compared with 0 reads w compared with 1."""
    constant, rest = fact.as_independent(*fact.free_symbols, as_Add=True)
    return rest, -constant
