"""Regions out of proportion to the noise: single points, and regions too wide for a kernel, bounded by a part."""

from __future__ import annotations

from fractions import Fraction
from math import inf

import numpy as np
import pytest
import sympy as sp
from enclosures import assert_encloses

import sgd_markov as sm

R = sp.Rational
w, z = sp.symbols("w z", real=True)
PULLED = R(9, 10) * w


def driven(scale: object, centre: sp.Expr = PULLED) -> sm.RandomMap:
    return sm.RandomMap({w: centre + sp.sympify(scale) * z}, noise={z: sm.Normal(0, 1)})


WIDE = [(driven(1), [-(10**6), 10**6]), (driven("1/2000"), [-1, 1])]


@pytest.mark.parametrize(("chain", "region"), WIDE, ids=["large region", "little noise"])
def test_a_region_too_wide_is_bounded_by_a_part(chain: sm.Chain, region: list[int]) -> None:
    """The part: 40 scales on either side, which takes exp(0.095 * 40^2) steps about."""
    with pytest.raises(sm.Inconclusive) as refusal:
        sm.exit_time(chain, start=0, inside=region)
    found = refusal.value.enclosure
    assert found is not None and Fraction(10) ** 67 < found.lower < Fraction(10) ** 68 and found.upper == inf
    part = sm.exit_time(driven(1), start=0, inside=[-40, 40]).enclosure
    assert abs(part.middle / found.lower - 1) < Fraction(1, 10**6)
    with pytest.raises(sm.Inconclusive) as refusal:
        sm.quasi_stationary(chain, inside=region)
    found = refusal.value.enclosure
    assert found is not None and 1 - Fraction(1, 10**66) < found.lower < 1 and found.upper == 1


@pytest.mark.parametrize(("chain", "region"), WIDE, ids=["large region", "little noise"])
def test_survival_of_some_steps_needs_a_part_only(chain: sm.Chain, region: list[int]) -> None:
    found = sm.survival(chain, start=0, inside=region, steps=1000)
    assert_encloses(found, "1", 15, "certified")
    assert not found.enclosure.is_point


def test_a_start_far_out_is_refused_with_what_is_known() -> None:
    with pytest.raises(sm.Inconclusive) as refusal:
        sm.exit_time(driven(1), start=-(10**5), inside=["-oo", 2])
    assert refusal.value.enclosure is not None and refusal.value.enclosure.lower >= 1


def test_noise_out_of_proportion_leaves_at_once() -> None:
    found = sm.exit_time(driven(10**6), start=0, inside=[-1, 1])
    assert_encloses(found, "1.00000079788519742", 15, "certified")  # 1 + sqrt(2/pi)/1e6 + 2/pi/1e12 to first order
    assert_encloses(sm.exit_time(driven(1), start=R(1, 10**31), inside=[0, R(1, 10**30)]), "1.000000000000000000", 15)


def test_a_single_point_is_left_at_once() -> None:
    for centre in (PULLED, w, w**2 + 1):
        chain = driven(1, centre)
        assert_encloses(sm.exit_time(chain, start=1, inside=[1, 1]), "1", 15, "exact")
        assert [sm.survival(chain, start=1, inside=[1, 1], steps=n).value for n in (0, 1, 7)] == ["1", "0", "0"]
        assert [sm.survival(chain, start=1, inside=[1, 1], quantile=q).value for q in (0, "1/2")] == ["0", "1"]
        with pytest.raises(sm.HypothesisViolated, match="stays"):
            sm.quasi_stationary(chain, inside=[1, 1])


def test_a_barrier_holds_mass_and_is_not_left_at_once() -> None:
    """Negative control: Max(0, w + z) stays at 0 with probability 1/2, so that the mean time is 2."""
    chain = sm.RandomMap({w: sp.Max(0, w + z)}, noise={z: sm.Normal(0, 1)})
    try:
        found = sm.exit_time(chain, start=0, inside=[0, 0]).enclosure
    except sm.Inconclusive as refusal:
        found = refusal.enclosure
    assert found is not None and 2 in found


def test_a_point_without_noise_is_not_left() -> None:
    """Negative control: w z from 0 has no density there."""
    chain = sm.RandomMap({w: w * z}, noise={z: sm.Normal(0, 1)})
    with pytest.raises(sm.SGDMarkovError):
        assert sm.exit_time(chain, start=0, inside=[0, 0]) is None


def test_survival_without_a_lower_end() -> None:
    """From 0 in (-oo, 1]: against simulation, and against the region cut at -30, which the chain never sees."""
    chain = driven("3/10")
    found = sm.survival(chain, start=0, inside=["-oo", 1], steps=10)
    assert found.warrant.label == "certified" and found.enclosure.reaches(15)
    cut = sm.survival(chain, start=0, inside=[-30, 1], steps=10)
    assert found.enclosure.meets(cut.enclosure)
    rng, place = np.random.default_rng(11), np.zeros(200_000)
    alive = np.ones(len(place), bool)
    for _ in range(10):
        place = 0.9 * place + 0.3 * rng.standard_normal(len(place))
        alive &= place <= 1
    known = float(found.enclosure.middle)
    assert abs(alive.mean() - known) < 4.9 * np.sqrt(known * (1 - known) / len(place))  # 1e-6 two-sided


def test_quantiles_without_a_lower_end() -> None:
    chain = driven("3/10")
    n = int(sm.survival(chain, start=0, inside=["-oo", 1], quantile="1/2").value)
    before, after = (sm.survival(chain, start=0, inside=["-oo", 1], steps=k).enclosure for k in (n - 1, n))
    assert after.upper <= Fraction(1, 2) < before.lower


def test_a_walk_over_few_steps() -> None:
    """It leaves every part for good or not; within ten steps it does not get 40 scales away."""
    walk = driven(1, w)
    found = sm.survival(walk, start=0, inside=["-oo", 1], steps=10)
    assert found.warrant.label == "certified" and found.enclosure.reaches(15)
    assert found.enclosure.meets(sm.survival(walk, start=0, inside=[-70, 1], steps=10).enclosure)


def test_a_walk_that_may_come_back_from_afar_is_bounded_on_both_sides() -> None:
    """Negative control: after 1000 steps the part has been left with a probability that the upper bound has to hold."""
    with pytest.raises(sm.Inconclusive) as refusal:
        sm.survival(driven(1, w), start=0, inside=["-oo", 1], steps=1000)
    rng, place = np.random.default_rng(12), np.zeros(20_000)
    alive = np.ones(len(place), bool)
    for _ in range(1000):
        place = place + rng.standard_normal(len(place))
        alive &= place <= 1
    found, slack = refusal.value.enclosure, 4.9 * np.sqrt(0.05 / len(place))
    assert found is not None and found.lower - slack < alive.mean() < found.upper + slack and found.upper < 0.2


def test_a_barrier_far_away_is_never_seen() -> None:
    """The chain may sit on the barrier at -3 and come back: it counts as part of the region, not as left."""
    chain = sm.RandomMap({w: sp.Max(-3, PULLED + z)}, noise={z: sm.Normal(0, 1)})
    near = sm.survival(chain, start=0, inside=["-oo", 2], steps=10)
    far = sm.RandomMap({w: sp.Max(-(10**6), PULLED + z)}, noise={z: sm.Normal(0, 1)})
    found = sm.survival(far, start=0, inside=["-oo", 2], steps=10)
    cut = sm.survival(driven(1), start=0, inside=[-60, 2], steps=10)
    assert found.enclosure.reaches(15) and found.enclosure.meets(cut.enclosure)
    assert near.enclosure.reaches(15) and not near.enclosure.meets(found.enclosure)
