"""Affine chains in several dimensions: recognition, stability conditions, moments of the stationary law."""

from __future__ import annotations

import random

import numpy as np
import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.effort import Effort
from sgd_markov.engines.affine_several import affine_system, stationary_moments
from sgd_markov.engines.affine_several.conditions import joined, simplified, stability_conditions
from sgd_markov.engines.affine_several.nondegenerate import fills_space

w, m, x, y, z, e, u, v = sp.symbols("w m x y z e u v", real=True)
w1, w2, x1, x2 = sp.symbols("w1 w2 x1 x2", real=True)
lr, k = sp.symbols("lr k", positive=True)
mu = sp.Symbol("mu", real=True)
R = sp.Rational
EFFORT = Effort()


# ---- recognition


def test_the_matrix_of_a_batch() -> None:
    chain = sm.SGD((x1 * w1 + x2 * w2 - y) ** 2 / 2, [w1, w2], lr, data={(x1, x2, y): sm.Rows([[1, 2, 3], [0, 1, 1]])}, batch_size=2)
    system = affine_system(chain)
    assert {statistic for _, statistic in system.means} == {x1**2, x1 * x2, x2**2, x1 * y, x2 * y}
    assert not system.fixed_matrix and not system.by_epochs
    assert system.matrix.shape == (2, 2)


def test_functions_of_the_noise_are_variables() -> None:
    chain = sm.RandomMap({u: sp.exp(z) * u + 1 / (2 + z), v: u + v / 2}, noise={z: sm.Rademacher()})
    found = stationary_moments(sm.RandomMap({u: sp.exp(z) * u / 8 + 1 / (2 + z)}, noise={z: sm.Rademacher()}), u, EFFORT).value
    assert sp.simplify(found - R(2, 3) / (1 - (sp.exp(1) + sp.exp(-1)) / 16)) == 0
    assert affine_system(chain).coordinates({v}) == (u, v) and affine_system(chain).coordinates({u}) == (u,)


def test_what_is_not_affine() -> None:
    for update in (u**2 + v, u * v, sp.Abs(u), sp.Max(u, 0)):
        with pytest.raises(sm.HypothesisViolated, match="affine"):
            affine_system(sm.RandomMap({u: update, v: z}, noise={z: sm.Rademacher()}))
    clipped = sm.SGD(x * w1 + w2**2, [w1, w2], lr, data={x: sm.Normal(0, 1)}, batch_size=2, clip=1)
    with pytest.raises(sm.SGDMarkovError):
        affine_system(clipped)
    half_clipped = sm.SGD(x * w1, [w1], lr, data={x: sm.Normal(0, 1)}, batch_size=2, clip=1)
    with pytest.raises(sm.Inconclusive, match="batch mean"):
        affine_system(half_clipped)


# ---- stability conditions


def test_conditions_against_roots() -> None:
    source = random.Random(1)
    for _ in range(200):
        degree = source.choice([1, 2, 3, 4])
        coefficients = [sp.Integer(1), *(R(source.randint(-19, 19), 13) for _ in range(degree))]
        largest = max(abs(np.roots([float(c) for c in coefficients])))
        if abs(largest - 1) > 1e-9:
            assert (largest < 1) == all(c > 0 for c in stability_conditions(coefficients)), coefficients


def test_conditions_are_simplified() -> None:
    A = sp.Matrix([[1 - lr * k, -lr * mu], [k, mu]])
    found = joined(simplified(stability_conditions(A.charpoly().all_coeffs())))
    assert [str(c) for c in found if c.sign is None] == ["0 < k*lr < 2*(mu + 1)", "mu < 1"]
    scalar = joined(simplified(stability_conditions([sp.Integer(1), -(1 - 2 * lr + 5 * lr**2)])))
    assert [str(c) for c in scalar if c.sign is None] == ["5*lr < 2"]
    assert [str(c) for c in joined(simplified([1 - mu, 1 + mu]))] == ["-1 < mu < 1"]


def test_simplified_conditions_are_equivalent() -> None:
    """At random values the conditions left open hold exactly where the original ones do."""
    source = random.Random(2)
    for _ in range(60):
        a, b, c = (source.choice([lr, k, mu, mu**2, lr * k, sp.Integer(1), lr * mu]) for _ in range(3))
        exprs = [a - b * source.randint(1, 3), (a + c) * (b - 2 * c), (1 - mu) ** 2 * (a + 1), c * b * (1 + mu)]
        found = simplified([sp.expand(e) for e in exprs])
        for _ in range(10):
            values = {lr: R(source.randint(1, 40), 10), k: R(source.randint(1, 40), 10), mu: R(source.randint(-30, 30), 10)}
            expected = all(e.subs(values) > 0 for e in exprs)
            holds = [c.expr.subs(values) != 0 if c.nonzero else c.expr.subs(values) > 0 for c in found if c.sign is None]
            assert expected == (all(holds) and all(c.sign != -1 for c in found)), (exprs, values)


