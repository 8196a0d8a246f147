"""The public names: what a user imports, what an import costs, and that files and Python give the same answers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import sympy as sp
from problem_texts import EXAMPLE, EXPONENT

import sgd_markov as sm
from sgd_markov.laws.registry import LAWS
from sgd_markov.questions.registry import QUESTIONS, fields_of, verb_of


def test_every_public_name_is_there() -> None:
    for name in sm.__all__:
        assert getattr(sm, name) is not None
    assert set(dir(sm)) == set(sm.__all__)


def test_every_law_and_question_has_its_public_name() -> None:
    assert {law for _, law in LAWS.values()} <= set(sm.__all__)
    assert {question.replace("-", "_") for question in QUESTIONS} <= set(sm.__all__)
    assert {"SGD", "RandomMap", "load", "verify", "Answer", "InvalidInput", "Inconclusive"} <= set(sm.__all__)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_says_its_fields(question: str) -> None:
    from inspect import signature

    from sgd_markov.questions.fields import READERS

    parameters = set(signature(verb_of(question)).parameters)
    for field, kind in fields_of(question).items():
        assert kind in READERS
        assert field in parameters | {"digits", "method", "seed"}


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        sm.no_such_name  # noqa: B018


def test_the_function_verify_survives_its_module() -> None:
    script = "import sgd_markov.verdict, sgd_markov as sm; assert callable(sm.verify), sm.verify"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stderr == ""


def test_import_costs_next_to_nothing() -> None:
    script = "import sys; before = set(sys.modules); import sgd_markov; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["sgd_markov"]


def test_the_example_of_the_interface() -> None:
    w, x, a = sp.symbols("w x a", real=True)
    lr = sp.symbols("lr", positive=True)
    chain = sm.SGD(loss=x * w**2 / 2, parameters=[w], learning_rate=lr, data={x: sm.TwoPoint(a + 1, a - 1)})
    exponent = sm.lyapunov(chain, at={w: 0}).exact
    expected = sp.log(sp.Abs(1 - lr * (a + 1)) * sp.Abs(1 - lr * (a - 1))) / 2
    assert (exponent - expected).subs({a: sp.Rational(-1, 5), lr: sp.Rational(4, 5)}).equals(0)
    assert sm.window(chain.subs({a: sp.Rational(-1, 5)}), at={w: 0}, parameter=lr).warrant.label == "exact"


def test_a_file_gives_the_same_answers_as_python(tmp_path: Path) -> None:
    file = tmp_path / "problem.toml"
    file.write_text(EXAMPLE + EXPONENT)
    problem = sm.load(file, {"lr": "4/5"})
    w, x = sp.symbols("w x", real=True)
    chain = sm.SGD(loss=x * w**2 / 2, parameters=[w], learning_rate="4/5", data={x: sm.TwoPoint("4/5", "-6/5")})
    assert problem.solve(ask=[2])[0].value == sm.lyapunov(chain, at=0).value
    assert sm.load(str(file)).title == problem.title == sm.load(EXAMPLE).title


def test_a_problem_is_frozen() -> None:
    problem = sm.load(EXAMPLE)
    with pytest.raises(AttributeError):
        problem.questions = ()  # type: ignore[misc]


def test_solve_can_be_asked_for_less() -> None:
    problem = sm.load(EXAMPLE + EXPONENT)
    assert [answer.question for answer in problem.solve([2])] == ["lyapunov"]
    with pytest.raises(sm.InvalidInput):
        problem.solve([3])
    with pytest.raises(sm.InvalidInput):
        problem.solve(method="proved")


def test_errors_share_a_base_and_carry_the_status() -> None:
    errors = (sm.InvalidInput, sm.HypothesisViolated, sm.Inconclusive)
    assert [error.status for error in errors] == [2, 3, 4]
    assert all(issubclass(error, sm.SGDMarkovError) for error in errors)
