"""Regions that reach to minus infinity: how fast the chain comes back from far below, proved by a drift condition.

Let E min(w', cap) - w >= speed > 0 for all w <= edge. Then min(w, cap) - speed n is a submartingale until the first time at
which w >= edge, and the mean of that time is at most (cap - w)/speed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from flint import arb, arb_poly

from ...balls.precision import ball
from .blocks import Block, Layout
from .cells import Cell, Mesh
from .kernel import Density, Kernel, Move, Part, Term
from .primitives import constant_bracket
from .residual import Image

CAPS = 12
"""The cap is doubled so often, in units of the width of a step."""


@dataclass(frozen=True)
class Return:
    """From every w <= edge the mean time until w >= edge is at most (cap - w)/speed."""

    edge: Fraction
    cap: Fraction
    speed: arb


def return_from_below(kernel: Kernel, edge: Fraction) -> Return | None:
    """With a cap that makes the speed positive; None where none does. All drifts must be affine, of slope at most 1."""
    if any(move.scale is not None or move.drift.affine is None or move.drift.affine[1] > 1 for move in kernel.moves):
        return None
    width = width_of(kernel)
    for k in range(CAPS):
        cap = edge + width * 2**k
        speed = speed_below(kernel, edge, cap)
        if speed > 0:
            return Return(edge, cap, speed)
    return None


def speed_below(kernel: Kernel, edge: Fraction, cap: Fraction) -> arb:
    """A lower bound of E min(w', cap) - w for all w <= edge; it is attained at the edge.

    For slopes in [0, 1] m(w) - w and what the cap takes decrease in w; for those below 0 m(w) and -w do.
    """
    gains = (move.probability * gain(move, edge, cap) for move in kernel.moves)
    jumps = (p * ball(min(place, cap) - edge) for p, place in kernel.jumps)
    return sum((*gains, *jumps), start=arb(0)).lower()


def gain(move: Move, edge: Fraction, cap: Fraction) -> arb:
    """The part of a move; a floor only lifts it."""
    assert move.drift.affine is not None
    constant, slope = move.drift.affine
    nearest = constant + slope * edge
    top = cap if move.ceiling is None else min(cap, move.ceiling)
    if move.density.is_point:
        return ball(min(nearest, top) - edge)
    return ball(nearest - edge) + mean(move.density) - excess(move.density, top - nearest)


def escapes_below(kernel: Kernel, start: Fraction, high: Fraction) -> bool:
    """Is it proved that from `start` the chain goes to minus infinity with positive probability, before (-oo, high] is left?

    All drifts c + a w have slopes a >= b > 1. With u = -w and y = max(c + x, 0), u' >= b u - y while u >= 0, hence
    u_n >= b^n (u_0 - sum of y_k/b^k), where the sum has the mean E y/(b - 1): from u_0 + min(high, 0) above that it may stay
    below u_0 + min(high, 0) for ever. Noise without a lower bound leads to such a u_0 in one step.
    """
    moves = kernel.moves
    lines = [move.drift.affine for move in moves if move.scale is None and move.floor is None]
    slopes = [line[1] for line in lines if line is not None]
    if len(slopes) < len(moves) or min(slopes) <= 1 or kernel.jumps or kernel.stay != 0:
        return False
    push = sum((m.probability * lifted(m) for m in moves), start=arb(0)) / ball(min(slopes) - 1)
    unbounded = any(m.density.parts[0].low is None and m.density.parts[0].terms for m in moves)
    return unbounded or bool(push < ball(-start + min(high, Fraction(0))))


def lifted(move: Move) -> arb:
    """E max(c + x, 0)."""
    assert move.drift.affine is not None
    constant = move.drift.affine[0]
    return ball(max(constant, Fraction(0))) if move.density.is_point else excess(move.density, -constant)


def mean(density: Density) -> arb:
    """E x."""
    return sum((first_moment(part, part.low, Fraction(0)) for part in density.parts), start=arb(0))


def excess(density: Density, level: Fraction) -> arb:
    """E max(x - level, 0)."""
    above = [part for part in density.parts if part.high is None or part.high > level]
    ends = (level if part.low is None else max(part.low, level) for part in above)
    return sum((first_moment(part, end, level) for part, end in zip(above, ends, strict=True)), start=arb(0))


def first_moment(part: Part, low: Fraction | None, centre: Fraction) -> arb:
    """The integral of (x - centre) times the density over the part, from `low` on."""
    total = arb(0)
    for term in part.terms:
        for factor, power in ((arb(1), term.power + 1), (-ball(centre), term.power)):
            raised = Term(term.factor, power, term.rate)
            for end, side in ((part.high, 1), (low, -1)):
                if end is not None:
                    total += side * factor * term.factor * constant_bracket(ball(end), raised)
    return total


def width_of(kernel: Kernel) -> Fraction:
    """About the size of a step."""
    found = [Fraction(1, 2**20)]
    for move in kernel.moves:
        found += [abs(kink) for kink in move.density.kinks]
        for part in move.density.parts:
            rates = [(t.power + 1) / abs(float(t.rate)) for t in part.terms if t.rate is not None]
            found += [Fraction(rate).limit_denominator(1000) for rate in rates]
    return max(found)


class Below(Image):
    """w -> E[u(w'); w' < edge] with u(w) = constant + slope (edge - w); a floor below the edge is left out."""

    def __init__(self, kernel: Kernel, edge: Fraction, terms: int, constant: arb, slope: arb) -> None:
        cell = Cell(edge - 2, edge, 2)
        super().__init__(
            Mesh((cell,)), replace(kernel, stay=arb(0), jumps=()), (arb_poly([constant + slope, -slope]),), terms
        )
        block = Block(None, edge, cell=0)
        self.layouts = [
            Layout(move, (block,) if move.floor is None or move.floor < edge else ()) for move in kernel.moves
        ]

    def on(self, low: Fraction, high: Fraction, index: int) -> arb_poly:
        return super().on(low, high, 0)
