"""What every question shares: the effort, the clock, and the rung of the warrant that was asked for."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from functools import wraps
from typing import Any

from ..answer.answer import Answer
from ..answer.warrant import Warrant
from ..chain.diffusion import Diffusion
from ..effort import Effort
from ..errors import Inconclusive, InvalidInput

DIGITS_LIMIT = 10_000

OF_DIFFUSIONS = ("stationary", "lyapunov", "exit_time", "survival", "quasi_stationary", "hitting")
"""The verbs that take a diffusion as well as a chain."""


PROVED_ONLY = ("critical_points", "kernel", "moment_exponent", "window", "tail_index")
"""The verbs whose answers are exact or certified on every route: refused at once where another rung is asked for."""


def verb(question: Callable[..., Answer]) -> Callable[..., Answer]:
    """Turn `question(chain, ..., *, effort)` into the public verb with `digits`, `method`, `budget`, ... .

    The verb checks `digits` and `method`, times the answer, and refuses an answer weaker than the rung asked for.
    """

    @wraps(question)
    def ask(
        *arguments: Any,
        digits: int = 15,
        method: str | None = None,
        budget: float | None = None,
        seed: object = 0,
        executor: Executor | None = None,
        progress: Callable[[float], None] | None = None,
        effort: Effort | None = None,
        **fields: Any,
    ) -> Answer:
        if effort is None:
            effort = Effort.within(
                budget, digits=checked_digits(digits), method=rung(method), seed=seed, executor=executor, progress=progress
            )
        require_known_model(question.__module__.rpartition(".")[2], arguments)
        require_route(question.__module__.rpartition(".")[2], effort.method)
        started = time.perf_counter()
        answer = question(*arguments, effort=effort, **fields)
        require_rung(answer, effort.method)
        return replace(answer, digits=effort.digits, seconds=round(time.perf_counter() - started, 6))

    return ask


def require_known_model(name: str, arguments: tuple[Any, ...]) -> None:
    """Refuse a diffusion where a chain is needed; `name` is that of the question's module."""
    if arguments and isinstance(arguments[0], Diffusion) and name not in OF_DIFFUSIONS:
        own, known = name.replace("_", "-"), " and ".join(OF_DIFFUSIONS)
        raise InvalidInput("model", "a diffusion", f"a chain: {own} is not answered for diffusions, {known} are")


def checked_digits(digits: object) -> int:
    if isinstance(digits, bool) or not isinstance(digits, int) or not 1 <= digits <= DIGITS_LIMIT:
        raise InvalidInput("digits", digits, f"an integer from 1 to {DIGITS_LIMIT}")
    return digits


def rung(method: str | None) -> Warrant | None:
    if method is None:
        return None
    labels = {warrant.label: warrant for warrant in Warrant}
    if method not in labels:
        raise InvalidInput("method", method, ", ".join(sorted(labels, key=lambda label: -labels[label])))
    return labels[method]


def require_route(name: str, wanted: Warrant | None) -> None:
    """Refuse the rungs below a proof where the question has none, before any work."""
    if name in PROVED_ONLY and wanted in (Warrant.SAMPLED, Warrant.ESTIMATED):
        raise no_route(name.replace("_", "-"), wanted)


def require_rung(answer: Answer, wanted: Warrant | None) -> None:
    """Refuse an answer weaker than the rung asked for, and one that is not sampled (estimated) where that was asked."""
    if wanted is None or answer.warrant is None:
        return
    if answer.warrant < wanted:
        raise Inconclusive(
            f"{answer.question}: the method {wanted.label} cannot deliver here, only {answer.warrant.label}", answer.enclosure
        )
    if wanted in (Warrant.SAMPLED, Warrant.ESTIMATED) and answer.warrant is not wanted:
        raise no_route(answer.question, wanted)


def no_route(question: str, wanted: Warrant) -> Inconclusive:
    return Inconclusive(f"{question}: the method {wanted.label} cannot deliver here: there is no such route; leave `method` out")
