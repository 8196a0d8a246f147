"""The sign of the top exponent for all small t > 0, where the matrices tend to one that neither grows nor shrinks.

In a basis in which M(t) = +-(diag(1, q) + t R(t)), |q| < 1, put the ratio of the coordinates as t y. Then

    y' = (q y + R21 + t R22 y)/(1 + z),    z = t R11 + t^2 R12 y,

keeps |y| <= K for a K of the size of |R21|/(1 - |q|), and on that cone one step multiplies the first coordinate by
1 + z. The exponent is E log(1 + z) under a law of y that is stationary on the cone, y independent of R. There

    (1 - q) E y = E R21 + t E R22 y - E z y',    |E y| <= Y = (|E R21| + K (t E|R22| + E|z|))/(1 - |q|),

and with 1 + z = (1 + t R11)(1 + v), v = t^2 R12 y/(1 + t R11), |t R11| <= 1/4 and |v| <= 1/4,

    |exponent/t - E R11 + t E R11^2/2|
        <= t^2 E|R11|^3/2 + t (|E R12| + 4/3 t E|R12 R11|) Y + 16/9 t^3 K^2 E R12^2,

as |log(1 + s) - s + s^2/2| <= |s|^3/2 and |log(1 + s) - s| <= s^2 for |s| <= 1/4. For heavy ball and its kin this is
exponent = -lr L'' + O(lr^2): the correction of w by the momentum is the new basis.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import sympy as sp
from flint import arb

from ...balls.evaluate import evaluate
from ...balls.precision import ball, precision
from .family import BITS, Family, over

HALVINGS = 40
SLACKS = (0.125, 0.5, 1.0, 3.0)
"""By these shares the cone is wider than what one push would ask for."""


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
    kept = abs(evaluate(q)).upper()
    push = max((abs(entries[2]).upper() for _, entries in known), key=float)
    for slack in SLACKS:
        cone = ((1 + slack) * push + arb(2) ** -20) / (1 - kept)
        if all(stays(entries, kept, cone, reach) for _, entries in known):
            return sign_on_cone(known, kept, cone, reach)
    return None


def stays(entries: list[arb], kept: arb, cone: arb, reach: arb) -> bool:
    """Is |y| <= cone kept, and are |t R11| and |v| at most 1/4?"""
    r11, r12, r21, r22 = (abs(entry).upper() for entry in entries)
    change = reach * r11 + reach**2 * r12 * cone
    small = reach * r11 < 0.25 and reach**2 * r12 * cone < 0.1875
    return bool(small and (kept * cone + r21 + reach * r22 * cone) < cone * (1 - change))


def sign_on_cone(known: list[tuple[arb, list[arb]]], kept: arb, cone: arb, reach: arb) -> int | None:
    """The bound of the exponent divided by t, for all t in (0, reach]."""

    def mean(term: Callable[[list[arb]], arb]) -> arb:
        return sum((p * term(entries) for p, entries in known), arb(0))

    moved = reach * mean(lambda r: abs(r[0])) + reach**2 * cone * mean(lambda r: abs(r[1]))
    centre = (abs(mean(lambda r: r[2])) + cone * (reach * mean(lambda r: abs(r[3])) + moved)) / (1 - kept)
    bent = abs(mean(lambda r: r[1])) + reach * mean(lambda r: abs(r[1] * r[0])) * 4 / 3
    rest = reach**2 * mean(lambda r: abs(r[0]) ** 3) / 2 + reach**3 * cone**2 * mean(lambda r: abs(r[1]) ** 2) * 16 / 9
    error = (reach * bent * centre + rest).upper()
    leading = mean(lambda r: r[0]) - arb(0).union(reach * mean(lambda r: abs(r[0]) ** 2) / 2)
    return 1 if leading - error > 0 else -1 if leading + error < 0 else None
