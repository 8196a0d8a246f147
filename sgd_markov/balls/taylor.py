"""Taylor series of sympy expressions with ball coefficients, and the precision and length at which they are taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sympy as sp
from flint import arb, arb_series, ctx

from ..errors import Inconclusive
from .evaluate import evaluate


@contextmanager
def series_length(terms: int) -> Iterator[None]:
    """Series are kept to this many terms: global in FLINT like the precision, so only ever set inside a `with` block."""
    before = ctx.cap
    ctx.cap = terms
    try:
        yield
    finally:
        ctx.cap = before


def taylor(expr: sp.Expr, symbol: sp.Symbol, inner: arb_series) -> arb_series:
    """The series of expr(inner(t)) in t, to the length that `series_length` has set.

    The coefficients are balls that hold the true ones: truncation does not touch those that are kept.
    Raises `Inconclusive` for a function whose series is not known.

    >>> x = sp.Symbol("x", real=True)
    >>> with series_length(4):
    ...     [str(c) for c in taylor(1 / (1 - x), x, arb_series([0, 1])).coeffs()]
    ['1.00000000000000', '1.00000000000000', '1.00000000000000', '1.00000000000000']
    """
    known: dict[sp.Expr, arb_series] = {symbol: inner}

    def visit(node: sp.Expr) -> arb_series:
        if node not in known:
            known[node] = arb_series([evaluate(node)]) if symbol not in node.free_symbols else composed(node, visit)
        return known[node]

    return visit(expr)


def composed(node: sp.Expr, visit: Callable[[sp.Expr], arb_series]) -> arb_series:
    if node.is_Add or node.is_Mul:
        total = visit(node.args[0])
        for part in node.args[1:]:
            total = total + visit(part) if node.is_Add else total * visit(part)
        return total
    if node.is_Pow:
        return power(visit(node.base), node.exp, visit)
    rule = RULES.get(type(node).__name__)
    if rule is None:
        raise Inconclusive(f"no certified Taylor series of {type(node).__name__}")
    return rule(visit(node.args[0]))


def power(base: arb_series, exponent: sp.Expr, visit: Callable[[sp.Expr], arb_series]) -> arb_series:
    if exponent.is_Integer:
        whole = whole_power(base, abs(int(exponent)))
        return whole if exponent > 0 else 1 / whole
    if exponent == sp.Rational(1, 2):
        return base.sqrt()
    return (base.log() * visit(exponent)).exp()


def whole_power(base: arb_series, exponent: int) -> arb_series:
    """By squaring."""
    result, square = arb_series([1]), base
    while exponent:
        if exponent & 1:
            result = result * square
        exponent >>= 1
        square = square * square if exponent else square
    return result


def sinh(x: arb_series) -> arb_series:
    return (x.exp() - (-x).exp()) / 2


def cosh(x: arb_series) -> arb_series:
    return (x.exp() + (-x).exp()) / 2


def coefficients(series: arb_series, length: int) -> list[arb]:
    """The first `length` coefficients, zeros included."""
    found = list(series.coeffs())[:length]
    return found + [arb(0)] * (length - len(found))


def method(name: str) -> Callable[[arb_series], arb_series]:
    """The method of that name."""
    return lambda x: getattr(x, name)()


# No asin and acos: Arb's values of balls that hold a branch point are finite, so that no bound on a disc shows it.
RULES: dict[str, Callable[[arb_series], arb_series]] = {
    **{name: method(name) for name in ("exp", "log", "sin", "cos", "tan", "atan", "erf", "erfc", "erfi")},
    "sinh": sinh,
    "cosh": cosh,
    "tanh": lambda x: sinh(x) / cosh(x),
}
