"""A polynomial system as disjoint parts, each of finitely many solutions or known by its equations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp
from sympy.polys.groebnertools import groebner
from sympy.polys.orderings import grevlex
from sympy.polys.rings import PolyElement, PolyRing

from ...effort import Effort
from ...errors import Inconclusive

PART_LIMIT = 500


@dataclass(frozen=True)
class Part:
    """The points with all `equations` 0 and none of `nonzero` 0; `equations` are a Groebner basis (grevlex)."""

    equations: tuple[PolyElement, ...]
    nonzero: tuple[PolyElement, ...]

    @property
    def ring(self) -> PolyRing:
        return self.equations[0].ring

    @property
    def is_finite(self) -> bool:
        """Does every variable have a power among the leading monomials? Then the solutions are finitely many."""
        pure = [monomial for monomial in (g.LM for g in self.equations) if sum(map(bool, monomial)) == 1]
        return {next(i for i, e in enumerate(monomial) if e) for monomial in pure} == set(range(self.ring.ngens))


def ring_of(state: Sequence[sp.Symbol]) -> PolyRing:
    """Polynomials in the state with rational coefficients."""
    return PolyRing(tuple(state), sp.QQ, grevlex)


def parts(equations: Sequence[PolyElement], nonzero: Sequence[PolyElement], effort: Effort) -> list[Part]:
    """The real solution set as a disjoint union: equations that factor are cases, f g = 0 is f = 0, or f != 0 and g = 0.

    Sums of squares of monomials are cases too. Complex points that are no real ones may come along.
    Zeros of `nonzero`, which are irreducible and monic, are left out.

    >>> u, v = sp.symbols("u v", real=True)
    >>> ring = ring_of((u, v))
    >>> u, v = ring.gens
    >>> [part.equations for part in parts([(u*v - 1) * u, (u*v - 1) * v], [], Effort())]
    [(u*v - 1,), (u, v)]
    """
    stack, found, cases = [(tuple(equations), tuple(nonzero))], [], 0
    while stack:
        effort.check()
        cases += 1
        if cases > PART_LIMIT:
            raise Inconclusive(f"the gradient splits into more than {PART_LIMIT} cases")
        system, others = stack.pop()
        stripped = without_factors(system, others)
        if stripped is None:
            continue
        branches = cases_of(stripped, others)
        if branches:
            stack += branches
            continue
        basis = tuple(groebner(list(stripped), stripped[0].ring))
        if cases_of(basis, others) or without_factors(basis, others) != basis:
            stack.append((basis, others))
        elif not any(g.is_ground for g in basis):
            found.append(Part(basis, others))
    return [smaller for part in found for smaller in saturated(part, effort)]


def without_factors(system: Sequence[PolyElement], nonzero: Sequence[PolyElement]) -> tuple[PolyElement, ...] | None:
    """Every equation as a squarefree product of factors that may be 0 at a real point; None where one is never 0."""
    kept: list[PolyElement] = []
    for equation in system:
        if equation == 0:
            continue
        factors = [f for f in factors_of(equation) if f not in nonzero and not (is_sum_of_squares(f) and f.coeff(1))]
        if not factors:
            return None
        kept += [product for product in products_of(factors) if product not in kept]
    return tuple(kept)


def products_of(factors: Sequence[PolyElement]) -> list[PolyElement]:
    """Their product; but a sum of squares is 0 at a real point only where each square is."""
    if len(factors) == 1 and is_sum_of_squares(factors[0]):
        return [root_of(monomial, factors[0].ring) for monomial in factors[0].monoms()]
    product = factors[0].ring.one
    for factor in factors:
        product *= factor
    return [product]


def is_sum_of_squares(factor: PolyElement) -> bool:
    """Of squares of monomials with positive coefficients (or all negative)."""
    signs = {coefficient > 0 for coefficient in factor.coeffs()}
    return len(signs) == 1 and all(exponent % 2 == 0 for monomial in factor.monoms() for exponent in monomial)


def root_of(monomial: tuple[int, ...], ring: PolyRing) -> PolyElement:
    """The product of the variables of a monomial."""
    product = ring.one
    for generator, exponent in zip(ring.gens, monomial, strict=True):
        product *= generator if exponent else ring.one
    return product


def factors_of(equation: PolyElement) -> list[PolyElement]:
    """The distinct irreducible factors, monic."""
    return [factor.monic() for factor, _ in equation.factor_list()[1]]


def cases_of(
    system: Sequence[PolyElement], nonzero: tuple[PolyElement, ...]
) -> list[tuple[tuple[PolyElement, ...], tuple[PolyElement, ...]]]:
    """The cases of the equation with the fewest factors, two at least; none where nothing factors."""
    factored = [(equation, factors_of(equation)) for equation in system]
    several = [entry for entry in factored if len(entry[1]) > 1]
    if not several:
        return []
    equation, factors = min(several, key=lambda entry: len(entry[1]))
    rest = tuple(other for other in system if other != equation)
    return [((factor, *rest), (*nonzero, *factors[:place])) for place, factor in enumerate(factors)]


def saturated(part: Part, effort: Effort) -> list[Part]:
    """What is left where points with a zero among `nonzero` are taken out exactly; needed where there are infinitely many.

    Then nonzero * t = 1 is added with a further variable t, which the basis in the old variables forgets.
    """
    if part.is_finite or not part.nonzero:
        return [part]
    effort.check()
    symbols = (sp.Dummy("t"), *part.ring.symbols)
    extended = PolyRing(symbols, sp.QQ, elimination(len(part.ring.symbols)))
    product = extended.one
    for factor in part.nonzero:
        product *= factor.set_ring(extended)
    system = [g.set_ring(extended) for g in part.equations] + [product * extended.gens[0] - 1]
    basis = [g for g in groebner(system, extended) if not g.degree(extended.gens[0]) > 0]
    inside = [g.set_ring(part.ring) for g in basis]
    if any(g.is_ground for g in inside):
        return []
    return [Part(tuple(groebner(inside, part.ring)), part.nonzero)]


def elimination(others: int) -> object:
    """The order in which the first variable counts before all others, those by grevlex."""
    from sympy.polys.orderings import ProductOrder, lex

    return ProductOrder((lex, lambda monomial: monomial[:1]), (grevlex, lambda monomial: monomial[1:]))


def without_repetition(
    found: Sequence[Part], equations: Sequence[PolyElement], nonzero: Sequence[PolyElement]
) -> list[Part]:
    """The parts with cases forgotten where that adds solutions only, and without those that lie in another part."""
    closed = [closure(part, equations, nonzero) for part in found]
    return [
        part
        for place, part in enumerate(closed)
        if not any(lies_in(part, other, place > number) for number, other in enumerate(closed) if number != place)
    ]


def closure(part: Part, equations: Sequence[PolyElement], nonzero: Sequence[PolyElement]) -> Part:
    """All zeros of an infinite part's equations (none of `nonzero`), where each of them solves the system."""
    solves = all(equation.rem(list(part.equations)) == 0 for equation in equations)
    return Part(part.equations, tuple(nonzero)) if solves and not part.is_finite else part


def lies_in(part: Part, other: Part, also_if_equal: bool) -> bool:
    """Is the part proved to be inside the other: do the other's equations follow from its own? Of equal ones one stays."""
    if not set(other.nonzero) <= set(part.nonzero) or not all(
        g.rem(list(part.equations)) == 0 for g in other.equations
    ):
        return False
    return also_if_equal or not all(g.rem(list(other.equations)) == 0 for g in part.equations)
