"""Runs of chains: reproducible whatever runs beside them, and right where the law is known."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
import sympy as sp

import sgd_markov.engines.monte_carlo.blocks as blocks
import sgd_markov.engines.monte_carlo.draws as draws_module
from sgd_markov.chain.chain import Chain
from sgd_markov.chain.draw import Draw, Scheme, Source
from sgd_markov.effort import Effort
from sgd_markov.engines.monte_carlo import statistics
from sgd_markov.engines.monte_carlo.run import simulate
from sgd_markov.errors import Inconclusive, InvalidInput
from sgd_markov.laws.cauchy import Cauchy
from sgd_markov.laws.finite import Finite
from sgd_markov.laws.gamma import Gamma
from sgd_markov.laws.normal import Normal
from sgd_markov.laws.rademacher import Rademacher
from sgd_markov.laws.rows import Rows

w, m, x, y, z, g = sp.symbols("w m x y z g", real=True)
R = sp.Rational
ALMOST_SURE = 1e-6


@pytest.fixture
def momentum_chain():
    """Two coordinates, rows, a second data source, noise, batches of three and functions: everything at once."""
    data = (Source((x, y), Rows([[1, 2], [3, -1], [2, 2], [0, 1], [5, 3]])), Source((z,), Gamma("3/2", "1/2")))
    u = sp.Symbol("u", real=True)
    update = (w - m / 10 - g / 10, R(3, 10) * m + g + sp.sin(u) / 5)
    gradient = (x * sp.tanh(x * w - y) + z * w / 5,)
    return Chain(
        (w, m), update, Draw(data, (Source((u,), Normal(0, 1)),), 3, Scheme.WITHOUT_REPLACEMENT), (g,), gradient
    )


def everything(run):
    arrays = (run.final, run.observed, run.supremum, run.left_range, run.at_point)
    return b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)


def run_momentum(chain, chains=700, effort=None):
    return simulate(chain, {w: 1, m: 0}, 30, chains, effort or Effort(seed=3), (w + m, sp.exp(w)), supremum=True)


# ---- the same numbers, whatever happens around them


@pytest.mark.parametrize("scheme", list(Scheme))
def test_more_chains_change_nothing_for_the_first(momentum_chain, scheme):
    size = 1 if scheme in (Scheme.RESHUFFLING, Scheme.CYCLIC) else 3
    draw = Draw(momentum_chain.draw.data, momentum_chain.draw.noise, size, scheme)
    chain = Chain(momentum_chain.state, momentum_chain.update, draw, (g,), momentum_chain.gradient)
    few, many = run_momentum(chain, 7), run_momentum(chain, 400)
    assert (few.final == many.final[:, :7]).all()
    assert (few.observed == many.observed[:, :7]).all()
    assert (few.supremum == many.supremum[:7]).all()
    assert len(np.unique(many.final)) == 800


def test_block_sizes_change_nothing(momentum_chain, monkeypatch):
    whole = everything(run_momentum(momentum_chain))
    for width, ahead in ((64, 32_768), (333, 1), (16_384, 10)):
        monkeypatch.setattr(blocks, "WIDTH", width)
        monkeypatch.setattr(draws_module, "AHEAD", ahead)
        assert everything(run_momentum(momentum_chain)) == whole


@pytest.mark.parametrize("pool", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_executors_change_nothing(momentum_chain, pool):
    with pool(2) as executor:
        spread = run_momentum(momentum_chain, effort=Effort(seed=3, executor=executor))
    assert everything(spread) == everything(run_momentum(momentum_chain))


def test_seeds(momentum_chain):
    base = everything(run_momentum(momentum_chain, effort=Effort(seed=5)))
    assert everything(run_momentum(momentum_chain, effort=Effort(seed=np.random.SeedSequence(5)))) == base
    assert everything(run_momentum(momentum_chain, effort=Effort(seed=6))) != base


def test_start_arrays_give_each_chain_its_own(autoregression):
    starts = np.linspace(-1, 1, 50)
    run = simulate(autoregression, {w: starts}, 4, 50, Effort())
    same = simulate(autoregression, {w: 0}, 4, 50, Effort())
    assert run.final[0] - same.final[0] == pytest.approx(0.9**4 * starts, abs=1e-14)


# ---- against known laws


def misses(runs):
    return sum(Fraction(truth) not in enclosure for enclosure, truth in runs)


def test_autoregression_mean_and_variance_over_many_seeds(autoregression):
    """Stated 99.9 % intervals miss no more often than 1 in 1000: binomial test at 1e-6."""
    steps, mean, variance = 8, R(9, 10) ** 8, (1 - R(81, 100) ** 8) / R(19, 100)
    found = []
    for seed in range(150):
        values = simulate(autoregression, {w: 1}, steps, 600, Effort(seed=seed)).final[0]
        found.append((statistics.mean(values).enclosure, Fraction(str(mean))))
        second = statistics.mean((values - float(mean)) ** 2).enclosure
        found.append((second, Fraction(str(variance))))
    assert statistics.too_many_misses(misses(found[::2]), 150, 0.001) > ALMOST_SURE
    # squares are skewed: the interval is only asymptotic, and is granted twice the misses
    assert statistics.too_many_misses(misses(found[1::2]), 150, 0.002) > ALMOST_SURE


def test_autoregression_law_at_every_quantile(autoregression):
    values = simulate(autoregression, {w: 0}, 8, 20_000, Effort(seed=1)).final[0]
    deviation = np.sqrt((1 - 0.81**8) / 0.19)
    from scipy.special import ndtr

    assert statistics.kolmogorov_smirnov(values, lambda v: ndtr(v / deviation)).lower > ALMOST_SURE


def test_two_point_product_grows_at_half_the_log_of_the_product(product_chain):
    """log|w_T|/T has the mean (log 3/5 + log 8/5)/2, also where w_T is far below 1e-308."""
    expected = 0.5 * np.log(0.6 * 1.6)
    values = simulate(product_chain, {w: 1}, 40, 20_000, Effort(seed=1), growth=True).log_growth
    assert Fraction(expected) in statistics.mean(values, 1 - 1e-6).enclosure
    shrinking = Chain((w,), (w * x,), Draw(noise=(Source((x,), Finite(["1/100", "1/50"])),)))
    run = simulate(shrinking, {w: 1}, 1000, 2000, Effort(seed=1), growth=True)
    assert Fraction(0.5 * np.log(1 / 5000)) in statistics.mean(run.log_growth, 1 - 1e-6).enclosure
    assert run.log_growth == pytest.approx(np.log(1 / 100) + np.log(2) * (run.log_growth - np.log(0.01)) / np.log(2))
    assert run.overflows == 0 and run.zeros == 0


def test_scaling_leaves_no_trace(product_chain):
    """The rescaled run ends at the same bits as the plain run, where doubles reach."""
    wild = Chain((w, m), (w * x - m * y, m * x), Draw(noise=(Source((x,), Cauchy(0, 10)), Source((y,), Normal(0, 1)))))
    for chain, start in ((product_chain, {w: 1}), (wild, {w: 1, m: 1})):
        plain = simulate(chain, start, 150, 50, Effort())
        scaled = simulate(chain, start, 150, 50, Effort(), growth=True)
        assert (plain.final == scaled.final).all()
        size = np.hypot.reduce(np.abs(plain.final), axis=0)
        assert scaled.log_growth * 150 == pytest.approx(np.log(size / np.sqrt(len(start))), rel=1e-12, abs=1e-12)


def test_growth_about_another_point_keeps_relative_precision():
    """w' = w - lr x (w - 3): the distance to 3 shrinks to 1e-1000 while w stays at 3."""
    chain = Chain((w,), (w - x * (w - 3),), Draw(noise=(Source((x,), Finite(["9/10", "99/100"])),)))
    run = simulate(chain, {w: 5}, 600, 2000, Effort(), about={w: sp.Integer(3)}, growth=True)
    assert Fraction(0.5 * np.log(0.001)) in statistics.mean(run.log_growth, 1 - 1e-6).enclosure
    assert (run.final == 3).all()


