"""sympy expressions as truncated power series with balls as coefficients, by an own tree walk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sympy as sp
from flint import arb_series, ctx

from ..balls.evaluate import evaluate
from ..errors import Inconclusive

Series = Any
"""flint.arb_series"""

METHODS: dict[type, Callable[[Series], Series]] = {
    sp.exp: lambda s: s.exp(),
    sp.log: lambda s: s.log(),
    sp.sin: lambda s: s.sin(),
    sp.cos: lambda s: s.cos(),
    sp.tan: lambda s: s.tan(),
    sp.atan: lambda s: s.atan(),
    sp.erf: lambda s: s.erf(),
    sp.sinh: lambda s: (s.exp() - (-s).exp()) / 2,
    sp.cosh: lambda s: (s.exp() + (-s).exp()) / 2,
    sp.tanh: lambda s: 1 - 2 / ((2 * s).exp() + 1),
}
"""Entire and meromorphic functions, and log and atan; each analytic where its series is finite."""


@contextmanager
def series_length(terms: int) -> Iterator[None]:
    """Series keep so many terms inside the block; FLINT's setting is global."""
    before = ctx.cap
    ctx.cap = terms
    try:
        yield
    finally:
        ctx.cap = before


def power_series(expr: sp.Expr, variable: sp.Symbol, at: Series) -> Series:
    """The series of the expression with the series `at` for the variable, at the current precision and length.

    >>> x = sp.Symbol("x")
    >>> with series_length(3):
    ...     print(power_series(x**2 + sp.exp(x) - 1, x, arb_series([0, 1])).coeffs()[1])
    1.00000000000000
    """
    if variable not in expr.free_symbols:
        return arb_series([evaluate(expr)])
    if expr == variable:
        return at
    if expr.is_Pow and expr.base != sp.E:
        return power(expr, variable, at)
    parts = [power_series(argument, variable, at) for argument in expr.args]
    if expr.is_Add:
        return sum(parts[1:], start=parts[0])
    if expr.is_Mul:
        result = parts[0]
        for part in parts[1:]:
            result = result * part
        return result
    if type(expr) not in METHODS:
        raise Inconclusive(f"no power series of the function {type(expr).__name__}")
    return METHODS[type(expr)](parts[0])


def power(expr: sp.Expr, variable: sp.Symbol, at: Series) -> Series:
    base = power_series(expr.base, variable, at)
    if expr.exp.is_Integer:
        result, square, left = arb_series([1]), base, abs(int(expr.exp))
        while left:
            result = result * square if left % 2 else result
            square, left = (square * square if left > 1 else square), left // 2
        return result if expr.exp > 0 else 1 / result
    if variable in expr.exp.free_symbols:
        raise Inconclusive(f"no power series of {expr}")
    return (base.log() * evaluate(expr.exp)).exp()
