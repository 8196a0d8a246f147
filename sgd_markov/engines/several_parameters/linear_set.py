"""The critical point of a quadratic loss, whose coefficients may hold symbols."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from ...effort import Effort
from ...numerics.case_signs import comparison
from ...numerics.exact_numbers import number
from .found import CriticalPointSeveral, CriticalSetSeveral
from .inertia import kind_of

METHOD = "the solution of a linear system, Hessian by Sylvester's criterion"


def linear_set(
    gradient: Sequence[sp.Expr], state: tuple[sp.Symbol, ...], hessian: sp.Matrix, effort: Effort
) -> CriticalSetSeveral:
    """One point; the determinant of the Hessian is not identically 0."""
    determinant = sp.factor(hessian.det())
    constant = sp.Matrix(gradient).subs(dict.fromkeys(state, sp.Integer(0)))
    at = tuple(sp.cancel(entry) for entry in -hessian.inv() * constant)
    rows = tuple(tuple(hessian.row(i)) for i in range(len(state)))
    open_case = determinant.free_symbols and not determinant.is_nonzero
    point = CriticalPointSeveral(
        at=tuple(number(entry, effort, "a critical point") for entry in at),
        hessian=tuple(tuple(number(entry, effort, "the Hessian") for entry in row) for row in rows),
        kind=kind_of(rows),
        exact=at,
        conditions=(comparison(determinant, frozenset({-1, 1})),) if open_case else (),
    )
    return CriticalSetSeveral([point], METHOD)
