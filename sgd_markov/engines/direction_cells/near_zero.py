"""The sign of the top exponent for all small t > 0, where the matrices tend to one that neither grows nor shrinks.

In a basis in which M(t) = +-(diag(1, q) + t R(t)), |q| < 1, put the ratio of the coordinates as t y. Then

    y' = (q y + R21 + t R22 y)/(1 + t R11 + t^2 R12 y)

keeps |y| <= K for a K of the size of |R21|/(1 - |q|), and on that cone one step multiplies the first coordinate by
1 + z, z = t R11 + t^2 R12 y. As z - z^2 <= log(1 + z) <= z for |z| <= 1/2,

    E R11 - t E(|R12| K + (|R11| + t |R12| K)^2) <= exponent/t <= E R11 + t E|R12| K.

For heavy ball and its kin this is exponent = -lr L'' + O(lr^2): the correction of w by the momentum is the new basis.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import sympy as sp
from flint import arb

from ...balls.evaluate import evaluate
from ...balls.precision import ball, precision
from .family import BITS, Family, over

HALVINGS = 40


@dataclass(frozen=True)
class NearZero:
    """The exponent has the sign `sign` on 0 < t <= `until`."""

    sign: int
    until: Fraction


def sign_near_zero(family: Family, until: Fraction) -> NearZero | None:
    """The sign on (0, T], T <= `until` as large as a few halvings show; None where this argument does not apply."""
    standard = standard_form(family)
    if standard is None:
        return None
    q, remainders = standard
    high = until
    for _ in range(HALVINGS):
        with precision(BITS):
            sign = sign_until(q, remainders, family.parameter, high)
        if sign is not None:
            return NearZero(sign, high)
        high /= 2
    return None


def standard_form(family: Family) -> tuple[sp.Expr, list[tuple[sp.Expr, sp.Matrix]]] | None:
    """q and R(t) of each matrix, after a rescaling of the second coordinate by a power of t."""
    t = family.parameter
    for scaling in (sp.eye(2), sp.diag(1, t), sp.diag(t, 1)):
        scaled = family.mapped(scaling)
        starts = [] if scaled is None else [m.subs(t, 0) for _, m in scaled.atoms]
        if scaled is None or any(start != starts[0] for start in starts):
            continue
        basis = neutral_basis(starts[0])
        if basis is None:
            continue
        unit, q, columns = basis
        rest = [(p, (columns.inv() * m * columns * unit - sp.diag(1, q)).applyfunc(sp.expand)) for p, m in scaled.atoms]
        return q, [(p, (matrix / t).applyfunc(sp.expand)) for p, matrix in rest]
    return None


def neutral_basis(start: sp.Matrix) -> tuple[sp.Expr, sp.Expr, sp.Matrix] | None:
    """(unit, q, columns): unit * M has the eigenvalues 1 and q, |q| < 1, and these eigenvectors."""
    if any(not entry.is_Rational for entry in start):
        return None
    for unit in (sp.Integer(1), sp.Integer(-1)):
        turned = unit * start
        q = turned.det()
        if (turned - sp.eye(2)).det() == 0 and abs(q) < 1:
            first, second = (turned - value * sp.eye(2) for value in (1, q))
            return unit, q, sp.Matrix.hstack(first.nullspace()[0], second.nullspace()[0])
    return None


def sign_until(q: sp.Expr, remainders: list[tuple[sp.Expr, sp.Matrix]], t: sp.Symbol, high: Fraction) -> int | None:
    """The sign for all t in (0, high], or None."""
    reach = ball(high)
    known = [(evaluate(p), [over(entry, t, high) for entry in matrix]) for p, matrix in remainders]
    kept = abs(evaluate(q))
    push = max((abs(entries[2]).upper() for _, entries in known), key=float)
    cone = (2 * push + arb(2) ** -20) / (1 - kept)
    if not all(stays(entries, kept, cone, reach) for _, entries in known):
        return None
    mean, bent, squares = arb(0), arb(0), arb(0)
    for p, (r11, r12, _, _) in known:
        mean += p * r11
        bent += p * abs(r12) * cone
        squares += p * (abs(r11) + reach * abs(r12) * cone) ** 2
    if mean - reach * (bent + squares).upper() > 0:
        return 1
    return -1 if mean + reach * bent.upper() < 0 else None


def stays(entries: list[arb], kept: arb, cone: arb, reach: arb) -> bool:
    """Is |y| <= cone kept, and |z| at most 1/2?"""
    r11, r12, r21, r22 = (abs(entry).upper() for entry in entries)
    change = reach * r11 + reach**2 * r12 * cone
    return bool(change < 0.5 and (kept * cone + r21 + reach * r22 * cone) < cone * (1 - change))
