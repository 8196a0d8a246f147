"""Steps that state a number."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import sympy as sp

from ..answer.decimals import bounds_text
from ..answer.enclosure import Enclosure
from ..answer.text import expression_latex
from ..balls.adaptive import proved_sign
from .step import Step


@dataclass(frozen=True)
class Value(Step):
    """The constant `expr` rounds to `decimal` (a text): it is within half a unit of its last place, certified.

    >>> Value("a root", sp.sqrt(2), "1.41421").check()
    """

    expr: sp.Expr
    decimal: str

    def check(self) -> None:
        distance = sp.Abs(self.written_out(self.expr) - sp.Rational(self.decimal))
        half_a_unit = sp.Rational(1, 2 * 10 ** len(self.decimal.partition(".")[2]))
        if proved_sign(half_a_unit - distance) not in (0, 1):
            raise self.fail(f"the value does not round to {self.decimal}")

    @property
    def latex(self) -> str:
        return rf"{expression_latex(self.expr)} \approx {self.decimal}"

    @property
    def kind(self) -> str:
        return "certified"


@dataclass(frozen=True)
class Enclosed(Step):
    """The number `expr` lies in [lower, upper], an enclosure that a question answered, no wider than `width`."""

    expr: sp.Expr
    lower: Fraction
    upper: Fraction
    width: Fraction = Fraction(1, 10**12)

    def check(self) -> None:
        value = self.written_out(self.expr)
        low, high = (sp.Rational(end.numerator, end.denominator) for end in (self.lower, self.upper))
        if proved_sign(value - low) not in (0, 1) or proved_sign(high - value) not in (0, 1):
            raise self.fail("the derived number is outside the enclosure")
        if self.upper - self.lower > self.width:
            raise self.fail(f"the enclosure is wider than {float(self.width):.0e}")

    @property
    def latex(self) -> str:
        low, high = bounds_text(Enclosure(self.lower, self.upper), 10)
        return rf"{expression_latex(self.expr)} \in \left[{low},\ {high}\right]"

    @property
    def kind(self) -> str:
        return "certified"
