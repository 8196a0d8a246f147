"""Where a linear map that keeps a cone has spectral radius below 1, for all values of a parameter, exactly.

The spectral radius of such a map is one of its eigenvalues (Krein and Rutman). So where it is 1, det(1 - T(t)) = 0, and
between the roots of that polynomial it stays on one side of 1, as it is continuous; one sample decides.
"""

from __future__ import annotations

from itertools import pairwise

import sympy as sp

from ..algebra import real_roots
from ..answer.enclosure import Bound
from ..answer.text import expression_text
from ..effort import Effort
from ..errors import Inconclusive
from ..numerics.algebraic_cuts import Cut, between, inside
from ..numerics.perron_value import rational_radius
from ..numerics.windows import Window

DEGREE_LIMIT = 200


def radius_window(polynomials: list[list[sp.Expr]], parameter: sp.Symbol, domain: tuple[Bound, Bound], effort: Effort) -> Window:
    """The window of a map given by the characteristic polynomials of its blocks.

    `polynomials`: coefficients, the leading one (1) first, rational functions of the parameter with rational coefficients.
    Raises `Inconclusive` where the degree in the parameter is beyond reach.
    """
    numerator, denominator = sp.Poly(1, parameter), sp.Poly(1, parameter)
    for coefficients in polynomials:
        above, below = (sp.Poly(part, parameter) for part in sp.fraction(sp.together(sp.Add(*coefficients))))
        numerator, denominator = numerator * above, denominator * below
    if numerator.is_zero:
        return Window((), method=METHOD, exact=True)  # 1 is an eigenvalue throughout
    if max(numerator.degree(), denominator.degree()) > DEGREE_LIMIT:
        raise Inconclusive(f"the boundary is a polynomial of degree {numerator.degree()} in {parameter}")
    roots = [root for part in (numerator, denominator) if part.degree() > 0 for root in real_roots(part)]
    inner = [Cut(root, effort.digits) for root in sorted(set(roots)) if inside(root, domain)]
    cuts = [Cut(None, effort.digits, domain[0]), *inner, Cut(None, effort.digits, domain[1])]
    numbers = [cut.number for cut in cuts]
    spans = []
    for k, (left, right) in enumerate(pairwise(cuts)):
        effort.check()
        if is_contraction(polynomials, parameter, between(left, right)):
            spans.append((numbers[k], numbers[k + 1]))
    used = {number for span in spans for number in span}
    high = [cut.root for cut, number in zip(cuts, numbers, strict=True) if number in used and cut.root is not None]
    texts = tuple(expression_text(root.polynomial) for root in high if root.exact is None)
    return Window(tuple(spans), polynomials=tuple(dict.fromkeys(texts)), method=METHOD, exact=True)


METHOD = "exact real roots of det(1 - T), T the map of the moments; the spectral radius is below 1 at a sample between them"


def is_contraction(polynomials: list[list[sp.Expr]], parameter: sp.Symbol, at: sp.Rational) -> bool:
    """Is the spectral radius below 1 at a value of the parameter where it is not 1?"""
    root = rational_radius([[c.subs(parameter, at) for c in coefficients] for coefficients in polynomials])
    if root is None:
        return True
    bits = 64
    while True:
        found = root.enclose(bits)
        if found.upper < 1 or found.lower > 1:
            return found.upper < 1
        bits *= 2
