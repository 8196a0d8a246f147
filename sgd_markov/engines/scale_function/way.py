"""What lies along a way: the sums of s, m and of m before s, over cells and beyond them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flint import arb, ctx, fmpq

from ...balls.evaluate import evaluate
from ...effort import Effort
from ...errors import Inconclusive
from .densities import Cell, Stretch, measure, next_disc, sharpened
from .ends import Bound
from .terrain import Way

QUARTER = fmpq(1, 4)
CELL_LIMIT = 40_000
NARROWEST = 60
"""Halvings of a stretch that lead to cells too narrow to go on with."""


@dataclass(frozen=True)
class Sums:
    """Integrals over the way, all of positive functions: `scale` int s, `speed` int m, `pairs` int m(x) s(y) over x before y."""

    cells: tuple[Cell, ...]
    scale: arb
    speed: arb
    pairs: arb


def sums(way: Way, effort: Effort, of: str = "speed") -> Sums:
    """Over the way, with depth 2; at a singular end `of` ("speed" or "scale") is the density that is integrable there."""
    cells, beyond_them = laid_out(way, effort, of)
    rest = beyond_them.ball
    scale, speed, pairs = arb(0), arb(0), arb(0)
    for cell in cells:
        pairs += speed * cell.s + cell.from_m[2]
        scale += cell.s
        speed += cell.m
    if way.end is not None and of == "speed":
        return Sums(cells, scale, speed + rest, pairs)
    return Sums(cells, scale + rest, speed, pairs)


@dataclass(frozen=True)
class Fineness:
    """How fine cells have to be for the equation y'' = -lambda y (derivatives by s, m) with lambda up to `rate`.

    Cells with rate s m > `most` are split; the others carry words until the rest is below the working precision.
    """

    rate: arb
    most: fmpq = QUARTER

    def too_coarse(self, cell: Cell) -> bool:
        return not self.rate * cell.s * cell.m < arb(self.most)

    def depth(self, cell: Cell) -> int:
        """Words of 2 j letters are at most (rate s m)^j/(j!)^2."""
        size = (self.rate * cell.s * cell.m).upper()
        j, term = 1, size
        while not term < arb(2) ** (-ctx.prec):
            j += 1
            term *= size / j**2
        return 2 * j


def laid_out(
    way: Way,
    effort: Effort,
    of: str,
    fineness: Fineness | None = None,
    reach: Callable[[arb], bool] = lambda u: True,
    bits: int | None = None,
) -> tuple[tuple[Cell, ...], Rest]:
    """The cells of the way, and what the density `of` has beyond the last one.

    `reach`: a condition on the coordinate u that goes to 0 at a singular end, before which the cells do not stop;
    nor do they before the share of the rest is 2^-bits, by default the working precision.
    """
    enough = arb(2) ** -(bits or ctx.prec)
    limit = float(10 + ctx.prec / 8)
    level, total, cells = arb(0), arb(0), []
    for stretch in way.stretches:
        bound = end_bound(way, of) if stretch.last is None else None
        for cell, q in cells_of(stretch, level, limit, fineness, effort):
            cells.append(cell)
            level = cell.level
            total += cell.m if of == "speed" else cell.s
            if bound is not None:
                rest = beyond(way, bound, q, level, of)
                if rest < total * enough and reach(way.end.coordinate(q)):  # type: ignore[union-attr]
                    return tuple(cells), Rest(rest, q, level)
            if len(cells) > CELL_LIMIT:
                raise Inconclusive(
                    f"more than {CELL_LIMIT} cells are needed: the variance is very small beside the drift"
                )
    return tuple(cells), Rest(arb(0), None, level)


@dataclass(frozen=True)
class Rest:
    """Beyond the last cell: a bound of the integral of the density, the place q where the cells end, and Phi there."""

    bound: arb
    q: arb | None
    level: arb

    @property
    def place(self) -> arb:
        assert self.q is not None
        return self.q

    @property
    def ball(self) -> arb:
        return arb(0).union(self.bound)


def end_bound(way: Way, of: str) -> Bound:
    assert way.end is not None
    return (way.end.speed if of == "speed" else way.end.scale).bound()


def beyond(way: Way, bound: Bound, q: arb, level: arb, of: str) -> arb:
    """The bound of the rest of the density beyond q."""
    end = way.end
    assert end is not None
    stretch = end.stretch
    variance = evaluate(stretch.variance, {stretch.variable: q})
    value = 2 * level.exp() / variance if of == "speed" else (-level).exp()
    return bound.rest(end.coordinate(q), end.density(q, value))


def cells_of(
    stretch: Stretch, level: arb, limit: float, fineness: Fineness | None, effort: Effort
) -> Iterator[tuple[Cell, arb]]:
    """The cells of a stretch in order, each with its end."""
    left = evaluate(stretch.first)
    right = None if stretch.last is None else evaluate(stretch.last)
    width = (right - left).mid() if right is not None else arb(1) if stretch.infinite else (-left / 2).mid()
    floor = arb(0) if right is None else (right - left).mid() * arb(2) ** -NARROWEST
    last = False
    while not last:
        effort.check()
        found, end, last = next_disc(stretch, left, right, width, limit, floor)
        cell = measure(stretch, found, level, 2)
        if fineness is not None:
            if fineness.too_coarse(cell):
                width, last = ((end - left) / 2).mid(), False
                continue
            depth = fineness.depth(cell)
            if depth > 2:
                sharp = sharpened(found, stretch, limit, depth, fineness.rate)
                cell = measure(stretch, sharp, level, depth, fineness.rate)
        yield cell, end
        width, left, level = (3 * (end - left)).mid(), end, cell.level
