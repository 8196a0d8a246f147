"""lim 1/n log E||M_n ... M_1||^p of a linear chain: which orders are exact, and bounds of the others."""

from __future__ import annotations

import sympy as sp

from ...answer.finding import Finding
from ...answer.warrant import Warrant
from ...chain.chain import Chain, Point
from ...chain.linearisation import multiplier
from ...chain.mixture import Component
from ...effort import Effort
from ...errors import HypothesisViolated, Inconclusive, InvalidInput
from ...numerics.value_signs import takes_negative
from .growth import MINUS_INFINITY, between_orders, whole_order
from .system import affine_system


def moment_rate(chain: Chain, linear: Chain, at: Point, order: sp.Expr, effort: Effort) -> Finding:
    """The rate per update for the chain, `linear` its linearisation at the point.

    Even orders, and whole ones where no entry of M is negative, exactly; of others the bounds that follow from the
    even ones, which the refusal carries. Raises `HypothesisViolated` where E||M||^order is infinite.
    """
    entries = components(chain, at)
    if entries is not None:
        require_finite_moments(entries, order)
    if order.is_Integer and (order % 2 == 0 or (entries is not None and not_negative(entries))):
        return whole_order(affine_system(linear), int(order), effort)
    if linear.parameters or not order.is_number:
        names = ", ".join(sorted(map(str, linear.parameters | order.free_symbols)))
        raise InvalidInput("values", f"free symbols {names}", f"numbers for {names}: only even orders have formulas here")
    if not order.is_Rational:
        raise Inconclusive("in several dimensions orders that are not rational have no bounds here")
    enclosure = between_orders(affine_system(linear), order, effort)
    if enclosure == MINUS_INFINITY:
        return Finding(Warrant.EXACT, "the products vanish", -sp.oo, enclosure)
    if enclosure.reaches(effort.digits):
        return Finding(Warrant.CERTIFIED, "convexity between the even orders", None, enclosure)
    raise Inconclusive(f"the order {order} is known by convexity between the even orders only", enclosure)


def components(chain: Chain, at: Point) -> tuple[Component, ...] | None:
    """The law of M where it can be written out."""
    try:
        return multiplier(chain, at)
    except Inconclusive:
        return None


def require_finite_moments(entries: tuple[Component, ...], order: sp.Expr) -> None:
    """E||M||^order < oo: each entry is a polynomial in independent variables, of which the one of highest degree counts."""
    for component in entries:
        for symbol, law in component.laws.items():
            degrees = [sp.degree(v, symbol) for v in component.values if symbol in v.free_symbols and v.is_polynomial(symbol)]
            if degrees and (law.moment_limit - order * max(degrees)).is_extended_positive is False:
                raise HypothesisViolated(
                    f"E||M||^{order} < oo", f"the {law.name} law has absolute moments below {law.moment_limit} only"
                )


def not_negative(entries: tuple[Component, ...]) -> bool:
    """Is no entry of M ever negative, by proof?"""
    return all(never_negative(value, component) for component in entries for value in component.values)


def never_negative(value: sp.Expr, component: Component) -> bool:
    if value.free_symbols - set(component.laws):
        return bool(value.is_nonnegative)
    return takes_negative(Component(sp.Integer(1), (value,), component.laws), 0) is False
