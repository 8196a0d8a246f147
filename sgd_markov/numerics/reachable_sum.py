"""Can a batch have a given sum exactly? Decided in integers, by the set of all sums as the bits of a number."""

from __future__ import annotations

from fractions import Fraction

from ..chain.batch_slope import Batch
from ..effort import Effort

BIT_LIMIT = 1 << 28
"""Sums are not enumerated beyond so many lattice steps."""
FEW = 24
"""A sum is first sought among so many of the values."""


def can_reach(batch: Batch, total: Fraction, effort: Effort) -> bool | None:
    """Is P(sum of the batch = total) > 0? None where the lattice is too long to tell."""
    origin, step = batch.values[0], batch.lattice_step
    target = (total - batch.size * origin) / step
    if target.denominator != 1:
        return False
    offsets = [int((value - origin) / step) for value in batch.values]
    wanted = int(target)
    if not 0 <= wanted <= batch.size * offsets[-1]:
        return False
    if 2 * wanted > batch.size * offsets[-1]:
        # count the distances from the largest value: fewer bits
        wanted = batch.size * offsets[-1] - wanted
        offsets = [offsets[-1] - offset for offset in offsets]
    if wanted > BIT_LIMIT:
        return None
    items = sorted(zip(offsets, batch.counts, strict=True))
    stride = max(1, len(items) // FEW)
    return reached(items[::stride], batch, wanted, effort) or (stride > 1 and reached(items, batch, wanted, effort))


def reached(items: list[tuple[int, int]], batch: Batch, wanted: int, effort: Effort) -> bool:
    """Is `wanted` a sum of exactly `size` of the items (offset, how often it may be used)?

    Bit s of sums[j] tells whether j draws among the items so far can have the sum s.
    """
    mask = (1 << (wanted + 1)) - 1
    sums = [1] + [0] * batch.size
    for offset, count in items:
        if offset > wanted:
            continue
        effort.check()
        if batch.replacement:
            for j in range(1, batch.size + 1):
                sums[j] |= (sums[j - 1] << offset) & mask
            continue
        for _ in range(min(count, batch.size)):
            for j in range(batch.size, 0, -1):
                sums[j] |= (sums[j - 1] << offset) & mask
    return bool(sums[batch.size] >> wanted & 1)
