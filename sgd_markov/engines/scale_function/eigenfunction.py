"""The quasi-stationary density m y/int m y of a diffusion, y the lowest eigenfunction, where cells end."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import sympy as sp
from flint import arb, fmpq

from ...answer.enclosure import Enclosure
from ...answer.number import Number
from ...balls.evaluate import evaluate
from ...balls.precision import ball, dyadic, precision
from ...chain.diffusion import Diffusion
from ...effort import Effort
from .densities import Cell
from .ladder import Rung
from .terrain import Way, interior_point, ways
from .way import Fineness, laid_out

BITS = 192
FINE = fmpq(1, 64)
"""rate s m of a cell: about a hundred nodes where y is like a sine."""

Place = tuple[arb, arb]
"""(w, Phi) at the end of a cell."""


def quasi_stationary_density(
    diffusion: Diffusion, low: sp.Expr, high: sp.Expr, rate: Enclosure, effort: Effort
) -> list[dict[str, Number]]:
    """[{at, density}] in the order of the line; not certified: eleven digits of a solution with the middle of the rate."""
    start = interior_point(diffusion, low, high)
    pair = ways(diffusion, start, low, high)
    first, last = pair[::-1] if pair[1].end is not None else pair
    with precision(BITS):
        nodes = list(solved(first, last, evaluate(start), ball(rate.middle), effort))
        total = nodes.pop()[2]
        rows = [{"at": rough(w), "density": rough(speed(diffusion, w, phi) * y / total)} for w, phi, y in nodes]
    return rows if first is pair[0] else rows[::-1]


def speed(diffusion: Diffusion, w: arb, phi: arb) -> arb:
    """m."""
    return 2 * phi.exp() / evaluate(diffusion.variance, {diffusion.variable: w})


def solved(first: Way, last: Way, start: arb, rate: arb, effort: Effort) -> Iterator[tuple[arb, arb, arb]]:
    """(w, Phi, y) from the far end of the first way to that of the last; at last int m y in the place of y."""
    before, after = (laid_out(way, effort, "speed", Fineness(rate, FINE))[0] for way in (first, last))
    y, p = (arb(0), arb(1)) if first.end is None else (arb(1), arb(0))
    begun = p
    for rung, (w, phi) in [*backwards(before, start), *((Rung.along(cell), end_of(cell)) for cell in after)]:
        y, p = rung.step(y, p, rate)
        yield w, phi, y
    yield start, arb(0), (begun - p) / rate


def backwards(cells: tuple[Cell, ...], start: arb) -> Iterator[tuple[Rung, Place]]:
    """From the far end to the start."""
    ends = [(start, arb(0)), *(end_of(cell) for cell in cells[:-1])]
    for cell, place in zip(reversed(cells), reversed(ends), strict=True):
        yield Rung.against(cell), place


def end_of(cell: Cell) -> Place:
    return cell.place, cell.level


def rough(value: arb) -> Number:
    """With an error of 1e-11 relative to it."""
    middle = dyadic(value.mid())
    reach = abs(middle) / 10**11
    return Number(None, Enclosure(Fraction(middle - reach), Fraction(middle + reach)), 10)
