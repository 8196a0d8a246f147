"""Finite noise on cells: enclosures against exact laws, closed forms and simulation, and what must be refused."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import inf

import numpy as np
import pytest
import sympy as sp
from numpy.typing import NDArray

import sgd_markov as sm
from sgd_markov.answer.enclosure import Enclosure
from sgd_markov.effort import Effort
from sgd_markov.engines.cells.bounds import Cells
from sgd_markov.engines.cells.exits import dwelling_bound, mean_exit_time
from sgd_markov.engines.cells.hitting import hitting_probability
from sgd_markov.engines.cells.operator import Weights
from sgd_markov.engines.cells.setting import Setting
from sgd_markov.engines.cells.solutions import Data, above, proved_exit_time
from sgd_markov.engines.cells.taylor import Table, row
from sgd_markov.errors import Inconclusive
from sgd_markov.numerics.finite_family import FiniteFamily, finite_family
from sgd_markov.numerics.local_attraction import Repulsion, attraction, neighbourhood, slopes
from sgd_markov.theorems.landscapes import periodic, smooth_valleys, two_valleys

w, x, z = sp.symbols("w x z", real=True)
R = sp.Rational
FALSE_ALARM = 4.9
"""Standard errors at a false-alarm level of 10^-6, two-sided."""


def family(step: sp.Expr, law: object | None = None) -> FiniteFamily:
    found = finite_family(sm.RandomMap({w: step}, noise={z: law or sm.Rademacher()}))
    assert found is not None
    return found


def test_images_enclose_every_map_on_every_cell() -> None:
    generator = np.random.default_rng(1)
    for formula in (w**3 - w, sp.sin(3 * w) * sp.exp(w), 1 / (w + 2), sp.sqrt(w + 3), w**2 - R(1, 3)):
        f = sp.lambdify(w, formula, "mpmath")
        ends = np.linspace(-1, 1, 33)
        table = Table([row(formula, w, a, b) for a, b in zip(ends[:-1], ends[1:], strict=True)])
        low = generator.uniform(-1, 0.99, 200)
        block = np.searchsorted(ends, low, side="right") - 1
        high = np.minimum(low + generator.uniform(0, 0.02, 200), ends[block + 1])
        below, above = table.images(low, high, block)
        for a, b, lo, hi in zip(low, high, below, above, strict=True):
            values = [f(a + (b - a) * k / 8) for k in range(9)]
            assert lo <= min(values) and max(values) <= hi
            assert hi - lo <= float(max(values) - min(values)) + 5e-3 + 40 * (b - a) ** 2


def test_a_row_without_a_bound_says_nothing() -> None:
    below, above = Table([row(1 / w, w, -1.0, 1.0)]).images(np.array([0.5]), np.array([0.6]), np.array([0]))
    assert below[0] == -inf and above[0] == inf


@pytest.mark.parametrize("formula", [w**301, -(w**301), 10**400 * w, R(10) ** 300 * (w**3 - w)])
def test_images_beyond_the_doubles_hold_those_before(formula: sp.Expr) -> None:
    """On [0, 1e6] near 0 and far from it: an overflow was a nan, which counted as right of all cells."""
    low, high = np.array([0.0, 999999.0]), np.array([1e-3, 1e6])
    below, above = Table([row(formula, w, 0.0, 1e6)]).images(low, high, np.array([0, 0]))
    for a, b, lo, hi in zip(low, high, below, above, strict=True):
        for place in (a, (a + b) / 2, b):
            image = Fraction(int(formula.subs(w, R(place)).p), int(formula.subs(w, R(place)).q))
            assert (lo == -inf or Fraction(lo) <= image) and (hi == inf or image <= Fraction(hi))


def test_states_beyond_the_doubles_are_followed() -> None:
    """Both maps lead out at once; what the cells know of 10^400 w is nothing."""
    far = FiniteFamily(w, (R(1, 2), R(1, 2)), (10**400 * w, w + 300))
    found = mean_exit_time(far, sp.Integer(2), (sp.Integer(-100), sp.Integer(100)), Effort(digits=3))
    assert found == Enclosure.point(1)


def test_values_that_are_no_numbers_prove_nothing() -> None:
    """max(0, nan) is 0, and nan <= 0 is false."""
    walk = FiniteFamily(w, (R(1, 2), R(1, 2)), (w / 2 + 1, w / 2 - 1))
    operator = Cells.of(Setting(walk, -1.5, 1.5), Effort()).coarsest
    zeros = np.zeros(operator.grid.size + 2)
    endless = np.where(np.arange(len(zeros)) == 5, inf, zeros)
    assert proved_exit_time(operator, endless * 0) is None
    with np.errstate(invalid="ignore"):
        assert proved_exit_time(operator, endless - endless) is None
        with pytest.raises(Inconclusive, match="not finite"):
            above(operator, Data(zeros, zeros), endless - endless, zeros)


@pytest.mark.parametrize(("formula", "ends"), [(sp.atan(1 / w), (-0.01, 0.02)), (sp.atan(sp.tan(w)), (1.5, 1.6))])
def test_a_jump_between_bounded_slopes_is_seen(formula: sp.Expr, ends: tuple[float, float]) -> None:
    """The derivatives are bounded on both sides of the jump, and the same."""
    below, above = Table([row(formula, w, *ends)]).images(*np.array([ends]).T, np.array([0]))
    values = [float(formula.subs(w, end)) for end in ends]
    assert below[0] <= min(values) and max(values) <= above[0]
    assert slopes(formula, w, R(ends[0]), 1, Fraction(1, 10)) is None


def test_a_drift_too_weak_for_a_power_is_no_attraction_and_no_crash() -> None:
    """E log M = log(1 - 2e-9)/2: kappa would be below 1e-8."""
    weak = FiniteFamily(w, (R(1, 2), R(1, 2)), (2 * w, w * (R(1, 2) - R(1, 10**9))))
    near = neighbourhood(weak, sp.Integer(0), Fraction(1))
    assert near is not None
    assert attraction(near, Fraction(1, 10**12), Effort()) is None


def test_probabilities_too_small_for_doubles_are_refused() -> None:
    rare = R(1, 10**400)
    with pytest.raises(Inconclusive, match="too small"):
        Weights.of(FiniteFamily(w, (rare, 1 - rare), (2 * w, w / 2)))


def test_the_time_beside_a_repelling_point_is_bounded_from_above() -> None:
    """log(reach/least)/drift, where the logarithms of doubles are 0."""
    tiny = Fraction(1, 10**20)
    near = Repulsion(sp.Integer(0), Fraction(1), 1 + 7 * tiny, 1 + tiny, tiny, True)
    assert dwelling_bound(near) >= 6


def test_an_exit_time_is_not_certified_across_a_jump_that_is_not_seen() -> None:
    """From 1/10000 both maps lead above 1 at once; from -1/10000 they do not."""
    jumping = FiniteFamily(w, (R(1, 2), R(1, 2)), (w + sp.atan(1 / w) + R(1, 10), w + sp.atan(1 / w) * R(11, 10)))
    with pytest.raises(Inconclusive):
        mean_exit_time(jumping, R(1, 10000), (R(-3), R(101, 100)), Effort(digits=2))


@pytest.mark.parametrize(
    ("step", "start", "inside", "reference"),
    [
        (w / 2 + z, 0, (R(-3, 2), R(3, 2)), "7"),
        # the start returns until it has gone one way twice: the golden time of theory.md A.2 one level further up
        (sp.Piecewise((w * (R(19, 24) - R(35, 24) * z), sp.Abs(w) < 1), (w / 10 + R(63, 50) * sp.sign(w), True)),
         R(-4, 9), (-1, 1), "5.23606797749979"),
    ],
)  # fmt: skip
def test_exit_times_with_a_closed_form(step: sp.Expr, start: object, inside: tuple[object, object], reference: str) -> None:
    found = mean_exit_time(family(step), sp.sympify(start), tuple(map(sp.sympify, inside)), Effort(digits=4))
    assert Fraction(reference) - Fraction(1, 10**12) <= found.upper and found.lower <= Fraction(reference) + Fraction(1, 10**12)
    assert found.reaches(4)


def simulated(found: FiniteFamily, start: float, stop: Callable[[NDArray[np.float64]], NDArray[np.int64]], chains: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which condition stops each chain, and when."""
    generator = np.random.default_rng(7)
    maps = [sp.lambdify(w, formula, "numpy") for formula in found.maps]
    weights = [float(p) for p in found.weights]
    state, which, time = np.full(chains, start), np.zeros(chains, np.int64), np.zeros(chains, np.int64)
    for _ in range(3000):
        running = np.flatnonzero(which == 0)
        chosen = generator.choice(len(maps), len(running), p=weights)
        images = np.stack([np.broadcast_to(f(state[running]), len(running)) for f in maps])
        state[running] = images[chosen, np.arange(len(running))]
        time[running] += 1
        if not len(running):
            break
        which[running] = stop(state[running])
    return which, time


