"""The steps that state that random analytic maps contract a disc, so that they have one stationary law there."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import sympy as sp
from flint import acb, arb

from ..balls.evaluate import evaluate_complex
from ..balls.precision import ball, precision
from ..numerics.moebius import Moebius, Span, hull, inside
from .step import Step

BITS = 64


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
    """|f(z) - centre| <= theta radius for |z - centre| <= radius, theta < 1, f analytic there: on boxes, by balls."""

    variable: sp.Symbol
    maps: tuple[sp.Expr, ...]
    centre: Fraction
    radius: Fraction
    theta: Fraction
    cells: int = 48

    def check(self) -> None:
        if not 0 <= self.theta < 1:
            raise self.fail("theta is not below 1")
        with precision(BITS):
            bound = ball(self.theta * self.radius)
            for expr in self.maps:
                for z in boxes(self.centre, self.radius, self.cells):
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
