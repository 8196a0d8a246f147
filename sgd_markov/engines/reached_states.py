"""The states that a chain with finitely many outcomes a step can reach before it stops, where they are finitely many."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf, lcm

import sympy as sp

from ..effort import Effort

State = tuple[sp.Expr, ...]
Images = Callable[[State], Mapping[State, sp.Expr] | None]
Label = Callable[[State], str | None]

ALWAYS_TRIED, IRRATIONAL_LIMIT, SMOOTH_LIMIT = 256, 150, 64
"""So many states are tried of any rational map, of maps whose states are not rational, of maps that are neither affine nor
have kinks."""
LATTICE_LIMIT, REFINEMENTS = 10**6, 8
"""More states are tried only while those met lie on a lattice with at most so many points between them, which was refined
at most so often on the way."""
BITS_LIMIT = 2000
"""A state with longer numbers belongs to an orbit that does not close."""
NESTING_LIMIT = 2
"""Functions inside functions, sin(sin(sin(1))), so much deeper than in the start: such an orbit does not close either."""
WITHOUT_VALUES_OF_THEIR_OWN = (sp.Abs, sp.Max, sp.Min, sp.sign, sp.floor, sp.ceiling, sp.Heaviside, sp.Piecewise)
"""Their values are one of finitely many formulas of the argument."""


class Open(Exception):
    """The states met do not close, within the limits."""


@dataclass(frozen=True)
class Reached:
    """`states`, the start first; `rows[i]`: {j: P(i -> j)}; `ends[i]`: {label: P(i -> a state with that label)}."""

    states: list[State]
    rows: list[dict[int, sp.Expr]]
    ends: list[dict[str, sp.Expr]]

    @property
    def symbols(self) -> set[sp.Symbol]:
        """The symbols in the probabilities."""
        entries = [*(p for row in self.rows for p in row.values()), *(p for end in self.ends for p in end.values())]
        return set().union(*(p.free_symbols for p in entries))


def reached_states(starts: list[State], images: Images, label: Label, limit: int, effort: Effort) -> Reached:
    """All states that follow one another from `starts` through states without a label, at most `limit` of them.

    `images(state)`: {next state: probability > 0}, None where the next state has a density. `label(state)`: the name of
    the set in which the chain stops, None where it goes on. Raises `Open` where the states do not close in time.
    """
    index = {state: i for i, state in enumerate(starts)}
    states = list(index)
    rows: list[dict[int, sp.Expr]] = []
    ends: list[dict[str, sp.Expr]] = []
    hull = Hull(max(nesting(value) for state in states for value in state))
    for state in states:  # the list grows while it is read
        effort.check()
        row: dict[int, sp.Expr] = {}
        end: dict[str, sp.Expr] = {}
        following = images(state)
        if following is None:
            raise Open("the next state has a density")
        for image, p in following.items():
            name = label(image)
            if name is not None:
                end[name] = end.get(name, sp.Integer(0)) + p
                continue
            if image not in index:
                hull.include(image, len(states), limit)
                index[image] = len(states)
                states.append(image)
            row[index[image]] = p
        rows.append(row)
        ends.append(end)
    return Reached(states, rows, ends)


class Hull:
    """The box of the rational states met, and the lattice that they lie on; `nested` as deep as the start is."""

    def __init__(self, nested: int) -> None:
        self.deepest = nested + NESTING_LIMIT
        self.low: list[sp.Expr] = []
        self.high: list[sp.Expr] = []
        self.denominator, self.refinements = 1, 0

    def include(self, state: State, count: int, limit: int) -> None:
        """Raise `Open` where one more state would be too many."""
        if count >= limit or any(value.has(sp.oo, sp.zoo, sp.nan) or value.is_real is False for value in state):
            raise Open(f"{count} states are met")
        if not all(value.is_Rational for value in state):
            if count >= IRRATIONAL_LIMIT or any(sp.count_ops(value) > IRRATIONAL_LIMIT for value in state):
                raise Open(f"{count} states are met that are not rational")
            if any(nesting(value) > self.deepest for value in state):
                raise Open("the states become more nested without end")
            return
        if any(value.p.bit_length() + value.q.bit_length() > BITS_LIMIT for value in state):
            raise Open("the states become longer without end")
        self.low = [min(pair) for pair in zip(self.low or state, state, strict=True)]
        self.high = [max(pair) for pair in zip(self.high or state, state, strict=True)]
        before, self.denominator = self.denominator, lcm(self.denominator, *(int(value.q) for value in state))
        self.refinements += before != self.denominator
        if count >= ALWAYS_TRIED and (self.refinements > REFINEMENTS or self.points > LATTICE_LIMIT):
            raise Open("the states met lie on no lattice that is coarse enough")

    @property
    def points(self) -> float:
        """So many points of the lattice are in the box."""
        total = 1.0
        for low, high in zip(self.low, self.high, strict=True):
            side = (high - low) * self.denominator
            total *= inf if side > LATTICE_LIMIT else float(side) + 1
        return total


def nesting(value: sp.Expr) -> int:
    """How deep functions such as sin, exp and log stand inside one another."""
    inside = max((nesting(argument) for argument in value.args), default=0)
    return inside + (isinstance(value, sp.Function) and not isinstance(value, WITHOUT_VALUES_OF_THEIR_OWN))
