"""Every example solves, from the folder in which a newcomer would stand."""

from __future__ import annotations

from pathlib import Path

import pytest

import sgd_markov as sm

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "examples").glob("*.toml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_example_is_answered(file: Path) -> None:
    answers = sm.load(file).solve()
    assert answers
    assert [(answer.question, answer.exit_status, answer.message) for answer in answers if answer.exit_status] == []


def test_the_window_of_the_first_example() -> None:
    (answer,) = sm.load(ROOT / "examples" / "local_maximum.toml").solve()
    ((low, high),) = answer.intervals
    assert (str(low.exact), str(high.exact), answer.warrant.label) == ("5/12", "5/3", "exact")


@pytest.mark.parametrize("size", range(1, 6))
def test_the_batch_scan(size: int) -> None:
    """The exponents of theory.md A.1 at a = -1/5, lr = 1: positive from S = 3 on."""
    expected = {
        1: "-0.410490276034915",
        2: "-0.11408435962048",
        3: "0.00400612018612108",
        4: "0.0605476260742281",
        5: "0.0915170943694669",
    }[size]
    (answer,) = sm.load(ROOT / "examples" / "batch_scan.toml", {"S": str(size)}).solve([1])
    assert abs(float(answer.value) - float(expected)) < 1e-15
    assert answer.attracts == (size < 3)


def test_the_engel_data_are_as_described() -> None:
    lines = (ROOT / "examples" / "engel.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "income,foodexp"
    assert len(lines) == 236
    assert lines[1] == "0.420,0.256"
