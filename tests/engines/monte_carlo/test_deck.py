"""Batches: every subset equally likely, every epoch a permutation."""

from itertools import permutations

import numpy as np
import pytest

from sgd_markov.chain.draw import Scheme
from sgd_markov.engines.monte_carlo.deck import DeckSubsets, FloydSubsets, ShuffledEpochs, WrittenOrder, picks
from sgd_markov.engines.monte_carlo.streams import Streams, key_of

CHAINS = 20_000
ALMOST_SURE = 1e-6


def streams():
    return Streams(key_of(4), np.arange(CHAINS))


def p_value(counts, cells):
    from scipy.special import chdtrc

    expected = counts.sum() / cells
    observed = np.zeros(cells)
    observed[: len(counts)] = counts
    return chdtrc(cells - 1, ((observed - expected) ** 2 / expected).sum())


@pytest.mark.parametrize(("size", "batch", "subsets"), [(4, 2, 6), (5, 3, 10), (6, 1, 6), (7, 6, 7)])
@pytest.mark.parametrize("kind", [DeckSubsets, FloydSubsets])
def test_subsets_are_uniform_and_fresh(kind, size, batch, subsets):
    chooser = kind(size, batch, streams(), *([CHAINS] if kind is DeckSubsets else []))
    codes = []
    for _ in range(2):
        entries = np.stack(list(chooser.batch()))
        assert entries.shape == (batch, CHAINS)
        assert (np.diff(np.sort(entries, axis=0), axis=0) > 0).all()
        codes.append((1 << entries.astype(int)).sum(axis=0))
    for code in codes:
        assert p_value(np.unique(code, return_counts=True)[1], subsets) > ALMOST_SURE
    pairs = np.unique(codes[0] * 1000 + codes[1], return_counts=True)[1]
    assert p_value(pairs, subsets**2) > ALMOST_SURE


def test_epochs_are_uniform_permutations():
    chooser = ShuffledEpochs(4, 2, streams(), CHAINS)
    epochs = []
    for _ in range(2):
        order = np.stack([entry.copy() for _ in range(2) for entry in chooser.batch()]).astype(int)
        assert (np.sort(order, axis=0) == np.arange(4)[:, None]).all()
        epochs.append(np.array([1000, 100, 10, 1]) @ order)
    for code in epochs:
        assert p_value(np.unique(code, return_counts=True)[1], len(list(permutations(range(4))))) > ALMOST_SURE
    assert p_value(np.unique(epochs[0] * 10_000 + epochs[1], return_counts=True)[1], 24**2) > ALMOST_SURE


def test_written_order():
    chooser = WrittenOrder(5, 2)
    assert [list(chooser.batch()) for _ in range(5)] == [[0, 1], [2, 3], [4, 0], [1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("scheme", "size", "batch", "kind"),
    [
        (Scheme.CYCLIC, 6, 2, WrittenOrder),
        (Scheme.RESHUFFLING, 6, 2, ShuffledEpochs),
        (Scheme.WITHOUT_REPLACEMENT, 6, 2, DeckSubsets),
        (Scheme.WITHOUT_REPLACEMENT, 6, 6, WrittenOrder),
        (Scheme.WITHOUT_REPLACEMENT, 10**6, 10, FloydSubsets),
    ],
)
def test_the_scheme_decides(scheme, size, batch, kind):
    assert type(picks(scheme, size, batch, Streams((1, 2), np.arange(3)), 3)) is kind


@pytest.mark.parametrize("size", [300, 70_000])
def test_large_entry_numbers_fit(size):
    chooser = ShuffledEpochs(size, 1, Streams((1, 2), np.arange(2)), 2)
    order = np.stack([entry.copy() for _ in range(size) for entry in chooser.batch()])
    assert (np.sort(order, axis=0) == np.arange(size)[:, None]).all()


@pytest.mark.parametrize("kind", [DeckSubsets, FloydSubsets, ShuffledEpochs])
def test_keeping_some_chains_changes_nothing_for_them(kind):
    def chooser():
        stream = Streams(key_of(8), np.arange(10))
        return kind(6, 2, stream) if kind is FloydSubsets else kind(6, 2, stream, 10)

    whole, part = chooser(), chooser()
    kept = np.arange(10) % 3 == 0
    for deck in (whole, part):
        list(deck.batch())
    part.keep(kept)
    for _ in range(5):
        for a, b in zip(whole.batch(), part.batch(), strict=True):
            assert (a[kept] == b).all()
