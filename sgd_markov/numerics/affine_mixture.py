"""E log|A(t) + B(t) Z| for mixtures whose parameter t enters in any polynomial way: beside 0, beside infinity, between.

Near 0 a part with B(0) = 0 is log|A| + F(-B/A), F(u) = E log|1 - u Z| = -u EZ - u^2 EZ^2/2 + R with a proved bound of R
(`small_step`); a part with B(0) != 0 has a closed form that is regular there, or a modulus of continuity. Infinity is
t = 1/s.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import inf

import sympy as sp
from flint import arb

from ..balls.evaluate import evaluate
from ..balls.precision import ball, enclosure, precision
from ..chain.mixture import Component
from ..laws.law import Law
from .kernel_functions import LogModulus
from .law_integral import expectation
from .log_sum import log_sum_is_zero
from .small_step import Curvature, at_most_apart, near_zero

_Z = sp.Dummy("z", real=True)


@dataclass(frozen=True)
class Part:
    """With probability `weight`, M = shift + factor Z, polynomials in the parameter; Z of a law with a density."""

    weight: sp.Expr
    shift: sp.Expr
    factor: sp.Expr
    law: Law | None


@dataclass(frozen=True)
class AffineMixture:
    parameter: sp.Symbol
    parts: tuple[Part, ...]

    @classmethod
    def of(cls, components: tuple[Component, ...], parameter: sp.Symbol) -> AffineMixture | None:
        """None where a component has another form."""
        parts = [part_of(component, parameter) for component in components]
        known = tuple(part for part in parts if part is not None)
        return cls(parameter, known) if len(known) == len(parts) else None

    def sign_near_zero(self, step: Fraction) -> int | None:
        """The sign of f on (0, step]."""
        with precision(128):
            bounds = self.beside_zero(step)
            if bounds is None:
                return None
            growth, rest = bounds
            if not growth.is_zero():
                return -1 if growth > 0 and growth * ball(step).log() + rest < 0 else None
            return enclosure(rest).sign or enclosure(self.slope_beside_zero(step)).sign

    def is_positive_beyond(self, point: Fraction) -> bool:
        """Is f > 0 for all t >= point?"""
        turned, growth = self.turned()
        with precision(128):
            bounds = turned.beside_zero(1 / point)
            if bounds is None or not bounds[0].is_zero():
                return False
            return bool(growth * ball(point).log() + bounds[1] > 0)

    def turned(self) -> tuple[AffineMixture, arb]:
        """g and d with f(t) = d log t + g(1/t)."""
        parts, growth = [], arb(0)
        for part in self.parts:
            degree = max(sp.degree(e, self.parameter) for e in (part.shift, part.factor) if e != 0)
            shift, factor = (
                sp.expand(e.subs(self.parameter, 1 / self.parameter) * self.parameter**degree) for e in (part.shift, part.factor)
            )
            parts.append(Part(part.weight, shift, factor, part.law))
            growth += evaluate(part.weight) * int(degree)
        return AffineMixture(self.parameter, tuple(parts)), growth

    def beside_zero(self, step: Fraction) -> tuple[arb, arb] | None:
        """(d, b) with f(t) - d log t in b for 0 < t <= step; None where no bound is known."""
        growth, total = arb(0), arb(0)
        for part in self.parts:
            power, rest = self.divided(part)
            value = self.value_beside_zero(rest, step)
            if value is None:
                return None
            growth += evaluate(part.weight) * power
            total += evaluate(part.weight) * value
        return growth, total

    def divided(self, part: Part) -> tuple[int, Part]:
        """The power of t common to shift and factor, and the part without it."""
        power = min(lowest_power(e, self.parameter) for e in (part.shift, part.factor) if e != 0)
        shift, factor = (sp.expand(e / self.parameter**power) for e in (part.shift, part.factor))
        return power, Part(part.weight, shift, factor, part.law)

    def value_beside_zero(self, part: Part, step: Fraction) -> arb | None:
        cell = {self.parameter: arb(0).union(ball(step))}
        shift, factor = evaluate(part.shift, cell), evaluate(part.factor, cell)
        if part.law is None:
            return abs(shift).log()
        if part.factor.subs(self.parameter, 0) == 0:
            ratio = -factor / shift
            remainder = small_remainder(part.law, ratio)
            return None if remainder is None else abs(shift).log() + ratio * taylor(part.law, ratio, remainder)
        found = self.closed(part, cell)
        return found if found.is_finite() else self.by_continuity(part, shift / factor, factor, Fraction(0))

    def closed(self, part: Part, cell: dict[sp.Symbol, arb]) -> arb:
        assert part.law is not None
        form = part.law.log_affine(part.shift, part.factor)
        return arb.nan() if form is None or form.has(-sp.oo) else evaluate(form, cell)

    def by_continuity(self, part: Part, ratio: arb, factor: arb, base: Fraction) -> arb:
        """log|B| + U(A/B), U by its value at `base` and the modulus of continuity."""
        assert part.law is not None
        at = {self.parameter: sp.Rational(base)}
        place = (part.shift / part.factor).subs(at)
        curvature = Curvature(((sp.Integer(1), sp.Integer(1), part.law),))
        apart = at_most_apart(curvature, -evaluate(place), abs(ratio - evaluate(place)).upper())
        value = expectation(part.law, sp.Poly(place + _Z, _Z), LogModulus())
        return abs(factor).log() + value + apart.union(-apart)

    def slope_beside_zero(self, step: Fraction) -> arb:
        """f/t^k on (0, step] for the least k that is known, where f tends to 0; nan where nothing is known."""
        if any(part.shift.subs(self.parameter, 0) == 0 or part.factor.subs(self.parameter, 0) != 0 for part in self.parts):
            return arb.nan()
        starts = [(part.weight, part.shift.subs(self.parameter, 0)) for part in self.parts]
        if not log_sum_is_zero(sp.Add(*(w * sp.log(sp.Abs(start)) for w, start in starts))):
            return arb.nan()
        changes = [sp.expand(1 - part.shift / start) for part, (_, start) in zip(self.parts, starts, strict=True)]
        moving = [e for e in (*changes, *(part.factor for part in self.parts)) if e != 0]
        if not moving:
            return arb.nan()
        power = min(lowest_power(e, self.parameter) for e in moving)
        total = arb(0)
        for part, change in zip(self.parts, changes, strict=True):
            total += evaluate(part.weight) * self.slope_of(part, change, power, step)
        return total

    def slope_of(self, part: Part, change: sp.Expr, power: int, step: Fraction) -> arb:
        """(log|A/A(0)| + F(-B/A))/t^k with A/A(0) = 1 - change."""
        cell = {self.parameter: arb(0).union(ball(step))}
        size = abs(evaluate(change, cell)).upper()
        if not size < 1:
            return arb.nan()
        # log(1 - v) = -v m with 1/(1 + |v|) <= m <= 1/(1 - |v|)
        shrink = (1 / (1 + size)).union(1 / (1 - size))
        total = -evaluate(sp.expand(change / self.parameter**power), cell) * shrink
        if part.law is None:
            return total
        ratio = -evaluate(part.factor, cell) / evaluate(part.shift, cell)
        remainder = small_remainder(part.law, ratio)
        if remainder is None:
            return arb.nan()
        steep = -evaluate(sp.expand(part.factor / self.parameter**power), cell) / evaluate(part.shift, cell)
        return total + steep * taylor(part.law, ratio, remainder)

    def change_within(self, low: Fraction, high: Fraction, base: Fraction) -> arb:
        """A bound of |f(t) - f(base)| on [low, high]; nan where none is known."""
        cell, at = {self.parameter: ball(low).union(ball(high))}, {self.parameter: ball(base)}
        total = arb(0)
        for part in self.parts:
            main = part.shift if part.law is None else part.factor
            total += evaluate(part.weight) * abs((evaluate(main, cell) / evaluate(main, at)).log()).upper()
            if part.law is not None:
                ratio = part.shift / part.factor
                reach = abs(evaluate(ratio, cell) - evaluate(ratio, at)).upper()
                curvature = Curvature(((sp.Integer(1), sp.Integer(1), part.law),))
                total += evaluate(part.weight) * at_most_apart(curvature, -evaluate(ratio, at), reach)
        return total


def taylor(law: Law, u: arb, remainder: arb) -> arb:
    """F(u)/u = -EZ + u remainder."""
    return -evaluate(law.moment(1)) + u * remainder


def small_remainder(law: Law, ratio: arb) -> arb | None:
    """A ball of (F(u) + u EZ)/u^2 for all u of the ball, of either sign; None where none is known."""
    size = enclosure(abs(ratio)).upper
    found = None if size == inf or size == 0 else near_zero(
        Curvature(((sp.Integer(1), sp.Integer(1), law),)), sp.Rational(Fraction(size))
    )
    if found is None:
        return None
    rest, order = found
    return -evaluate(law.moment(2)) / 2 + ball(size) ** order * rest


def lowest_power(expr: sp.Expr, symbol: sp.Symbol) -> int:
    return int(min(k for (k,) in sp.Poly(expr, symbol).monoms()))


def part_of(component: Component, parameter: sp.Symbol) -> Part | None:
    (value,) = component.values
    if component.probability.free_symbols or len(component.laws) > 1:
        return None
    if not component.laws:
        return Part(component.probability, value, sp.Integer(0), None) if is_polynomial(value, parameter) else None
    ((symbol, law),) = component.laws.items()
    if law.free_symbols or not law.has_density or law.pieces(symbol) is None:
        return None
    if not value.is_polynomial(symbol) or sp.degree(value, symbol) != 1:
        return None
    shift, factor = sp.expand(value).coeff(symbol, 0), sp.expand(value).coeff(symbol, 1)
    return Part(component.probability, shift, factor, law) if is_polynomial(shift, parameter) and is_polynomial(factor, parameter) else None


def is_polynomial(value: sp.Expr, parameter: sp.Symbol) -> bool:
    return bool(value.is_polynomial(parameter)) and value.free_symbols <= {parameter}
