"""Steps that state the mean of a logarithm."""

from __future__ import annotations

from dataclasses import dataclass, fields

import sympy as sp

from ..answer.text import expression_latex
from ..balls.adaptive import refine, refine_expression
from ..effort import Effort
from ..laws.law import Law
from .step import Step


@dataclass(frozen=True)
class MeanLog(Step):
    """E log|polynomial(X)| = `value`, X ~ law: certified quadrature and the closed form agree to `digits` digits."""

    law: Law
    symbol: sp.Symbol
    polynomial: sp.Expr
    value: sp.Expr
    digits: int = 8

    def check(self) -> None:
        from ..numerics.kernel_functions import LogModulus
        from ..numerics.law_integral import expectation

        poly, effort = sp.Poly(self.written_out(self.polynomial), self.symbol), Effort(digits=self.digits)
        integral = refine(lambda: expectation(self.law, poly, LogModulus()), effort, self.why)
        stated = refine_expression(self.written_out(self.value), effort, self.why)
        if not integral.meets(stated):
            raise self.fail(f"the integral is {float(integral.middle)}, the closed form {float(stated.middle)}")

    @property
    def latex(self) -> str:
        parameters = ",\\ ".join(expression_latex(getattr(self.law, entry.name)) for entry in fields(self.law))
        law = rf"{expression_latex(self.symbol)} \sim \text{{{self.law.name}}}\left({parameters}\right)"
        inside = expression_latex(self.polynomial)
        return rf"\mathbb{{E}}\log\left|{inside}\right| = {expression_latex(self.value)} \quad \text{{for }} {law}"

    @property
    def kind(self) -> str:
        return "certified"
