"""A monotone branch of a function of one variable, its exact inverse, and what is made of branches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import sympy as sp

from .case_signs import Signs

Y = sp.Dummy("y", real=True)
"""The image point in the inverse of a branch."""


class NotInvertible(Exception):
    """No exact inverse is known for `expr`."""

    def __init__(self, expr: sp.Expr) -> None:
        super().__init__(expr)
        self.expr = expr


@dataclass(frozen=True)
class Branch:
    """On (low, high) the function is strictly monotone, from the limit `start` at low to `end` at high."""

    low: sp.Expr
    high: sp.Expr
    start: sp.Expr
    end: sp.Expr
    increasing: bool
    inverse: sp.Expr
    """x as an expression in Y."""

    @property
    def image(self) -> tuple[sp.Expr, sp.Expr]:
        return (self.start, self.end) if self.increasing else (self.end, self.start)

    @property
    def slope(self) -> sp.Expr:
        """The derivative of the inverse, in Y; exponentials that cancel against Lambert's W are cancelled."""
        slope = sp.diff(self.inverse, Y)
        return sp.powsimp(slope, combine="exp") if slope.has(sp.LambertW) else slope

    def at(self, value: sp.Expr) -> sp.Expr:
        return self.inverse.xreplace({Y: value})


def shifted(found: list[Branch], constant: sp.Expr) -> list[Branch]:
    return [replace(b, start=b.start + constant, end=b.end + constant, inverse=b.at(Y - constant)) for b in found]


def scaled(found: list[Branch], factor: sp.Expr, signs: Signs) -> list[Branch]:
    side = signs.strict(factor)
    if side == 0:
        raise NotInvertible(factor)
    return [
        replace(
            b,
            start=times(factor, side, b.start),
            end=times(factor, side, b.end),
            increasing=b.increasing == (side > 0),
            inverse=b.at(Y / factor),
        )
        for b in found
    ]


def times(factor: sp.Expr, side: int, value: sp.Expr) -> sp.Expr:
    """factor * value for an end that may be infinite."""
    return side * value if value in (sp.oo, -sp.oo) else factor * value


def mapped(found: list[Branch], outer: Callable[[sp.Expr], sp.Expr], back: sp.Expr) -> list[Branch]:
    """Through an increasing function, whose inverse is `back` in Y."""
    return [replace(b, start=outer(b.start), end=outer(b.end), inverse=b.at(back)) for b in found]


def composed(found: Sequence[Branch], outer: Callable[[sp.Expr, sp.Expr], Sequence[Branch]]) -> list[Branch]:
    """Branches through another function, whose own branches on an interval are `outer(low, high)`."""
    return [one for inner in found for one in through(inner, outer(*inner.image))]


def through(inner: Branch, outer: Sequence[Branch]) -> Iterator[Branch]:
    for branch in outer if inner.increasing else reversed(outer):
        ends = [pulled(inner, end) for end in (branch.low, branch.high)]
        limits = [branch.start, branch.end]
        low, high = ends if inner.increasing else reversed(ends)
        start, end = limits if inner.increasing else reversed(limits)
        yield Branch(low, high, start, end, inner.increasing == branch.increasing, inner.at(branch.inverse))


def pulled(inner: Branch, value: sp.Expr) -> sp.Expr:
    """The place where the branch has this value, its own ends among them."""
    if value == inner.start:
        return inner.low
    return inner.high if value == inner.end else inner.at(value)


def within(whole: Sequence[Branch], low: sp.Expr, high: sp.Expr, value: Callable[[sp.Expr], sp.Expr], signs: Signs) -> list[Branch]:
    """The parts in (low, high) of branches that cover the line; `value`: the function."""
    found = []
    for branch in whole:
        if high != sp.oo and branch.low != -sp.oo and signs.order(branch.low - high) > 0:
            continue
        if low != -sp.oo and branch.high != sp.oo and signs.order(low - branch.high) > 0:
            continue
        if low != -sp.oo and (branch.low == -sp.oo or signs.order(low - branch.low) > 0):
            branch = replace(branch, low=low, start=value(low))
        if high != sp.oo and (branch.high == sp.oo or signs.order(branch.high - high) > 0):
            branch = replace(branch, high=high, end=value(high))
        found.append(branch)
    return found


def undone(whole: Sequence[Branch], place: sp.Expr, guesses: Iterable[sp.Expr]) -> sp.Expr | None:
    """The guess whose inverse image is written exactly as the place: the function there, without a number in disguise."""
    return next((guess for guess in guesses if any(branch.at(guess) == place for branch in whole)), None)


def reciprocal(found: list[Branch], signs: Signs) -> list[Branch]:
    """1/u on branches where u keeps its sign."""
    result = []
    for branch in found:
        side = positive_side(branch, signs)
        start, end = (side * sp.oo if end == 0 else 1 / end for end in (branch.start, branch.end))
        result.append(replace(branch, start=start, end=end, increasing=not branch.increasing, inverse=branch.at(1 / Y)))
    return result


def positive_side(branch: Branch, signs: Signs) -> int:
    """1 where u >= 0 on the branch, -1 where u <= 0."""
    low, high = branch.image
    if low == 0 or high == 0:
        return 1 if low == 0 else -1
    return 1 if signs.order(low) > 0 else -1


def split_at_zero(found: list[Branch], signs: Signs) -> list[Branch]:
    """Branches cut where the function is 0."""
    result: list[Branch] = []
    for branch in found:
        low, high = branch.image
        if low == 0 or high == 0 or signs.order(low) == signs.order(high):
            result.append(branch)
            continue
        root = branch.at(sp.Integer(0))
        result.append(replace(branch, high=root, end=sp.Integer(0)))
        result.append(replace(branch, low=root, start=sp.Integer(0)))
    return result
