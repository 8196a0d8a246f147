"""The steps that state that random analytic maps contract a disc, so that they have one stationary law there."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product

import sympy as sp
from flint import acb, arb

from ..balls.evaluate import evaluate_complex
from ..balls.precision import ball, precision
from ..numerics.moebius import Moebius, Span, hull, inside
from .step import Step

BITS = 64
CELLS, ARCS, LINE = 24, 256, 64
"""Boxes across a region, arcs on half of its edge, pieces of an interval."""


@dataclass(frozen=True)
class Word:
    """The map `letter` alone; with `first`: letter o ... o letter o first for every number n >= 1 of letters."""

    letter: Moebius
    first: Moebius | None = None

    def image(self, span: Span) -> Span | None:
        """A closed interval that holds the images of the open `span` under all the words; None where not found.

        A run of a parabolic map stays in the hull of where it begins and of its fixed point, if the map keeps that.
        """
        if self.first is None:
            return self.letter.image(span)
        middle = self.first.image(span)
        begin = None if middle is None else self.letter.image(middle)
        point = self.letter.parabolic_point
        if begin is None or point is None:
            return None
        kept = hull([begin, (point, point)])
        again = self.letter.image(kept)
        return kept if again is not None and kept[0] <= again[0] and again[1] <= kept[1] else None


@dataclass(frozen=True)
class DiscKept(Step):
    """Every word leads the disc whose diameter is `disc` into the one whose diameter is `inner`, strictly inside."""

    words: tuple[Word, ...]
    disc: Span
    inner: Span

    def check(self) -> None:
        if not inside(self.inner, self.disc):
            raise self.fail("the inner disc is not inside the disc")
        for word in self.words:
            image = word.image(self.disc)
            if image is None or image[0] < self.inner[0] or image[1] > self.inner[1]:
                raise self.fail("an image is not inside the inner disc")

    @property
    def latex(self) -> str:
        inner, disc = (span_latex(span) for span in (self.inner, self.disc))
        return rf"f\left(D_{{{disc}}}\right)\subset D_{{{inner}}}\subset D_{{{disc}}}"

    @property
    def kind(self) -> str:
        return "certified"


@dataclass(frozen=True)
class IntervalKept(Step):
    """Every map leads the closed interval into itself."""

    maps: tuple[Moebius, ...]
    span: Span

    def check(self) -> None:
        for m in self.maps:
            image = m.image(self.span)
            if image is None or image[0] < self.span[0] or image[1] > self.span[1]:
                raise self.fail("a map leaves the interval")

    @property
    def latex(self) -> str:
        low, high = (sp.latex(sp.Rational(end.numerator, end.denominator)) for end in self.span)
        return rf"f\left(\left[{low},{high}\right]\right)\subset\left[{low},{high}\right]"

    @property
    def kind(self) -> str:
        return "certified"


@dataclass(frozen=True)
class AnalyticDisc(Step):
    """|f(z) - centre| <= theta radius for |z - centre| <= radius, theta < 1, by balls: f is analytic on boxes that cover
    the disc, and the bound holds on arcs that cover its edge, hence inside (|f - centre| is subharmonic)."""

    variable: sp.Symbol
    maps: tuple[sp.Expr, ...]
    centre: Fraction
    radius: Fraction
    theta: Fraction

    def check(self) -> None:
        if not (0 <= self.theta < 1 and self.radius > 0):
            raise self.fail("theta or the radius is not what it should be")
        with precision(BITS):
            bound = ball(self.theta * self.radius)
            edge = [ball(self.centre) + ball(self.radius) * z for z in arcs()]
            for expr in self.maps:
                require_analytic(self, expr, self.variable, boxes(self.centre, self.radius, CELLS))
                for z in edge:
                    value = evaluate_complex(expr, {self.variable: z}, analytic=True)
                    if not abs(value - acb(ball(self.centre))) <= bound:
                        raise self.fail("an image is not proved to lie in the inner disc")

    @property
    def latex(self) -> str:
        c, r, t = (sp.latex(sp.Rational(v.numerator, v.denominator)) for v in (self.centre, self.radius, self.theta))
        return rf"|z-{c}|\le {r} \implies \left|f(z)-{c}\right|\le {t}\cdot {r}"

    @property
    def kind(self) -> str:
        return "certified"


@dataclass(frozen=True)
class EllipseKept(Step):
    """In x = (w - centre)/radius every map leads [-1, 1] into itself, and the ellipse with foci -1, 1 whose half-axes
    are (rho +- 1/rho)/2 strictly into itself, by balls: f is analytic on boxes that cover it, and |f - 1| + |f + 1|,
    which is subharmonic, is below rho + 1/rho on arcs that cover its edge."""

    variable: sp.Symbol
    maps: tuple[sp.Expr, ...]
    centre: Fraction
    radius: Fraction
    rho: Fraction

    def check(self) -> None:
        if not (self.rho > 1 and self.radius > 0):
            raise self.fail("rho and the radius are not what they should be")
        with precision(BITS):
            for expr in self.maps:
                if not all(abs(self.image(expr, acb(x))) < 1 for x in self.line()):
                    raise self.fail("the interval is not proved to be kept")
                covering = [ball(self.centre) + ball(self.radius) * x for x in ellipse_boxes(self.rho, CELLS)]
                require_analytic(self, expr, self.variable, covering)
                bound = ball(self.rho + 1 / self.rho)
                for z in arcs():
                    x = (ball(self.rho) * z + 1 / (ball(self.rho) * z)) / 2
                    value = self.image(expr, x)
                    if not abs(value - 1) + abs(value + 1) < bound:
                        raise self.fail("the ellipse is not proved to be kept")

    def image(self, expr: sp.Expr, x: acb) -> acb:
        at = ball(self.centre) + ball(self.radius) * x
        return (evaluate_complex(expr, {self.variable: at}, analytic=True) - ball(self.centre)) / ball(self.radius)

    def line(self) -> list[arb]:
        ends = [ball(Fraction(2 * i, LINE) - 1) for i in range(LINE + 1)]
        return [low.union(high) for low, high in pairwise(ends)]

    @property
    def latex(self) -> str:
        c, r, rho = (sp.latex(sp.Rational(v.numerator, v.denominator)) for v in (self.centre, self.radius, self.rho))
        return rf"f(E_\rho)\subset E_\rho,\quad E_\rho=\left\{{{c}+{r}\cdot\tfrac{{z+1/z}}2:|z|\le\rho\right\}},\ \rho={rho}"

    @property
    def kind(self) -> str:
        return "certified"


def ellipse_boxes(rho: Fraction, cells: int) -> list[acb]:
    """Boxes that cover the upper half of the ellipse; real maps take conjugates to conjugates."""
    wide, high = (rho + 1 / rho) / 2, (rho - 1 / rho) / 2
    across, up = 2 * wide / cells, 2 * high / cells
    found = []
    for i, j in product(range(cells), range((cells + 1) // 2)):
        low, below = -wide + i * across, j * up
        nearest = max(low, -(low + across), Fraction(0)), below
        if (nearest[0] / wide) ** 2 + (nearest[1] / high) ** 2 <= 1:
            real = ball(low).union(ball(low + across))
            found.append(acb(real, ball(below).union(ball(below + up))))
    return found


def require_analytic(step: Step, expr: sp.Expr, variable: sp.Symbol, covering: list[acb]) -> None:
    """The expression is analytic on every box: its evaluation there, with that demand, is finite."""
    for box in covering:
        if not abs(evaluate_complex(expr, {variable: box}, analytic=True)).is_finite():
            raise step.fail("the map is not proved to be analytic")


def arcs() -> list[acb]:
    """Balls that cover the upper half of the unit circle."""
    ends = [arb(i) * arb.pi() / ARCS for i in range(ARCS + 1)]
    return [(acb(0, 1) * acb(low.union(high))).exp() for low, high in pairwise(ends)]


def boxes(centre: Fraction, radius: Fraction, cells: int) -> list[acb]:
    """Boxes that cover the closed disc's upper half: real maps take conjugates to conjugates."""
    step = 2 * radius / cells
    found = []
    for i, j in product(range(cells), range((cells + 1) // 2)):
        low, below = -radius + i * step, j * step
        nearest = max(low, -(low + step), Fraction(0)), below
        if nearest[0] ** 2 + nearest[1] ** 2 <= radius**2:
            real = ball(centre + low).union(ball(centre + low + step))
            found.append(acb(real, ball(below).union(ball(below + step))))
    return found


def largest(expr: sp.Expr, variable: sp.Symbol, centre: Fraction, radius: Fraction, cells: int = 24) -> arb:
    """A bound of |expr| on the closed disc; not finite where the expression is not analytic on the boxes."""
    bound = arb(0)
    for z in boxes(centre, radius, cells):
        value = abs(evaluate_complex(expr, {variable: z}, analytic=True))
        if not value.is_finite():
            return arb.pos_inf()
        bound = bound.max(value.upper())
    return bound


def span_latex(span: Span) -> str:
    return r"\left(" + ",".join(sp.latex(sp.Rational(e.numerator, e.denominator)) for e in span) + r"\right)"
