"""Which entries of the data set a batch holds, for each chain: subsets, shuffled epochs, the written order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...chain.draw import Scheme
from .streams import Streams

Indices: TypeAlias = NDArray[np.integer] | int
"""An entry for each chain, or one entry for all."""

DECK_LIMIT = 4096
"""Data sets beyond this size keep no deck when batches are small: Floyd's subsets need S numbers a chain, not N."""
FLOYD_LIMIT = 64
"""Batches beyond this size do: Floyd's membership tests cost S^2/2."""


class Picks(Protocol):
    """A way to choose batches."""

    def batch(self) -> Iterator[Indices]:
        """The entries of the next batch, one after another."""

    def keep(self, kept: NDArray[np.bool_]) -> None:
        """Go on with some of the chains only."""


class Deck:
    """A row of N cards for each chain; picking at position p swaps a uniform card of p, ..., N-1 into place p.

    The picks at positions 0, ..., S-1 are a uniform S-subset in uniform order whatever the cards' order before
    (Fisher and Yates), so nothing is ever put back in order.
    """

    def __init__(self, size: int, streams: Streams, chains: int) -> None:
        kind = np.uint16 if size <= 2**16 else np.uint32
        self.cards = np.repeat(np.arange(size, dtype=kind)[:, None], chains, axis=1)
        self.streams = streams

    def pick(self, position: int) -> NDArray[np.integer]:
        size, chains = self.cards.shape
        place = (self.streams.uniforms(1)[0] * (size - position)).astype(np.intp)
        place += position
        place *= chains
        place += np.arange(chains)
        flat = self.cards.reshape(-1)
        chosen: NDArray[np.integer] = flat.take(place, mode="clip")
        flat[place] = self.cards[position]
        self.cards[position] = chosen
        return chosen

    def keep(self, kept: NDArray[np.bool_]) -> None:
        self.cards = np.ascontiguousarray(self.cards[:, kept])
        self.streams.keep(kept)


class DeckSubsets(Deck):
    """A fresh subset of S entries each step; where S > N/2 the rest is picked and set aside."""

    def __init__(self, size: int, batch_size: int, streams: Streams, chains: int) -> None:
        super().__init__(size, streams, chains)
        self.batch_size = batch_size

    def batch(self) -> Iterator[Indices]:
        aside = len(self.cards) - self.batch_size
        if self.batch_size <= aside:
            yield from map(self.pick, range(self.batch_size))
            return
        for position in range(aside):
            self.pick(position)
        yield from self.cards[aside:]


class ShuffledEpochs(Deck):
    """Every epoch of N/S batches goes once through all entries in a fresh uniform order."""

    def __init__(self, size: int, batch_size: int, streams: Streams, chains: int) -> None:
        super().__init__(size, streams, chains)
        self.batch_size, self.position = batch_size, 0

    def batch(self) -> Iterator[Indices]:
        for _ in range(self.batch_size):
            yield self.pick(self.position)
            self.position = (self.position + 1) % len(self.cards)


class FloydSubsets:
    """A fresh subset of S entries of N by Floyd's algorithm.

    For j = N-S, ..., N-1 take a uniform t of 0, ..., j, or j itself if t is taken already.
    """

    def __init__(self, size: int, batch_size: int, streams: Streams) -> None:
        self.size, self.batch_size, self.streams = size, batch_size, streams

    def batch(self) -> Iterator[Indices]:
        chosen: list[NDArray[np.integer]] = []
        for top in range(self.size - self.batch_size, self.size):
            entry = (self.streams.uniforms(1)[0] * (top + 1)).astype(np.intp)
            taken = np.zeros(entry.shape, bool)
            for earlier in chosen:
                taken |= earlier == entry
            entry[taken] = top
            chosen.append(entry)
            yield entry

    def keep(self, kept: NDArray[np.bool_]) -> None:
        self.streams.keep(kept)


class WrittenOrder:
    """The data set as it stands, again and again, the same for all chains."""

    def __init__(self, size: int, batch_size: int) -> None:
        self.size, self.batch_size, self.position = size, batch_size, 0

    def batch(self) -> Iterator[Indices]:
        for _ in range(self.batch_size):
            yield self.position
            self.position = (self.position + 1) % self.size

    def keep(self, kept: NDArray[np.bool_]) -> None:
        """Nothing here belongs to a chain."""


def picks(scheme: Scheme, size: int, batch_size: int, streams: Streams, chains: int) -> Picks:
    """The way of choosing that a scheme asks for."""
    if scheme is Scheme.CYCLIC or (scheme is Scheme.WITHOUT_REPLACEMENT and batch_size == size):
        return WrittenOrder(size, batch_size)
    if scheme is Scheme.RESHUFFLING:
        return ShuffledEpochs(size, batch_size, streams, chains)
    if needs_deck(scheme, size, batch_size):
        return DeckSubsets(size, batch_size, streams, chains)
    return FloydSubsets(size, batch_size, streams)


def needs_deck(scheme: Scheme, size: int, batch_size: int) -> bool:
    """Does the scheme hold N numbers for each chain?"""
    if scheme is Scheme.WITHOUT_REPLACEMENT:
        return batch_size < size and (size <= DECK_LIMIT or batch_size > FLOYD_LIMIT)
    return scheme is Scheme.RESHUFFLING
