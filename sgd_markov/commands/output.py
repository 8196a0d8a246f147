"""Where results go: standard output, files, and a bar on a terminal."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from ..errors import InvalidInput


def print_json(document: Any) -> None:
    import json

    print(json.dumps(document, indent=2, allow_nan=False))


def require_writable(path: Path) -> None:
    """Refuse a file that cannot be written before the work is done."""
    try:
        with path.open("a", encoding="utf-8"):
            return
    except (OSError, ValueError) as error:
        raise unwritable(path, error) from None


def write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except (OSError, ValueError) as error:
        raise unwritable(path, error) from None


def unwritable(path: Path, error: Exception) -> InvalidInput:
    return InvalidInput(
        "output", str(path), f"a file that can be written ({getattr(error, 'strerror', None) or error})"
    )


def progress_bar(what: str) -> Any:
    """A context that gives `progress(share)` on a terminal, and None when piped."""
    if not sys.stderr.isatty():
        return nullcontext()
    from ..export.terminal import progress_on_terminal

    return progress_on_terminal(what)
