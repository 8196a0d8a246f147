"""Random numbers for free symbols that keep their assumptions and the facts of a case."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

import sympy as sp
from sympy.core.function import AppliedUndef

from ..balls.adaptive import proved_sign
from .case_signs import Signs

TRIES = 120
SHRINK = 6
"""Two of three tries are this much smaller, or its square: cases such as -1/4 < w < 0 are met."""


def values_for(exprs: Iterable[sp.Expr], signs: Signs, random: Random) -> dict[sp.Expr, sp.Expr] | None:
    """A rational for each free symbol and each undefined function of the expressions; None where none was found."""
    exprs = [*exprs, *(fact for fact, _ in signs.facts)]
    unknown = sorted(set().union(*(opaque(expr) for expr in exprs)), key=sp.default_sort_key)
    for count in range(TRIES):
        shrunk = sp.Rational(1, SHRINK ** (count % 3))
        table = on_equations({symbol: drawn(symbol, random, shrunk) for symbol in unknown}, signs)
        if all(holds(fact.xreplace(table), allowed) for fact, allowed in signs.facts):
            return table
    return None


def opaque(expr: sp.Expr) -> set[sp.Expr]:
    """What has no value of its own: applied undefined functions, and symbols."""
    functions = expr.atoms(AppliedUndef)
    stand_in = sp.Dummy("function", real=True)
    bare: set[sp.Expr] = expr.xreplace(dict.fromkeys(functions, stand_in)).free_symbols
    return (bare - {stand_in}).union(functions)


def drawn(symbol: sp.Expr, random: Random, unit: sp.Rational) -> sp.Rational:
    """Between 1/5 and 2 units in size, with the sign that the symbol allows."""
    if symbol.is_integer:
        return sp.Integer(random.randint(1, 4))
    size = sp.Rational(random.randint(20, 200), 100) * unit
    if symbol.is_positive or symbol.is_nonnegative:
        return size
    if symbol.is_negative or symbol.is_nonpositive:
        return -size
    return random.choice((-1, 1)) * size


def on_equations(table: dict[sp.Expr, sp.Expr], signs: Signs) -> dict[sp.Expr, sp.Expr]:
    """The table with the symbols that the equations of the case determine from the others."""
    known = signs.substitution
    table = {symbol: known[symbol].xreplace(table) if symbol in known else value for symbol, value in table.items()}
    for fact, allowed in signs.facts:
        if allowed == {0} and not holds(fact.xreplace(table), allowed):
            table = solved(fact, table)
    return table


def solved(fact: sp.Expr, table: dict[sp.Expr, sp.Expr]) -> dict[sp.Expr, sp.Expr]:
    """One symbol of the equation from the others, where sympy finds it; else the table as it was."""
    for symbol in sorted(fact.free_symbols & set(table), key=sp.default_sort_key):
        others = {s: value for s, value in table.items() if s != symbol}
        equation = fact.xreplace(others)
        if not equation.is_polynomial(symbol) or sp.degree(equation, symbol) > 2:
            continue
        roots = sp.solve(equation, symbol)
        fitting = [root for root in roots if root.is_real and (root.is_positive or not symbol.is_positive)]
        if fitting:
            return {**table, symbol: fitting[0]}
    return table


def holds(value: sp.Expr, allowed: frozenset[int]) -> bool:
    sign = proved_sign(value) if not value.free_symbols else None
    return sign in allowed


def in_floats(formula: sp.Expr) -> sp.Expr:
    """Numbers of many digits rounded: numpy has no roots of long integers."""
    return formula.xreplace(
        {number: sp.Float(number, 17) for number in formula.atoms(sp.Rational) if abs(number.p) > 99}
    )
