"""Sums on a lattice that leave a half-line: the gambler's formulas, golden closed forms, simulation."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from enclosures import assert_encloses

import sgd_markov as sm
from sgd_markov.effort import Effort
from sgd_markov.engines.monte_carlo.first_times import first_times
from sgd_markov.engines.monte_carlo.statistics import mean

w, x, z = sp.symbols("w x z", real=True)


def sums(*steps: object, probabilities: list[object] | None = None) -> sm.Chain:
    law = sm.Finite(list(steps), probabilities or [sp.Rational(1, len(steps))] * len(steps))
    return sm.RandomMap({w: w + x}, noise={x: law})


DRIFT = sums("1/100", "-1/100", probabilities=["2/3", "1/3"])


def test_the_gambler_on_a_half_line() -> None:
    assert sm.exit_time(DRIFT, start=0, inside=["-oo", 1]).exact == 303
    assert sm.hitting(DRIFT, start=0, target=["-oo", "-1/10"]).exact == sp.Rational(1, 2**10)
    assert sm.hitting(DRIFT, start=0, target=[1, "oo"]).exact == 1


def test_golden_forms_without_logarithms() -> None:
    """theory.md R07 and R08 for the walk itself."""
    walk = sums(2, -1)
    assert_encloses(sm.exit_time(walk, start=0, inside=["-oo", "9/2"]), "10.8328157299975", 15, "exact")
    ruin = sm.hitting(walk, start=0, target=["-oo", -3])
    assert_encloses(ruin, "0.236067977499790", 15, "exact")


def test_a_linear_loss_with_batches() -> None:
    """SGD on x w with two samples of x = 1 or -2 each: the step is minus their mean."""
    chain = sm.SGD(x * w, [w], "1/2", data={x: sm.Finite([1, -2], ["1/4", "3/4"])}, batch_size=2)
    answer = sm.exit_time(chain, start=0, inside=["-oo", "13/4"])
    found = first_times(chain, {w: sp.Integer(0)}, [w > sp.Rational(13, 4)], 5000, 40_000, Effort(seed=1))
    assert mean(found.time.astype(np.float64), 1 - 1e-7).enclosure.meets(answer.enclosure) and answer.enclosure.reaches(15)


@pytest.mark.parametrize(
    ("chain", "region", "reason"),
    [
        (DRIFT, [-1, "oo"], "mean step away from its end is 1/300"),
        (sums(1, -1), ["-oo", 1], "null recurrence"),
        (sums(-1, -2), ["-oo", 1], "probability 0:"),
    ],
)
def test_infinite_means(chain: sm.Chain, region: list[object], reason: str) -> None:
    with pytest.raises(sm.HypothesisViolated, match=reason):
        sm.exit_time(chain, start=0, inside=region)


def test_quantiles_of_a_defective_time() -> None:
    chain = sums(2, -1)
    assert sm.survival(chain, start=0, inside=[-4, "oo"], quantile="1/20").value == "8"
    with pytest.raises(sm.HypothesisViolated, match=r"0\.0901699"):
        sm.survival(chain, start=0, inside=[-4, "oo"], quantile="1/2")


def test_steps_that_depend_on_the_state_are_left_alone() -> None:
    from sgd_markov.passage.lattice_sums import increments

    assert increments(sm.RandomMap({w: w / 2 + x}, noise={x: sm.Rademacher()})) is None
    assert increments(sm.RandomMap({w: w + z}, noise={z: sm.Normal(0, 1)})) is None
    assert increments(sm.RandomMap({w: w + sp.sign(w) * x}, noise={x: sm.Rademacher()})) is None
