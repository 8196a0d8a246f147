"""Files of points that are too large, or no files: one line, exit status 2, and never a hang."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sgd_markov.cli import main
from sgd_markov.errors import InvalidInput
from sgd_markov.laws import points_file
from sgd_markov.laws.points_file import ROW_LIMIT, SIZE_LIMIT, read_columns

PROBLEM = """
model = { loss = "x*w**2/2", parameters = ["w"] }
data."x, y" = { law = "rows", file = "points.csv", columns = ["x", "y"] }
optimizer = { name = "sgd", learning_rate = "1/2" }
ask = [{ question = "lyapunov", at = 0 }]
"""


def test_a_file_of_too_many_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "points.csv").write_text("x,y\n" + "1,2\n" * (ROW_LIMIT + 1))
    (tmp_path / "problem.toml").write_text(PROBLEM)
    assert main(["solve", str(tmp_path / "problem.toml")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert f"at most {ROW_LIMIT} rows" in line


def test_the_largest_number_of_rows_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(points_file, "ROW_LIMIT", 3)
    (tmp_path / "points.csv").write_text("x\n1\n2\n\n3\n\n")
    assert len(read_columns(tmp_path / "points.csv", ["x"], "data.x")) == 3
    (tmp_path / "points.csv").write_text("x\n1\n2\n\n3\n4\n")
    with pytest.raises(InvalidInput, match="at most 3 rows"):
        read_columns(tmp_path / "points.csv", ["x"], "data.x")


def test_a_file_of_too_many_bytes_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    with path.open("wb") as stream:
        stream.truncate(10 * SIZE_LIMIT)
    with pytest.raises(InvalidInput, match=f"at most {SIZE_LIMIT} bytes"):
        read_columns(path, ["x"], "data.x")


def test_pipes_and_devices_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    for path in (tmp_path / "pipe.csv", Path("/dev/zero"), tmp_path):
        with pytest.raises(InvalidInput, match="a CSV file"):
            read_columns(path, ["x"], "data.x")
