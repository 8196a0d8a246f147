"""Can a batch have a given sum exactly? Decided in integers: sums are listed, or kept as the bits of one number."""

from __future__ import annotations

from fractions import Fraction

from ..chain.batch_slope import Batch
from ..effort import Effort

BIT_LIMIT = 1 << 28
"""Sums are not enumerated beyond so many lattice steps."""
LIST_LIMIT = 200_000
"""So many sums are listed."""
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
    listed = by_listing(sorted(zip(offsets, batch.counts, strict=True)), batch, wanted)
    if listed is not None:
        return listed
    if 2 * wanted > batch.size * offsets[-1]:
        # count the distances from the largest value: fewer bits
        wanted = batch.size * offsets[-1] - wanted
        offsets = [offsets[-1] - offset for offset in offsets]
    if wanted > BIT_LIMIT:
        return None
    items = sorted(zip(offsets, batch.counts, strict=True))
    stride = max(1, len(items) // FEW)
    return reached(items[::stride], batch, wanted, effort) or (stride > 1 and reached(items, batch, wanted, effort))


def by_listing(items: list[tuple[int, int]], batch: Batch, wanted: int) -> bool | None:
    """From the lists of all sums of one half of the batch and of the other; None where they are too long."""
    if not batch.replacement:
        whole = listed_sums(items, batch.size, False)
        return None if whole is None else wanted in whole
    half = listed_sums(items, batch.size // 2, True)
    rest = None if half is None else listed_sums(items, batch.size - batch.size // 2, True)
    return None if half is None or rest is None else any(wanted - part in rest for part in half)


def listed_sums(items: list[tuple[int, int]], size: int, replacement: bool) -> set[int] | None:
    """All sums of `size` of the items (offset, how often it may be used)."""
    sums: list[set[int]] = [{0}] + [set() for _ in range(size)]
    for offset, count in items:
        for _ in range(1 if replacement else min(count, size)):
            for j in range(1, size + 1) if replacement else range(size, 0, -1):
                sums[j] |= {part + offset for part in sums[j - 1]}
        if sum(map(len, sums)) > LIST_LIMIT:
            return None
    return sums[size]


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
