"""sympy expressions as truncated power series with balls as coefficients, by an own tree walk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sympy as sp
from flint import arb, arb_series, ctx

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
"""Entire and meromorphic functions, and log and atan; each analytic where its series is finite.

No asin and acos: Arb's values of balls that hold a branch point are finite, so that no bound on a disc shows it."""

KNOWN: dict[type, Callable[[Series], Series]] = {**METHODS, sp.erfc: lambda s: s.erfc(), sp.erfi: lambda s: s.erfi()}
"""All functions whose series are known."""


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

    The coefficients are balls that hold the true ones: truncation does not touch those that are kept.
    Raises `Inconclusive` for a function whose series is not known.

    >>> x = sp.Symbol("x")
    >>> with series_length(3):
    ...     print(power_series(x**2 + sp.exp(x) - 1, x, arb_series([0, 1])).coeffs()[1])
    1.00000000000000
    """
    known: dict[sp.Expr, Series] = {variable: at}

    def visit(node: sp.Expr) -> Series:
        if node not in known:
            known[node] = composed(node, visit) if variable in node.free_symbols else arb_series([evaluate(node)])
        return known[node]

    return visit(expr)


def composed(node: sp.Expr, visit: Callable[[sp.Expr], Series]) -> Series:
    if node.is_Pow:
        return power(visit(node.base), node.exp, visit)
    first, *others = (visit(argument) for argument in node.args)
    if node.is_Add or node.is_Mul:
        for part in others:
            first = first + part if node.is_Add else first * part
        return first
    if type(node) not in KNOWN:
        raise Inconclusive(f"no power series of the function {type(node).__name__}")
    return KNOWN[type(node)](first)


def power(base: Series, exponent: sp.Expr, visit: Callable[[sp.Expr], Series]) -> Series:
    if exponent.is_Integer:
        whole = whole_power(base, abs(int(exponent)))
        return whole if exponent > 0 else 1 / whole
    return base.sqrt() if exponent == sp.Rational(1, 2) else (base.log() * visit(exponent)).exp()


def whole_power(base: Series, exponent: int) -> Series:
    """By squaring."""
    result, square = arb_series([1]), base
    while exponent:
        result = result * square if exponent % 2 else result
        square, exponent = (square * square if exponent > 1 else square), exponent // 2
    return result


def coefficients(series: Series, length: int) -> list[arb]:
    """The first `length` coefficients, zeros included."""
    found = list(series.coeffs())[:length]
    return found + [arb(0)] * (length - len(found))
