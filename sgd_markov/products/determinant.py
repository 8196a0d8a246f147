"""E log|det M|: the sum of all exponents of the product."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..effort import Effort
from ..engines.log_potential import LogMean, expected_log
from .matrix_law import MatrixLaw


def log_determinant(law: MatrixLaw, effort: Effort) -> Finding:
    """E log|det M|; -oo where a singular matrix has positive probability."""
    return finding(expected_log(law.mapped(determinant).components, effort))


def determinant(matrix: sp.ImmutableMatrix) -> sp.Matrix:
    """As a matrix of one entry, expanded, so that what cancels is gone."""
    return sp.Matrix([[sp.expand(matrix.det(method="berkowitz"))]])


def finding(mean: LogMean) -> Finding:
    """A mean of logarithms as what a method found; a formula in roots that have no radicals is not shown."""
    assumed = tuple(Hypothesis(text, "assumed") for text in mean.assumed)
    if mean.exact is not None and mean.exact.has(sp.ComplexRootOf) and mean.enclosure is not None:
        mean = replace(mean, exact=None, warrant=min(mean.warrant, Warrant.CERTIFIED))
    return Finding(mean.warrant, mean.method, mean.exact, mean.enclosure, assumed, ("furstenberg1960",))


def share(whole: Finding, size: int) -> tuple[sp.Expr | None, Enclosure | None]:
    """The formula and the enclosure of one of `size` equal parts."""
    exact = None if whole.exact is None else whole.exact / size
    known = whole.enclosure
    return exact, None if known is None else Enclosure(known.lower / size, known.upper / size)
