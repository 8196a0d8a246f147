"""All critical points of a polynomial with rational coefficients, exact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp
from flint import fmpq_poly
from sympy.polys.rings import PolyElement

from ...algebra import RealRoot
from ...answer.enclosure import Enclosure
from ...answer.number import Number
from ...balls.precision import bits_for
from ...effort import Effort
from ...errors import Inconclusive
from ...numerics.algebraic_point import AlgebraicPoint, characteristic, closed_form, inverse_modulo
from ...numerics.exact_numbers import number
from .finite_part import real_points
from .found import Continuum, CriticalPointSeveral, CriticalSetSeveral
from .inertia import kind_by_signs
from .split import Part, factors_of, parts, ring_of, without_repetition

METHOD = "all zeros of a polynomial gradient (Groebner bases, rational univariate representation)"
DOUBLINGS = 8


def exact_set(
    quotients: Sequence[tuple[sp.Expr, sp.Expr]], state: tuple[sp.Symbol, ...], effort: Effort
) -> CriticalSetSeveral:
    """The points that lie on no continuum, and the continua by their equations.

    `quotients`: numerator and denominator of every entry of the gradient, polynomials in the state with rational
    coefficients. Raises `Inconclusive` where there are too many zeros.
    """
    ring = ring_of(state)
    over = [Quotient(*(ring.from_expr(sp.expand(part)) for part in quotient)) for quotient in quotients]
    numerators = [quotient.numerator for quotient in over]
    denominators = [factor for quotient in over for factor in factors_of(quotient.denominator)]
    found = without_repetition(parts(numerators, denominators, effort), numerators, denominators)
    endless = [part for part in found if not part.is_finite]
    isolated = [point for part in found if part.is_finite for point in real_points(part, effort)]
    points = [described(point, over, effort) for point in isolated if not any(is_on(point, part) for part in endless)]
    return CriticalSetSeveral(points, METHOD, tuple(map(continuum, endless)))


@dataclass(frozen=True)
class Quotient:
    """An entry of the gradient."""

    numerator: PolyElement
    denominator: PolyElement

    def slopes_at(self, point: AlgebraicPoint) -> list[fmpq_poly]:
        """Its derivatives where it is 0: those of the numerator, over the denominator."""
        inverse = inverse_modulo(point.at(self.denominator), point.field)
        generators = self.numerator.ring.gens
        return [point.at(self.numerator.diff(generator)) * inverse % point.field for generator in generators]


def is_on(point: AlgebraicPoint, part: Part) -> bool:
    solves = all(point.at(equation) == 0 for equation in part.equations)
    return solves and not any(point.at(f) == 0 for f in part.nonzero)


def continuum(part: Part) -> Continuum:
    return Continuum(tuple(g.as_expr() for g in part.equations), tuple(g.as_expr() for g in part.nonzero))


def described(point: AlgebraicPoint, gradient: Sequence[Quotient], effort: Effort) -> CriticalPointSeveral:
    effort.check()
    roots = [point.root(i) for i in range(len(point.coordinates))]
    hessian = [quotient.slopes_at(point) for quotient in gradient]
    signs = [point.sign(c) for c in characteristic(hessian, point.field)]
    at = tuple(number_of(root, effort) for root in roots)
    exact = [entry.exact for entry in at]
    return CriticalPointSeveral(
        at=at,
        hessian=tuple(tuple(entry_of(point, entry, effort) for entry in row) for row in hessian),
        kind=kind_by_signs(signs),
        exact=None if None in exact else tuple(exact),
        algebraic=point,
    )


def entry_of(point: AlgebraicPoint, element: fmpq_poly, effort: Effort) -> Number:
    return number_of(point.as_root(element), effort)


def number_of(root: RealRoot, effort: Effort) -> Number:
    """The closed form where there is one, and the enclosure."""
    exact = closed_form(root)
    if exact is not None:
        return number(exact, effort, "a critical point")
    return Number(None, enclosed(root, effort), effort.digits)


def enclosed(root: RealRoot, effort: Effort) -> Enclosure:
    bits = bits_for(effort.digits)
    for _ in range(DOUBLINGS):
        effort.check()
        found = root.enclose(bits)
        if found.reaches(effort.digits):
            return found
        bits *= 2
    raise Inconclusive(f"a critical point: {bits // 2} bits do not give {effort.digits} digits", found, bits // 2)
