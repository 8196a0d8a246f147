"""Critical points of a function of one variable: zeros of its slope on smooth pieces, and the kinks between them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import sympy as sp

from ..answer.enclosure import Enclosure
from ..answer.number import Number
from ..balls.adaptive import proved_sign, refine
from ..balls.evaluate import evaluate
from ..effort import Effort
from ..errors import HypothesisViolated, Inconclusive, InvalidInput
from ..numerics.case_signs import Signs, Undecided
from ..numerics.exact_numbers import number
from ..numerics.isolated_roots import is_identically_zero, settled
from ..numerics.monotone_branches import NotInvertible
from ..numerics.slope_zeros import SlopeZero, finer, slope_zeros
from ..numerics.smooth_pieces import EndlessSteps, Piece, smooth_pieces

KINDS = {1: "minimum", -1: "maximum", 0: "degenerate"}
DERIVATIVES = 100
"""So many derivatives are asked for the sign of a slope beside a kink."""


@dataclass(frozen=True)
class CriticalPoint:
    """`at` with the second derivative `hessian` (None at a kink) and the kind, None where symbols leave it open.

    `exact`: the point as an expression, None for enclosed ones. `conditions`: where it exists, with symbols.
    """

    at: Number
    kind: str | None
    hessian: Number | None
    exact: sp.Expr | None
    zero: SlopeZero | None = None
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True)
class CriticalSet:
    """All critical points of an interval; `flat`: intervals on which the slope is 0; `undecided`: unproved cells."""

    points: list[CriticalPoint]
    flat: list[tuple[sp.Expr, sp.Expr]]
    undecided: list[tuple[sp.Expr, sp.Expr]]


def critical_set(
    loss: sp.Expr | None, gradient: sp.Expr, w: sp.Symbol, low: sp.Expr, high: sp.Expr, effort: Effort
) -> CriticalSet:
    """The critical points in [low, high] of a function with this gradient; `loss` None: continuity is not checked.

    A point between smooth pieces counts where the slope changes its sign or is 0 on one side.
    Raises `HypothesisViolated` for a jump, `InvalidInput` where numbers or a bounded interval are needed.
    """
    pieces = slopes(loss, gradient, w, low, high)
    points: list[CriticalPoint] = []
    flat: list[tuple[sp.Expr, sp.Expr]] = []
    undecided: list[tuple[sp.Expr, sp.Expr]] = []
    for place, piece in enumerate(pieces):
        if is_identically_zero(piece.formula, w):
            flat.append((piece.low, piece.high))
        else:
            found = slope_zeros(piece.formula, w, piece.low, piece.high, effort)
            inner = [zero for zero in found.zeros if strictly_inside(zero, pieces, place)]
            points += [smooth_point(zero, piece.formula, w, effort) for zero in inner]
            undecided += found.undecided
        if place + 1 < len(pieces):
            points += kink(piece, pieces[place + 1], w, effort)
    return CriticalSet(points, flat, undecided)


def slopes(loss: sp.Expr | None, gradient: sp.Expr, w: sp.Symbol, low: sp.Expr, high: sp.Expr) -> list[Piece]:
    """The slope on each smooth piece."""
    whole = gradient if loss is None else loss
    try:
        pieces = smooth_pieces(whole, w, low, high, Signs())
    except Undecided as error:
        names = ", ".join(sorted(map(str, error.expr.free_symbols)))
        raise InvalidInput(
            "values", f"free symbols {names}", f"numbers for {names}: they order the kinks of the loss"
        ) from None
    except (NotInvertible, EndlessSteps) as error:
        raise Inconclusive(f"the kinks of the expected loss are not found: {error}") from None
    if loss is None:
        return pieces
    require_continuous(pieces, w)
    return [Piece(piece.low, piece.high, sp.diff(piece.formula, w)) for piece in pieces]


def require_continuous(pieces: list[Piece], w: sp.Symbol) -> None:
    for left, right in itertools.pairwise(pieces):
        jump = (right.formula - left.formula).subs(w, left.high)
        if jump != 0 and proved_sign(jump) != 0:
            raise HypothesisViolated(
                "the expected loss is continuous", f"it jumps by {sp.simplify(jump)} at {left.high}"
            )


def strictly_inside(zero: SlopeZero, pieces: list[Piece], place: int) -> bool:
    """Not at a cut between pieces: the cuts are judged as kinks."""
    cuts = [piece.high for piece in pieces[:-1]]
    near = [cut for cut in (pieces[place].low, pieces[place].high) if cut in cuts]
    return not any(zero.exact is not None and proved_sign(zero.exact - cut) == 0 for cut in near)


def smooth_point(zero: SlopeZero, slope: sp.Expr, w: sp.Symbol, effort: Effort) -> CriticalPoint:
    curvature = sp.diff(slope, w)
    if zero.exact is not None:
        at = zero.exact
        hessian = simplified(curvature.subs(w, at))
        if hessian.free_symbols or at.free_symbols:
            found = None if at.free_symbols else zero.enclose(effort)
            return CriticalPoint(
                Number(at, found, effort.digits), kind_of(hessian), Number(hessian, None), at, zero, zero.conditions
            )
        sign = proved_sign(hessian)
        if sign is None:
            raise Inconclusive(f"the sign of the second derivative {hessian} at {at} is not decided")
        value, kind = exact_zero(effort) if sign == 0 else number(hessian, effort, "the second derivative"), KINDS[sign]
        return CriticalPoint(Number(at, zero.enclose(effort), effort.digits), kind, value, at, zero, zero.conditions)
    at_number = Number(None, zero.enclose(effort), effort.digits)
    if zero.order != 1:
        return CriticalPoint(at_number, KINDS[0], exact_zero(effort), None, zero)
    found = refine(lambda: evaluate(curvature, {w: zero.ball(finer(effort))}), effort, "the second derivative")
    return CriticalPoint(at_number, KINDS[found.sign or 0], Number(None, found, effort.digits), None, zero)


def exact_zero(effort: Effort) -> Number:
    return Number(sp.Integer(0), Enclosure.point(0), effort.digits)


def simplified(value: sp.Expr) -> sp.Expr:
    value = settled(value)
    if value.is_Rational:
        return value
    expanded = sp.expand(value)
    return expanded if expanded.is_Rational else sp.simplify(expanded)


def kind_of(hessian: sp.Expr) -> str | None:
    """From the assumptions on symbols; None where they leave the sign open."""
    for holds, kind in ((hessian.is_positive, 1), (hessian.is_negative, -1), (hessian.is_zero, 0)):
        if holds:
            return KINDS[kind]
    return None


def kink(left: Piece, right: Piece, w: sp.Symbol, effort: Effort) -> list[CriticalPoint]:
    """The cut between two pieces, if the slope changes its sign there or is 0 on a side that is not flat."""
    cut = left.high
    before, after = side_sign(left.formula, w, cut, -1), side_sign(right.formula, w, cut, 1)
    if 0 in (before, after):
        return []
    limits = [side.formula.subs(w, cut) for side in (left, right)]
    vanishing = [proved_sign(limit) == 0 for limit in limits]
    if before == after and not any(vanishing):
        return []
    kind = KINDS[0] if before == after else "minimum" if after > before else "maximum"
    return [CriticalPoint(number(cut, effort, "a kink"), kind, None, cut)]


def side_sign(slope: sp.Expr, w: sp.Symbol, cut: sp.Expr, side: int) -> int:
    """The sign of the slope just beside the cut: of its first derivative there that is not 0; 0 where it is flat."""
    if is_identically_zero(slope, w):
        return 0
    for order in range(DERIVATIVES):
        sign = proved_sign(slope.subs(w, cut))
        if sign is None:
            break
        if sign:
            return int(sign * side**order)
        slope = sp.diff(slope, w)
    raise Inconclusive(f"the sign of the slope beside {cut} is not decided")
