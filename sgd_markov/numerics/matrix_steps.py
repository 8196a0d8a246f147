"""Many steps of a finite chain: its matrix squared again and again, in balls."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp
from flint import arb, arb_mat

from ..balls.evaluate import evaluate
from ..effort import Effort

LARGEST = 160
"""Matrices of more states are not squared."""


def squares(rows: Sequence[dict[int, sp.Expr]], count: int, effort: Effort) -> list[arb_mat]:
    """Q, Q^2, Q^4, ..., `count` of them, at the working precision."""
    size = len(rows)
    found = [arb_mat([[evaluate(row[j]) if j in row else arb(0) for j in range(size)] for row in rows])]
    while len(found) < count:
        effort.check()
        found.append(found[-1] * found[-1])
    return found


def stays(rows: Sequence[dict[int, sp.Expr]], start: int, steps: int, effort: Effort) -> arb:
    """P(no stop within so many steps)."""
    masses = unit_row(len(rows), start)
    for i, power in enumerate(squares(rows, max(1, steps.bit_length()), effort)):
        if steps >> i & 1:
            masses = masses * power
    return total(masses)


def last_above(rows: Sequence[dict[int, sp.Expr]], start: int, level: arb, effort: Effort) -> int | None:
    """The largest n with P(no stop within n steps) > level, level < 1; None where a comparison is not decided."""
    powers = squares(rows, 1, effort)
    begin = unit_row(len(rows), start)
    while not total(begin * powers[-1]) <= level:
        effort.check()
        if len(powers) > 4096:
            return None
        powers.append(powers[-1] * powers[-1])
    count, masses = 0, begin
    for i in reversed(range(len(powers))):
        tried = masses * powers[i]
        if total(tried) > level:
            count, masses = count + 2**i, tried
        elif not total(tried) <= level:
            return None
    return count


def unit_row(size: int, start: int) -> arb_mat:
    return arb_mat(1, size, [int(j == start) for j in range(size)])


def total(row: arb_mat) -> arb:
    return sum(row.entries(), arb(0))
