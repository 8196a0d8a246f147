"""What a step draws has the law that the problem names."""

import numpy as np
import pytest
import sympy as sp

from sgd_markov.chain.draw import Draw, Scheme, Source
from sgd_markov.engines.monte_carlo.draws import Draws, Table
from sgd_markov.engines.monte_carlo.statistics import kolmogorov_smirnov
from sgd_markov.engines.monte_carlo.streams import key_of
from sgd_markov.laws.finite import Finite
from sgd_markov.laws.gamma import Gamma
from sgd_markov.laws.normal import Normal
from sgd_markov.laws.rows import Rows
from sgd_markov.laws.uniform import Uniform

x, y, z = sp.symbols("x y z", real=True)
R = sp.Rational
KEY = key_of(2)


def draws(draw, chains, steps=100, first=0):
    return Draws(draw, KEY, np.arange(first, first + chains), steps)


@pytest.mark.parametrize(
    "weights", [(R(1, 2), R(1, 2)), (R(1, 5), R(4, 5)), (R(1, 3),) * 3, (R(1, 7), R(2, 7), R(4, 7))]
)
def test_table_inverts_the_distribution_function(weights):
    table = Table([(sp.Integer(10 * i),) for i in range(len(weights))], weights)
    u = np.array(
        [
            [
                0.0001,
                0.9999,
                *(float(sum(weights[: i + 1])) * (1 + s * 1e-9) for i in range(len(weights) - 1) for s in (-1, 1)),
            ]
        ]
    )
    [values] = table.drawn(u)
    levels = [float(sum(weights[: i + 1])) for i in range(len(weights))]
    assert values.tolist() == [[10.0 * sum(level <= v for level in levels) for v in u[0]]]


def test_largest_uniform_stays_in_the_table():
    top = np.array([1 - 2.0**-53])
    for count in (1, 2, 3, 5, 7, 10, 997, 1000, 4096, 65537, 10**6):
        assert (top * count).astype(int).item() == count - 1


@pytest.mark.parametrize(
    ("law", "cdf"),
    [
        (
            Normal(1, 2),
            lambda v: 0.5 * np.array([1 + np.vectorize(__import__("math").erf)((v - 1) / 2 / np.sqrt(2))])[0],
        ),
        (Uniform(-1, 3), lambda v: (v + 1) / 4),
        (Gamma(1, 2), lambda v: 1 - np.exp(-v / 2)),
    ],
    ids=["normal", "uniform", "gamma"],
)
def test_continuous_laws(law, cdf):
    source = draws(Draw(noise=(Source((z,), law),)), 4000)
    sample = np.concatenate([source.noise()[0] for _ in range(5)])
    assert kolmogorov_smirnov(sample, cdf).lower > 1e-6


def test_rows_are_drawn_together_with_their_probabilities():
    rows = Rows([[1, 2], [1, -1], [3, 5]], ["1/2", "1/3", "1/6"])
    first, second = next(draws(Draw(data=(Source((x, y), rows),)), 60_000).batch())
    seen, counts = np.unique(first * 100 + second, return_counts=True)
    assert seen.tolist() == [99, 102, 305]
    for count, p in zip(counts, (1 / 3, 1 / 2, 1 / 6), strict=True):
        assert abs(count / 60_000 - p) < 6 * np.sqrt(p * (1 - p) / 60_000)


def test_sources_are_independent():
    law = Normal(0, 1)
    source = draws(Draw(data=(Source((x,), law), Source((y,), law)), noise=(Source((z,), law),), batch_size=2), 20_000)
    columns = [*(v for sample in source.batch() for v in sample), *source.noise()]
    correlation = np.corrcoef(columns) - np.eye(5)
    assert np.abs(correlation).max() < 6 / np.sqrt(20_000)


def test_other_sources_are_fresh_for_each_sample_of_a_batch():
    draw = Draw((Source((x,), Finite([1, 2, 3])), Source((y,), Normal(0, 1))), (), 3, Scheme.CYCLIC)
    samples = list(draws(draw, 4).batch())
    assert [sample[0] for sample in samples] == [1, 2, 3]
    assert len(np.unique([sample[1] for sample in samples])) == 12


def test_repeated_entries_count_as_often_as_they_stand():
    draw = Draw((Source((x,), Finite([1, 1, 7])),), (), 1, Scheme.CYCLIC)
    source = draws(draw, 1)
    assert [next(source.batch())[0] for _ in range(4)] == [1, 1, 7, 1]


def test_how_far_ahead_a_source_is_drawn_changes_nothing():
    draw = Draw(
        noise=(Source((z,), Normal(0, 1)), Source((x,), Gamma("1/2", 1))), data=(Source((y,), Finite([1, 2, 5])),)
    )
    short, long, wide = draws(draw, 3, steps=1), draws(draw, 3), draws(draw, 50, steps=7, first=-20)
    for _ in range(10):
        a, b, c = ([*next(source.batch()), *source.noise()] for source in (short, long, wide))
        assert all((u == v).all() and (u == w[20:23]).all() for u, v, w in zip(a, b, c, strict=True))


def test_keeping_some_chains_changes_nothing_for_them():
    draw = Draw(data=(Source((y,), Finite([4])), Source((x,), Finite([1, 2, 5]))), noise=(Source((z,), Normal(0, 1)),))
    whole, part = draws(draw, 10), draws(draw, 10)
    kept = np.arange(10) % 3 == 1
    for source in (whole, part):
        source.noise()
    part.keep(kept)
    for _ in range(10):
        (one, a), (same, b) = next(whole.batch()), next(part.batch())
        assert one == same == 4.0
        assert (a[kept] == b).all()
        assert (whole.noise()[0][kept] == part.noise()[0]).all()
