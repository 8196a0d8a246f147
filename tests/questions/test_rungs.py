"""The rung that `method` asks for: delivered, or refused by name."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp

import sgd_markov as sm

w, x, z = sp.symbols("w x z", real=True)
HALF = sm.RandomMap({w: w / 2 + z}, noise={z: sm.Normal(0, 1)})
"""Its law is normal with mean 0 and variance 4/3."""
LABEL_NOISE = sm.SGD(x * w**2 / 2, [w], 1, data={x: sm.TwoPoint("1/2", "1/4")})


@pytest.mark.parametrize(
    ("asked", "true", "width"),
    [
        ({"of": w**2}, Fraction(4, 3), 0.12),
        ({"of": w**2, "central": True}, Fraction(4, 3), 0.12),
        ({"cdf_at": 0}, Fraction(1, 2), 0.04),
        ({"set": ["-oo", 0]}, Fraction(1, 2), 0.04),
        ({"quantile": "1/2"}, Fraction(0), 0.1),
    ],
)
def test_stationary_sampled_holds_the_exact_value(asked, true, width):
    answer = sm.stationary(HALF, **asked, method="sampled", seed=5)
    assert answer.warrant.label == "sampled" and answer.exact is None
    assert true in answer.enclosure and 0 < answer.enclosure.width < width
    assert any(h.state == "assumed" and "no longer shows" in h.statement for h in answer.hypotheses)


def test_a_sample_is_one_of_the_chain_asked_and_not_of_the_closed_form():
    other = sm.RandomMap({w: w / 2 + z}, noise={z: sm.Normal(0, 2)})
    assert Fraction(4, 3) not in sm.stationary(other, of=w**2, method="sampled").enclosure


def test_a_slow_chain_is_run_until_its_start_is_forgotten():
    slow = sm.RandomMap({w: w * sp.Rational(199, 200) + z}, noise={z: sm.Normal(0, 1)})
    answer = sm.stationary(slow, of=w**2, method="sampled", start=0)
    assert Fraction(40000, 399) in answer.enclosure  # after 128 steps it would be 72


def test_a_law_of_period_two_is_averaged_over_its_period():
    turn = sm.RandomMap({w: -w}, noise={z: sm.Rademacher()})
    answer = sm.stationary(turn, cdf_at=0, start=1, method="sampled")
    assert Fraction(1, 2) in answer.enclosure and answer.enclosure.width < Fraction(1, 20)


def test_an_atom_on_the_end_of_a_set_counts_on_both_sides():
    tenths = sm.RandomMap({w: w - sp.sign(w + z) / 10}, noise={z: sm.Normal(0, 1)})
    exact = sm.stationary(tenths, cdf_at="3/10", start=0)
    answer = sm.stationary(tenths, cdf_at="3/10", start=0, method="sampled")
    assert exact.enclosure.middle in answer.enclosure


def test_a_law_that_is_not_recognised_can_be_sampled():
    chain = sm.RandomMap({w: x * sp.tanh(w) + x * z**3}, noise={x: sm.Uniform(0, 1), z: sm.Laplace(0, 1)})
    answer = sm.stationary(chain, of=sp.sign(w), method="sampled")
    assert 0 in answer.enclosure
    assert any("a stationary law exists" in h.statement and h.state == "assumed" for h in answer.hypotheses)


def test_a_chain_without_a_stationary_law_is_not_sampled():
    with pytest.raises(sm.HypothesisViolated):
        sm.stationary(sm.RandomMap({w: w + z}, noise={z: sm.Normal(0, 1)}), of=w, method="sampled")
    drifting = sm.RandomMap({w: w + z / (1 + w**2) + sp.Rational(1, 10)}, noise={z: sm.Normal(0, 1)})
    with pytest.raises(sm.Inconclusive):
        sm.stationary(drifting, of=w, method="sampled", budget=3)


def test_an_infinite_mean_is_not_sampled():
    cauchy = sm.RandomMap({w: w / 2 + z}, noise={z: sm.Cauchy(0, 1)})
    with pytest.raises(sm.HypothesisViolated):
        sm.stationary(cauchy, of=w**2, method="sampled")


@pytest.mark.parametrize("asked", [{}, {"density_at": 0}, {"dimension": True}])
def test_what_no_sample_says_is_refused(asked):
    with pytest.raises(sm.Inconclusive, match="no sampled route"):
        sm.stationary(HALF, **asked, method="sampled")


def test_moments_sampled():
    answer = sm.moments(HALF, of=w, order=2, start=1, steps=3, method="sampled", seed=2)
    exact = sm.moments(HALF, of=w, order=2, start=1, steps=3)
    assert exact.enclosure.middle in answer.enclosure and answer.warrant.label == "sampled"
    with pytest.raises(sm.Inconclusive, match="no sampled route"):
        sm.moments(HALF, order=2, method="sampled")


@pytest.mark.parametrize("method", ["sampled", "estimated"])
@pytest.mark.parametrize(
    "question",
    [
        lambda method: sm.window(LABEL_NOISE, at=0, parameter=sp.Symbol("lr", positive=True), method=method),
        lambda method: sm.tail_index(HALF, method=method),
        lambda method: sm.kernel(HALF, method=method),
        lambda method: sm.critical_points(LABEL_NOISE, method=method),
        lambda method: sm.moment_exponent(LABEL_NOISE, at=0, order=2, method=method),
    ],
)
def test_a_question_without_the_route_says_so(question, method):
    with pytest.raises(sm.Inconclusive, match=f"the method {method} cannot deliver"):
        question(method)


def test_an_exact_number_is_no_estimate():
    with pytest.raises(sm.Inconclusive, match="the method estimated cannot deliver"):
        sm.lyapunov(LABEL_NOISE, at=0, method="estimated")
    assert sm.lyapunov(LABEL_NOISE, at=0, method="certified").warrant.label == "exact"
