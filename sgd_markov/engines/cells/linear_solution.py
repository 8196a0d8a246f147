"""Bounds of pi(f) by functions that are linear on cells: pi(f) <= sup(f + P h - h), the residual bounded on whole cells.

The residual r = f + P h - h is absolutely continuous where f and the maps are. On a cell [a, b] where m <= r' <= M almost
everywhere, r lies within (M - m)(b - a)/4 of the line L through its values at the ends: with the slope s of L and
x = a + t (b - a), r(x) - L(x) <= min((M - s) t, (s - m)(1 - t)) (b - a), which is largest where both are equal,
(M - s)(s - m)/(M - m) (b - a) <= (M - m)(b - a)/4. By the chain rule r' is within f' + sum p_i h'(f_i) f_i' - h', where h'
runs over the slopes of h on the cells that the image touches; it is constant on the cell itself. Slopes of h vary little
over the image of a cell: the distance from the line is of the second order.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ...effort import Effort
from .grid import Floats, Grid, Indices, Kind
from .kept_interval import KeptInterval
from .operator import Ranges, Weights
from .slopes import SmoothTable

DENSE = 1500
"""Nodes up to which the equation is solved by elimination."""
ROUNDING = 2.0**-45
"""Above the rounding of a residual relative to the sizes of its terms, of which there are at most 64 maps."""
UNDERFLOW = 1e-290
"""Above all that products too small for doubles lose."""


@dataclass(frozen=True)
class Reading:
    """Where a function that is linear on cells is read: `cell` from 0, `share` of the way through it, `doubt` in x."""

    cell: Indices
    share: Floats
    doubt: Floats

    def of(self, h: Floats) -> Floats:
        return np.asarray(h[self.cell] + self.share * (h[self.cell + 1] - h[self.cell]))


@dataclass(frozen=True)
class LinearEquation:
    """h = f - c + P h for h linear on the cells of a grid, given by its values at the nodes."""

    kept: KeptInterval
    grid: Grid
    observed: SmoothTable

    @cached_property
    def widths(self) -> Floats:
        return np.diff(self.grid.nodes)

    @cached_property
    def weights(self) -> Weights:
        return Weights.of(self.kept.family)

    def read(self, low: Floats, high: Floats) -> Reading:
        """At the middle of small intervals."""
        at = low + (high - low) / 2
        cell = np.clip(np.searchsorted(self.grid.nodes, at, side="right") - 1, 0, self.grid.size - 1)
        width = self.widths[cell]
        share = np.where(width > 0, (at - self.grid.nodes[cell]) / np.where(width > 0, width, 1.0), 0.0)
        return Reading(cell.astype(np.intp), np.clip(share, 0.0, 1.0), (high - low) * 0.51)

    @cached_property
    def at_left(self) -> list[Reading]:
        """For each map the images of the left ends of the cells; likewise the right ends."""
        left = self.grid.nodes[:-1]
        return [self.read(*pair) for pair in self.kept.images(self.grid, left, left)]

    @cached_property
    def at_right(self) -> list[Reading]:
        right = self.grid.nodes[1:]
        return [self.read(*pair) for pair in self.kept.images(self.grid, right, right)]

    def stepped(self, h: Floats) -> Floats:
        """P h at the nodes."""
        parts = [p * r.of(h) for p, r in zip(self.weights.values, self.at_left, strict=True)]
        last = sum(p * r.of(h)[-1] for p, r in zip(self.weights.values, self.at_right, strict=True))
        return np.append(sum(parts), last)

    @cached_property
    def f_at_ends(self) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
        """Enclosures of f at the left and the right end of each cell."""
        nodes, block = self.grid.nodes, self.grid.block_of_cell
        left, right = (self.observed.images(at, at, block) for at in (nodes[:-1], nodes[1:]))
        return left, right

    @cached_property
    def f(self) -> Floats:
        (low, high), (low_end, high_end) = self.f_at_ends
        return np.append((low + high) / 2, (low_end[-1] + high_end[-1]) / 2)

    # ---- in floating point

    def solved(self, guess: Floats | None, tolerance: float, effort: Effort) -> Floats:
        """h with h - P h = f - c, c its value in the middle: I - P + 1 h(middle) is regular where the law is unique."""
        size, middle = len(self.grid.nodes), len(self.grid.nodes) // 2
        if size <= DENSE:
            return self.eliminated(middle)
        h = np.zeros(size) if guess is None else guess
        return self.iterated(h, middle, tolerance, effort)

    def matrix(self, middle: int) -> Floats:
        size = len(self.grid.nodes)
        found = np.eye(size)
        found[:, middle] += 1.0
        rows = np.arange(size)
        for p, left, right in zip(self.weights.values, self.at_left, self.at_right, strict=True):
            cell, share = np.append(left.cell, right.cell[-1]), np.append(left.share, right.share[-1])
            np.add.at(found, (rows, cell), -p * (1 - share))
            np.add.at(found, (rows, cell + 1), -p * share)
        return found

    def eliminated(self, middle: int) -> Floats:
        try:
            return np.asarray(np.linalg.solve(self.matrix(middle), self.f))
        except np.linalg.LinAlgError:
            return np.zeros(len(self.grid.nodes))

    def iterated(self, h: Floats, middle: int, tolerance: float, effort: Effort) -> Floats:
        """Krylov steps from a guess; smooth errors are gone after a few."""
        from scipy.sparse.linalg import LinearOperator, gmres

        size = len(h)
        system = LinearOperator((size, size), matvec=lambda v: v - self.stepped(v) + v[middle], dtype=float)
        for _ in range(12):
            effort.check()
            residual = self.f - (h - self.stepped(h) + h[middle])
            norm = float(np.abs(residual).max())
            if norm <= tolerance:
                break
            change, _ = gmres(
                system,
                residual,
                rtol=max(1e-6, tolerance / norm / 4),
                restart=40,
                maxiter=1,
                callback=lambda _: effort.check(),
                callback_type="pr_norm",
            )
            h = h + change
        return h

    # ---- proved

    def bounds(self, h: Floats, carrying: NDArray[np.bool_]) -> tuple[float, float]:
        """inf and sup of f + P h - h over the cells that carry mass; infinite where there is no bound."""
        h, slope = self.straightened(h - h[len(h) // 2])
        (f_left, f_right), slack = self.f_at_ends, self.slack(h, slope)
        left = (f_left[0] + f_left[1]) / 2 + self.mean(self.at_left, h) - h[:-1]
        right = (f_right[0] + f_right[1]) / 2 + self.mean(self.at_right, h) - h[1:]
        with np.errstate(invalid="ignore"):
            bend = self.bend(slope)
            top, bottom = np.maximum(left, right) + bend + slack, np.minimum(left, right) - bend - slack
            whole = self.whole(h, slope, slack)
        top, bottom = np.fmin(top, whole[1])[carrying], np.fmax(bottom, whole[0])[carrying]
        if np.isnan(top).any() or np.isnan(bottom).any():
            return -np.inf, np.inf
        return float(np.nextafter(bottom.min(), -np.inf)), float(np.nextafter(top.max(), np.inf))

    def straightened(self, h: Floats) -> tuple[Floats, Floats]:
        """h, and its slope on each cell: those of a rounding's width continue the slope on their left.

        On these the slope of the rounded h differs from the one given; `slack` covers that.
        """
        slope = np.divide(np.diff(h), self.widths, out=np.zeros(self.grid.size), where=self.widths > 0)
        h = h.copy()
        for cell in np.flatnonzero(~self.smooth):
            slope[cell] = slope[cell - 1] if cell else 0.0
            h[cell + 1] = h[cell] + slope[cell] * self.widths[cell]
        for cell in np.flatnonzero(~self.smooth) + 1:
            if cell < self.grid.size and self.smooth[cell] and self.widths[cell] > 0:
                slope[cell] = (h[cell + 1] - h[cell]) / self.widths[cell]
        return h, slope

    @cached_property
    def smooth(self) -> NDArray[np.bool_]:
        return np.array([b.kind is Kind.SMOOTH for b in self.grid.blocks])[self.grid.block_of_cell]

    def mean(self, readings: list[Reading], h: Floats) -> Floats:
        return np.asarray(sum(p * r.of(h) for p, r in zip(self.weights.values, readings, strict=True)))

    def slack(self, h: Floats, slope: Floats) -> Floats:
        """What rounding, and the width of enclosed images and values of f, hide at the ends of the cells.

        On a small cell the rounding of h, at most 2^-52 |h|, may change its slope, and no more: the function there is
        that of the slopes given plus one that changes by so little over each small cell.
        """
        steep = float(np.abs(slope).max())
        (f_left, f_right), hidden = self.f_at_ends, np.zeros(self.grid.size)
        for p, left, right in zip(self.weights.values, self.at_left, self.at_right, strict=True):
            hidden += p * np.maximum(left.doubt, right.doubt) * steep
        hidden += np.maximum(f_left[1] - f_left[0], f_right[1] - f_right[0])
        small = 1 + int(np.count_nonzero(~self.smooth))
        size = small * float(np.abs(h).max()) + float(np.abs(self.f).max())
        return hidden * (1 + ROUNDING) + ROUNDING * (size + steep * float(np.abs(self.grid.nodes).max())) + UNDERFLOW

    def bend(self, slope: Floats) -> Floats:
        """A quarter of the width times the variation of the slope of f + P h on each cell, and what its rounding hides."""
        low, high = self.grid.nodes[:-1], self.grid.nodes[1:]
        least, most = self.observed.slopes(low, high, self.grid.block_of_cell)
        variation, size = most - least, np.maximum(np.abs(least), np.abs(most))
        for p, images, slopes in zip(self.weights.values, self.cell_ranges, self.kept.slopes(self.grid), strict=True):
            ends = [a * b for a in (images.smallest(slope), images.largest(slope)) for b in slopes]
            highest, lowest = np.maximum.reduce(ends), np.minimum.reduce(ends)
            variation = variation + p * (highest - lowest)
            size = size + p * np.maximum(np.abs(highest), np.abs(lowest))
        bend = (variation * (1 + ROUNDING) + ROUNDING * size) * self.widths * 0.25
        return np.where(self.smooth & ~np.isnan(bend), bend, np.inf)

    @cached_property
    def touched(self) -> list[tuple[Floats, Floats]]:
        return self.kept.images(self.grid, self.grid.nodes[:-1], self.grid.nodes[1:])

    @cached_property
    def cell_ranges(self) -> list[Ranges]:
        """For each map the cells, from 0, that the image of each cell touches."""
        last = self.grid.size - 1
        return [Ranges(*(np.clip(self.grid.locate(end) - 1, 0, last) for end in image)) for image in self.touched]

    def whole(self, h: Floats, slope: Floats, slack: Floats) -> tuple[Floats, Floats]:
        """Bounds of the residual on cells from the ranges of its parts alone: good on cells of a rounding's width.

        h at an image differs from h at the middle of the image of the cell by at most half its width times the slope.
        """
        least, most = self.observed.images(self.grid.nodes[:-1], self.grid.nodes[1:], self.grid.block_of_cell)
        least, most = least - np.maximum(h[:-1], h[1:]), most - np.minimum(h[:-1], h[1:])
        steep = np.abs(slope)
        for p, (low, high), images in zip(self.weights.values, self.touched, self.cell_ranges, strict=True):
            value = self.read(low, high).of(h)
            spread = images.largest(steep) * (high - low) * 0.51
            least, most = least + p * (value - spread), most + p * (value + spread)
        return least - slack, most + slack
