"""First passage by simulation beside the certified answers."""

from __future__ import annotations

import pytest
import sympy as sp

import sgd_markov as sm

w, z = sp.symbols("w z", real=True)
R = sp.Rational


def chain(s: str = "3/10") -> sm.Chain:
    return sm.RandomMap({w: 9 * w / 10 + R(s) * z}, noise={z: sm.Normal(0, 1)})


@pytest.mark.parametrize(
    ("verb", "fields"),
    [
        (sm.exit_time, {"inside": [-1, 1]}),
        (sm.survival, {"inside": [-1, 1], "steps": 20}),
        (sm.hitting, {"target": [1, "oo"], "avoid": ["-oo", -1]}),
        (sm.hitting, {"target": [1, 2], "avoid": ["-oo", -1]}),
    ],
)
def test_the_sampled_interval_meets_the_certified_one(verb: object, fields: dict[str, object]) -> None:
    proved = verb(chain(), start="1/2", **fields)
    found = verb(chain(), start="1/2", **fields, method="sampled", seed=3)
    assert found.warrant.label == "sampled" and proved.warrant.label == "certified"
    assert found.enclosure.meets(proved.enclosure) and found.enclosure.width > proved.enclosure.width


def test_a_sampled_quantile_holds_the_certified_one() -> None:
    proved = sm.survival(chain(), start=0, inside=[-1, 1], quantile="1/2")
    assert sm.survival(chain(), start=0, inside=[-1, 1], quantile="1/2", method="sampled").enclosure.meets(proved.enclosure)


def test_a_mean_that_takes_too_long_is_not_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sgd_markov.passage.sampled.STEPS", 200)
    with pytest.raises(sm.Inconclusive, match="still inside"):
        sm.exit_time(chain("1/10"), start=0, inside=[-1, 1], method="sampled")
