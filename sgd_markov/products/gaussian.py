"""Gaussian matrices with independent, equally distributed columns (or rows): M = C G, G standard normal.

M v has the law N(0, |v|^2 S), S = C C^T, whatever v is, so the factors of |M_n ... M_1 v| are independent and equally
distributed: the top exponent is E log|xi| with xi ~ N(0, S). In two dimensions, with the eigenvalues s_1, s_2 of S,
|xi| = R (s_1 cos^2 + s_2 sin^2)^(1/2), which gives log((s_1^(1/2) + s_2^(1/2))/2) + (log 2 + digamma(1))/2. For S = s^2 the i-th
exponent is log s + (log 2 + digamma((d - i + 1)/2))/2 (Newman 1986). Transposed matrices have the same exponents.
"""

from __future__ import annotations

import sympy as sp

from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..chain.mixture import Component
from ..effort import Effort
from ..laws.normal import Normal
from ..numerics.exact_numbers import number
from .matrix_law import MatrixLaw
from .method import Method

METHOD_NAME = "Gaussian matrices: the law of M v does not depend on the direction of v"
CITE = ("cohennewman1984", "newman1986")


class Gaussian(Method):
    """Closed forms with digamma; also mixtures of such laws in two dimensions, for the top exponent."""

    warrants = (Warrant.EXACT,)

    def top(self, law: MatrixLaw, effort: Effort) -> Finding | None:
        for transposed in (False, True):
            parts = [(c.probability, covariance(c, law.size, transposed)) for c in law.components]
            if all(known is not None for _, known in parts):
                means = [(p, top_of(known, law.size)) for p, known in parts if known is not None]
                if any(mean is None for _, mean in means):
                    return None
                return found_as(sp.Add(*(p * mean for p, mean in means if mean is not None)), effort)
        return None

    def spectrum(self, law: MatrixLaw, effort: Effort) -> list[Finding] | None:
        if len(law.components) > 1:
            return None
        known = covariance(law.components[0], law.size, False)
        scale = None if known is None else scalar_of(known)
        if scale is None:
            return None
        return [found_as(sp.log(scale) / 2 + half_log_chi_square(law.size - i), effort) for i in range(law.size)]


def found_as(form: sp.Expr, effort: Effort) -> Finding:
    found = number(form, effort, "the exponent")
    return Finding(Warrant.EXACT, METHOD_NAME, found.exact, found.enclosure, (), CITE)


def half_log_chi_square(freedom: int) -> sp.Expr:
    """E log chi with so many degrees of freedom, (log 2 + digamma(k/2))/2."""
    return (sp.log(2) + sp.digamma(sp.Rational(freedom, 2))) / 2


def top_of(covariance: sp.Matrix, size: int) -> sp.Expr | None:
    """E log|xi| for xi ~ N(0, covariance): for a multiple of the identity, and in two dimensions."""
    scale = scalar_of(covariance)
    if scale is not None:
        return sp.log(scale) / 2 + half_log_chi_square(size)
    if size > 2:
        return None
    trace, determinant = covariance.trace(), sp.expand(covariance.det())
    return sp.log((trace + 2 * sp.sqrt(determinant)) / 4) / 2 + half_log_chi_square(2)


def scalar_of(matrix: sp.Matrix) -> sp.Expr | None:
    """s for the matrix s I."""
    return matrix[0, 0] if matrix == sp.eye(matrix.rows) * matrix[0, 0] else None


def covariance(component: Component, size: int, transposed: bool) -> sp.Matrix | None:
    """S, the covariance of each column (row), where columns are independent N(0, S); None otherwise."""
    if not component.laws or not all(isinstance(law, Normal) for law in component.laws.values()):
        return None
    symbols = list(component.laws)
    rows = [coefficients(value, symbols, component) for value in component.values]
    if any(row is None for row in rows):
        return None
    table = sp.Matrix(rows)
    moments = (table * table.T).applyfunc(sp.expand)

    def place(i: int, j: int) -> int:
        return j * size + i if transposed else i * size + j

    found = sp.Matrix(size, size, lambda i, k: moments[place(i, 0), place(k, 0)])
    for j in range(size):
        for m in range(size):
            wanted = found if j == m else sp.zeros(size, size)
            if any(sp.expand(moments[place(i, j), place(k, m)] - wanted[i, k]) != 0 for i in range(size) for k in range(size)):
                return None
    return None if found.is_zero_matrix else found


def coefficients(value: sp.Expr, symbols: list[sp.Symbol], component: Component) -> list[sp.Expr] | None:
    """The entry as a combination of standard normal variables; None where it is none, or has a mean."""
    if not value.is_polynomial(*symbols):
        return None
    poly = sp.Poly(value, *symbols)
    if poly.total_degree() > 1:
        return None
    linear = [poly.coeff_monomial(symbol) for symbol in symbols]
    laws = [component.laws[symbol] for symbol in symbols]
    mean = poly.coeff_monomial(1) + sum(c * law.mean for c, law in zip(linear, laws, strict=True))  # type: ignore[attr-defined]
    if sp.expand(mean) != 0:
        return None
    return [c * law.std for c, law in zip(linear, laws, strict=True)]  # type: ignore[attr-defined]


METHOD = Gaussian()
