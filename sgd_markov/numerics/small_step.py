"""Proved bounds of f(t) = E log|1 - t Y| for small t, for large t, and between neighbouring values of t."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from flint import arb

from ..balls.evaluate import evaluate
from ..balls.quadrature import symmetric
from ..chain.mixture import Component
from ..laws.law import Interval, Law
from ..laws.square import Square

_X = sp.Dummy("x", real=True)


@dataclass(frozen=True)
class Curvature:
    """The law of Y in M = 1 - t Y, as a finite mixture of laws with a density: weights of sum 1.

    Y = factor * X in every part, so that the step t * factor multiplies X.
    """

    parts: tuple[tuple[sp.Expr, sp.Expr, Law], ...]
    """(weight, factor, law of X)"""

    @classmethod
    def of(cls, components: tuple[Component, ...], parameter: sp.Symbol) -> Curvature | None:
        """The law of Y where every component is M = 1 - t Y, Y affine in one variable with a density or c X^2, c > 0."""
        parts = []
        for component in components:
            if not component.laws and component.values[0] == 1:
                continue  # Y = 0 there: nothing happens with that probability
            if len(component.laws) != 1 or component.probability.has(parameter):
                return None
            ((symbol, law),) = component.laws.items()
            step = sp.expand((1 - component.values[0]) / parameter)
            symbol, law, step = without_square(symbol, law, step)
            if step.free_symbols != {symbol} or not step.is_polynomial(symbol) or sp.degree(step, symbol) != 1:
                return None
            shift, factor = step.coeff(symbol, 0), step.coeff(symbol, 1)
            moved = law if shift == 0 else law.affine(shift, factor)
            if moved is None or law.free_symbols or law.pieces(symbol) is None:
                return None
            parts.append((component.probability, factor if shift == 0 else sp.Integer(1), moved))
        return cls(tuple(parts))

    def moment(self, order: int) -> sp.Expr:
        return sp.Add(*(w * c**order * law.moment(order) for w, c, law in self.parts))

    def absolute_moment(self, order: sp.Expr) -> arb | None:
        """E|Y|^order where every part has it in closed form."""
        means = [law.power_affine(sp.Integer(0), sp.Integer(1), order) for _, _, law in self.parts]
        if any(mean is None for mean in means):
            return None
        return sum(
            (evaluate(w) * abs(evaluate(c)) ** evaluate(order) * evaluate(m) for (w, c, _), m in zip(self.parts, means, strict=True)),
            arb(0),
        )

    def size(self) -> arb:
        """About the size of Y: sqrt(EY^2), or the factor where there is no variance."""
        if all(law.moment_limit > 2 for _, _, law in self.parts):
            return evaluate(self.moment(2)).sqrt()
        return sum((abs(evaluate(factor)) for _, factor, _ in self.parts), arb(0))

    def density_bound(self, low: arb, high: arb) -> arb:
        """A bound of the density of Y on [low, high]; nan where there is none."""
        total = arb(0)
        for weight, factor, law in self.parts:
            c = evaluate(factor)
            total += evaluate(weight) * density_on(law, (low / c).union(high / c)) / abs(c)
        return total


def without_square(symbol: sp.Symbol, law: Law, step: sp.Expr) -> tuple[sp.Symbol, Law, sp.Expr]:
    """c x^2 with c > 0 as c times a variable with the law of the square, where that law is known."""
    factor = step.coeff(symbol, 2)
    square = Square.of(law) if factor.is_positive and step == factor * symbol**2 else None
    if square is None:
        return symbol, law, step
    stand_in = sp.Dummy("square", nonnegative=True)
    return stand_in, square, factor * stand_in


def density_on(law: Law, region: arb) -> arb:
    """A bound of the density over a ball; 0 outside the support, nan where no density is known."""
    total = arb(0)
    for low, high, density in law.pieces(_X) or ((-sp.oo, sp.oo, sp.nan),):
        part = clipped(region, low, high)
        if part is None:
            continue
        found = arb.nan() if density is sp.nan else evaluate(density, {_X: part})
        total = total.max(abs(found).upper() if found.is_finite() else arb.nan())
    return total


def clipped(region: arb, low: sp.Expr, high: sp.Expr) -> arb | None:
    """The part of the ball between two ends, None where they do not meet."""
    if not low.is_infinite:
        end = evaluate(low)
        if region < end:
            return None
        region = region if region > end else end.union(region.upper())
    if not high.is_infinite:
        end = evaluate(high)
        if region > end:
            return None
        region = region if region < end else end.union(region.lower())
    return region


def near_zero(curvature: Curvature, step: sp.Rational) -> tuple[arb, arb] | None:
    """(R, p): |f(t) + t EY + t^2 EY^2/2| <= |R| t^(2 + p) for ALL 0 < t <= step; None if no bound is known.

    With h(u) = log|1 - u| + u + u^2/2 and 2 < q = 2 + p <= 3: |h(u)| <= 9 |u|^q apart from the logarithmic singularity
    at u = 1, whose mean is at most (1 + log 2) D/t, D the supremum of the density of Y on [1/(2t), 3/(2t)].
    (|u| <= 1/2: (2/3)|u|^3. 1/2 < u < 3/2, without the logarithm: u + u^2/2. u >= 3/2: at most 2u + u^2/2. u <= -1/2:
    at most u^2.) q = 3 where fourth moments exist and the density falls faster than |y|^-4, E|Y|^3 <= (EY^2 + EY^4)/2; else q lies
    between 2 and the moments there are.
    """
    limits = [law.moment_limit for _, _, law in curvature.parts]
    if all(limit > 4 for limit in limits):
        singular = singular_part(curvature, step, arb(3))
        cube = (evaluate(curvature.moment(2)) + evaluate(curvature.moment(4))) / 2
        if singular is not None:
            return symmetric(9 * cube + singular), arb(1)
    if not all(limit > 2 for limit in limits):
        return None
    power = sp.Min(sp.Rational(5, 2), *((2 + limit) / 2 for limit in limits))
    mean, singular = curvature.absolute_moment(power), singular_part(curvature, step, evaluate(power))
    return None if mean is None or singular is None else (symmetric(9 * mean + singular), evaluate(power - 2))


def singular_part(curvature: Curvature, step: sp.Rational, order: arb) -> arb | None:
    """A bound of (1 + log 2) D(t)/t^(order + 1) for all t <= step, order <= 3.

    0 for bounded supports when Y < 1/(2 step); for a density of at most C exp(-c|y|) beyond t0 it is
    (1 + log 2) C exp(-c/(2t))/t^4, which increases in t while t <= c/8; for one of at most C |y|^-a, a > order + 1, it is
    (1 + log 2) C (2t)^a/t^(order + 1), which increases.
    """
    t = evaluate(step)
    total = arb(0)
    for weight, factor, law in curvature.parts:
        c = abs(evaluate(factor))
        support = law.support
        assert isinstance(support, Interval)
        if not support.low.is_infinite and not support.high.is_infinite:
            reach = abs(evaluate(support.low)).max(abs(evaluate(support.high)))
            if not reach * c < 1 / (2 * t):
                return None
            continue
        density = density_near(law, c, t, order)
        if density is None:
            return None
        total += evaluate(weight) * (1 + arb.const_log2()) * density / t ** (order + 1)
    return total


def density_near(law: Law, c: arb, t: arb, order: arb) -> arb | None:
    """The bound D(t) of the density of c X on [1/(2t), 3/(2t)], such that D(t)/t^(order + 1) increases; None if none is known."""
    light, heavy = law.density_tail(), law.density_power_tail()
    if light is not None:
        size, rate, start = (evaluate(e) for e in light)
        known = t <= rate / c / 8 and 1 / (2 * t) >= start * c
        return size / c * (-rate / c / (2 * t)).exp() if known else None
    if heavy is not None:
        size, power, start = (evaluate(e) for e in heavy)
        return size * c ** (power - 1) * (2 * t) ** power if power > order + 1 and 1 / (2 * t) >= start * c else None
    return None


def near_zero_first_order(curvature: Curvature, step: sp.Rational) -> arb | None:
    """A bound of |f(t) + t EY|/t for ALL 0 < t <= step, for laws with few moments; None if none is known.

    With E|Y|^q < oo, 1 < q <= 2: |log|1 - u| + u| <= 4 |u|^q apart from the singularity at u = 1, so the bound is
    4 t^(q-1) E|Y|^q + (1 + log 2) D(t)/t^2, and a density of at most C |y|^-a gives D(t) <= C (2t)^a, a > 2.
    """
    t = evaluate(step)
    total = arb(0)
    for weight, factor, law in curvature.parts:
        tail, limit = law.density_power_tail(), law.moment_limit
        if tail is None or not limit > 1:
            return None
        q = sp.Min(2, (1 + limit) / 2) if limit.is_finite else sp.Integer(2)
        mean = law.power_affine(sp.Integer(0), sp.Integer(1), q)
        size, power, start = (evaluate(e) for e in tail)
        c = abs(evaluate(factor))
        if mean is None or not power > 2 or not 1 / (2 * t) >= start * c:
            return None
        singular = (1 + arb.const_log2()) * size * c ** (power - 1) * (2 * t) ** power / t**2
        total += evaluate(weight) * (4 * t ** evaluate(q - 1) * c ** evaluate(q) * evaluate(mean) + singular)
    return total


def at_most_apart(curvature: Curvature, z: arb, delta: arb) -> arb:
    """A bound of |U(z') - U(z)| for |z' - z| <= delta, U(z) = E log|z - Y|; nan where no bound is known.

    With D the supremum of the density within R + delta of z: D delta (6.1 + 2 log(R/delta)) - log(1 - delta/R), since
    int_{-N}^{N} |log|u| - log|u - 1|| du <= 6.1 + 2 log N, and beyond R the integrand is at most -log(1 - delta/R).
    """
    bounds = [apart_with(curvature, z, delta, radius) for radius in radii(z, delta)]
    known = [bound for bound in bounds if bound.is_finite()]
    return min(known, key=lambda bound: float(bound.upper())) if known else arb.nan()


def radii(z: arb, delta: arb) -> list[arb]:
    """A few R to try: a density that is small around a far z allows a large one."""
    return [(4 * delta).max(size) for size in (arb(1) / 8, arb(1), abs(z) / 4, abs(z) * 3 / 4)]


def apart_with(curvature: Curvature, z: arb, delta: arb, radius: arb) -> arb:
    reach = radius + delta
    density = curvature.density_bound(z - reach, z + reach)
    return density * delta * (arb("6.1") + 2 * (radius / delta).log()) - (1 - delta / radius).log()
