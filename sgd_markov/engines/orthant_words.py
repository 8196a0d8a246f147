"""Non-negative d x d matrices: the top Lyapunov exponent between bounds that all words of one length give.

Let l be the sum of the coordinates and Phi(v) = sum_i p_i log(l A_i v/l v). After n steps the direction is that of A_w v, in the cone
over the columns of A_w, where a quotient of linear forms lies between its least and largest value at the columns c:
sum_w p_w sum_i p_i min_c log(l A_i c/l c) <= exponent <= the same with max. The width falls like the contraction of
Hilbert's metric to the power n. Products are formed in doubles: sums of products of non-negative numbers, each entry right up
to a factor (1 + u)^(+-n(d + 1)), u = 2^-53; logarithms are taken of balls.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flint import arb
from numpy.typing import NDArray

from ..answer.enclosure import Enclosure
from ..balls.precision import enclosure, precision
from ..effort import Effort
from ..errors import Inconclusive

WORDS = 40_000
"""Words times letters, at most."""

SMALLEST = 1e-250
"""Entries that are positive and smaller than this relative to the largest are not treated: they might underflow."""

Doubles = NDArray[np.float64]


def exponent_in_orthant(
    matrices: Sequence[Sequence[arb]], weights: Sequence[arb], size: int, effort: Effort
) -> Enclosure:
    """The top exponent to `effort.digits`; the entries (row by row) are balls that are exactly 0 or proved to be positive.

    Hypothesis: no matrix has a column 0, so that no product vanishes.
    Raises `Inconclusive` with the bounds that were reached.
    """
    letters = np.array([[float(x.mid()) for x in matrix] for matrix in matrices]).reshape(-1, size, size)
    if not np.isfinite(letters).all() or letters[letters > 0].min() < SMALLEST:
        raise Inconclusive("entries beyond the range of doubles")
    columns, chances, best = np.eye(size)[None], [arb(1)], Enclosure.everything()
    length = 0
    while len(chances) * len(letters) <= WORDS:
        effort.check()
        with precision(80):
            best = best.intersection(enclosure(bounds(columns, chances, letters, weights, length)))
        if best.reaches(effort.digits):
            return best
        columns, length = scaled(np.einsum("aij,wjk->waik", letters, columns).reshape(-1, size, size)), length + 1
        with precision(80):
            chances = [chance * weight for chance in chances for weight in weights]
    raise Inconclusive(f"bounds from all products of {length} matrices", best)


def scaled(words: Doubles) -> Doubles:
    """Divided by powers of 2, which is exact."""
    largest = words.max(axis=(1, 2))
    _, exponents = np.frexp(largest)
    result: Doubles = np.ldexp(words, -exponents[:, None, None])
    if result[result > 0].min() < SMALLEST:
        raise Inconclusive("the entries of products differ by too many powers of 10")
    return result


def bounds(columns: Doubles, chances: Sequence[arb], letters: Doubles, weights: Sequence[arb], length: int) -> arb:
    """The interval from all words of one length, with all rounding errors."""
    size = columns.shape[1]
    before = columns.sum(axis=1)
    after = np.einsum("aj,wjk->wak", letters.sum(axis=1), columns)
    present = before > 0
    quotients = after / np.where(present, before, 1)[:, None, :]
    least = np.where(present[:, None, :], quotients, np.inf).min(axis=2)
    most = np.where(present[:, None, :], quotients, 0).max(axis=2)
    # numerator and denominator carry the error of the word; then a letter, sums of d terms, the quotient; factor 2 for products of errors
    error = 2 * arb(2 * length * (size + 4) + 3 * size + 5) * arb(2) ** -53
    sides = [arb(0), arb(0)]
    for word, chance in enumerate(chances):
        for letter, weight in enumerate(weights):
            share = chance * weight
            sides[0] += share * arb(float(least[word, letter])).log()
            sides[1] += share * arb(float(most[word, letter])).log()
    return (sides[0] - error).union(sides[1] + error)


__all__ = ["exponent_in_orthant"]
