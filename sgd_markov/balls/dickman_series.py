"""The density of the generalised Dickman law in ball arithmetic, by series of the delay differential equation.

x p'(x) = (theta - 1) p(x) - theta p(x - 1), p(x) = C x^(theta-1) on (0, 1], C = exp(-EulerGamma theta)/Gamma(theta).

p = sum_(k <= x) D_k with D_0 = C x^(theta-1) and D_k what the delayed term adds from x = k on:

    x D_k'(x) = (theta - 1) D_k(x) - theta D_(k-1)(x - 1),   D_k(k) = 0.

With t = x - k and z = t/(1 + t), D_k = z^(theta+k-1) sum_n c_(k,n) z^n; the equation turns into a recursion of the
c_(k,n), because D_(k-1)(x - 1) has the same t. The radius of convergence is 1 and z < 1.

Truncation: in D_k = -theta x^(theta-1) int_k^x y^(-theta) D_(k-1)(y - 1) dy, written in z, each factor is majorised
coefficient by coefficient by a power of 1/(1 - z), so that

    |c_(k,n)| <= K_k binom(E_k + n - 1, n),   K_k = C prod_(j<=k) theta/(j (theta + j - 1)),
    E_k = |theta - 1| + k (2 |theta - 1| + |theta - 2| + theta).
"""

from __future__ import annotations

from functools import lru_cache

import sympy as sp
from flint import arb, arb_poly, ctx

from .evaluate import evaluate
from .quadrature import symmetric

LEVELS = 80
"""Beyond this x the series is not summed."""
TERMS = 100_000


def density(theta: sp.Expr, x: arb) -> arb:
    """p(x) for a ball of positive x; nan where the series is too long."""
    if not (x > 0 and x.upper() < LEVELS):
        return arb.nan()
    series = series_at(theta, ctx.prec)
    last = int(x.upper().floor().unique_fmpz())
    return sum((series.added_from(k, x - k) for k in range(1, last + 1)), series.first_piece(x))


def distribution(theta: sp.Expr, x: arb) -> arb:
    """P(X <= x) = sum_k (x - k) p(x - k)/theta, since x p(x) = theta P(x - 1 < X <= x)."""
    if not (x > 0 and x.upper() < LEVELS):
        return arb.nan()
    last = int(x.upper().floor().unique_fmpz())
    return sum((weighted(theta, x - k) for k in range(last + 1)), arb(0)) / evaluate(theta)


def weighted(theta: sp.Expr, y: arb) -> arb:
    """y p(y), continued by 0 to y <= 0."""
    if y > 0:
        return y * density(theta, y)
    top, power = y.upper(), evaluate(theta)
    # next to 0, y p(y) = C y^theta increases from 0
    return arb(0) if not top > 0 else arb(0).union(constant(power) * top**power)


def constant(theta: arb) -> arb:
    return (-arb.const_euler() * theta).exp() / theta.gamma()


@lru_cache(maxsize=16)
def series_at(theta: sp.Expr, bits: int) -> Series:
    """The series at the working precision `bits`, which has to be the present one."""
    return Series(evaluate(theta))


class Series:
    """The coefficients c_(k,n) at one precision, as far as they have been asked for."""

    def __init__(self, theta: arb) -> None:
        self.theta, self.scale = theta, constant(theta)
        self.levels: list[Level] = []

    def first_piece(self, x: arb) -> arb:
        return self.scale * x ** (self.theta - 1)

    def added_from(self, k: int, t: arb) -> arb:
        """D_k(k + t); 0 for t <= 0."""
        if not t.upper() > 0:
            return arb(0)
        near = t if t > 0 else t.nonnegative_part()
        z = near / (1 + near)
        terms, rest = self.enough_terms(k, z.upper())
        if terms > TERMS:
            return arb.nan()
        total = arb_poly(self.coefficients(k, terms))(z) + symmetric(rest)
        power = self.theta + k - 1
        return total * (z**power if z > 0 else arb(0).union(z.upper() ** power))

    def enough_terms(self, k: int, z: arb) -> tuple[int, arb]:
        """How many terms leave less than the working precision, and the bound of the rest."""
        size, growth = self.majorant(k)
        terms, goal = 16, arb(2) ** (-ctx.prec)
        while terms <= TERMS:
            ratio = z * (growth + terms) / (terms + 1)
            if ratio < 1:
                log_term = (growth + terms).lgamma() - growth.lgamma() - arb(terms + 1).lgamma()
                rest = size * (log_term + terms * z.log()).exp() / (1 - ratio)
                if rest < goal:
                    return terms, rest
            terms += 16 + terms // 8
        return terms, arb.pos_inf()

    def majorant(self, k: int) -> tuple[arb, arb]:
        """(K_k, E_k)."""
        theta, size = self.theta, self.scale
        for j in range(1, k + 1):
            size *= theta / (j * (theta + j - 1))
        return size, abs(theta - 1) + k * (2 * abs(theta - 1) + abs(theta - 2) + theta)

    def coefficients(self, k: int, count: int) -> list[arb]:
        """c_(k,0), ..., c_(k,count-1)."""
        while len(self.levels) <= k:
            self.levels.append(Level())
        level = self.levels[k]
        if len(level.c) < count:
            below = self.coefficients(k - 1, count) if k else []
            for n in range(len(level.c), count):
                if k:
                    self.extend(k, n, level, below[n])
                else:
                    level.c.append(self.first_coefficient(n, level.c))
        return level.c[:count]

    def first_coefficient(self, n: int, known: list[arb]) -> arb:
        """C z^(theta-1) (1 - z)^(1-theta): C (theta - 1)_n/n!."""
        return known[n - 1] * (self.theta + n - 2) / n if n else self.scale

    def extend(self, k: int, n: int, level: Level, below: arb) -> None:
        """The equation is (k - (k-1) z) y = (theta - 1) D_k - theta D_(k-1), y = (1 - z) D_k', in two stable steps.

        A recursion for c_n in one step would lose more than a bit a term, because balls forget what cancels.
        """
        right = -self.theta * below
        if n:
            right += (self.theta - 1) * level.c[n - 1] + (k - 1) * level.y
        level.y = right / k
        level.slope = level.slope + level.y
        level.c.append(level.slope / (self.theta + k - 1 + n))


class Level:
    """The coefficients of one D_k, and the last ones of (1 - z) D_k' and of D_k'."""

    def __init__(self) -> None:
        self.c: list[arb] = []
        self.y = self.slope = arb(0)
