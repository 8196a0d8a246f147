"""The Lyapunov exponents of a product of independent random matrices, sampled: a frame carried along, QR at each step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np
import sympy as sp

from ...answer.enclosure import Enclosure
from ...chain.mixture import Component
from ...effort import Effort
from ...errors import Inconclusive
from .statistics import mean
from .streams import Reals, Streams, key_of
from .tape import number

CHAINS = 2048
STEPS = 1000
"""Steps that are measured at first; as many again are gone through before, unmeasured."""
DOUBLINGS = 2
FORGOTTEN = 40
"""The start is forgotten once the gap between two exponents times the steps exceeds it: a factor exp(-40)."""
LOST = (1e-12, 1e-15)
"""A vector shrunk by this factor of the matrix's norm counts as mapped to 0, the first of the frame and the others: at
large matrices the others shrink as much by right, and a few bits of theirs are enough."""


class Entries:
    """One component of the mixture: its d*d entries as functions of the uniforms that its variables are drawn from."""

    def __init__(self, component: Component) -> None:
        self.laws = list(component.laws.values())
        self.width = sum(law.uniforms for law in self.laws)
        symbols = list(component.laws)
        self.functions = [
            sp.lambdify(symbols, value, "scipy") if value.free_symbols else constant(number(value))
            for value in component.values
        ]

    def at(self, uniforms: Reals) -> list[Reals | float]:
        """The entries, row by row."""
        ends = np.cumsum([0, *(law.uniforms for law in self.laws)])
        values = [law.from_uniforms(uniforms[a:b]) for law, a, b in zip(self.laws, ends, ends[1:], strict=False)]
        return [function(*values) for function in self.functions]


def constant(value: float) -> Callable[..., float]:
    return lambda *values: value


class Matrices:
    """Random matrices, shape (chains, d, d) a draw."""

    def __init__(self, components: tuple[Component, ...], size: int, seed: object, chains: int) -> None:
        self.parts = [Entries(component) for component in components]
        self.levels = np.cumsum([number(c.probability) for c in components])[:-1]
        self.width = max(part.width for part in self.parts)
        self.size, self.chains = size, chains
        self.streams = Streams(key_of(seed), np.arange(chains, dtype=np.int64))

    def drawn(self) -> Reals:
        uniforms = self.streams.uniforms(self.width + 1)
        which = np.searchsorted(self.levels, uniforms[0], side="right")
        matrices = np.empty((self.chains, self.size * self.size))
        for index, part in enumerate(self.parts):
            chosen = which == index
            for place, entry in enumerate(part.at(uniforms[1:, chosen])):
                matrices[chosen, place] = entry
        return matrices.reshape(self.chains, self.size, self.size)


def sampled_exponents(components: tuple[Component, ...], size: int, count: int, effort: Effort) -> list[Enclosure]:
    """99.9 % intervals of the `count` largest exponents of the product, per matrix, largest first.

    Independent chains, each with the mean growth of its frame after as many unmeasured steps as measured ones;
    Student's t over the chains. The steps are doubled while the two halves of the measured time disagree (99.9 %).
    Where neighbouring exponents are not clearly apart, the start may show for a time of the order of the run: their
    intervals are widened by the fluctuation of a single chain.
    Raises `Inconclusive` where a direction is mapped to 0: the exponent may be -oo.
    """
    matrices = Matrices(components, size, effort.seed, CHAINS)
    frame = generic_frame(matrices, min(size, max(count, 2)))
    steps = STEPS
    run(matrices, frame, steps, effort)
    for _ in range(DOUBLINGS + 1):
        halves = [run(matrices, frame, steps // 2, effort) for _ in range(2)]
        if all(0 in mean(late - early).enclosure for early, late in zip(*halves, strict=True)):
            return widened([(early + late) / 2 for early, late in zip(*halves, strict=True)], steps)[:count]
        run(matrices, frame, steps, effort)
        steps *= 2
    raise Inconclusive(f"the sampled growth still drifts after {steps} steps")


def generic_frame(matrices: Matrices, count: int) -> Reals:
    """Random orthonormal vectors for each chain: in no invariant subspace."""
    uniforms = matrices.streams.uniforms(matrices.size * count) - 0.5
    frame = uniforms.T.reshape(matrices.chains, matrices.size, count).copy()
    for _ in orthonormalised(frame):
        pass
    return frame


def widened(growth: list[Reals], steps: int) -> list[Enclosure]:
    """The intervals of the mean growth rates; neighbours that the run does not separate get the width of one chain."""
    found = [mean(sample) for sample in growth]
    close = {
        place
        for place in range(len(found) - 1)
        if (found[place].enclosure.lower - found[place + 1].enclosure.upper) * steps < FORGOTTEN
    }
    near = close | {place + 1 for place in close}
    extra = [Fraction(float(sample.std())) if place in near else Fraction(0) for place, sample in enumerate(growth)]
    return [Enclosure(m.enclosure.lower - e, m.enclosure.upper + e) for m, e in zip(found, extra, strict=True)]


def run(matrices: Matrices, frame: Reals, steps: int, effort: Effort) -> Reals:
    """The mean log growth a step of each vector of the frame, shape (count, chains); the frame is carried along."""
    total = np.zeros((frame.shape[2], frame.shape[0]))
    for step in range(steps):
        if step % 32 == 0:
            effort.check()
        drawn = matrices.drawn()
        sizes = np.sqrt((drawn * drawn).sum(axis=(1, 2)))
        frame[...] = drawn @ frame
        for row, lengths in enumerate(orthonormalised(frame)):
            require_growth(lengths, sizes * LOST[row > 0])
            total[row] += np.log(lengths)
    return total / steps


def orthonormalised(frame: Reals) -> Iterator[Reals]:
    """Gram and Schmidt in place; the lengths of the vectors as they are reached."""
    for column in range(frame.shape[2]):
        vector = frame[:, :, column]
        for earlier in range(column):
            other = frame[:, :, earlier]
            vector -= (other * vector).sum(axis=1)[:, None] * other
        lengths = np.sqrt((vector * vector).sum(axis=1))
        yield lengths
        vector /= lengths[:, None]


def require_growth(lengths: Reals, least: Reals) -> None:
    if not np.isfinite(lengths).all():
        raise Inconclusive("a sampled matrix lies beyond the range of doubles")
    lost = int((lengths <= least).sum())
    if lost:
        raise Inconclusive(f"{lost} of {len(lengths)} samples hit 0 exactly in one step: the exponent may be -oo")
