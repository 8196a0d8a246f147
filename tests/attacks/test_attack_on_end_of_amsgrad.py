"""Sizes that doubles do not hold made `limit` of AMSGrad end in a traceback (OverflowError)."""

import pytest
import sympy as sp

import sgd_markov as sm

w, x = sp.symbols("w x", real=True)
HUGE = sp.Integer(10) ** 400
TWO = (sp.Rational(4, 5), sp.Rational(-6, 5))


def chain(values: tuple[sp.Expr, ...] = TWO, lr: object = 1, beta2: object = 0) -> object:
    return sm.AMSGrad(x * w**2 / 2, [w], lr, 0, beta2, 0, data={x: sm.Finite(list(values))})


@pytest.mark.parametrize(
    ("model", "start"),
    [
        (chain(), {"w": 1 / HUGE}),
        (chain(lr=HUGE), {"w": 1}),
        (chain((HUGE, sp.Integer(-1))), {"w": 1}),
        (chain((1 / HUGE, sp.Integer(-1))), {"w": 1}),
        (chain(beta2=sp.Rational(1, 2)), {"w": 1 / HUGE, "vhat": 1, "v": 1}),
    ],
)
def test_sizes_beyond_doubles_are_refused(model: object, start: dict[str, sp.Expr]) -> None:
    with pytest.raises(sm.Inconclusive, match="1e100"):
        sm.limit(model, start=start, digits=2)


@pytest.mark.parametrize(
    ("model", "start"), [(chain(), {"w": HUGE}), (chain(beta2=sp.Rational(1, 2)), {"w": 1, "vhat": 1, "v": HUGE})]
)
def test_certain_repulsion_is_exact_at_any_size(model: object, start: dict[str, sp.Expr]) -> None:
    answer = sm.limit(model, start=start, digits=2)
    assert answer.extra["masses"][0]["probability"].exact == 0


def test_only_the_ratio_to_the_learning_rate_counts() -> None:
    """w0 = lr = 1e-400 is w0 = lr = 1: about 0.5844 (theory.md A.4)."""
    mass = sm.limit(chain(lr=1 / HUGE), start={"w": 1 / HUGE}, digits=2).extra["masses"][0]["probability"].enclosure
    assert mass.lower < sp.Rational(5844, 10000) < mass.upper
    assert mass.width < sp.Rational(1, 100)


def test_momentum_that_closes_the_window_lets_none_converge() -> None:
    """beta1 = 7/10 is above the critical 0.64 of theory.md A.4; [0, 1] was all that was told."""
    model = sm.AMSGrad(x * w**2 / 2, [w], 1, sp.Rational(7, 10), sp.Rational(1, 2), 0, data={x: sm.Finite(list(TWO))})
    answer = sm.limit(model, start={"w": 2}, digits=2)
    assert answer.extra["masses"][0]["probability"].exact == 0
    assert answer.warrant.label == "certified"


def test_default_betas_are_proved_not_to_converge() -> None:
    """theory.md A.4: at a = -1/5 the window is closed at beta1 = 9/10."""
    betas = sp.Rational(9, 10), sp.Rational(999, 1000)
    model = sm.AMSGrad(x * w**2 / 2, [w], 1, *betas, 0, data={x: sm.Finite(list(TWO))})
    answer = sm.limit(model, start={"w": sp.Rational(99, 2)}, digits=2)
    assert answer.extra["masses"][0]["probability"].exact == 0
