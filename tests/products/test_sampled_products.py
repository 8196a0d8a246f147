"""Exponents of products by Monte Carlo, at the level 10^-6 of false alarm: seeds are fixed."""

import sympy as sp

import sgd_markov as sm
from sgd_markov.answer.warrant import Warrant
from sgd_markov.chain.mixture import Component
from sgd_markov.effort import Effort
from sgd_markov.errors import Inconclusive
from sgd_markov.laws.cauchy import Cauchy
from sgd_markov.laws.normal import Normal
from sgd_markov.products.matrix_law import MatrixLaw
from sgd_markov.products.sampled import METHOD

HALF = sp.Rational(1, 2)
x = sp.Symbol("x", real=True)


def intervals(law: MatrixLaw) -> list[tuple[float, float]]:
    return [(float(f.enclosure.lower), float(f.enclosure.upper)) for f in METHOD.spectrum(law, Effort(seed=5))]


def around(interval: tuple[float, float], truth: float, width: float) -> bool:
    low, high = interval
    slack = (high - low) / 2 * 0.6  # 99.9 % is 3.3 standard errors, 10^-6 is 4.9
    return low - slack <= truth <= high + slack and high - low <= width


def test_positive_family_and_its_inverse_exponent():
    law = MatrixLaw.finite([(HALF, sp.Matrix([[2, 1], [1, 1]])), (HALF, sp.Matrix([[3, 1], [2, 1]]))])
    first, second = intervals(law)
    assert around(first, 1.1433110351029492, 2e-3) and around(second, -1.1433110351029492, 2e-3)


def test_heavy_ball_with_cauchy_curvature():
    mu = sp.Rational(7, 10)
    law = MatrixLaw((Component(sp.Integer(1), (1 + mu - x, -mu, sp.Integer(1), sp.Integer(0)), {x: Cauchy("1/2", "3/10")}),), 2)
    assert around(intervals(law)[0], 0.0687542748757980, 5e-3)


def test_gaussian_matrices_in_three_dimensions():
    g = sp.symbols("g0:9", real=True)
    law = MatrixLaw((Component(sp.Integer(1), g, {s: Normal(0, 1) for s in g}),), 3)
    for found, degrees in zip(intervals(law), (3, 2, 1), strict=True):
        truth = float((sp.log(2) + sp.digamma(sp.Rational(degrees, 2))) / 2)
        assert around(found, truth, 1e-2)


def test_equal_exponents_are_not_missed_by_the_slow_forgetting_of_the_start():
    """E log||A_n|| grows like the square root of n here: the interval has to hold 0 all the same."""
    law = MatrixLaw.finite([(HALF, sp.Matrix([[2, 0], [0, HALF]])), (HALF, sp.Matrix([[0, 1], [1, 0]]))])
    first, second = intervals(law)
    assert first[0] < 0 < first[1] and second[0] < 0 < second[1]


def test_a_zero_product_is_refused():
    law = MatrixLaw.finite([(HALF, sp.Matrix([[0, 1], [0, 0]])), (HALF, sp.Matrix([[1, 0], [1, 1]]))])
    try:
        METHOD.top(law, Effort())
    except Inconclusive as refusal:
        assert "may be -oo" in str(refusal)
    else:
        raise AssertionError


def test_the_question_samples_on_demand_and_says_so():
    u, v, a, b, c, d = sp.symbols("u v a b c d", real=True)
    rows = sm.Rows([[2, 1, 1, 1], [3, 1, 2, 1]])
    chain = sm.RandomMap({u: a * u + b * v, v: c * u + d * v}, noise={(a, b, c, d): rows})
    answer = sm.lyapunov(chain, at={u: 0, v: 0}, method="sampled", spectrum=True)
    assert answer.warrant is Warrant.SAMPLED and answer.extra["attracts"] is None
    assert len(answer.extra["exponents"]) == 2
    assert around((float(answer.lower), float(answer.upper)), 1.1433110351029492, 2e-3)
    assert any(hypothesis.state == "assumed" for hypothesis in answer.hypotheses)


def test_triangular_families_are_sampled_block_by_block():
    """The first coordinate alone is invariant and has the smaller exponent."""
    u, v, a, b = sp.symbols("u v a b", real=True)
    chain = sm.RandomMap({u: a * u + v, v: b * v}, noise={(a, b): sm.Rows([[HALF, 2], [1, 3]])})
    answer = sm.lyapunov(chain, at={u: 0, v: 0}, method="sampled")
    assert around((float(answer.lower), float(answer.upper)), float(sp.log(6) / 2), 5e-3)
