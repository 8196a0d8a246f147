"""Which names an expression of a problem file may use, and the numbers put in for some of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

import sympy as sp

from ..balls.adaptive import proved_sign
from ..errors import Inconclusive, InvalidInput
from ..expressions import check_name, number, symbol


@dataclass(frozen=True)
class Scope:
    """The names that stand for symbols, and those that stand for numbers.

    Numbers go in while a text is read, so that the caps on the size of numbers hold for what comes out.

    >>> scope = Scope({"w": sp.Symbol("w", real=True)}, {"a": sp.Rational(1, 5)})
    >>> scope.expression("a*w + 0.1", "map.w")
    w/5 + 1/10
    """

    symbols: Mapping[str, sp.Symbol]
    values: Mapping[str, sp.Expr]

    def expression(self, value: object, field: str) -> sp.Expr:
        """A TOML number, or a text in the grammar, as an exact and finite expression."""
        expression = self.extended(value, field)
        if expression.has(sp.oo, -sp.oo, sp.zoo, sp.nan):
            raise InvalidInput(field, value, "a finite expression")
        return expression

    def extended(self, value: object, field: str) -> sp.Expr:
        """The same, where `oo` and `-oo` are allowed."""
        if isinstance(value, bool | list | Mapping) or value is None:
            raise InvalidInput(field, value, "a number or an expression in quotes")
        return number(value, field, {**self.symbols, **self.values})

    def of(self, names: Iterable[str]) -> Scope:
        """Only those symbols; all numbers."""
        kept = set(names)
        return Scope({name: s for name, s in self.symbols.items() if name in kept}, self.values)

    def without_value(self, names: Collection[str], parameters: Mapping[str, sp.Symbol]) -> Scope:
        """The same names, with these parameters left as symbols."""
        freed = {name: parameters[name] for name in names if name in self.values}
        return Scope({**self.symbols, **freed}, {n: v for n, v in self.values.items() if n not in freed})


def declared(names: Iterable[tuple[str, str]], assumptions: Mapping[str, str]) -> dict[str, sp.Symbol]:
    """name -> symbol for pairs (name, field that declares it); each name once, and none of them reserved.

    >>> declared([("w", "model.w"), ("w", "data.w")], {})
    Traceback (most recent call last):
        ...
    sgd_markov.errors.InvalidInput: data.w: "w" is not allowed; use another name: it is taken; rename "w" to "w_"
    """
    symbols: dict[str, sp.Symbol] = {}
    for name, field in names:
        check_name(name, field, symbols)
        symbols[name] = symbol(name, assumptions.get(name, "real"))
    return symbols


def resolved(table: Mapping[str, object], symbols: Mapping[str, sp.Symbol]) -> dict[str, sp.Expr]:
    """The section [values] as numbers; an entry may use other entries, but not in a circle.

    >>> x, y = sp.symbols("x y", real=True)
    >>> resolved({"x": "2*y", "y": 3}, {"x": x, "y": y})
    {'y': 3, 'x': 6}
    """
    needs = {name: mentioned(value, f"values.{name}", table, symbols) for name, value in table.items()}
    values: dict[str, sp.Expr] = {}
    try:
        ordered = tuple(TopologicalSorter(needs).static_order())
    except CycleError as circle:
        name = circle.args[1][0]
        raise InvalidInput(f"values.{name}", table[name], "an expression that does not lead back to itself") from None
    for name in ordered:
        values[name] = Scope({}, values).expression(table[name], f"values.{name}")
        require_assumption(symbols[name], values[name])
    return values


def mentioned(value: object, field: str, table: Mapping[str, object], symbols: Mapping[str, sp.Symbol]) -> set[str]:
    """The names of other entries in an entry of [values]."""
    expression = Scope({name: symbols[name] for name in table}, {}).expression(value, field)
    return {str(s) for s in expression.free_symbols}


def require_assumption(name: sp.Symbol, value: sp.Expr) -> None:
    """Refuse a value that breaks what the symbol was declared to be."""
    field = f"values.{name}"
    if name.is_integer and not value.is_Integer:
        raise InvalidInput(field, value, f"an integer, as [symbols] declares {name}")
    allowed = {"positive": {1}, "negative": {-1}, "nonnegative": {0, 1}}
    for assumption, signs in allowed.items():
        if getattr(name, f"is_{assumption}") and sign_of(value) not in signs:
            raise InvalidInput(field, value, f"a {assumption} number, as [symbols] declares {name}")


def sign_of(value: sp.Expr) -> int | None:
    try:
        return proved_sign(value)
    except Inconclusive:
        return None
