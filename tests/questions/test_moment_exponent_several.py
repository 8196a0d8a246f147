"""Moment exponents of random matrices, against Kronecker powers in floating point and by hand."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.answer.warrant import Warrant
from sgd_markov.chain.linearised import linearised
from sgd_markov.effort import Effort
from sgd_markov.engines.affine_several import affine_system
from sgd_markov.engines.affine_several.growth import between_orders
from sgd_markov.engines.direction_cells import moment_cells
from sgd_markov.engines.direction_cells.rounded_exp import EXP_ERROR, rounded_exp
from sgd_markov.errors import HypothesisViolated, InvalidInput

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
def test_other_orders_of_a_hidden_diagonal_family(order):
    """A diagonal family in hidden coordinates: the rate is the larger one of two scalar ones."""
    turn = sp.Matrix([[1, 1], [1, 2]])
    diagonals = [(2, Fraction(-1, 3)), (Fraction(-1, 2), Fraction(3, 2))]
    rows = [list(turn * sp.diag(*map(sp.Rational, pair)) * turn.inv()) for pair in diagonals]
    power = float(sp.Rational(order))
    truth = np.log(max(sum(abs(float(pair[k])) ** power for pair in diagonals) / 2 for k in range(2)))
    found = rate(family(rows), order, digits=7)
    assert found.warrant is Warrant.CERTIFIED and abs(float(found.lower) - truth) < 1e-7
    bounds = between_orders(affine_system(linearised(family(rows), {u: sp.Integer(0), v: sp.Integer(0)})), sp.Rational(order), Effort())
    assert float(bounds.lower) <= truth <= float(bounds.upper) and bounds.width < 1


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


@pytest.mark.parametrize("order", [2, 4])
def test_cells_hold_the_exact_even_orders(order):
    steps = [sp.Matrix([[1 - sp.Rational(4, 5) * h, -sp.Rational(6, 25)], [h, sp.Rational(3, 10)]]) for h in map(sp.Rational, ("4/5", "-6/5"))]
    truth = by_kronecker([np.array(step, float) for step in steps], [0.5, 0.5], order)
    found = moment_cells.moment_bracket([(sp.Rational(1, 2), step) for step in steps], Fraction(order), 2**13, Effort())
    assert float(found.lower) < truth < float(found.upper) and found.width < 1e-3


def test_cells_of_half_order_against_samples():
    """E|A u|^(1/2) over 12 steps of a positive family: its growth from step 6 to 12 is the rate but for an exp(-6) of it."""
    answer = rate(family(FAMILY), "1/2", digits=3)
    matrices = [np.array(row, float).reshape(2, 2) for row in FAMILY]
    sizes = {}
    for length in (6, 12):
        words = [m for word in itertools.product(matrices, repeat=length) for m in [np.linalg.multi_dot(word)]]
        sizes[length] = np.mean([np.linalg.norm(m @ [1.0, 1.0]) ** 0.5 for m in words])
    growth = np.log(sizes[12] / sizes[6]) / 6
    assert answer.warrant is Warrant.CERTIFIED
    assert float(answer.lower) - 1e-5 < growth < float(answer.upper) + 1e-5


def test_rounded_exponential_keeps_its_bound():
    x = np.linspace(-499, 499, 20001)
    assert np.abs(rounded_exp(x) / np.exp(x) - 1).max() < EXP_ERROR and rounded_exp(np.array([-np.inf]))[0] == 0
