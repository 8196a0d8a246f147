"""The reference values of the theory specification, one test each."""

from __future__ import annotations

import tomllib
from pathlib import Path

import mpmath as mp
import pytest
import sympy as sp
from law_expectations import number

from sgd_markov.laws.law import Law
from sgd_markov.laws.registry import law_from_table
from sgd_markov.laws.two_point import TwoPoint

REFERENCES = tomllib.loads(Path(__file__).with_name("references.toml").read_text())["value"]


@pytest.mark.parametrize("entry", REFERENCES, ids=lambda entry: entry["id"])
def test_reference(entry: dict[str, object]) -> None:
    law = law_from_table(entry["law"], "data.x", lambda value, field: sp.Rational(str(value)))
    assert isinstance(law, Law)
    value = law.log_affine(sp.Rational(entry["shift"]), sp.Rational(entry["factor"]))
    expected = mp.mpf(entry["value"])
    scale = abs(expected) or mp.mpf(1)
    assert abs(number(value) - expected) <= scale * mp.mpf(10) ** (1 - int(entry["digits"]))


def test_batches_with_replacement() -> None:
    """R09: a = -1/5, learning rate 1, batches of 1 to 5."""
    expected = [
        "-0.410490276034915",
        "-0.11408435962048",
        "0.00400612018612108",
        "0.0605476260742281",
        "0.0915170943694669",
    ]
    for size, text in enumerate(expected, start=1):
        mean = TwoPoint("4/5", "-6/5").batch_mean(size)
        assert mean is not None
        assert abs(number(mean.log_affine(sp.Integer(1), sp.Integer(-1))) - mp.mpf(text)) < 1e-14
