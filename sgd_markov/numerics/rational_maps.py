"""Expressions as functions of exact fractions: what thousands of states of a lattice chain are mapped with."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import floor, prod

import sympy as sp
from sympy.core.relational import Relational

Values = Sequence[Fraction]
RationalMap = Callable[[Values], Fraction]

ORDER: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


class NotRational(Exception):
    """The expression leaves the rational numbers, or holds a symbol that has no place."""


def rational_map(expr: sp.Expr, symbols: Sequence[sp.Symbol]) -> RationalMap:
    """The expression as a function of the values of `symbols`, exact; raises `NotRational` where it is not one.

    Sums, products, integer powers, Min, Max, floor, Abs, sign, Heaviside (1/2 at 0) and Piecewise.

    >>> w = sp.Symbol("w", real=True)
    >>> rational_map(sp.floor(3 * w) / 2 + sp.sign(w), [w])([Fraction(5, 6)])
    Fraction(2, 1)
    """
    if expr.is_Rational:
        constant = Fraction(int(expr.p), int(expr.q))
        return lambda values: constant
    if expr.is_Symbol:
        if expr not in symbols:
            raise NotRational(expr)
        place = list(symbols).index(expr)
        return lambda values: values[place]
    if isinstance(expr, sp.Piecewise):
        return piecewise_map(expr, symbols)
    if expr.is_Pow:
        return power_map(expr, symbols)
    parts = [rational_map(argument, symbols) for argument in expr.args]
    for kind, combine in COMBINED.items():
        if isinstance(expr, kind):
            return lambda values: combine([part(values) for part in parts])
    raise NotRational(expr)


def power_map(expr: sp.Expr, symbols: Sequence[sp.Symbol]) -> RationalMap:
    if not expr.exp.is_Integer:
        raise NotRational(expr)
    base, power = rational_map(expr.base, symbols), int(expr.exp)
    return lambda values: base(values) ** power


def piecewise_map(expr: sp.Piecewise, symbols: Sequence[sp.Symbol]) -> RationalMap:
    branches = [(rational_map(value, symbols), condition_map(condition, symbols)) for value, condition in expr.args]

    def chosen(values: Values) -> Fraction:
        for value, condition in branches:
            if condition(values):
                return value(values)
        raise NotRational(expr)

    return chosen


def condition_map(condition: sp.Basic, symbols: Sequence[sp.Symbol]) -> Callable[[Values], bool]:
    if condition in (sp.true, sp.false):
        verdict = bool(condition)
        return lambda values: verdict
    if isinstance(condition, sp.And | sp.Or):
        parts = [condition_map(part, symbols) for part in condition.args]
        join = all if isinstance(condition, sp.And) else any
        return lambda values: join(part(values) for part in parts)
    if not isinstance(condition, Relational):
        raise NotRational(condition)
    left, right = rational_map(condition.lhs, symbols), rational_map(condition.rhs, symbols)
    compare = ORDER[condition.rel_op]
    return lambda values: compare(left(values), right(values))


def signum(value: Fraction) -> Fraction:
    return Fraction((value > 0) - (value < 0))


COMBINED: dict[type, Callable[[list[Fraction]], Fraction]] = {
    sp.Add: lambda parts: sum(parts, Fraction(0)),
    sp.Mul: lambda parts: prod(parts, start=Fraction(1)),
    sp.Min: min,
    sp.Max: max,
    sp.floor: lambda parts: Fraction(floor(parts[0])),
    sp.Abs: lambda parts: abs(parts[0]),
    sp.sign: lambda parts: signum(parts[0]),
    sp.Heaviside: lambda parts: (1 + signum(parts[0])) / 2,
}
