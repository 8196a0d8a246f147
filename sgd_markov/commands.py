"""What each command does; returns the exit status. Imports are late: a command pays for itself only."""

from __future__ import annotations

import re
import sys
from argparse import Namespace
from collections.abc import Sequence
from contextlib import nullcontext
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .alarm import alarm
from .errors import InvalidInput
from .standard_error import complain
from .supervision import Failed, Outcome, Send, Work, supervised

if TYPE_CHECKING:
    from collections.abc import Callable

    from .answer.answer import Answer
    from .problem import Problem
    from .theorems.claim import Claim
    from .verdict import Verdict

INPUT_LIMIT = 2_000_000
"""Bytes read from standard input: more than a problem file may have, so that its own limit is what a user sees."""


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
    from .effort import Effort
    from .export.terminal import answer_rows

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
        from .export.terminal import print_outcomes

        print_outcomes(report.title, report.outcomes)
    return status_of(report.outcomes)


def status_of(outcomes: Sequence[Outcome]) -> int:
    """The largest status; what is not answered is said on standard error."""
    for outcome in outcomes:
        if outcome.status:
            complain(f"{outcome.question}: {outcome.message}")
    return max((outcome.status for outcome in outcomes), default=0)


def print_json(document: Any) -> None:
    import json

    print(json.dumps(document, indent=2, allow_nan=False))


def source_of(file: str) -> bytes | Path:
    """The problem on standard input, which can be read once only, or the file's path."""
    return sys.stdin.buffer.read(INPUT_LIMIT) if file == "-" else Path(file)


def loaded(source: bytes | Path, values: dict[str, str]) -> Problem:
    from .problem import load

    return load(source, values)


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


def verify(chosen: Namespace) -> int:
    """Check claims of the registry."""
    from .executors import executor

    budget = seconds(chosen.budget)
    if chosen.json is not None and chosen.json != "-":
        require_writable(Path(chosen.json))
    with executor(chosen.executor) as pool, progress_bar("verifying") as progress:
        verdicts = verdicts_of(chosen, budget, pool, progress)
    if chosen.json is not None:
        write_verdicts(verdicts, chosen.json)
    if chosen.json != "-":
        from .export.terminal import print_verdicts

        print_verdicts(verdicts)
    return verify_status({verdict.verdict for verdict in verdicts})


def verify_status(found: set[str]) -> int:
    """1 if a claim fails, else 4 if one is inconclusive, else 0."""
    return 1 if "fails" in found else 4 if "inconclusive" in found else 0


def verdicts_of(chosen: Namespace, budget: float, pool: Any, progress: Any) -> list[Verdict]:
    """Each claim within its budget: in this process by the alarm, elsewhere by its engines."""
    from .theorems.registry import all_claims, claim
    from .verdict import verify_claims

    ids = [claim(name).id for name in chosen.claims] or [entry.id for entry in all_claims()]
    ids = list(dict.fromkeys(ids))
    if pool is not None:
        return verify_claims(ids, quick=chosen.quick, seed=chosen.seed, executor=pool, budget=budget, progress=progress)
    verdicts: list[Verdict] = []
    for name in ids:
        with alarm(budget):
            verdicts += verify_claims([name], quick=chosen.quick, seed=chosen.seed, budget=budget)
        if progress is not None:
            progress(len(verdicts) / len(ids))
    return verdicts


def write_verdicts(verdicts: Sequence[Verdict], file: str) -> None:
    import json

    from .verdict import summary

    if file == "-":
        print_json(summary(verdicts))
    else:
        write(Path(file), json.dumps(summary(verdicts), indent=2, allow_nan=False) + "\n")


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


def claims(chosen: Namespace) -> int:
    """List the registry, or one claim in full."""
    from .theorems.registry import all_claims, claim

    listed = all_claims() if chosen.claim is None else (claim(chosen.claim),)
    if chosen.json:
        print_json({"claims": [entry.to_dict() for entry in listed]})
        return 0
    from .export.terminal import print_claim, print_table

    if chosen.claim is None:
        print_table(("id", "slug", "title"), [(entry.id, entry.slug, entry.title) for entry in listed])
    else:
        print_claim(listed[0])
    return 0


def latex(chosen: Namespace) -> int:
    """A problem with its answers, or a claim with its proof, as LaTeX."""
    from .export.latex import document, fragment

    claim = claim_of(chosen)
    if claim is None:
        problem, answers = solved(chosen)
        text = fragment(problem, answers) + "\n" if chosen.fragment else document(problem, answers)
        status = status_of([Outcome(answer.question, answer.exit_status, answer.message, {}, []) for answer in answers])
    else:
        text, status = (
            fragment(claim) + "\n" if chosen.fragment else document(claim, verdict=quick_verdict(chosen, claim)),
            0,
        )
    if chosen.output is None:
        print(text, end="")
    else:
        write(Path(chosen.output), text)
    return status


def cite(chosen: Namespace) -> int:
    """BibTeX of what the answers, or the claim, rest on."""
    from .export.cite import bibtex

    claim = claim_of(chosen)
    print(bibtex(*solved(chosen)) if claim is None else bibtex(claim), end="")
    return 0


def solved(chosen: Namespace) -> tuple[Problem, list[Answer]]:
    """The problem of the file, and its answers."""
    from .effort import Effort

    budget = seconds(chosen.budget)
    with alarm(budget):
        problem = loaded(source_of(chosen.file), overrides(chosen.set or []))
    return problem, list(problem.answers(problem.chosen(None), Effort.within(budget), guard=alarm))


def quick_verdict(chosen: Namespace, claim: Claim) -> Verdict:
    from .verdict import verify_claims

    budget = seconds(chosen.budget)
    with alarm(budget):
        return verify_claims([claim.id], quick=True, budget=budget)[0]


def claim_of(chosen: Namespace) -> Claim | None:
    """The claim that is named; None for a problem file."""
    claim = claim_named(chosen.file)
    if claim is not None and chosen.set:
        raise InvalidInput("--set", chosen.set[0], "no --set beside a claim")
    return claim


def claim_named(name: str) -> Claim | None:
    """The claim of that name; None for a problem file, which a name with a dot or a slash in it always means."""
    from .theorems.registry import claim

    if name == "-" or re.search(r"[./\\]", name) or Path(name).exists():
        return None
    return claim(name)


def progress_bar(what: str) -> Any:
    """A context that gives `progress(share)` on a terminal, and None when piped."""
    if not sys.stderr.isatty():
        return nullcontext()
    from .export.terminal import progress_on_terminal

    return progress_on_terminal(what)
