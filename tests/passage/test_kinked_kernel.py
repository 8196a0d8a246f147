"""First passage with Laplace, exponential, gamma and uniform noise, against closed forms, dense solves and simulation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import sympy as sp
from enclosures import assert_encloses

import sgd_markov as sm
from sgd_markov.answer.answer import Answer
from sgd_markov.chain.region import Region
from sgd_markov.effort import Effort
from sgd_markov.laws.irwin_hall import IrwinHall
from sgd_markov.passage.kinked_kernel import METHOD

w, x, y, z = sp.symbols("w x y z", real=True)
R, E = sp.Rational, sp.E


def chain(update: sp.Expr, law: object, **more: object) -> sm.Chain:
    noise = {z: law} | {sp.Symbol(name, real=True): other for name, other in more.items()}
    return sm.RandomMap({w: update}, noise=noise)


def mean_time(model: sm.Chain, start: object, inside: list[object], digits: int = 15) -> Answer:
    """By this method, also where another one is asked first."""
    found = METHOD.exit_time(model, model.point(start), Region.of(model, inside, "inside"), Effort(digits=digits))
    assert found is not None
    return found.answer("exit-time", digits)


def short_walk(place: sp.Expr) -> sp.Expr:
    """Uniform steps of half-width 1/2 on [0, 1], place <= 1/2: tau' = tau(w + 1/2), tau(w + 1/2)' = -tau."""
    a, half = sp.Symbol("a"), sp.S.Half
    b = a * sp.cos(half) / (1 - sp.sin(half))
    total = (a + b) * sp.sin(half) + (b - a) * (1 - sp.cos(half))
    (found,) = sp.solve(b - 1 - total, a)
    return found * sp.cos(place) + b.subs(a, found) * sp.sin(place)


CUSUM = chain(sp.Max(0, w + z - 1), sm.Exponential(1))
"""Its mean time below 3 from 0 by steps of L' = L - 1 - L(u - 1), L' = L - 1 - L(0) below 1."""
CUSUM_TIME = E**4 - 2 * E**3 + E**2 + E / 3 - 3
AVERAGE = chain(R(9, 10) * w + z, sm.Laplace(0, R(2, 5)))

MEANS = [
    ("Laplace", chain(w + z, sm.Laplace(0, R(2, 5))), R(1, 3), [-1, 1], (1 + R(4, 5) + R(8, 25) - R(1, 9)) * R(25, 8)),
    ("all of the region in reach", chain(w + z, sm.Uniform(-1, 1)), 0, [0, 1], sp.Integer(2)),
    ("uniform", chain(w + z, sm.Uniform(R(-1, 2), R(1, 2))), R(1, 3), [0, 1], short_walk(R(1, 3))),
    ("turned around", chain(w - z, sm.Uniform(R(-1, 2), R(1, 2))), R(1, 3), [0, 1], short_walk(R(1, 3))),
    ("cumulative sum", CUSUM, 0, ["-oo", 3], CUSUM_TIME),
    ("from below the barrier", CUSUM, -4, ["-oo", 3], 1 + CUSUM_TIME - sp.exp(-4)),
    ("renewals", chain(w + z, sm.Exponential(R(1, 2))), 0, ["-oo", 3], sp.Integer(7)),
    ("every second renewal", chain(w + z, sm.Gamma(2, 1)), 0, [0, 3], 1 + (5 + sp.exp(-6)) / 4),
    ("independent draws", chain(z, sm.Laplace(0, 1)), 0, [-1, 1], E),
    ("lazy", chain(w + y * z, sm.Laplace(0, R(2, 5)), y=sm.Bernoulli(R(1, 3))), 0, [-1, 1], 3 * R(53, 8)),
    ("irrational start", chain(w + z, sm.Laplace(0, R(2, 5))), sp.sqrt(2) / 2, [-1, 1], R(81, 16)),
    ("irrational ends", chain(w + z, sm.Laplace(0, 1)), 0, [-sp.sqrt(2), sp.sqrt(2)], 1 + sp.sqrt(2) + 1),
    ("irrational scale", chain(w + z, sm.Laplace(0, sp.sqrt(2))), 0, [-1, 1], (5 + 2 * sp.sqrt(2)) / 4),
]  # fmt: skip


@pytest.mark.parametrize(("model", "start", "inside", "mean"), [c[1:] for c in MEANS], ids=[c[0] for c in MEANS])
def test_mean_times_are_those_of_closed_forms(
    model: sm.Chain, start: object, inside: list[object], mean: sp.Expr
) -> None:
    assert_encloses(mean_time(model, start, inside), str(sp.N(mean, 25)), 15, "certified")


def test_thirty_digits() -> None:
    assert_encloses(mean_time(CUSUM, 0, [0, 3], 30), str(sp.N(CUSUM_TIME, 45)), 30, "certified")


def dense(
    drift: Callable[[np.ndarray], np.ndarray], density: Callable[[np.ndarray], np.ndarray], n: int = 60
) -> Callable[[float], float]:
    """The mean time on [-1, 1] in doubles: interpolation at n Chebyshev nodes, Gauss' rule on both sides of the kink."""
    nodes = np.cos(np.pi * (2 * np.arange(n) + 1) / (2 * n))
    t, q = np.polynomial.legendre.leggauss(60)
    inverse = np.linalg.inv(np.polynomial.chebyshev.chebvander(nodes, n - 1))

    def row(m: float) -> np.ndarray:
        total = np.zeros(n)
        for low, high in ((-1, m), (m, 1)):
            places = (low + high) / 2 + (high - low) / 2 * t
            weights = (high - low) / 2 * q * density(places - m)
            total += weights @ np.polynomial.chebyshev.chebvander(places, n - 1) @ inverse
        return total

    kernel = np.array([row(m) for m in drift(nodes)])
    times = np.linalg.solve(np.eye(n) - kernel, np.ones(n))
    return lambda at: float(1 + row(float(drift(np.array([at]))[0])) @ times)


