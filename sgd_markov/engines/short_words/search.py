"""The flattest combination of growth rates, and its certified minimum and maximum over all lines."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import inf

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from ...answer.enclosure import Enclosure
from ...balls.evaluate import evaluate
from ...balls.precision import enclosure, precision
from ...effort import Effort
from ...numerics.binary_scale import mean_log_scale, scale_of
from .boxes import bounds, halved, sphere
from .terms import SignedSum, Words, family

Reals = NDArray[np.float64]

BITS = 160
WORD_LIMIT = 700
SAMPLES = 400

COEFFICIENT_LIMIT = 20.0
WORK_LIMIT = 6e6
"""Boxes times words in one search."""

CLOSE = 0.03
"""The search ends when the bounds are so near to values that are taken, relative to the width of the bracket."""


def exponent_bounds(atoms: Sequence[tuple[sp.Expr, sp.Matrix]], effort: Effort) -> Enclosure | None:
    """The top exponent of d x d matrices, d >= 2; None for many letters or where one may be 0.

    From above only where a matrix, or a product in doubles, may be singular.
    """
    with precision(BITS):
        scales = [scale_of([evaluate(entry) for entry in matrix]) for _, matrix in atoms]
        known = [scale for scale in scales if scale is not None]
        if len(atoms) >= WORD_LIMIT or len(known) < len(atoms):
            return None
        weights = [evaluate(p) for p, _ in atoms]
        shift = enclosure(mean_log_scale(weights, known))
    divided = [matrix / sp.Integer(2) ** scale for (_, matrix), scale in zip(atoms, known, strict=True)]
    probabilities = np.array([float(enclosure(weight).middle) for weight in weights])
    words = Words.of(family(divided), probabilities, WORD_LIMIT)
    found = between(words, effort)
    return Enclosure(found.lower + shift.lower, found.upper + shift.upper)


def between(words: Words, effort: Effort) -> Enclosure:
    """The bounds that the flattest combination of the words' growths gives, and those of their norms."""
    highest = norm_bound(words)
    if not all((part.least > 0).all() for part in words.matrices):
        return Enclosure(-inf, highest)
    factors = telescoped(flattest(words))
    found = searched(words.combined(factors), effort)
    # as they stand in floating point, the factors give r = (sum k e_k) Lambda on the average of an orbit
    total = sum((k * Fraction(float(e)) for k, e in enumerate(factors)), Fraction(0))
    lower, upper = (end if isinstance(end, float) else end / total for end in (found.lower, found.upper))
    return Enclosure(lower, min(upper, highest))


def norm_bound(words: Words) -> Fraction:
    """The least of E log|M_k ... M_1|/k over the lengths: the expectations are subadditive."""
    bounds_of = []
    for k, (matrices, weights) in enumerate(zip(words.matrices[1:], words.probabilities[1:], strict=True), start=1):
        logs = np.log(matrices.norms)
        margin = 2.0**-36 * (1 + float(np.abs(logs).max()))
        bounds_of.append(Fraction(float(logs @ weights) + margin) / k)
    return min(bounds_of)


def flattest(words: Words) -> Reals:
    """c with sum 1 for which sum c_k (L_(k+1) - L_k) varies least over sampled directions: a linear program."""
    from scipy.optimize import linprog

    size = words.matrices[0].entries.shape[1]
    directions = np.random.default_rng(0).standard_normal((SAMPLES, size))
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    logs = []
    for matrices, weights in zip(words.matrices, words.probabilities, strict=True):
        lengths = np.linalg.norm(np.einsum("wij,bj->bwi", matrices.entries, directions), axis=2)
        logs.append(np.log(np.maximum(lengths, 1e-300)) @ weights)
    growth = np.diff(np.array(logs), axis=0).T
    count, ones = growth.shape[1], np.ones((SAMPLES, 1))
    rows = np.vstack([np.hstack([growth, 0 * ones, -ones]), np.hstack([-growth, ones, 0 * ones])])
    goal = np.concatenate([np.zeros(count), [-1.0, 1.0]])
    whole = np.concatenate([np.ones(count), [0.0, 0.0]])[None]
    limits = [(-COEFFICIENT_LIMIT, COEFFICIENT_LIMIT)] * count + [(None, None)] * 2
    solved = linprog(goal, rows, np.zeros(2 * SAMPLES), whole, [1.0], limits)
    found: Reals = np.full(count, 1 / count) if solved.x is None else solved.x[:count]
    return found


def telescoped(c: Reals) -> Reals:
    """e with sum e_k L_k = sum c_k (L_(k+1) - L_k), k = 0, ..., n."""
    found: Reals = np.concatenate([[0.0], c]) - np.concatenate([c, [0.0]])
    return found


def searched(r: SignedSum, effort: Effort) -> Enclosure:
    """The minimum and the maximum over all lines, boxes halved where they decide."""
    centres, halves = sphere(r.matrices.entries.shape[1])
    low, high = bounds(r, centres, halves)
    work = 0
    while work < WORK_LIMIT:
        effort.check()
        chosen = decisive(low, high)
        if not chosen.any():
            break
        finer, thinner = halved(centres[chosen], halves[chosen])
        work += len(finer) * len(r.weights)
        found = bounds(r, finer, thinner)
        centres, halves = np.concatenate([centres[~chosen], finer]), np.concatenate([halves[~chosen], thinner])
        low, high = np.concatenate([low[~chosen], found[0]]), np.concatenate([high[~chosen], found[1]])
    ends = [end if abs(end) == inf else Fraction(end) for end in (float(low.min()), float(high.max()))]
    return Enclosure(ends[0], ends[1])


def decisive(low: Reals, high: Reals) -> NDArray[np.bool_]:
    """The boxes whose bound is further out than half the way to what r surely reaches somewhere.

    Some value of r is at most the least upper bound of a box, and some at least the largest lower bound.
    """
    close = CLOSE * max(float(low.max() - high.min()), 0.0)
    chosen = np.zeros(len(low), dtype=bool)
    for bound, reached in ((low, float(high.min())), (-high, float(-low.max()))):
        least = float(bound.min())
        if not np.isfinite(least):
            chosen |= ~np.isfinite(bound)
        elif reached - least > close:
            chosen |= bound <= least + (reached - least) / 2
    return chosen


__all__ = ["exponent_bounds"]
