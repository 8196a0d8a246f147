"""Finite chains that leave a set of states: mean times, where they leave to, how many steps they stay.

States are taken out one after the other as Grassmann, Taksar and Heyman do it: the chance to leave is carried along
instead of being found as 1 minus the rest, so that nothing is subtracted and balls stay narrow however long the chain
stays. In an exact field the result is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..effort import Effort

Field = Any
"""A number with +, *, /: a rational, an element of a field of rational functions, a ball."""


def absorbed(
    rows: Sequence[dict[int, Field]], leaving: Sequence[Field], gains: Sequence[Field], start: int, effort: Effort
) -> Field:
    """h(start), where h = gains + Q h, Q the steps between states.

    `rows[i]`: {j: P(i -> j) > 0}; `leaving[i]`: the probability that a step from i ends outside the states, so that
    rows and leaving sum to 1; every state leaves at last. gains = 1: the mean number of steps until the chain has
    left. gains = P(i -> target): the probability of leaving into the target.

    >>> from fractions import Fraction as F
    >>> half = F(1, 2)
    >>> absorbed([{1: half}, {0: half}], [half, half], [F(1), F(1)], 0, Effort())
    Fraction(2, 1)
    """
    following = [{j: p for j, p in row.items() if j != i} for i, row in enumerate(rows)]
    out, gained = list(leaving), list(gains)
    leading: list[set[int]] = [set() for _ in rows]
    for i, row in enumerate(following):
        for j in row:
            leading[j].add(i)
    left = set(range(len(rows))) - {start}
    while left:
        effort.check()
        k = min(left, key=lambda state: (len(leading[state]) * len(following[state]), state))
        left.remove(k)
        take_out(k, following, leading, out, gained)
    return gained[start] / out[start]


def take_out(
    k: int, following: list[dict[int, Field]], leading: list[set[int]], out: list[Field], gained: list[Field]
) -> None:
    """The chain seen outside of k; what is gained in k counts where it came from."""
    onward = following[k]
    leave = sum(onward.values(), start=out[k])
    for j in onward:
        leading[j].discard(k)
    for i in leading[k]:
        share = following[i].pop(k) / leave
        out[i] = out[i] + share * out[k]
        gained[i] = gained[i] + share * gained[k]
        row = following[i]
        for j, p in onward.items():
            if j != i:
                row[j] = row[j] + share * p if j in row else share * p
                leading[j].add(i)


def reaching(rows: Sequence[dict[int, Field]], goals: set[int]) -> set[int]:
    """The states from which one of the goals can be reached, the goals among them."""
    leading: list[list[int]] = [[] for _ in rows]
    for i, row in enumerate(rows):
        for j in row:
            leading[j].append(i)
    seen, waiting = set(goals), list(goals)
    while waiting:
        for i in leading[waiting.pop()]:
            if i not in seen:
                seen.add(i)
                waiting.append(i)
    return seen


def one_step(masses: dict[int, Field], rows: Sequence[dict[int, Field]]) -> dict[int, Field]:
    """masses Q: where the mass is after one more step, as far as it stays."""
    after: dict[int, Field] = {}
    for i, mass in masses.items():
        for j, p in rows[i].items():
            after[j] = after[j] + mass * p if j in after else mass * p
    return after
