"""What a step draws, as arrays over the chains: samples of a batch one after another, and noise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from ...chain.batch import data_entries, data_set
from ...chain.draw import Draw, Scheme, Source
from .deck import Indices, Picks, picks
from .streams import Key, Reals, Streams
from .tape import number

Sample: TypeAlias = list[Reals | float]
"""A value for each symbol: an array over the chains, or one number for all."""

AHEAD = 32_768
"""How many draws of a source are made in one go, over all chains: the cost of starting is shared among them."""


class Table:
    """Finitely many outcomes by the inverse distribution function.

    `values` has one row for each symbol, one column for each outcome.
    """

    def __init__(self, outcomes: Sequence[Sequence[sp.Expr]], probabilities: Sequence[sp.Expr] | None = None) -> None:
        self.values = np.array([[number(value) for value in outcome] for outcome in outcomes]).T.copy()
        weights = np.array([1.0] if probabilities is None else [number(p) for p in probabilities])
        self.levels = np.cumsum(weights)[:-1]
        self.equal = probabilities is None or len(set(probabilities)) == 1

    def at(self, index: Indices) -> Sample:
        # every index is in range; mode "clip" spares numpy its check, which costs four times the look-up
        return [row.take(index, mode="clip") for row in self.values]

    def drawn(self, u: Reals) -> Sample:
        count = self.values.shape[1]
        if count == 1:
            return [float(row[0]) for row in self.values]
        if count == 2:
            return self.at((u >= self.levels[0]).view(np.int8))  # np.where branches, and mispredicts half the time
        if self.equal:
            return self.at((u * count).astype(np.intp))  # u <= 1 - 2^-53, so that the product stays below `count`
        return self.at(np.searchsorted(self.levels, u, side="right"))


class Tap:
    """One source of randomness: the same law drawn again and again, some rows ahead of use."""

    def __init__(self, source: Source, streams: Streams, chains: int, draws: int) -> None:
        finite = source.finite
        self.table = None if finite is None else Table([value for value, _ in finite], [p for _, p in finite])
        self.law, self.streams = source.law, streams
        self.ahead = max(1, min(draws, AHEAD // chains))
        self.rows: list[Sample] = []

    def next(self) -> Sample:
        if not self.rows:
            self.rows = self._refilled()
        return self.rows.pop()

    def _refilled(self) -> list[Sample]:
        if self.table is not None:
            columns = self.table.drawn(self.streams.uniforms(self.ahead))
        else:
            width = self.law.uniforms
            u = self.streams.uniforms(self.ahead * width).reshape(self.ahead, width, -1)
            columns = [self.law.from_uniforms(np.ascontiguousarray(u.swapaxes(0, 1)))]
        rows = [[c if isinstance(c, float) else c[row] for c in columns] for row in range(self.ahead)]
        return rows[::-1]

    def keep(self, kept: NDArray[np.bool_]) -> None:
        """Go on with some of the chains only."""
        self.rows = [[c if isinstance(c, float) else c[kept] for c in row] for row in self.rows]
        self.streams.keep(kept)


class Draws:
    """The randomness of a `Draw` for the chains with the given ids.

    Source k has the lane k of each chain's streams, the choice of batches the lane of the data set; so a chain
    sees the same numbers whatever else runs, and however far ahead a source is drawn.
    """

    def __init__(self, draw: Draw, key: Key, ids: NDArray[np.integer], steps: int) -> None:
        dataset = None if draw.scheme is Scheme.WITH_REPLACEMENT else data_set(draw)
        self.batch_size = draw.batch_size
        self.data: list[Tap | Entries] = []
        for lane, source in enumerate(draw.data):
            streams = Streams(key, ids, lane)
            self.data.append(
                Tap(source, streams, len(ids), steps * draw.batch_size)
                if source is not dataset
                else Entries(source, draw, streams, len(ids))
            )
        lanes = range(len(draw.data), len(draw.data) + len(draw.noise))
        self._noise = [
            Tap(source, Streams(key, ids, lane), len(ids), steps)
            for lane, source in zip(lanes, draw.noise, strict=True)
        ]

    def batch(self) -> Iterator[Sample]:
        """The samples of one batch: values of `draw.data_symbols`."""
        for _ in range(self.batch_size):
            yield [value for source in self.data for value in source.next()]

    def noise(self) -> Sample:
        """One draw of the noise: values of `draw.noise_symbols`."""
        return [value for tap in self._noise for value in tap.next()]

    def keep(self, kept: NDArray[np.bool_]) -> None:
        """Go on with some of the chains only."""
        for source in (*self.data, *self._noise):
            source.keep(kept)


class Entries:
    """The entries of a data set, chosen by a scheme other than with-replacement."""

    def __init__(self, source: Source, draw: Draw, streams: Streams, chains: int) -> None:
        entries = data_entries(source)
        self.table = Table(entries)
        self.picks: Picks = picks(draw.scheme, len(entries), draw.batch_size, streams, chains)
        self._batch: Iterator[Indices] = iter(())

    def next(self) -> Sample:
        """The next entry; a new batch begins when the last one is used up."""
        index = next(self._batch, None)
        if index is None:
            self._batch = self.picks.batch()
            index = next(self._batch)
        return self.table.at(index)

    def keep(self, kept: NDArray[np.bool_]) -> None:
        """Go on with some of the chains only; only between batches."""
        self.picks.keep(kept)
