"""Places on the line that parameters may move: the zeros and poles of drift and variance, and their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sympy as sp

from ...errors import Inconclusive
from ...numerics.diffusion_pieces import Piece, poles
from ...numerics.signs_of_symbols import known_sign, needs_values
from ...proof.radicals import is_zero


def special_points(pieces: Sequence[Piece], w: sp.Symbol) -> list[sp.Expr]:
    """The real zeros of C and poles of b and C in the closures of the pieces, each once."""
    points: list[sp.Expr] = []
    for piece in pieces:
        polys = [*sp.fraction(piece.variance), *poles(piece.drift, w)]
        for point in (zero for poly in polys for zero in real_zeros(poly, w)):
            alone = len(pieces) == 1
            if (alone or not (is_below(point, piece.low) or is_below(piece.high, point))) and not any(
                is_zero(point - other) for other in points
            ):
                points.append(point)
    return points


def real_zeros(expr: sp.Expr, w: sp.Symbol) -> Iterator[sp.Expr]:
    """The real zeros of a polynomial in w, from its factors of degree 1 and 2."""
    if w not in expr.free_symbols:
        return
    for factor, _ in sp.factor_list(expr, w)[1]:
        poly = sp.Poly(factor, w)
        if poly.degree() == 1:
            yield sp.cancel(-poly.nth(0) / poly.nth(1))
        elif poly.degree() == 2:
            yield from quadratic_zeros(poly, w)
        elif poly.free_symbols_in_domain:
            raise needs_values(expr, "the zeros have no closed form")
        elif has_real_root(poly):
            raise Inconclusive(f"the zeros of {factor} have no closed form of degree 2")


def has_real_root(poly: sp.Poly) -> bool:
    """By Sturm's theorem over the rationals; other coefficients count as undecided."""
    from sympy.polys.polyerrors import DomainError

    try:
        return bool(poly.count_roots() > 0)
    except (DomainError, NotImplementedError):
        return True


def quadratic_zeros(poly: sp.Poly, w: sp.Symbol) -> Iterator[sp.Expr]:
    two, one, none = (poly.nth(k) for k in (2, 1, 0))
    discriminant = sp.factor(one**2 - 4 * two * none)
    sign = known_sign(discriminant)
    if sign is None:
        raise needs_values(discriminant, f"whether {poly.as_expr()} has real zeros depends on them")
    if sign > 0:
        yield from ((-one + side * sp.sqrt(discriminant)) / (2 * two) for side in (1, -1))
    elif sign == 0:
        yield -one / (2 * two)


def strictly_between(point: sp.Expr, low: sp.Expr, high: sp.Expr) -> bool:
    if low == -sp.oo and high == sp.oo:
        return True
    signs = [1 if end.is_infinite else known_sign(side * (point - end)) for end, side in ((low, 1), (high, -1))]
    if None in signs:
        raise needs_values(point, "whether it lies in the state space depends on them")
    return signs == [1, 1]


def ordered(points: list[sp.Expr]) -> list[sp.Expr]:
    """In increasing order; refuses what symbols leave open."""
    result: list[sp.Expr] = []
    for point in points:
        place = 0
        for other in result:
            sign = known_sign(point - other)
            if sign is None:
                raise needs_values(point - other, f"the order of {point} and {other} depends on them")
            place += sign > 0
        result.insert(place, point)
    return result


def is_below(low: sp.Expr, high: sp.Expr) -> bool:
    if low == -sp.oo or high == sp.oo:
        return bool(low != high)
    if low == sp.oo or high == -sp.oo:
        return False
    sign = known_sign(high - low)
    if sign is None:
        raise needs_values(high - low, f"the order of {low} and {high} depends on them")
    return sign > 0


def larger(first: sp.Expr, second: sp.Expr) -> sp.Expr:
    return second if is_below(first, second) else first


def smaller(first: sp.Expr, second: sp.Expr) -> sp.Expr:
    return first if is_below(first, second) else second