@pytest.mark.parametrize(
    ("update", "drift"),
    [
        (R(9, 10) * w, lambda v: 0.9 * v),
        (w - (w**3 + w) / 5, lambda v: v - (v**3 + v) / 5),
        (w / 2 + sp.sin(w) / 3, lambda v: v / 2 + np.sin(v) / 3),
        (sp.tanh(w), np.tanh),
    ],
    ids=["linear", "cubic", "sine", "tanh"],
)  # fmt: skip
def test_mean_times_agree_with_a_dense_solve(update: sp.Expr, drift: Callable[[np.ndarray], np.ndarray]) -> None:
    found = mean_time(chain(update + z, sm.Laplace(0, R(2, 5))), R(1, 2), [-1, 1], 12)
    time = dense(drift, lambda s: np.exp(-np.abs(s) / 0.4) / 0.8)(0.5)
    assert found.enclosure is not None and found.enclosure.reaches(12)
    assert abs(float(found.enclosure.middle) / time - 1) < 1e-11


STEPS = [
    ("uniform contraction", R(4, 5) * w + z, sm.Uniform(-1, 1), lambda v, u: 0.8 * v + 2 * u - 1, [-1, 1], 0),
    ("expanding", R(11, 10) * w + z, sm.Laplace(0, R(1, 5)), lambda v, u: 1.1 * v + laplace(u) / 5, [-1, 1], 0),
    ("one-sided", w - R(1, 2) + z, sm.Exponential(1), lambda v, u: v - 0.5 - np.log(1 - u), [-1, 3], 1),
    ("both barriers", sp.Min(1, sp.Max(-1, w + z)), sm.Laplace(0, 1), lambda v, u: np.clip(v + laplace(u), -1, 1), [-1, R(1, 2)], 0),
    ("triangular", w / 2 + z, IrwinHall(-2, 2, 2), None, [-1, 1], 0),
]  # fmt: skip


def laplace(u: np.ndarray) -> np.ndarray:
    return np.where(u < 0.5, np.log(2 * np.minimum(u, 0.5)), -np.log(2 * np.minimum(1 - u, 0.5)))


@pytest.mark.parametrize(
    ("update", "law", "step", "inside", "start"), [c[1:] for c in STEPS], ids=[c[0] for c in STEPS]
)
def test_mean_times_agree_with_simulation(
    update: sp.Expr, law: object, step: object, inside: list[object], start: int
) -> None:
    found = mean_time(chain(update, law), start, inside, 10).enclosure
    assert found is not None and found.reaches(10)
    rng, low, high = np.random.default_rng(5), *map(float, inside)
    states, times, number = np.full(40_000, float(start)), [], 0
    while len(states):
        number += 1
        u = rng.random(len(states))
        if step is None:
            states = states / 2 + 2 * (u + rng.random(len(states)) - 1)
        else:
            states = step(states, u)  # type: ignore[operator]
        kept = (states >= low) & (states <= high)
        times += [number] * int((~kept).sum())
        states = states[kept]
    assert abs(np.mean(times) - float(found.middle)) < 4.9 * np.std(times) / 200


def test_survival_of_uniform_steps_is_rational() -> None:
    model = chain(w + z, sm.Uniform(R(-1, 2), R(1, 2)))
    for steps, probability in ((1, "1/2"), (2, "3/8"), (3, "7/24")):
        assert_encloses(sm.survival(model, start=0, inside=[0, 1], steps=steps), probability)


def test_late_survival_follows_the_quasi_stationary_pair() -> None:
    early, late = (sm.survival(AVERAGE, start=0, inside=[-1, 1], steps=n).enclosure for n in (400, 1400))
    factor = sm.quasi_stationary(AVERAGE, inside=[-1, 1], digits=20).enclosure
    assert early is not None and late is not None and factor is not None and late.reaches(15)
    power = factor.middle**1000
    assert abs(late.middle / early.middle / power - 1) < 1e-13


def test_quantiles_are_told_from_their_neighbours() -> None:
    level = R(99, 100)
    n = int(sm.survival(CUSUM, start=0, inside=[0, 3], quantile=level).exact)
    before, after = (sm.survival(CUSUM, start=0, inside=[0, 3], steps=k).upper for k in (n - 1, n))
    assert after <= 1 - level < before


