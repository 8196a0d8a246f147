"""The symmetric stable law with characteristic function exp(-|t|^alpha): distribution function and density by series.

For alpha > 1 (entire, about 0) and for alpha < 1 (convergent, in powers of 1/x), x > 0 (Bergstrom 1952):

    F(x) = 1/2 + 1/(pi alpha) sum_(k>=0) (-1)^k Gamma((2k+1)/alpha)/(2k+1)! x^(2k+1)                    alpha > 1
    1 - F(x) = 1/pi sum_(k>=1) (-1)^(k+1) Gamma(alpha k)/k! sin(pi alpha k/2) x^(-alpha k)              alpha < 1

The tails: Gamma(z + s)/Gamma(z) is at most z^s for s <= 1 and (z + s)^s for 1 <= s <= 2 (Gautschi), so that the moduli
without the sine fall by a factor of at most R_k from k on, which itself falls with k; once it is at most 1/2 the terms
left are at most twice the first of them.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from flint import arb, ctx

from ..balls.evaluate import evaluate

MOST_TERMS = 20_000
HALF = arb(1) / 2


def stable_cdf(alpha: sp.Expr, x: sp.Expr) -> arb:
    """F(x) for x > 0 and alpha in (0, 1) or (1, 2); nan where the series is too long.

    >>> from sgd_markov.balls.precision import precision
    >>> with precision(80):
    ...     print(stable_cdf(sp.Rational(3, 2), sp.Integer(1)).str(10, radius=False))
    0.7563420244
    """
    if alpha > 1:
        return arb(1) / 2 + about_zero(alpha, x, 1) / (arb.pi() * evaluate(alpha))
    return 1 - about_infinity(alpha, x, 0) / arb.pi()


def stable_density(alpha: sp.Expr, x: sp.Expr) -> arb:
    """The density at x > 0: the derivative of the series, term by term."""
    if alpha > 1:
        return about_zero(alpha, x, 0) / (arb.pi() * evaluate(alpha))
    return about_infinity(alpha, x, 1) / (arb.pi() * evaluate(x))


def about_zero(alpha: sp.Expr, x: sp.Expr, shift: int) -> arb:
    """sum (-1)^k Gamma((2k+1)/alpha)/(2k+shift)! x^(2k+shift), shift 0 or 1."""
    a, place = evaluate(alpha), evaluate(x)

    def size(k: int) -> arb:
        return (((2 * k + 1) / a).lgamma() - arb(2 * k + shift + 1).lgamma() + (2 * k + shift) * place.log()).exp()

    def fall(k: int) -> arb:
        return place**2 * ((2 * k + 3) / a) ** (2 / a) / ((2 * k + 1 + shift) * (2 * k + 2 + shift))

    return summed(0, lambda k: (-1) ** k * size(k), size, fall)


def about_infinity(alpha: sp.Expr, x: sp.Expr, order: int) -> arb:
    """sum (-1)^(k+1) Gamma(alpha k) (alpha k)^order/k! sin(pi alpha k/2) x^(-alpha k), order 0 or 1."""
    a, place = evaluate(alpha), evaluate(x)

    def size(k: int) -> arb:
        return ((a * k).lgamma() - arb(k + 1).lgamma() - a * k * place.log()).exp() * (a * k) ** order

    def fall(k: int) -> arb:
        return (a / place) ** a * arb(k + 1) ** (a - 1) * (arb(k + 1) / k) ** order

    return summed(1, lambda k: (-1) ** (k + 1) * size(k) * (arb.pi() * a * k / 2).sin(), size, fall)


def summed(first: int, term: Callable[[int], arb], size: Callable[[int], arb], fall: Callable[[int], arb]) -> arb:
    """The sum of the terms from `first` on, the tail enclosed."""
    total = arb(0)
    for k in range(first, first + MOST_TERMS):
        total += term(k)
        left = 2 * size(k + 1)
        if fall(k + 1) < HALF and left < arb(2) ** (-ctx.prec):
            return total + (-left).union(left)
    return arb.nan()
