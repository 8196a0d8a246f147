"""When each chain first meets a condition; chains that have are taken out, so that a run costs what it must."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from ...chain.chain import Chain
from ...effort import Effort
from .blocks import Block, Pulse, Start, epoch, over_blocks
from .program import Program
from .step import Step
from .streams import Reals

SHRINK = 0.75
"""The share of running chains below which the arrays are made smaller."""


@dataclass(frozen=True)
class FirstTimes:
    """For each chain the first step n >= 0 at which some condition holds, and which of them."""

    steps: int
    time: NDArray[np.int64]
    """-1 where none held up to `steps`."""
    which: NDArray[np.int64]
    """The index of the first condition that held then; -1 where none did."""
    left_range: NDArray[np.bool_]
    """Chains that left the range of doubles before any condition held."""


def first_times(
    chain: Chain, start: Start, conditions: Sequence[sp.Basic], steps: int, chains: int, effort: Effort
) -> FirstTimes:
    """Run each chain until one of the `conditions` (relations in the state) holds, for at most `steps` steps.

    Under reshuffling and cyclic the conditions are looked at when an epoch ends; times count updates.

    >>> from sgd_markov.chain.draw import Draw
    >>> w = sp.Symbol("w", real=True)
    >>> halved = Chain((w,), (w / 2,), Draw())
    >>> first_times(halved, {w: 1.0}, [w < sp.Rational(1, 5)], 10, 2, Effort()).time.tolist()
    [3, 3]
    """
    parts = over_blocks(partial(time_block, tuple(conditions)), chain, start, steps, chains, effort)
    columns = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in ("time", "which", "left_range")
    }
    return FirstTimes(steps, **columns)


def time_block(conditions: tuple[sp.Basic, ...], block: Block, pulse: Pulse) -> FirstTimes:
    """One block."""
    with np.errstate(all="ignore"):
        return BlockTimes(conditions, block).run(pulse)


class BlockTimes:
    """The chains of a block that still run, and what is known of the others."""

    def __init__(self, conditions: tuple[sp.Basic, ...], block: Block) -> None:
        self.conditions, self.block = conditions, block
        self.draws = block.draws()
        self.state: Reals = block.start.copy()
        self.columns = np.arange(block.width)
        self.running = np.ones(block.width, bool)
        self.time = np.full(block.width, -1)
        self.which = np.full(block.width, -1)
        self.left_range = np.zeros(block.width, bool)
        self._compile()

    def run(self, pulse: Pulse) -> FirstTimes:
        stride = epoch(self.block.chain)
        self._look(0)
        for done in range(1, self.block.steps + 1):
            if not self.running.any():
                break
            if self.running.sum() < SHRINK * len(self.running):
                self._shrink()
            self.step(self.state, self.draws)
            if done % stride == 0:
                self._look(done)
            if done % self.block.pulse_length == 0:
                pulse(done)
        pulse(self.block.steps)
        return FirstTimes(self.block.steps, self.time, self.which, self.left_range)

    def _compile(self) -> None:
        self.step = Step(self.block.chain, len(self.columns))
        self.program = Program(self.block.chain.state, self.conditions, len(self.columns))

    def _look(self, done: int) -> None:
        """Conditions in order; a state beyond doubles decides none of them unless it already has a sign."""
        for index, holds in enumerate(self.program(*self.state)):
            hit = self.running & holds
            self.time[self.columns[hit]] = done
            self.which[self.columns[hit]] = index
            self.running &= ~hit
        gone = self.running & ~np.isfinite(self.state).all(axis=0)
        self.left_range[self.columns[gone]] = True
        self.running &= ~gone

    def _shrink(self) -> None:
        kept = self.running
        self.state = np.ascontiguousarray(self.state[:, kept])
        self.columns = self.columns[kept]
        self.draws.keep(kept)
        self.running = np.ones(len(self.columns), bool)
        self._compile()
