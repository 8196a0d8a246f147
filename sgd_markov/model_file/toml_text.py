"""A problem file as a TOML table: sizes, encodings and syntax errors."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from ..errors import InvalidInput
from ..expressions import DecimalText

MAX_BYTES = 1_000_000
MAX_LEVELS = 20
"""Tables and lists inside one another."""


def read_source(source: str | bytes | Path) -> tuple[dict[str, Any], Path]:
    """The TOML table of a problem, and the folder in which its CSV files are looked for.

    `source`: a path; bytes, or a text of several lines, are the problem itself.

    >>> read_source('title = "one"\\n')[0]
    {'title': 'one'}
    """
    if isinstance(source, str) and "\n" in source:
        source = source.encode(errors="surrogatepass")
    if isinstance(source, bytes):
        return parsed(source), Path()
    path = Path(source)
    return parsed(content(path)), path.parent


def content(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        reason = getattr(error, "strerror", None) or error
        raise InvalidInput("FILE", str(path), f"a problem file that can be read ({reason})") from None


def parsed(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        raise InvalidInput("FILE", f"more than {MAX_BYTES} bytes", f"a problem file of at most {MAX_BYTES} bytes")
    try:
        table = tomllib.loads(text_of(data), parse_float=DecimalText)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput("FILE", "this text", f"valid TOML: {error}") from None
    except ValueError as error:  # an integer with more digits than Python reads
        raise InvalidInput("FILE", "a number of this size", f"shorter numbers ({error})") from None
    except RecursionError:
        raise too_deep() from None
    if levels(table) > MAX_LEVELS:
        raise too_deep()
    return table


def text_of(data: bytes) -> str:
    try:
        # tomllib wants the newlines that text files give
        return re.sub("\r\n", "\n", data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidInput("FILE", f"byte 0x{data[error.start]:02x}", f"UTF-8 text (at line {line})") from None


def too_deep() -> InvalidInput:
    return InvalidInput("FILE", "a deeper nesting", f"at most {MAX_LEVELS} tables and lists inside one another")


def levels(entry: object) -> int:
    """How deep tables and lists are nested; counts layer by layer, so that no depth costs stack."""
    depth, layer = 0, [entry]
    while layer:
        layer = [inner for outer in layer for inner in children(outer)]
        depth += 1
    return depth - 1


def children(entry: object) -> list[object]:
    if isinstance(entry, dict):
        return list(entry.values())
    return entry if isinstance(entry, list) else []
