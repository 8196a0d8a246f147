"""A point that the user names: is the gradient 0 there, and what do the second derivatives say?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations, product

import sympy as sp

from ...answer.number import Number
from ...balls.adaptive import proved_sign
from ...effort import Effort
from ...errors import HypothesisViolated, Inconclusive
from ...numerics.case_signs import comparison
from ...numerics.exact_numbers import number
from .found import CriticalPointSeveral
from .inertia import kind_of
from .kinks import Point, Sided, beside, unsquared

SIDES_LIMIT = 6
OFF = 1000
Rows = list[list[sp.Expr]]
Sides = Mapping[sp.Symbol, int | None]


def given_point(gradient: Sequence[sp.Expr], at: Point, effort: Effort) -> CriticalPointSeveral:
    """The point described; `gradient` are expressions in the symbols of `at`.

    At a kink the loss counts as critical where the gradient tends to 0 on every side; then it is differentiable there.
    Raises `HypothesisViolated` where the gradient is not 0.
    """
    near = beside(gradient, at)
    require_zero_beside([value(entry, at, near) for entry in near.gradient], near, at)
    hessian = [[value(sp.diff(entry, w), at, near) for w in at] for entry in near.gradient]
    if not any(set(near.keys) & entry.free_symbols for row in hessian for entry in row):
        return described(at, hessian, effort)
    return CriticalPointSeveral(numbers(at, effort), None, kinked_kind(near, hessian, at), tuple(at.values()))


def given_by_samples(
    gradient: Sequence[sp.Expr], mean: Callable[[sp.Expr], sp.Expr], at: Point, effort: Effort
) -> CriticalPointSeveral:
    """The same from the `gradient` of one sample; `mean` is that of an expression in the data.

    At a kink the gradient of every sample has to vanish on every side, and there is no Hessian.
    """
    near = beside(gradient, at)
    if not near.keys:
        require_zero([mean(entry.subs(at)) for entry in gradient], at)
        return described(at, [[mean(smooth(sp.diff(entry, w).subs(at))) for w in at] for entry in gradient], effort)
    if any(unsquared(entry.subs(at), near.keys) != 0 for entry in near.gradient):
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


def require_zero_beside(values: Sequence[sp.Expr], near: Sided, at: Point) -> None:
    """On every side; a side that no ray is known to reach may be empty."""
    if not any(set(near.keys) & found.free_symbols for found in values):
        return require_zero(values, at)
    for _, sides in rays(near, at):
        require_zero([found.subs(sides) for found in values], at)
    raise Inconclusive("whether the gradient tends to 0 on every side of the kinks through the point is not decided")


def value(entry: sp.Expr, at: Point, near: Sided) -> sp.Expr:
    """The entry at the point, expanded; numbers that are 0 are told so."""
    found = unsquared(entry.subs(at), near.keys)
    if found.has(sp.nan, sp.zoo, sp.oo, sp.DiracDelta):
        raise Inconclusive(f"{entry} has no value at the point")
    return sp.Integer(0) if not found.free_symbols and proved_sign(found) == 0 else found


def kinked_kind(near: Sided, hessian: Rows, at: Point) -> str | None:
    """Where the second derivatives differ from side to side: all of one kind, or rising one way and falling another."""
    if len(near.keys) <= SIDES_LIMIT:
        choices = [dict(zip(near.keys, signs, strict=True)) for signs in product((-1, 1), repeat=len(near.keys))]
        kinds = {kind_of([[entry.subs(sides) for entry in row] for row in hessian]) for sides in choices}
        if len(kinds) == 1 and kinds <= {"minimum", "maximum"}:
            return kinds.pop()
    found = set()
    for direction, sides in rays(near, at):
        found.add(curvature(direction, sides, hessian))
        if {1, -1} <= found:
            return "saddle"
    return None


def curvature(direction: tuple[int, ...], sides: Sides, hessian: Rows) -> int | None:
    """The sign of the second derivative along a ray that lies strictly on one side of every kink."""
    places = [place for place, entry in enumerate(direction) if entry]
    terms = [direction[i] * direction[j] * hessian[i][j].subs(sides) for i in places for j in places]
    form = sp.expand(sp.Add(*terms))
    return None if form.free_symbols else proved_sign(form)


def rays(near: Sided, at: Point) -> Iterator[tuple[tuple[int, ...], Sides]]:
    """Directions, each with the side of every kink on which a ray from the point runs at first, where that is told."""
    slopes = {side: [sp.diff(key, w).subs(at) for w in at] for side, key in near.keys.items()}
    for direction in directions(len(at)):
        sides = {side: sign_along(direction, slope) for side, slope in slopes.items()}
        if all(sides.values()):
            yield direction, sides


def sign_along(direction: tuple[int, ...], slope: Sequence[sp.Expr]) -> int | None:
    total = sp.Add(*(d * part for d, part in zip(direction, slope, strict=True) if d and part != 0))
    return None if total.free_symbols else proved_sign(total)


def directions(size: int) -> list[tuple[int, ...]]:
    """Along the axes and the diagonals of two of them, a little off so that they lie strictly beside most kinks."""
    single = [tuple(sign * (i == k) for i in range(size)) for k in range(size) for sign in (1, -1)]
    pairs = [tuple(a + b for a, b in zip(v, u, strict=True)) for v, u in combinations(single, 2)]
    off = [tuple(OFF * entry + 2 * i + 1 for i, entry in enumerate(v)) for v in (*single, *pairs)]
    return [*single, *pairs, *off]
