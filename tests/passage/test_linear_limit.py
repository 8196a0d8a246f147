"""Where multiplicative chains end, for all kinds of laws, and starts that no step moves."""

from __future__ import annotations

import pytest
import sympy as sp

import sgd_markov as sm

w, v, x, z = sp.symbols("w v x z", real=True)
R = sp.Rational


def maximum(law: object, lr: sp.Expr) -> sm.Chain:
    """SGD on x w^2/2: a strict local maximum of the expected loss where E x < 0."""
    return sm.SGD(loss=x * w**2 / 2, parameters=[w], learning_rate=lr, data={x: law})


TWO_POINT = sm.TwoPoint(R(4, 5), R(-6, 5))


@pytest.mark.parametrize(
    ("law", "lr", "exponent"),
    [  # theory.md A1: windows (5/12, 5/3), (0.349..., 1.205...), (1.109..., 2.126...) for E x = -1/5
        (TWO_POINT, R(5, 12) + R(1, 100), -1), (TWO_POINT, R(5, 12) - R(1, 100), 1), (TWO_POINT, R(5, 4), -1), (TWO_POINT, R(19, 10), 1),
        (sm.Normal(R(-1, 5), 1), R(35, 100), -1), (sm.Normal(R(-1, 5), 1), R(349, 1000), 1), (sm.Normal(R(-1, 5), 1), R(121, 100), 1),
        (sm.Uniform(R(-6, 5), R(4, 5)), R(111, 100), -1), (sm.Uniform(R(-6, 5), R(4, 5)), R(11, 10), 1),
    ],
)  # fmt: skip
def test_the_window_decides_where_sgd_ends(law: object, lr: sp.Expr, exponent: int) -> None:
    chain = maximum(law, lr)
    if exponent > 0:
        with pytest.raises(sm.HypothesisViolated, match="grows for ever"):
            sm.limit(chain, start=1)
        return
    (mass,) = sm.limit(chain, start=1).masses
    assert mass["at"]["w"].exact == 0 and mass["probability"].exact == 1


@pytest.mark.parametrize(
    "chain",
    [
        sm.RandomMap({w: 3 + x * (w - 3)}, noise={x: sm.TwoPoint(R(49, 25), R(9, 25))}),
        sm.SGD(loss=x * (w - 3) ** 2 / 2, parameters=[w], learning_rate=R(4, 5), data={x: sm.Normal(R(-1, 5), 1)}),
        sm.SGD(loss=x * (w - 3) ** 2 / 2, parameters=[w], learning_rate=R(4, 5), batch_size=2, data={x: sm.Rademacher()}),
    ],
)
def test_multiplied_about_another_place(chain: sm.Chain) -> None:
    (mass,) = sm.limit(chain, start=1).masses
    assert mass["at"]["w"].exact == 3 and mass["probability"].exact == 1


def test_about_another_place_a_wider_law_grows() -> None:
    with pytest.raises(sm.HypothesisViolated, match="grows for ever"):
        sm.limit(sm.RandomMap({w: 3 + x * (w - 3)}, noise={x: sm.TwoPoint(R(49, 25), R(14, 25))}), start=1)


def test_on_the_edge_there_is_no_limit() -> None:
    """At lr = 5/12 the exponent is 0: the path comes near 0 and leaves again for ever."""
    with pytest.raises(sm.HypothesisViolated, match="again and again"):
        sm.limit(maximum(TWO_POINT, R(5, 12)), start=1)


def test_multipliers_of_size_one_keep_two_states() -> None:
    (mass,) = sm.limit(sm.RandomMap({w: x * w}, noise={x: sm.Rademacher()}), start=3).masses
    assert [end.exact for end in mass["set"]] == [-3, 3] and mass["probability"].exact == 1


@pytest.mark.parametrize(
    ("chain", "start"),
    [
        (sm.RandomMap({w: x * w}, noise={x: sm.Normal(0, 1)}), {w: 0}),
        (sm.SGD(loss=x * (w**2 - 1) ** 2, parameters=[w], learning_rate=R(1, 10), data={x: sm.Exponential(1)}), {w: 1}),
        (sm.SGD(loss=x * (w * v - 1) ** 2, parameters=[w, v], learning_rate=R(1, 10), data={x: sm.Exponential(1)}), {w: 2, v: R(1, 2)}),
    ],
)
def test_a_start_that_no_step_moves(chain: sm.Chain, start: dict[sp.Symbol, object]) -> None:
    answer = sm.limit(chain, start=start)
    (mass,) = answer.masses
    assert answer.warrant.label == "exact" and mass["probability"].exact == 1
    assert {str(symbol): sp.sympify(value) for symbol, value in start.items()} == {name: at.exact for name, at in mass["at"].items()}


def test_chains_with_a_shift_are_not_multiplicative() -> None:
    with pytest.raises(sm.Inconclusive):
        sm.limit(sm.RandomMap({w: w / 2 + z}, noise={z: sm.Normal(0, 1)}), start=0)


def test_symbols_without_values_are_named() -> None:
    a = sm.SGD(loss=x * w**2 / 2, parameters=[w], learning_rate=sp.Symbol("lr", positive=True), data={x: TWO_POINT})
    with pytest.raises(sm.InvalidInput, match="lr"):
        sm.limit(a, start=1)
