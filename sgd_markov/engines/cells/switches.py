"""Where functions with cases may jump, or have a value of their own at a single point.

Pieces of a function do not tell its values at their ends, and pieces with equal formulas are joined: 1 - sign(w)^2 is
the one piece 0. Here every place where a sign, a step, or a case may switch is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sympy as sp
from flint import arb
from sympy.core.relational import Relational

from ...balls.evaluate import evaluate
from ...balls.precision import precision
from ...errors import Inconclusive
from ...numerics.branch import split_at_zero
from ...numerics.case_signs import Signs
from ...numerics.finite_family import NOT_CUT
from ...numerics.monotone_branches import branches
from ...numerics.smooth_pieces import Piece, smooth_pieces
from ...numerics.vanishing import vanishes
from .layout import neighbours
from .slopes import SmoothTable
from .taylor import BITS

SWITCHING = (sp.sign, sp.Heaviside, sp.Piecewise)
STEPS = (sp.floor, sp.ceiling, sp.frac, sp.Mod)

Span = tuple[sp.Expr, sp.Expr]


def is_read_right(formula: sp.Expr, table: SmoothTable, span: Span) -> bool:
    """Is the function real on all blocks, and do the pieces tell it everywhere but at their ends?

    Cells at the ends of pieces are small and hold the whole formula.
    """
    places = switches(formula, table.symbol, span)
    if places is None or not is_real(formula, table):
        return False
    return all(is_cut(at, table.pieces) or takes(formula, at, piece_at(at, table)) for at in places)


def is_real(formula: sp.Expr, table: SmoothTable) -> bool:
    """Have all roots a radicand that is not negative on the blocks? Balls evaluate roots of its positive part."""
    roots = [
        node for node in formula.atoms(sp.Pow) if not node.exp.is_Integer and table.symbol in node.base.free_symbols
    ]
    with precision(BITS):
        return all(
            node.base.is_nonnegative is True
            or all(evaluate(node.base, {table.symbol: arb(b.low).union(arb(b.high))}) > 0 for b in table.blocks)
            for node in roots
        )


def is_continuous(formula: sp.Expr, table: SmoothTable, span: Span) -> bool:
    """Is the function proved to be continuous on the blocks?

    On each it is bounded in balls, which refuse poles; what is not continuous besides switches at known places, where the
    value and those of the pieces on both sides have to agree.
    """
    places = switches(formula, table.symbol, span)
    if not table.is_bounded or places is None:
        return False
    return all(takes(formula, at, piece) for at in places for piece in table.pieces if reaches(piece, at))


def switches(formula: sp.Expr, w: sp.Symbol, span: Span) -> list[sp.Expr] | None:
    """Places in the span among which are all where a sign, step or case in the formula switches; None where not found."""
    if formula.has(*STEPS):
        return None
    found: dict[sp.Expr, None] = {}
    try:
        for function in switching_functions(formula, w):
            found |= dict.fromkeys(zeros(function, w, span))
    except (*NOT_CUT, NotImplementedError):
        return None
    return [at for at in found if at not in span]


def switching_functions(formula: sp.Expr, w: sp.Symbol) -> Iterator[sp.Expr]:
    for node in formula.atoms(*SWITCHING):
        if isinstance(node, sp.Piecewise):
            yield from (test.lhs - test.rhs for test in node.atoms(Relational) if w in test.free_symbols)
        elif w in node.free_symbols:
            yield node.args[0]


def zeros(function: sp.Expr, w: sp.Symbol, span: Span) -> Iterator[sp.Expr]:
    """The ends of the monotone branches of its pieces, cut at 0: its zeros are among them, but for pieces that are 0."""
    signs = Signs()
    for piece in smooth_pieces(function, w, *span, signs):
        yield from (piece.low, piece.high)
        if w in piece.formula.free_symbols:
            whole = branches(sp.expand(piece.formula), w, piece.low, piece.high, signs)
            for part in split_at_zero(whole, signs):
                yield from (part.low, part.high)


def is_cut(at: sp.Expr, pieces: Sequence[Piece]) -> bool:
    """Does the place lie in the cell of the end of a piece?"""
    return any(neighbours(piece.high) == neighbours(at) for piece in pieces[:-1])


def piece_at(at: sp.Expr, table: SmoothTable) -> Piece:
    return next(piece for piece in table.pieces if reaches(piece, at))


def reaches(piece: Piece, at: sp.Expr) -> bool:
    """May the place be in the closed piece?"""
    (low, high) = neighbours(at)
    try:
        return neighbours(piece.low)[0] <= high and low <= neighbours(piece.high)[1]
    except Inconclusive:
        return True


def takes(formula: sp.Expr, at: sp.Expr, piece: Piece) -> bool:
    """Is the value of the function at the place proved to be that of the piece?"""
    (w,) = formula.free_symbols
    value = formula.subs(w, at)
    return value.is_finite is not False and vanishes(value - piece.formula.subs(w, at))
