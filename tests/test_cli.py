"""The command line: exit statuses, what goes where, and that nothing ends in a traceback."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from problem_texts import EXAMPLE, EXPONENT, SAMPLED, changed

from sgd_markov import cli
from sgd_markov.errors import HypothesisViolated, Inconclusive

BASE_KEYS = {
    "question", "status", "value", "exact", "latex", "lower", "upper", "warrant", "method", "hypotheses", "cite",
    "seconds", "message",
}  # fmt: skip

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process; `text` becomes problem.toml in an empty current folder."""
    monkeypatch.chdir(tmp_path)

    def run_in_process(*arguments: str, text: str | None = None) -> tuple[int, str, str]:
        if text is not None:
            Path("problem.toml").write_text(text)
        status = cli.main(list(arguments))
        out, err = capsys.readouterr()
        return status, out, err

    return run_in_process


def program(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    command = [sys.executable, "-m", "sgd_markov.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, **options)


def test_solve_prints_a_table_to_standard_output_only(run: Run) -> None:
    status, out, err = run("solve", "problem.toml", text=EXAMPLE)
    assert (status, err) == (0, "")
    assert "SGD at a strict local maximum" in out
    assert "(5/12, 5/3)" in out and "5/4" in out and "exact" in out


def test_on_a_terminal_the_answers_are_tables(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    status, out, _ = run("solve", "problem.toml", text=EXAMPLE)
    assert status == 0
    assert "(5/12, 5/3)" in out and "window" in out


def test_json_has_every_key_of_an_answer(run: Run) -> None:
    status, out, err = run("solve", "problem.toml", "--json", text=EXAMPLE + EXPONENT)
    document = json.loads(out)
    assert (status, err, document["title"]) == (0, "", "SGD at a strict local maximum")
    window, exponent = document["answers"]
    assert set(window) >= BASE_KEYS | {"intervals", "superstable", "undecided"}
    assert [end["exact"] for end in window["intervals"][0]] == ["5/12", "5/3"]
    assert set(window["intervals"][0][0]) == {"value", "exact", "lower", "upper"}
    assert set(exponent) >= BASE_KEYS | {"exponents", "attracts"}
    assert (exponent["value"], exponent["lower"], exponent["attracts"]) == (None, None, None)


def test_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(EXAMPLE.encode()))
    monkeypatch.setattr(sys, "stdin", stream)
    status, out, _ = run("solve", "-", "--json")
    assert status == 0
    assert json.loads(out)["answers"][0]["question"] == "window"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--ask", "2"], ["lyapunov"]),
        (["--ask", "2", "1"], ["lyapunov", "window"]),
        (["--ask", "2", "--ask", "1"], ["lyapunov", "window"]),
        (["--ask=1"], ["window"]),
    ],
)
def test_ask_counts_from_one(run: Run, arguments: list[str], expected: list[str]) -> None:
    for order in ([*arguments, "problem.toml"], ["problem.toml", *arguments]):
        status, out, _ = run("solve", "--json", *order, text=EXAMPLE + EXPONENT)
        assert status == 0
        assert [answer["question"] for answer in json.loads(out)["answers"]] == expected


@pytest.mark.parametrize("values", [["a=-1/5", "lr=0.8"], ["--set", "a=-1/5", "--set", "lr=4/5"], ["lr = 8e-1"]])
def test_set_replaces_values(run: Run, values: list[str]) -> None:
    arguments = values if values[0] == "--set" else ["--set", *values]
    status, out, _ = run("solve", "problem.toml", "--ask", "2", "--json", *arguments, text=EXAMPLE + EXPONENT)
    assert status == 0
    assert json.loads(out)["answers"][0]["value"].startswith("-0.17435338714477")


def test_digits_and_method_replace_those_of_the_file(run: Run) -> None:
    text = EXAMPLE + EXPONENT + "digits = 20\n"
    arguments = ["solve", "problem.toml", "--ask", "2", "--set", "lr=0.8", "--json"]
    lengths = []
    for more in ([], ["--digits", "40"]):
        status, out, _ = run(*arguments, *more, text=text)
        assert status == 0
        lengths.append(len(json.loads(out)["answers"][0]["value"]))
    assert lengths[0] < 30 < lengths[1]


def test_status_3_names_the_hypothesis_and_the_value(run: Run) -> None:
    status, out, err = run("solve", "problem.toml", "--json", text=changed("w = 0 }", "w = 1 }"))
    (answer,) = json.loads(out)["answers"]
    assert (status, answer["status"]) == (3, "violated")
    assert "the map fixes w = 1" in answer["message"] and "the map fixes w = 1" in err
    assert answer["hypotheses"][0]["state"] == "violated"
    assert err.count("\n") == 1


