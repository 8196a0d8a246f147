"""Closed forms on a flat loss, against published ones, against another method, and against sums and simulation."""

from __future__ import annotations

from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from enclosures import assert_encloses

import sgd_markov as sm
from sgd_markov.answer.answer import Answer
from sgd_markov.chain.region import Region
from sgd_markov.effort import Effort
from sgd_markov.engines.exponential_walk import exponential_walk
from sgd_markov.errors import Inconclusive
from sgd_markov.numerics.exponential_sums import ExponentialSum
from sgd_markov.numerics.kinked_steps import kinked_steps
from sgd_markov.passage import flat_walk, kinked_kernel

w, x, y, z = sp.symbols("w x y z", real=True)
b, c = sp.symbols("b c", positive=True)
low, high = sp.symbols("low high", real=True)
R = sp.Rational


def chain(law: object, update: sp.Expr = w + z, **more: object) -> sm.Chain:
    return sm.RandomMap({w: update}, noise={z: law} | {sp.Symbol(n, real=True): other for n, other in more.items()})


def two_sided(up: object, down: object) -> sm.Chain:
    """Exponential steps of mean `up` upwards or `down` downwards, each with probability 1/2."""
    return chain(sm.Exponential(1), w + y * z, y=sm.TwoPoint(up, -down))  # type: ignore[operator]


def test_laplace_steps_with_symbols() -> None:
    found = sm.exit_time(chain(sm.Laplace(0, b)), start=x, inside=[-1, 1])
    assert found.warrant.label == "exact"
    assert sp.expand(found.exact - (1 + 2 * b + 2 * b**2 - x**2) / (2 * b**2)) == 0


def test_laplace_steps_between_symbols() -> None:
    found = sm.exit_time(chain(sm.Laplace(0, b)), start=x, inside=[low, high])
    assert sp.cancel(found.exact - 1 - (high - low) / (2 * b) - (x - low) * (high - x) / (2 * b**2)) == 0
    assert any("low < high" in h.statement and h.state == "assumed" for h in found.hypotheses)


def test_thirty_digits_of_laplace_steps() -> None:
    found = sm.exit_time(chain(sm.Laplace(0, "2/5")), start=0, inside=[-1, 1], digits=30)
    assert_encloses(found, "53/8", 30, "exact")


def test_a_mean_that_depends_on_symbols_is_assumed_not_to_be_0() -> None:
    found = sm.exit_time(two_sided(b, c), start=0, inside=[-1, 1])
    assert any("is not 0" in h.statement and h.state == "assumed" for h in found.hypotheses)
    value = found.exact.subs({b: 1, c: 2})
    assert_encloses(sm.exit_time(two_sided(1, 2), start=0, inside=[-1, 1]), str(sp.N(value, 25)))


CHAINS = [
    ("Laplace", chain(sm.Laplace(0, R(1, 3))), R(1, 4), [-1, R(1, 2)]),
    ("two rates", two_sided(1, 2), R(1, 2), [-1, 1]),
    ("mean 0 of three rates", chain(sm.Exponential(1), w + y * z, y=sm.Finite([1, 2, -3])), 0, [-1, 1]),
    ("Erlang", chain(sm.Gamma(2, R(1, 2))), 0, [0, 2]),
    ("lazy", chain(sm.Laplace(0, 1), w + y * z, y=sm.Bernoulli(R(1, 3))), 0, [-1, 1]),
    ("turned around", chain(sm.Exponential(1), w - z), 0, [-2, 1]),
    ("uniform, near an end", chain(sm.Uniform(R(-3, 5), R(3, 5))), R(1, 5), [0, 1]),
    ("uniform, in the middle", chain(sm.Uniform(R(-3, 5), R(3, 5))), R(9, 20), [0, 1]),
    ("uniform, near the other end", chain(sm.Uniform(R(-3, 5), R(3, 5))), R(19, 20), [0, 1]),
    ("uniform, wide", chain(sm.Uniform(-1, 1)), R(1, 5), [0, R(2, 3)]),
    ("uniform upwards", chain(sm.Uniform(0, 1)), 0, [0, R(5, 2)]),
    ("uniform downwards", chain(sm.Uniform(-2, 0)), 3, [0, 3]),
]


