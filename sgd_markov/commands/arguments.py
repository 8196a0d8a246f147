"""The texts that a user types: --set, --start, --budget, FILE."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import Any

from ..errors import InvalidInput

INPUT_LIMIT = 2_000_000
"""Bytes read from standard input: more than a problem file may have, so that its own limit is what a user sees."""


def source_of(file: str) -> bytes | Path:
    """The problem on standard input, which can be read once only, or the file's path."""
    return sys.stdin.buffer.read(INPUT_LIMIT) if file == "-" else Path(file)


def overrides(texts: Sequence[str]) -> dict[str, str]:
    """The NAME=EXPR of --set.

    >>> overrides(["a=-1/5"])
    {'a': '-1/5'}
    """
    pairs = {}
    for text in texts:
        name, equals, expression = (part.strip() for part in text.partition("="))
        if not name or not equals or not expression:
            raise InvalidInput("--set", text, "NAME=EXPR, such as a=-1/5")
        if name in pairs:
            raise InvalidInput("--set", text, f"each name once ({name} is given twice)")
        pairs[name] = expression
    return pairs


def point(text: str) -> Any:
    """The S of --start: an expression, or NAME=EXPR joined by commas.

    >>> point("1/2"), point("u=Max(0, 1), v=2")
    ('1/2', {'u': 'Max(0, 1)', 'v': '2'})
    """
    if "=" not in text:
        return text
    entries = re.split(r",(?=\s*\w+\s*=)", text)
    return {name.strip(): value.strip() for name, _, value in (entry.partition("=") for entry in entries)}


def seconds(text: str) -> float:
    """The SECONDS of --budget."""
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not isfinite(number) or number <= 0 or number > 1e9:
        raise InvalidInput("--budget", text, "a positive number of seconds")
    return number
