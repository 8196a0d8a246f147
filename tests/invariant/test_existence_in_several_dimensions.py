"""Existence of a stationary law in several dimensions where second moments are infinite: E log|A| < 0 for a norm."""

from __future__ import annotations

import pytest
import sympy as sp

import sgd_markov as sm

u, v, a, z = sp.symbols("u v a z", real=True)


def chain(first: object, second: object) -> sm.Chain:
    noise = {a: sm.TwoPoint(first, second), z: sm.Normal(0, 1)}
    return sm.RandomMap({u: a * u + v / 8 + z, v: a * v / 2 + z}, noise=noise)


def test_a_law_with_infinite_second_moments_exists() -> None:
    """|A| is 17/8 or 1/4 by row sums: E log|A| = log(17/32)/2 < 0, but E u^2 = oo since E a^2 > 1."""
    answer = sm.stationary(chain(2, "1/8"))
    assert answer.unique and {h.state for h in answer.hypotheses} == {"proved"}
    assert any("row sums" in h.statement for h in answer.hypotheses)


def test_a_norm_that_does_not_fall_proves_nothing() -> None:
    """|A| is 25/8 or 5/8 by row sums: E log|A| = log(125/64)/2 > 0; the exponent itself is log(3/2)/2 > 0."""
    with pytest.raises(sm.Inconclusive):
        sm.stationary(chain(3, "1/2"))


def test_a_singular_factor_of_positive_probability_forgets_everything() -> None:
    noise = {a: sm.TwoPoint(3, 0), z: sm.Normal(0, 1)}
    answer = sm.stationary(sm.RandomMap({u: a * u + a * v + z, v: a * v / 2 + z}, noise=noise))
    assert answer.unique


def test_column_sums_where_row_sums_do_not_fall() -> None:
    noise = {a: sm.TwoPoint(2, "1/16"), z: sm.Normal(0, 1)}
    answer = sm.stationary(sm.RandomMap({u: a * u / 2 + a * v / 2 + z, v: a * u / 2 + a * v / 2 + z}, noise=noise))
    assert answer.unique
    lopsided = {a: sm.TwoPoint(2, "1/8"), z: sm.Normal(0, 1)}
    answer = sm.stationary(sm.RandomMap({u: a * u + a * v, v: z}, noise=lopsided))
    assert answer.unique