def test_growth_of_a_nonlinear_chain_is_read_off_the_end():
    chain = Chain((w,), (w / 2 + w**3 / 10,), Draw())
    run = simulate(chain, {w: 1}, 50, 2, Effort(), growth=True)
    assert run.log_growth == pytest.approx(np.log(run.final[0]) / 50)


def test_supremum_is_the_running_maximum():
    walk = Chain((w,), (w + x,), Draw(noise=(Source((x,), Rademacher()),)))
    run = simulate(walk, {w: 0}, 2, 40_000, Effort(), about={w: sp.Integer(1)}, supremum=True)
    # paths 0,1,2  0,1,0  0,-1,0  0,-1,-2: distances to 1 reach 1, 1, 2, 3
    counts = np.bincount(run.supremum.astype(int))
    assert counts[0] == 0
    assert np.abs(counts[1:] / 10_000 - [2, 1, 1]).max() < 6 * np.sqrt(0.25 * 40_000) / 10_000


# ---- schemes


def spelled(run):
    return np.rint(run.final[0]).astype(int)


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_without_replacement_means_are_uniform_over_subsets(digits_chain, batch):
    run = simulate(digits_chain(batch, Scheme.WITHOUT_REPLACEMENT, (1, 2, 3, 4)), {w: 0}, 1, 20_000, Effort())
    sums = np.rint(run.final[0] * batch).astype(int)
    # sums of pairs: 3 4 5 5 6 7; of triples: 6 7 8 9; of one: 1 2 3 4
    expected = {1: {1: 1, 2: 1, 3: 1, 4: 1}, 2: {3: 1, 4: 1, 5: 2, 6: 1, 7: 1}, 3: {6: 1, 7: 1, 8: 1, 9: 1}}[batch]
    total = sum(expected.values())
    assert set(np.unique(sums)) == set(expected)
    for value, count in expected.items():
        p = count / total
        assert abs((sums == value).mean() - p) < 6 * np.sqrt(p * (1 - p) / 20_000)


