"""Exponents of products in closed form, against other formulas, direct sums and long simulations."""

from __future__ import annotations

import math
import random

import mpmath
import numpy as np
import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.chain.mixture import Component
from sgd_markov.effort import Effort
from sgd_markov.errors import Inconclusive
from sgd_markov.laws.cauchy import Cauchy
from sgd_markov.laws.normal import Normal
from sgd_markov.products import cauchy, commuting, equal_moduli, gaussian, rank_one, vanishing
from sgd_markov.products.matrix_law import MatrixLaw

HALF = sp.Rational(1, 2)
EFFORT = Effort()
u, v, w, x = sp.symbols("u v w x", real=True)
entries = sp.symbols("a b c d", real=True)


def uniform(*rows: tuple[object, ...]) -> MatrixLaw:
    size = math.isqrt(len(rows[0]))
    return MatrixLaw.finite([(sp.Rational(1, len(rows)), sp.Matrix(size, size, list(map(sp.sympify, row)))) for row in rows])


def moved(law: MatrixLaw, change: sp.Matrix) -> MatrixLaw:
    inverse = change.inv()
    return law.mapped(lambda matrix: change * matrix * inverse)


def family(*rows: tuple[object, ...]) -> sm.RandomMap:
    a, b, c, d = entries
    return sm.RandomMap({u: a * u + b * v, v: c * u + d * v}, noise={entries: sm.Rows(list(rows))})


def exponents(chain: object) -> sm.Answer:
    return sm.lyapunov(chain, at=dict.fromkeys(chain.state, 0), spectrum=True)


