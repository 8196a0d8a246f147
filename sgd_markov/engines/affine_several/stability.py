"""Is the recursion of the moments stable: the spectral radius in rationals, conditions on the symbols otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import comb

import numpy as np
import sympy as sp
from flint import fmpz_poly
from sympy.polys.matrices import DomainMatrix

from ...algebra import integer_poly
from ...answer.answer import Hypothesis
from ...effort import Effort
from ...errors import HypothesisViolated, Inconclusive
from ...numerics.exact_matrix import expressions, field_matrix
from ...numerics.spectral_radius import Radius, irreducible_factors, spectral_radius
from .conditions import DEGREE_LIMIT, Condition, joined, simplified, stability_conditions
from .recursion import MomentRecursion
from .system import AffineSystem

ROOT = sp.Dummy("z")


@dataclass(frozen=True)
class Stability:
    """What is known of the spectral radius of the recursion without its constant 1.

    `radius`: for rational matrices. `conditions`: for others, exactly when it is below 1; none open means proved.
    `about`: in floating point for matrices without symbols; for messages only.
    """

    order: int
    radius: Radius | None
    conditions: tuple[Condition, ...] = ()
    about: float | None = None

    @property
    def statement(self) -> str:
        return f"the spectral radius of E A^(tensor {self.order}), on the monomials that enter, is below 1"

    @cached_property
    def stable(self) -> bool:
        """Is the radius proved, or assumed by conditions, to be below 1?"""
        if self.radius is not None:
            return self.radius.side < 0
        return all(c.sign != -1 for c in self.conditions)

    @property
    def hypotheses(self) -> tuple[Hypothesis, ...]:
        if self.radius is not None:
            return (Hypothesis(f"{self.statement}; it is {self.radius}"),)
        opened = tuple(Hypothesis(str(c), "assumed") for c in self.conditions if c.sign is None)
        return opened or (Hypothesis(self.statement),)

    @property
    def positive(self) -> tuple[sp.Expr, ...]:
        """The expressions that are positive by the open conditions."""
        return tuple(c.expr for c in self.conditions if c.sign is None and not c.nonzero)

    def violated(self) -> HypothesisViolated:
        if self.radius is not None:
            return HypothesisViolated(f"the moment converges: {self.statement}", f"spectral radius {self.radius}")
        if self.about is not None:
            return HypothesisViolated(
                f"the moment converges: {self.statement}", f"spectral radius about {self.about:.12g}"
            )
        failed = next(c for c in self.conditions if c.sign == -1)
        return HypothesisViolated(f"the moment converges: {self.statement}", f"{failed} does not hold")


def stability(recursion: MomentRecursion, effort: Effort) -> Stability:
    """The spectral radius of L on the monomials other than 1, or the conditions for it to be below 1."""
    blocks = [block for block in recursion.blocks if block != constant_block(recursion)]
    if recursion.rational:
        factors: list[fmpz_poly] = []
        for block in blocks:
            effort.check()
            factors += irreducible_factors(block_polynomial(recursion.matrix, block))
        return Stability(recursion.degree, spectral_radius(factors))
    listed = symbolic_conditions(recursion, blocks, effort)
    for condition in listed:
        if condition.sign is None and not condition.expr.free_symbols:
            raise Inconclusive(f"whether {condition} is not decided")
    return Stability(recursion.degree, None, tuple(listed), approximate_radius(recursion))


def symbolic_conditions(recursion: MomentRecursion, blocks: list[tuple[int, ...]], effort: Effort) -> list[Condition]:
    """When the radius is below 1; for cross moments under a fixed A the stability of A itself is enough, where it is shorter."""
    if recursion.system.fixed_matrix and recursion.updates == 1 and any(len(block) > 2 for block in blocks):
        listed = conditions_of(matrices_of_coordinates(recursion), stability_conditions, effort)
        if fixed_and_whole(recursion) or all(condition.sign != -1 for condition in listed):
            return listed
    if fixed_and_whole(recursion):
        return conditions_of(matrices_of_coordinates(recursion), stability_conditions, effort)
    if keeps_cone(recursion):
        highest = [block for block in blocks if sum(recursion.monomials[block[0]]) == recursion.degree]
        return conditions_of(matrices_of_blocks(recursion, highest), cone_conditions, effort)
    return conditions_of(matrices_of_blocks(recursion, blocks), stability_conditions, effort)


def conditions_of(
    matrices: list[DomainMatrix], conditions: Callable[[list[sp.Expr]], list[sp.Expr]], effort: Effort
) -> list[Condition]:
    """The conditions on the characteristic polynomials of the matrices, simplified."""
    found = [condition for factor in symbolic_factors(matrices, effort) for condition in conditions(factor)]
    return joined(simplified(found))


def keeps_cone(recursion: MomentRecursion) -> bool:
    """Do all monomials of the highest degree, an even one, enter?

    E A^(tensor k) then keeps the cone of the v^(tensor k), so that its spectral radius is an eigenvalue, and those of lower
    orders are below 1 with it, as |E A_n ... A_1 v|^k <= E|A_n ... A_1 v|^k.
    """
    highest = [e for e in recursion.monomials if sum(e) == recursion.degree]
    size = len(moving(recursion))
    return recursion.degree % 2 == 0 and len(highest) == comb(size + recursion.degree - 1, recursion.degree)


def cone_conditions(coefficients: list[sp.Expr]) -> list[sp.Expr]:
    """The coefficients of p(1 + x): all positive exactly where the radius, if it is a root, is below 1 (`perron_value`).

    >>> a, b = sp.symbols("a b")
    >>> cone_conditions([sp.Integer(1), -a, b])
    [2 - a, -a + b + 1]
    """
    return list(sp.Poly(coefficients, ROOT).compose(sp.Poly(ROOT + 1, ROOT)).all_coeffs()[1:])


def approximate_radius(recursion: MomentRecursion) -> float | None:
    """The radius in floating point, for messages."""
    rows = [row[1:] for row in expressions(recursion.matrix)[1:]]
    if not rows or any(entry.free_symbols for row in rows for entry in row):
        return None
    return float(max(abs(np.linalg.eigvals(np.array([[complex(entry) for entry in row] for row in rows])))))


def constant_block(recursion: MomentRecursion) -> tuple[int, ...]:
    return (recursion.place[(0,) * len(recursion.system.state)],)


def block_polynomial(matrix: DomainMatrix, block: tuple[int, ...]) -> fmpz_poly:
    coefficients = matrix.extract(list(block), list(block)).charpoly()
    return integer_poly(sp.Poly([matrix.domain.to_sympy(c) for c in coefficients], ROOT))


def matrices_of_coordinates(recursion: MomentRecursion) -> list[DomainMatrix]:
    """A on the coordinates that occur, in blocks."""
    return coordinate_blocks(recursion.system.restricted(recursion.system.coordinates(moving(recursion))))


def matrices_of_blocks(recursion: MomentRecursion, blocks: list[tuple[int, ...]]) -> list[DomainMatrix]:
    return [recursion.matrix.extract(list(block), list(block)) for block in blocks]


def symbolic_factors(matrices: list[DomainMatrix], effort: Effort) -> list[list[sp.Expr]]:
    """The characteristic polynomials of the matrices in factors, as coefficients."""
    found: list[list[sp.Expr]] = []
    for matrix in matrices:
        effort.check()
        coefficients = [sp.cancel(matrix.domain.to_sympy(c)) for c in matrix.charpoly()]
        for factor in factors_of(coefficients):
            if factor not in found:
                found.append(factor)
    if any(len(factor) - 1 > DEGREE_LIMIT for factor in found):
        raise Inconclusive("the stability conditions are too long in symbols; give numbers for some of them")
    return found


def fixed_and_whole(recursion: MomentRecursion) -> bool:
    """Is A not random, and does a pure power of each coordinate enter? Then the radius of A decides."""
    powers = {
        max(range(len(e)), key=lambda i: e[i]) for e in recursion.monomials if sum(1 for power in e if power) == 1
    }
    wanted = {recursion.system.state.index(symbol) for symbol in moving(recursion)}
    return recursion.system.fixed_matrix and recursion.updates == 1 and wanted <= powers


def moving(recursion: MomentRecursion) -> set[sp.Symbol]:
    """The coordinates that occur in the monomials."""
    state = recursion.system.state
    return {symbol for i, symbol in enumerate(state) if any(e[i] for e in recursion.monomials)}


def coordinate_blocks(system: AffineSystem) -> list[DomainMatrix]:
    """A in blocks of coordinates that feed one another."""
    size = len(system.state)
    matrix = field_matrix(system.matrix.tolist())
    edges = [(i, j) for i in range(size) for j in range(size) if system.matrix[i, j] != 0]
    groups = sp.utilities.iterables.strongly_connected_components((list(range(size)), edges))
    return [matrix.extract(sorted(group), sorted(group)) for group in groups]


def factors_of(coefficients: list[sp.Expr]) -> list[list[sp.Expr]]:
    """The different factors over the field of the coefficients, where sympy factors there."""
    poly = sp.Poly(coefficients, ROOT)
    try:
        _, factors = poly.factor_list()
    except (sp.polys.polyerrors.BasePolynomialError, NotImplementedError):
        return [coefficients]
    return [[sp.sympify(c) for c in factor.all_coeffs()] for factor, _ in factors]


def oriented(value: sp.Expr, positive: tuple[sp.Expr, ...]) -> sp.Expr:
    """The same value with its factors turned so that those stand in it that are positive.

    >>> a = sp.Symbol("a")
    >>> oriented(1 / ((a - 1) * (a - 2)), (1 - a, 2 - a))
    1/((1 - a)*(2 - a))
    """
    factors = []
    for factor in sp.Mul.make_args(value):
        base, power = factor.as_base_exp()
        turned = next((p for p in positive if power.is_Integer and sp.expand(base + p) == 0), None)
        factors.append(factor if turned is None else (-1) ** power * turned**power)
    return sp.Mul(*factors)