EXITS = [
    (w - (w**3 - w) / 5 + z * R(3, 10), R(1), (R(0), R(2)), 2),
    (w - R(4, 5) * sp.sin(w) + z * sp.cos(w) * R(7, 10), R(1, 5), (R(-7, 10), R(3, 5)), 2),
    (sp.Abs(w - R(1, 2)) - R(3, 5) + z / 3, R(-3, 14), (R(-7, 10), R(3, 5)), 2),
    (w * R(11, 10) + z / 3, sp.sqrt(2) / 4, (-sp.sqrt(2), sp.sqrt(3)), 2),
]


@pytest.mark.parametrize(("step", "start", "inside", "digits"), EXITS)
def test_exit_times_hold_what_simulation_finds(step: sp.Expr, start: sp.Expr, inside: tuple[sp.Expr, sp.Expr], digits: int) -> None:
    maps = family(step)
    found = mean_exit_time(maps, start, inside, Effort(digits=digits))
    assert found.reaches(digits)
    low, high = (float(end) for end in inside)
    _, time = simulated(maps, float(start), lambda at: ((at < low) | (at > high)).astype(np.int64), 4_000)
    assert abs(time.mean() - float(found.middle)) <= FALSE_ALARM * time.std() / len(time) ** 0.5


HITS = [
    (w - R(3, 5) * w**3 + R(3, 10) * z, sm.Rademacher(), R(1, 10), (R(3, 5), sp.oo), (-sp.oo, R(-7, 10))),
    (w + z * (1 + w**2) / 3, sm.TwoPoint(1, R(-1, 2)), R(0), (R(1), R(3, 2)), (-sp.oo, R(-1))),
    (sp.Piecewise((-w * 2 + z / 4, w < R(1, 4)), (w / 2 - z * R(3, 5), True)), sm.TwoPoint(1, -2), R(1, 7), (R(3, 5), sp.oo), (-sp.oo, R(-7, 10))),
]


