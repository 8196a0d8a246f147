"""E|M e|^p for M = a I - (c/S) sum x_s x_s^T with S independent normal vectors x_s of d independent entries N(0, s^2).

By rotation it is the same for every unit vector e, so that E|M_n ... M_1 e|^p = (E|M e|^p)^n. With eta = c s^2/S and
independent q ~ chi-square(S), G ~ chi-square(d - 1)

    |M e|^2 = (a - eta q)^2 + eta^2 q G = a^2 (1 - y B),    y = eta R (2 a - eta R)/a^2,    R = q + G,    B = q/R:

sum (x_s . e) x_s has the component q s^2 along e and, given q, normal components of the variance q s^4 across. R is
chi-square(S + d - 1) and independent of B ~ beta(S/2, (d - 1)/2), hence the mean over B is
|a|^p 2F1(-p/2, S/2; (S + d - 1)/2; y). As a function of u = sqrt(R) that is analytic but at the turn a = eta u^2, where
y = 1: there, with w = 1 - y, it is A 2F1(.; w) + B w^((d - 1 + p)/2) 2F1(.; w), and the second term is integrated in
the logarithm of the distance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import comb

import sympy as sp
from flint import acb, arb, ctx

from ..balls.evaluate import evaluate
from ..balls.quadrature import contour, symmetric

NOT_ANALYTIC = acb(arb.nan(), arb.nan())


@dataclass(frozen=True)
class IsotropicFeatures:
    """`shift` a, not 0; `size` eta > 0; `batch` S; `dimension` d >= 2. Real numbers without symbols."""

    shift: sp.Expr
    size: sp.Expr
    batch: int
    dimension: int

    def even_moment(self, order: int) -> sp.Expr:
        """E|M e|^order for an even order, exact.

        >>> IsotropicFeatures(sp.Integer(1), sp.Rational(1, 3), 2, 3).even_moment(2)
        1
        """
        a, eta, half = self.shift, self.size, order // 2
        total = sp.Integer(0)
        for k in range(half + 1):
            rest = 2 * (half - k)
            for j in range(rest + 1):
                power = comb(rest, j) * a ** (rest - j) * (-eta) ** j * eta ** (2 * k)
                means = chi_square_moment(self.batch, j + k) * chi_square_moment(self.dimension - 1, k)
                total += comb(half, k) * power * means
        return sp.expand(total)

    def moment(self, order: sp.Rational, check: Callable[[], None] = lambda: None) -> arb:
        """E|M e|^order as a ball, order > 1 - d; `check` is called now and then.

        Not finite where order + d is odd and a > 0, but for even orders.
        """
        if order.is_Integer and order >= 0 and order % 2 == 0:
            return evaluate(self.even_moment(int(order)))
        radial = Radial(self, evaluate(order), check)
        return abs(radial.a) ** radial.order * (radial.inner() + radial.tail())


def chi_square_moment(degrees: int, order: int) -> int:
    """E q^order for q ~ chi-square(degrees)."""
    found = 1
    for i in range(order):
        found *= degrees + 2 * i
    return found


class Radial:
    """The integral over u = sqrt(R) of F = E (1 - y B)^(p/2) and the density, at the current precision."""

    def __init__(self, law: IsotropicFeatures, order: arb, check: Callable[[], None]) -> None:
        self.check = check
        self.a, self.eta, self.order = evaluate(law.shift), evaluate(law.size), order
        self.degrees = law.batch + law.dimension - 1
        self.upper, self.lower = arb(law.batch) / 2, arb(self.degrees) / 2
        self.gap = (arb(law.dimension) - 1 + order) / 2
        self.weight = 2 / (arb(2) ** self.lower * self.lower.gamma())
        self.turn = (self.a / self.eta).sqrt() if self.a > 0 else None
        around = arb(0) if self.turn is None else 2 * self.turn
        self.radius = (around + (2 * arb(ctx.prec) + 8 * abs(order) + 8 * self.degrees + 80).sqrt() + 4).upper()

    def inner(self) -> arb:
        """The integral up to the radius."""
        if self.turn is None:
            return contour(self.away, arb(0), self.radius)
        reach = (self.turn / 4).mid()
        low, high = (self.turn - reach).mid(), (self.turn + reach).mid()
        outside = contour(self.away, arb(0), low) + contour(self.away, high, self.radius)
        ends = ((self.turn - low, -1), (high - self.turn, 1))
        return outside + contour(self.smooth, low, high) + sum((self.beside(r, side) for r, side in ends), arb(0))

    def away(self, u: acb, analytic: bool) -> acb:
        y = self.eta * u * u * (2 * self.a - self.eta * u * u) / self.a**2
        if analytic and not (y.real < 1 or y.imag > 0 or y.imag < 0):
            return NOT_ANALYTIC
        return y.hypgeom_2f1(acb(-self.order / 2), acb(self.upper), acb(self.lower)) * self.density(u)

    def density(self, u: acb) -> acb:
        """Of the root of a chi-square variable."""
        self.check()
        return self.weight * u ** (self.degrees - 1) * (-u * u / 2).exp()

    def smooth(self, u: acb, analytic: bool) -> acb:
        """The term of F that is analytic at the turn."""
        w = ((self.a - self.eta * u * u) / self.a) ** 2
        if analytic and not abs(w) < 1:
            return NOT_ANALYTIC
        found = w.hypgeom_2f1(acb(-self.order / 2), acb(self.upper), acb(1 - self.gap))
        return self.smooth_factor() * found * self.density(u)

    def smooth_factor(self) -> arb:
        c, a, b = self.lower, -self.order / 2, self.upper
        return c.gamma() * self.gap.gamma() / ((c - a).gamma() * (c - b).gamma())

    def beside(self, reach: arb, side: int) -> arb:
        """The other term, w^gap times an analytic function, over u = t + side exp(-v), v from -log(reach) on."""
        assert self.turn is not None
        turn, double = self.turn, 2 * self.gap
        c, a, b = self.lower, -self.order / 2, self.upper
        factor = c.gamma() * (-self.gap).gamma() / (a.gamma() * b.gamma())

        def value(v: acb, analytic: bool) -> acb:
            step = side * (-v).exp()
            slope = self.eta * (2 * turn + step) / self.a
            w = (slope * step) ** 2
            if analytic and not (abs(w) < 1 and slope.real > 0):
                return NOT_ANALYTIC
            power = (double * (slope.log(analytic=analytic) - v)).exp()
            return factor * power * self.other(w) * self.density(turn + step) * (-v).exp()

        cut = ((arb(ctx.prec) * 7 / 10 + 20) / (double + 1)).max(-reach.log() + 1).mid()
        return contour(value, -reach.log(), cut) + symmetric(self.beyond(cut, factor))

    def other(self, w: acb) -> acb:
        c, a, b = self.lower, -self.order / 2, self.upper
        return w.hypgeom_2f1(acb(c - a), acb(c - b), acb(1 + self.gap))

    def beyond(self, cut: arb, factor: arb) -> arb:
        """A bound of the integral over |u - t| < exp(-cut), where |w| = (slope |u - t|)^2."""
        assert self.turn is not None
        distance = (-cut).exp()
        near = self.turn + symmetric(distance)
        slope = self.eta * (self.turn + near) / self.a
        w = symmetric((distance * slope) * (distance * slope))
        size = abs(factor * self.other(acb(w)).real * self.density(acb(near)).real) * slope ** (2 * self.gap)
        return size * distance ** (2 * self.gap + 1) / (2 * self.gap + 1)

    def tail(self) -> arb:
        """A ball for the integral beyond the radius, which is above twice the turn and above 1.

        There 0 <= 1 - y B <= 1 + |y| <= (1 + eta/|a|)^2 u^4; y <= 0, so that F <= 1 for negative orders.
        """
        power = self.order if self.order > 0 else arb(0)
        growth = (1 + self.eta / abs(self.a)) ** power * self.weight
        s = self.lower + power
        return symmetric(growth * arb(2) ** (s - 1) * (self.radius**2 / 2).gamma_upper(s))


