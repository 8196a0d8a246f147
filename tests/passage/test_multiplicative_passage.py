"""Multiplicative chains: golden closed forms, piecewise losses, infinite means, bounds, Monte Carlo."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from enclosures import assert_encloses

import sgd_markov as sm
from sgd_markov.answer.enclosure import Enclosure
from sgd_markov.effort import Effort
from sgd_markov.engines.monte_carlo.first_times import first_times
from sgd_markov.engines.monte_carlo.statistics import mean, proportion
from sgd_markov.numerics.multiplicative_step import multiplicative_step
from sgd_markov.theorems.chains import two_point

w, x, xi = sp.symbols("w x xi", real=True)
PHI = (1 + sp.sqrt(5)) / 2
LEVEL = 1 - 1e-7


def times(*multipliers: object, probabilities: list[object] | None = None) -> sm.Chain:
    law = sm.Finite(list(multipliers), probabilities or [sp.Rational(1, len(multipliers))] * len(multipliers))
    return sm.RandomMap({w: w * x}, noise={x: law})


def flat_basin(lr: object) -> sm.Chain:
    """theory.md A3: quadratic with noise for |w| < 1, sharp minima at +-7/5 beyond."""
    flat, noise, sharp, place = (sp.Rational(*pair) for pair in ((5, 24), (35, 24), (9, 10), (7, 5)))
    outer = sharp / 2 * ((sp.Abs(w) - place) ** 2 - (place - 1) ** 2) + (flat + noise * xi) / 2
    loss = sp.Piecewise(((flat + noise * xi) * w**2 / 2, sp.Abs(w) < 1), (outer, True))
    return sm.SGD(loss, [w], lr, data={xi: sm.Rademacher()})


# ---- closed forms


@pytest.mark.parametrize("m", [1, 3, 10])
def test_golden_ruin(m: int) -> None:
    answer = sm.hitting(two_point("-1/7", "7/8"), start=1, target=[2**m, "oo"], digits=30)
    assert answer.warrant.label == "exact" and sp.simplify(answer.exact - PHI**-m) == 0
    assert answer.enclosure.reaches(30)


@pytest.mark.parametrize("m", [1, 2, 5, 40])
def test_golden_exit_time(m: int) -> None:
    """The level 1 itself is outside [-9/10, 9/10]."""
    answer = sm.exit_time(two_point("-5/7", "7/4"), start=sp.Rational(1, 2**m), inside=["-9/10", "9/10"], digits=25)
    known = 2 * (m + (1 - (-PHI) ** -m) / PHI**2)
    assert answer.warrant.label == "exact" and abs(sp.N(answer.exact - known, 60)) < sp.Float("1e-40")
    assert_encloses(answer, str(sp.N(known, 40)), 25, "exact")


def test_landing_on_the_end_of_a_closed_region_is_staying() -> None:
    """In [-1, 1] the level is one step of the lattice farther."""
    one, next_ = (sm.exit_time(two_point("-5/7", "7/4"), start="1/32", inside=r) for r in ([-1, 1], ["-19/10", "19/10"]))
    assert one.exact == next_.exact


def test_time_to_leave_the_flat_basin() -> None:
    """theory.md R22: the map is linear for |w| < 1 only; on |w| = 1 the sharp piece leads out in one more step."""
    start = sp.Rational(2, 3) ** 5
    answer = sm.exit_time(flat_basin(1), start=start, inside=["-9/10", "9/10"])
    assert_encloses(answer, "10.8328157299975", 15, "exact")
    closed = sm.exit_time(flat_basin(1), start=-start, inside=[-1, 1])
    counts = np.array([exact_time_to_leave(np.random.default_rng((3, n)), -Fraction(2, 3) ** 5) for n in range(2000)])
    sampled = mean(counts.astype(np.float64), LEVEL).enclosure
    assert sampled.meets(closed.enclosure) and closed.warrant.label == "exact"
    landing = sp.simplify(closed.exact - answer.exact)
    assert 0 < landing < 1  # the probability of landing on the end


def exact_time_to_leave(rng: np.random.Generator, place: Fraction) -> int:
    """In rational numbers: doubles land beside the end instead of on it."""
    for step in range(1, 10_000):
        if abs(place) < 1:
            place *= rng.choice([Fraction(9, 4), Fraction(-2, 3)])
        else:
            place -= Fraction(9, 10) * (abs(place) - Fraction(7, 5)) * (1 if place > 0 else -1)
        if abs(place) > 1:
            return step
    raise AssertionError


def test_which_sharp_minimum() -> None:
    """The sign flips with every step down: exact in powers of the golden ratio, and sampled."""
    start = sp.Rational(2, 3) ** 5
    answer = sm.hitting(flat_basin(1), start=start, target=[1, "oo"], avoid=["-oo", -1])
    other = sm.hitting(flat_basin(1), start=start, target=["-oo", -1], avoid=[1, "oo"])
    assert sp.simplify(answer.exact + other.exact - 1) == 0
    ends = [w >= 1 - sp.Rational(1, 10**9), w <= -1 + sp.Rational(1, 10**9)]
    found = first_times(flat_basin(1), {w: start}, ends, 5000, 60_000, Effort(seed=4))
    assert proportion(int((found.which == 0).sum()), 60_000, LEVEL).meets(answer.enclosure)


def test_the_control_of_the_sharp_minimum() -> None:
    """lr = 1/2: about 27 % reach the sharp minimum on the right (no flips); incommensurate multipliers."""
    answer = sm.hitting(flat_basin("1/2"), start="1/2", target=[1, "oo"])
    assert answer.warrant.label == "certified" and answer.enclosure.reaches(15)
    assert abs(float(answer.enclosure.middle) - 0.272) < 1e-3


def test_excursion_of_a_converging_path() -> None:
    """theory.md R05: between (100 * 49/25)^-1/2 and 1/10; 24 000 chains gave 0.0877."""
    answer = sm.hitting(two_point("-1/5", "4/5"), start=1, target=[100, "oo"], digits=8)
    found = first_times(
        two_point("-1/5", "4/5"), {w: sp.Integer(1)}, [w >= 100, w <= sp.Float("1e-12")], 20_000, 60_000, Effort(seed=8)
    )
    sampled = proportion(int((found.which == 0).sum()), 60_000, LEVEL)
    assert sampled.meets(answer.enclosure) and answer.enclosure.reaches(8)
    assert float(answer.enclosure.lower) >= 100**-0.5 * (25 / 49) ** 0.5 and float(answer.enclosure.upper) <= 0.1


def test_exit_time_of_incommensurate_multipliers_is_that_of_simulations() -> None:
    chain = two_point("-1/5", "19/10")
    answer = sm.exit_time(chain, start="1/32", inside=[-1, 1])
    found = first_times(chain, {w: sp.Rational(1, 32)}, [sp.Abs(w) > 1], 5000, 60_000, Effort(seed=6))
    assert mean(found.time.astype(np.float64), LEVEL).enclosure.meets(answer.enclosure) and answer.enclosure.reaches(15)


def test_cubic_roots_are_enclosed() -> None:
    """M = 8, 1/2, 1/4: three roots of a polynomial of degree 5 are outside; no closed form is written."""
    chain = times(8, "1/2", "1/4", probabilities=["1/2", "1/4", "1/4"])
    answer = sm.exit_time(chain, start=1, inside=[-31, 31], digits=40)
    assert answer.exact is None and answer.warrant.label == "certified" and answer.enclosure.reaches(40)
    assert str(answer.value).startswith("7.78111576073083")


def test_roots_of_rationals() -> None:
    chain = times(sp.sqrt(2), "1/2", probabilities=["3/4", "1/4"])
    assert sm.exit_time(chain, start=1, inside=[-7, 7]).exact == 24


def test_two_ended_regions_need_no_lattice() -> None:
    assert sm.exit_time(times(2, "1/2"), start=1, inside=["1/8", 8]).exact == 16
    answer = sm.exit_time(times(3, "1/2"), start=1, inside=["1/10", 10])
    found = first_times(times(3, "1/2"), {w: sp.Integer(1)}, [sp.Or(w > 10, w < sp.Rational(1, 10))], 5000, 40_000, Effort())
    assert mean(found.time.astype(np.float64), LEVEL).enclosure.meets(answer.enclosure)
    assert answer.enclosure.reaches(15)


def test_down_to_a_level() -> None:
    """Mirrored: from 8 down to 1 with M = 2, 1/4, the walk by which theory.md R08 goes up."""
    answer = sm.exit_time(two_point("-1/7", "7/8"), start=8, inside=["11/10", "oo"])
    assert_encloses(answer, str(sp.N(2 * (3 + (1 - (-PHI) ** -3) / PHI**2), 40)), 15, "exact")
    assert sm.hitting(two_point("-1/7", "7/8"), start=8, target=[-1, 1]).exact == 1
    up = sm.hitting(two_point("-5/7", "7/4"), start=8, target=[0, 1])
    assert sp.simplify(up.exact - PHI**-3) == 0


# ---- what is infinite, what is refused


@pytest.mark.parametrize(
    ("chain", "reason"),
    [
        (two_point("-1/7", "7/8"), "probability 0.236"),  # exponent negative, arithmetic
        (two_point("-1/5", "4/5"), "exponent is -0.174353"),  # the same, not arithmetic
        (times(2, "1/2"), "null recurrence"),
        (times(3, "1/3", -3, "-1/3"), "null recurrence"),
        (times(2, 4, 0), "comes to .0."),  # finitely many states,
        (times(3, "1/2", 0), "M = 0"),
        (times("1/2", "1/3"), "tends to 0"),
        (times(1, -1), "never leaves"),
        (sm.RandomMap({w: w * x}, noise={x: sm.Lognormal(-1, 1)}), "exponent is -1"),
        (sm.RandomMap({w: w * x}, noise={x: sm.Lognormal(0, 1)}), "null recurrence"),
    ],
)
def test_infinite_means(chain: sm.Chain, reason: str) -> None:
    with pytest.raises(sm.HypothesisViolated, match=reason):
        sm.exit_time(chain, start=1, inside=[-7, 7])


def test_zero_is_never_left() -> None:
    with pytest.raises(sm.HypothesisViolated, match="infinite"):
        sm.exit_time(times(2, 3), start=0, inside=[-1, 1])
    with pytest.raises(sm.HypothesisViolated, match="fixes 0"):
        sm.quasi_stationary(times(2, 3), inside=[-1, 1])
    assert sm.hitting(two_point("-1/7", "7/8"), start=0, target=[8, "oo"]).exact == 0


def test_quantiles_stop_at_the_probability_of_leaving() -> None:
    chain = two_point("-1/7", "7/8")
    assert sm.survival(chain, start=1, inside=["-15/2", "15/2"], quantile="1/5").value == "12"
    with pytest.raises(sm.HypothesisViolated, match=r"0\.236"):
        sm.survival(chain, start=1, inside=["-15/2", "15/2"], quantile="1/4")
    with pytest.raises(sm.HypothesisViolated, match=r"below 0\.27"):
        sm.survival(two_point("-1/5", "4/5"), start=1, inside=[-10, 10], quantile="1/2")


def bounds_of(ask: Callable[[], sm.Answer]) -> Enclosure:
    """The enclosure of an answer, or of its refusal."""
    try:
        found = ask().enclosure
    except sm.Inconclusive as refusal:
        found = refusal.enclosure
    assert found is not None
    return found


@pytest.mark.parametrize("law", [sm.Normal(2, 1), sm.Uniform("1/2", 4), sm.Uniform(1, 2), sm.Lognormal(1, 1)])
def test_densities_between_rounded_walks(law: object) -> None:
    """Steps rounded down and up to a lattice where no kernel knows them: few digits, and the simulated mean between them."""
    chain = sm.RandomMap({w: w * x}, noise={x: law})
    bounds = bounds_of(lambda: sm.exit_time(chain, start="1/32", inside=[-1, 1], budget=10))
    found = first_times(chain, {w: sp.Rational(1, 32)}, [sp.Abs(w) > 1], 50_000, 40_000, Effort(seed=2))
    assert mean(found.time.astype(np.float64), LEVEL).enclosure.meets(bounds) and bounds.upper < bounds.lower * Fraction(11, 10)


def test_two_digits_of_a_density() -> None:
    """M uniform on (1, 2): 9.6; a finer lattice lies inside the coarser one."""
    chain = sm.RandomMap({w: w * x}, noise={x: sm.Uniform(1, 2)})
    two, three = (sm.exit_time(chain, start="1/32", inside=[-1, 1], digits=d) for d in (2, 3))
    assert two.warrant.label == "certified" and two.enclosure.reaches(2) and three.enclosure.reaches(3)
    assert two.enclosure.lower <= three.enclosure.lower and three.enclosure.upper <= two.enclosure.upper


def test_ruin_of_a_density() -> None:
    """M log-normal, E|M| = 1: P(sup >= 8) is below 1/8 by Ville; a walk on the scale of logarithms has all digits."""
    chain = sm.RandomMap({w: w * x}, noise={x: sm.Lognormal("-1/2", 1)})
    bounds = sm.hitting(chain, start="1/8", target=[1, "oo"]).enclosure
    assert bounds.reaches(15)
    found = first_times(chain, {w: sp.Rational(1, 8)}, [w >= 1, w <= sp.Float("1e-9")], 5000, 60_000, Effort(seed=2))
    assert proportion(int((found.which == 0).sum()), 60_000, LEVEL).meets(bounds)
    assert bounds.upper < Fraction(1, 8) and bounds.upper - bounds.lower < Fraction(1, 80)


def test_a_budget_that_ends_leaves_the_enclosure() -> None:
    chain = two_point("-1/5", "41/100")
    with pytest.raises(sm.Inconclusive) as refusal:
        sm.exit_time(chain, start="1/32", inside=[-1, 1], budget=1)
    bounds = refusal.value.enclosure
    assert bounds is not None and 0 < bounds.lower < bounds.upper < 2 * bounds.lower


def test_log_normal_multipliers_between_two_ends() -> None:
    """On the scale of log w a walk with normal steps."""
    chain = sm.RandomMap({w: w * x}, noise={x: sm.Lognormal("1/5", 1)})
    answer = sm.exit_time(chain, start=1, inside=["1/10", 20], digits=10)
    outside = sp.Or(w > 20, w < sp.Rational(1, 10))
    found = first_times(chain, {w: sp.Integer(1)}, [outside], 5000, 60_000, Effort(seed=4))
    assert mean(found.time.astype(np.float64), LEVEL).enclosure.meets(answer.enclosure) and answer.enclosure.reaches(10)
    mirrored = sm.exit_time(chain, start=-1, inside=[-20, "-1/10"], digits=10)
    assert mirrored.enclosure.meets(answer.enclosure)
    up = sm.hitting(chain, start=1, target=[20, "oo"], avoid=["-oo", "1/10"], digits=10)
    down = sm.hitting(chain, start=1, target=["-oo", "1/10"], avoid=[20, "oo"], digits=10)
    assert abs(float(up.enclosure.middle + down.enclosure.middle) - 1) < 1e-9
    ends = first_times(chain, {w: sp.Integer(1)}, [w >= 20, w <= sp.Rational(1, 10)], 5000, 60_000, Effort(seed=5))
    assert proportion(int((ends.which == 0).sum()), 60_000, LEVEL).meets(up.enclosure)
    same = sm.RandomMap({w: w * sp.exp(xi)}, noise={xi: sm.Normal("1/5", 1)})
    assert sm.exit_time(same, start=1, inside=["1/10", 20], digits=10).enclosure.meets(answer.enclosure)


# ---- where the map is linear


def test_the_piece_around_zero_is_recognised() -> None:
    chain = flat_basin(1)
    inner = multiplicative_step(chain, sp.Integer(-1), sp.Integer(1))
    assert inner is not None and not inner.at_high and not inner.at_low
    assert {c.values[0] for c in inner.multipliers} == {sp.Rational(9, 4), sp.Rational(-2, 3)}
    assert multiplicative_step(chain, -sp.Rational(11, 10), sp.Rational(11, 10)) is None
    assert multiplicative_step(sm.RandomMap({w: w * x + 1}, noise={x: sm.Rademacher()}), sp.Integer(0), sp.Integer(1)) is None
    assert multiplicative_step(sm.RandomMap({w: x * sp.Abs(w)}, noise={x: sm.Rademacher()}), -sp.oo, sp.oo) is None
    one_sided = multiplicative_step(sm.RandomMap({w: x * sp.Abs(w)}, noise={x: sm.Rademacher()}), sp.Integer(0), sp.oo)
    assert one_sided is not None


def test_a_nonlinear_map_is_left_alone() -> None:
    """w' = x w - w^3: nothing here is linear."""
    chain = sm.RandomMap({w: w * x - w**3}, noise={x: sm.TwoPoint(2, "1/2")})
    assert multiplicative_step(chain, sp.Integer(-1), sp.Integer(1)) is None
