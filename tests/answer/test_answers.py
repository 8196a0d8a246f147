"""Answers and numbers: what they print, what they refuse to claim."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError
from fractions import Fraction
from math import inf

import pytest
import sympy as sp

from sgd_markov.answer.answer import Answer, Hypothesis, decimal_latex, plain
from sgd_markov.answer.enclosure import Enclosure
from sgd_markov.answer.number import Number
from sgd_markov.answer.text import expression_latex, expression_text
from sgd_markov.answer.warrant import Warrant

THIRD = Enclosure.point(Fraction(1, 3))


def test_the_order_of_warrants() -> None:
    assert Warrant.EXACT > Warrant.CERTIFIED > Warrant.ESTIMATED > Warrant.SAMPLED
    assert min(Warrant.CERTIFIED, Warrant.SAMPLED).label == "sampled"


def test_an_answer_is_frozen_and_shows_its_enclosure() -> None:
    answer = Answer("lyapunov", enclosure=THIRD, warrant=Warrant.EXACT)
    with pytest.raises(FrozenInstanceError):
        answer.status = "violated"  # type: ignore[misc]
    assert (answer.lower, answer.upper, answer.value) == (Fraction(1, 3), Fraction(1, 3), "0.33333333333333333")


def test_the_exit_status_agrees_with_the_status() -> None:
    statuses = {"answered": 0, "violated": 3, "inconclusive": 4}
    assert {name: Answer("law", status=name).exit_status for name in statuses} == statuses


def test_json_has_the_keys_of_the_contract() -> None:
    answer = Answer("lyapunov", enclosure=THIRD, warrant=Warrant.EXACT, hypotheses=(Hypothesis("a < b"),))
    table = json.loads(json.dumps(answer.to_dict()))
    keys = {
        "question",
        "status",
        "value",
        "exact",
        "latex",
        "lower",
        "upper",
        "warrant",
        "method",
        "hypotheses",
        "cite",
    }
    assert keys | {"seconds", "message"} == set(table)
    assert Fraction(table["lower"]) < Fraction(1, 3) < Fraction(table["upper"])
    assert table["hypotheses"] == [{"statement": "a < b", "state": "proved"}]


def test_the_questions_own_fields() -> None:
    answer = Answer(
        "window",
        extra={"intervals": [[Number(sp.Integer(0), Enclosure.point(0)), Number(sp.oo, Enclosure.point(inf))]]},
    )
    assert str(answer.intervals[0][1]) == "oo"
    assert plain(answer.intervals)[0][1] == {"value": "oo", "exact": "oo", "lower": "oo", "upper": "oo"}
    with pytest.raises(AttributeError, match="no field 'superstable'"):
        answer.superstable  # noqa: B018


def test_a_symbolic_number_has_no_value() -> None:
    a = sp.Symbol("a", real=True)
    number = Number(2 * a, None)
    assert number.value is None and str(number) == "2*a"
    assert number.to_dict() == {"value": None, "exact": "2*a", "lower": None, "upper": None}


def test_a_number_prefers_a_short_closed_form() -> None:
    root = Enclosure(Fraction(14142135623730950, 10**16), Fraction(14142135623730951, 10**16))
    assert str(Number(sp.sqrt(2), root)) == "sqrt(2)"
    long = sp.sqrt(2) + sp.Rational(1, 12345678901234567890)
    assert str(Number(long, root)) == "1.414213562373095"
    assert str(Number(None, Enclosure.everything())) == "undecided"


def test_latex() -> None:
    answer = Answer("lyapunov", enclosure=Enclosure(Fraction(1, 10**9), Fraction(2, 10**9)))
    assert answer.latex() == r"\left[1\cdot 10^{-9},\ 2\cdot 10^{-9}\right]"
    assert Answer("lyapunov", exact=sp.pi).latex() == r"\pi" and Answer("law").latex() == r"\text{undecided}"
    assert decimal_latex("-oo") == r"-\infty" and decimal_latex("1.5e-9") == r"1.5\cdot 10^{-9}"
    assert expression_latex(sp.Symbol("lr")) == r"\mathrm{lr}"


def test_a_step_count_prints_as_an_integer() -> None:
    assert Answer("survival", enclosure=Enclosure.point(10**30), integer=True).value == "1" + "0" * 30


def test_text_of_conditions() -> None:
    a = sp.Symbol("a", real=True)
    assert (
        expression_text(sp.Piecewise((a, (a > 0) & (a < 1)), (0, True)))
        == "Piecewise((a, (a < 1) & (a > 0)), (0, True))"
    )
