"""Chains on finitely many states: exact laws against independent linear algebra, several classes, bounds, simulation."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy as sp

from sgd_markov.chain.random_map import RandomMap
from sgd_markov.effort import Effort
from sgd_markov.errors import HypothesisViolated, Inconclusive, InvalidInput
from sgd_markov.invariant.atomic_steps import AtomicSteps
from sgd_markov.invariant.finite_class import recognise
from sgd_markov.invariant.stationary_law import Place
from sgd_markov.laws.exponential import Exponential
from sgd_markov.laws.finite import Finite
from sgd_markov.laws.laplace import Laplace
from sgd_markov.laws.normal import Normal
from sgd_markov.laws.rademacher import Rademacher
from sgd_markov.laws.two_point import TwoPoint
from sgd_markov.laws.uniform import Uniform
from sgd_markov.numerics.closed_classes import closed_classes
from sgd_markov.numerics.piecewise_linear import piecewise_linear
from sgd_markov.numerics.rational_bounds import bounds
from sgd_markov.numerics.rational_maps import NotRational, rational_map
from sgd_markov.numerics.state_reduction import stationary_vector
from sgd_markov.optimizers.sgd import SGD
from sgd_markov.proof import StepFailed
from sgd_markov.proof.balance import Balance, BallBalance
from sgd_markov.questions.stationary import stationary

R = sp.Rational
w, x, z, u = sp.symbols("w x z u", real=True)
p = sp.Symbol("p", positive=True)
NOWHERE = Place()


def rounded(rounding="stochastic", grid="1/4", lr="1/3", data=None, **options):
    return SGD((w - x) ** 2 / 2, [w], lr, data={x: data or Rademacher()}, round_to=grid, rounding=rounding, **options)


def by_hand(lr, grid, low, high):
    """The stationary law of stochastically rounded, projected SGD on (w - x)^2/2, x = +-1, by a dense solve."""
    n = int((high - low) / grid)
    states = [low + k * grid for k in range(n + 1)]
    matrix = [[Fraction(0)] * (n + 1) for _ in states]
    for i, s in enumerate(states):
        for sample in (1, -1):
            v = min(high, max(low, s - lr * (s - sample)))
            below = (v - low) // grid
            share = (v - low) / grid - below
            matrix[i][int(below)] += (1 - share) / 2
            if share:
                matrix[i][int(below) + 1] += share / 2
    m = sp.Matrix(n + 1, n + 1, lambda i, j: R(matrix[j][i].numerator, matrix[j][i].denominator) - int(i == j))
    (vector,) = m.nullspace()
    return states, [v / sum(vector) for v in vector]


def test_stochastic_rounding_is_solved_exactly():
    answer = stationary(rounded(project=[-1, 1]), of=w**2)
    states, masses = by_hand(Fraction(1, 3), Fraction(1, 4), Fraction(-1), Fraction(1))
    assert (
        answer.exact
        == sum(m * R(s.numerator, s.denominator) ** 2 for s, m in zip(states, masses, strict=True))
        == R(23, 106)
    )
    found = {a["to"]["w"].exact: a["probability"].exact for a in answer.extra["atoms"]}
    assert found == {R(s.numerator, s.denominator): m for s, m in zip(states, masses, strict=True)}
    assert answer.extra["unique"] is True and answer.warrant.label == "exact"


SAME = {
    "map": RandomMap(
        {w: sp.floor(4 * sp.Min(1, sp.Max(-1, w - (w - x) / 3)) + u) / 4}, noise={x: Rademacher(), u: Uniform(0, 1)}
    ),
    "coin from the other side": RandomMap(
        {w: sp.floor(4 * sp.Min(1, sp.Max(-1, R(2, 3) * w + x / 3)) + u) / 4},
        noise={x: Finite([-1, 1]), u: Uniform(0, 1)},
    ),
    "label noise": SGD(
        (w + x) ** 2 / 2, [w], "1/3", data={x: Rademacher()}, round_to="1/4", rounding="stochastic", project=[-1, 1]
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_one_law_however_it_is_written(name):
    assert stationary(SAME[name], of=w**2).exact == R(23, 106)


def test_numbers_of_a_finite_law():
    chain = rounded(project=[-1, 1])
    assert stationary(chain, cdf_at=0).exact == R(129, 212)
    assert (
        stationary(chain, set=["1/4", "1/4"]).exact
        == stationary(chain, cdf_at=R(1, 4)).exact - stationary(chain, cdf_at=0).exact
    )
    assert stationary(chain, quantile="1/2").exact == 0
    assert stationary(chain, set=["-oo", "oo"]).exact == 1
    assert stationary(chain, of=sp.exp(w), digits=30).warrant.label == "exact"
    with pytest.raises(HypothesisViolated, match="density"):
        stationary(chain, density_at=0)


def test_two_hundred_states_are_quick_and_exact():
    began = time.perf_counter()
    chain = SGD(
        (w - x) ** 2 / 2, [w], "1/3", data={x: Rademacher()}, round_to="1/100", rounding="stochastic", project=[-2, 2]
    )
    answer = stationary(chain, of=w)
    assert answer.exact == 0 or abs(answer.exact) < R(1, 100)
    assert time.perf_counter() - began < 5


def test_several_classes_are_named():
    stuck = rounded("nearest", lr="1/10", project=[-1, 1])
    with pytest.raises(HypothesisViolated, match=r"\{0\}; \{1/4\}"):
        stationary(stuck, of=w)
    assert stationary(stuck, of=w, start="1/2").exact == R(1, 4)
    assert stationary(stuck, of=w, within=["1/8", 1]).exact == R(1, 4)
    assert stationary(stuck, start=0).extra["unique"] is False


def test_start_is_asked_for_without_bounds():
    with pytest.raises(InvalidInput, match="start"):
        stationary(rounded(), of=w)
    assert stationary(rounded(), of=w**2, start=3).exact == R(23, 106)


def test_periodic_and_algebraic_cycles():
    assert stationary(RandomMap({w: 1 - 1 / w}), of=w, start=3).exact == (3 + R(2, 3) - R(1, 2)) / 3
    golden = (5 - sp.sqrt(5)) / 8
    answer = stationary(RandomMap({w: 4 * w * (1 - w)}), start=golden)
    assert [a["probability"].exact for a in answer.extra["atoms"]] == [R(1, 2)] * 2


def test_symbolic_probabilities():
    chain = RandomMap({w: sp.Min(2, sp.Max(0, w + x))}, noise={x: TwoPoint(1, -1, p)})
    answer = stationary(chain, of=w, start=0)
    q = 1 - p
    assert sp.simplify(answer.exact - (q * p + 2 * p**2) / (q**2 + q * p + p**2)) == 0
    assert any(h.state == "assumed" for h in answer.hypotheses)


def test_normal_noise_rounded_is_certified():
    chain = SGD((w - x) ** 2 / 2, [w], "1/3", data={x: Normal(0, 1)}, round_to="1/4", project=[-1, 1])
    answer = stationary(chain, of=w**2, digits=30)
    assert answer.warrant.label == "certified"
    with mpmath.workdps(50):
        n = 9
        states = [mpmath.mpf(k - 4) / 4 for k in range(n)]
        matrix = mpmath.matrix(n, n)
        for i, s in enumerate(states):
            edges = [-mpmath.inf, *(mpmath.mpf(2 * k - 7) / 8 for k in range(n - 1)), mpmath.inf]
            chances = [mpmath.ncdf((e - 2 * s / 3) * 3) for e in edges]
            for j in range(n):
                matrix[j, i] = chances[j + 1] - chances[j]
        system = matrix - mpmath.eye(n)
        for j in range(n):
            system[n - 1, j] = 1
        masses = mpmath.lu_solve(system, mpmath.matrix([0] * (n - 1) + [1]))
        reference = sum(m * s**2 for m, s in zip(masses, states, strict=True))
        middle = answer.enclosure.middle
        assert abs(mpmath.mpf(middle.numerator) / middle.denominator - reference) < mpmath.mpf(10) ** -29


def test_several_coordinates():
    chain = RandomMap({w: sp.floor(w / 2 + x + R(1, 2)), z: sp.floor(w / 3 + z / 2)}, noise={x: Rademacher()})
    answer = stationary(chain, of=w * z, start={w: 0, z: 0})
    rng = np.random.default_rng(3)
    a, b = np.zeros(40_000), np.zeros(40_000)
    for _ in range(60):
        a, b = np.floor(a / 2 + rng.choice([-1.0, 1.0], a.shape) + 0.5), np.floor(a / 3 + b / 2)
    assert abs(np.mean(a * b) - float(answer.enclosure.middle)) < 0.05


def test_simulation_keeps_within_the_dkw_bound():
    answer = stationary(rounded(project=[-1, 1]))
    rng, n = np.random.default_rng(5), 20_000
    v = np.zeros(n)
    for _ in range(200):
        v = np.floor(4 * np.clip(v - (v - rng.choice([-1.0, 1.0], n)) / 3, -1, 1) + rng.random(n)) / 4
    total, bound = 0.0, np.sqrt(np.log(2 / 1e-6) / (2 * n))
    for a in answer.extra["atoms"]:
        total += float(a["probability"].exact)
        assert abs(np.mean(v <= float(a["to"]["w"].exact)) - total) <= bound


NEIGHBOURS = [
    (RandomMap({w: w / 2 + x}, noise={x: Rademacher()}), 0),
    (RandomMap({w: w / 2 + x}, noise={x: Normal(0, 1)}), 0),
    (RandomMap({w: sp.Abs(w) / 2 + x}, noise={x: Normal(0, 1)}), 0),
    (RandomMap({w: w + x}, noise={x: Rademacher()}), 0),
    (RandomMap({w: 4 * w * (1 - w)}), R(1, 3)),
    (RandomMap({w: w / 2 + w**2 / 10 + x}, noise={x: Rademacher()}), 0),
]


@pytest.mark.parametrize(("chain", "start"), NEIGHBOURS)
def test_other_chains_are_not_recognised(chain, start):
    began = time.perf_counter()
    with suppress(Inconclusive):  # the catalogue goes on to the next family
        assert recognise(chain, Place({w: sp.sympify(start)}), Effort()) is None
    assert recognise(chain, NOWHERE, Effort()) is None
    assert time.perf_counter() - began < 2


def test_altered_proofs_fail():
    (balance,) = (s for s in recognise(rounded(project=[-1, 1]), NOWHERE, Effort()).proof if isinstance(s, Balance))
    balance.check()
    moved = (balance.masses[0] + R(1, 1000), balance.masses[1] - R(1, 1000), *balance.masses[2:])
    with pytest.raises(StepFailed):
        replace(balance, masses=moved).check()
    other = recognise(rounded(lr="1/4", project=[-1, 1]), NOWHERE, Effort())
    (altered,) = (s for s in other.proof if isinstance(s, Balance))
    with pytest.raises(StepFailed):
        replace(altered, masses=balance.masses).check()
    with pytest.raises(StepFailed):
        BallBalance("", (((0, sp.erf(1)), (1, R(1, 2))), ((0, sp.Integer(1)),))).check()


def test_a_mean_that_does_not_exist_is_refused():
    chain = RandomMap({w: sp.Min(2, sp.Max(0, w + x))}, noise={x: Rademacher()})
    with pytest.raises(HypothesisViolated, match="not defined"):
        stationary(chain, of=1 / w, start=0)


def test_reshuffled_epochs():
    chain = SGD(
        (w - x) ** 2 / 2, [w], "1/2", data={x: Finite([0, 1])}, scheme="reshuffling", round_to="1/4", project=[-1, 1]
    )
    answer = stationary(chain)
    assert {a["to"]["w"].exact for a in answer.extra["atoms"]} == {R(1, 2), R(3, 4)} or len(answer.extra["atoms"]) == 2


# ---- what it stands on


def test_rational_maps_agree_with_sympy():
    expr = (
        sp.floor(3 * w) / 2
        + sp.Piecewise((w**2, (w < 0) | (w > 5)), (sp.Max(w, 1 - w), True))
        - sp.Abs(w - 1) ** 3
        + sp.Heaviside(w)
    )
    function = rational_map(expr, [w])
    for at in (Fraction(-7, 3), Fraction(0), Fraction(1, 2), Fraction(11, 2)):
        exact = expr.subs(w, R(at.numerator, at.denominator))
        assert sp.Rational(function([at]).numerator, function([at]).denominator) == exact
    with pytest.raises(NotRational):
        rational_map(sp.exp(w), [w])


def test_bounds_hold():
    rng = np.random.default_rng(1)
    exprs = [
        sp.Min(3, w * z) - z**2,
        sp.floor(w / 2) * sp.sign(z) + sp.Abs(w - z),
        (w - 1) ** 3 * z,
        sp.Piecewise((w, w > 0), (z, True)),
    ]
    box = {w: (Fraction(-2), Fraction(3)), z: (Fraction(-1), Fraction(1, 2))}
    for expr in exprs:
        low, high = bounds(expr, box)
        for _ in range(50):
            at = {s: R(int(rng.integers(int(8 * a), int(8 * b) + 1)), 8) for s, (a, b) in box.items()}
            assert low <= Fraction(str(expr.subs(at))) <= high
    assert bounds(w**2 + 1, {}) == (Fraction(1), float("inf"))


def test_random_chains_are_balanced():
    rng = np.random.default_rng(2)
    for _ in range(60):
        n = int(rng.integers(1, 9))
        following = [sorted({int(j) for j in rng.integers(0, n, 2)}) for _ in range(n)]
        for members in closed_classes(following):
            place = {s: i for i, s in enumerate(members)}
            rows = [{place[j]: Fraction(1, len(following[s])) for j in following[s]} for s in members]
            pi = stationary_vector(rows, Effort())
            assert sum(pi) == 1
            assert all(sum(pi[i] * rows[i].get(j, 0) for i in range(len(rows))) == pi[j] for j in range(len(rows)))


def test_the_step_from_an_irrational_state():
    steps = AtomicSteps(RandomMap({w: w - R(1, 3) * sp.sign(w - x)}, noise={x: Normal(0, 1)}), Effort())
    images = steps.images((sp.sqrt(2),))
    assert sum(images.values()) == 1 and len(images) == 2


NOISES = {
    "normal": (Normal(0, 1), lambda t: mpmath.npdf(t), [-mpmath.inf, mpmath.inf]),
    "uniform": (Uniform(-1, 2), lambda t: mpmath.mpf(1) / 3, [-1, 2]),
    "exponential": (Exponential(1), lambda t: mpmath.exp(-t), [0, mpmath.inf]),
    "laplace": (Laplace(0, 1), lambda t: mpmath.exp(-abs(t)) / 2, [-mpmath.inf, 0, mpmath.inf]),
}


@pytest.mark.parametrize("name", NOISES)
def test_stochastic_rounding_of_continuous_data(name):
    law, density, ends = NOISES[name]
    chain = rounded(grid="1/2", data=law, project=[-1, 1])
    answer = stationary(chain, of=w**2, digits=18)
    with mpmath.workdps(25):
        states = [mpmath.mpf(k) / 2 for k in range(-2, 3)]

        def chance(s, k):
            breaks = sorted({*ends, *(3 * (mpmath.mpf(j) / 2) - 2 * s for j in range(-2, 3))})
            breaks = [b for b in breaks if ends[0] <= b <= ends[-1]]
            return mpmath.quad(lambda t: density(t) * max(0, 1 - abs(2 * min(1, max(-1, (2 * s + t) / 3)) - k)), breaks)

        matrix = mpmath.matrix(5, 5)
        for i, s in enumerate(states):
            for j in range(5):
                matrix[j, i] = chance(s, j - 2) - int(i == j)
        for j in range(5):
            matrix[4, j] = 1
        masses = mpmath.lu_solve(matrix, mpmath.matrix([0, 0, 0, 0, 1]))
        reference = sum(m * s**2 for m, s in zip(masses, states, strict=True))
        middle = answer.enclosure.middle
        assert abs(mpmath.mpf(middle.numerator) / middle.denominator - reference) < mpmath.mpf(10) ** -14
    assert answer.extra["unique"] is True
    assert answer.warrant.label == ("exact" if name == "uniform" else "certified")


def test_piecewise_linear_functions_are_exact():
    rng = np.random.default_rng(9)
    expr = sp.Min(3, sp.Max(-2, 2 * x - 1)) + sp.Abs(x / 3 - 1) - sp.Max(x, 4)
    function = piecewise_linear(expr, x)
    for _ in range(40):
        at = Fraction(int(rng.integers(-60, 60)), 7)
        assert R(function(at).numerator, function(at).denominator) == expr.subs(x, R(at.numerator, at.denominator))
    with pytest.raises(NotRational):
        piecewise_linear(x**2, x)
    assert piecewise_linear(x, x).range() is None


def test_rounded_noise_without_bounds_is_refused():
    with pytest.raises(Inconclusive):
        stationary(rounded(data=Normal(0, 1)), of=w, start=0)