def test_with_replacement_means_are_multinomial(digits_chain):
    run = simulate(digits_chain(2, Scheme.WITH_REPLACEMENT), {w: 0}, 1, 40_000, Effort())
    counts = np.bincount(np.rint(run.final[0] * 2).astype(int), minlength=9)[2:] / 40_000
    assert np.abs(counts - np.array([1, 2, 3, 4, 3, 2, 1]) / 16).max() < 6 * np.sqrt(0.25 / 40_000)


def test_reshuffling_uses_every_entry_once_an_epoch(digits_chain):
    run = simulate(digits_chain(1, Scheme.RESHUFFLING), {w: 0}, 8, 24_000, Effort())
    first, second = np.divmod(spelled(run), 10_000)
    orders = {int("".join(map(str, order))) for order in permutations((1, 2, 3, 4))}
    for epoch in (first, second):
        seen, counts = np.unique(epoch, return_counts=True)
        assert set(seen) == orders
        assert np.abs(counts - 1000).max() < 6 * np.sqrt(1000)
    assert abs(np.corrcoef(first, second)[0, 1]) < 6 / np.sqrt(24_000)


def test_reshuffling_in_batches_of_two(digits_chain):
    run = simulate(digits_chain(2, Scheme.RESHUFFLING), {w: 0}, 2, 1000, Effort())
    sums = np.rint(2 * run.final[0]).astype(int)  # 10 (a + b) + (c + d) with a + b + c + d = 10
    assert set(sums) == {10 * pair + 10 - pair for pair in (3, 4, 5, 6, 7)}


