"""Steps that state a sign on a whole region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import sympy as sp

from ..answer.text import expression_latex, expression_text
from .region import Region, sign_on
from .step import Step


@dataclass(frozen=True)
class Signed(Step):
    """What `Positive` and `Negative` share."""

    expr: sp.Expr
    region: Region

    wanted: ClassVar[int]
    relation: ClassVar[str]

    def check(self) -> None:
        region = {s: (self.written_out(low), self.written_out(high)) for s, (low, high) in self.region.items()}
        found = sign_on(self.written_out(self.expr), region)
        if found != self.wanted:
            what = "no sign is proved" if found is None else f"the sign there is {found}"
            raise self.fail(f"{expression_text(self.expr)} {self.relation} 0: {what}")

    @property
    def latex(self) -> str:
        boxes = r",\ ".join(interval_latex(symbol, *ends) for symbol, ends in self.region.items())
        return rf"{expression_latex(self.expr)} {self.relation} 0" + (rf" \quad \text{{for }} {boxes}" if boxes else "")

    @property
    def kind(self) -> str:
        return "certified"


def interval_latex(symbol: sp.Symbol, low: sp.Expr, high: sp.Expr) -> str:
    ends = ", ".join(expression_latex(sp.sympify(end)) for end in (low, high))
    return rf"{expression_latex(symbol)} \in \left({ends}\right)"


@dataclass(frozen=True)
class Positive(Signed):
    """`expr` > 0 on the whole open region: symbol -> (low, high); ends may use the symbols before.

    Checked exactly (see `region`): algebraic expressions of one symbol by isolating zeros, of several by the signs
    of coefficients; a constant by ball arithmetic.

    >>> x = sp.Symbol("x", real=True)
    >>> Positive("above its root", x**2 - 2, {x: (sp.sqrt(2), sp.oo)}).check()
    """

    wanted = 1
    relation = ">"


@dataclass(frozen=True)
class Negative(Signed):
    """`expr` < 0 on the whole open region; see `Positive`."""

    wanted = -1
    relation = "<"
