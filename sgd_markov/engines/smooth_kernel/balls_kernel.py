"""The killed kernel in ball arithmetic: nodes, one row for any state, the whole matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp
from flint import arb, arb_mat, ctx

from ...balls.evaluate import evaluate
from ...effort import Effort
from .domain import Domain, Leg, Piece


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

    def row(self, state: arb, piece: Piece) -> list[arb]:
        """The weights times k(state, node), and the masses of the atoms."""
        legs = [(evaluate(leg.probability), *values(leg, self.domain.state, state), leg) for leg in piece.legs]
        nodes = self.states[: len(self.weights)]
        if len(legs) == 1:
            entries = branch_row(*legs[0], nodes, self.weights)
        else:
            rows = [branch_row(*leg, nodes, self.weights) for leg in legs]
            entries = [sum(parts[1:], parts[0]) for parts in zip(*rows, strict=True)]
        for at, side in zip(self.states[len(self.weights) :], (side for _, side in self.domain.atoms), strict=True):
            entries.append(sum((p * leg.density.tail((at - m) * side / s) for p, m, s, leg in legs), arb(0)))
        return entries

    def matrix(self, effort: Effort) -> arb_mat:
        rows: list[arb] = []
        for state, place in zip(self.states, self.places, strict=True):
            effort.check()
            rows.extend(self.row(state, self.domain.places[place]))
        return arb_mat(len(self.states), len(self.states), rows)

    def killed(self, state: arb, piece: Piece) -> arb:
        """The probability to leave from a state."""
        total = arb(0)
        for leg in piece.legs:
            centre, scale = values(leg, self.domain.state, state)
            for low, high in self.domain.gaps:
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


def branch_row(
    probability: arb, centre: arb, scale: arb, leg: Leg, nodes: Sequence[arb], weights: Sequence[arb]
) -> list[arb]:
    """probability f((y - centre)/scale)/scale times the weight, for every node y.

    Densities below 2^-(2 bits) stand as balls around 0 without being computed.
    """
    level = -2 * ctx.prec
    far = leg.density.reach(level)
    shrunk, factor, density = 1 / scale, probability / scale, leg.density.density
    speck = arb(0, arb(2) ** level) * factor
    entries = []
    for y, weight in zip(nodes, weights, strict=True):
        u = (y - centre) * shrunk
        entries.append(weight * (speck if u > far or u < -far else factor * density(u)))
    return entries


def legendre_balls(count: int) -> list[tuple[arb, arb]]:
    """Gauss-Legendre nodes and weights on [-1, 1], increasing, at the working precision."""
    half = [arb.legendre_p_root(count, k, weight=True) for k in range((count + 1) // 2)]
    return [(-root, weight) for root, weight in half] + [(root, weight) for root, weight in half[: count // 2][::-1]]
