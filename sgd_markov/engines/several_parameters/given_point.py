"""A point that the user names: is the gradient 0 there, and what do the second derivatives say?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

import sympy as sp

from ...answer.number import Number
from ...balls.adaptive import proved_sign
from ...effort import Effort
from ...errors import HypothesisViolated, Inconclusive
from ...numerics.case_signs import comparison
from ...numerics.exact_numbers import number
from .found import CriticalPointSeveral
from .inertia import kind_of
from .kinks import Piece, pieces_at

Point = Mapping[sp.Symbol, sp.Expr]
Rows = list[list[sp.Expr]]


def given_point(gradient: Sequence[sp.Expr], at: Point, effort: Effort) -> CriticalPointSeveral:
    """The point described; `gradient` are expressions in the symbols of `at`.

    At a kink the loss counts as critical where the gradient tends to 0 on every side; then it is differentiable there.
    Raises `HypothesisViolated` where the gradient is not 0.
    """
    pieces = pieces_at(gradient, at)
    for piece in pieces:
        require_zero([value(entry, at) for entry in piece.gradient], at)
    hessians = [second_derivatives(piece, at) for piece in pieces]
    if all(hessian == hessians[0] for hessian in hessians):
        return described(at, hessians[0], effort)
    return CriticalPointSeveral(numbers(at, effort), None, kinked_kind(pieces, hessians, at), tuple(at.values()))


def given_by_samples(
    gradient: Sequence[sp.Expr], mean: Callable[[sp.Expr], sp.Expr], at: Point, effort: Effort
) -> CriticalPointSeveral:
    """The same from the `gradient` of one sample; `mean` is that of an expression in the data.

    At a kink the gradient of every sample has to vanish on every side, and there is no Hessian.
    """
    pieces = pieces_at(gradient, at)
    if len(pieces) == 1:
        require_zero([mean(entry.subs(at)) for entry in gradient], at)
        return described(at, [[mean(smooth(sp.diff(entry, w).subs(at))) for w in at] for entry in gradient], effort)
    if any(sp.expand(entry.subs(at)) != 0 for piece in pieces for entry in piece.gradient):
        raise Inconclusive("the mean gradient at a kink of the loss, where single samples' gradients are not 0")
    return CriticalPointSeveral(numbers(at, effort), None, None, tuple(at.values()))


def smooth(entry: sp.Expr) -> sp.Expr:
    if entry.has(sp.DiracDelta, sp.Derivative, sp.nan, sp.zoo):
        raise Inconclusive("the second derivative of the expected loss, whose samples have kinks")
    return entry


def described(at: Point, hessian: Rows, effort: Effort) -> CriticalPointSeveral:
    """With its Hessian known."""
    rows = tuple(tuple(number(entry, effort, "the Hessian") for entry in row) for row in hessian)
    kind = kind_of(hessian)
    conditions = () if kind else saddle_conditions(hessian)
    return CriticalPointSeveral(numbers(at, effort), rows, kind, tuple(at.values()), conditions=conditions)


def saddle_conditions(hessian: Rows) -> tuple[str, ...]:
    """Where symbols leave the kind open: a principal minor of order 2 that is never positive makes a saddle unless it is 0."""
    for i, j in combinations(range(len(hessian)), 2):
        minor = sp.factor(hessian[i][i] * hessian[j][j] - hessian[i][j] * hessian[j][i])
        if minor.is_nonpositive:
            root = sp.Mul(*(factor for factor, _ in sp.factor_list(minor)[1]))
            return (f"saddle where {comparison(root, frozenset({-1, 1}))}",)
    return ()


def numbers(at: Point, effort: Effort) -> tuple[Number, ...]:
    return tuple(number(x, effort, "a critical point") for x in at.values())


def require_zero(values: Sequence[sp.Expr], at: Point) -> None:
    for symbol, found in zip(at, values, strict=True):
        verdict = is_zero(found)
        where = ", ".join(f"{w} = {x}" for w, x in at.items())
        if verdict is None:
            raise Inconclusive(f"whether the derivative {found} in {symbol} is 0 at {where} is not decided")
        if not verdict:
            raise HypothesisViolated(
                f"the gradient of the expected loss is 0 at {where}", f"its {symbol} entry is {found}"
            )


def is_zero(found: sp.Expr) -> bool | None:
    """Proved to be 0, proved not to be (for some values of symbols), or None."""
    if not found.free_symbols:
        sign = proved_sign(found)
        return None if sign is None else sign == 0
    return sp.cancel(found) == 0 if found.is_rational_function() else True if sp.expand(found) == 0 else None


def second_derivatives(piece: Piece, at: Point) -> Rows:
    return [[value(sp.diff(entry, w), at) for w in at] for entry in piece.gradient]


def value(entry: sp.Expr, at: Point) -> sp.Expr:
    """The entry at the point, expanded; numbers that are 0 are told so."""
    found = sp.expand(entry.subs(at))
    if found.has(sp.nan, sp.zoo, sp.oo, sp.DiracDelta):
        raise Inconclusive(f"{entry} has no value at the point")
    return sp.Integer(0) if not found.free_symbols and proved_sign(found) == 0 else found


def kinked_kind(pieces: Sequence[Piece], hessians: Sequence[Rows], at: Point) -> str | None:
    """Where the second derivatives differ from side to side: all of one kind, or rising one way and falling another."""
    kinds = {kind_of(hessian) for hessian in hessians}
    if len(kinds) == 1 and kinds <= {"minimum", "maximum"}:
        return kinds.pop()
    signs = {sign for direction in directions(len(at)) for sign in [curvature(direction, pieces, hessians, at)]}
    return "saddle" if {1, -1} <= signs else None


def directions(size: int) -> list[tuple[int, ...]]:
    """Along the axes and the diagonals of two of them."""
    single = [tuple(sign * (i == k) for i in range(size)) for k in range(size) for sign in (1, -1)]
    pairs = combinations(single, 2)
    return [*single, *(tuple(a + b for a, b in zip(v, u, strict=True)) for v, u in pairs)]


def curvature(direction: tuple[int, ...], pieces: Sequence[Piece], hessians: Sequence[Rows], at: Point) -> int | None:
    """The sign of the second derivative along a ray that lies strictly on one side of every kink."""
    for piece, hessian in zip(pieces, hessians, strict=True):
        if all(side_along(key, direction, at) == side for key, side in piece.sides.items()):
            vector = sp.Matrix(direction)
            form = (vector.T * sp.Matrix(hessian) * vector)[0, 0]
            return None if form.free_symbols else proved_sign(form)
    return None


def side_along(key: sp.Expr, direction: tuple[int, ...], at: Point) -> int | None:
    slope = sp.Add(*(d * sp.diff(key, w).subs(at) for d, w in zip(direction, at, strict=True)))
    return None if slope.free_symbols else proved_sign(slope)
