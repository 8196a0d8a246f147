"""Which keys a table of a problem file may have, and what each holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from ..errors import InvalidInput
from ..expressions import DecimalText

SECTIONS = {
    "title": "text",
    "model": "table",
    "data": "table",
    "noise": "table",
    "sampling": "table",
    "optimizer": "table",
    "symbols": "table",
    "values": "table",
    "ask": "tables",
}
MODEL = {
    "loss": "text",
    "parameters": "names",
    "state": "names",
    "map": "table",
    "drift": "scalar",
    "variance": "scalar",
}
SAMPLING = {"batch_size": "scalar", "scheme": "text", "importance": "scalars"}

ALLOWED = {
    "text": "text in quotes",
    "names": 'a list of names such as ["w"]',
    "table": "a table",
    "tables": "an array of tables, each under [[ask]]",
    "scalar": "a number or an expression in quotes",
    "scalars": "a list of numbers or expressions in quotes",
}


def checked(table: object, field: str, kinds: Mapping[str, str], *, required: Iterable[str] = ()) -> dict[str, Any]:
    """The table, if its keys are among `kinds` and each holds what its kind says.

    >>> checked({"batch_sise": 2}, "sampling", SAMPLING)
    Traceback (most recent call last):
        ...
    sgd_markov.errors.InvalidInput: sampling.batch_sise: "batch_sise" is not allowed; use batch_size
    """
    if not isinstance(table, Mapping):
        raise InvalidInput(field, table, f"a table, [{field}]")
    prefix = f"{field}." if field else ""
    for key, value in table.items():
        if key not in kinds:
            raise InvalidInput(f"{prefix}{key}", key, likely(key, kinds))
        if not holds(value, kinds[key]):
            raise InvalidInput(f"{prefix}{key}", value, ALLOWED[kinds[key]])
    for key in required:
        if key not in table:
            raise InvalidInput(f"{prefix}{key}", "nothing", ALLOWED[kinds[key]])
    return dict(table)


def holds(value: object, kind: str) -> bool:
    if kind == "text":
        return isinstance(value, str) and not isinstance(value, DecimalText)
    if kind == "table":
        return isinstance(value, Mapping)
    if kind == "names":
        return isinstance(value, list) and bool(value) and all(holds(name, "text") for name in value)
    if kind == "tables":
        return isinstance(value, list) and all(isinstance(entry, Mapping) for entry in value)
    if kind == "scalars":
        return isinstance(value, list) and all(holds(entry, "scalar") for entry in value)
    return kind != "scalar" or not isinstance(value, bool | list | Mapping)


def likely(name: str, known: Iterable[str]) -> str:
    """What the user may have meant: close matches, else all that is known.

    >>> likely("lyapunow", ["lyapunov", "window"])
    'lyapunov'
    """
    known = list(known)
    close = get_close_matches(name.lower().replace("_", "-"), known, n=3, cutoff=0.6)
    close = close or get_close_matches(name.lower(), known, n=3, cutoff=0.6)
    return " or ".join(close) if close else "one of " + ", ".join(known)
