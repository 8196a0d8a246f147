"""The law of a random square matrix, and of the derivative of one step (or of one epoch) of a chain at a fixed point."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import sympy as sp

from ..chain.chain import Chain, Point
from ..chain.linearisation import multiplier
from ..chain.mixture import Component


@dataclass(frozen=True)
class MatrixLaw:
    """With probability p the matrix `values`, row by row, in independent variables with the given laws.

    `components`: their probabilities sum to 1. `size`: d of the d x d matrices.

    >>> law = MatrixLaw.finite([(sp.Rational(1, 2), sp.Matrix([[2, 1], [1, 1]])), (sp.Rational(1, 2), sp.eye(2))])
    >>> law.size, [int(matrix.det()) for _, matrix in law.atoms]
    (2, [1, 1])
    """

    components: tuple[Component, ...]
    size: int

    @classmethod
    def finite(cls, atoms: Sequence[tuple[sp.Expr, sp.Matrix]]) -> MatrixLaw:
        """The law of finitely many matrices, (probability, matrix) each."""
        return cls(tuple(Component(p, tuple(matrix), {}) for p, matrix in atoms), atoms[0][1].shape[0])

    @classmethod
    def at(cls, chain: Chain, point: Point) -> MatrixLaw:
        """The law of the derivative of one step of the chain at a point that its map fixes."""
        components = multiplier(chain, point)
        return cls(components, round(len(components[0].values) ** 0.5))

    @cached_property
    def matrices(self) -> tuple[sp.ImmutableMatrix, ...]:
        """One for each component, with its variables as symbols."""
        return tuple(sp.ImmutableMatrix(self.size, self.size, c.values) for c in self.components)

    @cached_property
    def atoms(self) -> tuple[tuple[sp.Expr, sp.ImmutableMatrix], ...] | None:
        """(probability, matrix) of a finite law; None where a variable has a density or infinitely many values."""
        if any(component.laws for component in self.components):
            return None
        return tuple((c.probability, matrix) for c, matrix in zip(self.components, self.matrices, strict=True))

    @cached_property
    def parameters(self) -> set[sp.Symbol]:
        """Free symbols that are not drawn."""
        free: set[sp.Symbol] = set()
        for component in self.components:
            own = component.probability.free_symbols.union(*(value.free_symbols for value in component.values))
            of_laws = set().union(*(law.free_symbols for law in component.laws.values()))
            free |= (own - set(component.laws)) | of_laws
        return free

    def mapped(self, change: Callable[[sp.ImmutableMatrix], sp.Matrix]) -> MatrixLaw:
        """The law of change(M): a block, a conjugate, a power; equal atoms are collected."""
        collected: dict[tuple[sp.Expr, ...], Component] = {}
        changed: list[Component] = []
        size = 0
        for component, matrix in zip(self.components, self.matrices, strict=True):
            after = change(matrix)
            size, values = after.shape[0], tuple(after)
            laws = {s: law for s, law in component.laws.items() if any(s in v.free_symbols for v in values)}
            if laws:
                changed.append(Component(component.probability, values, laws))
                continue
            before = collected.get(values)
            probability = component.probability + (before.probability if before else 0)
            collected[values] = Component(probability, values, {})
        return MatrixLaw((*collected.values(), *changed), size)

    def block(self, places: Sequence[int]) -> MatrixLaw:
        """The law of the rows and columns at the given places."""
        return self.mapped(lambda matrix: matrix.extract(list(places), list(places)))

    @property
    def determinant(self) -> tuple[Component, ...]:
        """The law of det M."""
        return self.mapped(lambda matrix: sp.Matrix([[matrix.det(method="berkowitz")]])).components


__all__ = ["MatrixLaw"]
