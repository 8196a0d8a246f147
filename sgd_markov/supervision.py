"""Answers made in a process of its own that can be killed: compiled code does not hear the alarm.

The process that the user started only waits, and imports nothing heavy. The worker sends plain data:

    ("questions", title, names)     once the file is read
    ("answer", Outcome)             for each question in turn
    ("failed", status, message)     in place of everything else
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from .alarm import GRACE, MESSAGE
from .standard_error import refusal

PATIENCE = 1.0
"""Seconds that a worker may be late, beside the grace of its own alarm."""
ORPHANED = 60
"""Seconds of computing that a worker may use beyond the budget: it ends by itself where its parent is gone."""

LENGTH = 8
"""Bytes that say how long a message is."""

Send = Callable[..., None]
Work = Callable[[int, float, Send], None]
"""work(skip, seconds, send): answer all questions but the first `skip`."""


class Outcome(NamedTuple):
    """An answer as plain data: for programs `table`, for people `rows`."""

    question: str
    status: int
    message: str | None
    table: dict[str, Any]
    rows: list[tuple[str, str]]


class Failed(Exception):
    """The work was refused: its status, and the line that says why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(status, message)
        self.status, self.message = status, message


class Report:
    """What the questions of a file came to, as far as it is known."""

    def __init__(self, budget: float) -> None:
        self.ends = time.monotonic() + budget
        self.title: str | None = None
        self.names: list[str] | None = None
        self.outcomes: list[Outcome] = []

    @property
    def complete(self) -> bool:
        return self.names is not None and len(self.outcomes) == len(self.names)

    @property
    def left(self) -> float:
        return max(0.0, self.ends - time.monotonic())

    @property
    def patience(self) -> float:
        """Seconds until the next message must have come: the share of the next question, and some grace."""
        waiting = 1 if self.names is None else len(self.names) - len(self.outcomes)
        return self.left / waiting + GRACE + PATIENCE

    def add(self, kind: str, *content: Any) -> None:
        if kind == "failed":
            raise Failed(*content)
        if kind == "questions":
            self.title, self.names = content
        else:
            self.outcomes += content

    def give_up(self, reason: str) -> None:
        """The question that the worker was at stays open."""
        if self.names is None:
            raise Failed(4, f"inconclusive: {reason}")
        self.outcomes.append(unanswered(self.names[len(self.outcomes)], f"inconclusive: {reason}"))


def supervised(work: Work, budget: float) -> Report:
    """The report of a worker; where it hangs or dies the question is inconclusive, and a new worker goes on behind it.

    Raises `Failed` where the work is refused.
    """
    report = Report(budget)
    while not report.complete:
        if report.names is not None and report.left == 0:
            report.give_up(MESSAGE)
        elif hasattr(os, "fork"):
            watch(work, report)
        else:
            work(len(report.outcomes), report.left, report.add)
    return report


def watch(work: Work, report: Report) -> None:
    """Take a worker's messages until all is answered, it ends, or it is silent for too long.

    An interrupt waits until the worker is known here, so that it is stopped with everything else.
    """
    heard = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    worker = Worker(work, len(report.outcomes), report.left)
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, heard)
        while not report.complete:
            report.add(*worker.receive(report.patience))
    except TimeoutError:
        report.give_up(MESSAGE)
    except EOFError:
        report.give_up("the process that computes died, perhaps for want of memory")
    finally:
        worker.stop()


class Worker:
    """A forked process that runs `work(skip, seconds, send)`."""

    def __init__(self, work: Work, skip: int, seconds: float) -> None:
        self.reading, writing = os.pipe()
        self.process = os.fork()
        if self.process == 0:
            os.close(self.reading)
            serve(work, skip, seconds, writing)
        os.close(writing)

    def receive(self, seconds: float) -> tuple[Any, ...]:
        """The next message; raises `TimeoutError` where there is none in time, `EOFError` where there is none ever."""
        if not select.select([self.reading], [], [], seconds)[0]:
            raise TimeoutError
        message: tuple[Any, ...] = pickle.loads(self.read(int.from_bytes(self.read(LENGTH), "big")))
        return message

    def read(self, size: int) -> bytes:
        """So many bytes, and no more: what is behind them must stay where `select` sees it."""
        parts = []
        while size:
            parts.append(os.read(self.reading, size))
            size -= len(parts[-1])
            if not parts[-1]:
                raise EOFError
        return b"".join(parts)

    def stop(self) -> None:
        """Kill the process if it still runs."""
        os.close(self.reading)
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)


def serve(work: Work, skip: int, seconds: float, writing: int) -> None:
    """The life of the worker; never returns."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it too, and stops the worker
        limit_computing(seconds + ORPHANED)
        with os.fdopen(writing, "wb") as stream:

            def send(*message: Any) -> None:
                data = pickle.dumps(message)
                stream.write(len(data).to_bytes(LENGTH, "big") + data)
                stream.flush()

            try:
                work(skip, seconds, send)
            except Exception as error:
                send("failed", *refusal(error))
    finally:
        os._exit(0)


def limit_computing(seconds: float) -> None:
    import resource

    used = time.process_time()
    resource.setrlimit(resource.RLIMIT_CPU, (int(used + seconds) + 1, resource.RLIM_INFINITY))


def unanswered(question: str, message: str) -> Outcome:
    """The outcome of a question that a killed worker leaves behind."""
    keys = ("value", "exact", "latex", "lower", "upper", "warrant", "method", "seconds")
    table: dict[str, Any] = {"question": question, "status": "inconclusive", **dict.fromkeys(keys), "hypotheses": [], "cite": []}
    return Outcome(
        question, 4, message, {**table, "message": message}, [("status", "inconclusive"), ("message", message)]
    )
