"""Reshuffling and cyclic order: the law of the product of the derivatives over one epoch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import comb, prod

import sympy as sp

from ..chain.batch import data_entries, data_set
from ..chain.chain import Chain, Point
from ..chain.draw import Scheme
from ..chain.linearisation import mean_slopes, noise_vanishes
from ..effort import Effort
from ..errors import Inconclusive
from .matrix_law import MatrixLaw

ORDER_LIMIT = 10_000
"""So many different orders of the batches are written out at most."""

Counts = tuple[int, ...]
"""How many of each different entry of the data set."""


def epoch_law(chain: Chain, point: Point, effort: Effort) -> MatrixLaw:
    """The law of D_T ... D_1, D_t the derivative of update t of an epoch at a fixed point.

    All randomness but the order must be absent: other sources would be drawn anew in every update.
    """
    dataset = data_set(chain.draw)
    assert dataset is not None
    if chain.draw.data != (dataset,) or chain.draw.noise:
        raise Inconclusive("exponents under reshuffling with further sources of randomness, for matrices that do not commute")
    if chain.draw.batch_size > 1 and not noise_vanishes(chain, point):
        raise Inconclusive("a fixed point at which the gradients of single samples do not vanish needs batch_size = 1")
    entries = data_entries(dataset)
    kinds = list(dict.fromkeys(entries))
    template, slopes = mean_slopes(chain, point)
    tables = [dict(zip(dataset.symbols, kind, strict=True)) for kind in kinds]
    values = {mean: [slope.xreplace(table) for table in tables] for mean, slope in slopes.items()}
    matrices: dict[Counts, sp.Matrix] = {}

    def derivative(counts: Counts) -> sp.Matrix:
        if counts not in matrices:
            means = {m: sp.Add(*(n * v for n, v in zip(counts, vs, strict=True))) / sum(counts) for m, vs in values.items()}
            matrices[counts] = sp.Matrix(chain.dimension, chain.dimension, [e.xreplace(means) for e in template])
        return matrices[counts]

    products: dict[sp.ImmutableMatrix, sp.Expr] = {}
    for order, probability in orders(chain, kinds, effort):
        whole = sp.eye(chain.dimension)
        for counts in order:
            whole = (derivative(counts) * whole).applyfunc(sp.expand)
        key = sp.ImmutableMatrix(whole)
        products[key] = products.get(key, sp.Integer(0)) + probability
    return MatrixLaw.finite([(p, sp.Matrix(matrix)) for matrix, p in products.items()])


def orders(
    chain: Chain, kinds: list[tuple[sp.Expr, ...]], effort: Effort
) -> Iterator[tuple[tuple[Counts, ...], sp.Rational]]:
    """The sequences of batches of an epoch, as counts of each kind, with their probabilities."""
    dataset = data_set(chain.draw)
    assert dataset is not None
    entries, batch = data_entries(dataset), chain.draw.batch_size
    if chain.draw.scheme is Scheme.CYCLIC:
        blocks = [entries[start : start + batch] for start in range(0, len(entries), batch)]
        yield tuple(tuple(block.count(kind) for kind in kinds) for block in blocks), sp.Integer(1)
        return
    whole = tuple(Counter(entries)[kind] for kind in kinds)
    for number, found in enumerate(shuffled(whole, batch)):
        effort.check()
        if number >= ORDER_LIMIT:
            raise Inconclusive(f"an epoch has more than {ORDER_LIMIT} different orders of its batches")
        yield found


def shuffled(left: Counts, batch: int) -> Iterator[tuple[tuple[Counts, ...], sp.Rational]]:
    """All sequences of batches from what is left, each with its probability."""
    if not any(left):
        yield (), sp.Integer(1)
        return
    total = comb(sum(left), batch)
    for chosen in batches(left, batch):
        ways = sp.Rational(prod(comb(n, k) for n, k in zip(left, chosen, strict=True)), total)
        rest = tuple(n - k for n, k in zip(left, chosen, strict=True))
        for later, probability in shuffled(rest, batch):
            yield (chosen, *later), ways * probability


def batches(left: Counts, size: int) -> Iterator[Counts]:
    """All batches of `size` entries from what is left."""
    if not left:
        if size == 0:
            yield ()
        return
    for count in range(min(left[0], size) + 1):
        for rest in batches(left[1:], size - count):
            yield (count, *rest)
