"""Every number of references.toml, asked through the file interface: warrant, width and containment together."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from enclosures import assert_encloses

import sgd_markov as sm

TABLE = tomllib.loads((Path(__file__).parent / "references.toml").read_text(encoding="utf-8"))
ENTRIES: list[dict[str, Any]] = TABLE["value"]


def problem_text(entry: dict[str, Any]) -> str:
    text: str = TABLE["problems"][entry["problem"]]
    for old, new in entry.get("replace", []):
        assert old in text, f"{entry['id']} replaces {old!r}, which the problem does not hold"
        text = text.replace(old, new)
    values = f"[values]\n{entry['values']}" if "values" in entry else ""
    return f"{text}{values}\n[[ask]]\n{entry['ask']}\ndigits = {entry['digits']}\n"


def entry_at(answer: sm.Answer, path: str) -> Any:
    """The answer itself for `value`, else a number inside it."""
    found: Any = answer
    for key in () if path == "value" else path.split("."):
        found = found[int(key)] if key.isdigit() else getattr(found, key)
    return found


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["id"])
def test_reference(entry: dict[str, Any]) -> None:
    (answer,) = sm.load(problem_text(entry)).solve()
    assert answer.status == "answered", answer.message
    assert answer.warrant.label == entry["warrant"]
    assert_encloses(entry_at(answer, entry["path"]), entry["reference"], entry["digits"])


def test_the_numbers_of_intervals_stand_for_whole_windows() -> None:
    """The references name single ends: here that there are no further intervals beside them."""
    counts = {"two-point a = -1/5": ("two-point", 'a = "-1/5"', 1), "a = 6/5": ("two-point", 'a = "6/5"', 2)}
    for name, (problem, values, expected) in counts.items():
        text = (
            f'{TABLE["problems"][problem]}[values]\n{values}\n[[ask]]\nquestion = "window"\nat = 0\nparameter = "lr"\n'
        )
        (answer,) = sm.load(text).solve()
        assert len(answer.intervals) == expected and not answer.undecided, name
    for problem in ("normal", "uniform"):
        text = f'{TABLE["problems"][problem]}\n[[ask]]\nquestion = "window"\nat = 0\nparameter = "lr"\n'
        (answer,) = sm.load(text).solve()
        assert len(answer.intervals) == 1 and not answer.undecided and not answer.superstable, problem


def test_ids_are_unique() -> None:
    assert len({entry["id"] for entry in ENTRIES}) == len(ENTRIES)
