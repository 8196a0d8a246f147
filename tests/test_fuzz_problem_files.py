"""Mutated problem files: no traceback, no hang, every refusal one line with its status.

CI runs 300, a third of them through the command line. Nightly, 10,000 in workers that are killed after 5 s:
pytest -m nightly tests/test_fuzz_problem_files.py
"""

from __future__ import annotations

import io
import random
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from mutations import failures, mutate
from problem_texts import DATA, EXAMPLE, EXPONENT, QUESTIONS, RANDOM_MAP, SAMPLED, changed

from sgd_markov import cli
from sgd_markov.questions.registry import QUESTIONS as NAMES
from sgd_markov.questions.registry import module_of

for name in NAMES:
    module_of(name)  # imported once here, not in each of the processes that solve forks off

BUDGET, KILLED_AFTER = "3", 5

CORPUS = [
    EXAMPLE,
    EXAMPLE + EXPONENT + SAMPLED,
    changed("[values]", "[values]\nlr = 0.8") + QUESTIONS,
    changed("x*w**2/2", "(x*w - 1)**2/2").partition("[[ask]]")[0] + QUESTIONS,
    changed(DATA, '{ law = "exponential", mean = 1 }').replace('"lr"', "0.1", 1) + QUESTIONS,
    changed("[values]", "[values]\nlr = 0.8") + SAMPLED,
    changed(DATA, '{ law = "normal", mean = "a", std = 1 }') + EXPONENT,
    changed(DATA, '{ law = "finite", values = ["a", 1, -1] }')
    .replace("with-replacement", "without-replacement")
    .replace("batch_size = 1", "batch_size = 2"),
    RANDOM_MAP + SAMPLED.replace("{ w = 1 }", "{ u = 1, v = 0 }"),
    changed("x*w**2/2", "Piecewise((x*w**2/2, w < 1), (x*w - x/2, True))") + EXPONENT,
]
VALUES = [
    *(
        "true",
        "-1",
        "0",
        '"oo"',
        "[1, 2]",
        "{}",
        "{ w = 1 }",
        '"w"',
        '"lr"',
        "3.5",
        "1e300",
        "1e-300",
        "[]",
        "[[1]]",
        '""',
    ),
    *(
        '"1/0"',
        '"w**w"',
        '"lr*a"',
        "inf",
        '"sqrt(-1)"',
        '"sign(w)"',
        '"Abs(w)"',
        '"floor(w)"',
        '"Max(0, w)"',
        '"exp(x*w)"',
    ),
    *('{ law = "cauchy", loc = 0, scale = 1 }', '{ law = "rows", rows = [[1], [2]] }', '{ law = "poisson", rate = 2 }'),
]
"""What takes the place of a value: right TOML, mostly in the wrong place."""


def mutants(count: int, seed: int) -> list[str]:
    """Mutated files: as texts, inside one value, or with a value replaced; the same for the same seed."""
    rng = random.Random(seed)
    return [mutant(rng) for _ in range(count)]


def mutant(rng: random.Random) -> str:
    text = rng.choice(CORPUS)
    for _ in range(rng.randint(1, 2)):
        text = rng.choice([mutate, mutated_value, mutated_value, replaced_value, replaced_value])(text, rng)
    return text


def mutated_value(text: str, rng: random.Random) -> str:
    return with_value(text, rng, lambda value: mutate(value, rng))


def replaced_value(text: str, rng: random.Random) -> str:
    return with_value(text, rng, lambda value: " " + rng.choice(VALUES))


def with_value(text: str, rng: random.Random, edit) -> str:  # type: ignore[no-untyped-def]
    """The text with the right-hand side of one of its entries edited."""
    lines = text.split("\n")
    place = rng.choice([number for number, line in enumerate(lines) if "=" in line] or [0])
    key, _, value = lines[place].partition("=")
    lines[place] = f"{key}={edit(value)}"
    return "\n".join(lines)


def solves_or_refuses(text: str) -> None:
    """Solve the problem on standard input; fails unless it ends as the contract says."""
    standard_input, out, err = sys.stdin, io.TextIOWrapper(io.BytesIO()), io.StringIO()
    sys.stdin = io.TextIOWrapper(io.BytesIO(text.encode("utf-8", "surrogatepass")))
    try:
        with redirect_stdout(out), redirect_stderr(err):
            status = cli.main(["solve", "-", "--budget", BUDGET])
    finally:
        sys.stdin = standard_input
    require_outcome(status, err.getvalue())


def require_outcome(status: int, err: str) -> None:
    """A status of the contract; a refusal is one line, other failures one line a question; nothing else is said."""
    assert status in (0, 2, 3, 4), (status, err)
    assert "Traceback" not in err and "internal error" not in err, err
    lines = err.splitlines()
    assert all(line.startswith("sgd-markov: ") for line in lines), err
    assert (len(lines) == 1) if status == 2 else (bool(lines) == (status != 0)), (status, err)


def test_200_mutants() -> None:
    assert [found for text in mutants(200, seed=1) for found in [complaint(text)] if found] == []


def complaint(text: str) -> str | None:
    try:
        solves_or_refuses(text)
    except AssertionError as error:
        return f"{text}\n{error}"
    return None


SCRIPT = f"""
import sys
from sgd_markov.cli import main
import sgd_markov.problem, sgd_markov.questions.window, sgd_markov.questions.moments, sgd_markov.questions.simulate
for path in sys.argv[1:]:
    print('status', main(['solve', path, '--budget', '{BUDGET}']), file=sys.stderr, flush=True)
"""
"""Many files in one process: starting Python and importing sympy cost more than refusing a file."""


def test_100_mutants_through_the_command_line(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.toml" for number in range(100)]
    for file, text in zip(files, mutants(100, seed=2), strict=True):
        file.write_bytes(text.encode("utf-8", "surrogatepass"))
    with ThreadPoolExecutor(2) as pool:
        for err in pool.map(said, [files[:50], files[50:]]):
            outcomes = re.findall(r"(.*?)^status (\d+)$\n", err, re.DOTALL | re.MULTILINE)
            assert len(outcomes) == 50, err
            for lines, status in outcomes:
                require_outcome(int(status), lines)


def said(files: list[Path]) -> str:
    """What the command line says on standard error about these files, each followed by its status."""
    command = [sys.executable, "-c", SCRIPT, *map(str, files)]
    return subprocess.run(command, capture_output=True, text=True, timeout=KILLED_AFTER * len(files)).stderr


@pytest.mark.nightly
def test_ten_thousand_mutants_in_a_process_of_their_own() -> None:
    assert failures(mutants(10_000, seed=3), solves_or_refuses, seconds=KILLED_AFTER) == []