@pytest.mark.parametrize(("step", "law", "start", "target", "avoid"), HITS)
def test_hitting_probabilities_hold_what_simulation_finds(
    step: sp.Expr, law: object, start: sp.Expr, target: tuple[sp.Expr, sp.Expr], avoid: tuple[sp.Expr, sp.Expr]
) -> None:
    maps = family(step, law)
    try:
        found = hitting_probability(maps, start, target, avoid, Effort.within(20, digits=2))
    except sm.Inconclusive as refusal:
        found = refusal.enclosure
    assert found.width <= 0.03
    (a, b), (c, d) = (tuple(map(float, pair)) for pair in (target, avoid))
    which, _ = simulated(maps, float(start), lambda at: np.where((a <= at) & (at <= b), 1, np.where((c <= at) & (at <= d), 2, 0)), 20_000)
    share = (which == 1).mean()
    error = FALSE_ALARM * max(1e-3, (share * (1 - share) / len(which)) ** 0.5)
    assert float(found.lower) - error <= share <= float(found.upper) + error


def test_ends_that_are_no_doubles_are_decided_exactly() -> None:
    """From 0 one step lands exactly on 3/5, which belongs to the target, and on -3/5, which does not belong to the other."""
    walk = family(w + R(3, 5) * z)
    assert hitting_probability(walk, R(0), (R(3, 5), sp.oo), (-sp.oo, R(-3, 5)), Effort()) == Enclosure.point(Fraction(1, 2))
    lopsided = hitting_probability(walk, R(0), (R(3, 5), sp.oo), (-sp.oo, R(-7, 10)), Effort())
    assert Fraction(2, 3) in lopsided and lopsided.reaches(15)
    time = mean_exit_time(walk, R(0), (R(-3, 5), R(3, 5)), Effort())
    assert Fraction(4) in time and time.reaches(14)


