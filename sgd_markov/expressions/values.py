"""Numbers as TOML and Python hand them over, made exact."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from numbers import Integral
from types import MappingProxyType

import sympy as sp

from ..errors import InvalidInput
from .build import decimal, parse
from .limits import Refused
from .screen import check_bits

NO_SYMBOLS: Mapping[str, sp.Symbol] = MappingProxyType({})


class DecimalText(str):
    """A TOML decimal that keeps its literal text: `tomllib.loads(text, parse_float=DecimalText)`.

    >>> import tomllib
    >>> number(tomllib.loads("lr = 0.1", parse_float=DecimalText)["lr"], "lr")
    1/10
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def number(value: object, field: str, symbols: Mapping[str, sp.Symbol] = NO_SYMBOLS) -> sp.Expr:
    """A TOML value as an expression: an integer, a decimal, or text in the grammar.

    >>> number("1/3", "data.x.mean"), number(2, "data.x.std"), number(DecimalText("1e-3"), "lr")
    (1/3, 2, 1/1000)
    >>> number(True, "lr")
    Traceback (most recent call last):
        ...
    sgd_markov.errors.InvalidInput: lr: True is not allowed; use a number, or an expression in quotes
    """
    if isinstance(value, DecimalText):
        return _literal(value, field)
    if isinstance(value, str):
        return parse(value, symbols, field)
    if isinstance(value, int) and not isinstance(value, bool):
        return _bounded(sp.Integer(value), value, field)
    raise InvalidInput(field, _shown(value), "a number, or an expression in quotes")


def exact(value: object, field: str, symbols: Mapping[str, sp.Symbol] = NO_SYMBOLS) -> sp.Expr:
    """A value of the Python API as an expression; floats are refused.

    >>> exact(Fraction(1, 3), "learning_rate"), exact("0.1", "learning_rate"), exact(Decimal("0.5"), "a")
    (1/3, 1/10, 1/2)
    >>> exact(0.1, "learning_rate")
    Traceback (most recent call last):
        ...
    sgd_markov.errors.InvalidInput: learning_rate: 0.1 is not allowed; use "0.1" (a decimal in quotes is exact)
    """
    if isinstance(value, sp.Expr):
        return _checked(value, field)
    if isinstance(value, float | sp.Float):
        raise InvalidInput(field, value, float_cure(float(value)))
    if isinstance(value, Fraction):
        return _bounded(sp.Rational(value.numerator, value.denominator), value, field)
    if isinstance(value, Decimal):
        return _literal(str(value), field)
    if isinstance(value, Integral) and not isinstance(value, bool):
        return number(int(value), field)
    if isinstance(value, str):
        return number(value, field, symbols)
    raise InvalidInput(field, _shown(value), 'an int, a Fraction, a sympy expression, or text such as "1/10"')


def float_cure(value: float) -> str:
    if value != value:
        return "a number"
    if value in (float("inf"), float("-inf")):
        return f'"{str(value).replace("inf", "oo")}" (oo is infinity)'
    return f'"{value!r}" (a decimal in quotes is exact)'


def _literal(text: str, field: str) -> sp.Rational:
    """A decimal of TOML or of Python's Decimal: a sign, digits, perhaps underscores and an exponent."""
    digits = text.replace("_", "").lstrip("+-")
    if not digits[:1].isdigit():
        raise InvalidInput(field, float(text), 'a finite number, or "oo" or "-oo" in quotes')
    try:
        size = decimal(digits)
    except Refused as refusal:
        raise InvalidInput(field, text, str(refusal)) from None
    return -size if text.startswith("-") else size


def _bounded(rational: sp.Rational, value: object, field: str) -> sp.Rational:
    try:
        check_bits(rational, "it")
    except Refused as refusal:
        raise InvalidInput(field, _shown(value), str(refusal)) from None
    return rational


def _checked(expr: sp.Expr, field: str) -> sp.Expr:
    """The expression of a Python user, without floats and real as far as its form shows."""
    for found in sorted(expr.atoms(sp.Float), key=str):
        raise InvalidInput(field, _shown(expr), f"{float_cure(float(found))} or a Rational in place of {found}")
    if expr.has(sp.nan, sp.zoo, sp.I):
        raise InvalidInput(field, _shown(expr), "a real expression that is defined")
    for rational in expr.atoms(sp.Rational):
        _bounded(rational, rational, field)
    return expr


def _shown(value: object) -> object:
    """The value, unless it cannot be printed: Python refuses integers of more than 4300 digits."""
    try:
        str(value)
    except (ValueError, RecursionError):
        return f"<{type(value).__name__}>"
    return value
