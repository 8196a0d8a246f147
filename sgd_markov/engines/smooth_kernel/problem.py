"""A problem of first passage prepared: its domain, what the ellipses allow, its solution in doubles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil, log, log2

import numpy as np
import sympy as sp
from flint import arb, arb_mat

from ...balls.evaluate import evaluate
from ...balls.precision import bits_for, precision
from ...effort import Effort
from ...errors import Inconclusive
from ...numerics.subtraction_free import Elimination
from ...numerics.wide_elimination import WideElimination
from .balls_kernel import BallKernel
from .domain import Domain, Interval, Piece, domain_of
from .floats import FloatKernel, fill_rows, float_kernel, function, real, wide_kernel
from .refined import (
    QUICK,
    Bordered,
    SlowPair,
    killed_solution,
    quick_solution,
    slow_pair,
    stationary_weights,
    steered_pair,
)
from .step import SmoothStep
from .strip import Offset, Strip, strip
from .symmetry import centred, folded

NODES = 2400
"""More nodes than this are refused: the double solve alone would take a minute."""
BASE, PER_WIDTH = 18, 4.2
"""Nodes of a piece in doubles: a few, and so many for every scale of the noise that its length holds."""
REMEMBERED: dict[tuple[Domain, tuple[int, ...], int], Refinement] = {}
"""Kernels in balls by domain, nodes and bits: a quantile asks for the same one a dozen times."""
LARGEST, LARGEST_WIDE = 290, min(4850, np.finfo(np.longdouble).maxexp * 3 // 10 - 20)
"""log10 of the mean times beyond leave the range of doubles, and of extended precision."""
MOST_WIDE = 1200
"""Nodes in extended precision, where 1000 take seconds."""


@dataclass(frozen=True)
class Problem:
    """The equation (I - K) v = f on a domain; `per_width`: how densely doubles place their nodes."""

    domain: Domain
    per_width: float = PER_WIDTH

    @classmethod
    def of_exit(cls, step: SmoothStep, intervals: Sequence[Interval]) -> Problem | None:
        """The problem of leaving closed intervals, on absolute values where the chain is symmetric."""
        domain = folded(step, intervals) or centred(step, intervals, True)
        return None if domain is None else cls(domain)

    @classmethod
    def of_open(cls, step: SmoothStep, intervals: Sequence[Interval]) -> Problem | None:
        """The problem of leaving open intervals."""
        domain = centred(step, intervals, False)
        return None if domain is None else cls(domain)

    @classmethod
    def of(cls, step: SmoothStep, intervals: Sequence[Interval], closed: bool = True) -> Problem | None:
        """In the chain's own coordinates; None where the step is not smooth on the intervals."""
        domain = domain_of(step, intervals, closed)
        return None if domain is None else cls(domain)

    def started(self, point: sp.Expr) -> Problem:
        """The problem with steps from that point too, which may be a barrier, a jump of the map or outside."""
        domain = self.domain.started(point)
        return self if domain is self.domain else replace(self, domain=domain)

    @cached_property
    def strip(self) -> Strip:
        """What the ellipses allow."""
        return strip(self.domain)

    @cached_property
    def counts(self) -> list[int]:
        """The nodes of every piece for doubles."""
        found = [BASE + int(self.per_width * widths(piece, self.domain.state)) for piece in self.domain.pieces]
        if sum(found) > NODES:
            raise Inconclusive(f"the kernel is too narrow for the region: more than {NODES} nodes would be needed")
        return found

    def nodes_for(self, log_size: float, log_error: float, offset: Offset | None = None) -> list[int]:
        """Nodes for solutions of size exp(log_size); refuses too many."""
        found = self.strip.counts(log_size, log_error, offset)
        if found is None or sum(found) > NODES:
            raise Inconclusive(f"the kernel is too narrow for the region: more than {NODES} nodes would be needed")
        return found

    @cached_property
    def floats(self) -> FloatKernel:
        return float_kernel(self.domain, self.counts)

    @cached_property
    def departure(self) -> Departure:
        """The mean times at the nodes, in doubles, or in extended precision where they leave the range of doubles."""
        try:
            return Departure.of(self.floats, LARGEST)
        except Inconclusive:
            if sum(self.counts) > MOST_WIDE:
                raise
            return Departure.of(wide_kernel(self.domain, self.counts), LARGEST_WIDE)

    @property
    def elimination(self) -> Elimination | WideElimination:
        return self.departure.elimination

    @property
    def times(self) -> np.ndarray:
        return self.departure.times

    @property
    def log_time(self) -> float:
        """The logarithm of the longest mean time."""
        return max(0.0, float(np.log(self.times.max())))

    @cached_property
    def pair(self) -> SlowPair:
        """The quasi-stationary pair."""
        return slow_pair(self.departure.kernel, self.elimination)

    def at(self, point: sp.Expr, values: np.ndarray) -> float:
        """sum_j K(point, j) values_j in doubles; the sum has the range of the values."""
        legs = self.domain.places[self.domain.place_of(point)].legs
        nodes = self.floats.states[: len(self.floats.weights)]
        moves = np.empty((1, len(values)))
        fill_rows(self.domain, legs, np.array([real(point)]), nodes, self.floats.weights, moves)
        found: float = moves[0] @ values
        return found

    def refined(self, digits: int, log_size: float, effort: Effort, offset: Offset | None = None) -> Refinement:
        """The kernel in balls, fine enough for an absolute residual of 10^-digits in solutions of that size."""
        room = 2.0 * ceil(max(0.0, log_size) / 2)  # in steps, so that questions alike share one kernel
        counts = tuple(self.nodes_for(room, -digits * log(10), offset))
        bits = bits_for(digits) + int(room / log(2)) + 2 * int(log2(sum(counts) + 2)) + 24
        bits = 32 * ceil(bits / 32)
        key = (self.domain, counts, bits)
        if key not in REMEMBERED:
            with precision(bits):
                kernel = BallKernel.of(self.domain, counts)
                found = Refinement(
                    self, list(counts), bits, float_kernel(self.domain, counts), kernel, kernel.matrix(effort)
                )
            while len(REMEMBERED) >= 4:
                REMEMBERED.pop(next(iter(REMEMBERED)))
            REMEMBERED[key] = found
        return REMEMBERED[key]