def test_probabilities_0_and_1_are_exact() -> None:
    shrinking = family(w / 2 + z / 10)
    assert hitting_probability(shrinking, R(0), (R(1, 2), sp.oo), (-sp.oo, R(-1, 2)), Effort()) == Enclosure.point(0)
    growing = family(w * (2 + z / 2))
    assert hitting_probability(growing, R(1, 10), (R(1), sp.oo), (-sp.oo, R(-1)), Effort()) == Enclosure.point(1)


def test_a_region_that_may_be_kept_is_refused() -> None:
    """The chain ends at the maximum 0 with positive probability, at most that which is true."""
    with pytest.raises(sm.HypothesisViolated, match=r"at least 0\.\d+") as refusal:
        mean_exit_time(finite_family(periodic("-1/5", "4/5")), sp.pi / 2, (R(0), R(2)), Effort())
    assert 0.1 < float(str(refusal.value).split("at least ")[1].split()[0]) < 0.2261


def test_the_probability_to_be_kept_is_not_overstated() -> None:
    """From -1/2 two steps in four lead below -1; an earlier version followed such paths further and said 1."""
    with pytest.raises(sm.HypothesisViolated) as refusal:
        mean_exit_time(family(w * (1 + z / 2)), R(-1, 2), (R(-1), R(0)), Effort())
    assert float(str(refusal.value).split("at least ")[1].split()[0]) < 0.75


def test_a_set_that_keeps_the_chain_is_seen() -> None:
    with pytest.raises(sm.HypothesisViolated, match="never left"):
        mean_exit_time(family(w / 2 + sp.sin(w) / 10 + z), R(0), (R(-4), R(4)), Effort())


def test_the_question_answers_and_refuses_with_bounds() -> None:
    chain = periodic("-1/5", "4/5")
    answer = sm.hitting(chain, start=sp.pi / 2, target=["-1/100", "1/100"], avoid=[3, "oo"], digits=2)
    assert answer.warrant.label == "certified" and answer.enclosure.reaches(2)
    assert Fraction("0.2365") in answer.enclosure
    with pytest.raises(sm.Inconclusive) as refusal:
        sm.hitting(chain, start=sp.pi / 2, target=["-1/100", "1/100"], avoid=[3, "oo"], digits=9)
    assert refusal.value.enclosure.width < Fraction(1, 100) and Fraction("0.2365") in refusal.value.enclosure


def test_other_chains_are_left_to_other_methods() -> None:
    a = sp.Symbol("a", real=True)
    for chain in (
        sm.RandomMap({w: w / 2 + z}, noise={z: sm.Normal(0, 1)}),
        sm.RandomMap({w: a * w + z}, noise={z: sm.Rademacher()}),
        sm.RandomMap({w: w / 2 + z, x: w}, noise={z: sm.Rademacher()}),
    ):
        assert finite_family(chain) is None


def test_valleys_are_families_of_two_maps() -> None:
    assert len(finite_family(two_valleys("1")).maps) == len(finite_family(smooth_valleys("1/2")).maps) == 2
