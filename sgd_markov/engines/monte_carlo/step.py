"""One update of the chain over arrays: the mean of the batch's gradients, then the rule."""

from __future__ import annotations

import numpy as np

from ...chain.chain import Chain
from .draws import Draws
from .program import Program
from .streams import Reals


class Step:
    """state' = update(state, mean of gradient(state, sample), noise), in place, for `width` chains at once."""

    def __init__(self, chain: Chain, width: int) -> None:
        draw = chain.draw
        self.batch_size = draw.batch_size if chain.means else 1
        drawn = (*draw.data_symbols, *draw.noise_symbols)
        if self.batch_size == 1:
            self.whole = Program((*chain.state, *drawn), chain.one_sample_map, width)
        else:
            self.gradient = Program((*chain.state, *draw.data_symbols), chain.gradient, width)
            self.update = Program((*chain.state, *chain.means, *draw.noise_symbols), chain.update, width)
            self.total = np.empty((len(chain.means), width))

    def __call__(self, state: Reals, draws: Draws) -> None:
        """`state` has shape (d, width)."""
        if self.batch_size == 1:
            results = self.whole(*state, *next(draws.batch()), *draws.noise())
        else:
            results = self.update(*state, *self._mean_gradient(state, draws), *draws.noise())
        for row, result in zip(state, results, strict=True):
            np.copyto(row, result)

    def _mean_gradient(self, state: Reals, draws: Draws) -> Reals:
        """Samples are added up one after another: no array of batch_size by chains."""
        self.total.fill(0.0)
        for sample in draws.batch():
            for row, gradient in zip(self.total, self.gradient(*state, *sample), strict=True):
                np.add(row, gradient, row)
        self.total /= self.batch_size
        return self.total
