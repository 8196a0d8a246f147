"""The law of the matrices: with probability p the matrix C + x D, x with a piecewise analytic density, or C alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp

from ...chain.mixture import Component
from ...laws.law import Law

X = sp.Dummy("x", real=True)
Pair = tuple[sp.Expr, sp.Expr]


@dataclass(frozen=True)
class Part:
    """`constant` C and `slope` D, rows of two entries; `law` None where the slope is 0."""

    probability: sp.Expr
    constant: tuple[Pair, Pair]
    slope: tuple[Pair, Pair]
    law: Law | None

    def moved(self, inverse: sp.Matrix, frame: sp.Matrix) -> Part:
        """In other coordinates: inverse M frame."""
        constant, slope = (inverse * sp.Matrix(m) * frame for m in (self.constant, self.slope))
        return Part(self.probability, rows(constant), rows(slope), self.law)

    @property
    def determinant(self) -> sp.Expr:
        """det(C + x D) in X."""
        matrix = sp.Matrix(self.constant) + X * sp.Matrix(self.slope)
        return sp.expand(matrix.det())


Family = tuple[Part, ...]


def family_of(components: Sequence[Component]) -> Family | None:
    """None unless every component is affine in at most one variable, one of them in a variable with a density."""
    parts = [part_of(component) for component in components]
    if any(part is None for part in parts) or all(part is not None and part.law is None for part in parts):
        return None
    return tuple(part for part in parts if part is not None)


def part_of(component: Component) -> Part | None:
    values = sp.Matrix(2, 2, component.values)
    if not component.laws:
        return Part(component.probability, rows(values), rows(sp.zeros(2, 2)), None)
    if len(component.laws) > 1:
        return None
    ((symbol, law),) = component.laws.items()
    if law.pieces(X) is None or not all(v.is_polynomial(symbol) and sp.degree(v, symbol) <= 1 for v in values):
        return None
    slope = values.diff(symbol)
    return Part(component.probability, rows(values.subs(symbol, 0)), rows(slope), law)


def rows(matrix: sp.Matrix) -> tuple[Pair, Pair]:
    return (matrix[0, 0], matrix[0, 1]), (matrix[1, 0], matrix[1, 1])
