"""Binned convolutions against exact enumeration, exact moments and simulation."""

from fractions import Fraction
from functools import cache
from itertools import pairwise
from math import comb, inf
from random import Random

import numpy as np
import pytest
from batch_cases import engel, exact_law, exact_mean

from sgd_markov.answer.enclosure import Enclosure
from sgd_markov.chain.batch_slope import Batch
from sgd_markov.effort import Effort
from sgd_markov.engines.binned_convolution import binned_mean, binned_tail_index
from sgd_markov.errors import Inconclusive
from sgd_markov.numerics import batch_potential, binned_multiplier
from sgd_markov.numerics.binned_multiplier import BinnedMultiplier

ORDERS = [Fraction(1, 2), Fraction(1), Fraction(3, 2), Fraction(2), Fraction(9)]


def holds(wide: Enclosure, tight: Enclosure) -> bool:
    return wide.lower <= tight.lower and tight.upper <= wide.upper


def random_batch(rng: Random, replacement: bool) -> Batch:
    """Values on a lattice far too fine for the grid, some repeated, sometimes one far out."""
    count = rng.randint(3, 6)
    values = [Fraction(rng.randint(-(10**9), 10**9), rng.choice([10**9, 997 * 10**6])) for _ in range(count)]
    if rng.random() < 0.3:
        values[0] *= 20
    if rng.random() < 0.5:
        values.append(values[-1])
    size = rng.randint(2, 4) if replacement else rng.randint(2, len(values) - 1)
    return Batch.of([(value, rng.choice([1, 1, 2])) for value in values], size, replacement)


def random_multiplier(rng: Random, batch: Batch) -> tuple[Fraction, Fraction]:
    """M = 1 + factor * mean, with its zero anywhere, beside an outcome, or at one."""
    if rng.random() < 0.4:
        return Fraction(rng.randint(-9, 9), 4), Fraction(rng.choice([-3, -1, 1, 2]), rng.randint(1, 5))
    mean = rng.choice(exact_law(batch))[0]
    mean += rng.choice([Fraction(0), Fraction(1, 10**4), Fraction(1, 10**7), Fraction(-1, 10**12)])
    return (Fraction(1), -1 / mean) if mean else (Fraction(0), Fraction(1))


