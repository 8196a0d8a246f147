"""What the README shows is what happens."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SECONDS = re.compile(r"^(\s*seconds\s+)\S+$", re.MULTILINE)


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def commands() -> list[tuple[str, str]]:
    """(command, output below it) of each console block."""
    found = []
    for block in blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


def run(arguments: list[str], text: str | None = None) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "sgd_markov.cli", *arguments],
        input=text,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(("command", "output"), commands())
def test_a_command_prints_what_is_shown(command: str, output: str) -> None:
    name, *arguments = command.split()
    assert name == "sgd-markov"
    assert output.strip(), "the README shows the output"
    assert SECONDS.sub(r"\1...", run(arguments)).strip() == SECONDS.sub(r"\1...", output).strip()


@pytest.mark.parametrize("text", blocks("toml"))
def test_a_problem_is_answered(text: str) -> None:
    assert "lyapunov" in run(["solve", "-"], text)


def test_the_python_block_prints_what_is_shown() -> None:
    (code,) = blocks("python")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    (shown,) = blocks("text")
    assert done.stdout == shown


def test_the_set_up_commands_have_the_agreed_shape() -> None:
    first, second = blocks("sh")
    head = r"python3 -m venv \.venv && \.venv/bin/pip install -q -c constraints\.txt -e "
    assert re.fullmatch(head + r"\. && \.venv/bin/sgd-markov verify\n", first)
    assert re.fullmatch(head + r"'\.\[test,dev\]' && \.venv/bin/python -m pytest -n 2\n", second)
