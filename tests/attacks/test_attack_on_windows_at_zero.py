"""Windows whose closed form cannot be written at the parameter 0."""

from __future__ import annotations

import pytest
import sympy as sp

import sgd_markov as sm

w, x = sp.symbols("w x", real=True)
lr = sp.Symbol("lr", positive=True)


@pytest.mark.parametrize(
    ("multiplier", "law"),
    [
        (1 - lr * (x - sp.Rational(3, 2)) * (x + 1), sm.Student(2, 1, 1)),
        (1 - lr * (x - sp.Rational(3, 2)) * (x + 1), sm.Semicircle(1, 1)),
        (1 - lr * x**2, sm.BetaPrime("1/6", "19/5")),
    ],
)
def test_a_form_that_sympy_cannot_compare_at_0_is_no_traceback(multiplier: sp.Expr, law: object) -> None:
    """`Invalid NaN comparison` came out as a TypeError; the sign beside 0 is just not known by this route."""
    try:
        found = sm.window(sm.RandomMap({w: w * multiplier}, noise={x: law}), at=0, parameter=lr, digits=5, budget=2)
    except sm.Inconclusive:
        return
    assert found.intervals or found.undecided