def test_several_questions_give_the_largest_status_and_every_answer(run: Run) -> None:
    unfixed = EXPONENT.replace("w = 0", "w = 1")
    endless = SAMPLED.replace("steps = 4", "steps = 1000000000").replace("chains = 50", "chains = 1000")
    text = EXAMPLE + unfixed + endless + EXPONENT
    status, out, err = run("solve", "problem.toml", "--json", "--set", "lr=1/2", "--budget", "2", text=text)
    answers = json.loads(out)["answers"]
    assert [answer["status"] for answer in answers] == ["answered", "violated", "inconclusive", "answered"]
    assert status == 4
    assert len(err.splitlines()) == 2


def test_invalid_input_prints_one_line_and_no_document(run: Run) -> None:
    text = EXAMPLE + EXPONENT.replace("w = 0", "v = 0")
    status, out, err = run("solve", "problem.toml", "--json", text=text)
    assert (status, out) == (2, "")
    assert err == 'sgd-markov: ask[2].at.v: "v" is not allowed; use a state symbol: w\n'


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ([], "COMMAND"),
        (["solv"], "invalid choice"),
        (["solve"], "FILE"),
        (["solve", "problem.toml", "--ask", "9"], "--ask: 9"),
        (["solve", "problem.toml", "--ask", "0"], "--ask: 0"),
        (["solve", "problem.toml", "--ask", "one"], "--ask"),
        (["solve", "problem.toml", "--digits", "0"], "digits: 0"),
        (["solve", "problem.toml", "--digits", "many"], "--digits"),
        (["solve", "problem.toml", "--method", "proved"], "method"),
        (["solve", "problem.toml", "--set", "a"], "NAME=EXPR"),
        (["solve", "problem.toml", "--set", "=1"], "NAME=EXPR"),
        (["solve", "problem.toml", "--set", "a=1", "a=2"], "each name once"),
        (["solve", "problem.toml", "--set", "q=1"], "--set"),
        (["solve", "problem.toml", "--set", "a=(1"], "values.a"),
        (["solve", "problem.toml", "--budget", "0"], "--budget"),
        (["solve", "problem.toml", "--budget", "-1"], "--budget"),
        (["solve", "problem.toml", "--budget", "nan"], "--budget"),
        (["solve", "problem.toml", "--unknown"], "--unknown"),
        (["solve", "missing.toml"], "missing.toml"),
        (["solve", "."], "Is a directory"),
        (["simulate", "problem.toml"], "--start"),
        (["simulate", "problem.toml", "--start", "1", "--set", "lr=1"], "steps"),
        (["simulate", "problem.toml", "--start", "v=1", "--steps", "3", "--set", "lr=1"], "start.v"),
        (["simulate", "problem.toml", "--start", "1", "--steps", "3"], "lr"),
        (["simulate", "problem.toml", "--start", "1", "--steps", "x", "--set", "lr=1"], "steps"),
        (["verify", "no-such-claim"], "no-such-claim"),
        (["verify", "R02", "--executor", "thread:2"], "serial, process:N"),
        (["verify", "R02", "--executor", "process:0"], "serial, process:N"),
        (["verify", "R02", "--json", "no/such/folder/out.json"], "out.json"),
        (["claims", "no-such-claim"], "no-such-claim"),
        (["diagram", "problem.toml", "--x", "a=0:1:9"], "later version"),
        (["report"], "later version"),
    ],
    ids=" ".join,
)
def test_invalid_commands_are_refused_in_one_line(run: Run, arguments: list[str], found: str) -> None:
    status, out, err = run(*arguments, text=EXAMPLE)
    assert (status, out) == (2, "")
    assert found in err
    assert err.startswith("sgd-markov: ") and err.count("\n") == 1


def test_simulate_takes_the_start_from_the_command_line(run: Run) -> None:
    arguments = ["--start", "-1/2", "--steps", "3", "--chains", "20", "--seed", "7", "--set", "lr=4/5", "--json"]
    status, out, _ = run("simulate", "problem.toml", *arguments, text=EXAMPLE)
    (answer,) = json.loads(out)["answers"]
    assert status == 0
    assert (answer["question"], answer["warrant"], answer["steps"], answer["chains"]) == ("simulate", "sampled", 3, 20)
    again = run("simulate", "problem.toml", *arguments)[1]
    assert json.loads(again)["answers"][0]["value"] == answer["value"]


def test_simulate_asks_only_the_simulate_questions_of_the_file(run: Run) -> None:
    arguments = ["simulate", "problem.toml", "--set", "lr=1/2", "--chains", "30", "--json"]
    status, out, _ = run(*arguments, text=EXAMPLE + SAMPLED)
    (answer,) = json.loads(out)["answers"]
    assert (status, answer["chains"], answer["steps"]) == (0, 30, 4)


