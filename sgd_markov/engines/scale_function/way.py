"""What lies along a way: the sums of s, m and of m before s, over cells and beyond them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flint import arb, ctx

from ...balls.evaluate import evaluate
from ...effort import Effort
from ...errors import Inconclusive
from .densities import Cell, Stretch, measure, next_disc
from .ends import Bound
from .terrain import Way

CELL_LIMIT = 40_000


@dataclass(frozen=True)
class Sums:
    """Integrals over the way, all of positive functions: `scale` int s, `speed` int m, `pairs` int m(x) s(y) over x before y."""

    cells: tuple[Cell, ...]
    scale: arb
    speed: arb
    pairs: arb


def sums(way: Way, effort: Effort, of: str = "speed") -> Sums:
    """Over the way, with depth 2; at a singular end `of` ("speed" or "scale") is the density that is integrable there."""
    cells, rest = laid_out(way, effort, 2, of)
    scale, speed, pairs = arb(0), arb(0), arb(0)
    for cell in cells:
        pairs += speed * cell.s + cell.from_m[2]
        scale += cell.s
        speed += cell.m
    if way.end is not None and of == "speed":
        return Sums(cells, scale, speed + rest, pairs)
    return Sums(cells, scale + rest, speed, pairs)


def laid_out(way: Way, effort: Effort, depth: int, of: str) -> tuple[tuple[Cell, ...], arb]:
    """The cells of the way, and a ball for what the density `of` has beyond the last one."""
    limit = float(10 + ctx.prec / 8)
    level, total, cells = arb(0), arb(0), []
    for stretch in way.stretches:
        bound = end_bound(way, of) if stretch.last is None else None
        for cell, q in cells_of(stretch, level, limit, depth, effort):
            cells.append(cell)
            level = cell.level
            total += cell.m if of == "speed" else cell.s
            if bound is not None:
                rest = beyond(way, bound, q, level, of)
                if rest < total * arb(2) ** (-ctx.prec):
                    return tuple(cells), arb(0).union(rest)
            if len(cells) > CELL_LIMIT:
                raise Inconclusive(
                    f"more than {CELL_LIMIT} cells are needed: the variance is very small beside the drift"
                )
    return tuple(cells), arb(0)


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


def cells_of(stretch: Stretch, level: arb, limit: float, depth: int, effort: Effort) -> Iterator[tuple[Cell, arb]]:
    """The cells of a stretch in order, each with its end."""
    left = evaluate(stretch.first)
    right = None if stretch.last is None else evaluate(stretch.last)
    width = (right - left).mid() if right is not None else arb(1) if stretch.infinite else (-left / 2).mid()
    last = False
    while not last:
        effort.check()
        found, end, last = next_disc(stretch, left, right, width, limit)
        cell = measure(stretch, found, level, depth)
        yield cell, end
        width, left, level = (3 * (end - left)).mid(), end, cell.level