# ---- the stationary law


def regression(rate: object, size: int = 1) -> sm.Chain:
    data = {x1: sm.Normal(0, 1), x2: sm.Normal(0, 1), e: sm.Normal(0, 1)}
    return sm.SGD((x1 * w1 + x2 * w2 - e) ** 2 / 2, [w1, w2], rate, data=data, batch_size=size)


def test_finite_moments() -> None:
    """d = 2, S = 1: lr/(2 - 4 lr), and no correlation."""
    assert stationary_moments(regression(R(2, 5)), w1**2, EFFORT).value == 1
    assert stationary_moments(regression(R(2, 5)), w1 * w2 + 3, EFFORT).value == 3
    assert stationary_moments(regression(R(2, 5)), sp.Integer(7), EFFORT).value == 7
    answer = stationary_moments(regression(lr), (w1 + w2) ** 2, EFFORT)
    assert sp.simplify(answer.value - 2 * lr / (2 - 4 * lr)) == 0
    assert [(h.statement, h.state) for h in answer.hypotheses] == [("2*lr < 1", "assumed")]


@pytest.mark.parametrize("rate", [R(1, 2), R(3, 5)])
def test_infinite_moments_are_proved(rate: sp.Rational) -> None:
    for polynomial in (w1**2, (w1 - 2 * w2) ** 2, w1**2 + w1, w1**3):
        with pytest.raises(sm.HypothesisViolated, match="infinite"):
            stationary_moments(regression(rate), polynomial, EFFORT)


def test_what_is_undecided_is_said_to_be() -> None:
    """A mean, a product, a law that may lie in a hyperplane."""
    for polynomial in (w1, w1 * w2, w1**2 + w2):
        with pytest.raises(sm.Inconclusive, match="undecided"):
            stationary_moments(regression(R(1, 2)), polynomial, EFFORT)
    linear = sm.RandomMap({w: x * w}, noise={x: sm.Uniform(0, 2)})
    with pytest.raises(sm.Inconclusive):
        stationary_moments(linear, w**2, EFFORT)


def test_laws_that_fill_the_space_and_laws_that_do_not() -> None:
    perpetuity = sm.RandomMap({w: x * (w + 1)}, noise={x: sm.Uniform(0, 1)})
    assert fills_space(affine_system(perpetuity))
    fixed = sm.RandomMap({w: x * (w - 1) + 1}, noise={x: sm.Uniform(0, 1)})
    assert not fills_space(affine_system(fixed)), "the law is a point mass at 1"
    heavy = sm.HeavyBall(w**2 / 2 + z * w, [w], "1/10", "1/2", data={z: sm.Normal(0, 1)})
    assert fills_space(affine_system(heavy)), "one noise reaches both coordinates"
    diagonal = sm.RandomMap({u: u / 2 + z, v: v / 2 + z}, noise={z: sm.Normal(0, 1)})
    assert not fills_space(affine_system(diagonal)), "u = v under the stationary law"
    apart = sm.RandomMap({u: u / 2 + z, v: v / 3 + z}, noise={z: sm.Normal(0, 1)})
    assert fills_space(affine_system(apart))
    sign = sm.RandomMap({u: u / 2 + z**2, v: v / 3 + z}, noise={z: sm.Rademacher()})
    assert not fills_space(affine_system(sign)), "z^2 = 1 almost surely: u is a constant"


def test_the_stationary_law_of_epochs() -> None:
    rows = sm.Rows([[1, 2], [2, -1], [1, 1]])
    chain = sm.SGD((x * w1 + w2 - y) ** 2 / 2, [w1, w2], "1/5", data={(x, y): rows}, scheme="reshuffling")
    assert stationary_moments(chain, w1 * w2, EFFORT).value == sm.moments(chain, of=w1 * w2).exact


def test_moments_solve_one_more_step() -> None:
    """E f(w') = E f(w) with w' written out."""
    chain = sm.RandomMap({u: x * u / 2 + v / 4 + z, v: u / 5 - x * v / 3 + 1}, noise={x: sm.Uniform(-1, 1), z: sm.Normal(0, 1)})
    first, second = (stationary_moments(chain, f, EFFORT).value for f in (u, v))
    assert first == second / 4 and second == first / 5 + 1
    product = stationary_moments(chain, u * v, EFFORT).value
    squares = [stationary_moments(chain, f, EFFORT).value for f in (u**2, v**2)]
    # E (x u/2 + v/4 + z)(u/5 - x v/3 + 1) with E x = E z = 0, E x^2 = 1/3
    assert product == -product / 18 + product / 20 + second / 4
    assert squares[0] == squares[0] / 12 + squares[1] / 16 + 1
