"""The kernel in numbers, at the current precision: densities, drifts, clipping, what stays where it is."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import inf
from typing import Any

import sympy as sp
from flint import arb, arb_poly, arb_series, ctx

from ...answer.enclosure import Enclosure
from ...balls.evaluate import evaluate
from ...balls.precision import ball, enclosure
from ...errors import Inconclusive
from ...numerics.kinked_steps import Piece, Steps, Stride
from ...numerics.power_series import power_series, series_length

ORDER = 36
"""Terms of the polynomial models of drifts that are no polynomials."""


@dataclass(frozen=True)
class Term:
    """factor x^power exp(-rate x); `rate` is None where it is 0."""

    factor: arb
    power: int
    rate: arb | None


@dataclass(frozen=True)
class Part:
    """The terms of the density on low < x < high; None is an infinite end."""

    low: Fraction | None
    high: Fraction | None
    terms: tuple[Term, ...]


class Drift:
    """m(w), with its polynomial models."""

    def __init__(self, expr: sp.Expr, state: sp.Symbol) -> None:
        self.expr, self.state = expr, state
        poly = sp.Poly(expr, state) if expr.is_polynomial(state) else None
        self.coefficients = None if poly is None else [evaluate(c) for c in reversed(poly.all_coeffs())]

        self.affine = None if poly is None or poly.degree() > 1 else rational_line(poly, state)

    def radius(self, place: arb) -> float:
        """About the radius of convergence there; infinite for polynomials."""
        if self.coefficients is not None:
            return inf
        with series_length(ORDER):
            found = list(power_series(self.expr, self.state, arb_series([place, 1])).coeffs())
        sizes = [(k, abs(float(c))) for k, c in enumerate(found) if k >= ORDER // 2]
        return min((size ** (-1 / k) for k, size in sizes if size > 0), default=inf)

    def at(self, place: arb) -> arb:
        if self.coefficients is None:
            return evaluate(self.expr, {self.state: place})
        return arb_poly(self.coefficients)(place)

    def model(self, centre: arb, half: arb) -> arb_poly:
        """A polynomial in x with m(centre + x) among its values, for every |x| <= half."""
        if self.coefficients is not None:
            return arb_poly(self.coefficients)(arb_poly([centre, 1]))
        with series_length(ORDER + 1):
            found = list(power_series(self.expr, self.state, arb_series([centre, 1])).coeffs())[:ORDER]
            wide = list(power_series(self.expr, self.state, arb_series([centre + arb(0, half), 1])).coeffs())
        rest = wide[ORDER] * half**ORDER if len(wide) > ORDER else arb(0)
        error = abs(rest)
        while len(found) > 2 and abs(found[-1]) * half ** (len(found) - 1) < negligible():
            error += abs(found.pop()) * half ** len(found)
        found[0] += arb(0, error.upper())
        return arb_poly(found)

    def reach(self, low: Fraction, high: Fraction) -> tuple[Fraction, Fraction]:
        """Bounds of m on [low, high]; exact for affine drifts with rational coefficients."""
        if self.affine is not None:
            constant, slope = self.affine
            ends = sorted((constant + slope * low, constant + slope * high))
            return ends[0], ends[1]
        half, centre = ball((high - low) / 2), ball((low + high) / 2)
        whole = centre + arb(0, half.upper())
        # atan(tan(w)) has the slope 1 on both sides of its jumps
        slope = evaluate(self.slope, {self.state: whole}) if self.at(whole).is_finite() else arb.nan()
        if slope > 0 or slope < 0:
            # not the union of two balls, whose radius is rounded to 30 bits
            both = [enclosure(self.at(ball(place))) for place in (low, high)]
            found = Enclosure(min(each.lower for each in both), max(each.upper for each in both))
        else:
            found = enclosure(self.at(centre) + arb(0, (abs(slope) * half).upper()))
        if not (isinstance(found.lower, Fraction) and isinstance(found.upper, Fraction)):
            raise Inconclusive(f"no bounds of the drift {self.expr} are found")
        return found.lower, found.upper

    @cached_property
    def slope(self) -> sp.Expr:
        return sp.diff(self.expr, self.state)


@dataclass(frozen=True)
class Density:
    """The density of x, by its parts; one part without terms at 0 stands for x = 0."""

    parts: tuple[Part, ...]

    @cached_property
    def is_point(self) -> bool:
        return not any(part.terms for part in self.parts)

    @cached_property
    def kinks(self) -> tuple[Fraction, ...]:
        ends = {end for part in self.parts for end in (part.low, part.high) if end is not None}
        return tuple(sorted(ends))


@dataclass(frozen=True)
class Move:
    """With `probability`: w' = clip(drift + scale x, floor, ceiling); None is no floor or ceiling, and a scale of 1."""

    probability: arb
    drift: Drift
    density: Density
    floor: Fraction | None
    ceiling: Fraction | None
    scale: Drift | None = None

    @property
    def is_straight(self) -> bool:
        """Is the drift affine and the scale constant?"""
        return self.drift.affine is not None and self.scale is None

    def at_kink(self, kink: Fraction) -> Drift:
        """m(w) + g(w) kink."""
        if kink not in self._known:
            step = sp.Rational(kink.numerator, kink.denominator) * (1 if self.scale is None else self.scale.expr)
            self._known[kink] = Drift(sp.expand(self.drift.expr + step), self.drift.state)
        return self._known[kink]

    @cached_property
    def _known(self) -> dict[Fraction, Drift]:
        return {}

    @cached_property
    def frames(self) -> dict[tuple[Fraction, Fraction, int], Any]:
        """What images under scaled noise need on an interval, whatever the function."""
        return {}

    def outermost(self, low: Fraction, high: Fraction, side: int) -> Fraction | None:
        """A bound of m + g x on that side over [low, high]; None where x is unbounded there."""
        ends = self.density.parts[0].low, self.density.parts[-1].high
        edge = ends[1] if side == 1 else ends[0]
        if self.scale is not None and not self.scale.reach(low, high)[0] >= 0:
            places = [self.at_kink(end).reach(low, high) for end in ends if end is not None]
            return None if None in ends else max(p[1] for p in places) if side == 1 else min(p[0] for p in places)
        if edge is None:
            return None
        if self.scale is None:
            return self.drift.reach(low, high)[1 if side == 1 else 0] + edge
        return self.at_kink(edge).reach(low, high)[1 if side == 1 else 0]


