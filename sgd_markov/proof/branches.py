"""The step that states the density equation of piecewise affine maps for the uniform law."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import sympy as sp

from ..answer.text import expression_latex
from ..numerics.rational_maps import rational_map
from .step import Step


@dataclass(frozen=True)
class AffinePiece:
    """On (low, high) the map `index` is slope w + offset."""

    index: int
    low: Fraction
    high: Fraction
    slope: Fraction
    offset: Fraction

    @property
    def image(self) -> tuple[Fraction, Fraction]:
        ends = self.slope * self.low + self.offset, self.slope * self.high + self.offset
        return min(ends), max(ends)


@dataclass(frozen=True)
class UniformKept(Step):
    """sum over maps and branches of probability/|slope| = 1 almost everywhere on [low, high]: uniform stays uniform.

    `maps`: (map as an expression in `variable`, probability). The pieces of each map cover [low, high]; that they are
    the map is checked at three places of each, where the map was resolved into affine pieces before.
    """

    variable: sp.Symbol
    maps: tuple[tuple[sp.Expr, Fraction], ...]
    pieces: tuple[AffinePiece, ...]
    low: Fraction
    high: Fraction

    def check(self) -> None:
        if sum(p for _, p in self.maps) != 1:
            raise self.fail("the probabilities do not sum to 1")
        for index, (expr, _) in enumerate(self.maps):
            self.check_map(index, expr)
        ends = sorted({self.low, self.high, *(end for piece in self.pieces for end in piece.image)})
        if ends[0] < self.low or ends[-1] > self.high:
            raise self.fail("a step leaves the interval")
        for left, right in pairwise(ends):
            middle = (left + right) / 2
            reaching = (p for p in self.pieces if p.image[0] < middle < p.image[1])
            density = sum((self.maps[p.index][1] / abs(p.slope) for p in reaching), start=Fraction(0))
            if density != 1:
                raise self.fail(f"the density after a step is {density} times the density before on ({left}, {right})")

    def check_map(self, index: int, expr: sp.Expr) -> None:
        own = sorted((p for p in self.pieces if p.index == index), key=lambda p: p.low)
        joints = [self.low, *(p.high for p in own)]
        if [p.low for p in own] != joints[:-1] or joints[-1] != self.high:
            raise self.fail("the pieces do not cover the interval")
        function = rational_map(expr, [self.variable])
        for piece in own:
            for share in (Fraction(1, 7), Fraction(1, 2), Fraction(9, 11)):
                at = piece.low + share * (piece.high - piece.low)
                if function([at]) != piece.slope * at + piece.offset:
                    raise self.fail(f"the map is not {piece.slope} w + {piece.offset} at {at}")

    @property
    def latex(self) -> str:
        w = expression_latex(self.variable)
        return rf"\sum_{{i}} p_i \sum_{{f_i({w})=y}} \frac{{1}}{{|f_i'({w})|}} = 1 \quad \text{{for almost every }} y"

    @property
    def kind(self) -> str:
        return "algebra"
