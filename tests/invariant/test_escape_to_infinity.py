"""Chains whose map outgrows |w| under noise without bounds: no stationary law, and controls that keep one."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.laws.law import Law

w, x, z = sp.symbols("w x z", real=True)
R = sp.Rational
DOUBLE_WELL = w**4 / 4 - w**2 / 2


def noisy_descent(law: Law, batch: int = 1) -> sm.Chain:
    return sm.SGD(DOUBLE_WELL + x * w, [w], "1/10", data={x: law}, batch_size=batch)


@pytest.mark.parametrize("law", [sm.Normal(0, R(1, 2)), sm.Student(3), sm.Exponential(1), sm.Laplace(0, 1), sm.Poisson(2)])
def test_noise_without_bounds_on_a_quartic_loss_leaves_no_stationary_law(law: Law) -> None:
    with pytest.raises(sm.HypothesisViolated, match="outgrows"):
        sm.stationary(noisy_descent(law))
    with pytest.raises(sm.HypothesisViolated, match="outgrows"):
        sm.lyapunov(noisy_descent(law), along="stationary")


def test_batches_and_signs_of_the_first_coefficient_may_vary() -> None:
    with pytest.raises(sm.HypothesisViolated, match="outgrows"):
        sm.stationary(noisy_descent(sm.Normal(0, 1), batch=4))
    signs = sm.RandomMap({w: x * w**3 + z}, noise={x: sm.Rademacher(), z: sm.Normal(0, 1)})
    with pytest.raises(sm.HypothesisViolated, match="outgrows"):
        sm.stationary(signs)


@pytest.mark.parametrize(
    ("image", "law"),
    [
        (w - w**3 / 10 + x / 10, sm.Uniform(-1, 1)),  # bounded noise: an interval is kept
        (w * x, sm.Normal(0, 1)),  # degree 1
        (w + x * w**3, sm.Normal(0, 1)),  # 0 is fixed, and its point mass is stationary
        (sp.Max(-3, sp.Min(3, w - w**3 / 10 + x / 10)), sm.Normal(0, 1)),  # barriers
        (w**2 / (1 + w**2) + x, sm.Normal(0, 1)),  # no polynomial
    ],
)
def test_controls_are_not_refused_for_escape(image: sp.Expr, law: Law) -> None:
    try:
        sm.stationary(sm.RandomMap({w: image}, noise={x: law}))
    except sm.HypothesisViolated as refusal:
        assert "outgrows" not in str(refusal)
    except sm.Inconclusive:
        pass


def test_a_first_coefficient_that_may_vanish_proves_nothing() -> None:
    """With probability 1/2 the step is w/2 + z, which leads back."""
    on_off = sm.RandomMap({w: x * w**3 + (1 - x) * w / 2 + z}, noise={x: sm.TwoPoint(0, 1), z: sm.Normal(0, 1)})
    with pytest.raises((sm.Inconclusive, sm.InvalidInput)):
        sm.stationary(on_off)


def test_simulation_escapes_from_where_the_proof_says() -> None:
    """A = 1/10, S = 11/10 + |z|/20: from r = 40 escape fails with probability below P(|z| > 18); from 1 nothing escapes."""
    for start, share in ((40.0, 1), (1.0, 0)):
        rng, place = np.random.default_rng(7), np.full(20_000, start)
        for _ in range(6):
            place = np.clip(place - 0.1 * (place**3 - place) + 0.05 * rng.standard_normal(len(place)), -1e100, 1e100)
        assert np.mean(np.abs(place) > 1e50) == share
