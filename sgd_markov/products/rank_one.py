"""Finitely many matrices, one or more of rank one: the direction is renewed, and the exponent is a series."""

from __future__ import annotations

from math import inf

import sympy as sp

from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..balls.precision import bits_for, enclosure, precision
from ..effort import Effort
from ..engines.renewal_series import RenewalSeries
from ..errors import Inconclusive
from ..numerics.exact_numbers import number
from ..numerics.integer_family import IntegerFamily
from .matrix_law import MatrixLaw
from .method import Method

METHOD_NAME = "renewal of the direction by matrices of rank one"


class RankOne(Method):
    """sum over the words between two renewals; a finite sum where all matrices have rank one."""

    def top(self, law: MatrixLaw, effort: Effort) -> Finding | None:
        if law.atoms is None or not any(is_singular(matrix) for _, matrix in law.atoms):
            return None
        finite = finite_sum(law)
        if finite is not None:
            found = number(finite, effort, "the exponent")
            return Finding(Warrant.EXACT, METHOD_NAME, found.exact, found.enclosure)
        family = None if law.parameters else IntegerFamily.of(law.atoms)
        series = None if family is None else RenewalSeries.of(family)
        return None if series is None else summed(series, effort)

    def spectrum(self, law: MatrixLaw, effort: Effort) -> list[Finding] | None:
        """In two dimensions: the second is -oo, as the matrices are singular with positive probability."""
        found = self.top(law, effort) if law.size == 2 else None
        if found is None:
            return None
        return [found, Finding(Warrant.EXACT, "singular matrices", -sp.oo, Enclosure.point(-inf))]


def is_singular(matrix: sp.ImmutableMatrix) -> bool:
    return bool(sp.expand(matrix.det(method="berkowitz")) == 0)


def finite_sum(law: MatrixLaw) -> sp.Expr | None:
    """sum p_i p_j log|v_j^T u_i| where all matrices are u_i v_i^T, with symbols or without."""
    factors = [(p, factored(matrix)) for p, matrix in law.atoms or ()]
    if any(pair is None for _, pair in factors):
        return None
    known = [(p, *pair) for p, pair in factors if pair is not None]
    terms = [(p * q, sp.factor((v.T * u)[0])) for p, u, _ in known for q, _, v in known]
    if any(value == 0 for _, value in terms):
        return -sp.oo
    return sp.Add(*(weight * sp.log(sp.Abs(value)) for weight, value in terms))


def factored(matrix: sp.ImmutableMatrix) -> tuple[sp.Matrix, sp.Matrix] | None:
    """u and v with M = u v^T; None where the rank is not proved to be 1."""
    place = next(((i, j) for i in range(matrix.rows) for j in range(matrix.cols) if matrix[i, j] != 0), None)
    if place is None:
        return None
    u, v = matrix[:, place[1]] / matrix[place], matrix[place[0], :].T
    rest = u * v.T - matrix
    return (u, v) if all(sp.cancel(entry) == 0 for entry in rest) else None


def summed(series: RenewalSeries, effort: Effort) -> Finding:
    digits = effort.digits
    with precision(bits_for(digits) + 40):
        found = enclosure(series.sum(digits, effort))
    if not series.never_vanishes:
        raise Inconclusive("whether a product of the matrices is 0 is not decided", Enclosure(-inf, found.upper))
    if not found.reaches(digits) and found.sign is not None and found.width < abs(found.middle) / 100:
        more = digits + len(str(int(1 / abs(found.middle))))
        with precision(bits_for(more) + 40):
            found = enclosure(series.sum(more, effort))
    return Finding(Warrant.CERTIFIED, METHOD_NAME, None, found)


METHOD = RankOne()
