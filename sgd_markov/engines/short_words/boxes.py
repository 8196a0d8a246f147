"""A signed sum of log|C v| over boxes of directions: enclosed by values, gradients and bounds of second derivatives."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .terms import UNIT, Matrices, SignedSum

Reals = NDArray[np.float64]

CHUNK = 500_000
"""So many vectors C v are held at once."""


def sphere(size: int) -> tuple[Reals, Reals]:
    """Boxes (centres, half widths), each (boxes, d), that cover all lines: on face i the coordinate i is 1."""
    return np.eye(size), np.ones((size, size)) - np.eye(size)


def halved(centres: Reals, halves: Reals) -> tuple[Reals, Reals]:
    """Every box cut in two across its longest side."""
    longest, rows = halves.argmax(axis=1), np.arange(len(halves))
    smaller, step = halves.copy(), np.zeros_like(halves)
    smaller[rows, longest] /= 2
    step[rows, longest] = smaller[rows, longest]
    return np.concatenate([centres - step, centres + step]), np.concatenate([smaller, smaller])


def bounds(r: SignedSum, centres: Reals, halves: Reals) -> tuple[Reals, Reals]:
    """(lower, upper) of r over each box.

    With u = C c and |C delta| <= t |u|, t < 1: log|C (c + delta)| = log|u| + u.C delta/|u|^2 + R, |R| <= t^2/(2 (1 - t)^2),
    since the second derivative of log|u + s e| in s is at most |e|^2/|u + s e|^2 in modulus. Where t >= 1/2 the crude
    log(least |v|) <= log|C v| <= log(norm |v|) take its place.
    """
    rows = max(1, CHUNK // len(r.weights))
    parts = [part_bounds(r, centres[k : k + rows], halves[k : k + rows]) for k in range(0, len(centres), rows)]
    lower, upper = (np.concatenate(side) for side in zip(*parts, strict=True))
    # what rounding adds to sums of at most 2^12 terms, more than `search.WORD_LIMIT`, with weights and logarithms right to some units
    largest = 40 + float(np.abs(np.log(r.matrices.norms)).max())
    margin = 2.0**-36 * (1 + float(np.abs(r.weights).sum())) * largest
    return lower - margin, upper + margin


def part_bounds(r: SignedSum, centres: Reals, halves: Reals) -> tuple[Reals, Reals]:
    radius = np.sqrt((halves**2).sum(axis=1)) * (1 + 8 * UNIT)
    moved = np.einsum("tij,bj->bti", r.matrices.entries, centres)
    square = (moved**2).sum(axis=2)
    low, high, smooth = logarithms(r.matrices, np.sqrt(square), np.sqrt((centres**2).sum(axis=1)), radius)
    inverse = np.where(smooth, r.weights / np.where(smooth, square, 1.0), 0.0)
    gradient = np.einsum("bti,tij,bt->bj", moved, r.matrices.entries, inverse, optimize=True)
    swing = (np.abs(gradient) * halves).sum(axis=1) * (1 + 64 * UNIT)
    gain, loss = np.maximum(r.weights, 0.0), np.minimum(r.weights, 0.0)
    return low @ gain + high @ loss - swing, high @ gain + low @ loss + swing


def logarithms(c: Matrices, length: Reals, distance: Reals, radius: Reals) -> tuple[Reals, Reals, NDArray[np.bool_]]:
    """(lower, upper) of log|C v| less its linear part where the expansion holds (the third array), crude elsewhere.

    `off` bounds the error of C c: that of C, and d u |C| |c| of the product. The true t is at most the one used, and
    log|u| with its gradient is off by less than 8 off/|u|.
    """
    off = c.errors * (distance + radius)[:, None] + 16 * UNIT * c.norms * distance[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (c.norms * radius[:, None] + 2 * off) / length
        smooth = t < 0.5
        t = np.where(smooth, t, 0.0)
        log = np.log(np.where(smooth, length, 1.0))
        rest = t**2 / (2 * (1 - t) ** 2) + 8 * off / np.where(smooth, length, 1.0)
        far = np.log(c.norms * (distance + radius)[:, None])
        near = np.log(c.least * np.maximum(distance - radius, 1.0)[:, None])
    return np.where(smooth, log - rest, near), np.where(smooth, log + rest, far), smooth
