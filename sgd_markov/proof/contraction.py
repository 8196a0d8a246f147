"""Maps that contract the whole line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import sympy as sp
from flint import arb

from ..balls.evaluate import evaluate
from ..balls.precision import ball, precision
from .step import Step

BITS = 64
REACH, CELLS = 16, 512
SMOOTH = (sp.sin, sp.cos, sp.tanh, sp.atan, sp.erf, sp.erfc, sp.exp, sp.sinh, sp.cosh)
"""Functions that are smooth on the whole line."""
RANGES = {sp.sin: 1, sp.cos: 1, sp.tanh: 1, sp.erf: 1, sp.atan: 2}
"""Bounds of functions on the whole line."""


@dataclass(frozen=True)
class ContractsLine(Step):
    """|f'(w)| <= theta < 1 for every map f and every real w, by balls on cells that cover the line.

    The maps are sums and products of functions that are smooth on the whole line.
    """

    variable: sp.Symbol
    maps: tuple[sp.Expr, ...]
    theta: Fraction

    def check(self) -> None:
        if not 0 <= self.theta < 1:
            raise self.fail("theta is not below 1")
        if not all(is_smooth(expr, self.variable) for expr in self.maps):
            raise self.fail("a map is not known to be smooth on the whole line")
        with precision(BITS):
            for expr in self.maps:
                slope = sp.diff(expr, self.variable)
                inside = all(abs(evaluate(slope, {self.variable: cell})) <= ball(self.theta) for cell in cells())
                if not (inside and abs(beyond(slope, self.variable)) <= ball(self.theta)):
                    raise self.fail("a slope is not proved to be at most theta")

    @property
    def latex(self) -> str:
        return rf"\sup_w\left|f_i'(w)\right|\le {sp.latex(sp.Rational(self.theta.numerator, self.theta.denominator))}<1"

    @property
    def kind(self) -> str:
        return "certified"


def cells() -> Iterator[arb]:
    """Balls that cover [-16, 16]."""
    width = Fraction(2 * REACH, CELLS)
    for k in range(CELLS):
        yield ball(-REACH + k * width).union(ball(-REACH + (k + 1) * width))


def beyond(slope: sp.Expr, w: sp.Symbol) -> arb:
    """A ball that holds the slope at all |w| >= 16: bounded functions by their ranges, the rest in u = 1/w."""
    u, values = sp.Dummy("u", real=True), {}
    for node in slope.atoms(sp.tanh):  # first the derivative of tanh, which is positive
        values[derivative := sp.Dummy("S", real=True)] = ball(0).union(ball(1))
        slope = sp.expand(slope.xreplace({node**2: 1 - derivative}))
    for node in slope.atoms(*RANGES):
        values[bounded := sp.Dummy("T", real=True)] = ball(RANGES[type(node)]).union(ball(-RANGES[type(node)]))
        slope = slope.xreplace({node: bounded})
    return evaluate(sp.together(slope.subs(w, 1 / u)), {**values, u: ball(Fraction(-1, REACH)).union(ball(Fraction(1, REACH)))})


def is_smooth(expr: sp.Expr, w: sp.Symbol) -> bool:
    """Is it built of w and numbers by sums, products, integer powers >= 0 and functions smooth on the whole line?"""
    if w not in expr.free_symbols:
        return bool(expr.is_number)
    if expr == w:
        return True
    if expr.is_Pow and not (expr.exp.is_Integer and expr.exp > 0):
        return False
    return (expr.is_Add or expr.is_Mul or expr.is_Pow or isinstance(expr, SMOOTH)) and all(
        is_smooth(part, w) for part in (expr.args[:1] if expr.is_Pow else expr.args)
    )
