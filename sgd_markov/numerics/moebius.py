"""Real Moebius maps with rational coefficients: composition, images of intervals, parabolic fixed points."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import sympy as sp

from .linear_fractional import coefficients

Span = tuple[Fraction, Fraction]


@dataclass(frozen=True)
class Moebius:
    """w -> (a w + b)/(c w + d), rational, a d - b c other than 0."""

    a: Fraction
    b: Fraction
    c: Fraction
    d: Fraction

    @property
    def determinant(self) -> Fraction:
        return self.a * self.d - self.b * self.c

    def __call__(self, w: Fraction) -> Fraction:
        return (self.a * w + self.b) / (self.c * w + self.d)

    def after(self, first: Moebius) -> Moebius:
        """self o first."""
        return Moebius(
            self.a * first.a + self.b * first.c,
            self.a * first.b + self.b * first.d,
            self.c * first.a + self.d * first.c,
            self.c * first.b + self.d * first.d,
        )

    def image(self, span: Span) -> Span | None:
        """The image of a closed interval; None where the pole lies in it.

        The open disc whose diameter is the interval goes to the disc whose diameter is the image.
        """
        ends = [self.c * end + self.d for end in span]
        if ends[0] * ends[1] <= 0:
            return None
        images = self(span[0]), self(span[1])
        return min(images), max(images)

    @property
    def parabolic_point(self) -> Fraction | None:
        """The only fixed point, where the derivative is 1; None where the map is not parabolic."""
        if self.c == 0 or (self.a - self.d) ** 2 + 4 * self.b * self.c != 0:
            return None
        return (self.a - self.d) / (2 * self.c)


def moebius(expr: sp.Expr, w: sp.Symbol) -> Moebius | None:
    """The expression as a Moebius map; None for others.

    >>> w = sp.Symbol("w", real=True)
    >>> moebius(1 / (1 + w), w).parabolic_point is None, moebius(w / (1 + w), w).parabolic_point
    (True, Fraction(0, 1))
    """
    entries = coefficients(expr, w)
    if entries is None or not all(entry.is_Rational for entry in entries):
        return None
    found = Moebius(*(Fraction(int(entry.p), int(entry.q)) for entry in entries))
    return None if found.determinant == 0 else found


def hull(spans: list[Span]) -> Span:
    return min(low for low, _ in spans), max(high for _, high in spans)


def inside(inner: Span, outer: Span) -> bool:
    """Is the closed interval `inner` inside the open interval `outer`?"""
    return outer[0] < inner[0] and inner[1] < outer[1]


def keeps(maps: list[Moebius], span: Span) -> bool:
    """Does every map lead the closed interval into itself?"""
    images = [m.image(span) for m in maps]
    return all(image is not None and span[0] <= image[0] and image[1] <= span[1] for image in images)
