"""Is a point ever met exactly? Decided where it has no preimage, or none that a rational orbit can reach."""

from __future__ import annotations

import sympy as sp

from ..balls.adaptive import proved_sign
from ..effort import Effort
from ..errors import SGDMarkovError
from .finite_family import FiniteFamily
from .isolated_roots import is_identically_zero
from .slope_zeros import SlopeZero, slope_zeros
from .smooth_pieces import Piece


def never_met(
    family: FiniteFamily, point: sp.Expr, start: sp.Expr, low: sp.Expr, high: sp.Expr, effort: Effort
) -> bool:
    """Is it proved that w_n != point for all n, for a chain that stays in [low, high]?

    Either no map takes another place of [low, high] to the point; or the start and all maps are rational, so that
    every w_n is a rational number, and no rational number but the point is taken to it.
    """
    pieces = [family.pieces(i, low, high) for i in range(len(family.maps))]
    if any(found is None for found in pieces) or proved_sign(point - start) in (0, None):
        return False
    parts = [piece for found in pieces for piece in found or []]
    cuts = [piece.high for found in pieces for piece in (found or [])[:-1]]
    elsewhere = [cut for cut in cuts if not meets(cut, point)]
    if any(meets(formula.subs(family.symbol, cut), point) is not False for formula in family.maps for cut in elsewhere):
        return False
    try:
        if not any(preimages(piece, family.symbol, point, effort) for piece in parts):
            return True
    except SGDMarkovError:
        effort.check()
    return rational_orbits(parts, family, start) and not any(
        rational_preimages(piece, family.symbol, point) for piece in parts
    )


def meets(value: sp.Expr, point: sp.Expr) -> bool | None:
    """Are the two equal? None where that is not decided."""
    sign = proved_sign(sp.expand(value - point))
    return True if sign == 0 else None if sign is None else False


def preimages(piece: Piece, w: sp.Symbol, point: sp.Expr, effort: Effort) -> list[SlopeZero]:
    """The places of the closed piece, other than the point, that its formula takes to the point."""
    if is_identically_zero(piece.formula - point, w):
        return [SlopeZero(None)]
    zeros = slope_zeros(piece.formula - point, w, piece.low, piece.high, effort)
    if zeros.undecided:
        return [SlopeZero(None)]
    return [zero for zero in zeros.zeros if zero.exact is None or proved_sign(sp.expand(zero.exact - point)) != 0]


def rational_orbits(pieces: list[Piece], family: FiniteFamily, start: sp.Expr) -> bool:
    """Do all maps take rational numbers to rational numbers, and is the start one?"""
    return bool(start.is_Rational) and all(over_rationals(piece.formula, family.symbol) is not None for piece in pieces)


def over_rationals(formula: sp.Expr, w: sp.Symbol) -> tuple[sp.Poly, sp.Poly] | None:
    """Numerator and denominator with rational coefficients."""
    if not formula.is_rational_function(w):
        return None
    parts = [sp.Poly(part, w) for part in sp.fraction(sp.cancel(sp.together(formula)))]
    return (parts[0], parts[1]) if all(c.is_Rational for part in parts for c in part.all_coeffs()) else None


def rational_preimages(piece: Piece, w: sp.Symbol, point: sp.Expr) -> bool:
    """Does the formula take a rational number of the closed piece, other than the point, to the point?"""
    if not point.is_Rational:
        return False
    found = over_rationals(piece.formula - point, w)
    if found is None or found[0].is_zero:
        return True
    roots = [root for root in found[0].ground_roots() if root != point]
    return any(proved_sign(root - piece.low) != -1 and proved_sign(piece.high - root) != -1 for root in roots)
