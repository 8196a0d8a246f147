"""A finite ball on a branch cut is no proof of analyticity: with `analytic` it has to be undefined."""

from __future__ import annotations

import pytest
import sympy as sp
from flint import acb, arb

from sgd_markov.balls.evaluate import evaluate_complex

x = sp.Symbol("x", real=True)
ON = {
    sp.asin: acb(arb(2, 0.1), arb(0, 0.1)),
    sp.acos: acb(arb(-2, 0.1), arb(0, 0.1)),
    sp.atan: acb(arb(0, 0.1), arb(2, 0.1)),
    sp.acosh: acb(arb(0, 0.1), arb(0, 0.1)),
    sp.asinh: acb(arb(0, 0.1), arb(-2, 0.1)),
    sp.atanh: acb(arb(2, 0.1), arb(0, 0.1)),
    sp.loggamma: acb(arb(-2.5, 0.1), arb(0, 0.1)),
    sp.Ei: acb(arb(-1, 0.1), arb(0, 0.1)),
}
OFF = {sp.acosh: acb(2, 0.1), sp.loggamma: acb(1, 0.1), sp.Ei: acb(1, 0.1)}


@pytest.mark.parametrize("function", ON, ids=str)
def test_a_ball_on_the_cut_is_undefined_where_analyticity_is_asked(function: type) -> None:
    found = evaluate_complex(function(x), {x: ON[function]}, True)
    assert not found.is_finite()


@pytest.mark.parametrize("function", ON, ids=str)
def test_a_ball_off_the_cut_has_its_value(function: type) -> None:
    place = OFF.get(function, acb(0.25, 0.1))
    asked, plain = (evaluate_complex(function(x), {x: place}, analytic) for analytic in (True, False))
    assert asked.is_finite() and asked.overlaps(plain)
