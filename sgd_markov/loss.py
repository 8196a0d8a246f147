"""The loss of one sample: its gradient, and its expectation over the law of the data."""

from __future__ import annotations

import sympy as sp

from .errors import InvalidInput
from .expressions import exact


def loss_expression(loss: object, parameters: tuple[sp.Symbol, ...]) -> sp.Expr:
    """The loss, checked to depend on the parameters."""
    expression = exact(loss, "model.loss")
    if not parameters:
        raise InvalidInput("model.parameters", "[]", "at least one parameter")
    if not set(parameters) & expression.free_symbols:
        raise InvalidInput("model.loss", expression, "a loss that depends on " + ", ".join(map(str, parameters)))
    return expression


def gradient_of(loss: sp.Expr, parameters: tuple[sp.Symbol, ...]) -> tuple[sp.Expr, ...]:
    """The gradient, away from kinks; a derivative that sympy cannot take is refused."""
    gradient = tuple(sp.diff(loss, parameter) for parameter in parameters)
    for entry in gradient:
        if entry.has(sp.Derivative, sp.Subs, sp.DiracDelta):
            raise InvalidInput("model.loss", loss, "a loss that is differentiable except at isolated points")
    return gradient
