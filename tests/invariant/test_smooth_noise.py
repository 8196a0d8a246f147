"""Stationary laws of chains with analytic noise and no closed form: published values, exact laws, simulation."""

from __future__ import annotations

from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from enclosures import assert_encloses
from flint import arb

import sgd_markov as sm
from sgd_markov.engines.smooth_kernel.observable import DensityAt, MassOf, observable_of
from sgd_markov.engines.smooth_kernel.poisson import Ergodic, stationary_mean
from sgd_markov.engines.smooth_kernel.step import smooth_step

R = sp.Rational
w, z = sp.symbols("w z", real=True)


def folded() -> sm.Chain:
    return sm.RandomMap({w: sp.tanh(w) / 2 + z}, noise={z: sm.Normal(0, 1)})


def queue(drift: object) -> sm.Chain:
    """Lindley's recursion: the waiting time."""
    return sm.RandomMap({w: sp.Max(0, w + z)}, noise={z: sm.Normal(drift, 1)})


def test_the_waiting_time_of_gaussian_steps() -> None:
    """Chang and Peres 1997, theorem 1.1 and its consequence: P(w = 0) and E w of the maximum of a Gaussian walk."""
    beta = mp.mpf(1) / 2
    with mp.workdps(30):
        term = [mp.zeta(mp.mpf(1) / 2 - r) / (mp.factorial(r) * (2 * r + 1)) * (-(beta**2) / 2) ** r for r in range(60)]
        none = mp.sqrt(2) * beta * mp.exp(beta / mp.sqrt(2 * mp.pi) * mp.fsum(term))
        more = [
            mp.zeta(-mp.mpf(1) / 2 - r) / (mp.factorial(r) * (2 * r + 1) * (2 * r + 2)) * (-(beta**2) / 2) ** r
            for r in range(60)
        ]
        mean = (
            1 / (2 * beta)
            + mp.zeta(mp.mpf(1) / 2) / mp.sqrt(2 * mp.pi)
            + beta / 4
            + beta**2 / mp.sqrt(2 * mp.pi) * mp.fsum(more)
        )
    assert_encloses(sm.stationary(queue(-R(1, 2)), set=[0, 0]), mp.nstr(none, 25), 15, "certified")
    assert_encloses(sm.stationary(queue(-R(1, 2)), of=w), mp.nstr(mean, 25), 15, "certified")
    assert sm.stationary(queue(-R(1, 2)), quantile="1/4").exact == 0


@pytest.mark.parametrize("slope", [R(1, 2), R(-4, 5)])
def test_the_engine_gives_the_normal_law_of_an_autoregression(slope: sp.Expr) -> None:
    """The catalogue has a closed form there; the engine does not know it."""
    ergodic = Ergodic.of(smooth_step(sm.RandomMap({w: slope * w + z}, noise={z: sm.Normal(0, 1)})))
    variance = 1 / (1 - slope**2)
    effort = sm.Effort(digits=15)
    for observable, exact in (
        (observable_of(w**2, w), variance),
        (observable_of(w**4, w), 3 * variance**2),
        (MassOf(-sp.oo, R(-3)), sp.erfc(3 / sp.sqrt(2 * variance)) / 2),
        (DensityAt(sp.Integer(0), arb(1)), 1 / sp.sqrt(2 * sp.pi * variance)),
    ):
        found = stationary_mean(ergodic, observable, effort)
        known = sp.N(exact, 40)
        assert found.reaches(15) and sp.Rational(found.lower) <= known <= sp.Rational(found.upper)


def test_numbers_of_one_law_agree_with_each_other() -> None:
    place = sm.stationary(folded(), quantile="9/10")
    assert place.enclosure.reaches(15)
    above = sm.stationary(folded(), cdf_at=sp.Rational(place.upper))
    below = sm.stationary(folded(), cdf_at=sp.Rational(place.lower))
    assert below.lower <= Fraction(9, 10) <= above.upper
    half = Fraction(1, 2)
    assert sm.stationary(folded(), cdf_at=0).lower <= half <= sm.stationary(folded(), cdf_at=0).upper
    assert 0 in sm.stationary(folded(), of=w).enclosure
    inside = sm.stationary(folded(), set=[-1, 1]).enclosure
    tail = sm.stationary(folded(), cdf_at=-1).enclosure
    assert inside.lower + 2 * tail.lower <= 1 <= inside.upper + 2 * tail.upper


def test_the_law_agrees_with_simulation() -> None:
    rng, place = np.random.default_rng(11), np.zeros(200_000)
    for _ in range(60):
        place = np.tanh(place) / 2 + rng.standard_normal(len(place))
    for at in (-1, 0, 2):
        known = float(sm.stationary(folded(), cdf_at=at).enclosure.middle)
        assert abs((place <= at).mean() - known) < 4.9 * np.sqrt(known * (1 - known) / len(place))
    second = float(sm.stationary(folded(), of=w**2).enclosure.middle)
    assert abs((place**2).mean() - second) < 5 * (place**2).std() / np.sqrt(len(place))


def test_far_out_the_distribution_function_keeps_its_digits() -> None:
    left, right = sm.stationary(folded(), cdf_at=-7), sm.stationary(folded(), set=[7, 60])
    assert left.enclosure.reaches(15) and left.upper < Fraction(1, 10**9)
    assert right.lower < left.upper and left.lower < right.upper


def test_a_projected_double_well_and_its_barriers() -> None:
    chain = sm.RandomMap({w: sp.Max(-2, sp.Min(2, w - (w**3 - w) / 20 + z / 5))}, noise={z: sm.Normal(0, 1)})
    found = sm.stationary(chain, set=[2, 2])
    assert found.enclosure.reaches(15) and found.lower > 0
    with pytest.raises(sm.HypothesisViolated, match="barrier"):
        sm.stationary(chain, density_at=2)
    assert sm.stationary(chain, cdf_at=2).exact == 1 and sm.stationary(chain, cdf_at=-3).exact == 0


def test_a_walk_without_drift_has_no_law_here() -> None:
    for chain in (queue(0), queue("1/10"), sm.RandomMap({w: w + sp.tanh(w) + z}, noise={z: sm.Normal(0, 1)})):
        with pytest.raises(sm.SGDMarkovError):
            sm.stationary(chain, cdf_at=1)


def test_a_quantile_at_an_irrational_level() -> None:
    """The level is enclosed, not replaced by a rational number near it."""
    level = 1 / sp.sqrt(2)
    place = sm.stationary(folded(), quantile=level, digits=12)
    assert place.enclosure.reaches(12)
    below, above = (sm.stationary(folded(), cdf_at=sp.Rational(end), digits=14) for end in (place.lower, place.upper))
    assert sp.Rational(below.lower) < level < sp.Rational(above.upper)
