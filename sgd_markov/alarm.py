"""A clock that interrupts: for code that does not look at the deadline by itself."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from math import isinf

from .errors import Inconclusive

GRACE = 0.25
"""Seconds that an engine has to notice the deadline and to hand over its best enclosure."""
AGAIN = 0.25
"""The alarm rings again after so many seconds: library code may catch the first error."""
MESSAGE = "the budget of time ended first; allow more with --budget"


@contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """Raise `Inconclusive` in the body once `seconds` have passed; only in the main thread, elsewhere nothing.

    >>> with alarm(0.01):
    ...     while True:
    ...         pass
    Traceback (most recent call last):
        ...
    sgd_markov.errors.Inconclusive: inconclusive: the budget of time ended first; allow more with --budget
    """
    if isinf(seconds) or threading.current_thread() is not threading.main_thread() or not hasattr(signal, "SIGALRM"):
        yield
        return
    armed = True

    def ring(number: int, frame: object) -> None:
        if armed:
            raise Inconclusive(MESSAGE)

    # an alarm that rings inside a destructor is reported there with a traceback; it rings again elsewhere
    hook, sys.unraisablehook = sys.unraisablehook, ignored
    handler = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0) + GRACE, AGAIN)
    try:
        yield
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        sys.unraisablehook = hook


def ignored(unraisable: object) -> None:
    """No report of an error that cannot be raised."""
