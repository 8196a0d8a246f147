"""Where a law lives: an interval with a density, finitely many atoms, or a half-lattice of atoms."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp


@dataclass(frozen=True)
class Interval:
    """The law has a density, positive on the open interval (low, high); ends may be infinite."""

    low: sp.Expr
    high: sp.Expr


@dataclass(frozen=True)
class Finite:
    """Finitely many atoms: pairs (value, probability), values distinct as written, probabilities of sum 1."""

    atoms: tuple[tuple[sp.Expr, sp.Expr], ...]


@dataclass(frozen=True)
class HalfLattice:
    """Atoms at offset + step * k, k = 0, 1, 2, ...; `probability(k)` of the law gives their masses."""

    offset: sp.Expr
    step: sp.Expr


Support = Interval | Finite | HalfLattice
