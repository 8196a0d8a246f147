"""The fields of an [[ask]] table: one reader a kind, from TOML to what the verbs take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp

from ..chain.chain import Chain
from ..chain.diffusion import Diffusion
from ..errors import InvalidInput
from ..expressions import DecimalText
from ..model_file.scope import Scope

END = 'a number, an expression in quotes, or "-oo" or "oo"'


@dataclass(frozen=True)
class Reader:
    """Reads fields of questions about `chain`; `scope` has the names that an expression may use.

    Values at points and ends of regions may hold parameters; expressions may hold the state as well.
    """

    chain: Chain | Diffusion
    scope: Scope

    def read(self, kind: str, value: object, field: str) -> Any:
        """The value of a field of that kind.

        Kinds: point, region, interval, expression, expressions, number, integer, symbol, flag, text.
        """
        return READERS[kind](self, value, field)

    @property
    def constants(self) -> Scope:
        """The names that may stand in a number: neither state nor drawn."""
        drawn = {*self.chain.draw.data_symbols, *self.chain.draw.noise_symbols, *self.chain.state}
        return Scope({n: s for n, s in self.scope.symbols.items() if s not in drawn}, self.scope.values)

    def number(self, value: object, field: str) -> sp.Expr:
        return self.constants.expression(value, field)

    def expression(self, value: object, field: str) -> sp.Expr:
        names = (*self.constants.symbols, *map(str, self.chain.state))
        return self.scope.of(names).expression(value, field)

    def integer(self, value: object, field: str) -> int:
        number = self.number(value, field)
        if not number.is_Integer:
            raise InvalidInput(field, value, "an integer")
        return int(number)

    def symbol(self, value: object, field: str) -> sp.Symbol:
        symbols = self.constants.symbols
        if not isinstance(value, str) or value not in symbols:
            known = ", ".join([*symbols, *self.constants.values]) or "there is none"
            raise InvalidInput(field, value, f"a symbol of [symbols] or [values]: {known}")
        return symbols[value]

    def flag(self, value: object, field: str) -> bool:
        if not isinstance(value, bool):
            raise InvalidInput(field, value, "true or false, without quotes")
        return value

    def text(self, value: object, field: str) -> str:
        if not isinstance(value, str) or isinstance(value, DecimalText):
            raise InvalidInput(field, value, "text in quotes")
        return value

    def point(self, value: object, field: str) -> dict[sp.Symbol, sp.Expr]:
        """A table over the state symbols, or a number where there is one parameter; memory that is not given is left out."""
        if isinstance(value, Mapping):
            table = self.by_state(value, field)
            given: object = {name: self.place(name, entry, field) for name, entry in table.items()}
        else:
            alone = len(self.chain.weights) == 1 if isinstance(self.chain, Chain) else True
            given = self.number(value, field) if alone else value
        whole = self.chain.point(given, field)
        memory = self.chain.memory if isinstance(self.chain, Chain) else ()
        told = set(given) if isinstance(given, Mapping) else set()
        return {symbol: entry for symbol, entry in whole.items() if symbol not in memory or str(symbol) in told}

    def place(self, name: str, value: object, field: str) -> sp.Expr:
        """A coordinate; neutral memory of an optimizer may be held at its limit `oo`."""
        neutral = map(str, self.chain.neutral) if isinstance(self.chain, Chain) else ()
        read = self.constants.extended if field.rpartition(".")[2] == "at" and name in neutral else self.number
        return read(value, f"{field}.{name}")

    def interval(self, value: object, field: str) -> tuple[sp.Expr, sp.Expr]:
        """[low, high], ends included, which may be infinite."""
        if not isinstance(value, list) or len(value) != 2:
            raise InvalidInput(field, value, f"[low, high], each {END}")
        low, high = (self.constants.extended(end, field) for end in value)
        if (high - low).is_negative:
            raise InvalidInput(field, f"[{low}, {high}]", "low <= high")
        return low, high

    def region(self, value: object, field: str) -> Any:
        """[low, high] in one dimension; a table of them over the state symbols in several."""
        if not isinstance(value, Mapping):
            return self.interval(value, field)
        symbols = {str(symbol): symbol for symbol in self.chain.state}
        table = self.by_state(value, field)
        return {symbols[name]: self.interval(entry, f"{field}.{name}") for name, entry in table.items()}

    def by_state(self, table: Mapping[str, object], field: str) -> Mapping[str, object]:
        names = [str(symbol) for symbol in self.chain.state]
        for name in table:
            if name not in names:
                raise InvalidInput(f"{field}.{name}", name, "a state symbol: " + ", ".join(names))
        return table

    def expressions(self, value: object, field: str) -> list[sp.Expr]:
        """One expression or a list of them."""
        if isinstance(value, list):
            return [self.expression(entry, f"{field}[{place}]") for place, entry in enumerate(value, start=1)]
        return [self.expression(value, field)]


READERS: dict[str, Callable[[Reader, object, str], Any]] = {
    "point": Reader.point,
    "region": Reader.region,
    "set": Reader.region,
    "interval": Reader.interval,
    "expression": Reader.expression,
    "expressions": Reader.expressions,
    "number": Reader.number,
    "integer": Reader.integer,
    "symbol": Reader.symbol,
    "flag": Reader.flag,
    "text": Reader.text,
}
