"""Many copies of a chain for a number of steps: final states, observables, suprema, growth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from ...chain.chain import Chain, Point
from ...effort import Effort
from .blocks import Block, Pulse, Start, epoch, over_blocks
from .growth import Scale, homogeneous, moved_to_zero, norm
from .program import Program
from .streams import Reals

RESCALE = 4
"""Steps between two looks at the size of a linear chain."""


@dataclass(frozen=True)
class Run:
    """What is left of `chains` chains after `steps` steps; chain i is column i, and never depends on the others.

    Chains that left the range of doubles at any step are marked in `left_range`; their other entries mean nothing.
    """

    steps: int
    final: Reals
    """States, shape (d, chains)."""
    observed: Reals
    """Values of the observables at the final states, shape (k, chains)."""
    left_range: NDArray[np.bool_]
    at_point: NDArray[np.bool_]
    """Final state exactly `about` (0 unless given), but for second moments and steps of an optimizer; for chains far
    below 1e-308 this may be underflow."""
    supremum: Reals | None = None
    """sup over 0 <= n <= steps of |w_n - about|, Euclidean norm."""
    log_growth: Reals | None = None
    """log(|w_T - about| / |w_0 - about|) / T per step, natural logarithm; -oo where the point was hit."""

    @property
    def chains(self) -> int:
        return int(self.final.shape[1])

    @property
    def overflows(self) -> int:
        return int(self.left_range.sum())

    @property
    def zeros(self) -> int:
        return int(self.at_point.sum())


@dataclass(frozen=True)
class Wanted:
    """What a run is to keep beside the final states."""

    observe: tuple[sp.Expr, ...] = ()
    about: tuple[float, ...] = ()
    supremum: bool = False
    growth: bool = False
    scaled: bool = False
    """The chain is linear around `about`: powers of two are taken out on the way."""


def simulate(
    chain: Chain,
    start: Start,
    steps: int,
    chains: int,
    effort: Effort,
    observe: Sequence[sp.Expr] = (),
    *,
    about: Point | None = None,
    supremum: bool = False,
    growth: bool = False,
) -> Run:
    """Run `chains` independent copies for `steps` steps from `start` (a number or an array for each state symbol).

    `observe`: expressions in the state, evaluated at the end. `about`: the point that `supremum` and `growth`
    refer to (default 0). With `growth` a chain that is linear around the point (homogeneous of degree 1) is
    rescaled on the way, so that its growth is right far outside the range of doubles.

    Under reshuffling and cyclic the chain is looked at when an epoch ends, and `steps` is whole epochs.
    Raises `InvalidInput` for free symbols, counts out of place, or missing starts; `Inconclusive` at the deadline.
    """
    point = {symbol: sp.Integer(0) for symbol in chain.state} if about is None else dict(about)
    centre = tuple(float(point[symbol]) for symbol in chain.state)
    job_chain = moved_to_zero(chain, point) if growth else chain
    scaled = growth and not supremum and homogeneous(job_chain)
    wanted = Wanted(tuple(observe), centre, supremum, growth, scaled)
    if growth:
        start = {symbol: less(start[symbol], point[symbol]) for symbol in chain.state if symbol in start}
    parts = over_blocks(partial(run_block, wanted), job_chain, start, steps, chains, effort)
    return joined(steps, parts)


def less(start: float | sp.Expr | Reals, value: sp.Expr) -> sp.Expr | Reals:
    """start - value; exact where both are."""
    return start - float(value) if isinstance(start, np.ndarray) else sp.sympify(start) - value


def run_block(wanted: Wanted, block: Block, pulse: Pulse) -> Run:
    """All steps of one block."""
    with np.errstate(all="ignore"):
        return BlockRun(wanted, block).run(pulse)


class BlockRun:
    """The state of one block while it runs; with `growth` the state is the distance from `about`."""

    def __init__(self, wanted: Wanted, block: Block) -> None:
        self.wanted, self.block = wanted, block
        self.state = block.start.copy()
        self.inside = np.ones(block.width, bool)
        self.scale = Scale(block.width)
        centre = np.array(wanted.about)[:, None]
        self.offset = np.zeros_like(centre) if wanted.growth else centre
        self.centre = centre
        self.supremum = norm(self.state - self.offset) if wanted.supremum else None

    def run(self, pulse: Pulse) -> Run:
        step, draws = self.block.step(), self.block.draws()
        stride, pulse_length = epoch(self.block.chain), self.block.pulse_length
        finite = np.empty(self.block.width, bool)
        for done in range(1, self.block.steps + 1):
            step(self.state, draws)
            for row in self.state:
                np.logical_and(self.inside, np.isfinite(row, finite), self.inside)
            if self.supremum is not None and done % stride == 0:
                np.maximum(self.supremum, norm(self.state - self.offset), out=self.supremum)
            if self.wanted.scaled and done % RESCALE == 0:
                self.scale.rescale(self.state)
            if done % pulse_length == 0:
                pulse(done)
        pulse(self.block.steps)
        return self._result()

    def _result(self) -> Run:
        chain = self.block.chain
        moving = [place for place, symbol in enumerate(chain.state) if symbol not in chain.neutral]
        final = self.scale.restored(self.state) + self.centre if self.wanted.growth else self.state
        program = Program(chain.state, self.wanted.observe, self.block.width)
        observed = [np.broadcast_to(value, self.block.width) for value in program(*final)]
        return Run(
            steps=self.block.steps,
            final=final,
            observed=np.array(observed, float).reshape(len(observed), self.block.width),
            left_range=~self.inside,
            at_point=(self.state[moving] == self.offset[moving]).all(axis=0),
            supremum=self.supremum,
            log_growth=self._growth() if self.wanted.growth else None,
        )

    def _growth(self) -> Reals:
        gained = self.scale.log_norm(self.state) - np.log(norm(self.block.start))
        return gained / max(1, self.block.steps)


def joined(steps: int, parts: Sequence[Run]) -> Run:
    """Blocks side by side."""

    def side_by_side(name: str) -> NDArray[np.float64] | None:
        pieces = [getattr(part, name) for part in parts]
        return None if pieces[0] is None else np.concatenate(pieces, axis=-1)

    names = ("final", "observed", "left_range", "at_point", "supremum", "log_growth")
    return Run(steps, **{name: side_by_side(name) for name in names})  # type: ignore[arg-type]
