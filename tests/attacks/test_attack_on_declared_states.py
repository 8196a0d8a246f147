"""Point masses at 0 of states that are declared not to be 0."""

from __future__ import annotations

import pytest
import sympy as sp

import sgd_markov as sm

w, x = sp.symbols("w x", real=True)


def test_no_point_mass_outside_the_states() -> None:
    """w' = x w/(1 + w) on w > 0 was given the point mass at 0; with E log x > 0 it has another law, on w > 0."""
    with pytest.raises(sm.Inconclusive):
        sm.stationary(sm.RandomMap({w: x * w / (1 + w)}, noise={x: sm.Gamma(3, 1)}, domain={w: "positive"}))


def test_the_only_law_has_to_live_on_the_states() -> None:
    with pytest.raises(sm.HypothesisViolated, match="a stationary law on positive w"):
        sm.stationary(sm.RandomMap({w: x * w}, noise={x: sm.Uniform(0, 1)}, domain={w: "positive"}))
    assert sm.stationary(sm.RandomMap({w: x * w}, noise={x: sm.Uniform(0, 1)}, domain={w: "nonnegative"}), of=w).exact == 0


def test_the_other_fixed_point_is_meant() -> None:
    """It was refused: 'one stationary law is meant; found: point masses at 0, 1'."""
    assert sm.stationary(sm.RandomMap({w: 2 * w / (1 + w)}, domain={w: "positive"}), of=w).exact == 1
