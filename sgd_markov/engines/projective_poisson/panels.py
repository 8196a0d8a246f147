"""Panels of the variable x: Gauss rules with the density in their weights, and bounds of what a panel adds.

For an n-point Gauss rule on [-1, 1] and |F| <= B on the Bernstein ellipse of rho the error is at most
(64/15) B rho^(-2n)/(1 - rho^-2) (n >= 2; Trefethen, Approximation Theory and Approximation Practice, theorem 19.3).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import sympy as sp
from flint import acb, arb

from ...balls.evaluate import evaluate, evaluate_complex
from ...balls.quadrature import symmetric
from ...laws.law import Law
from .family import Part, X
from .floats import middle_of

Matrix = tuple[arb, arb, arb, arb]

RHO = 3
RADIUS = arb(5) / 3
"""Half the longer axis of the ellipse of rho = 3, (rho + 1/rho)/2: the ellipse lies in the disc of this radius."""


@dataclass(frozen=True, eq=False)
class Panel:
    """x in centre -+ half inside one piece of the density of a part; `ends` tells which ends of the piece it touches."""

    source: Source
    piece: int
    centre: arb
    half: arb
    ends: tuple[bool, bool]

    @cached_property
    def halves(self) -> tuple[Panel, Panel]:
        quarter, (low, high) = self.half / 2, self.ends
        return (
            Panel(self.source, self.piece, self.centre - quarter, quarter, (low, False)),
            Panel(self.source, self.piece, self.centre + quarter, quarter, (False, high)),
        )

    def density_bound(self, reach: arb) -> arb:
        """Of |p density| on a complex disc about the centre; not finite where the expression is not analytic there."""
        disc = acb(self.centre + symmetric(reach), symmetric(reach))
        return abs(evaluate_complex(self.source.densities[self.piece], {X: disc}, True)).upper() * self.source.probability

    @cached_property
    def on_ellipse(self) -> arb:
        """The same on a disc that holds the ellipse of the rule."""
        return self.density_bound(self.half * RADIUS)

    @cached_property
    def dropped(self) -> tuple[arb, arb]:
        """Bounds of the probability of the panel, and of that times |log|M e||, for unit vectors e."""
        mass = self.mass_bound(arb(0))
        return mass, mass * self.source.log_bound(self.centre + symmetric(self.half))

    def shifted(self, shift: arb) -> tuple[arb, arb]:
        """The same for the panel moved by up to the shift in both directions."""
        mass = self.mass_bound(shift)
        return mass, mass * self.source.log_bound(self.centre + symmetric(self.half + shift))

    def mass_bound(self, shift: arb) -> arb:
        flat = self.flat_bound(shift)
        return flat if flat.is_finite() or not shift.is_zero() else self.concentrated

    def flat_bound(self, shift: arb) -> arb:
        """The largest density times the length."""
        here = self.centre + symmetric(self.half + shift)
        density = abs(evaluate(self.source.densities[self.piece], {X: here})).upper()
        return density * 2 * self.half * self.source.probability

    @cached_property
    def concentrated(self) -> arb:
        """The same at an end at which the density is not bounded."""
        for touches, end in zip(self.ends, self.source.ends[self.piece], strict=True):
            known = self.source.law.concentration(end) if touches else None
            if known is not None:
                mass, power, reach = (evaluate(e) for e in known)
                if 2 * self.half < reach:
                    return (mass * (2 * self.half) ** power).upper() * self.source.probability
        return arb.pos_inf()

    @cached_property
    def at_centre(self) -> Matrix:
        return self.source.matrix(self.centre)

    @cached_property
    def places(self) -> list[tuple[arb, arb, Matrix]]:
        """(p times the weight without the density, x, matrix) of the nodes, for rules whose nodes move."""
        factor = self.half * self.source.probability
        nodes = ((weight, self.centre + self.half * node) for node, weight in self.source.gauss)
        return [(weight * factor, x, self.source.matrix(x)) for weight, x in nodes]

    @cached_property
    def weight(self) -> arb:
        """Of all nodes together."""
        return sum((abs(weight) for weight, _ in self.rule), arb(0))

    @cached_property
    def rule(self) -> list[tuple[arb, Matrix]]:
        """(weight, matrix) of the nodes, the density in the weights."""
        density = self.source.densities[self.piece]
        found = []
        for node, weight in self.source.gauss:
            x = self.centre + self.half * node
            here = evaluate(density, {X: x}) * self.source.probability
            found.append((weight * self.half * here, self.source.matrix(x)))
        return found


class Source:
    """One part of the law with a density, at the current precision; `points` of a Gauss rule."""

    def __init__(self, part: Part, points: int) -> None:
        assert part.law is not None
        self.law: Law = part.law
        pieces = part.law.pieces(X) or ()
        self.ends = [(low, high) for low, high, _ in pieces]
        self.densities = [density for _, _, density in pieces]
        self.probability = evaluate(part.probability)
        self.constant, self.slope = entries(part.constant), entries(part.slope)
        self.determinant = part.determinant
        self.centre, self.width = middle_of(part)
        self.gauss = [arb.legendre_p_root(points, k, weight=True) for k in range(points)]

    def matrix(self, x: arb) -> Matrix:
        a, b, c, d = (c + x * s for c, s in zip(self.constant, self.slope, strict=True))
        return a, b, c, d

    def log_bound(self, x: arb) -> arb:
        """|det M|/|M| <= |M e| <= |M| for unit vectors, |M| the Frobenius norm."""
        size = sum((e * e for e in self.matrix(x)), arb(0)).sqrt()
        least = abs(evaluate(self.determinant, {X: x})) / size
        return abs(size.log()).max(abs(least.log())).upper()


    @property
    def movable(self) -> bool:
        """Has x one analytic density on the whole line, so that the nodes may move with the direction?"""
        return len(self.ends) == 1 and all(end.is_infinite for end in self.ends[0])

    def density(self, x: arb) -> arb:
        """Of a movable source."""
        return evaluate(self.densities[0], {X: x})

    def largest_entry(self) -> arb:
        """K >= 1 with |M| <= K (1 + |x|)."""
        sizes = (sum((e * e for e in m), arb(0)).sqrt() for m in (self.constant, self.slope))
        return sum(sizes, arb(1))

    def least_determinant(self, start: arb) -> arb:
        """A lower bound of |det M| for |x| >= start >= 1."""
        poly = sp.Poly(self.determinant, X)
        constant, linear, square = (abs(evaluate(poly.coeff_monomial(X**k))) for k in range(3))
        if poly.degree() == 2:
            return square * start**2 - linear * start - constant if 2 * square * start > linear else arb(-1)
        return linear * start - constant if poly.degree() == 1 else constant


def entries(matrix: tuple[tuple[sp.Expr, sp.Expr], tuple[sp.Expr, sp.Expr]]) -> Matrix:
    (a, b), (c, d) = matrix
    return evaluate(a), evaluate(b), evaluate(c), evaluate(d)


def roots_of(source: Source, cut: arb) -> list[Panel]:
    """Panels that cover the law up to |x - centre| = cut, the longer the farther out."""
    panels = []
    for index, (low, high) in enumerate(source.ends):
        found = list(spans(low, high, source.centre, source.width, cut))
        for place, (left, right) in enumerate(found):
            ends = (place == 0 and low.is_finite, place == len(found) - 1 and high.is_finite)
            panels.append(Panel(source, index, (left + right) / 2, (right - left) / 2, ends))
    return panels


def beyond(source: Source, cut: arb, size: arb) -> arb:
    """A bound of E[|log|M e|| + size; |x - centre| > cut] over unit vectors e, times the probability of the part.

    |M| <= K (1 + |x|), K >= 1, and |det M| >= m for |x| >= X = cut - |centre| >= 1 give
    |log|M e|| <= 2 log(K (1 + |x|)) + log^+(1/m).
    """
    if all(low.is_finite and high.is_finite for low, high in source.ends):
        return arb(0)
    start = cut - abs(arb(source.centre))
    least = source.least_determinant(start)
    if not (start > 1 and least > 0):
        return arb.pos_inf()
    flat = 2 * source.largest_entry().log() + (1 / least).log().max(arb(0)) + size
    light = source.law.light_tail()
    if light is not None:
        mass, rate, first = (evaluate(e) for e in light)
        if not start >= first:
            return arb.pos_inf()
        return source.probability * mass * (-rate * start).exp() * (flat + 2 * start + 2 / rate)
    heavy = source.law.tail(sp.Rational(int(start.lower().floor().unique_fmpz())))
    if heavy is None:
        return arb.pos_inf()
    mass, power, first = (evaluate(e) for e in heavy)
    if not start >= first:
        return arb.pos_inf()
    # 2 log(1 + |x|) <= (4/a) (2|x|)^(a/2), and E[|x|^(a/2); |x| > X] <= 2 C X^(-a/2)
    rest = 4 / power * arb(2) ** (power / 2) * 2 * mass * start ** (-power / 2)
    return source.probability * (flat * mass * start ** (-power) + rest)


def spans(low: sp.Expr, high: sp.Expr, centre: float, width: float, cut: arb) -> Iterator[tuple[arb, arb]]:
    """Neighbouring intervals from `low` to `high`, infinite ends replaced by centre -+ cut, longer away from the centre."""
    first = arb(centre) - cut if low.is_infinite else evaluate(low)
    last = arb(centre) + cut if high.is_infinite else evaluate(high)
    marks = [first]
    for mark in doubling(centre, width, cut):
        if marks[-1] < mark and mark < last:
            marks.append(mark)
    marks.append(last)
    yield from pairwise(marks)


def doubling(centre: float, width: float, cut: arb) -> list[arb]:
    """centre -+ width 2^k in rising order."""
    steps = [arb(0)]
    step = arb(width)
    while step < cut:
        steps.append(step)
        step = 2 * step
    return [arb(centre) - s for s in reversed(steps[1:])] + [arb(centre) + s for s in steps]
