"""The law of W = X - X', X = sum_n a q^n E_n and X' = sum_n b q^n E'_n with independent standard exponential variables.

With the q-Pochhammer symbol (q; q)_n = (1 - q) ... (1 - q^n), for x >= 0 and a > 0, by partial fractions of the
transform of X and the lack of memory (b = 0: X' = 0):

    P(W > x) = 1/(q; q)_oo sum_n (-1)^n q^(n(n+1)/2)/(q; q)_n exp(-x/(a q^n)) prod_j 1/(1 + (b/a) q^(j-n)).

The n-th term is at most q^(n(n+1)/2)/(q; q)_oo, which bounds the tail of the sum.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from flint import arb, ctx

from ..balls.adaptive import proved_sign
from ..balls.evaluate import evaluate

MOST_TERMS = 10_000


@dataclass(frozen=True)
class ExponentialConvolution:
    """0 < q < 1; a, b >= 0, not both 0. All are numbers.

    >>> from sgd_markov.balls.precision import precision
    >>> with precision(64):
    ...     print(ExponentialConvolution(sp.S.Half, sp.Integer(1), sp.Integer(0)).cdf(sp.Integer(1)).str(12, radius=False))
    0.173673011789
    """

    q: sp.Expr
    a: sp.Expr
    b: sp.Expr

    def beyond_support(self, x: sp.Expr) -> int | None:
        """The distribution function below (0) or above (1) a half line that holds the law, its end included; else None."""
        side = proved_sign(x)
        if self.b == 0 and side in (0, -1):
            return 0
        return 1 if self.a == 0 and side in (0, 1) else None

    def cdf(self, x: sp.Expr) -> arb:
        """P(W <= x)."""
        if proved_sign(x) in (0, 1):
            return 1 - self.beyond(x, self.a, self.b, False)
        return self.beyond(-x, self.b, self.a, False)

    def density(self, x: sp.Expr) -> arb:
        """The density of W at x."""
        if proved_sign(x) in (0, 1) and self.a != 0:
            return self.beyond(x, self.a, self.b, True)
        return self.beyond(-x, self.b, self.a, True)

    def beyond(self, size: sp.Expr, same: sp.Expr, other: sp.Expr, density: bool) -> arb:
        """P(W > size), or the density there, on the side whose scale is `same`; 0 where that side has none."""
        if same == 0:
            return arb(0)
        q, scale, ratio, x = evaluate(self.q), evaluate(same), evaluate(other / same), evaluate(size)
        total, weight, power, n = arb(0), arb(1), arb(1), 0  # weight = (-1)^n q^(n(n+1)/2)/(q; q)_n, power = q^n
        infinite = pochhammer(q)
        while True:
            rate = 1 / (scale * power)
            term = weight * (-x * rate).exp() * self.memory(ratio / power, q)
            total += term * rate if density else term
            n, power = n + 1, power * q
            weight *= -power / (1 - power)
            # those left are at most q^(k(k+1)/2)/(q; q)_oo times their rate, and fall by the factor q^n or more
            left = abs(weight) / infinite / (1 - power) * (1 / (scale * power) if density else 1)
            if left < arb(2) ** (-ctx.prec) * (1 + abs(total)) or n > MOST_TERMS:
                return (total + (-left).union(left)) / infinite

    def memory(self, size: arb, q: arb) -> arb:
        """prod_j 1/(1 + size q^j), with the rest of the product after many factors enclosed."""
        product = arb(1)
        while not size < arb(2) ** (-ctx.prec):
            product /= 1 + size
            size *= q
        return product * (-(size / (1 - q))).exp().union(arb(1))


def pochhammer(q: arb) -> arb:
    """(q; q)_oo = prod_(k>=1) (1 - q^k)."""
    product, power = arb(1), q
    while not power < arb(2) ** (-ctx.prec):
        product *= 1 - power
        power *= q
    return product * (1 - power / (1 - q)).union(arb(1))
