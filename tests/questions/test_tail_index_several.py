"""Tail indices of affine chains in several dimensions: by hand, by another integral, by simulation."""

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from flint import arb

import sgd_markov as sm
from sgd_markov.answer.warrant import Warrant
from sgd_markov.balls.precision import precision
from sgd_markov.engines.isotropic_features import IsotropicFeatures
from sgd_markov.errors import HypothesisViolated, Inconclusive, InvalidInput

w, x, e = sp.symbols("w x e", real=True)


def regression(dimension, lr, batch, deviations=None, noisy=True):
    """SGD on (w . x - e)^2/2 with independent normal features and label noise."""
    ws, xs = (sp.symbols(f"{name}1:{dimension + 1}", real=True) for name in "wx")
    deviations = deviations or [1] * dimension
    data = {symbol: sm.Normal(0, std) for symbol, std in zip(xs, deviations, strict=True)}
    label = e if noisy else xs[0] + 2 * xs[-1]
    if noisy:
        data[e] = sm.Normal(0, 1)
    return sm.SGD((sum(a * b for a, b in zip(ws, xs, strict=True)) - label) ** 2 / 2, list(ws), lr, data=data, batch_size=batch)


@pytest.mark.parametrize(("dimension", "batch"), [(2, 1), (3, 2), (2, 3)])
def test_isotropic_threshold_of_an_infinite_variance(dimension, batch):
    """kappa = 2 exactly at lr = 2 S/(S + d + 1)."""
    answer = sm.tail_index(regression(dimension, sp.Rational(2 * batch, batch + dimension + 1), batch))
    assert answer.exact == 2 and answer.warrant is Warrant.EXACT and answer.extra["arithmetic"] is False


def test_features_of_another_scale():
    """lr s^2 is what counts."""
    assert sm.tail_index(regression(2, "1/8", 1, [2, 2])).exact == 2


def test_certified_index_by_quadrature_in_two_other_variables():
    """E|M e|^kappa by Gauss and Laguerre in q, given which |M e|^2 is a shifted square of normal variables (d = 3)."""
    answer = sm.tail_index(regression(3, "3/5", 2), digits=8)
    assert answer.warrant is Warrant.CERTIFIED and float(answer.upper - answer.lower) < 1e-7
    nodes, weights = np.polynomial.laguerre.laggauss(120)  # q = 2 g for 2 degrees of freedom, G likewise
    eta, q, across = 0.3, 2 * nodes[:, None], 2 * nodes[None, :]
    size = (1 - eta * q) ** 2 + eta**2 * q * across
    moments = [(weights[:, None] * weights[None, :] * size ** (float(k) / 2)).sum() for k in (answer.lower, answer.upper)]
    assert abs(moments[0] - 1) < 1e-4 and abs(moments[1] - 1) < 1e-4


@pytest.mark.parametrize("law", [(1, "1/3", 2, 3), ("4/5", "1/2", 3, 2), (-1, "1/4", 2, 2)])
@pytest.mark.parametrize("order", ["-1/2", "7/10", "21/10"])
def test_moments_of_isotropic_features_against_samples(law, order):
    shift, size, batch, dimension = law
    features = IsotropicFeatures(sp.Rational(shift), sp.Rational(size), batch, dimension)
    rng = np.random.default_rng(7)
    q, across = rng.chisquare(batch, 400_000), rng.chisquare(dimension - 1, 400_000)
    a, eta = float(sp.Rational(shift)), float(sp.Rational(size))
    sample = ((a - eta * q) ** 2 + eta**2 * q * across) ** (float(Fraction(order)) / 2)
    with precision(80):
        found = features.moment(sp.Rational(order))
    assert found.rad() < 1e-9
    assert abs(float(found.mid()) - sample.mean()) < 5 * sample.std() / 400_000**0.5


def test_moments_next_to_an_even_order_join_the_exact_ones():
    features = IsotropicFeatures(sp.Integer(1), sp.Rational(1, 3), 2, 3)
    with precision(100):
        beside = features.moment(sp.Rational(2 * 10**9 + 1, 10**9))
        assert beside.rad() < 1e-15 and abs(beside - 1) < arb(1) / 10**8


def test_large_learning_rate_has_no_stationary_law():
    with pytest.raises(HypothesisViolated, match="top exponent"):
        sm.tail_index(regression(2, 3, 1))


def test_labels_without_noise_have_a_fixed_point():
    with pytest.raises(HypothesisViolated, match="is fixed"):
        sm.tail_index(regression(2, "1/2", 1, noisy=False))


def test_anisotropic_features_are_bounded_by_even_orders():
    """E M^(tensor 2) of three features, one of them of half the size, has a spectral radius below 1 at lr = 2/3."""
    with pytest.raises(Inconclusive) as refusal:
        sm.tail_index(regression(3, "2/3", 2, [1, 1, "1/2"]))
    found = refusal.value.enclosure
    assert 2 < found.lower < found.upper < 4


def momentum(*curvatures, lr="4/5"):
    return sm.HeavyBall(x * w**2 / 2 - e * w, [w], lr, "3/10", data={x: sm.Finite(list(curvatures)), e: sm.Normal(0, 1)})


def test_bounds_hold_the_index_of_a_hidden_diagonal_chain():
    """In other coordinates two scalar chains; the heavier tail has E|M|^kappa = 1 at the smaller kappa."""
    u, v, a, b, c, d, z, y = sp.symbols("u v a b c d z y", real=True)
    turn = sp.Matrix([[1, 1], [1, 2]])
    rows = [list(turn * sp.diag(*pair) * turn.inv()) for pair in ((sp.Rational(3, 2), 0), (sp.Rational(1, 4), sp.Rational(1, 2)))]
    chain = sm.RandomMap(
        {u: a * u + b * v + z, v: c * u + d * v + y},
        noise={(a, b, c, d): sm.Rows(rows), z: sm.Normal(0, 1), y: sm.Normal(0, 1)},
    )
    scalar = sm.tail_index(sm.RandomMap({u: a * u + z}, noise={a: sm.TwoPoint("3/2", "1/4"), z: sm.Normal(0, 1)}))
    found = sm.tail_index(chain, digits=2)
    assert found.warrant is Warrant.CERTIFIED
    assert found.lower <= scalar.lower and scalar.upper <= found.upper and found.upper - found.lower < scalar.lower / 100


def test_common_contractions_have_all_moments():
    assert sm.tail_index(momentum("4/5", "6/5")).exact == sp.oo


def test_fixed_matrices_are_stable_or_have_no_stationary_law():
    assert sm.tail_index(momentum(1)).exact == sp.oo
    with pytest.raises(HypothesisViolated, match="spectral radius"):
        sm.tail_index(momentum(1, lr=4))


def test_symbols_are_refused():
    with pytest.raises(InvalidInput, match="numbers for lr"):
        sm.tail_index(regression(2, sp.Symbol("lr", positive=True), 1))


def test_without_noise_zero_is_fixed():
    chain = sm.HeavyBall(x * w**2 / 2, [w], "4/5", "3/10", data={x: sm.TwoPoint("4/5", "-6/5")})
    with pytest.raises(HypothesisViolated, match="w = 0 is fixed"):
        sm.tail_index(chain)
