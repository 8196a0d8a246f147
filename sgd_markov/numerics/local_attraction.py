"""Fixed points that all maps of a finite family share: proved attraction or repulsion of a neighbourhood (A1-loc).

While |w - w*| <= delta, log|w_n - w*| lies below a walk with steps m_i = sup over 0 < |s| <= delta of
log|(f_i(w* + s) - w*)/s|. If E exp(kappa m) <= 1 with kappa > 0, and E m < 0, Ville's inequality gives
P(w_n -> w*) >= 1 - (|w_0 - w*|/delta)^kappa. With the infimum in place of the supremum and a positive mean the
neighbourhood is left almost surely, by every path that does not meet w* itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import exp, inf, log

import sympy as sp
from flint import arb

from ..balls.adaptive import proved_sign
from ..balls.evaluate import evaluate
from ..balls.precision import ball, enclosure, precision
from ..effort import Effort
from ..errors import SGDMarkovError
from .finite_family import FiniteFamily
from .slope_zeros import slope_zeros

BITS = 128
SLICES = 16
"""Derivatives are enclosed on so many parts of a neighbourhood."""
HALVINGS = 40


@dataclass(frozen=True)
class Ratios:
    """least[i] <= |f_i(w* + s) - w*|/|s| <= most[i] for 0 < |s| <= delta; `sides_kept`: s and the image agree in sign."""

    delta: Fraction
    least: tuple[Fraction, ...]
    most: tuple[Fraction, ...]
    sides_kept: bool


@dataclass(frozen=True)
class Attraction:
    """P(w_n -> point) >= 1 - (|w_0 - point|/delta)^kappa for |w_0 - point| <= delta; kappa None: 1.

    `most`: no step takes a distance of at most delta to more than `most` times that. `sides_kept`: nor to the other side.
    """

    point: sp.Expr
    delta: Fraction
    kappa: Fraction | None
    most: Fraction
    sides_kept: bool

    def escape(self, distance: Fraction) -> Fraction:
        """An upper bound of P(not w_n -> point) from that distance."""
        if distance > self.delta:
            return Fraction(1)
        if self.kappa is None or distance == 0:
            return Fraction(0)
        with precision(BITS):
            bound = enclosure(ball(distance / self.delta) ** ball(self.kappa)).upper
        return min(Fraction(1), Fraction(bound))


@dataclass(frozen=True)
class Repulsion:
    """From 0 < |w_0 - point| <= radius the chain leaves that neighbourhood almost surely, to at most reach * radius.

    `least`: the smallest ratio; `drift`: a lower bound of the mean growth of log|w - point| in a step.
    """

    point: sp.Expr
    radius: Fraction
    reach: Fraction
    least: Fraction
    drift: Fraction
    sides_kept: bool


@dataclass(frozen=True)
class Neighbourhood:
    """The smooth formulas of all maps left and right of a common fixed point, as far as `clearance`.

    `sides`: those that count; with one of them only, no step may lead to the other.
    """

    family: FiniteFamily
    point: sp.Expr
    left: tuple[sp.Expr, ...]
    right: tuple[sp.Expr, ...]
    clearance: Fraction
    sides: tuple[int, ...] = (-1, 1)

    def ratios(self, delta: Fraction) -> Ratios | None:
        """By the mean value theorem, from enclosures of the derivatives; None where those are not finite."""
        bounds = [
            [slopes(g, self.family.symbol, self.point, side, delta) for side, g in ((-1, a), (1, b)) if side in self.sides]
            for a, b in zip(self.left, self.right, strict=True)
        ]
        if any(bound is None for pair in bounds for bound in pair):
            return None
        found = [[s for s in pair if s is not None] for pair in bounds]
        least = tuple(min(max(Fraction(0), low, -high) for low, high in pair) for pair in found)
        most = tuple(max(max(-low, high) for low, high in pair) for pair in found)
        return Ratios(delta, least, most, all(low > 0 for pair in found for low, _ in pair))


@lru_cache(maxsize=1024)
def slopes(formula: sp.Expr, w: sp.Symbol, point: sp.Expr, side: int, delta: Fraction) -> tuple[Fraction, Fraction] | None:
    """Bounds of the derivative between the point and point + side * delta; None where they are not finite."""
    slope, keeps_its_poles = differentiated(formula, w)
    with precision(BITS):
        centre = evaluate(point)
        slices = [centre + side * slice_of(delta, k) for k in range(SLICES)]
        # atan(tan(w)) has the slope 1 on both sides of its jumps
        if not keeps_its_poles and not all(evaluate(formula, {w: s}).is_finite() for s in slices):
            return None
        parts = [enclosure(evaluate(slope, {w: s})) for s in slices]
    if any(inf in (-part.lower, part.upper) for part in parts):
        return None
    return Fraction(min(part.lower for part in parts)), Fraction(max(part.upper for part in parts))


@lru_cache(maxsize=256)
def differentiated(formula: sp.Expr, w: sp.Symbol) -> tuple[sp.Expr, bool]:
    """The derivative, and whether it is infinite wherever the formula is, as for rational functions."""
    return sp.diff(formula, w), bool(formula.is_rational_function(w))


def slice_of(delta: Fraction, k: int) -> arb:
    return ball(delta * k / SLICES).union(ball(delta * (k + 1) / SLICES))


def neighbourhood(family: FiniteFamily, point: sp.Expr, reach: Fraction) -> Neighbourhood | None:
    """The formulas beside the point up to at most `reach`; None where a map does not fix it continuously."""
    w, left, right, clearance = family.symbol, [], [], reach
    for place, formula in enumerate(family.maps):
        pieces = family.pieces(place, point - sp.Rational(reach), point + sp.Rational(reach))
        if pieces is None:
            return None
        cuts = [(piece.high, proved_sign(piece.high - point)) for piece in pieces[:-1]]
        if any(sign is None for _, sign in cuts):
            return None
        below = sum(sign == -1 for _, sign in cuts)
        here = any(sign == 0 for _, sign in cuts)
        left.append(pieces[below].formula)
        right.append(pieces[below + here].formula)
        if not all(fixed(g, w, point) for g in (formula, left[-1], right[-1])):
            return None
        for cut, sign in cuts:
            if sign:
                with precision(BITS):
                    clearance = min(clearance, Fraction(enclosure(abs(evaluate(cut - point))).lower))
    # strictly short of the next kink
    return Neighbourhood(family, point, tuple(left), tuple(right), clearance * Fraction(1023, 1024))


def fixed(formula: sp.Expr, w: sp.Symbol, point: sp.Expr) -> bool:
    image = formula.subs(w, point)
    return not image.has(sp.nan, sp.zoo) and proved_sign(sp.expand(image - point)) == 0


def attraction(near: Neighbourhood, distance: Fraction, effort: Effort) -> Attraction | None:
    """The neighbourhood with the best bound of convergence from `distance`; None where none is found."""
    best: tuple[float, Attraction] | None = None
    for k in range(HALVINGS):
        effort.check()
        delta = near.clearance / 2**k
        if delta <= distance:
            break
        ratios = near.ratios(delta)
        if ratios is None or not allowed(near, ratios) or not negative_drift(near.family, ratios):
            continue
        contracts = all(most < 1 for most in ratios.most)
        kappa = None if contracts else moment_order(near.family, ratios)
        if kappa is None and not contracts:
            continue
        found = Attraction(near.point, delta, kappa, max(ratios.most), ratios.sides_kept)
        if kappa is None:
            return found
        size = float(kappa) * log(distance / delta)
        if best is None or size < best[0]:
            best = (size, found)
        if k > 8 and size > best[0]:
            break
    return None if best is None else best[1]


def allowed(near: Neighbourhood, ratios: Ratios) -> bool:
    """On one side only: does every step stay there?"""
    return len(near.sides) == 2 or ratios.sides_kept


def negative_drift(family: FiniteFamily, ratios: Ratios) -> bool:
    """Is E m < 0 proved?"""
    if any(most == 0 for most in ratios.most):
        return True
    with precision(BITS):
        drift = sum((evaluate(p) * ball(m).log() for p, m in zip(family.weights, ratios.most, strict=True)), arb(0))
        return bool(drift < 0)


def moment_order(family: FiniteFamily, ratios: Ratios) -> Fraction | None:
    """kappa > 0 with E exp(kappa m) <= 1, proved, near the largest; None where it is too small to be found."""
    weights = [float(sp.N(p)) for p in family.weights]
    sizes = [log(most) if most else -inf for most in ratios.most]

    def excess(order: float) -> float:
        return sum(p * exp(min(700.0, order * m)) for p, m in zip(weights, sizes, strict=True)) - 1

    high = 1.0
    while excess(high) < 0 and high < 1e6:
        high *= 2
    low = 0.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) < 0 else (low, middle)
    kappa = Fraction(low)
    for _ in range(60):
        kappa = Fraction(kappa * 1023 / 1024).limit_denominator(2**20)
        if kappa > 0 and moment_at_most_one(family, ratios, kappa):
            return kappa
    return None


def moment_at_most_one(family: FiniteFamily, ratios: Ratios, kappa: Fraction) -> bool:
    with precision(BITS):
        terms = [evaluate(p) * (ball(m) ** ball(kappa)) for p, m in zip(family.weights, ratios.most, strict=True) if m]
        return bool(sum(terms, arb(0)) <= 1)


def repulsion(near: Neighbourhood, radius: Fraction, effort: Effort) -> Repulsion | None:
    """A neighbourhood of at most that radius that is left almost surely; None where none is found."""
    radius = min(radius, near.clearance)
    for _ in range(HALVINGS):
        effort.check()
        ratios = near.ratios(radius)
        if ratios is not None and allowed(near, ratios) and min(ratios.least) > 0:
            with precision(BITS):
                growth = sum((evaluate(p) * ball(m).log() for p, m in zip(near.family.weights, ratios.least, strict=True)), arb(0))
                drift = enclosure(growth).lower
            if drift > 0:
                return Repulsion(near.point, radius, max(ratios.most), min(ratios.least), Fraction(drift), ratios.sides_kept)
        radius /= 2
    return None


def common_fixed_points(family: FiniteFamily, low: sp.Expr, high: sp.Expr, effort: Effort) -> list[sp.Expr]:
    """The points of [low, high] that every map fixes, as far as they have a closed form; in increasing order."""
    found: list[sp.Expr] = []
    for point in candidates(family, low, high, effort):
        if all(fixed(formula, family.symbol, point) for formula in family.maps) and point not in found:
            found.append(point)
    return sorted(found, key=lambda point: float(sp.N(point, 30)))


def candidates(family: FiniteFamily, low: sp.Expr, high: sp.Expr, effort: Effort) -> Iterator[sp.Expr]:
    """Zeros of the displacement of a map, piece by piece, and its kinks."""
    w = family.symbol
    for place in range(len(family.maps)):
        pieces = family.pieces(place, low, high)
        if pieces is None or any(sp.expand(piece.formula - w) == 0 for piece in pieces):
            continue
        for piece in pieces:
            try:
                zeros = slope_zeros(piece.formula - w, w, piece.low, piece.high, effort).zeros
            except SGDMarkovError:
                effort.check()
                continue
            yield from (zero.exact for zero in zeros if zero.exact is not None)
        yield from (piece.high for piece in pieces[:-1])
        return
