"""The stationary vector of an irreducible finite chain, by eliminating one state after the other.

Grassmann, Taksar and Heyman: nothing is subtracted, so that balls stay narrow; in an exact field the result is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..effort import Effort

Field = Any
"""A number with +, *, /: a rational, an element of a field of rational functions, a ball."""


def stationary_vector(rows: Sequence[dict[int, Field]], effort: Effort) -> list[Field]:
    """pi with pi P = pi and sum 1; `rows[i][j]` is the probability of the step i -> j, present where it is positive.

    The chain must be irreducible; periodic chains are fine.

    >>> from fractions import Fraction
    >>> stationary_vector([{1: Fraction(1)}, {0: Fraction(1, 2), 1: Fraction(1, 2)}], Effort())
    [Fraction(1, 3), Fraction(2, 3)]
    """
    if len(rows) == 1:
        return [rows[0][0]]
    following = [{j: p for j, p in row.items() if j != i} for i, row in enumerate(rows)]
    leading: list[set[int]] = [set() for _ in rows]
    for i, row in enumerate(following):
        for j in row:
            leading[j].add(i)
    eliminated: list[tuple[int, list[tuple[int, Field]]]] = []
    left = set(range(len(rows)))
    while len(left) > 1:
        effort.check()
        k = min(left, key=lambda state: (len(leading[state]) * len(following[state]), state))
        left.remove(k)
        eliminated.append((k, eliminate(k, following, leading)))
    return back_substituted(eliminated, left.pop(), len(rows))


def eliminate(k: int, following: list[dict[int, Field]], leading: list[set[int]]) -> list[tuple[int, Field]]:
    """Take k out: the chain seen outside of k. Returns (i, p_ik / P(leave k)) for every i that leads to k."""
    out = following[k]
    leave = sum(list(out.values())[1:], start=next(iter(out.values())))
    shares = [(i, following[i].pop(k) / leave) for i in sorted(leading[k])]
    for j in out:
        leading[j].discard(k)
    for i, share in shares:
        row = following[i]
        for j, p in out.items():
            if j != i:
                row[j] = row[j] + share * p if j in row else share * p
                leading[j].add(i)
    return shares


def back_substituted(eliminated: list[tuple[int, list[tuple[int, Field]]]], last: int, size: int) -> list[Field]:
    weights: list[Field] = [None] * size
    weights[last] = 1
    total: Field = 1
    for k, shares in reversed(eliminated):
        weights[k] = sum((weights[i] * share for i, share in shares[1:]), start=weights[shares[0][0]] * shares[0][1])
        total = total + weights[k]
    return [weight / total for weight in weights]
