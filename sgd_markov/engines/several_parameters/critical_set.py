"""The critical points of a loss of several parameters, by the strongest route that applies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sympy as sp

from ...answer.number import Number
from ...effort import Effort
from ...errors import Inconclusive, InvalidInput
from .box_position import Within, position
from .enclosed_set import enclosed_set
from .exact_set import METHOD, exact_set
from .found import Continuum, CriticalPointSeveral, CriticalSetSeveral
from .linear_set import linear_set


def critical_set_several(
    gradient: Sequence[sp.Expr], state: tuple[sp.Symbol, ...], within: Within | None, effort: Effort
) -> CriticalSetSeveral:
    """All zeros of the gradient, in the box `within` if one is given (sides left out are the whole line).

    Linear gradients may hold free symbols; others need numbers. Polynomials with rational coefficients are solved
    exactly; other smooth gradients need a bounded box. Raises `Inconclusive` where the zeros are not found,
    `InvalidInput` where symbols need values or a box is missing.
    """
    found = found_set(gradient, state, within, effort)
    return replace(found, points=sorted(found.points, key=lambda point: point.place))


def found_set(
    gradient: Sequence[sp.Expr], state: tuple[sp.Symbol, ...], within: Within | None, effort: Effort
) -> CriticalSetSeveral:
    effort.check()
    jacobian = sp.Matrix(gradient).jacobian(sp.Matrix(state))
    kinked = any(entry.has(sp.Heaviside, sp.sign, sp.Abs, sp.Max, sp.Min, sp.Piecewise) for entry in gradient)
    linear = not kinked and not jacobian.free_symbols & set(state)
    if linear and sp.factor(jacobian.det()) != 0:
        return cut(linear_set(gradient, state, jacobian, effort), state, within)
    if linear and any(entry.free_symbols - set(state) for entry in gradient):
        raise Inconclusive("the Hessian of the expected loss is singular, and its coefficients hold symbols")
    require_numbers(gradient, state)
    if all(entry == 0 for entry in gradient):
        return CriticalSetSeveral([], METHOD, (Continuum(()),))
    quotients = [sp.fraction(sp.together(entry)) for entry in gradient]
    if all(is_rational_polynomial(part, state) for quotient in quotients for part in quotient):
        try:
            return cut(exact_set(quotients, state, effort), state, within)
        except Inconclusive:
            if within is None:
                raise
    if within is None:
        raise InvalidInput(
            "within",
            "nothing",
            "a table of bounded intervals: the gradient is not polynomial with rational coefficients",
        )
    return enclosed_set(gradient, state, {w: within.get(w, (-sp.oo, sp.oo)) for w in state}, effort)


def require_numbers(gradient: Sequence[sp.Expr], state: tuple[sp.Symbol, ...]) -> None:
    free = set().union(*(entry.free_symbols for entry in gradient)) - set(state)
    if free:
        names = ", ".join(sorted(map(str, free)))
        raise InvalidInput(
            "values", f"free symbols {names}", f"numbers for {names}: the critical points have no closed form"
        )


def is_rational_polynomial(part: sp.Expr, state: tuple[sp.Symbol, ...]) -> bool:
    return bool(part.is_polynomial(*state)) and all(c.is_Rational for c in sp.Poly(part, *state).coeffs())


def cut(found: CriticalSetSeveral, state: tuple[sp.Symbol, ...], within: Within | None) -> CriticalSetSeveral:
    """The points in the box, and those that the assumptions on the state allow."""
    kept = [point for point in found.points if is_state(point, state)]
    if within is None:
        return replace(found, points=kept)
    verdicts = [(point, position(point, state, within)) for point in kept]
    if any(verdict is None for _, verdict in verdicts):
        raise Inconclusive("whether a critical point is in the box is not decided")
    return replace(found, points=[point for point, verdict in verdicts if verdict])


def is_state(point: CriticalPointSeveral, state: tuple[sp.Symbol, ...]) -> bool:
    """Is every coordinate of a sign that its symbol may have?"""
    return all(w.is_real is None or may_be(w, entry) for w, entry in zip(state, point.at, strict=True))


def may_be(w: sp.Symbol, entry: Number) -> bool:
    sign = None if entry.enclosure is None else entry.enclosure.sign
    forbidden = {1: w.is_positive is False, -1: w.is_negative is False, 0: w.is_zero is False}
    return sign is None or not forbidden[sign]
