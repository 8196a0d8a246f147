"""Windows: tangencies with rational data, superstable values, ends of domains, tiny parts beside singular points."""

from __future__ import annotations

from math import comb, inf, log

import pytest
import sympy as sp

import sgd_markov as sm

w, x, a = sp.symbols("w x a", real=True)
lr = sp.Symbol("lr", positive=True)
Q = sp.Rational


def window(law: object, **options: object) -> object:
    return sm.window(sm.SGD(x * w**2 / 2, [w], lr, data={x: law}), at=0, parameter=lr, **options)


@pytest.mark.parametrize(
    "law",
    [
        sm.Finite(["3/4", 3], ["1/3", "2/3"]),  # |M| = 1/4, 2, 2 at lr = 1
        sm.Finite([7, "7/4", "7/9"]),  # M = -6, -3/4, 2/9 at lr = 1
    ],
)
def test_a_tangency_splits_the_window(law: object) -> None:
    """The exponent touches 0 at lr = 1 without a change of sign: lr = 1 does not attract."""
    at_one = sm.lyapunov(sm.SGD(x * w**2 / 2, [w], 1, data={x: law}), at=0)
    assert at_one.exact == 0
    assert at_one.attracts is False
    spans = window(law).intervals
    assert [str(end) for end in (spans[0][0], spans[0][1], spans[1][0])] == ["0", "1", "1"]


def test_superstable_values_of_a_quadratic_multiplier() -> None:
    found = sm.window(sm.RandomMap({w: w * (1 - a * lr + lr**2)}), at=0, parameter=lr)
    (case,) = (case for case in found.cases if case["condition"].subs(a, Q(5, 2)) == True)  # noqa: E712
    assert sorted(number.exact.subs(a, Q(5, 2)) for number in case["superstable"]) == [Q(1, 2), 2]
    (case,) = (case for case in found.cases if case["condition"].subs(a, 1) == True)  # noqa: E712
    assert case["superstable"] == []


def test_a_nonnegative_symbol_may_be_zero() -> None:
    s = sp.Symbol("s", nonnegative=True)
    cases = window(sm.TwoPoint(s + 1, s - 1)).cases
    (case,) = (case for case in cases if case["condition"].subs(s, 0) == True)  # noqa: E712
    ((low, high),) = case["intervals"]
    assert low.exact == 0
    assert high.exact.subs(s, 0) == sp.sqrt(2)


def test_probabilities_stay_between_0_and_1() -> None:
    p = sp.Symbol("p", positive=True)
    chain = sm.SGD(x * w**2 / 2, [w], "3/2", data={x: sm.TwoPoint(1, -1, p)})
    with pytest.raises(sm.InvalidInput, match="within"):
        sm.window(chain, at=0, parameter=p)
    ((low, high),) = sm.window(chain, at=0, parameter=p, within=[0, 1]).intervals
    # p log(1/2) + (1 - p) log(5/2) = 0
    assert float(low.value) == pytest.approx(log(2.5) / log(5))
    assert high.exact == 1


def batch_exponent(size: int, t: float) -> float:
    total = 0.0
    for k in range(size + 1):
        multiplier = 1 - t * (0.8 * k - 1.2 * (size - k)) / size
        total += -inf if multiplier == 0 else comb(size, k) / 2**size * log(abs(multiplier))
    return total


def test_parts_too_narrow_to_find_are_undecided() -> None:
    """Beside 1/x_k of probability 2^-40 the negative part is narrower than exp(-10^9)."""
    chain = sm.SGD(x * w**2 / 2, [w], lr, data={x: sm.TwoPoint("4/5", "-6/5")}, batch_size=40)
    found = sm.window(chain, at=0, parameter=lr)
    assert found.undecided
    for step in range(1, 400):
        t = step * 0.0617
        inside = any(low.enclosure.upper < t < high.enclosure.lower for low, high in found.intervals)
        open_part = any(low.enclosure.lower <= t <= high.enclosure.upper for low, high in found.undecided)
        assert open_part or inside == (batch_exponent(40, t) < 0)


@pytest.mark.parametrize("size", [0, 30, 70])
def test_moment_windows_of_any_scale(size: int) -> None:
    law = sm.Normal(10**size, 10**size)
    ((_, high),) = window(law, order=1).intervals
    step = Q(high.enclosure.middle.numerator, high.enclosure.middle.denominator)
    chain = sm.SGD(x * w**2 / 2, [w], step, data={x: law})
    assert abs(float(sm.moments(chain, order=1, absolute=True, start=1, steps=1).value) - 1) < 1e-12
