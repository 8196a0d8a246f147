"""Steps of algebra: identities, all roots of a polynomial, limits; by exact simplification."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..answer.text import expression_latex, expression_text
from .radicals import is_zero
from .step import Step


@dataclass(frozen=True)
class Identity(Step):
    """left = right for all admissible values of the symbols, by exact simplification; derivatives are carried out.

    >>> x = sp.Symbol("x", real=True)
    >>> Identity("a square", (x + 1) ** 2, x**2 + 2 * x + 1).check()
    """

    left: sp.Expr
    right: sp.Expr

    def check(self) -> None:
        difference = self.written_out(self.left).doit() - self.written_out(self.right).doit()
        if not is_zero(difference):
            raise self.fail(f"the two sides differ by {expression_text(sp.simplify(difference))}")

    @property
    def latex(self) -> str:
        return f"{expression_latex(self.left)} = {expression_latex(self.right)}"

    @property
    def kind(self) -> str:
        return "algebra"


@dataclass(frozen=True)
class Roots(Step):
    """`roots` are all the roots of the polynomial `expr` in `variable`, with multiplicity."""

    expr: sp.Expr
    variable: sp.Symbol
    roots: tuple[sp.Expr, ...]

    def check(self) -> None:
        poly = sp.Poly(self.written_out(self.expr), self.variable)
        if poly.degree() != len(self.roots):
            raise self.fail(f"degree {poly.degree()} but {len(self.roots)} roots")
        rebuilt = poly.LC() * sp.Mul(*(self.variable - self.written_out(root) for root in self.roots))
        if not is_zero(rebuilt - poly.as_expr()):
            raise self.fail(f"the product over the roots is {expression_text(sp.expand(rebuilt))}")

    @property
    def latex(self) -> str:
        listed = r",\ ".join(expression_latex(root) for root in self.roots)
        variable = expression_latex(self.variable)
        return rf"{expression_latex(self.expr)} = 0 \iff {variable} \in \left\{{{listed}\right\}}"

    @property
    def kind(self) -> str:
        return "algebra"


@dataclass(frozen=True)
class Limit(Step):
    """`expr` tends to `value` as `variable` tends to `to` (from above at a finite place), by sympy's limit.

    >>> x = sp.Symbol("x", positive=True)
    >>> Limit("the leading term", (2 * x + 1) / x, x, sp.oo, sp.Integer(2)).check()
    """

    expr: sp.Expr
    variable: sp.Symbol
    to: sp.Expr
    value: sp.Expr

    def check(self) -> None:
        found = sp.limit(sp.cancel(self.written_out(self.expr)), self.variable, self.to, "+")
        stated = self.written_out(self.value)
        infinite = found.is_infinite or stated.is_infinite
        if found != stated and (infinite or not is_zero(found - stated)):
            raise self.fail(f"the limit is {expression_text(found)}")

    @property
    def latex(self) -> str:
        arrow = rf"{expression_latex(self.variable)} \to {expression_latex(self.to)}"
        return rf"\lim_{{{arrow}}} {expression_latex(self.expr)} = {expression_latex(self.value)}"

    @property
    def kind(self) -> str:
        return "algebra"
