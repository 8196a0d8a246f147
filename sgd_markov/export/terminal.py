"""Answers and verdicts as text: aligned when piped, tables of rich on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..answer.decimals import rounded, value_text

if TYPE_CHECKING:
    from ..answer.answer import Answer
    from ..supervision import Outcome
    from ..theorems.claim import Claim
    from ..verdict import RouteReport, Verdict

Rows = list[tuple[str, str]]

SHOWN_DIGITS = 8
LONGEST = 24
"""Entries of a list that are shown to a person."""
OPEN = ("intervals", "undecided")
"""Keys whose pairs are open intervals."""
TRI_STATE = ("attracts", "kind", "noise", "hessian")
"""Keys of a table for which nothing means that it is not decided; other keys without a meaning are left out."""


def print_outcomes(title: str | None, outcomes: Iterable[Outcome]) -> None:
    """Every answer as a small table of two columns."""
    if title:
        print(printable(title))
    for outcome in outcomes:
        print_rows(outcome.question, outcome.rows)


def answer_rows(answer: Answer) -> Rows:
    """The lines of an answer for a person; keys without a meaning are left out."""
    rows: Rows = [("status", answer.status)] if answer.status != "answered" else []
    if answer.message:
        rows.append(("message", answer.message))
    table = answer.to_dict()
    rows += [(key, str(table[key])) for key in ("value", "exact") if table[key] is not None]
    if table["lower"] is not None:
        rows.append(("enclosure", f"[{table['lower']}, {table['upper']}]"))
    rows += [(key.replace("_", " "), shown(entry, key)) for key, entry in answer.extra.items() if entry is not None]
    rows += [(key, str(table[key])) for key in ("warrant", "method") if table[key] is not None]
    rows += [("hypothesis", f"{h.statement} ({h.state})") for h in answer.hypotheses]
    if answer.cite:
        rows.append(("cite", ", ".join(answer.cite)))
    if answer.seconds is not None:
        rows.append(("seconds", f"{answer.seconds:.3f}"))
    return rows


def shown(entry: Any, key: str = "") -> str:
    """An entry of an answer in one line, or one line for each table of a list.

    >>> shown([{"to": 1, "probability": "1/2"}])
    'to = 1, probability = 1/2'
    """
    from sympy import Basic

    from ..answer.text import expression_text

    if isinstance(entry, bool) or entry is None:
        return {True: "yes", False: "no", None: "undecided"}[entry]
    if isinstance(entry, Mapping):
        kept = {name: value for name, value in entry.items() if value is not None or name in TRI_STATE}
        return ", ".join(f"{name} = {cell_of(name, value)}" for name, value in kept.items()) or "none"
    if isinstance(entry, list | tuple):
        if entry and all(isinstance(item, Mapping) for item in entry):
            return "\n".join(abridged([shown(item) for item in entry]))
        return ", ".join(bracketed(item, "()" if key in OPEN else "[]") for item in entry) if entry else "none"
    return expression_text(entry) if isinstance(entry, Basic) else str(entry)


def abridged(lines: list[str]) -> list[str]:
    """A long list by its two ends; `--json` has all of it."""
    if len(lines) <= LONGEST:
        return lines
    kept = LONGEST // 2
    return [*lines[:kept], f"... {len(lines) - 2 * kept} more, all of them with --json", *lines[-kept:]]


def cell_of(name: str, value: Any) -> str:
    """An entry of a table; an exponent with its decimal beside its closed form."""
    closed, decimal = bracketed(value), getattr(value, "value", None)
    return f"{closed} = {decimal}" if name == "exponent" and decimal not in (None, closed) else closed


def bracketed(entry: Any, brackets: str = "()") -> str:
    """An entry inside another: what is itself a table or a list in brackets."""
    return brackets[0] + shown(entry) + brackets[1] if isinstance(entry, Mapping | list | tuple) else shown(entry)


def print_rows(heading: str, rows: Rows) -> None:
    """Two columns under a heading."""
    if sys.stdout.isatty():
        from rich import box

        print_rich(("", ""), rows, title=heading, box=box.SIMPLE, show_header=False)
        return
    width = max((len(label) for label, _ in rows), default=0)
    print(f"\n{heading}")
    for label, text in rows:
        first, *others = printable(text, keep="\n").split("\n")
        print(f"  {label:<{width}}  {first}")
        for line in others:
            print(f"  {'':<{width}}  {line}")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table with a heading for each column."""
    if sys.stdout.isatty():
        print_rich(columns, rows)
        return
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    for row in (columns, *rows):
        print("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())


def print_rich(columns: Sequence[str], rows: Iterable[Sequence[str]], **options: Any) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, **options)
    for row in rows:
        table.add_row(*(Text(printable(cell, keep="\n")) for cell in row))
    Console().print(table)


def printable(text: str, keep: str = "") -> str:
    """Without control characters, which a file could use to write over the screen."""
    return "".join(c if c.isprintable() or c in keep else "?" for c in text)


def print_verdicts(verdicts: Sequence[Verdict]) -> None:
    """The table of `verify`, one column a route; then what stands against a claim."""
    names = list(dict.fromkeys(split_name(route)[0] for verdict in verdicts for route in verdict.routes))
    rows = [row for verdict in verdicts for row in verdict_rows(verdict, names)]
    print_table(("id", "claim", *names, "verdict", "seconds"), rows)
    for verdict in verdicts:
        if verdict.message:
            print(printable(f"{verdict.id}: {verdict.message}"))


def verdict_rows(verdict: Verdict, names: Sequence[str]) -> list[list[str]]:
    """One row for the claim; where it predicts several numbers, one more for each of them."""
    by_number: dict[str, dict[str, RouteReport]] = {}
    for route in verdict.routes:
        name, number = split_name(route)
        by_number.setdefault(number, {})[name] = route
    cells = {number: [cell(found.get(name)) for name in names] for number, found in by_number.items()}
    first = cells.pop("", [""] * len(names))
    head = [verdict.id, verdict.slug, *first, verdict.verdict, f"{verdict.seconds:.2f}"]
    return [head, *(["", f"  {number}", *row, "", ""] for number, row in cells.items())]


def split_name(route: RouteReport) -> tuple[str, str]:
    """The name of the route, and of the number that it finds where the claim has several."""
    name, _, number = route.name.partition(": ")
    return name, number


def cell(route: RouteReport | None) -> str:
    """What a route found, shortly: its value and how far to trust it."""
    if route is None:
        return ""
    if route.reading is None:
        return "-"
    enclosure, label = route.reading.enclosure, route.reading.warrant.label
    if enclosure.reaches(SHOWN_DIGITS):
        return f"{value_text(enclosure, SHOWN_DIGITS)} {label}"
    return f"[{rounded(enclosure.lower, 3, -1)}, {rounded(enclosure.upper, 3, 1)}] {label}"


def print_claim(claim: Claim) -> None:
    """One claim in full."""
    rows: Rows = [("title", claim.title), ("statement", claim.statement)]
    rows += [("hypothesis", hypothesis) for hypothesis in claim.hypotheses]
    rows += [("example", claim.example), ("kind", claim.kind), ("control", claim.control.what)]
    rows += [("number", f"{quantity.what} = {quantity.expected} ({quantity.source})") for quantity in claim.quantities]
    rows += [("source", ", ".join(claim.cite))]
    print_rows(f"{claim.id}  {claim.slug}", rows)


@contextmanager
def progress_on_terminal(what: str) -> Iterator[Callable[[float], None]]:
    """A bar on standard error that goes when the work ends."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=1.0)
        yield lambda share: bar.update(task, completed=share)
