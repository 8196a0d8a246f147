"""Moment exponents of random matrices, against Kronecker powers in floating point and by hand."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.answer.warrant import Warrant
from sgd_markov.errors import HypothesisViolated, Inconclusive, InvalidInput

w, u, v, x, p, q = sp.symbols("w u v x p q", real=True)
a, b, c, d = entries = sp.symbols("a b c d", real=True)
FAMILY = [[2, 1, 1, 1], [3, 1, 2, 1]]


def family(rows):
    return sm.RandomMap({u: a * u + b * v, v: c * u + d * v}, noise={entries: sm.Rows(rows)})


def rate(chain, order, **options):
    return sm.moment_exponent(chain, at=dict.fromkeys(chain.state, 0), order=order, **options)


def by_kronecker(matrices, probabilities, order):
    """log of the spectral radius of E M^(tensor order)."""
    total = 0
    for matrix, probability in zip(matrices, probabilities, strict=True):
        power = np.array([[1.0]])
        for _ in range(order):
            power = np.kron(power, matrix)
        total = total + probability * power
    return np.log(abs(np.linalg.eigvals(total)).max())


def holds(answer, truth, width=1e-13):
    assert answer.warrant >= Warrant.CERTIFIED
    assert float(answer.upper - answer.lower) <= width
    assert float(answer.lower) - 1e-9 <= truth <= float(answer.upper) + 1e-9


@pytest.mark.parametrize("order", [2, 4, 6])
def test_heavy_ball_by_kronecker_powers(order):
    chain = sm.HeavyBall(x * w**2 / 2, [w], "4/5", "3/10", data={x: sm.TwoPoint("4/5", "-6/5")})
    steps = [np.array([[1 - 0.8 * h, -0.24], [h, 0.3]]) for h in (0.8, -1.2)]
    holds(rate(chain, order), by_kronecker(steps, [0.5, 0.5], order))


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_whole_orders_of_a_family_without_negative_entries(order):
    matrices = [np.array(row, float).reshape(2, 2) for row in FAMILY]
    holds(rate(family(FAMILY), order), by_kronecker(matrices, [0.5, 0.5], order))


def test_gaussian_curvature_by_quadrature():
    """A rule of Gauss and Hermite with 9 nodes is exact for the fourth powers."""
    chain = sm.Nesterov(x * w**2 / 2, [w], "1/2", "3/5", data={x: sm.Normal("1/3", 2)})
    nodes, weights = np.polynomial.hermite_e.hermegauss(9)
    steps = [np.array([[1 - 0.5 * (1 + 0.6) * h, -0.5 * 0.36], [h, 0.6]]) for h in 1 / 3 + 2 * nodes]
    holds(rate(chain, 4), by_kronecker(steps, weights / weights.sum(), 4))


def test_three_parameters_with_batches():
    """E (I - lr mean(x x^T))^2 of standard normal features is (1 - 2 lr + lr^2 (S + d + 1)/S) I."""
    ws, xs = sp.symbols("w1:4", real=True), sp.symbols("x1:4", real=True)
    loss = sum(wi * xi for wi, xi in zip(ws, xs, strict=True)) ** 2 / 2
    chain = sm.SGD(loss, list(ws), "1/2", data={xi: sm.Normal(0, 1) for xi in xs}, batch_size=2)
    answer = rate(chain, 2)
    assert sp.simplify(sp.exp(answer.exact) - sp.Rational(3, 4)) == 0


def test_reshuffling_counts_updates():
    """Both orders of the two matrices of an epoch, by hand."""
    data = sm.Rows([[1, 0], [0, 2]])
    y = sp.Symbol("y", real=True)
    loss = x * u**2 / 2 + y * (u + v) ** 2 / 2
    chain = sm.SGD(loss, [u, v], "1/2", data={(x, y): data}, scheme="reshuffling")
    one = [np.eye(2) - np.array([[h + k, k], [k, k]]) / 2 for h, k in ((1, 0), (0, 2))]
    epochs = [one[j] @ one[i] for i, j in itertools.permutations(range(2))]
    holds(rate(chain, 2), by_kronecker(epochs, [0.5, 0.5], 2) / 2)


def test_symbolic_triangular_family_is_the_larger_of_both():
    s = sp.Symbol("s", positive=True)
    chain = sm.RandomMap({u: s * p * u + v, v: q * v}, noise={p: sm.Normal(0, 1), q: sm.Uniform(0, 1)})
    assert rate(chain, 2).exact == sp.log(sp.Max(s**2, sp.Rational(1, 3)))


def test_irrational_entries_are_certified():
    chain = sm.RandomMap({u: sp.sqrt(2) * p * u + v, v: q * v + u / 3}, noise={p: sm.Normal(0, 1), q: sm.Rademacher()})
    second = np.array([[2, 0, 0, 1], [0, 0, 1 / 3, 0], [0, 1 / 3, 0, 0], [1 / 9, 0, 0, 1]])
    holds(rate(chain, 2), np.log(abs(np.linalg.eigvals(second)).max()))


def test_nilpotent_products_vanish():
    assert rate(sm.RandomMap({u: p * v, v: 0 * v}, noise={p: sm.Normal(0, 1)}), 2).exact == -sp.oo
    assert rate(sm.RandomMap({u: p * v, v: 0 * v}, noise={p: sm.Normal(0, 1)}), "1/2").exact == -sp.oo


@pytest.mark.parametrize("order", ["1/2", 1, "3/2", 3, "7/2"])
def test_other_orders_carry_bounds_that_hold_the_truth(order):
    """A diagonal family in hidden coordinates: the rate is the larger one of two scalar ones."""
    turn = sp.Matrix([[1, 1], [1, 2]])
    diagonals = [(2, Fraction(-1, 3)), (Fraction(-1, 2), Fraction(3, 2))]
    rows = [list(turn * sp.diag(*map(sp.Rational, pair)) * turn.inv()) for pair in diagonals]
    power = float(sp.Rational(order))
    truth = np.log(max(sum(abs(float(pair[k])) ** power for pair in diagonals) / 2 for k in range(2)))
    with pytest.raises(Inconclusive) as refusal:
        rate(family(rows), order)
    found = refusal.value.enclosure
    assert float(found.lower) <= truth <= float(found.upper) and found.width < 1


def test_infinite_moment_is_a_violated_hypothesis():
    chain = sm.HeavyBall(x * w**2 / 2, [w], 1, "1/2", data={x: sm.Student(3, 0, 1)})
    with pytest.raises(HypothesisViolated, match="moments below 3"):
        rate(chain, 4)
    with pytest.raises(HypothesisViolated, match="moments below 3"):
        rate(chain, "7/2")
    assert rate(chain, 2).warrant is Warrant.EXACT


def test_symbols_need_an_even_order():
    s = sp.Symbol("s", positive=True)
    chain = sm.RandomMap({u: s * p * u + v, v: q * v}, noise={p: sm.Normal(0, 1), q: sm.Rademacher()})
    with pytest.raises(InvalidInput, match="numbers for s"):
        rate(chain, "3/2")
