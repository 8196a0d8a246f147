"""Windows and their case distinctions as LaTeX."""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp

from ..answer.answer import decimal_latex
from ..answer.number import Number
from ..answer.text import expression_latex
from .windows import Window

Row = tuple[sp.Basic, tuple[tuple[sp.Expr, sp.Expr], ...]]
"""A condition and the intervals that hold under it."""


def cases_latex(cases: Iterable[Row]) -> str:
    rows = []
    for condition, intervals in cases:
        sets = r" \cup ".join(span_latex(low, high) for low, high in intervals) or r"\emptyset"
        rows.append(rf"{sets} & {expression_latex(condition)}")
    return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"


def span_latex(low: sp.Expr, high: sp.Expr) -> str:
    return rf"\left({expression_latex(low)},\ {expression_latex(high)}\right)"


def window_latex(found: Window) -> str:
    parts = [rf"\left({number_latex(low)},\ {number_latex(high)}\right)" for low, high in found.intervals]
    return r" \cup ".join(parts) or r"\emptyset"


def number_latex(number: Number) -> str:
    return expression_latex(number.exact) if number.exact is not None else decimal_latex(number.value or "?")
