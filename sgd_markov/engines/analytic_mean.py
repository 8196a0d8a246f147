"""E f(w) of an analytic f under a law on a bounded interval, from its moments about the middle.

With |w - c| <= r and |f| <= C on the disc |z - c| <= R, R > r: E f(w) = sum_(k<n) f_k E(w - c)^k + e,
|e| <= C (r/R)^n/(1 - r/R), by Cauchy's bound |f_k| <= C/R^k.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import comb, log2

import sympy as sp
from flint import arb, arb_series, ctx

from ..answer.enclosure import Enclosure
from ..balls.adaptive import proved_sign, refine
from ..balls.precision import ball, precision
from ..effort import Effort
from ..errors import Inconclusive
from ..numerics.power_series import power_series, series_length
from ..proof.discs import largest

RATIOS = tuple(Fraction(n, 8) for n in (32, 16, 12, 10, 9))
"""R/r, in the order in which they are tried."""
BITS = 64
Moments = Callable[[Fraction, int], list[arb]]
"""(c, n) -> balls of E(w - c)^k for k < n, at the working precision"""


def analytic_mean(
    of: sp.Expr, w: sp.Symbol, span: tuple[sp.Expr, sp.Expr], moments: Moments, effort: Effort, what: str
) -> Enclosure:
    """E of(w) for a law on `span`.

    Raises `Inconclusive` where `of` is not proved to be analytic on a disc around the span.
    """
    centre, reach = disc_around(span)
    bound, ratio = bound_around(of, w, centre, reach, what)

    def compute() -> arb:
        terms = int(ctx.prec / log2(ratio)) + 10
        with series_length(terms):
            found = power_series(of, w, arb_series([ball(centre), 1])).coeffs()
        total = sum((f * m for f, m in zip(found, moments(centre, terms), strict=False)), start=arb(0))
        rest = bound * ball(1 / ratio) ** terms / (1 - ball(1 / ratio))
        return total + rest.union(-rest)

    return refine(compute, effort, what)


def disc_around(span: tuple[sp.Expr, sp.Expr]) -> tuple[Fraction, Fraction]:
    """(c, r), rational, with |w - c| <= r on the span, proved."""
    low, high = map(float, span)
    centre = Fraction((low + high) / 2).limit_denominator(1000)
    reach = Fraction(max(high - float(centre), float(centre) - low) * 1.001 + 1e-12).limit_denominator(10**6)
    middle, radius = sp.Rational(centre), sp.Rational(reach)
    for gap in (radius - (span[1] - middle), radius - (middle - span[0])):
        if proved_sign(gap) not in (0, 1):
            raise Inconclusive("the ends of the support are not told from a rational number")
    return centre, reach


def bound_around(of: sp.Expr, w: sp.Symbol, centre: Fraction, reach: Fraction, what: str) -> tuple[arb, Fraction]:
    """(C, R/r) on the widest disc tried on which `of` is proved to be analytic."""
    for ratio in RATIOS:
        with precision(BITS):
            bound = largest(of, w, centre, ratio * reach)
        if bound.is_finite():
            return bound, ratio
    raise Inconclusive(f"{what}: the function is not proved to be analytic on a disc around the support")


def recursive_moments(mixed: Callable[[int, int], arb], count: int) -> list[arb]:
    """m_k (1 - E M^k) = sum_(j<k) binom(k, j) E[M^j B^(k-j)] m_j in balls, for k < count; `mixed(j, l)` = E M^j B^l."""
    found = [arb(1)]
    for k in range(1, count):
        forcing = sum((comb(k, j) * mixed(j, k - j) * found[j] for j in range(k)), start=arb(0))
        found.append(forcing / (1 - mixed(k, 0)))
    return found


def binomial_sums(first: list[arb], second: list[arb]) -> list[arb]:
    """The moments of a sum of two independent variables, from theirs."""
    return [
        sum((comb(k, j) * first[j] * second[k - j] for j in range(k + 1)), start=arb(0)) for k in range(len(first))
    ]
