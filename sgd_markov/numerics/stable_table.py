"""Density and tail of the symmetric stable law, 1 < alpha < 2, for many arguments at one precision.

f(u) = 1/pi int_0^oo cos(u t) exp(-t^alpha) dt is entire. Up to a `border` its power series is expanded anew about the
middles of panels, beyond it the series of Bergstrom in powers of u^-alpha is used. Their errors, proved:

- |f^(m)| <= Gamma((m+1)/alpha)/(pi alpha), which bounds what a Taylor polynomial leaves out;
- the power series: the moduli of its terms fall at least like a geometric series once their bounded ratio, which falls, is below 1;
- on the ray t = r exp(i pi/(2 alpha)) t^alpha is imaginary, so that exp(-t^alpha) differs from n terms of its series by
  at most r^(alpha n)/n!: n terms of the far series err by Gamma(alpha n + 1)/(pi n! (u sin(pi/(2 alpha)))^(alpha n + 1)).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import floor, lgamma, log, log2, pi, sin

import sympy as sp
from flint import arb, arb_poly

from ..balls.evaluate import evaluate
from ..balls.precision import precision
from ..errors import Inconclusive

MOST_TERMS = 12_000
"""Of the power series; an alpha next to 1 needs more."""


@dataclass(frozen=True)
class Far:
    """From `start` on: f(u) = x q(x)/u and P(Z > u) = x t(x) with x = u^-alpha, up to errors."""

    start: float
    density: arb_poly
    tail: arb_poly
    density_error: arb
    tail_error: arb


@dataclass(frozen=True)
class StableTable:
    """Panels of half width `reach` from 0 to `border`, then the far series with fewer and fewer terms.

    >>> table = stable_table(sp.Rational(3, 2), 80)
    >>> with precision(80):
    ...     print(table.density(arb(1)).str(12, radius=False), table.tail(arb(1)).str(10, radius=False))
    0.202038159608 0.2436579756
    """

    alpha: arb
    reach: float
    border: float
    densities: tuple[arb_poly, ...]
    tails: tuple[arb_poly, ...]
    density_error: arb
    tail_error: arb
    far: tuple[Far, ...]
    steepest: arb
    highest: arb

    def density(self, u: arb) -> arb:
        """f(u); a wide ball by its middle and the largest slope."""
        middle, spread = u.mid(), arb(u.rad())
        size = float(abs(middle))
        if size < self.border:
            place = int(size / (2 * self.reach))
            found = self.densities[place](abs(middle) - centre(place, self.reach)) + self.density_error
        else:
            far = self.zone(size)
            x = abs(middle) ** -self.alpha
            found = x * far.density(x) / abs(middle) + far.density_error
        return found if spread.is_zero() else found + arb(0, 1) * (spread * self.steepest)

    def tail(self, u: arb) -> arb:
        """P(Z > u), within [0, 1]."""
        middle, spread = u.mid(), arb(u.rad())
        size = float(abs(middle))
        if size < self.border:
            place = int(size / (2 * self.reach))
            found = self.tails[place](abs(middle) - centre(place, self.reach)) + self.tail_error
        else:
            far = self.zone(size)
            x = abs(middle) ** -self.alpha
            found = x * far.tail(x) + far.tail_error
        found = found if middle > 0 else 1 - found
        return found + arb(0, 1) * (spread * self.highest)

    def zone(self, size: float) -> Far:
        found = self.far[0]
        for far in self.far[1:]:
            if size < far.start:
                break
            found = far
        return found


def centre(place: int, reach: float) -> arb:
    return arb((2 * place + 1) * reach)


def reach_of(a: float) -> float:
    """Half the width of a panel, a power of 2: near alpha = 1 the terms grow quickly with the border."""
    return float(min(0.25, 2.0 ** floor(log2(a - 1))))


@lru_cache(maxsize=8)
def stable_table(alpha: sp.Expr, bits: int) -> StableTable:
    """The table with errors of about 2^-bits. Raises `Inconclusive` where alpha is too near 1 or 2 for its series."""
    a = float(alpha)
    reach = reach_of(a)
    border, terms = border_of(a, reach, bits + 6)
    if log_mode(a, border) > log(MOST_TERMS):
        raise too_long(alpha)
    extra = int(largest_term(a, border) / log(2)) + 48
    with precision(bits + extra):
        series, rest = power_series(alpha, border, bits + 6)
        densities = expansions(series, round(border / (2 * reach)), reach, taylor_degree(a, reach, bits + 6))
        whole = series.integral()
        tails = [arb(1) / 2 - whole(centre(k, reach)) - panel.integral() for k, panel in enumerate(densities)]
    with precision(bits + 32):
        order = evaluate(alpha)
        highest, steepest = (arb(((arb(m + 1) / order).gamma() / (arb.pi() * order)).upper()) for m in (0, 1))
        error = arb(0, 1) * (lagrange(order, reach, densities[0].degree()) + rest)
        return StableTable(
            order,
            reach,
            border,
            tuple(panel * 1 for panel in densities),  # rounded to fewer bits
            tuple(panel * 1 for panel in tails),
            error,
            error * (border + 1),
            tuple(far_series(order, n, start) for n, start in zones(a, border, terms, bits + 6)),
            steepest,
            highest,
        )


def expansions(series: arb_poly, panels: int, reach: float, degree: int) -> tuple[arb_poly, ...]:
    """The Taylor polynomials of the series about the middles of the panels."""
    rows: list[list[arb]] = [[] for _ in range(panels)]
    current = series
    for m in range(degree + 1):
        for place, row in enumerate(rows):
            row.append(current(centre(place, reach)))
        current = current.derivative() * (arb(1) / (m + 1))
    return tuple(arb_poly(row) for row in rows)


def power_series(alpha: sp.Expr, border: float, bits: int) -> tuple[arb_poly, arb]:
    """sum (-1)^k Gamma((2k+1)/alpha)/(pi alpha (2k)!) u^2k up to a term, and a bound of the moduli of the rest up to the border."""
    order, place = evaluate(alpha), arb(border)
    coefficients: list[arb] = []
    front = 1 / (arb.pi() * order)
    for k in range(MOST_TERMS):
        size = front * ((2 * arb(k) + 1) / order).gamma() / arb(2 * k + 1).gamma()
        fall = place**2 * ((2 * arb(k) + 3) / order) ** (2 / order) / ((2 * k + 1) * (2 * k + 2))  # ratio of two moduli
        left = size * place ** (2 * k) / (1 - fall)
        if fall < 1 and left < arb(2) ** -bits:
            return arb_poly(coefficients), arb(left.upper())
        coefficients += [size if k % 2 == 0 else -size, arb(0)]
    raise too_long(alpha)


def too_long(alpha: sp.Expr) -> Inconclusive:
    return Inconclusive(f"the power series of the stable density takes more than {MOST_TERMS} terms at alpha = {alpha}")


def lagrange(order: arb, reach: float, degree: int) -> arb:
    """What a Taylor polynomial leaves out at most over a panel; twice that, as panels are told by doubles."""
    n = degree + 1
    bound = arb(reach) ** n * (arb(n + 1) / order).gamma() / (arb.pi() * order * arb(n + 1).gamma())
    return arb((2 * bound).upper())


def taylor_degree(a: float, reach: float, bits: int) -> int:
    n = 4
    while n * log(reach) + lgamma((n + 1) / a) - lgamma(n + 1) > -bits * log(2):
        n += 1
    return n


def far_series(order: arb, n: int, start: float) -> Far:
    """n - 1 terms, with twice their errors at the start, which is told by doubles."""
    terms, tails = [], []
    for k in range(1, n):
        factor = (-1) ** (k + 1) * (order * k).gamma() * (arb.pi() * order * k / 2).sin() / (arb(k + 1).gamma() * arb.pi())
        tails.append(factor)
        terms.append(factor * order * k)
    inner = arb(start) * (arb.pi() / (2 * order)).sin()
    error = 2 * (order * n + 1).gamma() / (arb.pi() * arb(n + 1).gamma() * inner ** (order * n + 1))
    # the error falls like u^-(alpha n + 1), so that its integral from u on is at most u/(alpha n) times it
    tail_error = error * start / (order * n)
    return Far(start, arb_poly(terms), arb_poly(tails), arb(0, 1) * error, arb(0, 1) * tail_error)


def log_far_error(a: float, n: int, u: float) -> float:
    return lgamma(a * n + 1) - lgamma(n + 1) - (a * n + 1) * log(u * sin(pi / (2 * a))) - log(pi)


def border_of(a: float, reach: float, bits: int) -> tuple[float, int]:
    """The end of a panel from which the far series reaches the bits, and its terms there; an overflow is far off."""
    border = 2 * reach
    while border < 4000:
        smallest = (border * sin(pi / (2 * a)) / a) ** (a / (a - 1))  # where the terms are
        n = max(2, int(min(smallest, 10_000)))
        if log_far_error(a, n, border) < -bits * log(2):
            while n > 2 and log_far_error(a, n - 1, border) < -bits * log(2):
                n -= 1
            return border, n
        border += 2 * reach
    raise Inconclusive(f"the series of the stable density take too many terms at alpha = {a}")


def zones(a: float, border: float, terms: int, bits: int) -> list[tuple[int, float]]:
    """(terms, start) of zones with fewer and fewer terms."""
    found, n, start = [], terms, border
    while True:
        found.append((n, start))
        if n == 2:
            return found
        n = max(2, int(n * 0.75))
        while log_far_error(a, n, start) >= -bits * log(2):
            start *= 1.1


def log_mode(a: float, u: float) -> float:
    """log of the power at which the terms of the power series are largest, nearly."""
    return (a * log(u) - log(a)) / (a - 1)


def largest_term(a: float, u: float) -> float:
    """log of the largest term of the power series, nearly."""
    peak: float = (u / a) ** (1 / (a - 1))
    return max(0.0, u * peak * (1 - 1 / a)) + log(1 + peak)
