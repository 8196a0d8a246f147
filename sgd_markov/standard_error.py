"""What the command line says beside its results."""

from __future__ import annotations

import os
import sys

PROGRAM = "sgd-markov"
LONGEST = 2000
INTERNAL = 4


def complain(message: str) -> None:
    """One line on standard error, without control characters."""
    line = " ".join(message.split())
    shown = "".join(c if c.isprintable() else "?" for c in line)
    print(f"{PROGRAM}: {shown}"[:LONGEST], file=sys.stderr)


def refusal(error: Exception) -> tuple[int, str]:
    """The status and the line of an error; an unexpected one shows its traceback if SGD_MARKOV_TRACEBACK is 1."""
    from .errors import SGDMarkovError

    if isinstance(error, SGDMarkovError):
        return error.status, str(error)
    if os.environ.get("SGD_MARKOV_TRACEBACK") == "1":
        from traceback import print_exception

        print_exception(error)
    return INTERNAL, f"internal error: {type(error).__name__}: {error}; please report"
