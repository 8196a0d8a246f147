"""Reshuffling and cyclic order: the recursion of the moments over a whole epoch, over all orders of the data at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import reduce
from itertools import product
from math import comb, prod

import sympy as sp
from sympy.polys.matrices import DomainMatrix

from ...chain.batch import data_entries, data_set
from ...chain.draw import Scheme, Source
from ...effort import Effort
from ...errors import Inconclusive
from ...numerics.exact_matrix import field_matrix
from ...numerics.expectation import Exponents, Moments, added, downwards, one_sample
from .system import AffineSystem

Counts = tuple[int, ...]
"""How many of each different entry of the data set."""
Rows = list[list[sp.Expr]]

PASS_LIMIT = 200_000
"""So many pairs (what is left of the data set, next batch) are visited at most."""


def epoch_matrix(
    system: AffineSystem, step: Callable[[Moments], Rows], needed: Collection[Exponents], effort: Effort
) -> tuple[DomainMatrix, int]:
    """The matrix of an epoch and its number of updates; `step` makes the rows of one update from its batch moments,
    of which it needs those of the given exponents.

    With L_B the matrix of one update by the batch B, m' = L_B m, an epoch of the batches B_1, ..., B_T has
    L_B_T ... L_B_1: for cyclic order this product, for reshuffling its average over all orders.
    """
    dataset, exponents = data_set(system.draw), downwards(needed)
    assert dataset is not None
    entries = data_entries(dataset)
    size, batch = len(entries), system.draw.batch_size
    kinds = list(dict.fromkeys(entries))
    if system.draw.scheme is Scheme.CYCLIC:
        blocks = [entries[start : start + batch] for start in range(0, size, batch)]
        wanted = [tuple(block.count(kind) for kind in kinds) for block in blocks]
        matrices = batch_matrices(system, dataset, kinds, wanted, step, exponents, effort)
        return reduce(lambda earlier, counts: matrices[counts] * earlier, wanted[1:], matrices[wanted[0]]), len(blocks)
    whole = tuple(entries.count(kind) for kind in kinds)
    require_few(whole, batch)
    wanted = sorted(set(parts(whole, batch)))
    matrices = batch_matrices(system, dataset, kinds, wanted, step, exponents, effort)
    return shuffled(whole, batch, matrices, effort), size // batch


def batch_matrices(
    system: AffineSystem,
    dataset: Source,
    kinds: list[tuple[sp.Expr, ...]],
    wanted: list[Counts],
    step: Callable[[Moments], Rows],
    exponents: list[Exponents],
    effort: Effort,
) -> dict[Counts, DomainMatrix]:
    """The matrix of one update for each batch, all over one field."""
    stacked: Rows = []
    different = list(dict.fromkeys(wanted))
    for counts in different:
        effort.check()
        stacked += step(moments_of_batch(system, dataset, kinds, counts, exponents))
    whole = field_matrix(stacked)
    size = whole.shape[1]
    columns = list(range(size))
    return {counts: whole.extract(list(range(k * size, (k + 1) * size)), columns) for k, counts in enumerate(different)}


def moments_of_batch(
    system: AffineSystem, dataset: Source, kinds: list[tuple[sp.Expr, ...]], counts: Counts, exponents: list[Exponents]
) -> Moments:
    """The mixed moments of the batch means for a batch that is known but for the other sources of data."""
    others = tuple(source for source in system.draw.data if source is not dataset)
    statistics = tuple(expr for _, expr in system.means)
    if not statistics:
        return {(): sp.Integer(1)}
    total: Moments | None = None
    for kind, count in zip(kinds, counts, strict=True):
        table = dict(zip(dataset.symbols, kind, strict=True))
        one = one_sample(tuple(s.xreplace(table) for s in statistics), others, exponents) if count else {}
        for _ in range(count):
            total = one if total is None else added(total, one)
    assert total is not None
    size = sum(counts)
    return {exponents: value / sp.Integer(size) ** sum(exponents) for exponents, value in total.items()}


def shuffled(whole: Counts, batch: int, matrices: dict[Counts, DomainMatrix], effort: Effort) -> DomainMatrix:
    """The average over all orders, by what is left of the data set: the orders of what is gone do not matter."""
    size = next(iter(matrices.values())).shape[0]
    field = next(iter(matrices.values())).domain
    gone: dict[Counts, DomainMatrix] = {whole: DomainMatrix.eye(size, field).to_dense()}
    for _ in range(sum(whole) // batch):
        after: dict[Counts, DomainMatrix] = {}
        for left, so_far in gone.items():
            effort.check()
            for chosen in parts(left, batch):
                ways = prod(comb(n, k) for n, k in zip(left, chosen, strict=True))
                share = field.convert(sp.Rational(ways, comb(sum(left), batch)))
                moved = (matrices[chosen] * so_far) * share
                rest = tuple(n - k for n, k in zip(left, chosen, strict=True))
                after[rest] = after[rest] + moved if rest in after else moved
        gone = after
    (result,) = gone.values()
    return result


def parts(left: Counts, size: int) -> Iterator[Counts]:
    """All batches of `size` entries from what is left."""
    for chosen in product(*(range(min(count, size) + 1) for count in left)):
        if sum(chosen) == size:
            yield chosen


def require_few(whole: Counts, batch: int) -> None:
    """A bound of the pairs visited, before anything is enumerated."""
    lefts = prod(count + 1 for count in whole) // batch
    batches = prod(min(count, batch) + 1 for count in whole)
    if lefts * min(batches, comb(len(whole) + batch - 1, batch)) > PASS_LIMIT:
        raise Inconclusive(
            f"an epoch of {sum(whole)} entries in batches of {batch}: too many orders for exact moments; "
            "cyclic order, with-replacement and without-replacement have no such limit"
        )
