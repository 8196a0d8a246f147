"""Positively homogeneous maps with kinks: ReLU networks at the origin, several ergodic classes, dead units."""

from __future__ import annotations

from fractions import Fraction
from math import log

import numpy as np
import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.effort import Effort
from sgd_markov.engines.direction_cells.kinked_growth import Outcome, Sector, largest_growth
from sgd_markov.errors import HypothesisViolated, Inconclusive
from sgd_markov.products.homogeneous import outcomes

w1, w2, x, y = sp.symbols("w1 w2 x y", real=True)
HALF = sp.Rational(1, 2)


def relu(z: sp.Expr, leak: str = "0") -> sp.Expr:
    return sp.Max(0, z) - sp.Rational(leak) * sp.Max(0, -z)


def network(rows: list[tuple[object, object]], leak: str = "0", lr: str = "4/5") -> object:
    """One hidden unit: (w2 act(w1 x) - y)^2/2."""
    return sm.SGD((w2 * relu(w1 * x, leak) - y) ** 2 / 2, [w1, w2], lr, data={(x, y): sm.Rows(rows)})


LABEL_NOISE = [(1, "6/5"), (1, "-4/5")]


def exponent(chain: object, digits: int = 2) -> object:
    return sm.lyapunov(chain, at={w1: 0, w2: 0}, digits=digits)


def test_dead_unit_has_exponent_0_exactly():
    """x > 0: {w1 <= 0} is frozen; the active half collapses or dies."""
    answer = exponent(network(LABEL_NOISE))
    assert (answer.lower, answer.upper) == (0, 0) and answer.extra["attracts"] is False


def test_both_signs_of_the_feature_leave_nothing_frozen():
    """On w1 > 0 only x = 1 acts, on w1 < 0 only x = -1: log(1 + 24/25)/2 on the diagonal of the first quadrant."""
    answer = exponent(network([(1, "6/5"), (-1, "-4/5")]), 6)
    assert abs(float(answer.enclosure.middle) - log(1 + 0.96) / 2) < 1e-9


def test_leaky_unit_grows_at_the_rate_of_its_best_class():
    answer = exponent(network(LABEL_NOISE, leak="1/10"), 1)
    best = max(
        sum(log(abs(1 + s * slope * 0.8 * label)) / 2 for label in (1.2, -0.8)) for s in (1, -1) for slope in (1, 0.1)
    )
    assert answer.warrant.label == "certified"
    assert float(answer.lower) - 1e-12 <= best <= float(answer.upper) and float(answer.upper - answer.lower) < 2e-3


def test_directional_derivatives_agree_with_the_map():
    rng = np.random.default_rng(0)
    chain = network([(1, "6/5"), (-2, "1/3")], leak="1/10")
    step = sp.lambdify((w1, w2, x, y), chain.one_sample_map, "numpy")
    for outcome, data in zip(outcomes(chain, chain.point({w1: 0, w2: 0})), [(1, 1.2), (-2, 1 / 3)], strict=True):
        for _ in range(50):
            u = rng.normal(size=2)
            small = 1e-7 * u
            there = np.array(step(*small, *data)) / 1e-7
            inside = [
                s for s in outcome.sectors if (crossed(s.low, u) > 0 and crossed(u, s.high) > 0) or half_plane(s, u)
            ]
            assert any(np.allclose(np.array(s.matrix.tolist(), dtype=float) @ u, there, atol=1e-5) for s in inside)


def crossed(one: object, other: object) -> float:
    return float(one[0] * other[1] - one[1] * other[0])


def half_plane(sector: Sector, u: np.ndarray) -> bool:
    return crossed(sector.low, u) > 0


def test_linear_maps_have_the_exponent_of_the_product():
    matrices = [sp.Matrix([[2, 1], [1, 1]]), sp.Matrix([[3, 1], [2, 1]])]
    found = largest_growth([Outcome(HALF, [Sector(m)]) for m in matrices], Effort(digits=2))
    assert Fraction("1.143311035102949") in found and found.width < Fraction(1, 50)


