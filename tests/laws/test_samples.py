"""Floating-point samples: the right law at level 1e-6 with a fixed seed, and finite for every uniform number."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from law_cases import ATOMIC, CONTINUOUS, LATTICE, name_of
from law_expectations import X, function, number

from sgd_markov.laws.beta_prime import BetaPrime
from sgd_markov.laws.cauchy import Cauchy
from sgd_markov.laws.exponential import Exponential
from sgd_markov.laws.gamma import Gamma
from sgd_markov.laws.law import Law
from sgd_markov.laws.lognormal import Lognormal
from sgd_markov.laws.rows import Rows
from sgd_markov.laws.stable import Stable
from sgd_markov.laws.student import Student

DRAWS = 40_000
LEVEL = 1e-6
DISTANCE = np.sqrt(np.log(2 / LEVEL) / (2 * DRAWS))
"""P(sup |F_n - F| > DISTANCE) <= LEVEL (Dvoretzky, Kiefer, Wolfowitz, Massart)."""


def draws(law: Law, seed: int = 7) -> np.ndarray:
    return law.from_uniforms(np.random.default_rng(seed).random((law.uniforms, DRAWS)))


@pytest.mark.parametrize("law", CONTINUOUS, ids=name_of)
def test_continuous_samples(law: Law) -> None:
    samples = np.sort(draws(law))
    assert samples.shape == (DRAWS,)
    distribution = function(law.cdf(X))
    for rank in range(DRAWS // 24, DRAWS, DRAWS // 12):
        below = float(mp.re(distribution(mp.mpf(samples[rank]))))
        assert abs((rank + 0.5) / DRAWS - below) <= DISTANCE + 1 / DRAWS


@pytest.mark.parametrize("law", ATOMIC + LATTICE, ids=name_of)
def test_discrete_samples(law: Law) -> None:
    samples = draws(law)
    atoms = law.atoms
    if atoms is None:
        support = law.support
        places = [(support.offset + support.step * j, law.probability(sp.Integer(j))) for j in range(12)]
    else:
        places = list(atoms)
    for value, weight in places:
        share = np.mean(np.abs(samples - float(value)) < 1e-12)
        assert abs(share - float(weight)) <= 2 * DISTANCE


@pytest.mark.parametrize("alpha", ["1/2", "1", "3/2", "2"])
def test_stable_samples(alpha: str) -> None:
    samples = draws(Stable(alpha, "1/2"))
    for t in (0.5, 1.5, 4.0):
        expected = np.exp(-((t / 2) ** float(sp.Rational(alpha))))
        assert abs(np.mean(np.cos(t * samples)) - expected) <= np.sqrt(2 * np.log(2 / LEVEL) / DRAWS)
        assert abs(np.mean(np.sin(t * samples))) <= np.sqrt(2 * np.log(2 / LEVEL) / DRAWS)


def test_samples_are_finite_at_the_ends() -> None:
    ends = np.array([5e-324, 1e-300, 1e-30, 2.0**-53, 0.5, 1 - 2.0**-53])
    extreme = [
        Stable("1/10"),
        Stable("1/100", 3),
        Student("1/10"),
        Student("1/50", 3, 2),
        BetaPrime("1/20", "1/20"),
        Lognormal(0, 200),
        Gamma("1/50"),
        Cauchy(0, 10**6),
        Exponential(10**300),
    ]
    for law in [*CONTINUOUS, *LATTICE, *ATOMIC, *extreme]:
        grid = np.array(np.meshgrid(*[ends] * min(law.uniforms, 2))).reshape(min(law.uniforms, 2), -1)
        uniforms = np.resize(grid, (law.uniforms, grid.shape[1]))
        samples = law.from_uniforms(uniforms)
        assert np.isfinite(samples).all(), (law, samples)


def test_rows_are_drawn_together() -> None:
    law = Rows([[1, 10], [2, 20], [3, 30]], ["1/2", "1/3", "1/6"])
    samples = law.from_uniforms(np.random.default_rng(1).random((1, 3, 7)))
    assert samples.shape == (2, 3, 7)
    assert np.array_equal(samples[1], 10 * samples[0])


def test_the_mean_uses_one_uniform_for_each_term() -> None:
    assert [law.uniforms for law in CONTINUOUS if law.name in ("irwin-hall", "laplace-mean")] == [2, 5, 2, 4, 3, 3]
    assert number(Stable(1).uniforms) == 2
