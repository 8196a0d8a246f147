"""E|M|^p for the multiplier of one step: closed forms where a law has one, certified integrals otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp
from flint import arb

from ..answer.enclosure import Enclosure
from ..answer.warrant import Warrant
from ..balls.adaptive import proved_sign, refine
from ..balls.evaluate import evaluate
from ..chain.mixture import Component
from ..effort import Effort
from ..errors import HypothesisViolated, Inconclusive, InvalidInput
from ..laws.law import Law
from ..numerics.kernel_functions import PowerModulus
from ..numerics.law_integral import expectation

LARGEST_WRITTEN_OUT = 64
"""Closed forms of higher orders are longer than the integral takes."""
DENOMINATOR_LIMIT = 1000
"""Up to it an order p/q is written into formulas: sympy writes 12^(p/q) with integers of the size 2^p."""
ORDER = sp.Dummy("p", positive=True, irrational=True)
"""Stands in formulas for an order of larger denominator; its value is given when they are evaluated."""


@dataclass(frozen=True)
class PowerMean:
    """E|M|^p: closed form or None, and an enclosure where no symbol is free."""

    exact: sp.Expr | None
    enclosure: Enclosure | None
    warrant: Warrant


def expected_power(components: tuple[Component, ...], order: sp.Expr, effort: Effort) -> PowerMean:
    """E|M|^order, order > 0. Raises `HypothesisViolated` where it is infinite."""
    require_finite(components, order)
    formula = formula_of(components, order)
    free = order.free_symbols.union(*(symbols_of(component) for component in components))
    if formula is not None and free:
        return PowerMean(formula, None, Warrant.EXACT)
    if free:
        names = ", ".join(sorted(map(str, free)))
        raise InvalidInput("values", f"free symbols {names}", f"numbers for {names}: no closed form is known")
    enclosure = refine(lambda: power_ball(components, order), effort, f"E|M|^{order}")
    return PowerMean(formula, enclosure, Warrant.CERTIFIED if formula is None else Warrant.EXACT)


def formula_of(components: tuple[Component, ...], order: sp.Expr) -> sp.Expr | None:
    """E|M|^order in closed form, or None."""
    if too_long(order):
        return None
    forms = [closed_form(component, order) for component in components]
    if any(form is None for form in forms):
        return None
    return sp.Add(*(c.probability * form for c, form in zip(components, forms, strict=True)))


def too_long(order: sp.Expr) -> bool:
    return bool(order.is_Rational) and order.q > DENOMINATOR_LIMIT


def symbols_of(component: Component) -> set[sp.Symbol]:
    own: set[sp.Symbol] = component.values[0].free_symbols | component.probability.free_symbols
    return (own - set(component.laws)).union(*(law.free_symbols for law in component.laws.values()))


def require_finite(components: tuple[Component, ...], order: sp.Expr) -> None:
    """E|M|^p < oo needs p * degree below the moment limit of the law."""
    for component in components:
        for symbol, law in component.laws.items():
            value = component.values[0]
            if not value.is_polynomial(symbol):
                continue
            gap = sp.sympify(law.moment_limit - order * sp.degree(value, symbol))
            if gap.is_extended_positive is False or (not gap.free_symbols and gap.is_finite and proved_sign(gap) != 1):
                raise HypothesisViolated(f"E|M|^{order} < oo", f"the {law.name} law has absolute moments below {law.moment_limit} only")


def closed_form(component: Component, order: sp.Expr) -> sp.Expr | None:
    """E|M|^p of one component."""
    (value,) = component.values
    drawn = [s for s in component.laws if s in value.free_symbols]
    if not drawn:
        return sp.Integer(0) if value == 0 else sp.Abs(value) ** order
    if order.is_Integer and order % 2 == 0 and all(value.is_polynomial(s) for s in drawn):
        return even_moment(sp.expand(value**order), drawn, component.laws)
    if len(drawn) > 1 or not value.is_polynomial(drawn[0]):
        return None
    lead, base, k = as_power(value, drawn[0])
    if k > 1:
        inner = closed_form(Component(component.probability, (base,), component.laws), order * k)
        return None if inner is None else sp.Abs(lead) ** order * inner
    poly = sp.Poly(value, drawn[0])
    if poly.degree() != 1:
        return None
    return component.laws[drawn[0]].power_affine(poly.coeff_monomial(1), poly.coeff_monomial(drawn[0]), order)


def as_power(value: sp.Expr, symbol: sp.Symbol) -> tuple[sp.Expr, sp.Expr, int]:
    """value = lead base^k: k > 1 for a polynomial whose roots all have the multiplicity k."""
    lead, parts = sp.Poly(value, symbol).sqf_list()
    if len(parts) != 1:
        return sp.Integer(1), value, 1
    base, k = parts[0]
    return lead, base.as_expr(), k


def even_moment(expr: sp.Expr, drawn: list[sp.Symbol], laws: Mapping[sp.Symbol, Law]) -> sp.Expr:
    for symbol in drawn:
        poly = sp.Poly(expr, symbol)
        expr = sp.Add(*(c * (laws[symbol].moment(k) if k else 1) for (k,), c in poly.terms()))
    return sp.expand(expr)


def power_ball(components: tuple[Component, ...], order: sp.Expr) -> arb:
    """E|M|^order as a ball at the current precision."""
    power = evaluate(order)
    total = arb(0)
    for component in components:
        (value,) = component.values
        mean = component_ball(component, order) if component.laws else modulus_power(value, power)
        total += evaluate(component.probability) * mean
    return total


def modulus_power(value: sp.Expr, power: arb) -> arb:
    """|value|^p of a number."""
    return arb(0) if value == 0 else abs(evaluate(value)) ** power


def component_ball(component: Component, order: sp.Expr) -> arb:
    (value,) = component.values
    drawn = [s for s in component.laws if s in value.free_symbols]
    if not drawn:
        return abs(evaluate(value)) ** evaluate(order) if value != 0 else arb(0)
    written = ORDER if too_long(order) else order
    form = closed_form(component, written) if order <= LARGEST_WRITTEN_OUT or len(drawn) > 1 else None
    if form is not None:
        return evaluate(form, {ORDER: evaluate(order)})
    if len(drawn) != 1 or not value.is_polynomial(drawn[0]):
        raise Inconclusive(f"no certified integral for |{value}|^{order}: it is no polynomial in one drawn variable")
    lead, base, k = as_power(value, drawn[0])
    mean = expectation(component.laws[drawn[0]], sp.Poly(base, drawn[0]), PowerModulus(order * k))
    return modulus_power(lead, evaluate(order)) * mean