def test_random_kinked_maps_against_simulation():
    """Different matrices on the two sides of the axis w1 = 0 that agree on it: the slowest start is below the bracket."""
    for seed in (0, 2):
        rng = np.random.default_rng(seed)
        made, numbers = [], []
        for _ in range(2):
            right = sp.Matrix(2, 2, [sp.Rational(int(v), 5) for v in rng.integers(-8, 9, 4)])
            left = right + sp.Matrix([[sp.Rational(int(v), 5), 0] for v in rng.integers(-4, 5, 2)])
            if right.det() == 0 or left.det() == 0:
                continue
            up, down = sp.Matrix([0, 1]), sp.Matrix([0, -1])
            made.append(
                Outcome(HALF, [Sector(right, down, up), Sector(left, up, down)], [(r, right * r) for r in (up, down)])
            )
            numbers.append([np.array(m.tolist(), dtype=float) for m in (right, left)])
        if len(made) < 2:
            continue
        found = largest_growth(made, Effort(digits=1))
        vectors, total = rng.normal(size=(400, 2)), np.zeros(400)
        for step in range(600):
            chosen = rng.integers(0, 2, 400)
            sides = (vectors[:, 0] < 0).astype(int)
            vectors = np.einsum("cij,cj->ci", np.array(numbers)[chosen, sides], vectors)
            size = np.linalg.norm(vectors, axis=1)
            vectors /= size[:, None]
            total += np.log(size) if step >= 200 else 0
        rates = total / 400
        error = float(rates.std(ddof=1)) / 20 + 2e-3
        assert float(rates.mean()) <= float(found.upper) + 5.4 * error
        assert float(found.lower) <= float(rates.max()) + 5.4 * error


def test_kink_of_second_order_is_no_kink():
    chain = sm.RandomMap({w1: w1 / 2 + sp.Abs(w1 * w2), w2: w2 / 3}, noise={})
    assert exponent(chain).exact == -sp.log(2)


def test_kinks_that_are_met_along_no_ray_are_refused():
    """Partial derivatives exist at 0, a derivative does not: on w1 w2 < 0 nothing moves; the exponent was -0.032, "exact"."""
    curved = sm.SGD(sp.Max(0, w1 * w2) * x, [w1, w2], "1/2", data={x: sm.TwoPoint(1, -1)})
    with pytest.raises(Inconclusive, match="not met along rays"):
        exponent(curved)


def test_smooth_chains_and_whole_spectra_are_not_touched():
    with pytest.raises(HypothesisViolated, match="differentiable"):
        sm.lyapunov(network(LABEL_NOISE), at={w1: 0, w2: 0}, spectrum=True, digits=2)


def test_continuous_data_are_refused():
    chain = sm.SGD((w2 * relu(w1) - y) ** 2 / 2, [w1, w2], "4/5", data={y: sm.Normal(0, 1)})
    with pytest.raises(Inconclusive, match="finite data"):
        exponent(chain)


def test_dependent_updates_are_refused():
    rows = sm.Rows([(1, "6/5"), (-1, "-4/5")])
    chain = sm.SGD((w2 * relu(w1 * x) - y) ** 2 / 2, [w1, w2], "4/5", data={(x, y): rows}, scheme="reshuffling")
    with pytest.raises(Inconclusive, match="dependent"):
        exponent(chain)


def test_batches_average_their_maps():
    """Two of both signs: on the first quadrant's diagonal 1 + c k/2 with k of two samples active."""
    rows = sm.Rows([(1, "6/5"), (-1, "-4/5")])
    chain = sm.SGD((w2 * relu(w1 * x) - y) ** 2 / 2, [w1, w2], "4/5", data={(x, y): rows}, batch_size=2)
    expected = log(1.96) / 4 + log(1.48) / 2
    answer = exponent(chain, 6)
    assert float(answer.lower) - 1e-12 <= expected <= float(answer.upper) + 1e-12
