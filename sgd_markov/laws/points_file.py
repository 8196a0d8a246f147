"""Rows of numbers from a CSV file, exactly as written."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING

import sympy as sp

from ..errors import InvalidInput

if TYPE_CHECKING:
    from _csv import Reader

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?|[+-]?\d+/\d+")
LONGEST = 400
ROW_LIMIT = 100_000
"""More rows than any exact answer here enumerates."""
SIZE_LIMIT = 16 * 2**20
"""Bytes of a file."""


def read_columns(path: Path, columns: Sequence[str], field: str) -> list[list[sp.Rational]]:
    """The named columns of a CSV file with a header line, one list a row; decimals are exact.

    A missing file or column, a short row, or a cell that is not a number is refused with its line number; so are
    files of more than `SIZE_LIMIT` bytes or `ROW_LIMIT` rows, and what is no file (a device, a pipe).
    """
    try:
        _check_size(path, field)
        with path.open(newline="", encoding="utf-8-sig") as stream:
            return _read(csv.reader(stream, strict=True), columns, path, field)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{field}.file", path.name, f"a CSV file that can be read ({_reason(error)})") from None
    except csv.Error as error:
        raise InvalidInput(f"{field}.file", path.name, f"a CSV file in good form ({error})") from None


def _check_size(path: Path, field: str) -> None:
    """Before anything is read: a device or a pipe may never end."""
    found = path.stat()
    if not S_ISREG(found.st_mode):
        raise InvalidInput(f"{field}.file", path.name, "a CSV file (it is a folder, a device or a pipe)")
    if found.st_size > SIZE_LIMIT:
        raise InvalidInput(f"{field}.file", path.name, f"a CSV file of at most {SIZE_LIMIT} bytes (it has {found.st_size})")


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error.strerror or error)


def _read(reader: Reader, columns: Sequence[str], path: Path, field: str) -> list[list[sp.Rational]]:
    header = [name.strip() for name in next(reader, [])]
    places = [_place(name, header, field) for name in columns]
    rows: list[list[sp.Rational]] = []
    for cells in reader:
        if any(cell.strip() for cell in cells):
            if len(rows) == ROW_LIMIT:
                raise InvalidInput(f"{field}.file", path.name, f"a CSV file of at most {ROW_LIMIT} rows")
            line = f"{path.name}, line {reader.line_num}"
            rows.append([_cell(cells, place, header[place], line, field) for place in places])
    if not rows:
        raise InvalidInput(f"{field}.file", path.name, "a CSV file with at least one row below its header")
    return rows


def _place(name: str, header: list[str], field: str) -> int:
    if header.count(name) != 1:
        found = "is there twice" if name in header else "is missing"
        raise InvalidInput(f"{field}.columns", name, f"one of the columns {', '.join(header)} ({name} {found})")
    return header.index(name)


def _cell(cells: list[str], place: int, name: str, line: str, field: str) -> sp.Rational:
    text = cells[place].strip() if place < len(cells) else ""
    if len(text) > LONGEST or not NUMBER.fullmatch(text):
        raise InvalidInput(f"{field}.file", text, f"a number such as 0.1, 1e-3 or 1/3 ({line}, column {name})")
    try:
        number = Fraction(text)
    except ZeroDivisionError:
        raise InvalidInput(f"{field}.file", text, f"a denominator other than 0 ({line}, column {name})") from None
    return sp.Rational(number.numerator, number.denominator)
