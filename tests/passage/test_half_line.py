"""Walks on half-lines whose mean time to leave is infinite, and neighbours where it is not."""

from __future__ import annotations

import pytest
import sympy as sp

import sgd_markov as sm

w, x, z = sp.symbols("w x z", real=True)


@pytest.mark.parametrize(
    ("law", "region", "reason"),
    [
        (sm.Normal(0, 1), ["-oo", 1], "null recurrence"),
        (sm.Student(3), [-1, "oo"], "null recurrence"),
        (sm.Normal("-1/100", 1), ["-oo", 1], "away"),
        (sm.Exponential(1), [-1, "oo"], "away"),
    ],
)
def test_the_mean_time_is_infinite(law: object, region: list[object], reason: str) -> None:
    with pytest.raises(sm.HypothesisViolated, match=reason):
        sm.exit_time(sm.RandomMap({w: w + z}, noise={z: law}), start=0, inside=region)


def test_a_flat_loss_with_label_noise() -> None:
    chain = sm.SGD(x * w, [w], "1/2", data={x: sm.Finite([-1, 3, -2])})
    with pytest.raises(sm.HypothesisViolated):
        sm.exit_time(chain, start=0, inside=[-1, "oo"])


@pytest.mark.parametrize(
    ("update", "region"),
    [(w + z, [-1, 1]), (w / 2 + z, ["-oo", 1])],  # bounded; pulled back
)
def test_neighbours_have_a_mean(update: sp.Expr, region: list[object]) -> None:
    found = sm.exit_time(sm.RandomMap({w: update}, noise={z: sm.Normal(0, 1)}), start=0, inside=region)
    assert found.enclosure.reaches(15)


def test_a_law_without_mean_is_left_alone() -> None:
    with pytest.raises(sm.Inconclusive):
        sm.exit_time(sm.RandomMap({w: w + z}, noise={z: sm.Cauchy(0, 1)}), start=0, inside=["-oo", 1])
