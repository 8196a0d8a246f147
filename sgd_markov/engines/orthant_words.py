"""Non-negative d x d matrices: the top Lyapunov exponent between bounds that finitely many words give.

Let l be a positive linear form and Phi(v) = sum_i p_i log(l A_i v/l v). The words w of a complete code, read from the newest
matrix to the oldest, tell where the direction lies: in the cone over the columns of A_w, where a quotient of linear forms
lies between its least and largest value at the columns c, so that
sum_w p_w sum_i p_i min_c log(l A_i c/l c) <= exponent <= the same with max. Words that matter most are continued first. The
width falls like the contraction of Hilbert's metric to the power of their length. Products are formed in doubles: sums
of products of non-negative numbers, each entry right up to a factor (1 + u)^(+-n(d + 4)), u = 2^-53; logarithms are taken of balls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
from flint import arb
from numpy.typing import NDArray

from ..answer.enclosure import Enclosure
from ..balls.precision import enclosure, precision
from ..effort import Effort
from ..errors import Inconclusive
from ..numerics.binary_scale import mean_log_scale, scale_of

QUOTIENTS = 100_000
"""Words times letters, at most."""

ENTRIES = 6_000_000
"""Entries of all words, at most."""

SMALLEST = 1e-250
"""Entries that are positive and smaller than this relative to the largest are not treated: they might underflow."""

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Words:
    """Products up to powers of 2, and how often each letter stands in each of them."""

    matrices: Doubles
    counts: NDArray[np.int64]

    @property
    def longest(self) -> int:
        return int(self.counts.sum(axis=1).max())


def exponent_in_orthant(
    matrices: Sequence[Sequence[arb]], weights: Sequence[arb], size: int, effort: Effort
) -> Enclosure:
    """The top exponent to `effort.digits`; the entries (row by row) are balls that are exactly 0 or proved to be positive.

    Hypothesis: no matrix has a column 0, so that no product vanishes.
    Raises `Inconclusive` with the bounds that were reached.
    """
    scales = [scale_of(matrix) for matrix in matrices]
    known = [scale for scale in scales if scale is not None]
    if len(known) < len(scales):
        raise Inconclusive("a matrix is not proved to differ from 0")
    with precision(80):
        shift = enclosure(mean_log_scale(weights, known))
    letters = in_doubles([[x * arb(2) ** -k for x in matrix] for matrix, k in zip(matrices, known, strict=True)], size)
    chances = np.array([float(p.mid()) for p in weights])
    form = linear_form(letters, chances)
    words, best = Words(np.eye(size)[None], np.zeros((1, len(letters)), dtype=np.int64)), Enclosure.everything()
    most = min(QUOTIENTS // len(letters), ENTRIES // size**2)
    while True:
        effort.check()
        spread = spreads(words, letters, chances, form)
        if spread.sum() < 10.0**-effort.digits or len(words.matrices) > most // 4:
            with precision(80):
                best = best.intersection(moved(bounds(words, letters, weights, form), shift))
            if best.reaches(effort.digits):
                return best
        if len(words.matrices) * len(letters) > most:
            raise Inconclusive(f"bounds from {len(words.matrices)} products of up to {words.longest} matrices", best)
        words = continued(words, letters, spread)


def in_doubles(matrices: Sequence[Sequence[arb]], size: int) -> Doubles:
    """Matrices of size about 1; an entry that is not 0 must not become so."""
    letters = np.array([[float(x.mid()) for x in matrix] for matrix in matrices]).reshape(-1, size, size)
    positive = np.array([[not x.is_zero() for x in matrix] for matrix in matrices]).reshape(letters.shape)
    if letters[positive].min() < SMALLEST:
        raise Inconclusive("entries beyond the range of doubles")
    return letters


def moved(found: Enclosure, shift: Enclosure) -> Enclosure:
    """The sum of both."""
    return Enclosure(found.lower + shift.lower, found.upper + shift.upper)


def linear_form(letters: Doubles, chances: Doubles) -> Doubles:
    """The left Perron vector of the mean matrix where it is positive: it makes the growth vary little."""
    form = np.ones(letters.shape[1])
    mean = np.einsum("a,aij->ij", chances, letters / letters.max(axis=(1, 2))[:, None, None])
    for _ in range(200):
        form = form @ (mean + np.eye(len(form)) * mean.max())
        form /= form.max()
    return form if form.min() > 1e-3 else np.ones_like(form)


def continued(words: Words, letters: Doubles, spread: Doubles) -> Words:
    """The words with the largest shares of the width are continued by all letters, to the older side."""
    order = np.argsort(spread)[::-1]
    share = np.cumsum(spread[order])
    chosen = order[: 1 + int(np.searchsorted(share, 0.8 * share[-1]))]
    kept = np.setdiff1d(np.arange(len(spread)), chosen)
    longer = products(words.matrices[chosen], letters)
    counts = words.counts[chosen][:, None, :] + np.eye(len(letters), dtype=np.int64)[None]
    return Words(
        np.concatenate([words.matrices[kept], scaled(longer)]),
        np.concatenate([words.counts[kept], counts.reshape(-1, len(letters))]),
    )


def products(words: Doubles, letters: Doubles) -> Doubles:
    """All products of a word and a letter; sums of positive products that come out as 0 are refused."""
    result: Doubles = np.einsum("wij,ajk->waik", words, letters).reshape(-1, *letters.shape[1:])
    positive = np.einsum("wij,ajk->waik", np.sign(words), np.sign(letters)).reshape(result.shape) > 0
    if result[positive].min() < SMALLEST:
        raise Inconclusive("the entries of products differ by too many powers of 10")
    return result


def scaled(words: Doubles) -> Doubles:
    """Divided by powers of 2, which is exact."""
    _, exponents = np.frexp(words.max(axis=(1, 2)))
    result: Doubles = np.ldexp(words, -exponents[:, None, None])
    return result


def quotients(words: Words, letters: Doubles, form: Doubles) -> tuple[Doubles, Doubles]:
    """min and max over the columns c of l A_i c/l c, for each word and letter."""
    before = np.einsum("j,wjk->wk", form, words.matrices)
    after = np.einsum("aj,wjk->wak", np.einsum("i,aij->aj", form, letters), words.matrices)
    found = after / before[:, None, :]
    return found.min(axis=2), found.max(axis=2)


def spreads(words: Words, letters: Doubles, chances: Doubles, form: Doubles) -> Doubles:
    """The share of each word in the width; roughly, a quotient 0 counting as very small."""
    least, most = quotients(words, letters, form)
    wide = np.log(most) - np.log(np.maximum(least, 1e-30 * most))
    result: Doubles = np.prod(chances**words.counts, axis=1) * (wide @ chances)
    return result


def bounds(words: Words, letters: Doubles, weights: Sequence[arb], form: Doubles) -> Enclosure:
    """The interval from the words of a code, with all rounding errors."""
    size = len(form)
    powers = [[weight**k for k in range(words.longest + 1)] for weight in weights]
    # numerator and denominator carry the error of the word; then form, letter, sums of d terms; factor 2 for products of errors
    error = 2 * arb(2 * words.longest * (size + 4) + 4 * size + 12) * arb(2) ** -53
    low, high = arb(0), arb(0)
    for counts, least, most in zip(
        words.counts.tolist(), *(q.tolist() for q in quotients(words, letters, form)), strict=True
    ):
        chance = arb(1)
        for power, count in zip(powers, counts, strict=True):
            chance *= power[count]
        low += chance * sum((w * arb(x).log() for w, x in zip(weights, least, strict=True)), arb(0))
        high += chance * sum((w * arb(x).log() for w, x in zip(weights, most, strict=True)), arb(0))
    lower = enclosure(low - error).lower if low.is_finite() else -inf
    return Enclosure(lower, enclosure(high + error).upper)


__all__ = ["exponent_in_orthant"]
