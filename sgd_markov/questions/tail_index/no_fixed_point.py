"""Is a point fixed by almost every step of w' = A w + b in several dimensions?"""

from __future__ import annotations

import sympy as sp

from ...answer.answer import Hypothesis
from ...engines.affine_several import AffineSystem
from ...errors import HypothesisViolated

NOT_FIXED = "no w is fixed by almost every step"
OUTCOMES = 5000


def require_no_fixed_point(system: AffineSystem) -> Hypothesis:
    """Raise where some w has A w + b = w almost surely: its point mass is a stationary law.

    For batches it is enough to look at single samples. Of a polynomial that vanishes for almost every value of variables
    with densities all coefficients vanish, so that the conditions on w are linear equations.
    """
    if all(entry == 0 for entry in system.offset):
        raise HypothesisViolated(NOT_FIXED, "b = 0: w = 0 is fixed, its point mass is invariant")
    unknowns = sp.symbols(f"w_1:{len(system.state) + 1}", cls=sp.Dummy)
    moved = system.matrix * sp.Matrix(unknowns) + system.offset - sp.Matrix(unknowns)
    moved = moved.xreplace(dict((*system.means, *system.drawn)))
    conditions = linear_conditions(system, moved)
    if conditions is None:
        return Hypothesis(NOT_FIXED, "assumed")
    places = sp.linsolve(conditions, *unknowns)
    if places is not sp.S.EmptySet:
        raise HypothesisViolated(NOT_FIXED, f"w = {next(iter(places))} is fixed")
    return Hypothesis(NOT_FIXED)


def linear_conditions(system: AffineSystem, moved: sp.Matrix) -> list[sp.Expr] | None:
    """What has to vanish; None where a step is no polynomial in a variable with a density, or outcomes are too many."""
    drawn = moved.free_symbols
    sources = [s for s in (*system.draw.data, *system.draw.noise) if set(s.symbols) & drawn]
    exprs = set(moved)
    for source in sources:
        if source.finite is not None:
            tables = [dict(zip(source.symbols, values, strict=True)) for values, _ in source.finite]
            if len(tables) * len(exprs) > OUTCOMES:
                return None
            exprs = {expr.xreplace(table) for expr in exprs for table in tables}
            continue
        (symbol,) = source.symbols
        expanded = [sp.expand(expr) for expr in exprs]
        if not all(expr.is_polynomial(symbol) for expr in expanded):
            return None
        exprs = {c for expr in expanded for c in sp.Poly(expr, symbol).coeffs()}
    return [sp.expand(expr) for expr in exprs]
