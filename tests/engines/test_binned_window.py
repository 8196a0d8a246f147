"""The main window of a batch: both ends of the enclosure proved, against enumeration and the questions themselves."""

from fractions import Fraction
from math import inf
from random import Random

import numpy as np
import pytest
import sympy as sp
from batch_cases import engel, exact_law, exact_mean

import sgd_markov as sm
from sgd_markov.chain.batch_slope import Batch
from sgd_markov.effort import Effort
from sgd_markov.engines.binned_window import MeanSlope, binned_window_end
from sgd_markov.errors import Inconclusive
from sgd_markov.numerics import binned_multiplier


def enumerated_end(batch: Batch) -> Fraction:
    """The first sign change of E log|1 - t X| from the exact law, by a fine scan and bisection in floats."""
    law = exact_law(batch)
    means, weights = np.array([float(m) for m, _ in law]), np.array([float(p) for _, p in law])

    def f(t: float) -> float:
        return float(np.dot(weights, np.log(np.abs(1 - t * means))))

    t = 1e-3
    while f(t) < 0:
        t *= 1.0005
    low, high = t / 1.0005, t
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if f(middle) < 0 else (low, middle)
    return Fraction(low)


@pytest.mark.parametrize("seed", range(8))
def test_end_against_enumeration(seed: int) -> None:
    rng = Random(seed)
    replacement = seed % 2 == 0
    batch = Batch.of([(Fraction(rng.randint(1, 10**9), 10**9), 1) for _ in range(6)], 3, replacement)
    found = binned_window_end(batch, Effort(digits=4))
    assert found.reaches(4)
    assert found.lower <= enumerated_end(batch) <= found.upper
    assert exact_mean(batch, Fraction(1), -found.upper, "log").lower > 0


@pytest.mark.parametrize("seed", range(4))
def test_slopes_of_both_signs(seed: int) -> None:
    """Re-entrant data: some samples repel."""
    rng = Random(100 + seed)
    batch = Batch.of([(Fraction(rng.randint(-3 * 10**8, 10**9), 10**9), 1) for _ in range(6)], 4)
    if batch.mean <= 0:
        with pytest.raises(Inconclusive):
            binned_window_end(batch, Effort(digits=3))
        return
    found = binned_window_end(batch, Effort(digits=3))
    assert found.reaches(3) and found.lower <= enumerated_end(batch) <= found.upper


@pytest.mark.parametrize("seed", range(24))
def test_a_cell_bounds_the_exponent_on_all_of_it(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Wide and narrow cells, negative slopes, both ways to draw: never below the largest of 40 exact values."""
    monkeypatch.setattr(binned_multiplier, "FIRST_LENGTH", 1 << 9)
    rng = Random(200 + seed)
    lowest = rng.choice([-200, -3, -1, 0, 1]) * 10**8
    batch = Batch.of([(Fraction(rng.randint(lowest, 10**9), 10**9), 1) for _ in range(6)], rng.randint(2, 4), seed % 2 == 0)
    law = exact_law(batch)
    means, weights = np.array([float(m) for m, _ in law]), np.array([float(p) for _, p in law])
    slope = MeanSlope.of(batch)
    for _ in range(4):
        low = Fraction(rng.randint(1, 400), 100)
        high = low * (1 + rng.choice([Fraction(1), Fraction(1, 10), Fraction(1, 300), Fraction(0)]))
        values = [np.dot(weights, np.log(np.abs(1 - s * means))) for s in np.linspace(float(low), float(high), 40)]
        assert max(values) <= float(slope.upper_bound(low, high, Effort())) + 1e-12


def test_a_range_inside_the_window() -> None:
    batch = Batch.of([(Fraction(k, 7), 1) for k in range(1, 30)], 5)
    assert binned_window_end(batch, Effort(digits=4), Fraction(1, 5)).is_point
    assert binned_window_end(batch, Effort(digits=4), Fraction(1, 1000)).is_point


def test_engel_window() -> None:
    found = binned_window_end(engel(8, True), Effort(digits=3))
    assert found.reaches(3)
    assert found.lower < Fraction("1.98395") < found.upper


def chain_of(batch_size: int, scheme: str, rate: object) -> sm.Chain:
    w, x = sp.symbols("w x", real=True)
    data = {x: sm.Finite([f"{k**3 % 997 + 100}/1000" for k in range(1, 41)])}
    return sm.SGD(x**2 * w**2 / 2, [w], rate, data=data, batch_size=batch_size, scheme=scheme)


@pytest.mark.parametrize("scheme", ["with-replacement", "without-replacement", "reshuffling"])
def test_the_questions_take_large_batches(scheme: str) -> None:
    exponent = sm.lyapunov(chain_of(8, scheme, "3/7"), at=0, digits=3)
    assert exponent.warrant.label == "certified" and exponent.enclosure.reaches(3) and exponent.attracts
    lr = sp.symbols("lr", positive=True)
    window = sm.window(chain_of(8, scheme, lr), at=0, parameter=lr, digits=3)
    ((low, high),) = window.intervals
    assert str(low) == "0" and high.enclosure.reaches(3)
    ((start, end),) = window.undecided
    assert start is high and end.enclosure.lower == inf and "superstable" in window.message
