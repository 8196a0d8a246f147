"""The closed linear recursion of the moments: E of every monomial after a step, linear in the monomials before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import sympy as sp
from sympy.polys.matrices import DomainMatrix
from sympy.polys.rings import PolyElement, sring
from sympy.utilities.iterables import strongly_connected_components

from ...effort import Effort
from ...errors import Inconclusive
from ...numerics.exact_matrix import field_matrix
from ...numerics.expectation import Exponents, Moments, batch_moments, mean
from .epoch import epoch_matrix
from .system import AffineSystem

Row = dict[Exponents, sp.Expr]
"""monomial of the state -> factor"""

MONOMIAL_LIMIT = 700
"""So many monomials are carried at most; 10 coordinates have 66 of degree up to 2, and 1001 of degree up to 4."""


@dataclass(frozen=True)
class MomentRecursion:
    """m(n + 1) = L m(n) for m(n) = E of the `monomials` after n steps; the first monomial is the constant 1.

    `matrix`: L over an exact field. `updates`: how many updates one step is (those of an epoch under reshuffling).
    """

    system: AffineSystem
    monomials: tuple[Exponents, ...]
    matrix: DomainMatrix
    updates: int

    @property
    def field(self) -> sp.Domain:
        return self.matrix.domain

    @property
    def rational(self) -> bool:
        return bool(self.field.is_QQ)

    @cached_property
    def degree(self) -> int:
        return max(map(sum, self.monomials))

    @cached_property
    def place(self) -> dict[Exponents, int]:
        return {monomial: index for index, monomial in enumerate(self.monomials)}

    def row_of(self, polynomial: Mapping[Exponents, sp.Expr]) -> list[sp.Expr]:
        """The polynomial as factors of the monomials."""
        return [polynomial.get(monomial, sp.Integer(0)) for monomial in self.monomials]

    def at(self, point: Mapping[sp.Symbol, sp.Expr]) -> list[sp.Expr]:
        """The monomials at a point: m(0)."""
        place = [point[symbol] for symbol in self.system.state]
        return [sp.Mul(*(value**power for value, power in zip(place, e, strict=True))) for e in self.monomials]

    @cached_property
    def blocks(self) -> tuple[tuple[int, ...], ...]:
        """The monomials in groups that feed one another, those that feed before those that are fed."""
        edges = [(row, column) for row, entries in enumerate(self.nonzero) for column in entries]
        found = strongly_connected_components((list(range(len(self.monomials))), edges))
        return tuple(tuple(sorted(block)) for block in found)

    @cached_property
    def nonzero(self) -> list[list[int]]:
        dense = self.matrix.to_list()
        zero = self.field.zero
        return [[column for column, entry in enumerate(row) if entry != zero] for row in dense]

    def reached_from(self, rows: Iterable[int]) -> set[int]:
        """The monomials that enter the recursion of these."""
        reached: set[int] = set()
        waiting = set(rows)
        while waiting:
            reached |= waiting
            waiting = {column for row in waiting for column in self.nonzero[row]} - reached
        return reached


def moment_recursion(system: AffineSystem, wanted: Iterable[Exponents], effort: Effort) -> MomentRecursion:
    """The recursion of the wanted monomials and of all that enter theirs.

    E prod (A w + b)_i^e_i is a polynomial of the same degree in the state before the step; its factors are mixed
    moments of the entries of (A, b), exact. Raises `HypothesisViolated` where such a moment does not exist.
    """
    images = Images(system)
    needed = set(wanted) | {(0,) * len(system.state)}
    monomials = sorted(closure(images, needed, effort), key=lambda e: (sum(e), e))
    exponents = images.exponents_of_means(monomials)

    def rows(moments: Moments) -> list[list[sp.Expr]]:
        return rows_in(images, monomials, expectation(system, moments))

    if system.by_epochs:
        matrix, updates = epoch_matrix(system, rows, exponents, effort)
    else:
        statistics = tuple(expr for _, expr in system.means)
        matrix, updates = field_matrix(rows(batch_moments(statistics, system.draw, exponents))), 1
    return pruned(system, tuple(monomials), matrix, updates, needed)


class Images:
    """prod_i (w'_i)^e_i as sparse polynomials in the state and the variables, each from one of lower degree."""

    def __init__(self, system: AffineSystem) -> None:
        gens = (*system.state, *system.variables)
        self.ring, self.one = sring(list(system.images), *gens)
        self.width, self.means = len(system.state), len(system.means)
        self.known: dict[Exponents, PolyElement] = {(0,) * self.width: self.ring.one}

    def of(self, monomial: Exponents) -> PolyElement:
        if monomial not in self.known:
            last = max(i for i, power in enumerate(monomial) if power)
            lower = tuple(power - (i == last) for i, power in enumerate(monomial))
            self.known[monomial] = self.of(lower) * self.one[last]
        return self.known[monomial]

    def terms(self, monomial: Exponents) -> Iterable[tuple[Exponents, Exponents, sp.Expr]]:
        """(powers of the state, powers of the variables, factor)."""
        domain = self.ring.domain
        for powers, factor in self.of(monomial).terms():
            yield powers[: self.width], powers[self.width :], domain.to_sympy(factor)

    def exponents_of_means(self, monomials: Iterable[Exponents]) -> set[Exponents]:
        """The powers of the batch means that occur in the images of these monomials."""
        last = self.width + self.means
        return {powers[self.width : last] for monomial in monomials for powers in self.of(monomial).monoms()}


def closure(images: Images, wanted: set[Exponents], effort: Effort) -> set[Exponents]:
    """The wanted monomials and all that occur in the images of monomials in the set."""
    closed: set[Exponents] = set()
    waiting = set(wanted)
    while waiting:
        monomial = waiting.pop()
        closed.add(monomial)
        effort.check()
        if len(closed) > MONOMIAL_LIMIT:
            raise Inconclusive(f"the moments asked for need more than {MONOMIAL_LIMIT} others")
        waiting |= {powers[: images.width] for powers in images.of(monomial).monoms()} - closed
    return closed


def expectation(system: AffineSystem, moments: Moments) -> Callable[[Exponents], sp.Expr]:
    """E of a product of powers of the variables; `moments` are those of the batch means."""
    width = len(system.means)
    noise = system.draw.noise
    known: dict[Exponents, sp.Expr] = {}

    def expected(powers: Exponents) -> sp.Expr:
        of_means, of_drawn = powers[:width], powers[width:]
        if of_drawn not in known:
            factors = (base**power for (_, base), power in zip(system.drawn, of_drawn, strict=True))
            known[of_drawn] = mean(sp.Mul(*factors), noise)
        return moments[of_means] * known[of_drawn]

    return expected


def rows_in(
    images: Images, monomials: list[Exponents], expected: Callable[[Exponents], sp.Expr]
) -> list[list[sp.Expr]]:
    """L, row by row."""
    place = {monomial: index for index, monomial in enumerate(monomials)}
    rows = []
    for monomial in monomials:
        parts: list[list[sp.Expr]] = [[] for _ in monomials]
        for state, variables, factor in images.terms(monomial):
            parts[place[state]].append(factor * expected(variables))
        rows.append([sp.expand(sp.Add(*part)) for part in parts])
    return rows


def pruned(
    system: AffineSystem, monomials: tuple[Exponents, ...], matrix: DomainMatrix, updates: int, needed: set[Exponents]
) -> MomentRecursion:
    """Without the monomials whose factors turn out to be 0."""
    whole = MomentRecursion(system, monomials, matrix, updates)
    kept = sorted(whole.reached_from(whole.place[monomial] for monomial in needed))
    return MomentRecursion(system, tuple(monomials[i] for i in kept), matrix.extract(kept, kept), updates)
