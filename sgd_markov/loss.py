"""The loss of one sample: its gradient, and its expectation over the law of the data."""

from __future__ import annotations

import sympy as sp
from sympy.core.function import AppliedUndef

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
    """The gradient, away from kinks; a derivative that sympy cannot take is refused.

    A loss may hold an undefined function of one parameter; its derivative is the undefined function with a prime.

    >>> w, x = sp.symbols("w x", real=True)
    >>> gradient_of(x * sp.Function("h", real=True)(w), (w,))
    (x*h'(w),)
    """
    gradient = tuple(primed(sp.diff(loss, parameter)) for parameter in parameters)
    for entry in gradient:
        if entry.has(sp.Derivative, sp.Subs, sp.DiracDelta):
            raise InvalidInput("model.loss", loss, "a loss that is differentiable except at isolated points")
    return gradient


def primed(gradient: sp.Expr) -> sp.Expr:
    """h'(w) in place of d/dw h(w)."""
    named = {d: named_derivative(d) for d in gradient.atoms(sp.Derivative) if is_plain(d)}
    return gradient.xreplace(named)


def is_plain(derivative: sp.Derivative) -> bool:
    """Is it the first derivative of h(w) in w?"""
    function = derivative.expr
    return isinstance(function, AppliedUndef) and derivative.args[1:] == (sp.Tuple(function.args[0], 1),)


def named_derivative(derivative: sp.Derivative) -> sp.Expr:
    function = derivative.expr
    return sp.Function(f"{function.func.__name__}'", real=True)(function.args[0])
