"""Checked randomness: symbols, laws and batches as the user gives them, made into a `Draw`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from ..errors import InvalidInput
from ..expressions import exact
from ..laws.law import Law
from ..laws.rows import Rows
from .batch import data_entries, data_set, data_sets
from .draw import Draw, Importance, Scheme, Source


def sources_of(table: Mapping[Any, Any], field: str) -> tuple[Source, ...]:
    """`{x: law, (x, y): rows}` as sources; every symbol in one source only."""
    sources: list[Source] = []
    seen: set[sp.Symbol] = set()
    for key, law in table.items():
        symbols = tuple(key) if isinstance(key, tuple) else (key,)
        if not isinstance(law, Law | Rows):
            raise InvalidInput(f"{field}.{key}", law, "a law such as Normal(0, 1)")
        width = len(law.rows[0]) if isinstance(law, Rows) else 1
        if width != len(symbols):
            raise InvalidInput(f"{field}.{key}", f"{width} columns", f"one symbol for each of {width} columns")
        for symbol in symbols:
            if symbol in seen:
                raise InvalidInput(f"{field}.{key}", symbol, "each symbol once")
            seen.add(symbol)
        sources.append(Source(symbols, law))
    return tuple(sources)


def validated_draw(
    data: tuple[Source, ...], noise: tuple[Source, ...], batch_size: object, scheme: str | Importance
) -> Draw:
    """The draw, with the batch size and the scheme checked against the data set."""
    importance = scheme if isinstance(scheme, Importance) else None
    chosen = Scheme.WITH_REPLACEMENT if isinstance(scheme, Importance) else checked_scheme(scheme)
    both = {s for source in data for s in source.symbols} & {s for source in noise for s in source.symbols}
    if both:
        raise InvalidInput("noise", min(map(str, both)), "a symbol that is not also under [data]")
    draw = Draw(data, noise, positive_integer(batch_size, "sampling.batch_size"), chosen, importance)
    if importance is not None or chosen is not Scheme.WITH_REPLACEMENT:
        require_data_set(draw)
    return draw


def checked_scheme(scheme: str) -> Scheme:
    try:
        return Scheme(scheme)
    except ValueError:
        raise InvalidInput("sampling.scheme", scheme, ", ".join(Scheme)) from None


def positive_integer(value: object, field: str) -> int:
    number = exact(value, field)
    if number.free_symbols:
        raise InvalidInput(field, number, "a number: give " + ", ".join(map(str, number.free_symbols)) + " a value")
    if not number.is_Integer or number < 1:
        raise InvalidInput(field, number, "an integer of at least 1")
    if number > 10**9:
        raise InvalidInput(field, number, "an integer of at most 10**9")
    return int(number)


def require_data_set(draw: Draw) -> None:
    if len(data_sets(draw)) != 1:
        field, found = ("sampling.scheme", str(draw.scheme)) if draw.importance is None else ("sampling.importance", "a list")
        raise InvalidInput(
            field, found, "exactly one `rows` law, or `finite` law with equal probabilities, under [data]"
        )
    source = data_set(draw)
    assert source is not None
    size = len(data_entries(source))
    if draw.batch_size > size and draw.importance is None:
        raise InvalidInput("sampling.batch_size", draw.batch_size, f"at most {size}, the size of the data set")
    if draw.scheme in (Scheme.RESHUFFLING, Scheme.CYCLIC) and size % draw.batch_size:
        raise InvalidInput("sampling.batch_size", draw.batch_size, f"a divisor of {size}, the size of the data set")