@dataclass(frozen=True)
class Kernel:
    """One step: moves, a probability of staying, probabilities of jumping to given places."""

    moves: tuple[Move, ...]
    stay: arb
    jumps: tuple[tuple[arb, Fraction], ...]

    @property
    def places(self) -> set[Fraction]:
        """Where point masses fall."""
        ends = {end for move in self.moves for end in (move.floor, move.ceiling) if end is not None}
        return ends | {place for _, place in self.jumps}


def kernel_of(steps: Steps) -> Kernel:
    """The steps in numbers at the current precision; `is_numeric` must hold."""
    known: dict[tuple[Piece, ...], Density] = {}
    moves = tuple(move_of(stride, steps.state, known) for stride in steps.strides)
    stay = sum((evaluate(jump.probability) for jump in steps.jumps if jump.target == steps.state), start=arb(0))
    jumps = ((evaluate(j.probability), fraction(j.target)) for j in steps.jumps if j.target != steps.state)
    return Kernel(moves, stay, tuple((p, place) for p, place in jumps if place is not None))


def move_of(stride: Stride, state: sp.Symbol, known: dict[tuple[Piece, ...], Density]) -> Move:
    if stride.pieces not in known:
        parts = tuple(part_of(piece) for piece in stride.pieces)
        known[stride.pieces] = Density(parts or (Part(Fraction(0), Fraction(0), ()),))
    return Move(
        evaluate(stride.probability),
        Drift(stride.drift, state),
        known[stride.pieces],
        fraction(stride.floor),
        fraction(stride.ceiling),
        None if stride.scale == 1 else Drift(stride.scale, state),
    )


def rational_line(poly: sp.Poly, state: sp.Symbol) -> tuple[Fraction, Fraction] | None:
    """(constant, slope) where both are rational."""
    constant, slope = (fraction(poly.coeff_monomial(state**k)) for k in (0, 1))
    return None if constant is None or slope is None else (constant, slope)


def part_of(piece: Piece) -> Part:
    terms = tuple(
        Term(evaluate(t.coefficient), t.power, None if t.rate == 0 else evaluate(t.rate)) for t in piece.terms
    )
    return Part(fraction(piece.low), fraction(piece.high), terms)


def fraction(value: sp.Expr) -> Fraction | None:
    """A rational number; None for infinite ends."""
    return Fraction(int(value.p), int(value.q)) if value.is_Rational else None


def is_numeric(steps: Steps) -> bool:
    """No free symbols; kinks, clips and places rational; drifts whose series are known; jumps to places or none at all."""
    places = [end for s in steps.strides for end in (*s.kinks, s.floor, s.ceiling) if end.is_finite]
    places += [jump.target for jump in steps.jumps if jump.target != steps.state]
    return not steps.symbols and all(place.is_Rational for place in places)


def negligible() -> arb:
    """Below the rounding of numbers near 1."""
    return arb(2) ** (-ctx.prec)