@pytest.mark.parametrize(("model", "start", "inside"), [e[1:] for e in CHAINS], ids=[e[0] for e in CHAINS])
def test_closed_forms_agree_with_piecewise_polynomials(model: sm.Chain, start: object, inside: list[object]) -> None:
    region, effort = Region.of(model, inside, "inside"), Effort()
    exact, certified = (
        m.METHOD.exit_time(model, model.point(start), region, effort) for m in (flat_walk, kinked_kernel)
    )
    assert exact is not None and certified is not None
    assert exact.warrant.label == "exact" and exact.enclosure.meets(certified.enclosure) and exact.reaches(15)


def test_renewals_count_e() -> None:
    assert sm.exit_time(chain(sm.Uniform(0, 1)), start=0, inside=[0, 1]).exact == sp.E


def test_half_lines_by_wald() -> None:
    assert sm.exit_time(two_sided(1, 2), start=R(1, 2), inside=[-1, "oo"]).exact == 7
    assert sm.exit_time(chain(sm.Exponential(b)), start=0, inside=["-oo", 1]).exact.equals(1 + 1 / b)


@pytest.mark.parametrize(("model", "why"), [(two_sided(1, 2), "away from"), (two_sided(1, 1), "null recurrence")])
def test_infinite_mean_times_are_violated_hypotheses(model: sm.Chain, why: str) -> None:
    with pytest.raises(sm.HypothesisViolated, match=why):
        sm.exit_time(model, start=0, inside=["-oo", 1])


def test_ruin_of_a_walk_with_a_drift() -> None:
    """The positive root 1/4 of E exp(L x) = 1 and the memoryless overshoot: (1 - 1/4) exp(-(1 - w)/4)."""
    found = sm.hitting(two_sided(1, 2), start=R(1, 2), target=[1, "oo"])
    assert sp.cancel(found.exact - R(3, 4) * sp.exp(R(-1, 8))) == 0
    rng = np.random.default_rng(3)
    states, hits = np.full(40_000, 0.5), 0
    while len(states):
        steps = rng.exponential(size=len(states))
        states = states + np.where(rng.random(len(states)) < 0.5, steps, -2 * steps)
        hits += int((states >= 1).sum())
        states = states[(states < 1) & (states > -80)]
    assert abs(hits / 40_000 - 0.66187) < 4.9 * 0.5 / 200


def test_hitting_is_certain_without_a_drift() -> None:
    assert sm.hitting(chain(sm.Laplace(0, 1)), start=0, target=[1, "oo"]).exact == 1
    assert sm.hitting(chain(sm.Laplace(0, 1)), start=0, target=["-oo", -5]).exact == 1
    assert sm.hitting(two_sided(1, 2), start=0, target=["-oo", -5]).exact == 1


def test_hitting_between_two_ends() -> None:
    found = sm.hitting(chain(sm.Laplace(0, b)), start=x, target=[1, "oo"], avoid=["-oo", -1])
    assert sp.cancel(found.exact - (x + 1 + b) / (2 + 2 * b)) == 0
    assert sm.hitting(chain(sm.Laplace(0, 1)), start=0, target=["-oo", -1], avoid=[3, "oo"]).exact == R(4, 6)


def test_survival_of_uniform_steps_is_rational_and_ties_are_decided() -> None:
    model = chain(sm.Uniform(R(-1, 2), R(1, 2)))
    for steps, probability in ((0, 1), (1, R(1, 2)), (2, R(3, 8)), (3, R(7, 24))):
        assert sm.survival(model, start=0, inside=[0, 1], steps=steps).exact == probability
    assert sm.survival(model, start=0, inside=[0, 1], quantile=R(1, 2)).exact == 1
    assert sm.survival(model, start=0, inside=[0, 1], quantile=R(17, 24)).exact == 3
    assert sm.survival(model, start=0, inside=[0, 1], quantile=R(17001, 24000)).exact == 4