def widths(piece: Piece, state: sp.Symbol) -> float:
    """The length of the piece in units of the smallest scale found at 65 points, on either side of the kernel."""
    low, high = real(piece.low), real(piece.high)
    points = np.linspace(low, high, 65)
    narrowest = np.inf
    for leg in piece.legs:
        steepness = np.maximum(1.0, np.abs(function(sp.diff(leg.centre, state), state)(points)))
        narrowest = min(narrowest, (function(leg.scale, state)(points) / steepness).min() * leg.density.width)
    return float((high - low) / narrowest)


@dataclass(frozen=True)
class Departure:
    """The kernel in floating point with its factors, and the mean times at its states."""

    kernel: FloatKernel
    elimination: Elimination | WideElimination
    times: np.ndarray

    @classmethod
    def of(cls, kernel: FloatKernel, largest: int) -> Departure:
        """Refused where a mean time is above 10^largest."""
        with np.errstate(all="ignore"):
            elimination = kernel.elimination()
            times = elimination.solve(np.ones(len(kernel.killed)))
        if not np.isfinite(times.max()) or np.log10(times.max()) > largest:
            raise Inconclusive(f"the mean time is beyond 1e{largest}, outside the range of floating point")
        return cls(kernel, elimination, times)


@dataclass(frozen=True)
class Refinement:
    """The discretised problem at `bits` bits; use it inside `precision(bits)`."""

    problem: Problem
    counts: list[int]
    bits: int
    floats: FloatKernel
    kernel: BallKernel
    matrix: arb_mat

    @cached_property
    def pair(self) -> SlowPair:
        """The quasi-stationary pair in doubles."""
        if self.problem.departure.kernel is not self.problem.floats:  # doubles round its gap to 0
            return steered_pair(self.floats, self.problem.pair.gap)
        return slow_pair(self.floats, self.floats.elimination())

    def solution(self, right_side: list[arb], digits_bits: int, effort: Effort) -> arb_mat:
        """t with (I - K) t = f up to about 2^-digits_bits: exact midpoints, one column."""
        if self.problem.times.max() < QUICK:
            return quick_solution(self.matrix, self.floats, right_side, digits_bits, effort)
        return killed_solution(self.matrix, self.floats, self.pair, right_side, digits_bits, effort)

    @cached_property
    def steady(self) -> Bordered:
        """The system of a chain that is never killed, bordered by the constants and its stationary weights."""
        ones, weights = np.ones(len(self.floats.killed)), stationary_weights(self.floats.moves)
        return Bordered(self.matrix, self.floats.moves, SlowPair(0.0, ones, weights))

    @cached_property
    def row_error(self) -> arb:
        """What the rule loses at most of P(stay), from any state."""
        return self.problem.strip.row_error(self.counts)

    def row_at(self, point: sp.Expr) -> list[arb]:
        return self.kernel.row(evaluate(point), self.problem.domain.places[self.problem.domain.place_of(point)])

    def quadrature_error(self, values: arb_mat, tails: int = 0) -> arb:
        """What the rule loses at most of the integral of k(w, .) v, v = 1 + sum of kernel columns times `values`.

        `tails`: so many tail probabilities P(Z > (end - m)/s) more in v, each with a factor of at most 1.
        """
        sizes = [abs(values[i, 0]) for i in range(values.nrows())]
        nodes = len(self.kernel.weights)
        total = sum((q * t for q, t in zip(self.kernel.weights, sizes[:nodes], strict=True)), arb(0))
        return self.problem.strip.error(self.counts, total, sum(sizes[nodes:], arb(tails)))


def dot(row: Sequence[arb], values: arb_mat) -> arb:
    """The product of a row with a column."""
    return sum((entry * values[i, 0] for i, entry in enumerate(row)), arb(0))


def largest(column: arb_mat) -> arb:
    """An upper bound of the absolute entries."""
    found = arb(0)
    for i in range(column.nrows()):
        found = found.max(arb(column[i, 0].abs_upper()))
    return found
