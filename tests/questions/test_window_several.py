"""Windows in several dimensions: all blocks have to contract."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.answer.enclosure import Enclosure
from sgd_markov.answer.number import Number
from sgd_markov.errors import HypothesisViolated, Inconclusive, InvalidInput
from sgd_markov.numerics.windows import Window

w, w1, w2, x, y, a = sp.symbols("w w1 w2 x y a", real=True)
lr, k = sp.symbols("lr k", positive=True)
ORIGIN = {w1: 0, w2: 0}


def network(target: object) -> sm.SGD:
    """Two layers, linear: (w2 w1 x - y)^2/2 with x = 1."""
    return sm.SGD((w2 * w1 * x - y) ** 2 / 2, [w1, w2], lr, data={x: sm.Constant(1), y: target})


def window(chain: object, **fields: object) -> sm.Answer:
    return sm.window(chain, at=dict.fromkeys(chain.state, 0), parameter=lr, **fields)


def texts(answer: sm.Answer, name: str = "intervals") -> list[object]:
    found = answer.extra[name]
    return [[str(end) for end in span] for span in found] if name != "superstable" else [str(value) for value in found]


def test_collapse_window_of_the_network():
    answer = window(network(sm.TwoPoint("6/5", "-4/5")))
    assert texts(answer) == [["5/12", "5/4"]] and answer.warrant.label == "exact"
    # at 5/4 one exponent is -oo and the other 0: an end, not superstable
    assert texts(answer, "superstable") == []
    assert texts(window(network(sm.TwoPoint("73/50", "-27/50")))) == []


def test_collapse_window_for_all_means():
    """Not empty exactly for |a| < 1/sqrt 5; the ends are those of theory.md A.5."""
    cases = window(network(sm.TwoPoint(a + 1, a - 1))).extra["cases"]
    filled = [case for case in cases if case["intervals"]]
    for value, inside in ((sp.Rational(-1, 2), False), (sp.Rational(-2, 5), True), (0, True), (sp.Rational(44, 100), True), (sp.Rational(45, 100), False)):
        holding = [case for case in filled if bool(case["condition"].subs(a, value))]
        assert bool(holding) is inside
    (right,) = [case for case in filled if bool(case["condition"].subs(a, sp.Rational(1, 5)))]
    ((low, high),) = right["intervals"]
    assert sp.simplify(low.exact - 2 * a / (1 - a**2)) == 0
    assert sp.simplify(high.exact - (-a + sp.sqrt(2 - a**2)) / (1 - a**2)) == 0
    assert right["condition"] == sp.And(a > 0, a < sp.sqrt(5) / 5)
    (middle,) = [case for case in filled if bool(case["condition"].subs(a, 0))]
    assert [str(value) for value in middle["superstable"]] == ["1"]


def test_a_continuous_law():
    """Exponents E log|1 +- lr y|, y ~ N(1/5, 1): the window of the larger, known from one dimension."""
    whole = window(network(sm.Normal("1/5", 1)))
    alone = sm.window(sm.SGD(x * w**2 / 2, [w], lr, data={x: sm.Normal("-1/5", 1)}), at=0, parameter=lr)
    ((low, high),), ((first, last),) = whole.extra["intervals"], alone.extra["intervals"]
    assert low.enclosure.meets(first.enclosure) and high.enclosure.meets(last.enclosure)
    assert low.enclosure.reaches(12) and whole.warrant.label == "certified"


def test_a_saddle_with_a_contracting_direction():
    chain = sm.SGD(x * w1**2 / 2 + y * w2**2 / 2, [w1, w2], lr, data={x: sm.TwoPoint("4/5", "-6/5"), y: sm.Constant(1)})
    assert texts(window(chain)) == [["5/12", "5/3"]]
    still = sm.SGD(x * w1**2 / 2 + y * w2**2 / 2, [w1, w2], lr, data={x: sm.TwoPoint("4/5", "-6/5"), y: sm.Constant(2)})
    assert texts(window(still)) == [["5/12", "1"]]


def test_superstable_only_where_all_exponents_are():
    def chain(first: object, second: object) -> sm.SGD:
        return sm.SGD(x * w1**2 / 2 + y * w2**2 / 2, [w1, w2], lr, data={x: sm.Constant(first), y: sm.Constant(second)})

    assert texts(window(chain(1, 1)), "superstable") == ["1"] and texts(window(chain(1, 1))) == [["0", "2"]]
    assert texts(window(chain(1, 2)), "superstable") == [] and texts(window(chain(1, 2))) == [["0", "1"]]


def test_momentum_without_randomness():
    """0 < lr k < 2 (1 + mu) for heavy ball, 2 (1 + mu)/(1 + 2 mu) for Nesterov."""
    heavy = sm.HeavyBall(k * w**2 / 2, [w], learning_rate=lr, momentum="7/10")
    (case,) = window(heavy).extra["cases"]
    assert [str(end) for end in case["intervals"][0]] == ["0", "17/(5*k)"]
    assert texts(window(heavy.subs({k: 3}))) == [["0", "17/15"]]
    nesterov = sm.Nesterov(w**2, [w], learning_rate=lr, momentum="9/10")
    answer = window(nesterov)
    assert texts(answer) == [["0", "19/28"]] and texts(answer, "superstable") == ["1/2"]


@pytest.mark.parametrize(
    ("optimizer", "high"), [(sm.HeavyBall, Fraction(85, 157)), (sm.EMAMomentum, Fraction(850, 471))], ids=["heavy ball", "ema"]
)
def test_momentum_with_cauchy_curvature(optimizer: object, high: Fraction):
    """Exact ends (Schur and Cohn at the complex point of the law); the exponent of the closed form changes sign there."""
    momentum = "beta1" if optimizer is sm.EMAMomentum else "momentum"
    chain = optimizer(x * w**2 / 2, [w], learning_rate=lr, data={x: sm.Cauchy("1/2", "3/10")}, **{momentum: "7/10"})
    answer = window(chain)
    assert texts(answer) == [["0", str(high)]] and answer.warrant.label == "exact"
    signs = []
    for step in (high * Fraction(99, 100), high * Fraction(101, 100)):
        fixed = chain.subs({lr: sp.Rational(step.numerator, step.denominator)})
        signs.append(sm.lyapunov(fixed, at=dict.fromkeys(fixed.state, 0)).enclosure.sign)
    assert signs == [-1, 1]
    maximum = optimizer(x * w**2 / 2, [w], learning_rate=lr, data={x: sm.Cauchy("-1/2", "3/10")}, **{momentum: "7/10"})
    assert texts(window(maximum)) == []


def test_momentum_with_noise():
    """Two cells of the table of theory.md A.4 by proof: 4/5 lies inside, 1/5 and 2 outside."""
    chain = sm.HeavyBall(x * w**2 / 2, [w], learning_rate=lr, momentum="3/10", data={x: sm.TwoPoint("4/5", "-6/5")})
    answer = window(chain, digits=2)
    assert answer.warrant.label == "certified"
    ((low, high),) = answer.extra["intervals"]
    assert Fraction(1, 5) < low.enclosure.lower and low.enclosure.upper < Fraction(4, 5) < high.enclosure.lower
    assert high.enclosure.upper < 2


def test_even_moments():
    """E||M||^2 decreases where the spectral radius of E M^(tensor 2) is below 1: at the ends it is 1."""
    chain = sm.HeavyBall(x * w**2 / 2, [w], learning_rate=lr, momentum="3/10", data={x: sm.TwoPoint(2, "1/2")})
    answer = window(chain, order=2)
    assert texts(answer) == [["0", "91/73"]] and answer.warrant.label == "exact"
    rates = {}
    for value in ("91/73", "1", "5/4"):
        fixed = chain.subs({lr: sp.Rational(value)})
        rates[value] = sm.moment_exponent(fixed, at=dict.fromkeys(fixed.state, 0), order=2).enclosure.sign
    assert rates == {"91/73": 0, "1": -1, "5/4": 1}
    (fourth,) = window(chain, order=4).extra["intervals"]
    assert fourth[1].enclosure.upper < Fraction(91, 73) and fourth[1].enclosure.reaches(15)
    with pytest.raises(Inconclusive):
        window(chain, order=3)


def test_refusals():
    with pytest.raises(InvalidInput, match="numbers for all but one"):
        window(network(sm.TwoPoint(a + k, a - k)))
    steady = sm.SGD(x * w1**2 / 2 + y * w2**2 / 2, [w1, w2], "1/2", data={x: sm.Constant(1), y: sm.Constant(2)})
    with pytest.raises(InvalidInput, match="depends"):
        window(steady)
    gone = sm.RandomMap({w1: lr * w2, w2: 0 * w1})
    with pytest.raises(HypothesisViolated):
        window(gone)


def spans(*ends: tuple[int, int]) -> tuple[tuple[Number, Number], ...]:
    return tuple((number(low), number(high)) for low, high in ends)


def number(value: int) -> Number:
    return Number(sp.Integer(value), Enclosure.point(value))


def as_pairs(found: tuple[tuple[Number, Number], ...]) -> list[tuple[int, int]]:
    return [(int(low.enclosure.lower), int(high.enclosure.upper)) for low, high in found]


def test_the_intersection_of_windows():
    first = Window(spans((0, 4), (6, 9)), superstable=(number(2), number(7)), undecided=spans((4, 5)))
    second = Window(spans((1, 7),), superstable=(number(2),), undecided=spans((8, 10)))
    both = first.meet(second)
    assert as_pairs(both.intervals) == [(1, 4), (6, 7)]
    assert [str(value) for value in both.superstable] == ["2"]
    assert sorted(as_pairs(both.undecided)) == [(4, 5), (8, 9)]


def test_ends_that_cannot_be_told_apart():
    """Two enclosed ends that overlap: whether anything lies between them is undecided."""
    blurred = Number(None, Enclosure(Fraction(1), Fraction(2)))
    touching = Number(None, Enclosure(Fraction(3, 2), Fraction(5, 2)))
    both = Window(((number(0), blurred),)).meet(Window(((touching, number(5)),)))
    assert both.intervals == () and len(both.undecided) == 1
