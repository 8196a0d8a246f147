"""Windows of finite laws with rational data: |N(t)| < |D(t)| for polynomials N, D, decided exactly.

The exponent is sum of c_i log|R_i(t)| with rational c_i, so with c_i = n_i/q it is negative where
prod |R_i|^(n_i) = |N/D| < 1. The sign can change only at roots of N - D, N + D and at poles.
"""

from __future__ import annotations

from math import lcm

import sympy as sp

from ..algebra import real_roots
from ..answer.enclosure import Bound
from ..answer.text import expression_text
from ..effort import Effort
from ..numerics.algebraic_cuts import Cut, between, inside
from ..numerics.windows import Span, Window

DEGREE_LIMIT = 48

LogTerms = list[tuple[sp.Rational, sp.Expr]]
"""(c, R): the exponent is the sum of c log|R|, each R a rational function of the parameter."""


def quotient(terms: LogTerms, parameter: sp.Symbol) -> tuple[sp.Poly, sp.Poly] | None:
    """N and D with exponent < 0 iff |N| < |D|; None if a degree passes the limit."""
    common = lcm(*(int(c.q) for c, _ in terms))
    numerator, denominator = sp.Poly(1, parameter), sp.Poly(1, parameter)
    for c, expr in terms:
        power = int(c * common)
        above, below = (sp.Poly(part, parameter) for part in sp.fraction(sp.together(expr)))
        if power < 0:
            above, below, power = below, above, -power
        if (above.degree() + below.degree()) * power > DEGREE_LIMIT:
            return None
        numerator, denominator = numerator * above**power, denominator * below**power
        if max(numerator.degree(), denominator.degree()) > DEGREE_LIMIT:
            return None
    return numerator, denominator


def polynomial_window(
    numerator: sp.Poly, denominator: sp.Poly, domain: tuple[Bound, Bound], effort: Effort, superstable: sp.Poly | None = None
) -> Window:
    """The exact window {|N| < |D|} inside the open domain; `superstable`: the polynomial whose roots give -oo.

    Without common factors |N| = |D| or D = 0 at every cut: no cut belongs to the window, a tangency splits it.
    """
    numerator, denominator = numerator.cancel(denominator, include=True)
    both = (numerator - denominator) * (numerator + denominator)
    zeros = [] if both.is_zero else real_roots(both)
    poles = real_roots(denominator) if denominator.degree() > 0 else []
    cuts = [Cut(root, effort.digits) for root in sorted({*zeros, *poles}) if inside(root, domain)]
    ends = [Cut(None, effort.digits, domain[0]), *cuts, Cut(None, effort.digits, domain[1])]
    numbers = [cut.number for cut in ends]
    spans: list[Span] = []
    for index in range(len(ends) - 1):
        sample = between(ends[index], ends[index + 1])
        if abs(numerator.eval(sample)) < abs(denominator.eval(sample)):
            spans.append((numbers[index], numbers[index + 1]))
    stable = [Cut(root, effort.digits).number for root in real_roots(superstable or numerator) if inside(root, domain)] if (
        superstable or numerator
    ).degree() > 0 else []
    high = [root for cut in cuts if (root := cut.root) is not None and root.exact is None]
    return Window(
        tuple(spans),
        tuple(stable),
        polynomials=tuple(dict.fromkeys(expression_text(root.polynomial) for root in high)),
        method="exact real roots of |N| = |D|; sign constant between them",
        exact=True,
    )
