"""Documents hold what they must, and compile."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import sgd_markov as sm
from sgd_markov.export.cite import bibtex
from sgd_markov.export.latex import document, fragment
from sgd_markov.export.tex import LONGEST, display, escaped, mixed
from sgd_markov.theorems.registry import all_claims, claim

NASTY = 'title = "50 % of _w_ & #1 ~ ^2 \\\\ {x} $5 < λ ≤ ∞ é ß 中"\n'
PROBLEM = """
[model]
loss = "x*w**2/2"
parameters = ["w"]
[data]
x = { law = "LAW }
[optimizer]
name = "sgd"
learning_rate = "4/5"
[[ask]]
question = "lyapunov"
at = 0
"""
LAWS = {
    "two-point": 'two-point", values = ["4/5", "-6/5"]',
    "normal": 'normal", mean = "-1/5", std = 1',
    "poisson": 'poisson", rate = 2',
    "uniform": 'uniform", low = "-6/5", high = "4/5"',
}
needs_pdflatex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")


def compiles(text: str, folder: Path) -> None:
    assert text.isascii()
    (folder / "x.tex").write_text(text)
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "x.tex"],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    errors = [line for line in done.stdout.decode(errors="replace").splitlines() if line.startswith(("!", "l."))]
    assert done.returncode == 0, errors


@needs_pdflatex
@pytest.mark.parametrize("law", LAWS)
def test_a_problem_compiles(law: str, tmp_path: Path) -> None:
    text = document(sm.load(NASTY + PROBLEM.replace("LAW", LAWS[law])))
    assert r"50 \% of \_w\_ \& \#1" in text
    compiles(text, tmp_path)


@needs_pdflatex
@pytest.mark.parametrize("name", ["two-point-window", "slow-escape"])
def test_a_claim_compiles(name: str, tmp_path: Path) -> None:
    compiles(document(claim(name)), tmp_path)


@pytest.mark.parametrize("name", [entry.slug for entry in all_claims()])
def test_a_claim_holds_its_parts(name: str) -> None:
    entry = claim(name)
    text = document(entry)
    for heading in ("Hypotheses", "Model", "Proof", "Negative control"):
        assert rf"\section*{{{heading}}}" in text
    assert text.count(r"\emph{(") >= len(entry.proof())
    assert set(re.findall(r"\\bibitem\{(\w+)\}", text)) == set(re.findall(r"@\w+\{(\w+),", bibtex(entry)))
    assert fragment(entry)


def test_a_problem_cites_exactly_what_its_answers_used() -> None:
    problem = sm.load(PROBLEM.replace("LAW", LAWS["two-point"]))
    answers = problem.solve()
    assert re.findall(r"@\w+\{(\w+),", bibtex(problem, answers)) == list(answers[0].cite)
    assert fragment(problem, answers) == answers[0].latex()


def test_escaping() -> None:
    assert escaped("a_b^c") == r"a\_b\textasciicircum{}c"
    assert mixed("$a_b$ and a_b") == r"$a_b$ and a\_b"
    assert mixed("5 $ a_b") == r"5 \$ a\_b"
    assert all(escaped(chr(code)).isascii() for code in range(0x20, 0x3000))


def test_a_formula_that_nobody_can_read_is_left_out() -> None:
    assert r"\fitted" not in display("x" * (LONGEST + 1))
