"""One matrix against functions that are linear on cells: how far log ||A u|| + h(A u) leaves its chord on each cell.

On a cell, between consecutive places whose images are nodes, the image lies in one cell (up to `slack`), where with
D = ||A u|| (affine in the place s of u, as one coordinate leads) and the slope m of h

    g(s) = log D + h + m T(s),    T' = det A / D^2,    -g'' = (D'/D)^2 + 2 m det A D'/D^3,

so that on a piece of length L the graph of g leaves its chord by at most L^2/8 times a bound of -g'' upwards, of g''
downwards. All matrices are invertible.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .directions import ALONG, LINES, RAYS, Floats, Integers, direction, place_of, side_of
from .grid import Grid, following, preceding, ragged
from .matrices import ROUNDING, RoundedMatrix, columns
from .rounded_log import LOG_ERROR, rounded_log

MARGIN = 1 + 2.0**-20
"""Covers the rounding of products of quotients that are proved up to a relative 2^-22."""

WORST = 2.0**-24
"""Matrices whose images have a greater relative error are left to other methods."""

INNER = 2.0**-46
"""What the values of a function of size 1 lose on their way into an excess over a chord."""


@dataclass(frozen=True)
class LinearPieces:
    """The geometry of one matrix on a grid. Points: both ends of every cell and the inner ones whose images are nodes;
    pieces lie between consecutive points of a cell.

    Of nodes: `log_end` = log ||A u||, `image_place` and `image_cell` of A u. Of points: their `cell`, their `share`
    of it from 0 to 1, `log_size`, and the `node` that is the image of an inner point (-1 for ends). Of pieces: the point
    `before`, the cell `met` by the image, `bend` = L^2/8 sup (D'/D)^2, `turn` = L^2/8 (2 det D'/D^3) of largest modulus,
    and `slack`. `first`: the pieces with which the cells start. `offset`: what log D is off by at most.
    """

    grid: Grid
    log_end: Floats
    image_place: Floats
    image_cell: Integers
    cell: Integers
    share: Floats
    log_size: Floats
    node: Integers
    before: Integers
    met: Integers
    bend: Floats
    turn: Floats
    slack: Floats
    first: Integers
    offset: float

    def at_nodes(self, values: Floats) -> Floats:
        """log ||A u|| + h(A u) at the nodes."""
        return self.log_end + self.grid.value_at(values, self.image_place, self.image_cell)

    def excess(self, values: Floats, slopes: Floats, at_nodes: Floats) -> tuple[Floats, Floats]:
        """Bounds from above and from below, on each cell, of g minus its chord between `at_nodes`."""
        rise = following(at_nodes) - at_nodes
        chord = at_nodes[self.cell] + rise[self.cell] * self.share
        over = np.where(self.node >= 0, self.log_size + values[self.node] - chord, 0.0)
        lost = (
            self.slack * (8 + 8 * steepest_nearby(slopes)[self.met]) + self.offset + INNER * (1 + np.abs(values).max())
        )
        turned = slopes[self.met] * self.turn
        one, other = over[self.before], over[self.before + 1]
        most = np.maximum(one, other) + self.bend + np.maximum(turned, 0) + lost
        least = np.minimum(one, other) + np.minimum(turned, 0) - lost
        return np.maximum.reduceat(most, self.first), np.minimum.reduceat(least, self.first)


def steepest_nearby(slopes: Floats) -> Floats:
    """The largest modulus of the slope on a cell and its two neighbours."""
    size = np.abs(slopes)
    return np.maximum(size, np.maximum(following(size), preceding(size)))


def linear_pieces(grid: Grid, matrix: RoundedMatrix) -> LinearPieces | None:
    """None where the grid is too fine for what is known of the images."""
    if not matrix.relative_error < WORST:
        return None
    x, y = columns(matrix.entries, *direction(grid.nodes, grid.sides))
    places, forwards = place_of(x, y), matrix.determinant > 0
    lowest, length = image_arcs(places, forwards)
    low = np.searchsorted(grid.all_around, lowest, "right")
    count = np.maximum(np.searchsorted(grid.all_around, lowest + length, "left") - low, 0)
    cell, number = ragged(count + 2)
    starts, ends = number == 0, number == (count + 1)[cell]
    node = np.where(starts | ends, 0, low[cell] + number - 1)
    far = starts != forwards
    point = np.where(
        starts | ends, np.where(far, grid.ends[cell], grid.nodes[cell]), inner_places(grid, cell, node, matrix)
    )
    image = columns(matrix.entries, *direction(point, grid.sides[cell]))
    missed = np.where(starts | ends, 0.0, off_line(place_of(*image), grid.all_around[node]))
    before = np.nonzero(~ends)[0]
    slack = np.maximum(missed[before], missed[before + 1]) + 4 * matrix.relative_error + ROUNDING
    if not slack.max() < min(WORST, grid.lengths.min() / 2):
        return None
    met = np.where(starts, low[cell] - 1, node)[before] % grid.size
    bend, turn = curvatures(grid, matrix, cell[before], met, image, point, before)
    there = np.mod(places, LINES)
    return LinearPieces(
        grid=grid, log_end=log_size(x, y), image_place=there, image_cell=grid.cell_of(there),
        cell=cell, share=(point - grid.nodes[cell]) / grid.lengths[cell], log_size=log_size(*image),
        node=np.where(starts | ends, -1, node % grid.size), before=before, met=met, bend=bend, turn=turn, slack=slack,
        first=np.nonzero(starts[before])[0], offset=2 * matrix.relative_error + LOG_ERROR,
    )  # fmt: skip


def log_size(x: Floats, y: Floats) -> Floats:
    return rounded_log(np.asarray(np.maximum(np.abs(x), np.abs(y))))


def image_arcs(places: Floats, forwards: bool) -> tuple[Floats, Floats]:
    """Where the images of the cells start, in [0, 4), and how far they go: anticlockwise, the nodes being at `places`.

    A cell spans less than a half-turn, and so does its image: a length beyond 6 is a rounding below 0.
    """
    ends = np.append(places[1:], np.mod(places[:1] + LINES, RAYS))
    low, high = (places, ends) if forwards else (ends, places)
    length = np.mod(high - low, RAYS)
    return np.mod(low, LINES), np.where(length > 6, 0.0, length)


def inner_places(grid: Grid, cell: Integers, node: Integers, matrix: RoundedMatrix) -> Floats:
    """The places in their cells whose images are the given nodes, up to rounding."""
    a, b, c, d = matrix.entries
    place = np.mod(grid.all_around[node], RAYS)
    x, y = columns((d, -b, -c, a), *direction(place, side_of(place)))
    upright = grid.sides[cell] == 1
    with np.errstate(divide="ignore", invalid="ignore"):
        offset = np.where(upright, -x / y, y / x)
    found = np.where(upright, 3.0, 1.0) + np.where(np.isfinite(offset), offset, 0.0)
    return np.asarray(np.clip(found, grid.nodes[cell], grid.ends[cell]))


def off_line(places: Floats, others: Floats) -> Floats:
    """The distance between places of lines."""
    apart = np.mod(places - others, LINES)
    return np.asarray(np.minimum(apart, LINES - apart))


def curvatures(
    grid: Grid,
    matrix: RoundedMatrix,
    cell: Integers,
    met: Integers,
    image: tuple[Floats, Floats],
    point: Floats,
    before: Integers,
) -> tuple[Floats, Floats]:
    """`bend` and `turn` of pieces: D is the modulus of the coordinate that leads on the side of the image."""
    leading = np.where(grid.sides[met] == 0, image[0][before], image[1][before])
    rows = np.array(matrix.entries).reshape(2, 2)
    growth = np.sign(leading) * (rows[grid.sides[met]] * ALONG[grid.sides[cell]]).sum(axis=1)
    size = np.maximum(np.abs(image[0]), np.abs(image[1]))
    least = np.minimum(size[before], size[before + 1])
    length = np.abs(point[before + 1] - point[before])
    steep = (np.abs(growth) + matrix.radius) * length / least
    turned = steep * matrix.determinant * length / (4 * least**2)
    return MARGIN * steep**2 / 8, MARGIN * np.sign(growth) * turned
