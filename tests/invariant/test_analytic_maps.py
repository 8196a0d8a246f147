"""Fixed points of nonlinear chains, and means under random analytic maps that contract a disc."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy as sp

from sgd_markov.chain.random_map import RandomMap
from sgd_markov.effort import Effort
from sgd_markov.errors import HypothesisViolated, Inconclusive
from sgd_markov.invariant import analytic_maps, disc_contraction, ellipse_contraction, fixed_points
from sgd_markov.invariant.stationary_law import Place
from sgd_markov.laws.finite import Finite
from sgd_markov.laws.normal import Normal
from sgd_markov.laws.rademacher import Rademacher
from sgd_markov.laws.two_point import TwoPoint
from sgd_markov.laws.uniform import Uniform
from sgd_markov.numerics.moebius import Moebius, keeps, moebius
from sgd_markov.numerics.power_series import power_series, series_length
from sgd_markov.optimizers.sgd import SGD
from sgd_markov.proof import StepFailed
from sgd_markov.proof.discs import AnalyticDisc, DiscKept, EllipseKept, IntervalKept
from sgd_markov.questions.stationary import stationary

R = sp.Rational
w, x, z = sp.symbols("w x z", real=True)
a = sp.Symbol("a", real=True)
lr, h = sp.symbols("lr h", positive=True)
NOWHERE = Place()
SECOND = "0.29092647642930873638069776273912029008"

QUARTIC = SGD(x * (w**2 / 2 - w**4 / 4), [w], lr, data={x: TwoPoint(a + 1, a - 1)})
QUESTION = RandomMap({w: x * w / (1 + w) + (1 - x) / (1 + w)}, noise={x: TwoPoint(1, 0)})
DIGITS = RandomMap({w: 1 / (z + w)}, noise={z: Finite([1, 2])})


def test_several_fixed_points_are_named():
    with pytest.raises(HypothesisViolated, match="point masses at"):
        stationary(QUARTIC, of=w)
    for start in (0, 1, -1):
        answer = stationary(QUARTIC, of=w, start=start)
        assert (answer.exact, answer.extra["unique"]) == (start, False)
    assert stationary(QUARTIC, of=w, within=["1/2", 2]).exact == 1
    with pytest.raises(Inconclusive):
        stationary(QUARTIC, of=w, start="1/2")


def test_fixed_points_of_other_forms():
    assert stationary(RandomMap({w: w / (1 + z * w)}, noise={z: Uniform(2, 3)}), of=w).exact == 0
    with pytest.raises(HypothesisViolated, match=r"-sqrt\(2\), 1, sqrt\(2\)"):
        stationary(RandomMap({w: w + z * (w**2 - 2) * (w - 1)}, noise={z: Finite([1, 2])}), of=w)
    symbolic = RandomMap({w: w - lr * z * w * (w**2 - h**2)}, noise={z: Normal(1, 2)})
    assert stationary(symbolic, of=w, start=h).exact == h
    # x^5 - x - 1 has one real root, without a closed form of degree 2: refused, not forgotten
    assert_none(fixed_points, RandomMap({w: w + z * (w**5 - w - 1)}, noise={z: Finite([1, 2])}))


def test_another_law_is_proved_only_where_it_is():
    escaping = fixed_points.recognise(RandomMap({w: z * w * (1 - w)}, noise={z: Finite([2, 3])}), NOWHERE, Effort())
    assert escaping.unique is False
    trapped = fixed_points.recognise(
        RandomMap({w: z * w * (1 - w)}, noise={z: Finite([R(1, 2), R(1, 3)])}), NOWHERE, Effort()
    )
    assert trapped.unique is None
    absorbed = fixed_points.recognise(
        RandomMap({w: z * w * (1 - w)}, noise={z: Finite([R(1, 2), 4])}), NOWHERE, Effort()
    )
    assert absorbed.unique is None  # 1 leads to 0: the argument does not apply
    for step in escaping.proof:
        step.check()


def assert_none(module, chain, place=NOWHERE):
    with suppress(Inconclusive):  # the catalogue goes on
        assert module.recognise(chain, place, Effort()) is None


@pytest.mark.parametrize(
    "chain",
    [
        RandomMap({w: w / 2 + x}, noise={x: Rademacher()}),
        RandomMap({w: sp.sin(w)}),
        RandomMap({w: w**2 / 4 + x}, noise={x: Normal(0, 1)}),
        RandomMap({w: sp.Abs(w) / 2 + x}, noise={x: Normal(0, 1)}),
        RandomMap({w: x * w + z}, noise={x: Uniform(0, 1), z: Normal(0, 1)}),
    ],
)
def test_chains_without_common_fixed_points(chain):
    began = time.perf_counter()
    assert_none(fixed_points, chain)
    if chain.update[0] != sp.sin(w):
        assert_none(analytic_maps, chain)
    assert time.perf_counter() - began < 1


def test_question_mark_moments():
    assert Fraction(1, 2) in stationary(QUESTION, of=w).enclosure
    answer = stationary(QUESTION, of=w**2, digits=20)
    assert abs(answer.enclosure.middle - Fraction(SECOND)) < Fraction(1, 10**20)
    assert answer.enclosure.width < Fraction(1, 10**20)
    assert answer.warrant.label == "certified"
    # the same measure from the maps w/(1 + w), 1/(2 - w), both parabolic
    both = RandomMap({w: x * w / (1 + w) + (1 - x) / (2 - w)}, noise={x: TwoPoint(1, 0)})
    assert stationary(both, of=w**2).enclosure.meets(answer.enclosure)
    # Kinney's dimension of the measure is log 2 / (2 int log(1 + w) d?) = 0.87471630510821...
    kinney = stationary(QUESTION, of=sp.log(1 + w)).enclosure
    assert abs(np.log(2) / (2 * float(kinney.middle)) - 0.874716305108211) < 1e-14


def test_question_mark_in_another_coordinate():
    # v = 3 - 2 w
    v = (3 - w) / 2
    chain = RandomMap({w: 3 - 2 * (x * v / (1 + v) + (1 - x) / (1 + v))}, noise={x: TwoPoint(1, 0)})
    moved = stationary(chain, of=((3 - w) / 2) ** 2).enclosure
    assert abs(moved.middle - Fraction(SECOND)) < Fraction(1, 10**15)


def tree_mean(maps, f, depth, at):
    """E f after `depth` steps from a point: the average over all words."""
    points = np.array([at])
    for _ in range(depth):
        points = np.concatenate([m(points) for m in maps])
    return float(np.mean(f(points)))


CASES = {
    "digits": (DIGITS, [lambda v: 1 / (1 + v), lambda v: 1 / (2 + v)], w, lambda v: v, 0.5),
    "quadratic": (
        RandomMap({w: w / 2 + w**2 / 10 + z / 4}, noise={z: Rademacher()}),
        [lambda v: v / 2 + v**2 / 10 + 0.25, lambda v: v / 2 + v**2 / 10 - 0.25],
        w**2,
        lambda v: v**2,
        0.0,
    ),
    "sine": (
        RandomMap({w: sp.sin(w) / 2 + z / 4}, noise={z: Rademacher()}),
        [lambda v: np.sin(v) / 2 + 0.25, lambda v: np.sin(v) / 2 - 0.25],
        sp.exp(w),
        np.exp,
        0.0,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_means_agree_with_the_tree_of_words(name):
    chain, maps, of, f, at = CASES[name]
    answer = stationary(chain, of=of)
    assert abs(float(answer.enclosure.middle) - tree_mean(maps, f, 19, at)) < 1e-6


def test_a_mean_that_is_known():
    # E 1/(k + w) = E w, a relation that no part of the computation uses
    left = stationary(DIGITS, of=(1 / (1 + w) + 1 / (2 + w)) / 2, digits=30).enclosure
    right = stationary(DIGITS, of=w, digits=30).enclosure
    assert left.meets(right) and right.width < Fraction(1, 10**30)


def test_where_the_law_is_the_only_one():
    positive = sp.Symbol("w", positive=True)
    chain = RandomMap({positive: 1 / (z + positive)}, noise={z: Finite([1, 2])})
    assert stationary(chain, of=positive).extra["unique"] is True
    assert stationary(DIGITS, of=w).extra["unique"] is None


def test_two_wells_carry_two_laws():
    chain = RandomMap({w: w - (w**3 - w) / 4 + z / 50}, noise={z: Rademacher()})
    with pytest.raises(HypothesisViolated, match="one stationary law is meant"):
        stationary(chain, of=w)
    assert stationary(chain, of=w, start=1).lower > 0 > stationary(chain, of=w, start=-1).upper


def test_simulation_of_the_mean():
    rng, n = np.random.default_rng(8), 40_000
    v = np.full(n, 0.5)
    for _ in range(80):
        v = np.where(rng.random(n) < 0.5, v / (1 + v), 1 / (1 + v))
    reference = float(stationary(QUESTION, of=w**2).enclosure.middle)
    bound = np.sqrt(np.log(2 / 1e-6) / (2 * n))  # Hoeffding on [0, 1]
    assert abs(np.mean(v**2) - reference) <= bound


def test_altered_discs_fail():
    found = analytic_maps.recognise(QUESTION, NOWHERE, Effort())
    for step in found.proof:
        step.check()
        if isinstance(step, DiscKept):
            with pytest.raises(StepFailed):
                replace(step, inner=(step.inner[0], step.inner[1] - Fraction(1, 10))).check()
        if isinstance(step, IntervalKept):
            with pytest.raises(StepFailed):
                replace(step, span=(Fraction(0), Fraction(9, 10))).check()
    disc = AnalyticDisc("", w, (sp.sin(w) / 2,), Fraction(0), Fraction(1), Fraction(2, 3))
    disc.check()
    for wrong in (
        replace(disc, theta=Fraction(1, 2)),
        replace(disc, maps=(1 / (w - 2) ** 8,)),
        replace(disc, maps=(sp.log(w + R(1, 2)),)),
    ):
        with pytest.raises(StepFailed):
            wrong.check()


def test_expanding_maps_are_refused():
    for chain in (
        RandomMap({w: R(39, 10) * w * (1 - w) + z / 1000}, noise={z: Rademacher()}),
        RandomMap({w: w**2 + z}, noise={z: Rademacher()}),
        RandomMap({w: w - 1 / w + z}, noise={z: Rademacher()}),
        RandomMap({w: x * w / (1 + w) + (1 - x) * w / (1 - w)}, noise={x: TwoPoint(1, 0)}),
    ):
        assert_none(analytic_maps, chain)


def test_maps_that_ended_in_a_traceback():
    with suppress(Inconclusive):
        assert analytic_maps.recognise(RandomMap({w: w / (1 + w)}), Place({w: sp.Integer(1)}), Effort()) is None
    roots = RandomMap({w: sp.root(w, 3) / 2 + z / 4}, noise={z: Rademacher()})
    assert_none(analytic_maps, roots)
    answer = stationary(RandomMap({w: sp.erf(w) / 2 + z}, noise={z: Rademacher()}), of=w**2, digits=8)
    draw, at, total = np.random.default_rng(1), 0.0, 0.0
    for _ in range(40_000):
        at = mpmath.fp.erf(at) / 2 + draw.choice((-1, 1))
        total += at**2 / 40_000
    assert abs(float(answer.enclosure.middle) - total) < 0.02


def test_moebius_maps():
    m = moebius((2 * w + 1) / (w + 1), w)
    assert m == Moebius(Fraction(2), Fraction(1), Fraction(1), Fraction(1))
    assert m.after(m)(Fraction(1, 3)) == m(m(Fraction(1, 3)))
    assert m.image((Fraction(-2), Fraction(0))) is None and keeps([m], (Fraction(0), Fraction(2)))
    assert (
        moebius(1 / w**2, w) is None
        and moebius(sp.sqrt(2) * w, w) is None
        and moebius((w + 1) / (2 * w + 2), w) is None
    )


@pytest.mark.parametrize(
    "expr", [sp.exp(w) / (2 + w), sp.tanh(w) + sp.atan(w**2), sp.sqrt(1 + w) * sp.log(2 + w), (1 + w) ** -3]
)
def test_power_series_agree_with_sympy(expr):
    from flint import arb_series

    with series_length(6):
        found = power_series(expr, w, arb_series([0, 1])).coeffs()
    with mpmath.workdps(30):
        exact = mpmath.taylor(sp.lambdify(w, expr, "mpmath"), 0, 5)
    found = [float(c.mid()) for c in found] + [0.0] * (6 - len(found))
    assert np.allclose(found, [float(e) for e in exact], atol=1e-10)


LOGISTIC = SGD(sp.log(1 + sp.exp(-x * w)) + w**2 / 4, [w], "1/2", data={x: Finite([1, 2, -1])})
TANH = RandomMap({w: sp.tanh(w) / 2 + z / 4}, noise={z: Rademacher()})


def test_logistic_regression_contracts_an_ellipse():
    steps = [lambda v, c=c: v - (-c / (1 + np.exp(c * v)) + v / 2) / 2 for c in (1.0, 2.0, -1.0)]
    answer = stationary(LOGISTIC, of=w)
    assert abs(float(answer.enclosure.middle) - tree_mean(steps, lambda v: v, 12, 0.3)) < 1e-3
    # the mean gradient vanishes under the stationary law: a relation that no part of the computation uses
    gradient = (-1 / (1 + sp.exp(w)) - 2 / (1 + sp.exp(2 * w)) + 1 / (1 + sp.exp(-w))) / 3
    left, right = (stationary(LOGISTIC, of=of, digits=25).enclosure for of in (gradient, -w / 2))
    assert left.meets(right) and left.width < Fraction(1, 10**24)
    assert stationary(LOGISTIC, of=w, start=3).enclosure.meets(answer.enclosure)


def test_disc_and_ellipse_agree():
    chain = RandomMap({w: sp.sin(w) / 2 + z / 4}, noise={z: Rademacher()})
    maps = analytic_maps.analytic_steps(chain)
    thin = ellipse_contraction.ellipse_law(chain, maps, (-0.49, 0.49))
    wide = disc_contraction.boxed_law(chain, maps, (-0.49, 0.49), 0.97)
    effort = Effort(digits=25)
    means = [law.mean_of(sp.exp(w), effort).enclosure for law in (thin, wide)]
    assert means[0].meets(means[1]) and means[0].width < Fraction(1, 10**25)


def test_altered_ellipses_fail():
    (step, *_) = analytic_maps.recognise(TANH, NOWHERE, Effort()).proof
    assert isinstance(step, EllipseKept)
    step.check()
    pole = replace(step, radius=2 * step.radius, rho=Fraction(12))
    for wrong in (
        pole,
        replace(step, maps=(2 * sp.tanh(w),)),
        replace(step, maps=(w,)),
        replace(step, rho=Fraction(1)),
    ):
        with pytest.raises(StepFailed):
            wrong.check()


@pytest.mark.parametrize("of", [1 / w, w**-3, sp.tan(20 * w)])
def test_an_odd_function_with_a_pole_has_no_mean_of_zero(of: sp.Expr) -> None:
    """The law of 3/5 sin(w) +- 1/10 is symmetric about 0, but E 1/w is not known to exist."""
    chain = RandomMap({w: R(3, 5) * sp.sin(w) + x}, noise={x: TwoPoint(R(1, 10), -R(1, 10))})
    for odd in (w / (1 + w**2), sp.sin(w), w**3):
        assert stationary(chain, of=odd).exact == 0
    with pytest.raises(Inconclusive, match="not proved to be analytic"):
        stationary(chain, of=of)
