"""First times against gambler's ruin, and against plain runs."""

from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

import sgd_markov.engines.monte_carlo.first_times as module
from sgd_markov.chain.chain import Chain
from sgd_markov.chain.draw import Draw, Scheme, Source
from sgd_markov.effort import Effort
from sgd_markov.engines.monte_carlo import statistics
from sgd_markov.engines.monte_carlo.first_times import first_times
from sgd_markov.engines.monte_carlo.run import simulate
from sgd_markov.laws.finite import Finite
from sgd_markov.laws.rademacher import Rademacher

w, x, g = sp.symbols("w x g", real=True)


@pytest.fixture
def walk():
    return Chain((w,), (w + x,), Draw(noise=(Source((x,), Rademacher()),)))


def test_gamblers_ruin(walk):
    """From 2 between 0 and 5: ruin has probability 3/5, the mean duration is 2 (5 - 2) = 6."""
    found = first_times(walk, {w: 2}, [w <= 0, w >= 5], 10_000, 30_000, Effort(seed=2))
    assert (found.time > 0).all() and not found.left_range.any()
    assert Fraction(6) in statistics.mean(found.time.astype(float), 1 - 1e-6).enclosure
    assert Fraction(3, 5) in statistics.proportion(int((found.which == 0).sum()), 30_000, 1 - 1e-6)
    assert ((found.time % 2 == 0) == (found.which == 0)).all()


def test_the_first_condition_wins_and_time_zero_counts(walk):
    found = first_times(walk, {w: 2}, [w > 1, w > 0], 5, 3, Effort())
    assert found.time.tolist() == [0] * 3 and found.which.tolist() == [0] * 3
    never = first_times(walk, {w: 2}, [w > 100], 50, 3, Effort())
    assert never.time.tolist() == never.which.tolist() == [-1] * 3


@pytest.mark.parametrize("scheme", [Scheme.WITH_REPLACEMENT, Scheme.WITHOUT_REPLACEMENT])
def test_taking_chains_out_changes_nothing_for_the_rest(scheme, monkeypatch):
    draw = Draw((Source((x,), Finite([-3, -1, 0, 1, 3])),), (), 2, scheme)
    chain = Chain((w,), (w + g,), draw, (g,), (x + w / 10,))
    times = {}
    for share in (0.0, 0.75, 1.0):
        monkeypatch.setattr(module, "SHRINK", share)
        times[share] = first_times(chain, {w: 0}, [sp.Abs(w) > 3], 200, 500, Effort(seed=1)).time
    assert (times[0.0] == times[0.75]).all() and (times[0.0] == times[1.0]).all()
    plain = [np.abs(simulate(chain, {w: 0}, n, 500, Effort(seed=1)).final[0]) > 3 for n in range(6)]
    for chain_id in range(500):
        early = [n for n in range(6) if plain[n][chain_id]]
        assert (early[0] if early else times[0.0][chain_id]) == times[0.0][chain_id]


def test_executor_and_number_of_chains_change_nothing(walk):
    conditions = [w <= 0, w >= 7]
    base = first_times(walk, {w: 3}, conditions, 300, 900, Effort())
    with ProcessPoolExecutor(2) as executor:
        spread = first_times(walk, {w: 3}, conditions, 300, 900, Effort(executor=executor))
    assert (spread.time == base.time).all() and (spread.which == base.which).all()
    assert (first_times(walk, {w: 3}, conditions, 300, 5, Effort()).time == base.time[:5]).all()


def test_epochs_are_looked_at_when_they_end():
    draw = Draw((Source((x,), Finite([5, -5, 1, 0])),), (), 2, Scheme.CYCLIC)
    chain = Chain((w,), (w + 2 * g,), draw, (g,), (x,))  # 0, 0, 1, 1, 2, 2, 3
    assert first_times(chain, {w: 0}, [w >= 2], 20, 2, Effort()).time.tolist() == [4, 4]


def test_chains_beyond_doubles_are_marked():
    chain = Chain((w,), (sp.log(w - x),), Draw(noise=(Source((x,), Finite([0, 9])),)))
    found = first_times(chain, {w: 8}, [w < sp.Rational(1, 2)], 10, 400, Effort())
    assert ((found.time > 0) ^ found.left_range).all()
    assert 100 < found.left_range.sum() < 350