def test_the_quasi_stationary_factor_of_laplace_steps() -> None:
    model = chain(w + z, sm.Laplace(0, R(2, 5)))
    found = METHOD.quasi_stationary(model, Region.of(model, [-1, 1], "inside"), Effort(digits=25))
    assert found is not None
    omega = sp.nsolve(R(2, 5) * w * sp.tan(w) - 1, w, 1.14, prec=45)
    assert_encloses(found.answer("quasi-stationary", 25), str(sp.N(1 / (1 + R(4, 25) * omega**2), 40)), 25, "certified")
    time = found.extra["mean_time"]
    assert_encloses(time, str(sp.N(1 / (R(4, 25) * omega**2) + 1, 40)), 25)


def test_hitting_probabilities_of_laplace_steps_are_linear() -> None:
    model = chain(w + z, sm.Laplace(0, R(2, 5)))
    found = sm.hitting(model, start=R(1, 2), target=[1, "oo"], avoid=["-oo", -1])
    assert_encloses(found, "19/28")


def test_a_barrier_inside_a_region_changes_nothing() -> None:
    clipped = sm.hitting(chain(sp.Max(0, w + z), sm.Laplace(0, 1)), start=1, target=[2, "oo"], avoid=["-oo", 0])
    assert_encloses(clipped, "1/2")


def test_what_is_certain_is_said_to_be() -> None:
    growing = chain(R(9, 10) * w + z / 10, sm.Exponential(1))
    assert sm.hitting(growing, start=1, target=[2, "oo"]).exact == 1
    assert sm.hitting(growing, start=1, target=["-oo", -1], avoid=[2, "oo"]).exact == 0
    kept = chain(w / 2 + z, sm.Uniform(R(-1, 4), R(1, 4)))
    assert sm.survival(kept, start=0, inside=[-1, 1], steps=7).exact == 1


@pytest.mark.parametrize("question", ["exit_time", "quasi_stationary", "quantile"])
def test_a_region_that_is_never_left_is_a_violated_hypothesis(question: str) -> None:
    kept = chain(w / 2 + z, sm.Uniform(R(-1, 4), R(1, 4)))
    with pytest.raises(sm.HypothesisViolated, match="no step leads out"):
        if question == "exit_time":
            sm.exit_time(kept, start=0, inside=[-1, 1])
        elif question == "quantile":
            sm.survival(kept, start=0, inside=[-1, 1], quantile=R(1, 2))
        else:
            sm.quasi_stationary(kept, inside=[-1, 1])


def test_a_region_that_is_just_left_is_not_called_kept() -> None:
    """|w| <= 1/2 is kept; a little less is not, though it takes long to leave it."""
    model = chain(w / 2 + z, sm.Uniform(R(-1, 4), R(1, 4)))
    found = mean_time(model, 0, [R(-2, 5), R(2, 5)], 6)
    assert found.lower > 10


def test_other_chains_are_left_to_other_methods() -> None:
    for model in (
        chain(w / 2 + z, sm.Normal(0, 1)),
        chain(w + z, sm.Gamma(R(1, 2), 1)),
        chain(w * z, sm.Laplace(0, 1)),
    ):
        assert METHOD.exit_time(model, {w: sp.Integer(0)}, Region.of(model, [-1, 1], "inside"), Effort()) is None


def test_the_budget_ends_with_the_enclosure_reached() -> None:
    model = chain(R(9, 10) * w + z, sm.Uniform(R(-3, 10), R(3, 10)))
    with pytest.raises(sm.Inconclusive) as refusal:
        sm.exit_time(model, start=0, inside=[-1, 1], digits=40, budget=1.5)
    assert refusal.value.enclosure is None or float(refusal.value.enclosure.lower) < 263.2


def test_intervals_that_alternating_steps_keep_are_found() -> None:
    """m(w) = -2/5 w - 1/2 with noise on [-1/10, 1/5]: no end of the region is kept by itself."""
    model = chain(R(-2, 5) * w + z - R(1, 2), sm.Uniform(R(-1, 10), R(1, 5)))
    with pytest.raises(sm.HypothesisViolated, match="no step leads out"):
        sm.exit_time(model, start=R(-9, 25), inside=[R(-9, 10), R(9, 10)])


def test_steps_to_one_side_have_no_quasi_stationary_law() -> None:
    with pytest.raises(sm.HypothesisViolated, match="one side"):
        sm.quasi_stationary(chain(w + z, sm.Exponential(1)), inside=[0, 2])


def test_states_that_no_step_reaches_do_not_count() -> None:
    """From below -5/7 the next step leaves at once: the factor is that of the part that steps reach."""
    model = chain(R(-7, 10) * w + z - R(1, 5), sm.Exponential(R(1, 5)))
    whole, part = (sm.quasi_stationary(model, inside=[low, R(3, 10)], digits=10) for low in (R(-3, 2), R(-1, 2)))
    assert whole.enclosure.meets(part.enclosure) and whole.enclosure.reaches(10)
