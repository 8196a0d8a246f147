"""Finitely many 2x2 matrices with polynomials of one parameter t as entries, over an interval of t."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import sympy as sp
from flint import arb

from ...balls.evaluate import evaluate
from ...balls.precision import ball, precision
from .directions import LINES
from .fat_cells import FatLaw
from .fat_matrix import FatMatrix, images

BITS = 96

Atoms = Sequence[tuple[sp.Expr, sp.Matrix]]


@dataclass(frozen=True)
class Family:
    """(probability, matrix) each; `parameter` is t."""

    atoms: Atoms
    parameter: sp.Symbol

    @classmethod
    def of(cls, atoms: Atoms, parameter: sp.Symbol) -> Family | None:
        """None where an entry is no polynomial in t with constant coefficients, or a probability depends on t."""
        expanded = [(p, sp.Matrix(m).applyfunc(sp.expand)) for p, m in atoms]
        polynomials = all(is_polynomial(entry, parameter) for _, m in expanded for entry in m)
        constant = all(not p.free_symbols for p, _ in expanded)
        return cls(expanded, parameter) if polynomials and constant else None

    def mapped(self, change: sp.Matrix) -> Family | None:
        """The conjugate C M C^-1, if its entries are polynomials."""
        inverse = change.inv()
        return Family.of([(p, (change * m * inverse).applyfunc(sp.cancel)) for p, m in self.atoms], self.parameter)

    @property
    def degree(self) -> int:
        return max(int(sp.Poly(entry, self.parameter).degree()) for _, m in self.atoms for entry in m if entry != 0)

    def from_infinity(self) -> Family:
        """t^degree M(1/t)."""
        t, degree = self.parameter, self.degree
        turned = [(p, (m.subs(t, 1 / t) * t**degree).applyfunc(sp.expand)) for p, m in self.atoms]
        return Family(turned, t)

    def fat_law(self, low: Fraction, high: Fraction, size: int) -> FatLaw | None:
        """All matrices for t in [low, high], on cells of the lines."""
        with precision(BITS):
            value = {self.parameter: ball(low).union(ball(high))}
            parts = []
            for p, matrix in self.atoms:
                fat = FatMatrix.of(
                    [
                        evaluate(sp.horner(entry, self.parameter) if entry.free_symbols else entry, value)
                        for entry in matrix
                    ]
                )
                if fat is None:
                    return None
                parts.append((float(evaluate(p).mid()), (images(fat, size, LINES),)))
        return FatLaw(size, parts)


def is_polynomial(entry: sp.Expr, parameter: sp.Symbol) -> bool:
    return bool(entry.is_polynomial(parameter)) and entry.free_symbols <= {parameter}


def over(entry: sp.Expr, parameter: sp.Symbol, high: Fraction) -> arb:
    """A polynomial for t in [0, high], at the current precision."""
    return evaluate(sp.horner(entry, parameter) if entry.free_symbols else entry, {parameter: arb(0).union(ball(high))})


__all__ = ["Atoms", "Family", "over"]
