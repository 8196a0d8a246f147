"""`solve` and `simulate`: the questions of a problem file, answered in a worker."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..alarm import alarm
from ..standard_error import complain
from ..supervision import Failed, Outcome, Send, Work, supervised
from .arguments import overrides, point, seconds, source_of
from .output import print_json, progress_bar

if TYPE_CHECKING:
    from ..problem import Problem


def solve(chosen: Namespace) -> int:
    """Answer the questions of a problem file."""
    source, values, budget = source_of(chosen.file), overrides(chosen.set or []), seconds(chosen.budget)

    def work(skip: int, left: float, send: Send) -> None:
        with alarm(left):
            problem = loaded(source, values)
        answer_each(problem, skip, left, send, ask=chosen.ask, digits=chosen.digits, method=chosen.method)

    return tell(work, budget, chosen.json)


def simulate(chosen: Namespace) -> int:
    """Monte Carlo of the chain of a problem file."""
    source, values, budget = source_of(chosen.file), overrides(chosen.set or []), seconds(chosen.budget)
    given = {name: getattr(chosen, name) for name in ("steps", "chains", "seed") if getattr(chosen, name) is not None}
    if chosen.start is not None:
        given["start"] = point(chosen.start)

    def work(skip: int, left: float, send: Send) -> None:
        with alarm(left):
            problem = loaded(source, values).simulations(given)
        with progress_bar("simulating") as progress:
            answer_each(problem, skip, left, send, progress=progress)

    return tell(work, budget, chosen.json)


def loaded(source: bytes | Path, values: dict[str, str]) -> Problem:
    from ..problem import load

    return load(source, values)


def answer_each(
    problem: Problem,
    skip: int,
    left: float,
    send: Send,
    *,
    ask: Sequence[int] | None = None,
    progress: Callable[[float], None] | None = None,
    **wanted: Any,
) -> None:
    """Send the answers as plain data, one after the other as they are found."""
    from ..effort import Effort
    from ..export.terminal import answer_rows

    asked = problem.chosen(ask)
    send("questions", problem.title, [question.name for question in asked])
    for answer in problem.answers(asked[skip:], Effort.within(left, progress=progress), guard=alarm, **wanted):
        outcome = Outcome(answer.question, answer.exit_status, answer.message, answer.to_dict(), answer_rows(answer))
        send("answer", outcome)


def tell(work: Work, budget: float, as_json: bool) -> int:
    """Print what the work comes to; the largest status of its answers."""
    try:
        report = supervised(work, budget)
    except Failed as failed:
        complain(failed.message)
        return failed.status
    if as_json:
        print_json({"title": report.title, "answers": [outcome.table for outcome in report.outcomes]})
    else:
        from ..export.terminal import print_outcomes

        print_outcomes(report.title, report.outcomes)
    return status_of(report.outcomes)


def status_of(outcomes: Sequence[Outcome]) -> int:
    """The largest status; what is not answered is said on standard error."""
    for outcome in outcomes:
        if outcome.status:
            complain(f"{outcome.question}: {outcome.message}")
    return max((outcome.status for outcome in outcomes), default=0)
