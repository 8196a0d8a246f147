"""Feller's tests at an end where the variance vanishes, the drift has a pole, or the line ends; proved bounds beside it.

In the coordinate u that goes to 0 at the end (the distance from it, or 1/distance from 0 towards infinity) the densities
f = m, s have logarithmic derivatives r(u) = u d/du log f(u), rational where drift and variance are. f is integrable at 0
exactly where lim r > -1 (where r has a finite limit L, f = u^L times an analytic function), and r >= k > -1 on (0, u]
gives int_0^u f <= u f(u)/(1 + k).
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from flint import arb

from ...balls.evaluate import evaluate
from ...errors import Inconclusive
from ...numerics.diffusion_pieces import bounds_at
from ...numerics.signs_of_symbols import known_sign
from .densities import Stretch

HALVINGS = 300


@dataclass(frozen=True)
class Growth:
    """r lies between the rational functions `corners` of u, where none of `needs` is negative."""

    u: sp.Symbol
    corners: tuple[sp.Expr, ...]
    needs: tuple[sp.Expr, ...] = ()

    @property
    def limit(self) -> sp.Expr:
        """lim r as u -> 0; raises `Inconclusive` where the corners do not agree on whether it is above -1."""
        limits = [limit_of(corner, self.u) for corner in self.corners]
        if len({exceeds(value, -1) for value in limits}) > 1:
            raise Inconclusive("whether the end is reached is not decided by the bounds of the drift")
        lowest_one = limits[0]
        for value in limits[1:]:
            lowest_one = value if exceeds(lowest_one, value) else lowest_one
        return lowest_one

    @property
    def integrable(self) -> bool:
        return exceeds(self.limit, -1)

    def bound(self) -> Bound:
        """The bound of int_0^u f near the end; only for integrable densities."""
        limit = self.limit
        power = sp.Integer(1) if limit == sp.oo else (limit - 1) / 2
        first = sp.Rational(1)
        for _ in range(HALVINGS):
            lines = [*((corner, power) for corner in self.corners), *((need, sp.Integer(0)) for need in self.needs)]
            if all(stays_above(expr, self.u, line, evaluate(first)) for expr, line in lines):
                return Bound(first, 1 + power)
            first /= 2
        raise Inconclusive("the densities are not shown to decay at the end")


@dataclass(frozen=True)
class Bound:
    """int_0^u f <= u f(u)/factor for u <= first."""

    first: sp.Rational
    factor: sp.Expr

    def rest(self, u: arb, density: arb) -> arb:
        """A bound of what lies beyond u, where f(u) in the coordinate u is `density`; infinite while u is too large."""
        return (u * density / evaluate(self.factor)).upper() if u < evaluate(self.first) else arb.pos_inf()


@dataclass(frozen=True)
class SingularEnd:
    """What the densities do at the end of a way."""

    stretch: Stretch
    speed: Growth
    scale: Growth

    @classmethod
    def of(cls, stretch: Stretch) -> SingularEnd:
        """Raises `Inconclusive` where drift and variance are not rational, or a few bounded functions away from it."""
        q, u = stretch.variable, sp.Dummy("u", positive=True)
        if not stretch.variance.is_rational_function(q):
            raise Inconclusive(f"the variance is not rational towards {place(stretch)}")
        slopes, conditions = corners(stretch)
        needs = tuple(condition.subs(q, 1 / u) for condition in conditions)
        curve = sp.cancel(sp.diff(stretch.variance, q) / stretch.variance)
        return cls(
            stretch,
            Growth(u, tuple(in_u(slope - curve, stretch, u) for slope in slopes), needs),
            Growth(u, tuple(in_u(-slope, stretch, u) for slope in slopes), needs),
        )

    @property
    def accessible(self) -> bool:
        """Is the end reached in finite time, with positive probability? By Feller's test, int m (S(end) - S) < oo.

        The rest of int s beyond u is like u s(u)/(1 + r), so the integrand is like 2 u/(C (1 + r)), C that of u.
        """
        if not self.scale.integrable:
            return False
        u = self.scale.u
        variance = in_u_itself(self.stretch.variance, self.stretch, u)
        orders = {order_of(2 * u / (variance * (1 + corner)), u) >= 0 for corner in self.scale.corners}
        if len(orders) > 1:
            raise Inconclusive("whether the end is reached is not decided by the bounds of the drift")
        return orders.pop()

    def coordinate(self, q: arb) -> arb:
        return 1 / q if self.stretch.infinite else -q

    def density(self, q: arb, value: arb) -> arb:
        """A density with respect to q as one with respect to u."""
        return value * q**2 if self.stretch.infinite else value


def place(stretch: Stretch) -> str:
    return str(stretch.side * sp.oo if stretch.infinite else stretch.origin)


def corners(stretch: Stretch) -> tuple[tuple[sp.Expr, ...], tuple[sp.Expr, ...]]:
    """(rational functions between which dPhi/dq lies near the end, polynomials in q that are not to be negative for that)."""
    q = stretch.variable
    if stretch.slope.is_rational_function(q):
        return (stretch.slope,), ()
    if not stretch.infinite:
        raise Inconclusive(f"the drift is not rational at {place(stretch)}")
    found = bounds_at(sp.expand(stretch.slope), q, 1)
    if found.slack != 0:
        raise Inconclusive(f"the drift is not bounded by rational functions towards {place(stretch)}")
    return tuple(found.corners), tuple(found.beyond)


def in_u(slope: sp.Expr, stretch: Stretch, u: sp.Symbol) -> sp.Expr:
    """u d/du log f for a density with d/dq log f = slope."""
    q = stretch.variable
    if stretch.infinite:
        return sp.cancel((-q * slope - 2).subs(q, 1 / u))
    return sp.cancel((q * slope).subs(q, -u))


def in_u_itself(variance: sp.Expr, stretch: Stretch, u: sp.Symbol) -> sp.Expr:
    """The variance of u."""
    q = stretch.variable
    return sp.cancel(variance.subs(q, 1 / u) * u**4 if stretch.infinite else variance.subs(q, -u))


def order_of(expr: sp.Expr, u: sp.Symbol) -> int:
    """The n with expr like u^n at 0, for a rational function other than 0."""
    top, bottom = (lowest(part, u) for part in sp.fraction(sp.cancel(expr)))
    assert top is not None and bottom is not None
    return top[1] - bottom[1]


def exceeds(one: sp.Expr, other: sp.Expr | int) -> bool:
    """one > other, infinite values allowed; raises `Inconclusive` where they are not told apart."""
    if one in (sp.oo, -sp.oo) or other in (sp.oo, -sp.oo):
        return bool(one != other and (one == sp.oo or other == -sp.oo))
    sign = known_sign(one - other)
    if sign is None:
        raise Inconclusive(f"{one} and {other} are not told apart")
    return sign > 0


def limit_of(expr: sp.Expr, u: sp.Symbol) -> sp.Expr:
    """The limit of a rational function at 0+, from its lowest terms."""
    top, bottom = (lowest(part, u) for part in sp.fraction(sp.cancel(expr)))
    if top is None or top[1] > bottom[1]:  # type: ignore[index]
        return sp.Integer(0)
    ratio = top[0] / bottom[0]  # type: ignore[index]
    if top[1] < bottom[1]:  # type: ignore[index]
        return sp.oo if known_sign(ratio) == 1 else -sp.oo
    return ratio


def lowest(poly: sp.Expr, u: sp.Symbol) -> tuple[sp.Expr, int] | None:
    """(coefficient, power) of the lowest term; None for 0."""
    for (n,), coefficient in reversed(sp.Poly(poly, u).terms()):
        sign = known_sign(coefficient)
        if sign is None:
            raise Inconclusive(f"{coefficient} is not told from 0")
        if sign != 0:
            return coefficient, n
    return None


def stays_above(expr: sp.Expr, u: sp.Symbol, power: sp.Expr, far: arb) -> bool:
    """expr >= power on (0, far], as the lowest terms outweigh all others there."""
    top, bottom = sp.fraction(sp.together(expr - power))
    return lowest_term_sign(top, u, far) * lowest_term_sign(bottom, u, far) > 0


def lowest_term_sign(poly: sp.Expr, u: sp.Symbol, far: arb) -> int:
    """The sign of the polynomial on (0, far] where the lowest term is larger than the sum of the others, else 0."""
    terms = sorted(
        ((n, c) for (n,), c in sp.Poly(sp.expand(poly), u).terms() if known_sign(c) != 0), key=lambda t: t[0]
    )
    if not terms:
        return 0
    order, first = terms[0][0], evaluate(terms[0][1])
    others = sum((abs(evaluate(c)) * far ** (n - order) for n, c in terms[1:]), arb(0))
    return 0 if not abs(first) > others else 1 if first > 0 else -1
