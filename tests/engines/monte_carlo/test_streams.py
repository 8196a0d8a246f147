"""The random streams against the published algorithm, and against chance."""

import numpy as np
import pytest

from sgd_markov.engines.monte_carlo.streams import GOLDEN, LANE, Streams, initial_state, key_of, mixed
from sgd_markov.errors import InvalidInput

MASK = 2**64 - 1


def rotated(word, count):
    return (word << count | word >> (64 - count)) & MASK


def xoshiro256plus(state, count):
    """Blackman and Vigna's xoshiro256+, in Python integers."""
    s = list(state)
    for _ in range(count):
        yield (s[0] + s[3]) & MASK
        t = (s[1] << 17) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotated(s[3], 45)


def finaliser(word):
    """The output function of Vigna's splitmix64, in Python integers."""
    word = ((word ^ word >> 30) * 0xBF58476D1CE4E5B9) & MASK
    word = ((word ^ word >> 27) * 0x94D049BB133111EB) & MASK
    return word ^ word >> 31


def test_reference_outputs_of_the_two_algorithms():
    assert list(xoshiro256plus([1, 2, 3, 4], 5)) == [
        5, 211106232532999, 211106635186183, 9223759065350669058, 9250833439874351877,
    ]  # fmt: skip
    assert [finaliser(k * GOLDEN & MASK) for k in (1, 2, 3)] == [
        0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F,
    ]  # fmt: skip


@pytest.mark.parametrize("lane", [0, 3])
def test_state_and_outputs_agree_with_python_integers(lane):
    key, ids = (0x0123456789ABCDEF, 0xFEDCBA9876543210), np.array([0, 1, 7, 10**12])
    states = initial_state(key, ids, lane)
    streams = Streams(key, ids, lane)
    words = np.empty((50, 4), np.uint64)
    for row in words:
        streams.words(row)
    for column, chain in enumerate(ids.tolist()):
        state = [
            finaliser((finaliser((key[0] + (4 * chain + j + 1) * GOLDEN) & MASK) + key[1] + lane * LANE) & MASK)
            for j in range(4)
        ]
        assert states[:, column].tolist() == state
        assert words[:, column].tolist() == list(xoshiro256plus(state, 50))


def test_uniforms_are_the_upper_52_bits_centred():
    key, ids = key_of(3), np.arange(5)
    words = np.empty((4, 5), np.uint64)
    reference, streams = Streams(key, ids), Streams(key, ids)
    for row in words:
        reference.words(row)
    assert (streams.uniforms(4) == ((words >> np.uint64(12)).astype(float) + 0.5) * 2.0**-52).all()


def test_uniforms_never_reach_zero_or_one():
    streams = Streams((0, 0), np.arange(1))
    for first, extreme in ((MASK, 1 - 2.0**-53), (0, 2.0**-53)):
        streams.state = [np.array([word], np.uint64) for word in (first, 1, 1, 0)]
        assert streams.uniforms(1).item() == extreme


def test_a_chain_is_the_same_beside_any_others():
    key = key_of(11)
    alone = Streams(key, np.array([5])).uniforms(20)[:, 0]
    assert (Streams(key, np.arange(100)).uniforms(20)[:, 5] == alone).all()
    streams = Streams(key, np.arange(10))
    first = streams.uniforms(7)[:, 5]
    streams.keep(np.arange(10) % 5 == 0)
    assert (np.concatenate([first, streams.uniforms(13)[:, 1]]) == alone).all()


def test_neighbours_differ_in_half_of_their_bits():
    """One step of the chain id, of the seed, of the lane: 128 of 256 bits move, give or take 8 a state."""
    ids = np.arange(4000)
    base = initial_state(key_of(1), ids)
    for other in (initial_state(key_of(1), ids + 1), initial_state(key_of(2), ids), initial_state(key_of(1), ids, 1)):
        moved = np.bitwise_count(base ^ other).sum(axis=0)
        assert abs(moved.mean() - 128) < 6 * 8 / np.sqrt(len(ids))
        assert moved.min() > 80 and moved.max() < 176


def test_mixing_is_a_bijection_with_avalanche():
    words = np.arange(1000, dtype=np.uint64)
    assert len(np.unique(mixed(words))) == 1000
    flipped = [np.bitwise_count(mixed(words) ^ mixed(words ^ np.uint64(1 << bit))).mean() for bit in range(64)]
    assert min(flipped) > 31 and max(flipped) < 33


def chi_square(counts):
    """Standardised: about normal for many cells."""
    expected = counts.sum() / counts.size
    statistic = ((counts - expected) ** 2 / expected).sum()
    return (statistic - (counts.size - 1)) / np.sqrt(2 * (counts.size - 1))


@pytest.mark.parametrize("bits", [8, 12])
def test_uniform_along_a_chain_and_across_chains(bits):
    cells = 2**bits
    for u in (Streams(key_of(5), np.arange(1000)).uniforms(300), Streams(key_of(5), np.arange(300_000)).uniforms(1)):
        counts = np.bincount((u.ravel() * cells).astype(int), minlength=cells)
        assert abs(chi_square(counts)) < 6


def test_pairs_are_independent():
    """Successive draws, neighbouring chains and neighbouring lanes fill the unit square evenly."""
    u = Streams(key_of(9), np.arange(1001)).uniforms(301)
    lane = Streams(key_of(9), np.arange(1001), 1).uniforms(301)
    for a, b in ((u[:-1], u[1:]), (u[:, :-1], u[:, 1:]), (u, lane)):
        cell = (a * 64).astype(int) * 64 + (b * 64).astype(int)
        assert abs(chi_square(np.bincount(cell.ravel(), minlength=64 * 64))) < 6


def test_seeds():
    assert key_of(5) == key_of(np.int64(5)) == key_of(np.random.SeedSequence(5)) != key_of(6)
    generator = np.random.default_rng(5)
    assert key_of(generator) != key_of(generator)
    assert key_of(np.random.default_rng(5)) == key_of(np.random.default_rng(5))
    assert key_of(2**200 + 1) != key_of(1)


@pytest.mark.parametrize("seed", [-1, "7", 1.5, None, True])
def test_other_seeds_are_refused(seed):
    with pytest.raises(InvalidInput, match="seed"):
        key_of(seed)