def test_survivals_sum_up_to_the_mean_time() -> None:
    model = chain(sm.Uniform(R(-1, 4), 1))
    total = sum((sm.survival(model, start=0, inside=[0, 1], steps=n).exact for n in range(25)), start=sp.Integer(0))
    mean = kinked_kernel.METHOD.exit_time(model, model.point(0), Region.of(model, [0, 1], "inside"), Effort())
    assert mean is not None and abs(mean.enclosure.middle - Fraction(int(total.p), int(total.q))) < 1e-6


def test_survival_of_laplace_steps_with_symbols() -> None:
    found = sm.survival(chain(sm.Laplace(0, b)), start=0, inside=[-1, 1], steps=2)
    with mp.workdps(25):
        inner = lambda u: 1 - (mp.exp(-(1 - u) / 0.4) + mp.exp(-(1 + u) / 0.4)) / 2  # noqa: E731
        reference = 2 * mp.quad(lambda u: mp.exp(-u / mp.mpf("0.4")) / mp.mpf("0.8") * inner(u), [0, 1])
        assert abs(mp.mpf(sp.N(found.exact.subs(b, R(2, 5)), 20)) - reference) < 1e-14


def quasi(model: sm.Chain, digits: int = 15) -> Answer:
    return sm.quasi_stationary(model, inside=[-1, 1], digits=digits)


def test_the_survival_factor_of_laplace_steps() -> None:
    found = quasi(chain(sm.Laplace(0, R(2, 5))), 40)
    with mp.workdps(60):
        omega = mp.findroot(lambda t: mp.mpf(2) / 5 * t * mp.tan(t) - 1, 1.14222685478235)
        assert_encloses(found, mp.nstr(1 / (1 + (mp.mpf(2) / 5 * omega) ** 2), 50), 40, "certified")
    places = [row["density"].enclosure.middle for row in found.extra["density"]]
    assert places == places[::-1] or max(abs(p - q) for p, q in zip(places, places[::-1], strict=True)) < 1e-35
    simpson = sum(p * m for p, m in zip(places, (1, 4, 2, 4, 2, 4, 2, 4, 1), strict=True)) / 12
    assert abs(simpson - 1) < 1e-4


@pytest.mark.parametrize("scale", ["1/1000", "1/20", "7", "1000"])
def test_factors_of_small_and_large_steps_agree_with_the_root(scale: str) -> None:
    found = quasi(chain(sm.Laplace(0, scale)))
    with mp.workdps(40):
        ratio = mp.mpf(sp.Rational(scale).p) / sp.Rational(scale).q
        omega = mp.findroot(lambda t: ratio * t * mp.sin(t) - mp.cos(t), (mp.mpf("1e-9"), mp.pi / 2), solver="anderson")
        assert_encloses(found, mp.nstr(1 / (1 + (ratio * omega) ** 2), 30), 15, "certified")
        assert_encloses(found.extra["mean_time"], mp.nstr(1 + 1 / (ratio * omega) ** 2, 30), 15)


def test_a_wrong_solution_is_not_let_through() -> None:
    steps = kinked_steps(chain(sm.Laplace(0, R(2, 5))))
    assert steps is not None
    walk = exponential_walk(steps)
    assert walk is not None
    wrong = ExponentialSum.monomial(R(53, 8), 0) + ExponentialSum.monomial(-3, 2)
    with pytest.raises(Inconclusive, match="not proved"):
        walk.verify(wrong, ExponentialSum.monomial(1, 0), sp.Integer(-1), sp.Integer(1))


def test_other_walks_are_left_to_other_methods() -> None:
    for model in (chain(sm.Normal(0, 1)), chain(sm.Laplace(0, 1), w / 2 + z), chain(sm.Laplace(R(1, 10), 1))):
        region = Region.of(model, [-1, 1], "inside")
        assert flat_walk.METHOD.exit_time(model, model.point(0), region, Effort()) is None
