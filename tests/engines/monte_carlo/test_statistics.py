"""Intervals and tests against scipy.stats, and their coverage."""

from fractions import Fraction
from math import inf

import numpy as np
import pytest
import scipy.stats

from sgd_markov.engines.monte_carlo import statistics
from sgd_markov.errors import InvalidInput

rng = np.random.default_rng(0)


def test_mean_is_students_interval():
    sample = rng.normal(3, 2, 30)
    found = statistics.mean(sample, 0.99)
    low, high = scipy.stats.t.interval(0.99, 29, sample.mean(), scipy.stats.sem(sample))
    assert float(found.enclosure.lower) == pytest.approx(low, rel=1e-13)
    assert float(found.enclosure.upper) == pytest.approx(high, rel=1e-13)
    assert found.standard_error == pytest.approx(scipy.stats.sem(sample), rel=1e-13)
    assert Fraction(found.value) in found.enclosure


def test_mean_scales_without_overflow_or_underflow():
    for sample in (
        np.array([1.0, 2.0, 4.0]) * 1e307,
        np.array([1.0, 2.0, 4.0]) * 1e-310,
        np.array([-1.6e308, 1.6e308]),
    ):
        found = statistics.mean(sample)
        assert np.isfinite(found.value) and found.standard_error > 0
    assert statistics.mean(np.zeros(5)).enclosure.width < 1e-300


def test_mean_names_the_chain_that_carries_it():
    assert statistics.mean(np.array([1.0, 1, 1, 97])).largest_share == pytest.approx(0.97)
    assert statistics.mean(np.zeros(3)).largest_share == 0


@pytest.mark.parametrize("sample", [[1.0], [], [1.0, np.nan], [1.0, np.inf]])
def test_means_of_nothing_are_refused(sample):
    with pytest.raises(InvalidInput):
        statistics.mean(np.array(sample))


@pytest.mark.parametrize(("hits", "trials"), [(0, 10), (10, 10), (3, 10), (1, 10**6), (499_000, 10**6)])
def test_proportion_is_clopper_pearson(hits, trials):
    found = statistics.proportion(hits, trials, 0.99)
    low = scipy.stats.beta.ppf(0.005, hits, trials - hits + 1) if hits else 0.0
    high = scipy.stats.beta.ppf(0.995, hits + 1, trials - hits) if hits < trials else 1.0
    assert float(found.lower) == pytest.approx(low, rel=1e-9, abs=1e-300)
    assert float(found.upper) == pytest.approx(high, rel=1e-9)
    assert 0 <= found.lower <= Fraction(hits, trials) <= found.upper <= 1


@pytest.mark.parametrize("n", [5, 40, 1000])
@pytest.mark.parametrize("p", [0.01, 0.25, 0.5, 0.99])
def test_ranks_are_the_tightest_with_their_coverage(n, p):
    r, s = statistics.ranks(n, p, 0.99)
    binomial = scipy.stats.binom(n, p)
    assert binomial.cdf(r - 1) <= 0.005 < binomial.cdf(r)
    assert binomial.sf(s - 1) <= 0.005 and (s == 0 or binomial.sf(s - 2) > 0.005)


def test_quantiles_cover_the_truth_and_say_when_the_sample_is_too_small():
    missed = 0
    for _ in range(400):
        ordered = np.sort(rng.exponential(size=200))
        found = statistics.quantile(ordered, 0.75, 0.95)
        missed += Fraction(np.log(4)) not in found.enclosure
        assert Fraction(found.value) in found.enclosure
    assert statistics.too_many_misses(missed, 400, 0.05) > 1e-6
    assert statistics.quantile(np.arange(10.0), 0.5, 0.99).enclosure.upper == 9
    assert statistics.quantile(np.arange(10.0), 0.99).enclosure.upper == inf


def test_lost_values_may_lie_anywhere():
    """However the lost values are filled in, the interval of the full sample lies inside."""
    ordered = np.sort(rng.normal(size=500))
    wide = statistics.quantile(ordered[10:490], 0.5, lost=20).enclosure
    for left in (0, 10, 20):
        full = np.concatenate([np.full(left, -1e9), ordered[10:490], np.full(20 - left, 1e9)])
        tight = statistics.quantile(full, 0.5).enclosure
        assert wide.lower <= tight.lower and tight.upper <= wide.upper


def test_binomial_tail():
    assert statistics.too_many_misses(5, 100, 0.01) == pytest.approx(scipy.stats.binom.sf(4, 100, 0.01))
    assert statistics.too_many_misses(0, 100, 0.01) == 1


@pytest.mark.parametrize("shift", [0.0, 0.05, 0.3])
def test_kolmogorov_smirnov_encloses_the_exact_p_value(shift):
    sample = rng.uniform(size=300) ** (1 + shift)
    found = statistics.kolmogorov_smirnov(sample, lambda v: v)
    exact = scipy.stats.kstest(sample, "uniform", method="exact").pvalue
    assert float(found.lower) * (1 - 1e-9) <= exact <= float(found.upper) * (1 + 1e-9)
    assert found.upper <= 1


def test_ends_are_rounded_outward():
    found = statistics.outward(0.1, 0.1)
    assert found.lower < Fraction(0.1) < found.upper and found.width < Fraction(1, 10**16)
    assert statistics.outward(-inf, inf).lower == -inf