def spinning(*arguments: object, **fields: object) -> None:
    while True:
        sum(range(1000))


def test_the_budget_ends_what_does_not_look_at_the_clock(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sgd_markov.questions.window.window", spinning)
    handler = signal.getsignal(signal.SIGALRM)
    started = time.monotonic()
    status, out, err = run("solve", "problem.toml", "--json", "--budget", "0.3", text=EXAMPLE)
    assert time.monotonic() - started < 5
    (answer,) = json.loads(out)["answers"]
    assert (status, answer["status"]) == (4, "inconclusive")
    assert "budget" in answer["message"] and "budget" in err
    assert answer.get("intervals") is None
    assert signal.getsignal(signal.SIGALRM) is handler
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_the_budget_ends_a_long_simulation(run: Run) -> None:
    arguments = ["--start", "1", "--steps", "1000000000", "--set", "lr=1/2", "--budget", "1", "--json"]
    started = time.monotonic()
    status, out, _ = run("simulate", "problem.toml", *arguments, text=EXAMPLE)
    assert time.monotonic() - started < 10
    assert (status, json.loads(out)["answers"][0]["status"]) == (4, "inconclusive")


def deaf(*arguments: object, **fields: object) -> None:
    """As compiled code: no Python signal handler runs."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
    time.sleep(60)


def dying(*arguments: object, **fields: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize(("ending", "found"), [(deaf, "budget"), (dying, "died")])
def test_a_question_that_must_be_killed_leaves_the_others(
    run: Run, monkeypatch: pytest.MonkeyPatch, ending: Callable[..., None], found: str
) -> None:
    monkeypatch.setattr("sgd_markov.questions.window.window", ending)
    started = time.monotonic()
    text = EXPONENT + EXAMPLE.partition("[[ask]]")[1] + EXAMPLE.partition("[[ask]]")[2] + EXPONENT
    text = EXAMPLE.partition("[[ask]]")[0] + text
    status, out, err = run("solve", "problem.toml", "--json", "--budget", "6", text=text)
    assert time.monotonic() - started < 10
    answers = json.loads(out)["answers"]
    assert [answer["status"] for answer in answers] == ["answered", "inconclusive", "answered"]
    assert set(answers[1]) >= BASE_KEYS
    assert found in answers[1]["message"] and found in err
    assert status == 4


@pytest.mark.parametrize("error", [RecursionError("deep"), MemoryError(), ValueError("a\nb"), KeyError("k")])
def test_an_unexpected_error_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def broken(*arguments: object, **fields: object) -> None:
        raise error

    monkeypatch.delenv("SGD_MARKOV_TRACEBACK", raising=False)
    monkeypatch.setattr("sgd_markov.questions.window.window", broken)
    status, out, err = run("solve", "problem.toml", text=EXAMPLE)
    assert (status, out) == (4, "")
    assert err.startswith("sgd-markov: internal error: ") and err.endswith("please report\n")
    assert err.count("\n") == 1


def test_a_developer_may_see_the_traceback(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from sgd_markov.standard_error import refusal

    monkeypatch.setenv("SGD_MARKOV_TRACEBACK", "1")
    assert refusal(ValueError("found"))[0] == 4
    assert "ValueError: found" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "expected"), [(Inconclusive("too few bits"), 4), (HypothesisViolated("E|x| < oo", "a cauchy law"), 3)]
)
def test_the_outcomes_of_a_question(run: Run, monkeypatch: pytest.MonkeyPatch, error: Exception, expected: int) -> None:
    def ending(*arguments: object, **fields: object) -> None:
        raise error

    monkeypatch.setattr("sgd_markov.questions.window.window", ending)
    status, out, err = run("solve", "problem.toml", text=EXAMPLE)
    assert status == expected
    assert str(error) in out and str(error) in err


def hears_interrupts() -> None:
    """A shell's background jobs, and all that they start, ignore interrupts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_interrupt_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "problem.toml"
    file.write_text(EXAMPLE)
    arguments = ["simulate", str(file), "--start", "1", "--steps", "1000000000", "--set", "lr=1/2"]
    command = [sys.executable, "-m", "sgd_markov.cli", *arguments]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=hears_interrupts,
    )
    time.sleep(1.5)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (130, "", "sgd-markov: interrupted\n")


def test_control_characters_do_not_reach_the_terminal(run: Run) -> None:
    status, out, _ = run("solve", "problem.toml", text=changed("SGD at", "\\u001b[2J at"))
    assert status == 0
    assert "\x1b" not in out
    _, _, err = run("solve", "problem.toml", text=changed('loss = "x', 'loss = "\\u001b[2J'))
    assert "\x1b" not in err