def simulated(law: MatrixLaw, steps: int = 60_000, parts: int = 20) -> tuple[float, float]:
    """The top exponent and its standard error."""
    rng = np.random.default_rng(7)
    matrices = [np.array(matrix.tolist(), float) for _, matrix in law.atoms]
    weights = [float(p) for p, _ in law.atoms]
    vector, means = np.ones(law.size), []
    for _ in range(parts):
        total = 0.0
        for k in rng.choice(len(matrices), steps // parts, p=weights):
            vector = matrices[k] @ vector
            size = np.abs(vector).max()
            total += math.log(size)
            vector = vector / size
        means.append(total * parts / steps)
    return float(np.mean(means)), float(np.std(means)) / math.sqrt(parts)


def assert_simulated(law: MatrixLaw, found: object) -> None:
    mean, error = simulated(law)
    assert abs(float(found.enclosure.middle) - mean) < 6 * error + 1e-9


# equal moduli


CHANGE = sp.Matrix([[2, 1], [5, 3]])


@pytest.mark.parametrize("change", [sp.eye(2), CHANGE], ids=["axes", "any basis"])
@pytest.mark.parametrize(
    ("rows", "value"),
    [
        ([(2, 0, 0, "1/2"), (0, 3, 5, 0)], sp.log(15) / 4),
        ([(0, 1, -1, 0), (2, 1, -1, 2)], sp.log(5) / 4),
        ([(2, 1, -1, 2), (1, 3, 3, -1)], sp.log(50) / 4),
        ([(0, 3, 5, 0), (0, 1, -2, 0)], sp.log(30) / 4),
    ],
    ids=["lines exchanged", "rotations", "a reflection", "only exchanges"],
)
def test_equal_exponents(change: sp.Matrix, rows: list[tuple[object, ...]], value: sp.Expr):
    law = moved(uniform(*rows), change)
    found = equal_moduli.METHOD.top(law, EFFORT)
    assert sp.simplify(found.exact - value) == 0
    assert_simulated(law, found)


def test_positive_matrices_have_no_such_structure():
    assert equal_moduli.METHOD.top(uniform((2, 1, 1, 1), (3, 1, 2, 1)), EFFORT) is None


def test_a_diagonal_family_has_two_exponents_and_no_exchange():
    assert equal_moduli.METHOD.top(moved(uniform((2, 0, 0, "1/2"), (3, 0, 0, "1/4")), CHANGE), EFFORT) is None


def test_an_exchange_that_kills_a_line_kills_all():
    assert equal_moduli.METHOD.top(moved(uniform((2, 0, 0, 0), (0, 3, 5, 0)), CHANGE), EFFORT).exact == -sp.oo


def test_lines_and_similarities_in_three_dimensions():
    change = sp.Matrix([[1, 2, 0], [0, 1, 1], [1, 0, 1]])
    turn, signs = sp.Matrix([[0, 0, 1], [1, 0, 0], [0, 1, 0]]), sp.diag(1, -1, 1)
    lines = MatrixLaw.finite([(HALF, turn * sp.diag(2, 3, 5)), (HALF, sp.diag(1, 7, 2))])
    spheres = MatrixLaw.finite([(HALF, 2 * turn), (HALF, 3 * signs)])
    for law, value in ((lines, sp.log(30 * 14) / 6), (spheres, sp.log(6) / 2)):
        found = equal_moduli.METHOD.top(moved(law, change), EFFORT)
        assert sp.simplify(sp.expand_log(found.exact - value, force=True)) == 0


def test_equal_exponents_with_symbols():
    a, b = sp.symbols("a b", positive=True)
    law = uniform((a, 0, 0, b), (0, a, b, 0))
    assert sp.simplify(equal_moduli.METHOD.top(law, EFFORT).exact - sp.log(a * b) / 2) == 0


# matrices that commute


def test_momentum_without_randomness():
    """w' = w - lr m', m' = mu m + k w: (log mu)/2 where the eigenvalues are complex, the larger one elsewhere."""
    k = sp.Symbol("k", positive=True)
    chain = sm.HeavyBall(k * w**2 / 2, [w], learning_rate=1, momentum="1/4")
    answer = sm.lyapunov(chain, at={w: 0, chain.state[1]: 0})
    assert sp.simplify(answer.exact.subs(k, 1) - sp.log(sp.Rational(1, 4)) / 2) == 0
    at = sp.Matrix([[1 - 4, -sp.Rational(1, 4)], [4, sp.Rational(1, 4)]])
    largest = max(abs(sp.N(r, 30)) for r in at.eigenvals())
    assert abs(sp.N(answer.exact.subs(k, 4), 30) - sp.log(largest)) < 1e-25


def test_commuting_matrices_of_degree_three():
    cubic = sp.Matrix([[0, 0, 2], [1, 0, 1], [0, 1, 0]])
    law = MatrixLaw.finite([(HALF, cubic**2 + sp.eye(3)), (HALF, 2 * cubic - sp.eye(3))])
    listed = commuting.METHOD.spectrum(law, EFFORT)
    roots = mpmath.polyroots([1, 0, -1, -2], maxsteps=200, extraprec=200)
    values = sorted((float(mpmath.log(abs(r**2 + 1)) + mpmath.log(abs(2 * r - 1))) / 2 for r in roots), reverse=True)
    assert [float(one.enclosure.middle) for one in listed] == pytest.approx(values, abs=1e-14)
    assert all(one.enclosure.reaches(14) for one in listed)


def test_what_does_not_commute_is_left_alone():
    assert commuting.METHOD.top(uniform((2, 1, 1, 1), (3, 1, 2, 1)), EFFORT) is None


# products that vanish, and matrices of rank one


@pytest.mark.parametrize(
    "rows",
    [[(0, 1, 0, 0), (0, 0, 1, 0)], [(1, 0, 0, 0), (0, 1, -1, 0)], [(0, 0, 0, 0), (1, 2, 3, 4)], [(1, 1, -1, -1), (2, 1, 1, 1), (1, 0, 1, 0)]],
)
def test_words_that_are_zero(rows: list[tuple[int, ...]]):
    assert vanishing.METHOD.top(uniform(*rows), EFFORT).exact == -sp.oo
    answer = exponents(family(*rows))
    assert answer.value == "-oo" and answer.extra["attracts"] is True


def test_words_that_are_not_zero():
    assert vanishing.METHOD.top(uniform((0, 1, 0, 0), (2, 1, 1, 1)), EFFORT) is not None  # nilpotent: its square is 0
    assert vanishing.METHOD.top(uniform((1, 0, 0, 0), (2, 1, 1, 1)), EFFORT) is None


def direct_series(law: MatrixLaw, letters: int) -> float:
    """sum over n of P(n regular matrices) p^2 log|v W^n u| for one matrix of rank one and one other, by floats."""
    (p, one), (_, other) = law.atoms
    u_, v_ = np.array(one[:, 0].tolist(), float)[:, 0], np.array((one[0, :] / one[0, 0]).tolist(), float)[0]
    matrix, total, vector = np.array(other.tolist(), float), 0.0, u_
    for n in range(letters):
        total += float(p) ** 2 * float(1 - p) ** n * math.log(abs(v_ @ vector))
        vector = matrix @ vector
    return total


@pytest.mark.parametrize("rows", [[(1, 2, 3, 6), (2, 1, 1, 1)], [(1, 2, 3, 6), (2, 1, -1, 1)]], ids=["cone", "no cone"])
def test_one_matrix_of_rank_one(rows: list[tuple[int, ...]]):
    law = uniform(*rows)
    found = rank_one.METHOD.top(law, EFFORT)
    assert found.enclosure.reaches(15)
    assert float(found.enclosure.middle) == pytest.approx(direct_series(law, 80), abs=1e-12)
    assert_simulated(law, found)
    fine = rank_one.METHOD.top(law, Effort(digits=40))
    assert fine.enclosure.reaches(40) and fine.enclosure.meets(found.enclosure)


def test_all_matrices_of_rank_one():
    """The mean of log|v_j u_i| over the four pairs, u = (1, 3), (1, -2) and v = (1, 2), (2, -1)."""
    law = uniform((1, 2, 3, 6), (2, -1, -4, 2))
    pairs = [((1, 3), (1, 2)), ((1, -2), (2, -1))]
    value = sum(sp.log(abs(q[0] * p[0] + q[1] * p[1])) for p, _ in pairs for _, q in pairs) / 4
    assert sp.simplify(sp.expand_log(rank_one.METHOD.top(law, EFFORT).exact - value, force=True)) == 0


def test_undecided_zeros_are_told():
    """Two regular matrices that generate all directions modulo every prime, and signs: nothing proves v W u != 0."""
    law = uniform((1, 0, 0, 0), (2, 1, 1, 1), (2, -1, -1, 1))
    assert vanishing.METHOD.top(law, EFFORT) is None
    with pytest.raises(Inconclusive) as refusal:
        rank_one.METHOD.top(law, Effort(digits=3))
    assert refusal.value.enclosure.lower == -math.inf and refusal.value.enclosure.upper < math.inf


# Gaussian and Cauchy matrices


def gaussian_law(rows: list[object], symbols: list[sp.Symbol], std: object = 1) -> MatrixLaw:
    values = tuple(map(sp.sympify, rows))
    return MatrixLaw((Component(sp.Integer(1), values, dict.fromkeys(symbols, Normal(0, std))),), math.isqrt(len(rows)))


@pytest.mark.parametrize("size", [2, 3, 4])
def test_gaussian_spectrum(size: int):
    g = list(sp.symbols(f"g1:{size**2 + 1}", real=True))
    law = gaussian_law(g, g, 3)
    listed = gaussian.METHOD.spectrum(law, EFFORT)
    for i, found in enumerate(listed):
        value = mpmath.log(3) + (mpmath.log(2) + mpmath.digamma(mpmath.mpf(size - i) / 2)) / 2
        assert float(found.enclosure.middle) == pytest.approx(float(value), abs=1e-14)
    assert gaussian.METHOD.top(law, EFFORT).exact == listed[0].exact
    # E log|det G| is the sum: log chi of size, size - 1, ..., 1 degrees of freedom
    whole = sum(mpmath.log(3) + (mpmath.log(2) + mpmath.digamma(mpmath.mpf(k) / 2)) / 2 for k in range(1, size + 1))
    assert sum(float(one.enclosure.middle) for one in listed) == pytest.approx(float(whole), abs=1e-13)


def test_dependent_rows():
    """M = C G with C = [[1, 1], [0, 2]]: E log|C xi| by an integral over the circle."""
    g = list(sp.symbols("g1:5", real=True))
    law = gaussian_law([g[0] + g[2], g[1] + g[3], 2 * g[2], 2 * g[3]], g)
    angle = mpmath.quad(lambda t: mpmath.log((mpmath.cos(t) + mpmath.sin(t)) ** 2 + 4 * mpmath.sin(t) ** 2), [0, 1, 2, mpmath.pi])
    value = angle / (2 * mpmath.pi) + (mpmath.log(2) + mpmath.digamma(1)) / 2
    for one in (law, law.mapped(lambda matrix: matrix.T)):
        assert float(gaussian.METHOD.top(one, EFFORT).enclosure.middle) == pytest.approx(float(value), abs=1e-14)


def test_other_gaussian_matrices_are_left_alone():
    g = list(sp.symbols("g1:5", real=True))
    assert gaussian.METHOD.top(gaussian_law([g[0] + 1, g[1], g[2], g[3]], g), EFFORT) is None
    assert gaussian.METHOD.top(gaussian_law([g[0], g[1], g[2], 2 * g[3]], g), EFFORT) is None
    assert gaussian.METHOD.top(gaussian_law([g[0], g[1], g[1], g[3]], g), EFFORT) is None


def cauchy_law(first: list[object], slope: list[object], loc: object, scale: object) -> MatrixLaw:
    values = tuple(sp.sympify(a) + x * sp.sympify(b) for a, b in zip(first, slope, strict=True))
    return MatrixLaw((Component(sp.Integer(1), values, {x: Cauchy(loc, scale)}),), 2)


def log_radius(first: list[object], slope: list[object], point: complex) -> float:
    matrix = np.array(first, float).reshape(2, 2) + point * np.array(slope, float).reshape(2, 2)
    return math.log(max(abs(np.linalg.eigvals(matrix))))


@pytest.mark.parametrize(
    ("first", "slope"),
    [([1, -0.7, 0, 0.7], [-1, 0, 1, 0]), ([1.7, -0.7, 1, 0], [-1, 0, 0, 0]), ([2, 0, 0, 1], [0, 1, -1, 0])],
    ids=["heavy ball", "delay form", "rotation"],
)
def test_cauchy_curvature(first: list[float], slope: list[float]):
    exactly = [sp.Rational(str(value)) for value in first]
    found = cauchy.METHOD.top(cauchy_law(exactly, slope, HALF, sp.Rational(3, 10)), EFFORT)
    assert float(found.enclosure.middle) == pytest.approx(log_radius(first, slope, 0.5 + 0.3j), abs=1e-12)
    assert found.enclosure.reaches(15)


def test_cauchy_curvature_with_symbols():
    lr, mu, s = sp.symbols("lr mu s", positive=True)
    chain = sm.HeavyBall(x * w**2 / 2, [w], learning_rate=lr, momentum=mu, data={x: sm.Cauchy(HALF, s)})
    exact = sm.lyapunov(chain, at={w: 0, chain.state[1]: 0}).exact
    at = {lr: 1, mu: sp.Rational(7, 10), s: sp.Rational(3, 10)}
    assert abs(sp.N(exact.subs(at), 30) - sp.Float("0.0687542748757980", 18)) < 1e-15


@pytest.mark.parametrize(
    ("first", "slope"),
    [([1, 2, 0, 1], [0, 0, 1, 0]), ([1, 0, 0, 1], [0, 1, 1, 0])],
    ids=["the determinant changes sign", "symmetric"],
)
def test_no_half_plane_is_kept(first: list[int], slope: list[int]):
    assert cauchy.METHOD.top(cauchy_law(first, slope, 0, 1), EFFORT) is None


def test_nesterov_with_cauchy_curvature_is_not_of_this_kind():
    chain = sm.Nesterov(x * w**2 / 2, [w], learning_rate=1, momentum="7/10", data={x: sm.Cauchy(HALF, 1)})
    assert cauchy.METHOD.top(MatrixLaw.at(chain, chain.point(dict.fromkeys(chain.state, 0))), EFFORT) is None


def test_the_second_exponent_by_the_determinant():
    chain = sm.EMAMomentum(x * w**2 / 2, [w], learning_rate=1, beta1="7/10", data={x: sm.Cauchy(HALF, "3/10")})
    first, second = exponents(chain).extra["exponents"]
    assert sp.simplify(first.exact + second.exact - sp.log(sp.Rational(7, 10))) == 0
    assert second.enclosure.reaches(15) and second.enclosure.upper < first.enclosure.lower


def test_random_permutations_in_random_bases():
    """Matrices with one entry in every row and column: half of the mean logarithm of the products of the entries."""
    draw = random.Random(4)
    for _ in range(6):
        rows = [(0, draw.randint(1, 9), -draw.randint(1, 9), 0), (draw.randint(1, 9), 0, 0, draw.randint(1, 9))]
        change = sp.Matrix([[1, draw.randint(1, 3)], [0, 1]]) * sp.Matrix([[1, 0], [draw.randint(1, 3), 1]])
        value = sum(math.log(abs(r[0] * r[3] - r[1] * r[2])) for r in rows) / 4
        found = equal_moduli.METHOD.top(moved(uniform(*rows), change), EFFORT)
        assert float(found.enclosure.middle) == pytest.approx(value, abs=1e-13)
