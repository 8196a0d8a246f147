"""Closed forms rewritten so that their derivatives are as easy to enclose as they are themselves."""

from __future__ import annotations

from typing import Any

import sympy as sp

from ..balls.functions import FUNCTIONS
from ..balls.hypergeometric import hypergeometric

THREE_HALVES = sp.Rational(3, 2)


class GaussianSeries(sp.Function):  # type: ignore[misc]
    """G(z) = z 2F2(1, 1; 3/2, 2; z), with G'(z) = 1F1(1; 3/2; z).

    sympy's own derivative is a 2F2 that cancels catastrophically for large negative z.
    """

    nargs = 1

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        return sp.hyper((1,), (THREE_HALVES,), self.args[0])


class ProductWithLog(sp.Function):  # type: ignore[misc]
    """v log|v|, with 0 log 0 = 0, known also on balls around 0."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        return sp.log(sp.Abs(self.args[0])) + 1


def smooth(formula: sp.Expr) -> sp.Expr:
    """The same function with every continued weight log|v| (`laws.signs.times_log`) written through v log|v|."""
    table = {cases: product_with_log(cases) for cases in formula.atoms(sp.Piecewise)}
    return formula.xreplace({cases: product for cases, product in table.items() if product is not None})


def product_with_log(cases: sp.Piecewise) -> sp.Expr | None:
    if len(cases.args) != 2 or not isinstance(cases.args[0].cond, sp.Eq) or cases.args[0].expr != 0:
        return None
    logarithms = [factor for factor in sp.Mul.make_args(cases.args[1].expr) if isinstance(factor, sp.log)]
    if len(logarithms) != 1 or not isinstance(logarithms[0].args[0], sp.Abs):
        return None
    (value,) = logarithms[0].args[0].args
    return sp.cancel(cases.args[1].expr / logarithms[0] / value) * ProductWithLog(value)


def differentiable(formula: sp.Expr) -> sp.Expr:
    """The same function with every 2F2(1, 1; 3/2, 2; z) written through G, undefined where it was continued by a limit."""
    parts = []
    for term in sp.Add.make_args(without_limits(smooth(formula))):
        series = [h for h in term.atoms(sp.hyper) if h.ap == (1, 1) and set(h.bq) == {THREE_HALVES, sp.Integer(2)}]
        for h in series:
            stand_in = GaussianSeries(h.argument)
            term = sp.cancel(term.xreplace({h: sp.Integer(1)}) / h.argument) * stand_in
        parts.append(term)
    return sp.Add(*parts)


def without_limits(formula: sp.Expr) -> sp.Expr:
    """Removable singularities without the values that fill them: sympy would differentiate those as constants."""
    table = {
        cases: cases.args[1].expr
        for cases in formula.atoms(sp.Piecewise)
        if len(cases.args) == 2 and isinstance(cases.args[0].cond, sp.Eq) and cases.args[1].cond == sp.true
    }
    return formula.xreplace(table) if table else formula


def _evaluate_series(walk: Any, z: Any) -> Any:
    from flint import arb, fmpq

    complex_plane = walk.complex_plane
    return z * hypergeometric([arb(1), arb(1)], [arb(fmpq(3, 2)), arb(2)], z, complex_plane)


FUNCTIONS["GaussianSeries"] = _evaluate_series


def _evaluate_product_with_log(walk: Any, v: Any) -> Any:
    """On [-r, r] with r <= 1/e at most r |log r| in size: v |log v| increases up to 1/e."""
    from flint import arb

    if walk.complex_plane or v > 0 or v < 0:
        return v * walk.log(walk.absolute(v))
    radius = abs(v).upper()
    if not radius * 3 < 1:
        return arb.nan()
    reach = arb(0) if radius == 0 else (radius * radius.log()).abs_upper()
    return arb(0, reach)


FUNCTIONS["ProductWithLog"] = _evaluate_product_with_log
