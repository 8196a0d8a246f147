"""Where the numbers of an optimizer may lie; what symbols leave open is allowed."""

from __future__ import annotations

import sympy as sp

from ..balls.adaptive import proved_sign
from ..errors import Inconclusive, InvalidInput
from ..expressions import exact
from .registry import MEMORY


def share(value: object, field: str, optimizer: str) -> sp.Expr:
    """A momentum or a beta: a number in [0, 1).

    >>> share("9/10", "optimizer.beta1", "adam")
    9/10
    """
    number = named_apart(exact(value, field), field, optimizer)
    if sign(number) == -1 or sign(1 - number) in (0, -1):
        raise InvalidInput(field, number, "a number of at least 0 and below 1")
    return number


def not_negative(value: object, field: str, optimizer: str) -> sp.Expr:
    """An epsilon: a number of at least 0."""
    number = named_apart(exact(value, field), field, optimizer)
    if sign(number) == -1 or number.is_finite is False:
        raise InvalidInput(field, number, "a number that is not negative")
    return number


def named_apart(number: sp.Expr, field: str, optimizer: str) -> sp.Expr:
    """The number, unless it holds a symbol that is named like the memory of the optimizer."""
    for symbol in number.free_symbols:
        if str(symbol) in MEMORY[optimizer]:
            raise InvalidInput(field, symbol, f'another name: it is memory of the optimizer; rename "{symbol}" to "{symbol}_"')
    return number


def sign(number: sp.Expr) -> int | None:
    """The sign of a number, or as far as the assumptions on symbols tell it."""
    if number.free_symbols:
        return -1 if number.is_negative else None
    try:
        return proved_sign(number)
    except Inconclusive:
        return None
