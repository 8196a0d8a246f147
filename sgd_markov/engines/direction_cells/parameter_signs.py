"""The sign of the top exponent for all t of a range: proved on intervals, by bisection where it is not.

On an interval the matrices are fat (`fat_cells`); cells get finer as intervals get shorter. At 0 and at infinity the
interval is proved whole: by `near_zero`, and by M(t) = t^d N(1/t) with bounds of the exponent of N, an interval from 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heappop, heappush
from math import inf, log

import numpy as np

from ...answer.enclosure import Bound
from ...effort import Effort
from ...errors import Inconclusive
from .family import Family
from .fat_cells import bounds
from .near_zero import sign_near_zero

FIRST_SIZE, LAST_SIZE = 256, 1 << 14
"""Numbers of cells."""

STEPS = 400
LEVELS = (0.5, 0.0)
"""First a cone around where the growth is high, if one is kept, then all directions."""

WORK = 1 << 23
"""So many cells are examined in all."""

FIRST_PARTS = 16
TINY = Fraction(1, 1 << 12)
"""Parts nearer to 0 than this share of the range are not resolved further."""

LARGEST = 30
"""Infinity is looked for up to 2 to this power."""


@dataclass(frozen=True)
class Part:
    """On [low, high] (open at 0 and infinity) the exponent has the sign `sign`, 1 or -1; None: not proved."""

    low: Bound
    high: Bound
    sign: int | None


def parts(family: Family, low: Bound, high: Bound, effort: Effort, resolution: Fraction) -> list[Part]:
    """Signs on all of (low, high), in order; undecided parts are shorter than `resolution` of where they are, or the
    time ended.

    Ends that are infinite, or 0 with an exponent of 0 there, are approached by the arguments above; where these fail the
    part there is undecided.
    """
    first = [] if low != 0 else near_zero(family, Fraction(1, 4) if high == inf else Fraction(high) / 8)
    last = near_infinity(family, low, effort) if high == inf else []
    start, end = first[-1].high if first else low, last[0].low if last else high
    if not (isinstance(start, Fraction) and isinstance(end, Fraction)):
        return [Part(low, high, None)]
    between = bisected(family, start, end, effort, resolution) if start < end else []
    return merged([*first, *between, *last])


def near_zero(family: Family, until: Fraction) -> list[Part]:
    found = sign_near_zero(family, until)
    return [] if found is None else [Part(Fraction(0), found.until, found.sign)]


def near_infinity(family: Family, low: Bound, effort: Effort) -> list[Part]:
    """The sign for all t beyond some power of 2."""
    turned, degree = family.from_infinity(), family.degree
    for power in range(LARGEST + 1):
        law = turned.fat_law(Fraction(0), Fraction(1, 2**power), 2 * FIRST_SIZE)
        if law is None or degree == 0:
            break
        held = law.kept(law.away_from_kernels)
        if held.any() and bounds(law, held, -1, STEPS, effort) > 1e-9 - degree * power * log(2):
            return [Part(max(Fraction(2**power), low), inf, 1)]
    return [Part(max(Fraction(2**LARGEST), low), inf, None)]


def bisected(family: Family, low: Fraction, high: Fraction, effort: Effort, resolution: Fraction) -> list[Part]:
    """In order; the longest intervals are examined first, so that the whole range is known when the work ends."""
    least = (high - low) * TINY
    waiting = [entry(a, b, FIRST_SIZE, least) for a, b in cut(low, high)]
    heapify(waiting)
    work, found = WORK, []
    while waiting:
        length, a, b, size = heappop(waiting)
        work -= size
        try:
            sign = sign_on(family, a, b, size, effort) if work > 0 else None
        except Inconclusive:
            work, sign = 0, None
        if sign is not None or work <= 0 or -length <= resolution:
            found.append(Part(a, b, sign))
            continue
        middle = (a + b) / 2
        for start, end in ((a, middle), (middle, b)):
            heappush(waiting, entry(start, end, min(2 * size, LAST_SIZE), least))
    return sorted(found, key=lambda part: part.low)


def entry(low: Fraction, high: Fraction, size: int, least: Fraction) -> tuple[Fraction, Fraction, Fraction, int]:
    """An interval that waits, with its length against its distance from 0, negative: the largest comes first."""
    return (low - high) / max(abs(low), abs(high), least), low, high, size


def cut(low: Fraction, high: Fraction) -> Iterator[tuple[Fraction, Fraction]]:
    """Into parts of equal length, doubling where the range is over several powers of 2."""
    while low > 0 and high > 4 * low:
        yield low, 2 * low
        low *= 2
    step = (high - low) / FIRST_PARTS
    for number in range(FIRST_PARTS):
        yield low + number * step, low + (number + 1) * step


def sign_on(family: Family, low: Fraction, high: Fraction, size: int, effort: Effort) -> int | None:
    """The sign for all t in [low, high], if cells of this number prove it."""
    law = family.fat_law(low, high, size)
    if law is None:
        return None
    for held in map(law.kept_above, LEVELS):
        if held.any() and bounds(law, held, -1, STEPS, effort, 0.0) > 0:
            return 1
        if held.any() and bounds(law, held, 1, STEPS, effort, 0.0) < 0:
            return -1
    everywhere = np.ones(size, dtype=bool)
    return -1 if not held.any() and bounds(law, everywhere, 1, STEPS, effort, 0.0) < 0 else None


def merged(found: list[Part]) -> list[Part]:
    """Neighbours of the same sign as one."""
    result: list[Part] = []
    for part in found:
        if result and result[-1].sign == part.sign:
            part = Part(result.pop().low, part.high, part.sign)
        result.append(part)
    return result
