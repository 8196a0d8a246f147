"""A budget that ends in first passage leaves an enclosure: what is known anyhow, at least."""

from __future__ import annotations

import json
from fractions import Fraction
from math import inf

import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.answer.enclosure import Enclosure

w, y, z = sp.symbols("w y z", real=True)
SLOW = sm.RandomMap({w: sp.Rational(9, 10) * w + z / 80}, noise={z: sm.Normal(0, 1)})
PROBABILITY = Enclosure(Fraction(0), Fraction(1))
TIME = Enclosure(Fraction(1), inf)


@pytest.mark.parametrize(
    ("verb", "fields", "known"),
    [
        (sm.exit_time, {"start": 0, "inside": [-1, 1]}, TIME),
        (sm.survival, {"start": 0, "inside": [-1, 1], "steps": 10**6}, PROBABILITY),
        (sm.survival, {"start": 0, "inside": [-1, 1], "quantile": "1/2"}, TIME),
        (sm.quasi_stationary, {"inside": [-1, 1]}, PROBABILITY),
        (sm.hitting, {"start": "1/2", "target": [1, "oo"], "avoid": ["-oo", -1]}, PROBABILITY),
    ],
)
def test_an_ended_budget_leaves_what_is_known_anyhow(verb: object, fields: dict[str, object], known: Enclosure) -> None:
    with pytest.raises(sm.Inconclusive, match="budget") as refusal:
        verb(SLOW, budget=0.05, **fields)  # type: ignore[operator]
    found = refusal.value.enclosure
    assert found is not None and known.lower <= found.lower and found.upper <= known.upper


def test_a_chain_that_no_method_knows_has_a_time_of_at_least_one_step() -> None:
    chain = sm.RandomMap({w: sp.sin(w * z) + y**3}, noise={z: sm.Normal(0, 1), y: sm.Uniform(0, 1)})
    with pytest.raises(sm.Inconclusive) as refusal:
        sm.exit_time(chain, start=0, inside=[-1, 1])
    assert refusal.value.enclosure == TIME


def test_infinite_ends_are_written_as_in_the_contract() -> None:
    text = """
[model]
state = ["w"]
map = { w = "sin(w*z) + y**3" }
[noise]
z = { law = "normal", mean = 0, std = 1 }
y = { law = "uniform", low = 0, high = 1 }
[[ask]]
question = "exit-time"
start = 0
inside = [-1, 1]
"""
    (answer,) = sm.load(text).solve()
    table = json.loads(json.dumps(answer.to_dict()))
    assert (table["status"], table["value"], table["lower"], table["upper"]) == ("inconclusive", None, "1", "oo")
