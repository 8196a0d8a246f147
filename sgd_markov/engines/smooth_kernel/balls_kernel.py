"""The killed kernel in ball arithmetic: nodes, one row for any state, the whole matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import inf

import numpy as np
import sympy as sp
from flint import arb, arb_mat, ctx
from numpy.typing import NDArray

from ...balls.evaluate import evaluate
from ...balls.precision import precision
from ...effort import Effort
from .domain import Domain, Leg, Piece

Reals = NDArray[np.float64]
SPARE, BAND = 64, 64
"""Bits beyond the working precision at which a density is negligible; those by which precisions differ."""


@dataclass(frozen=True)
class BallKernel:
    """`states`: nodes, then atoms; `places`: that of each in the domain; `weights`: those of the nodes. At one precision."""

    domain: Domain
    states: tuple[arb, ...]
    places: tuple[int, ...]
    weights: tuple[arb, ...]

    @classmethod
    def of(cls, domain: Domain, counts: Sequence[int]) -> BallKernel:
        nodes, places, weights = [], [], []
        for place, (piece, count) in enumerate(zip(domain.pieces, counts, strict=True)):
            low, high = evaluate(piece.low), evaluate(piece.high)
            middle, half = (low + high) / 2, (high - low) / 2
            for root, weight in legendre_balls(count):
                nodes.append(middle + half * root)
                weights.append(half * weight)
                places.append(place)
        for k, (at, _) in enumerate(domain.atoms):
            nodes.append(evaluate(at))
            places.append(len(domain.pieces) + k)
        return cls(domain, tuple(nodes), tuple(places), tuple(weights))

    @cached_property
    def rough(self) -> Reals:
        """The nodes in doubles, which choose precisions only."""
        return np.array([float(y) for y in self.states[: len(self.weights)]])

    def row(self, state: arb, piece: Piece) -> list[arb]:
        """The weights times k(state, node), and the masses of the atoms."""
        legs = [(evaluate(leg.probability), *values(leg, self.domain.state, state), leg) for leg in piece.legs]
        rows = [self.branch_row(*leg) for leg in legs]
        entries = rows[0]
        if len(legs) > 1:
            entries = [sum(parts[1:], parts[0]) for parts in zip(*rows, strict=True)]
        for at, side in zip(self.states[len(self.weights) :], (side for _, side in self.domain.atoms), strict=True):
            entries.append(sum((p * leg.density.tail((at - m) * side / s) for p, m, s, leg in legs), arb(0)))
        return entries

    def branch_row(self, probability: arb, centre: arb, scale: arb, leg: Leg) -> list[arb]:
        """probability f((y - centre)/scale)/scale times the weight, for every node y.

        To an absolute error of about 2^-bits: densities below 2^-(bits + SPARE) stand as balls around 0 without being
        computed, small ones are computed with fewer bits.
        """
        factor = probability / scale
        far = leg.density.reach(-(ctx.prec + SPARE)) * scale
        speck = arb(0, 1) * (factor * arb(2) ** -(ctx.prec + SPARE) * self.heaviest)
        entries: list[arb] = []
        for bits, run in bands(leg, float(centre), float(scale), self.rough):
            part = slice(len(entries), len(entries) + run)
            some = self.states[part]
            if bits == 0 and (some[0] - centre > far or centre - some[-1] > far):  # nodes increase
                entries += [speck] * run
                continue
            with precision(bits or ctx.prec):
                entries += leg.density.entries(some, centre, scale, [weight * factor for weight in self.weights[part]])
        return entries

    @cached_property
    def heaviest(self) -> arb:
        """The largest weight."""
        found = self.weights[0]
        for weight in self.weights[1:]:
            found = found.max(weight)
        return found

    def matrix(self, effort: Effort) -> arb_mat:
        rows: list[arb] = []
        for state, place in zip(self.states, self.places, strict=True):
            effort.check()
            rows.extend(self.row(state, self.domain.places[place]))
        return arb_mat(len(self.states), len(self.states), rows)

    def staying(self, state: arb, piece: Piece) -> arb:
        """The probability to stay, from a state: that of the pieces and of the barriers, none of it a difference from 1."""
        total = arb(0)
        kept = [(other.low, other.high) for other in self.domain.pieces]
        kept += [(-sp.oo, at) if side < 0 else (at, sp.oo) for at, side in self.domain.atoms]
        for leg in piece.legs:
            centre, scale = values(leg, self.domain.state, state)
            for low, high in kept:
                total += evaluate(leg.probability) * mass(leg, low, high, centre, scale)
        return total


def mass(leg: Leg, low: sp.Expr, high: sp.Expr, centre: arb, scale: arb) -> arb:
    """P(centre + scale Z in (low, high)), from the tails on the far side."""
    tail = leg.density.tail
    if low == -sp.oo:
        return tail((centre - evaluate(high)) / scale)
    u = (evaluate(low) - centre) / scale
    if high == sp.oo:
        return tail(u)
    v = (evaluate(high) - centre) / scale
    return tail(u) - tail(v) if u + v > 0 else tail(-v) - tail(-u)


def values(leg: Leg, symbol: sp.Symbol, state: arb) -> tuple[arb, arb]:
    return evaluate(leg.centre, {symbol: state}), evaluate(leg.scale, {symbol: state})


def bands(leg: Leg, centre: float, scale: float, rough: Reals) -> list[tuple[int, int]]:
    """(bits, how many nodes in a row): the precision that a density needs, 0 where it seems to be negligible."""
    full = int(ctx.prec)
    if leg.density.reach(-1.0) == inf:
        return [(full, len(rough))]
    known = range(0, full + SPARE, BAND)
    far = np.array([leg.density.reach(bits - full - SPARE) for bits in known])
    nearer = (np.abs(rough - centre)[:, None] / scale < far).sum(axis=1)  # how many of these distances are larger
    bits = np.where(nearer == 0, 0, np.minimum(full, nearer * BAND + SPARE))
    ends = [0, *(np.flatnonzero(np.diff(bits)) + 1), len(bits)]
    return [(int(bits[first]), int(last - first)) for first, last in pairwise(ends)]


def legendre_balls(count: int) -> list[tuple[arb, arb]]:
    """Gauss-Legendre nodes and weights on [-1, 1], increasing, at the working precision."""
    half = [arb.legendre_p_root(count, k, weight=True) for k in range((count + 1) // 2)]
    return [(-root, weight) for root, weight in half] + [(root, weight) for root, weight in half[: count // 2][::-1]]
