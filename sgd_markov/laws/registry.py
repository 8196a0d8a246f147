"""The laws by name, and the law that a table of a problem file describes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InvalidInput
from .phrase import Phrase

if TYPE_CHECKING:
    import sympy as sp

    from .law import Law
    from .rows import Rows

    Parse = Callable[[object, str], sp.Expr]
    Build = Callable[[str, Mapping[str, object], str, Parse, Path | None], Law | Rows]

LAWS: dict[str, tuple[str, str]] = {
    "constant": ("constant", "Constant"),
    "two-point": ("two_point", "TwoPoint"),
    "finite": ("finite", "Finite"),
    "rademacher": ("rademacher", "Rademacher"),
    "bernoulli": ("bernoulli", "Bernoulli"),
    "uniform": ("uniform", "Uniform"),
    "normal": ("normal", "Normal"),
    "laplace": ("laplace", "Laplace"),
    "exponential": ("exponential", "Exponential"),
    "gamma": ("gamma", "Gamma"),
    "chi-square": ("chi_square", "ChiSquare"),
    "beta": ("beta", "Beta"),
    "beta-prime": ("beta_prime", "BetaPrime"),
    "lognormal": ("lognormal", "Lognormal"),
    "student": ("student", "Student"),
    "cauchy": ("cauchy", "Cauchy"),
    "stable": ("stable", "Stable"),
    "arcsine": ("arcsine", "Arcsine"),
    "semicircle": ("semicircle", "Semicircle"),
    "poisson": ("poisson", "Poisson"),
    "geometric": ("geometric", "Geometric"),
    "rows": ("rows", "Rows"),
}
"""name -> (module of this folder, class); a module is imported when its law is asked for."""


def law_class(name: str) -> Any:
    """The class of a law.

    >>> law_class("beta-prime").__name__
    'BetaPrime'
    """
    module, cls = LAWS[name]
    return getattr(import_module(f".{module}", __package__), cls)


def law_from_table(table: Mapping[str, object], field: str, parse: Parse, folder: Path | None = None) -> Law | Rows:
    """The law of a table such as { law = "normal", mean = 0, std = 1 }; `field` is its place, such as data.x.

    `parse(value, field)` makes an exact expression of a TOML number or text; `folder` is where CSV files are.
    Raises `InvalidInput` that names the field, the value and the cure.
    """
    name = _law_name(table, field)
    given = {key: value for key, value in table.items() if key != "law"}
    special: dict[str, Build] = {"two-point": _two_point, "finite": _finite, "rows": _rows}
    try:
        return special.get(name, _plain)(name, given, field, parse, folder)
    except InvalidInput as error:
        if error.field.startswith(f"{name}."):
            raise InvalidInput(field + error.field[len(name) :], error.value, error.allowed) from None
        raise


def _law_name(table: Mapping[str, object], field: str) -> str:
    if not isinstance(table, Mapping):
        raise InvalidInput(field, table, 'a table such as { law = "normal", mean = 0, std = 1 }')
    name = table.get("law")
    if name is None:
        raise InvalidInput(f"{field}.law", Phrase("nothing"), f"one of {', '.join(LAWS)}")
    if not isinstance(name, str) or name not in LAWS:
        close = get_close_matches(str(name).lower().replace("_", "-"), LAWS, n=3, cutoff=0.5)
        likely = " or ".join(f'"{match}"' for match in close)
        raise InvalidInput(f"{field}.law", name, likely or f"one of {', '.join(LAWS)}")
    return name


def _check_names(name: str, given: Mapping[str, object], needed: list[str], optional: list[str], field: str) -> None:
    known = needed + optional
    for key in given:
        if key not in known:
            allowed = f"the parameters of {name}: {', '.join(known)}" if known else f"no parameter: {name} has none"
            close = get_close_matches(key, known, n=1)
            raise InvalidInput(f"{field}.{key}", key, f'"{close[0]}", of {allowed}' if close else allowed)
    for key in needed:
        if key not in given:
            raise InvalidInput(f"{field}.{key}", Phrase("nothing"), f"a value: {name} needs {', '.join(needed)}")


def _plain(name: str, given: Mapping[str, object], field: str, parse: Parse, folder: Path | None) -> Law:
    cls = law_class(name)
    needed = [entry.name for entry in fields(cls) if entry.default is MISSING]
    optional = [entry.name for entry in fields(cls) if entry.default is not MISSING]
    _check_names(name, given, needed, optional, field)
    law: Law = cls(**{key: _number(value, f"{field}.{key}", parse) for key, value in given.items()})
    return law


def _number(value: object, field: str, parse: Parse) -> sp.Expr:
    if isinstance(value, bool | list | Mapping) or value is None:
        raise InvalidInput(field, value, "a number or an expression in quotes")
    return parse(value, field)


def _numbers(value: object, field: str, parse: Parse) -> list[sp.Expr]:
    if not isinstance(value, list | tuple):
        raise InvalidInput(field, value, "a list of numbers or expressions in quotes")
    return [_number(entry, f"{field}[{place}]", parse) for place, entry in enumerate(value, start=1)]


def _two_point(name: str, given: Mapping[str, object], field: str, parse: Parse, folder: Path | None) -> Law:
    _check_names(name, given, ["values"], ["probability"], field)
    values = _numbers(given["values"], f"{field}.values", parse)
    if len(values) != 2:
        raise InvalidInput(f"{field}.values", Phrase(f"a list of {len(values)}"), 'two values, or the law "finite"')
    chance = [_number(given["probability"], f"{field}.probability", parse)] if "probability" in given else []
    law: Law = law_class(name)(*values, *chance)
    return law


def _finite(name: str, given: Mapping[str, object], field: str, parse: Parse, folder: Path | None) -> Law:
    _check_names(name, given, ["values"], ["probabilities"], field)
    values = _numbers(given["values"], f"{field}.values", parse)
    law: Law = law_class(name)(values, _weights(given, field, parse))
    return law


def _weights(given: Mapping[str, object], field: str, parse: Parse) -> list[sp.Expr] | None:
    if "probabilities" not in given:
        return None
    return _numbers(given["probabilities"], f"{field}.probabilities", parse)


def _rows(name: str, given: Mapping[str, object], field: str, parse: Parse, folder: Path | None) -> Rows:
    _check_names(name, given, [], ["rows", "file", "columns", "probabilities"], field)
    if ("rows" in given) == ("file" in given):
        raise InvalidInput(field, Phrase("both or neither"), "exactly one of rows and file")
    if "file" in given:
        return _rows_of_file(given, field, parse, folder)
    if "columns" in given:
        raise InvalidInput(f"{field}.columns", given["columns"], "columns only beside file")
    listed = given["rows"]
    if not isinstance(listed, list | tuple):
        raise InvalidInput(f"{field}.rows", listed, "a list of rows")
    rows = [_numbers(row, f"{field}.rows[{place}]", parse) for place, row in enumerate(listed, start=1)]
    law: Rows = law_class(name)(rows, _weights(given, field, parse))
    return law


def _rows_of_file(given: Mapping[str, object], field: str, parse: Parse, folder: Path | None) -> Rows:
    from .points_file import read_columns

    file, columns, chances = given["file"], given.get("columns"), given.get("probabilities")
    if not isinstance(file, str):
        raise InvalidInput(f"{field}.file", file, "the name of a CSV file, in quotes")
    if not isinstance(columns, list | tuple) or not columns or not all(isinstance(column, str) for column in columns):
        raise InvalidInput(
            f"{field}.columns", columns or Phrase("nothing"), "a list of the names of columns, one for each symbol"
        )
    by_column = isinstance(chances, str)
    wanted = [*columns, chances] if by_column else list(columns)
    table = read_columns((folder or Path()) / file, wanted, field)
    rows = [row[: len(columns)] for row in table]
    weights = [row[-1] for row in table] if by_column else _weights(given, field, parse)
    law: Rows = law_class("rows")(rows, weights)
    return law
