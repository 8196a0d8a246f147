"""A parameter inside the laws of a multiplier: moved into its expressions, and kept where the laws exist."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import inf

import sympy as sp

from ..algebra import real_roots
from ..answer.enclosure import Bound
from ..errors import Inconclusive, InvalidInput
from ..laws.law import Law
from .mixture import Component

Domain = tuple[Bound, Bound]


def with_standard_laws(components: tuple[Component, ...], parameter: sp.Symbol, domain: Domain) -> tuple[Component, ...]:
    """The same mixture, with x = shift + factor z put in for every x whose law holds the parameter.

    Raises `Inconclusive` where the parameter is no location and no scale of a law, `InvalidInput` where its range
    holds values at which there is no such law.
    """
    return tuple(standardised(component, parameter, domain) for component in components)


def standardised(component: Component, parameter: sp.Symbol, domain: Domain) -> Component:
    table, laws = {}, dict(component.laws)
    for symbol, law in component.laws.items():
        if parameter not in law.free_symbols:
            continue
        shift, factor, standard = law.standard_form()
        if parameter in standard.free_symbols:
            raise Inconclusive(
                f"windows over {parameter} are known where it is a location or a scale of a law; "
                f"here it is another parameter of the {law.name} law"
            )
        require_positive_scale(law, factor, parameter, domain)
        table[symbol], laws[symbol] = shift + factor * symbol, standard
    if not table:
        return component
    return Component(component.probability, tuple(sp.expand(value.xreplace(table)) for value in component.values), laws)


def require_positive_scale(law: Law, factor: sp.Expr, parameter: sp.Symbol, domain: Domain) -> None:
    """Refuse a range of the parameter on which the scale of the law is not positive."""
    if parameter not in factor.free_symbols or factor.is_positive:
        return
    if not factor.is_polynomial(parameter) or not all(c.is_Rational for c in sp.Poly(factor, parameter).all_coeffs()):
        raise Inconclusive(f"whether {factor} is positive, as the {law.name} law asks, is not decided on the range of {parameter}")
    if not positive_on(sp.Poly(factor, parameter), domain):
        span = f"{parameter} from {shown(domain[0])} to {shown(domain[1])}"
        raise InvalidInput("within", span, f"a range of {parameter} on which {factor} > 0: there is no such {law.name} law elsewhere")


def positive_on(poly: sp.Poly, domain: Domain) -> bool:
    """Is the polynomial positive throughout the open domain? By its exact roots."""
    low, high = domain
    for root in real_roots(poly):
        at = root.enclose(256)
        if low < at.upper and at.lower < high:
            return False
    return bool(poly.eval(sp.Rational(point_inside(domain))) > 0)


def point_inside(domain: Domain) -> Fraction:
    low, high = domain
    if isinstance(low, float):
        return Fraction(0) if isinstance(high, float) else Fraction(high) - 1
    return Fraction(low) + 1 if high == inf else (Fraction(low) + Fraction(high)) / 2


def shown(end: Bound) -> str:
    return "oo" if end == inf else "-oo" if end == -inf else str(end)


def require_probabilities(components: tuple[Component, ...], parameter: sp.Symbol, domain: tuple[Bound, Bound]) -> None:
    """Where a probability is a polynomial of the parameter, refuse a range on which it leaves [0, 1]."""
    for weight in {c.probability for c in components if c.probability.free_symbols == {parameter}}:
        spare = sp.expand(weight * (1 - weight))
        rational = spare.is_polynomial(parameter) and all(c.is_Rational for c in sp.Poly(spare, parameter).all_coeffs())
        if rational and (inf in map(abs, domain) or falls_below_zero(spare, parameter, domain)):
            allowed = f"a range of {parameter} on which {weight} is between 0 and 1"
            raise InvalidInput("within", f"{parameter} from {domain[0]} to {domain[1]}", allowed)


def falls_below_zero(formula: sp.Expr, parameter: sp.Symbol, domain: tuple[Bound, Bound]) -> bool:
    """Is the polynomial negative somewhere inside the bounded domain?"""
    low, high = domain
    roots = (root.enclose(64).middle for root in real_roots(sp.Poly(formula, parameter)))
    cuts = [Fraction(low), *(root for root in roots if low < root < high), Fraction(high)]
    return any(formula.subs(parameter, sp.Rational((a + b) / 2)) < 0 for a, b in pairwise(cuts))
