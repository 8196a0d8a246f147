"""Random numbers: one xoshiro256+ stream for each chain, whatever other chains run beside it."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...errors import InvalidInput

Reals: TypeAlias = NDArray[np.float64]
Words: TypeAlias = NDArray[np.uint64]
Key: TypeAlias = tuple[int, int]
"""128 bits made from the seed."""

GOLDEN = 0x9E3779B97F4A7C15  # 2^64 / golden ratio, odd: the step of splitmix64
LANE = 0xD1B54A32D192ED03  # another odd constant without structure: the step between lanes
MASK = (1 << 64) - 1


def word(value: int) -> Words:
    """64 bits as an array of no dimension: a Python int is converted at every call, which costs as much as a shift."""
    return np.array(value & MASK, dtype=np.uint64)


SHIFT_17, SHIFT_45, SHIFT_19, SHIFT_12 = map(word, (17, 45, 19, 12))
EXPONENT_OF_ONE = word(0x3FF0000000000000)
ONE_LESS_HALF_AN_ULP = 1.0 - 2.0**-53


def key_of(seed: object) -> Key:
    """The 128 bits that a seed stands for; a Generator is advanced, an int or SeedSequence is not.

    >>> key_of(7) == key_of(np.random.SeedSequence(7))
    True
    """
    if isinstance(seed, np.random.Generator):
        first, second = (int(seed.integers(0, MASK, dtype=np.uint64, endpoint=True)) for _ in range(2))
        return first, second
    if isinstance(seed, int | np.integer) and not isinstance(seed, bool) and seed >= 0:
        seed = np.random.SeedSequence(int(seed))
    if not isinstance(seed, np.random.SeedSequence):
        raise InvalidInput("seed", seed, "an integer >= 0, a numpy SeedSequence or a numpy Generator")
    words = seed.generate_state(2, np.uint64)
    return int(words[0]), int(words[1])


def mixed(words: Words) -> Words:
    """The finaliser of splitmix64: a bijection of 64 bits under which every input bit moves every output bit."""
    words = folded(words, 30) * word(0xBF58476D1CE4E5B9)
    words = folded(words, 27) * word(0x94D049BB133111EB)
    return folded(words, 31)


def folded(words: Words, shift: int) -> Words:
    """The upper bits added to the lower ones."""
    return np.bitwise_xor(words, np.right_shift(words, word(shift)))


def initial_state(key: Key, chains: NDArray[np.integer], lane: int = 0) -> Words:
    """The 256 bits of every chain, shape (4, chains).

    Word j of a chain is mix(mix(k0 + (4 chain + j + 1) GOLDEN) + k1 + lane LANE) with the finaliser of splitmix64.
    For one chain the four inner values differ, so at most one word is 0 and the state is never all zero.
    """
    counter = word(4) * chains.astype(np.uint64) + np.arange(1, 5, dtype=np.uint64)[:, None]
    inner = mixed(counter * word(GOLDEN) + word(key[0]))
    return mixed(inner + word(key[1] + lane * LANE))


class Streams:
    """xoshiro256+ of Blackman and Vigna, one state for each chain, advanced together.

    `lane` numbers independent streams of the same chain: one for each source of randomness, so that none
    depends on how far ahead another is drawn.

    >>> both, second = Streams(key_of(1), np.array([0, 1])), Streams(key_of(1), np.array([1]))
    >>> bool((both.uniforms(3)[:, 1] == second.uniforms(3)[:, 0]).all())
    True
    """

    def __init__(self, key: Key, chains: NDArray[np.integer], lane: int = 0) -> None:
        self.state = list(initial_state(key, chains, lane))
        self._spare = np.empty_like(self.state[0])

    def words(self, out: Words) -> None:
        """The next 64 bits of every chain, into `out`; the lowest three bits are weak."""
        s0, s1, s2, s3 = self.state
        spare = self._spare
        np.add(s0, s3, out)
        np.left_shift(s1, SHIFT_17, spare)
        np.bitwise_xor(s2, s0, s2)
        np.bitwise_xor(s3, s1, s3)
        np.bitwise_xor(s1, s2, s1)
        np.bitwise_xor(s0, s3, s0)
        np.bitwise_xor(s2, spare, s2)
        np.left_shift(s3, SHIFT_45, spare)  # s3 rotated left by 45
        np.right_shift(s3, SHIFT_19, s3)
        np.bitwise_or(s3, spare, s3)

    def uniforms(self, k: int) -> Reals:
        """k uniforms for each chain, shape (k, chains): the odd multiples of 2^-53 in (0, 1), never 0 or 1."""
        out = np.empty((k, self._spare.size))
        for row in out:
            bits = row.view(np.uint64)
            self.words(bits)
            # the upper 52 bits become the fraction of a float in [1, 2); half a step then centres it in (0, 1)
            np.right_shift(bits, SHIFT_12, bits)
            np.bitwise_or(bits, EXPONENT_OF_ONE, bits)
            np.subtract(row, ONE_LESS_HALF_AN_ULP, row)
        return out

    def keep(self, kept: NDArray[np.bool_]) -> None:
        """Go on with some of the chains only."""
        self.state = [word[kept] for word in self.state]
        self._spare = np.empty_like(self.state[0])