def test_help_names_every_command(run: Run) -> None:
    status, out, _ = run("--help")
    assert status == 0
    for command in ("verify", "claims", "solve", "simulate", "diagram", "latex", "report", "cite"):
        assert f"\n    {command} " in out
    for command in ("verify", "claims", "solve", "simulate", "latex", "cite"):
        assert run(command, "--help")[0] == 0


def test_claims_lists_the_registry(run: Run) -> None:
    status, out, _ = run("claims", "--json")
    entries = json.loads(out)["claims"]
    assert status == 0
    assert {"id", "slug", "title", "statement", "hypotheses", "cite"} <= set(entries[0])
    assert "local-maximum" in run("claims")[1]
    by_id, by_slug = run("claims", "R02"), run("claims", "local-maximum")
    assert by_id == by_slug
    assert "statement" in by_id[1]


def test_latex_writes_a_document_or_a_formula(run: Run) -> None:
    status, out, err = run("latex", "problem.toml", text=EXAMPLE)
    assert (status, err) == (0, "")
    assert out.startswith("\\documentclass") and out.rstrip().endswith("\\end{document}")
    assert run("latex", "problem.toml", "-o", "out.tex") == (0, "", "")
    assert Path("out.tex").read_text() == out
    status, formula, _ = run("latex", "R02", "--fragment")
    assert status == 0
    assert "lambda" in formula and "documentclass" not in formula
    assert run("latex", "problem.toml", "-o", "no/such/out.tex")[0] == 2
    assert run("latex", "R02", "--set", "a=1")[0] == 2


def test_cite_prints_bibtex_of_what_was_used(run: Run) -> None:
    status, out, err = run("cite", "problem.toml", text=EXAMPLE)
    assert (status, err) == (0, "")
    assert out.lstrip().startswith("@")
    assert run("cite", "local-maximum")[1].count("@") >= 1
    assert run("cite", "no-such-claim")[0] == 2


def test_verify_prints_a_table_and_writes_json(run: Run) -> None:
    status, out, _ = run("verify", "local-maximum", "--quick", "--json", "out.json")
    assert status == 0
    assert "local-maximum" in out and "holds" in out
    (claim,) = json.loads(Path("out.json").read_text())["claims"]
    assert (claim["id"], claim["verdict"], claim["control"]["failed_as_it_must"]) == ("R02", "holds", True)
    assert {"name", "warrant", "value", "lower", "upper", "seconds"} <= set(claim["routes"][0])


@pytest.mark.parametrize("verdict", [("fails", 1), ("inconclusive", 4), ("supported", 0)])
def test_the_status_of_verify(verdict: tuple[str, int]) -> None:
    from sgd_markov.commands.registry import verify_status

    assert verify_status({"holds", verdict[0]}) == verdict[1]
    assert verify_status({"holds", "fails", "inconclusive"}) == 1


def test_a_closed_pipe_is_no_error() -> None:
    script = 'import sys; from sgd_markov.cli import main; sys.exit(main(["--help"]))'
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    error = process.stderr.read()
    process.wait(30)
    assert error == b""


def test_a_narrow_encoding_is_no_error(tmp_path: Path) -> None:
    file = tmp_path / "problem.toml"
    file.write_text(changed("SGD at", "Größe \N{GREEK SMALL LETTER LAMDA} at"), encoding="utf-8")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    for flags in ([], ["--json"]):
        done = program("solve", str(file), *flags, env=environment)
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("arguments", [["--help"], ["claims"], ["solve", "FILE"]], ids=" ".join)
def test_what_a_command_imports(tmp_path: Path, arguments: list[str]) -> None:
    """--help and claims stay clear of sympy; solve of numpy, scipy and (when piped) rich."""
    (tmp_path / "problem.toml").write_text(EXAMPLE)
    arguments = [str(tmp_path / "problem.toml") if argument == "FILE" else argument for argument in arguments]
    command = [
        sys.executable,
        "-X",
        "importtime",
        "-c",
        "import sys; from sgd_markov.cli import main; main(sys.argv[1:])",
    ]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=True)
    loaded = set(re.findall(r"\| +([\w.]+)$", done.stderr, re.MULTILINE))
    assert "sgd_markov.cli" in loaded
    assert ("sympy" in loaded) == (arguments[0] == "solve")
    heavy = {"numpy", "scipy", "rich", "matplotlib", "importlib.metadata", "multiprocessing"}
    heavy |= {"sympy", "flint", "mpmath"} if arguments[0] != "solve" else set()
    assert not loaded & heavy
