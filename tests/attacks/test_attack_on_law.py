"""Laws of the state: a multiplier that is 1 in disguise, no step at all."""

from __future__ import annotations

from math import erf, sqrt

import pytest
import sympy as sp

import sgd_markov as sm

w, x = sp.symbols("w x", real=True)
ONE = sp.sqrt(5 + 2 * sp.sqrt(6)) - sp.sqrt(2) - sp.sqrt(3) + 1


@pytest.mark.parametrize("multiplier", [sp.Integer(1), ONE, -ONE, sp.Integer(-1)])
def test_a_normal_walk(multiplier: sp.Expr) -> None:
    """After 3 steps of w' = m w + N(1/2, 1) from 1: N(5/2, 3) for m = 1, N(-1/2, 3) for m = -1."""
    chain = sm.RandomMap({w: multiplier * w + x}, noise={x: sm.Normal("1/2", 1)})
    centre = 2.5 if multiplier > 0 else -0.5
    expected = (erf((2 - centre) / sqrt(6)) - erf(-centre / sqrt(6))) / 2
    assert float(sm.law(chain, start=1, steps=3, set=[0, 2]).value) == pytest.approx(expected, rel=1e-12)


def test_no_step() -> None:
    chain = sm.RandomMap({w: w / 2 + x}, noise={x: sm.Cauchy(0, 1)})
    assert sm.law(chain, start=1, steps=0, set=[0, 2]).exact == 1
    assert sm.law(chain, start=5, steps=0, set=[0, 2]).exact == 0
