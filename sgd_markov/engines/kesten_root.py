"""The positive root kappa of E|M|^kappa = 1, and whether the steps log|M| are arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import inf, lcm

import sympy as sp

from ..algebra import RealRoot, lattice_step, real_roots
from ..answer.enclosure import Enclosure
from ..balls.adaptive import proved_sign, refine_expression
from ..balls.precision import precision
from ..chain.mixture import Component
from ..effort import Effort
from ..errors import Inconclusive
from ..laws.law import Interval
from ..numerics.simplest import simplest_rational
from ..numerics.value_signs import polynomial_takes_negative

LARGEST_ROOT = 60
"""Radicals of higher order are left undecided."""

Excess = Callable[[Fraction], Enclosure]


@dataclass(frozen=True)
class Root:
    """kappa with its closed form (or None)."""

    exact: sp.Expr | None
    enclosure: Enclosure


def exceeds_one(components: tuple[Component, ...]) -> bool | None:
    """Is P(|M| > 1) > 0? None if undecided."""
    verdicts = [component_exceeds_one(component) for component in components if component.probability != 0]
    if any(verdicts):
        return True
    return None if None in verdicts else False


def component_exceeds_one(component: Component) -> bool | None:
    """A component with a density or lattice: polynomials are unbounded with their variable, else 1 - M^2 tells."""
    (value,) = component.values
    if not component.laws:
        sign = proved_sign(sp.Abs(value) - 1)
        return None if sign is None else sign > 0
    if len(component.laws) > 1:
        return None
    ((symbol, law),) = component.laws.items()
    if not value.is_polynomial(symbol) or sp.degree(value, symbol) < 1:
        return None
    support = law.support
    if not isinstance(support, Interval) or support.low.is_infinite or support.high.is_infinite:
        return True
    signs = [proved_sign(sp.Abs(value.subs(symbol, end)) - 1) for end in (support.low, support.high)]
    if 1 in signs:
        return True
    if sp.degree(value, symbol) > 1:
        return polynomial_takes_negative(sp.Poly(1 - value**2, symbol), law)
    return None if None in signs else False


@dataclass(frozen=True)
class Lattice:
    """|M| = h^(k/root) on {M != 0}, with a rational h = `base` > 1 and whole numbers k = `powers`."""

    base: Fraction
    powers: tuple[int, ...]
    root: int = 1


def arithmetic_step(components: tuple[Component, ...]) -> Lattice | bool | None:
    """The lattice of log|M| on {M != 0}; True where it has one that is not given by radicals; False where log|M| is
    proved non-arithmetic; None where undecided.
    """
    if any(component.laws for component in components):
        lattice_only = all(not law.has_density for component in components for law in component.laws.values())
        return None if lattice_only else False
    sizes = [sp.Abs(component.values[0]) for component in components if component.values[0] != 0]
    root = common_root(sizes)
    if root is None:
        return irrational_step(sizes)
    found = lattice_step([Fraction(int(v.p), int(v.q)) for v in (sp.expand(size**root) for size in sizes)])
    return False if found is None else Lattice(found[0], tuple(found[1]), root)


def common_root(sizes: list[sp.Expr]) -> int | None:
    """The least n for which every size to the power n is rational, where all sizes are radicals of rational numbers."""
    orders = {int(power.exp.q) for size in sizes for power in size.atoms(sp.Pow) if power.exp.is_Rational}
    root = lcm(*orders)
    if root > LARGEST_ROOT or not all(sp.expand(size**root).is_Rational for size in sizes):
        return None
    return root


def irrational_step(sizes: list[sp.Expr]) -> bool | None:
    """Two algebraic numbers a, b: undecided in general; one size apart from 1 is arithmetic."""
    distinct = {sp.simplify(size) for size in sizes} - {sp.Integer(1)}
    return True if len(distinct) == 1 else None


def arithmetic_root(components: tuple[Component, ...], lattice: Lattice) -> sp.Expr | None:
    """kappa = n log z/log h with z > 1 the root of sum p z^k = 1, where z is rational or a quadratic surd."""
    z = sp.Symbol("z")
    weights = [component.probability for component in components if component.values[0] != 0]
    if not all(weight.is_Rational for weight in weights):
        return None
    lowest = min(0, *lattice.powers)
    poly = sp.Add(*(p * z ** (k - lowest) for p, k in zip(weights, lattice.powers, strict=True))) - z ** (-lowest)
    above = [root for root in real_roots(sp.Poly(poly, z)) if root.enclose(128).lower > 1]
    if len(above) != 1 or above[0].exact is None:
        return None
    return lattice.root * logarithm(above[0], lattice.base)


def logarithm(root: RealRoot, base: Fraction) -> sp.Expr:
    """log root/log base, as a quotient where both are powers of one rational number."""
    common = None if root.rational is None else lattice_step([root.rational, base])
    if common is not None:
        return sp.Rational(*common[1])
    return sp.log(root.exact) / sp.log(sp.Rational(base.numerator, base.denominator))


def kesten_root(
    excess: Excess, is_one: Callable[[Fraction], bool], limit: sp.Expr, effort: Effort
) -> Root:
    """The root in (0, limit), by convexity of log E|M|^s the only one; P(|M| > 1) > 0 and E log|M| < 0 assumed.

    `excess(s)`: an enclosure of E|M|^s - 1 at the current precision; `is_one(s)`: is E|M|^s exactly 1?
    """
    low, high = bracket(excess, limit, effort)
    tried: set[Fraction] = set()
    while not Enclosure(low, high).reaches(effort.digits):
        effort.check()
        candidate = simplest_rational(low, high)
        if candidate not in tried and max(candidate.numerator, candidate.denominator) <= 1000:
            tried.add(candidate)
            if is_one(candidate):
                return Root(sp.Rational(candidate), Enclosure.point(candidate))
        low, high = narrowed(excess, low, high, effort)
    return Root(None, Enclosure(low, high))


def sign_of_excess(excess: Excess, order: Fraction, effort: Effort) -> int | None:
    """The proved sign of E|M|^order - 1."""
    bits = 96
    while bits <= 4096:
        effort.check()
        with precision(bits):
            sign = excess(order).sign
        if sign is not None:
            return sign
        bits *= 2
    return None


def bracket(excess: Excess, limit: sp.Expr, effort: Effort) -> tuple[Fraction, Fraction]:
    """Orders with E|M|^low < 1 < E|M|^high."""
    top = None if limit.is_infinite else rational_below(limit)
    # not a half-integer: closed forms of powers are singular where order and shape add up to an integer
    order = Fraction(7, 10) if top is None else min(Fraction(7, 10), top * Fraction(9, 20))
    low = order
    for _ in range(200):
        if sign_of_excess(excess, low, effort) == -1:
            break
        low /= 2
    else:
        raise Inconclusive("no order with E|M|^s < 1 was found: the exponent is close to 0")
    high = low
    for _ in range(60):
        high = 2 * high if top is None or 2 * high < top else top - (top - high) / 2
        if sign_of_excess(excess, high, effort) == 1:
            return low, high
        low = high
    raise Inconclusive("no order with E|M|^s > 1 was found", Enclosure(low, inf if top is None else top))


def rational_below(limit: sp.Expr) -> Fraction:
    if limit.is_Rational:
        return Fraction(int(limit.p), int(limit.q))
    return Fraction(refine_expression(limit, Effort(digits=15), "the moment limit").lower)


def narrowed(
    excess: Excess, low: Fraction, high: Fraction, effort: Effort
) -> tuple[Fraction, Fraction]:
    """One step: regula falsi with a safety margin on both sides, checked by signs; bisection where it does not help."""
    width = high - low
    bits = 96 + 2 * max(0, width.denominator.bit_length() - width.numerator.bit_length())
    with precision(bits):
        left, right = excess(low), excess(high)
    if left.sign == -1 and right.sign == 1:
        f, g = left.middle, right.middle
        guess = low + width * (-f) / (g - f)
        margin = max(abs(guess - low) * (high - guess) / width, width / 2**20) / 8
        for a, b in ((guess - margin / 2**16, guess + margin), (guess - margin, guess + margin)):
            a, b = dyadic(max(a, low), width), dyadic(min(b, high), width)
            if low < a < b < high and sign_of_excess(excess, a, effort) == -1 and sign_of_excess(excess, b, effort) == 1:
                return a, b
    middle = dyadic((low + high) / 2, width)
    sign = sign_of_excess(excess, middle, effort)
    if sign is None:
        raise Inconclusive(f"E|M|^s is not told from 1 at s = {float(middle)}", Enclosure(low, high))
    return (middle, high) if sign < 0 else (low, middle)


def dyadic(value: Fraction, width: Fraction) -> Fraction:
    """A nearby dyadic number with about 30 bits more than the width."""
    bits = max(0, width.denominator.bit_length() - width.numerator.bit_length()) + 40
    return Fraction(round(value * 2**bits), 2**bits)
