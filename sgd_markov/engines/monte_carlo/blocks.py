"""Chains cut into blocks, run here or on an executor: the results are the same, bit by bit."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import sympy as sp

from ...chain.batch import data_entries, data_set
from ...chain.chain import Chain
from ...chain.draw import Scheme
from ...effort import Effort
from ...errors import InvalidInput
from .deck import needs_deck
from .draws import Draws
from .step import Step
from .streams import Key, Reals, key_of

WIDTH = 16_384
"""Chains in a block: their arrays fit the second cache, and numpy's cost per call is spread thin."""
MEMORY = 2**26
"""Bytes that the decks of a block may fill."""
PULSE = 64
"""Samples drawn for each chain between two looks at the clock."""

Result = TypeVar("Result")
Start = Mapping[sp.Symbol, "float | sp.Expr | Reals"]


@dataclass(frozen=True)
class Block:
    """The chains with ids first, first + 1, ..., first + width - 1, ready to be sent to another process."""

    chain: Chain
    start: Reals
    """Shape (d, width)."""
    steps: int
    key: Key
    first: int
    seconds: float | None
    """What is left of the budget; a clock of another machine may stand anywhere."""

    @property
    def width(self) -> int:
        return int(self.start.shape[1])

    @property
    def pulse_length(self) -> int:
        """Steps between two looks at the clock."""
        return max(1, PULSE // self.chain.draw.batch_size)

    def draws(self) -> Draws:
        ids = np.arange(self.first, self.first + self.width, dtype=np.int64)
        return Draws(self.chain.draw, self.key, ids, self.steps)

    def step(self) -> Step:
        return Step(self.chain, self.width)


Pulse = Callable[[int], None]
"""Called with the number of steps done: raises when the budget has ended, tells how far the run is."""
Job = Callable[[Block, Pulse], Result]


def epoch(chain: Chain) -> int:
    """The number of steps after which the chain is looked at: N/S under reshuffling and cyclic, else 1."""
    dataset = data_set(chain.draw) if chain.draw.scheme in (Scheme.RESHUFFLING, Scheme.CYCLIC) else None
    return 1 if dataset is None else len(data_entries(dataset)) // chain.draw.batch_size


def over_blocks(job: Job[Result], chain: Chain, start: Start, steps: int, chains: int, effort: Effort) -> list[Result]:
    """job(block) for all blocks, in the order of the chains' ids."""
    require_numbers(chain, steps, chains)
    states = start_states(chain, start, chains)
    key = key_of(effort.seed)
    width = block_width(chain, chains, effort)
    blocks = [
        Block(chain, states[:, first : first + width], steps, key, first, None) for first in range(0, chains, width)
    ]
    return here(job, blocks, effort) if effort.executor is None else elsewhere(job, blocks, effort)


def here(job: Job[Result], blocks: Sequence[Block], effort: Effort) -> list[Result]:
    def pulse_of(index: int, block: Block) -> Pulse:
        def pulse(done: int) -> None:
            effort.check()
            if effort.progress is not None:
                effort.progress((index + done / max(1, block.steps)) / len(blocks))

        return pulse

    return [job(block, pulse_of(index, block)) for index, block in enumerate(blocks)]


def elsewhere(job: Job[Result], blocks: Sequence[Block], effort: Effort) -> list[Result]:
    """On the executor; what has not begun is called off when one block fails."""
    assert effort.executor is not None
    left = None if effort.deadline is None else effort.deadline - time.monotonic()
    futures: list[Future[Result]] = [
        effort.executor.submit(alone, job, replace(block, seconds=left)) for block in blocks
    ]
    results: list[Result] = []
    try:
        for future in futures:
            results.append(awaited(future, effort))
            if effort.progress is not None:
                effort.progress(len(results) / len(blocks))
    finally:
        for future in futures:
            future.cancel()
    return results


def awaited(future: Future[Result], effort: Effort) -> Result:
    """The result, or `Inconclusive` at the deadline: a block that waits in a queue does not see the clock."""
    try:
        return future.result(None if effort.deadline is None else max(0.0, effort.deadline - time.monotonic()))
    except TimeoutError:
        effort.check()
        raise


def alone(job: Job[Result], block: Block) -> Result:
    """One block in a process of its own, with its own clock."""
    effort = Effort.within(block.seconds)
    return job(block, lambda done: effort.check())


def block_width(chain: Chain, chains: int, effort: Effort) -> int:
    """As wide as memory allows; with an executor, at least two blocks for each processor where chains allow."""
    width = WIDTH
    draw = chain.draw
    dataset = data_set(draw) if draw.scheme is not Scheme.WITH_REPLACEMENT else None
    if dataset is not None and needs_deck(draw.scheme, len(data_entries(dataset)), draw.batch_size):
        width = min(width, MEMORY // (4 * len(data_entries(dataset))))
    if effort.executor is not None:
        width = min(width, max(256, -(-chains // (2 * (os.cpu_count() or 1)))))
    return max(16, width)


def require_numbers(chain: Chain, steps: int, chains: int) -> None:
    """Refuse free symbols, and numbers of steps and chains that are out of place."""
    if chain.parameters:
        names = ", ".join(sorted(map(str, chain.parameters)))
        raise InvalidInput(
            "values", f"no value for {names}", f"a number for each of {names}: a simulation has no free symbols"
        )
    require_count("steps", steps, 0, 10**9)
    require_count("chains", chains, 1, 10**8)
    if steps % epoch(chain):
        raise InvalidInput("steps", steps, f"a multiple of {epoch(chain)}, the number of updates in an epoch")


def require_count(name: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InvalidInput(name, value, f"an integer from {low} to {high}")


def start_states(chain: Chain, start: Start, chains: int) -> Reals:
    """The states at time 0, shape (d, chains): the same for all chains, or an array with an entry for each."""
    states = np.empty((chain.dimension, chains))
    for row, symbol in zip(states, chain.state, strict=True):
        if symbol not in start:
            raise InvalidInput(f"start.{symbol}", "nothing", f"a value for the state symbol {symbol}")
        value = start[symbol]
        if isinstance(value, np.ndarray) and value.shape != (chains,):
            raise InvalidInput(f"start.{symbol}", f"an array of shape {value.shape}", f"one of shape ({chains},)")
        try:
            row[:] = value if isinstance(value, np.ndarray) else float(value)
        except OverflowError:
            row[:] = np.inf
        if not np.isfinite(row).all():
            raise InvalidInput(f"start.{symbol}", "a number beyond the range of doubles", "finite numbers")
    return states
