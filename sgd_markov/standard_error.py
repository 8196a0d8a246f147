"""What the command line says beside its results."""

from __future__ import annotations

import sys

PROGRAM = "sgd-markov"
LONGEST = 2000


def complain(message: str) -> None:
    """One line on standard error, without control characters."""
    line = " ".join(message.split())
    shown = "".join(c if c.isprintable() else "?" for c in line)
    print(f"{PROGRAM}: {shown}"[:LONGEST], file=sys.stderr)
