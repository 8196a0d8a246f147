"""Critical points of a polynomial of several variables, exact, with the kind from the exact Hessian."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp

from ..balls.adaptive import proved_sign
from ..effort import Effort
from ..errors import Inconclusive, InvalidInput
from ..numerics.case_signs import comparison

DEGREE_LIMIT = 60
"""Product of the degrees of the gradient's entries, which bounds the number of solutions."""


@dataclass(frozen=True)
class CriticalPointSeveral:
    at: tuple[sp.Expr, ...]
    hessian: sp.Matrix
    kind: str | None
    conditions: tuple[str, ...] = ()


def critical_points_several(
    gradient: Sequence[sp.Expr], state: tuple[sp.Symbol, ...], effort: Effort
) -> list[CriticalPointSeveral]:
    """All real solutions of gradient = 0, when they are finitely many and sympy writes them in radicals.

    Linear gradients may hold free symbols; others need numbers. Raises `Inconclusive` where the solutions are not
    isolated or have no radicals, `InvalidInput` where symbols need values.
    """
    equations = [sp.fraction(sp.together(entry))[0] for entry in gradient]
    if not all(equation.is_polynomial(*state) for equation in equations):
        raise Inconclusive("critical points in several dimensions are found for polynomial expected losses only")
    effort.check()
    jacobian = sp.Matrix(gradient).jacobian(sp.Matrix(state))
    if not jacobian.free_symbols & set(state):
        return linear_solution(gradient, state, jacobian)
    free = set().union(*(equation.free_symbols for equation in equations)) - set(state)
    if free:
        names = ", ".join(sorted(map(str, free)))
        raise InvalidInput(
            "values", f"free symbols {names}", f"numbers for {names}: the critical points have no closed form"
        )
    points = [at for at in solutions(equations, state) if is_real(at)]
    return [classified(at, jacobian.subs(dict(zip(state, at, strict=True)))) for at in points]


def linear_solution(
    gradient: Sequence[sp.Expr], state: tuple[sp.Symbol, ...], hessian: sp.Matrix
) -> list[CriticalPointSeveral]:
    """A quadratic expected loss: one point, where the Hessian is invertible."""
    determinant = sp.factor(hessian.det())
    if determinant == 0:
        raise Inconclusive(
            "the critical points of the expected loss are not isolated: its Hessian is singular everywhere"
        )
    constant = sp.Matrix(gradient).subs(dict.fromkeys(state, sp.Integer(0)))
    at = tuple(sp.cancel(entry) for entry in -hessian.inv() * constant)
    conditions = (
        (comparison(determinant, frozenset({-1, 1})),)
        if determinant.free_symbols and not determinant.is_nonzero
        else ()
    )
    return [CriticalPointSeveral(at, hessian, kind(hessian), conditions)]


def solutions(equations: list[sp.Expr], state: tuple[sp.Symbol, ...]) -> list[tuple[sp.Expr, ...]]:
    from sympy.polys.polyerrors import PolynomialError, UnsolvableFactorError
    from sympy.solvers.polysys import solve_poly_system

    degrees = sp.prod([max(1, sp.Poly(equation, *state).total_degree()) for equation in equations])
    if degrees > DEGREE_LIMIT:
        raise Inconclusive(f"the gradient's degrees allow {degrees} critical points; the limit is {DEGREE_LIMIT}")
    try:
        found = solve_poly_system(equations, *state, strict=True)
    except UnsolvableFactorError:
        raise Inconclusive("a critical point has no closed form in radicals") from None
    except (NotImplementedError, PolynomialError, ValueError) as error:
        raise Inconclusive(f"the critical points are not isolated, or not found: {error}") from None
    return list(dict.fromkeys(found or []))


def is_real(at: tuple[sp.Expr, ...]) -> bool:
    for value in at:
        real = value.is_real
        if real is None:
            real = sp.im(sp.expand_complex(value)).equals(0)
        if real is None:
            raise Inconclusive(f"whether the solution {value} is real is not decided")
        if not real:
            return False
    return True


def classified(at: tuple[sp.Expr, ...], hessian: sp.Matrix) -> CriticalPointSeveral:
    simple = hessian.applyfunc(lambda entry: sp.radsimp(sp.expand(entry)))
    return CriticalPointSeveral(tuple(sp.radsimp(value) for value in at), simple, kind(simple))


def kind(hessian: sp.Matrix) -> str | None:
    """By Sylvester's criterion; `degenerate` where the determinant is 0; None where symbols leave it open."""
    size = hessian.shape[0]
    minors = [sign_of(hessian[:k, :k].det()) for k in range(1, size + 1)]
    if minors[-1] == 0:
        return "degenerate"
    if None in minors:
        return None
    if all(minor == 1 for minor in minors):
        return "minimum"
    if all(minor == (-1) ** k for k, minor in enumerate(minors, start=1)):
        return "maximum"
    return "saddle"


def sign_of(value: sp.Expr) -> int | None:
    if not value.free_symbols:
        return proved_sign(sp.expand(value))
    simple = sp.factor(value)
    return 1 if simple.is_positive else -1 if simple.is_negative else 0 if simple.is_zero else None