@pytest.fixture
def coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Grids so coarse that every error term counts."""
    monkeypatch.setattr(binned_multiplier, "FIRST_LENGTH", 1 << 8)
    monkeypatch.setattr(binned_multiplier, "LAST_LENGTH", 1 << 14)


@pytest.mark.parametrize("seed", range(60))
def test_every_grid_holds_the_enumerated_value(coarse: None, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    rng = Random(seed)
    if seed % 3 == 0:
        monkeypatch.setattr(batch_potential, "ORDER", 3)  # series so short that their rests count
    batch = random_batch(rng, replacement=seed % 2 == 0)
    shift, factor = random_multiplier(rng, batch)
    functions = ["log", *ORDERS]
    expected = {function: exact_mean(batch, shift, factor, function) for function in functions}
    multiplier = BinnedMultiplier.of(batch, shift, factor, Effort())
    while True:
        for function in functions:
            found = multiplier.now(function, Effort())
            assert holds(found, expected[function]), (seed, function, multiplier.ladder.length)
        if multiplier.ladder.is_finest:
            break
        multiplier.ladder.refine(Effort())
    for order in ORDERS:
        assert seed % 3 == 0 or multiplier.now(order, Effort()).width < Fraction(1, 50) * max(1, expected[order].upper)
    if multiplier.zero_possible is None or multiplier.zero_possible:
        assert multiplier.now("log", Effort()).lower == -inf


@pytest.mark.parametrize("seed", range(30))
def test_an_exponent_reaches_its_digits_or_says_not(seed: int) -> None:
    """Away from outcomes the width that is asked for is kept, and the value is inside."""
    rng = Random(1000 + seed)
    batch = random_batch(rng, replacement=seed % 2 == 0)
    means = sorted(mean for mean, _ in exact_law(batch))
    _, middle = max((high - low, (low + high) / 2) for low, high in pairwise(means))
    factor = -Fraction(1, 1) / middle if middle else Fraction(1)
    shift = Fraction(1) if middle else Fraction(0)
    found = binned_mean(batch, shift, factor, "log", Effort(digits=5))
    assert found.reaches(5)
    assert holds(found, exact_mean(batch, shift, factor, "log"))


@pytest.mark.parametrize("replacement", [True, False])
@pytest.mark.parametrize("seed", range(10))
def test_lattice_data_are_exact(seed: int, replacement: bool) -> None:
    """Integers fit on the grid: nothing but rounding is left, at a singular outcome too."""
    rng = Random(2000 + seed)
    batch = Batch.of([(Fraction(rng.randint(0, 40)), rng.choice([1, 2])) for _ in range(6)], 3, replacement)
    shift, factor = Fraction(1), Fraction(-1, rng.randint(1, 30)) * Fraction(7, 9)
    found = BinnedMultiplier.of(batch, shift, factor, Effort())
    for function in ["log", *ORDERS]:
        expected = exact_mean(batch, shift, factor, function)
        answer = found.log(Effort(digits=8)) if function == "log" else found.power(function, Effort(digits=8))
        assert answer.reaches(8) and holds(answer, expected)


@pytest.mark.parametrize("size", [1, 2, 5, 60, 118, 119])
def test_second_moment_without_replacement(size: int) -> None:
    """E M^2 has a closed form for every batch size; large batches go by what they leave out."""
    rng = Random(size)
    values = [Fraction(rng.randint(1, 10**12), 10**12) for _ in range(120)]
    batch = Batch.of([(value, 1) for value in values], size, False)
    mean = sum(values) / 120
    variance = sum((value - mean) ** 2 for value in values) / 120 / size * Fraction(120 - size, 119)
    exact = (1 - 3 * mean) ** 2 + 9 * variance
    try:
        found = binned_mean(batch, Fraction(1), Fraction(-3), Fraction(2), Effort(digits=4))
        assert found.reaches(4)
    except Inconclusive as refusal:
        assert size == 60 and "Newton" in str(refusal)
        return
    assert exact in found


@pytest.mark.parametrize(("size", "order"), [(8, 2), (8, 4), (20, 2), (100, 2)])
def test_moments_with_replacement(size: int, order: int) -> None:
    rng = Random(size + order)
    values = [Fraction(rng.randint(1, 10**12), 10**12) ** 3 for _ in range(150)]
    batch = Batch.of([(value, 1) for value in values], size)
    factor = Fraction(-5, 2)
    found = binned_mean(batch, Fraction(1), factor, Fraction(order), Effort(digits=6))
    assert found.reaches(6)
    assert moment_of_sum(values, size, factor, order) in found


def moment_of_sum(values: list[Fraction], size: int, factor: Fraction, order: int) -> Fraction:
    """E (sum_i (1 + factor x_i)/size)^order, one draw at a time."""
    single = [sum(((1 + factor * x) / size) ** k for x in values) / len(values) for k in range(order + 1)]
    moments = [Fraction(1)] + [Fraction(0)] * order
    for _ in range(size):
        moments = [sum(comb(k, j) * moments[j] * single[k - j] for j in range(k + 1)) for k in range(order + 1)]
    return moments[order]


def test_a_possible_zero_gives_minus_infinity() -> None:
    batch = Batch.of([(Fraction(k), 1) for k in range(1, 60)], 8)
    assert binned_mean(batch, Fraction(1), Fraction(-1, 20), "log", Effort()) == Enclosure.point(-inf)
    assert binned_mean(batch, Fraction(1), Fraction(-3, 61), "log", Effort(digits=6)).reaches(6)


def test_an_undecided_zero_is_not_decided() -> None:
    """A lattice of 10^-30 cannot be searched: the upper end stands, the lower one is -oo."""
    rng = Random(5)
    values = [Fraction(rng.randint(1, 10**30), 10**30) for _ in range(120)]
    batch = Batch.of([(value, 1) for value in values], 8)
    with pytest.raises(Inconclusive) as refusal:
        binned_mean(batch, Fraction(1), Fraction(-2), "log", Effort(digits=3))
    found = refusal.value.enclosure
    assert found is not None and found.lower == -inf and -3 < found.upper < 0


@cache
def simulated_means(replacement: bool) -> np.ndarray:
    """2e6 batch means of 8 squares of incomes."""
    batch = engel(8, replacement)
    squares = np.repeat([float(v) for v in batch.values], batch.counts)
    rng = np.random.default_rng(7)
    if replacement:
        return squares[rng.integers(0, 235, (2_000_000, 8))].mean(axis=1)
    return np.concatenate([rng.permuted(np.tile(squares, (20_000, 1)), axis=1)[:, :8].mean(axis=1) for _ in range(10)])


@pytest.mark.parametrize(
    ("rate", "replacement"),
    [("3/10", True), ("3/10", False), ("7/10", True), pytest.param("7/10", False, marks=pytest.mark.nightly)],
)
def test_engel_exponent_and_moment(rate: str, replacement: bool) -> None:
    batch, factor = engel(8, replacement), -Fraction(rate)
    multipliers = np.abs(1 + float(factor) * simulated_means(replacement))
    for function, sample in (("log", np.log(multipliers)), (Fraction(3, 2), multipliers**1.5)):
        found = binned_mean(batch, Fraction(1), factor, function, Effort(digits=4))
        assert found.reaches(4)
        error = sample.std() / np.sqrt(len(sample))
        assert abs(sample.mean() - float(found.middle)) < 4.5 * error


@pytest.mark.parametrize("rate", ["1/2", "1"])
def test_engel_rates_that_hit_zero(rate: str) -> None:
    """Eight squares of incomes with three decimals sum to exactly 16, and to 8."""
    assert binned_mean(engel(8, True), Fraction(1), -Fraction(rate), "log", Effort(digits=4)) == Enclosure.point(-inf)


@pytest.mark.parametrize(("rate", "expected"), [("3/10", 15.995), ("9/10", 3.1949), ("17/10", 0.74808)])
def test_engel_tail_index(rate: str, expected: float) -> None:
    """At 3/10 E|M|^kappa = 1 is carried by batches of probability 10^-8: the tilt."""
    batch, factor = engel(8, True), -Fraction(rate)
    found = binned_tail_index(batch, Fraction(1), factor, Effort(digits=4))
    assert found.reaches(4)
    assert abs(float(found.middle) - expected) < 1e-3 * expected
    if expected < 4:
        multipliers = np.abs(1 + float(factor) * simulated_means(True)) ** float(found.middle)
        assert abs(multipliers.mean() - 1) < 5 * multipliers.std() / np.sqrt(len(multipliers))


@pytest.mark.parametrize("seed", range(6))
def test_tail_index_against_enumeration(seed: int) -> None:
    rng = Random(3000 + seed)
    batch = Batch.of([(Fraction(rng.randint(0, 3 * 10**9), 10**9), 1) for _ in range(5)], 3, seed % 2 == 0)
    factor = Fraction(-11, 5) / max(batch.extreme_means)
    found = binned_tail_index(batch, Fraction(1), factor, Effort(digits=5))
    if found.upper == inf:
        assert max(abs(1 + factor * mean) for mean, _ in exact_law(batch)) <= 1
        return
    assert found.reaches(5)
    assert exact_mean(batch, Fraction(1), factor, found.lower).lower < 1 < exact_mean(batch, Fraction(1), factor, found.upper).upper


def test_a_contraction_has_no_tail_index() -> None:
    batch = Batch.of([(Fraction(k), 1) for k in range(1, 50)], 8)
    assert binned_tail_index(batch, Fraction(1), Fraction(-1, 30), Effort()) == Enclosure.point(inf)


@pytest.mark.nightly
def test_engel_to_the_finest_grid() -> None:
    """Ten million batches against the exponents of the issue, all at 4 digits."""
    batch = engel(8, True)
    squares = np.repeat([float(v) for v in batch.values], batch.counts)
    means = np.concatenate([squares[np.random.default_rng(k).integers(0, 235, (10**6, 8))].mean(axis=1) for k in range(10)])
    for rate in ("3/10", "7/10", "9/10", "17/10"):
        sample = np.log(np.abs(1 - float(Fraction(rate)) * means))
        found = binned_mean(batch, Fraction(1), -Fraction(rate), "log", Effort(digits=4))
        assert found.reaches(4)
        assert abs(sample.mean() - float(found.middle)) < 4.5 * sample.std() / np.sqrt(len(sample))
