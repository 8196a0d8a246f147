"""AMSGrad with momentum: the frozen steps are random matrices, whose exponent is proved to be positive at all rates met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from time import monotonic

import sympy as sp

from ...effort import Effort
from .family import Family
from .parameter_signs import parts

RESOLUTION = Fraction(1, 1000)
"""Parts without a proved sign are halved until they are so short, relative to where they are."""

PATIENCE = 30.0
"""Seconds."""


def repels(
    curvatures: Sequence[sp.Expr], weights: Sequence[sp.Expr], beta1: sp.Expr, highest: Fraction, effort: Effort
) -> bool:
    """Is the top exponent of (w, m) -> (w - t m', m'), m' = beta1 m + (1 - beta1) x w, proved positive for 0 < t <= highest?

    Hypotheses: beta1 in (0, 1), x takes finitely many values, none of them 0, two of them at least; otherwise False.
    Then the matrices are invertible (determinant beta1) and have no line in common: only (0, 1), the kernel of the
    difference of two of them, or (-t, 1), its image, could be one, and neither is kept. So (w, m) grows at the top
    exponent from every start, w = 0 included.

    >>> repels([sp.Rational(4, 5), -sp.Rational(6, 5)], [sp.Rational(1, 2)] * 2, sp.Rational(7, 10), Fraction(2), Effort())
    True
    """
    if len(set(curvatures)) < 2 or 0 in curvatures:
        return False
    t = sp.Symbol("t", positive=True)
    matrices = [sp.Matrix([[1 - t * (1 - beta1) * x, -t * beta1], [(1 - beta1) * x, beta1]]) for x in curvatures]
    family = Family.of(list(zip(weights, matrices, strict=True)), t)
    if family is None:
        return False
    small = 1 / Fraction(sp.ceiling(sp.Max(*map(abs, curvatures))))  # below, the argument at 0 decides
    found = parts(family, Fraction(0), max(highest, small), patient(effort), RESOLUTION)
    return all(part.sign == 1 for part in found if part.low < highest)


def patient(effort: Effort) -> Effort:
    """Where a window is open or beta1 is close to 1 the search would take minutes to say so."""
    latest = monotonic() + PATIENCE
    return replace(effort, deadline=latest if effort.deadline is None else min(latest, effort.deadline))


__all__ = ["repels"]
