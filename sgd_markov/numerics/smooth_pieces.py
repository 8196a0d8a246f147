"""A function with kinks and jumps in one variable, cut into pieces without them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sympy as sp
from sympy.core.relational import Relational

from ..errors import Inconclusive
from .branch import Branch, split_at_zero
from .case_signs import Signs
from .monotone_branches import branches

KINKS = (sp.Piecewise, sp.Abs, sp.Min, sp.Max, sp.sign, sp.Heaviside, sp.floor)
STEP_LIMIT = 2000


class EndlessSteps(Exception):
    """A floor takes infinitely many values on the range."""

    def __init__(self, node: sp.Expr) -> None:
        super().__init__(node)
        self.node = node


@dataclass(frozen=True)
class Piece:
    """On (low, high) the function is the smooth `formula`."""

    low: sp.Expr
    high: sp.Expr
    formula: sp.Expr


def smooth_pieces(expr: sp.Expr, x: sp.Symbol, low: sp.Expr, high: sp.Expr, signs: Signs) -> list[Piece]:
    """The pieces of `expr` on (low, high), in increasing order; values at the cuts themselves are not kept.

    Raises `Undecided` where the order of the cuts depends on an open sign, `NotInvertible` where a switching function
    has no exact zeros, `EndlessSteps` for a floor over an unbounded range.

    >>> x = sp.Symbol("x", real=True)
    >>> smooth_pieces(sp.Max(-1, sp.Min(1, 2 * x)), x, -sp.oo, sp.oo, Signs())[1]
    Piece(low=-1/2, high=1/2, formula=2*x)
    """
    node = innermost_kink(expr, x)
    if node is None:
        return [Piece(low, high, expr)]
    parts = steps(node, x, low, high, signs) if isinstance(node, sp.floor) else switched(node, x, low, high, signs)
    pieces: list[Piece] = []
    for part in parts:
        pieces.extend(smooth_pieces(expr.xreplace({node: part.formula}), x, part.low, part.high, signs))
    return joined(pieces)


def innermost_kink(expr: sp.Expr, x: sp.Symbol) -> sp.Expr | None:
    nodes = [node for node in expr.atoms(*KINKS) if x in node.free_symbols]
    if not nodes:
        return None
    return min(
        nodes, key=lambda node: (len([n for n in node.atoms(*KINKS) if x in n.free_symbols]), sp.default_sort_key(node))
    )


def switched(node: sp.Expr, x: sp.Symbol, low: sp.Expr, high: sp.Expr, signs: Signs) -> list[Piece]:
    """The node's formula on each side of the zeros of its switching function."""
    switch = switching_function(node, x)
    if x not in switch.free_symbols:
        return [Piece(low, high, chosen(node, x, signs.strict(switch)))]
    return [Piece(part.low, part.high, chosen(node, x, side)) for part, side in sides(switch, x, low, high, signs)]


def sides(switch: sp.Expr, x: sp.Symbol, low: sp.Expr, high: sp.Expr, signs: Signs) -> Iterator[tuple[Branch, int]]:
    """The parts of (low, high) on which the function keeps its sign, with that sign."""
    for part in split_at_zero(branches(sp.expand(switch), x, low, high, signs), signs):
        lowest, highest = part.image
        yield part, 1 if lowest == 0 or (highest != 0 and signs.order(lowest) > 0) else -1


def switching_function(node: sp.Expr, x: sp.Symbol) -> sp.Expr:
    if isinstance(node, sp.Min | sp.Max):
        first, second = contenders(node, x)
        return first - second
    if isinstance(node, sp.Piecewise):
        test = first_test(node, x)
        return test.lhs - test.rhs
    return node.args[0]


def contenders(node: sp.Expr, x: sp.Symbol) -> tuple[sp.Expr, sp.Expr]:
    """One argument with x and another."""
    ordered = sorted(node.args, key=lambda a: (x not in a.free_symbols, sp.default_sort_key(a)))
    return ordered[0], ordered[1]


def first_test(node: sp.Piecewise, x: sp.Symbol) -> Relational:
    """A comparison in the conditions of the Piecewise: one that depends on x if there is one."""
    tests = sorted(node.atoms(Relational), key=lambda t: (x not in t.free_symbols, sp.default_sort_key(t)))
    return tests[0]


def chosen(node: sp.Expr, x: sp.Symbol, side: int) -> sp.Expr:
    """The node where its switching function has this sign."""
    if isinstance(node, sp.Abs):
        return side * node.args[0]
    if isinstance(node, sp.sign):
        return sp.Integer(side)
    if isinstance(node, sp.Heaviside):
        return sp.Rational(1 + side, 2)
    if isinstance(node, sp.Min | sp.Max):
        first, second = contenders(node, x)
        winner = first if (side >= 0) == isinstance(node, sp.Max) else second
        return node.func(winner, *(a for a in node.args if a not in (first, second)))
    test = first_test(node, x)
    return node.xreplace({test: sp.sympify(test.func(side, 0)), sp.Not(test): sp.sympify(sp.Not(test.func(side, 0)))})


def steps(node: sp.floor, x: sp.Symbol, low: sp.Expr, high: sp.Expr, signs: Signs) -> list[Piece]:
    """The pieces on which a floor is constant."""
    pieces: list[Piece] = []
    for branch in branches(sp.expand(node.args[0]), x, low, high, signs):
        lowest, highest = branch.image
        if sp.oo in (highest, -lowest):
            raise EndlessSteps(node)
        found = list(between(branch, lowest, highest))
        pieces.extend(found if branch.increasing else reversed(found))
    return pieces


def between(branch: Branch, lowest: sp.Expr, highest: sp.Expr) -> Iterator[Piece]:
    """One piece for each integer part on the image; a symbolic image must be of length at most 1."""
    width = sp.expand(highest - lowest)
    first = sp.floor(lowest)
    if first.is_Integer:
        last = sp.ceiling(highest) - 1
        if not last.is_Integer:
            raise Inconclusive(f"the range of {branch.inverse} needs numbers")
        if last - first > STEP_LIMIT:
            raise Inconclusive(f"a floor with more than {STEP_LIMIT} steps")
        levels = [first + k for k in range(int(last - first) + 1)]
    elif width.is_Rational and width <= 1:
        levels = [first, first + 1]
    else:
        raise Inconclusive("rounding at a symbolic state: ask at a point (`at`)")
    cuts = [branch.image[0], *levels[1:], branch.image[1]]
    for level, start, end in zip(levels, cuts, cuts[1:], strict=False):
        first_end, last_end = end_of(branch, start), end_of(branch, end)
        yield Piece(first_end, last_end, level) if branch.increasing else Piece(last_end, first_end, level)


def end_of(branch: Branch, value: sp.Expr) -> sp.Expr:
    if value == branch.start:
        return branch.low
    return branch.high if value == branch.end else branch.at(value)


def joined(pieces: list[Piece]) -> list[Piece]:
    """Neighbours with the same formula as one."""
    result: list[Piece] = []
    for piece in pieces:
        if result and result[-1].formula == piece.formula:
            result[-1] = Piece(result[-1].low, piece.high, piece.formula)
        else:
            result.append(piece)
    return result