def test_cyclic_is_the_written_order(digits_chain):
    assert (spelled(simulate(digits_chain(1, Scheme.CYCLIC, (3, 1, 4, 1)), {w: 0}, 8, 3, Effort())) == 31413141).all()


def test_steps_are_whole_epochs(digits_chain):
    for scheme in (Scheme.RESHUFFLING, Scheme.CYCLIC):
        with pytest.raises(InvalidInput, match="a multiple of 2"):
            simulate(digits_chain(2, scheme), {w: 0}, 3, 10, Effort())
    assert simulate(digits_chain(1, Scheme.CYCLIC), {w: 0}, 0, 10, Effort()).final.max() == 0


# ---- the edges


def test_chains_that_leave_the_range_are_reported_once_and_for_all():
    cubed = Chain((w,), (sp.Min(w**3, 2) * x,), Draw(noise=(Source((x,), Finite([1, 10**200, 0])),)))
    run = simulate(cubed, {w: 1}, 20, 500, Effort())
    # once beyond 1e308 a chain is cut back by Min to 2 e200, but what it passed through is remembered
    unclipped = Chain((w,), (w * x,), Draw(noise=(Source((x,), Finite([10**200, R(1, 10**200)])),)))
    wandering = simulate(unclipped, {w: 1}, 40, 2000, Effort(seed=4))
    assert run.overflows == 0 and run.zeros > 400
    assert wandering.overflows > 100
    assert np.isfinite(wandering.final[:, ~wandering.left_range]).all()
    back = Chain((w,), (sp.Piecewise((1, sp.Abs(w) > 10**300), (w * 10**200, True)),), Draw())
    assert simulate(back, {w: 1}, 3, 2, Effort()).overflows == 2


def test_invalid_operations_count_as_lost():
    chain = Chain((w,), (sp.sqrt(w - x),), Draw(noise=(Source((x,), Finite([0, 3])),)))
    run = simulate(chain, {w: 1}, 1, 1000, Effort())
    assert 400 < run.overflows < 600
    assert np.isnan(run.final[0][run.left_range]).all()


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({"steps": -1}, "steps"),
        ({"steps": 2.0}, "steps"),
        ({"steps": 10**10}, "steps"),
        ({"chains": 0}, "chains"),
        ({"start": {}}, "start.w"),
        ({"start": {w: 10**400}}, "start"),
        ({"start": {w: np.zeros(3)}}, "start.w"),
        ({"chain": Chain((w,), (w * sp.Symbol("lr"),), Draw())}, "lr"),
    ],
)
def test_invalid_input(autoregression, fields, match):
    given = {"chain": autoregression, "start": {w: 0}, "steps": 2, "chains": 10, "effort": Effort(), **fields}
    with pytest.raises(InvalidInput, match=match):
        simulate(**given)


@pytest.mark.parametrize("pool", [None, ThreadPoolExecutor])
def test_the_deadline_ends_a_run(autoregression, pool):
    executor = None if pool is None else pool(2)
    with pytest.raises(Inconclusive, match="budget"):
        simulate(autoregression, {w: 0}, 10**8, 1000, Effort.within(0.2, executor=executor))


def test_progress_rises_to_one(autoregression):
    seen = []
    simulate(autoregression, {w: 0}, 300, 20_000, Effort(progress=seen.append))
    assert seen == sorted(seen) and seen[-1] == 1 and len(seen) > 5


def test_memory_stays_bounded_for_large_batches_and_data_sets():
    """No array of batch by chains, and no deck larger than the limit."""
    import tracemalloc

    draw = Draw((Source((x,), Normal(0, 1)),), (), 3000, Scheme.WITH_REPLACEMENT)
    chain = Chain((w,), (g,), draw, (g,), (x,))
    tracemalloc.start()
    run = simulate(chain, {w: 0}, 1, 10_000, Effort())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**24  # 3000 by 10000 doubles would be 240 megabytes
    assert run.final.std() == pytest.approx(1 / np.sqrt(3000), rel=0.05)
