"""Where chains end: masses against closed forms, symmetry and simulation; points met exactly; what must be refused."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from numpy.typing import NDArray

import sgd_markov as sm
from sgd_markov.answer.enclosure import Enclosure
from sgd_markov.effort import Effort
from sgd_markov.engines.cells.exceptional import limiting_masses, resting_point
from sgd_markov.numerics.exact_hits import never_met
from sgd_markov.numerics.finite_family import FiniteFamily, finite_family
from sgd_markov.numerics.local_attraction import attraction, common_fixed_points, neighbourhood, repulsion
from sgd_markov.passage.basins import CERTAIN
from sgd_markov.theorems.landscapes import periodic, quartic, smooth_valleys, two_valleys

w, z = sp.symbols("w z", real=True)
R = sp.Rational
FALSE_ALARM = 4.9
"""Standard errors at a false-alarm level of 10^-6, two-sided."""
PHI = (1 + sp.sqrt(5)) / 2
EXCEPTIONAL = sp.sqrt((35 - sp.sqrt(889)) / 6)
"""The place that the lower map of the smooth valleys takes to 0."""

Masses = dict[object, Enclosure]


def signs(step: sp.Expr) -> sm.Chain:
    return sm.RandomMap({w: step}, noise={z: sm.Rademacher()})


def family(step: sp.Expr) -> FiniteFamily:
    found = finite_family(signs(step))
    assert found is not None
    return found


def masses(answer: sm.Answer) -> Masses:
    """Exact place, or the ends of an interval as doubles -> probability."""
    found: Masses = {}
    for entry in answer.masses:
        if "at" in entry:
            (place,) = entry["at"].values()
            found[place.exact] = entry["probability"].enclosure
        else:
            found[tuple(float(end.enclosure.middle) for end in entry["set"])] = entry["probability"].enclosure
    return found


def is_certain(answer: sm.Answer) -> bool:
    return any(h.statement == CERTAIN and h.state == "proved" for h in answer.hypotheses)


def assert_sums_to_one(answer: sm.Answer) -> None:
    low, high = (sum((Fraction(getattr(e, side)) for e in masses(answer).values()), Fraction(0)) for side in ("lower", "upper"))
    assert is_certain(answer) and low <= 1 <= high
    assert high - low <= len(answer.masses) * Fraction(1, 10**2)


def holds(found: Enclosure, exact: sp.Expr, width: float) -> bool:
    ends = [sp.Rational(Fraction(end).numerator, Fraction(end).denominator) for end in (found.lower, found.upper)]
    return bool(ends[0] <= exact) and bool(exact <= ends[1]) and float(found.width) <= width


@pytest.mark.parametrize("m", [1, 2, 3])
def test_the_golden_split_between_the_sharp_minima(m: int) -> None:
    """P(-> (-1)^(m+1) c) = phi^-2 (1 - (-phi)^-m) from (2/3)^m; theory.md has 1/2 for m -> oo, which is false."""
    answer = sm.limit(two_valleys("1"), start=R(2, 3) ** m, digits=3)
    other = PHI**-2 * (1 - (-PHI) ** -m)
    found = masses(answer)
    assert holds(found[R(7, 5) * (-1) ** (m + 1)], other, 1e-3) and holds(found[R(7, 5) * (-1) ** m], 1 - other, 1e-3)
    assert_sums_to_one(answer)


def test_mirrored_starts_have_mirrored_masses() -> None:
    """The maps are odd: from -w0 the masses of both sides are exchanged."""
    one, other = (masses(sm.limit(smooth_valleys("3/2"), start=side * R(1, 2), digits=2)) for side in (1, -1))
    assert one.keys() == other.keys() == {sp.Integer(2), sp.Integer(-2)}
    for place, mass in one.items():
        assert mass.meets(other[-place]) and not mass.meets(other[place])


def test_both_ends_of_a_symmetric_landscape_share_alike() -> None:
    """a = 0: w -> pi - w exchanges the two maps, so that from pi/2 the probability is 1/2."""
    answer = sm.limit(periodic("0", "4/5"), start=sp.pi / 2, digits=2)
    assert all(holds(mass, R(1, 2), 1e-2) for mass in masses(answer).values())
    assert_sums_to_one(answer)


SIMULATED = [
    (periodic("-1/5", "4/5"), R(1), 2),
    (periodic("-1/5", "4/5"), 5 * sp.pi / 2 - R(1, 5), 2),
    (two_valleys("1/2"), R(3, 4), 3),
    (signs(w + R(3, 4) * w * (1 - w) * z + R(1, 10) * w * (1 - w)), R(2, 5), 2),
]


@pytest.mark.parametrize(("chain", "start", "digits"), SIMULATED)
def test_masses_hold_what_simulation_finds(chain: sm.Chain, start: sp.Expr, digits: int) -> None:
    answer = sm.limit(chain, start=start, digits=digits)
    final = simulated(finite_family(chain), float(start), 20_000)
    for place, mass in masses(answer).items():
        share = float((np.abs(final - float(place)) < 1e-2).mean())
        error = FALSE_ALARM * max(1e-3, (share * (1 - share) / len(final)) ** 0.5)
        assert mass.width <= 10.0**-digits and float(mass.lower) - error <= share <= float(mass.upper) + error
    assert_sums_to_one(answer)


def simulated(found: FiniteFamily | None, start: float, chains: int) -> NDArray[np.float64]:
    assert found is not None
    generator = np.random.default_rng(11)
    maps = [sp.lambdify(w, formula, "numpy") for formula in found.maps]
    state = np.full(chains, start)
    for _ in range(600):
        chosen = generator.choice(len(maps), chains, p=[float(p) for p in found.weights])
        state = np.stack([np.broadcast_to(f(state), chains) for f in maps])[chosen, np.arange(chains)]
    return state


@pytest.mark.parametrize(("lr", "certain"), [("4/5", True), ("7/8", True), ("3/10", False)])
def test_a_maximum_that_attracts_has_all_mass(lr: str, certain: bool) -> None:
    """Theorem A1-glob; below the window the chain ends in a set around a minimum instead."""
    found = masses(sm.limit(quartic("-1/5", lr), start=1, digits=2))
    assert (found == {sp.Integer(0): Enclosure.point(1)}) == certain


@pytest.mark.parametrize(("a", "lr", "start"), [("1/2", "9/20", R(27, 20)), ("-9/10", "1/2", sp.pi / 2), ("7/10", "11/20", R(-59, 20))])
def test_past_a_repelling_point_that_is_no_double(a: str, lr: str, start: sp.Expr) -> None:
    """0 attracts where a > 0, pi where a < 0; the other one repels."""
    answer = sm.limit(periodic(a, lr), start=start, digits=2)
    assert masses(answer) == {sp.pi if a.startswith("-") else sp.Integer(0): Enclosure.point(1)}
    assert is_certain(answer)


@pytest.mark.parametrize("start", [sp.Integer(0), R(7, 5), R(-7, 5)])
def test_from_a_fixed_point_the_chain_stays(start: sp.Expr) -> None:
    """0 repels, the others attract."""
    answer = sm.limit(two_valleys("1"), start=start)
    assert answer.warrant.label == "exact" and masses(answer) == {start: Enclosure.point(1)}


def test_exceptional_starts_end_at_the_flat_minimum_half_of_the_time() -> None:
    """The first step leads to 0 with probability 1/2; from rational starts no step ever does."""
    answer = sm.limit(smooth_valleys("3/2"), start=EXCEPTIONAL, digits=2)
    found = masses(answer)
    assert found[sp.Integer(0)].lower == Fraction(1, 2) and found[sp.Integer(0)].upper < Fraction(1, 2) + Fraction(1, 100)
    assert is_certain(answer) and not any("never meets" in h.statement for h in answer.hypotheses)
    rational = sm.limit(smooth_valleys("3/2"), start=R(929506766, 10**9), digits=2)
    assert sp.Integer(0) not in masses(rational) and any("never meets 0" in h.statement for h in rational.hypotheses)


def test_a_repelling_point_met_by_exact_paths_has_their_mass() -> None:
    """1/2 is taken to 0 by one of two maps; 0 repels (17/8 and 9/8 there), +-1 attract."""
    landing = sp.Piecewise((w * (2 + z / 8), sp.Abs(w) < R(1, 4)), (sp.sign(w) * (sp.Abs(w) - R(1, 2)) * (2 + z), sp.Abs(w) <= R(1, 2)), (w / 2 + sp.sign(w) / 2, True))
    answer = sm.limit(signs(landing), start=R(1, 2), digits=2)
    assert masses(answer) == {sp.Integer(0): Enclosure.point(1)}
    jump = sp.Piecewise((w * (2 + z / 8), sp.Abs(w) < R(1, 4)), ((w - R(1, 2)) + (1 - z) * w / 2, w <= R(3, 4)), ((w + 1) / 2, True))
    split = masses(sm.limit(signs(jump), start=R(1, 2), digits=2))
    assert holds(split[sp.Integer(0)], R(1, 2), 1e-2) or split[sp.Integer(0)].lower >= Fraction(1, 2)


def test_a_tiny_probability_is_bounded_away_from_0() -> None:
    """From beside the minimum pi the maximum 0 is reached once in 50000 paths."""
    found = masses(sm.limit(periodic("-1/5", "4/5"), start=R(314, 100), digits=2))
    assert 0 < found[sp.Integer(0)].lower < found[sp.Integer(0)].upper < Fraction(1, 10**4)


def test_sets_that_keep_the_chain_are_told_apart() -> None:
    """Two wells with little noise: the share of each from near the top. One set that holds both is no answer."""
    chain = signs(w - (w**3 - w) / 5 + z / 20)
    answer = sm.limit(chain, start=R(1, 10), digits=2)
    found = masses(answer)
    left, right = sorted(found)
    assert left[1] < 0 < right[0] and is_certain(answer)
    share = float((simulated(finite_family(chain), 0.1, 20_000) > 0).mean())
    error = FALSE_ALARM * (share * (1 - share) / 20_000) ** 0.5
    assert float(found[right].lower) - error <= share <= float(found[right].upper) + error
    assert found[right].width <= Fraction(1, 100) and found[left].meets(Enclosure(1 - found[right].upper, 1 - found[right].lower))


def test_sets_around_a_repelling_point_hold_it() -> None:
    """Both maps change sides of pi and of 0: one interval, no gap of a double."""
    for step in (-w * (2 + z / 4) / (1 + w**2), 2 * sp.pi - w - (R(3, 2) + z / 4) * sp.sin(w - sp.pi)):
        ((ends, mass),) = masses(sm.limit(signs(step), start=R(1, 3), digits=2)).items()
        assert len(ends) == 2 and ends[0] < 0 < ends[1] and mass == Enclosure.point(1)


def test_a_start_in_a_set_that_keeps_the_chain() -> None:
    answer = sm.limit(signs(w / 2 + sp.sin(w) / 10 + z), start=R(1, 3), digits=3)
    ((ends, mass),) = masses(answer).items()
    assert mass == Enclosure.point(1) and ends[0] < R(1, 3) < ends[1]


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (2 * w + z, "arbitrarily far"),
        (w + z * w**2 * (1 - w) ** 2 / 2, "not proved|no attracting"),  # exponents 0 at both fixed points
        (w - R(8, 5) * sp.sin(w) * (z + R(1, 5)), "arbitrarily far"),  # both ends repel: it wanders over all turns
        (w * (1 + z / 2), "arbitrarily far"),  # E log M = log(3/4)/2 < 0: all paths end at 0, some from far away
    ],
)
def test_what_is_not_proved_is_refused(step: sp.Expr, message: str) -> None:
    with pytest.raises(sm.Inconclusive, match=message):
        limiting_masses(family(step), R(1, 3), Effort.within(60, digits=2))


def test_an_exponent_that_is_0_neither_attracts_nor_repels() -> None:
    flat = family(w + z * w**2 * (1 - w) ** 2 / 2)
    near = neighbourhood(flat, sp.Integer(0), Fraction(1, 2))
    assert near is not None
    assert attraction(near, Fraction(1, 10**6), Effort()) is None and repulsion(near, Fraction(1, 10**6), Effort()) is None


def test_the_bound_of_escape_is_above_the_truth() -> None:
    """w' = M w for |w| < 1, M in {13/8, 1/6}: P(ever beyond 1 from 1/4), with paths of 80 steps counted exactly."""
    linear = family(w * (R(43, 48) + R(35, 48) * z))
    near = neighbourhood(linear, sp.Integer(0), Fraction(1))
    found = None if near is None else attraction(near, Fraction(1, 4), Effort())
    assert found is not None and found.kappa is not None and found.delta <= 1
    scaled = Fraction(1, 4) / found.delta
    out, inside = Fraction(0), {scaled: Fraction(1)}
    for _ in range(40):
        following: dict[Fraction, Fraction] = {}
        for state, mass in inside.items():
            for image in (state * Fraction(13, 8), state / 6):
                if image > 1:
                    out += mass / 2
                else:
                    following[image] = following.get(image, Fraction(0)) + mass / 2
        inside = following
    assert out <= found.escape(Fraction(1, 4)) <= 2 * out


def test_attraction_must_be_strong_enough_for_its_power() -> None:
    """E exp(kappa m) <= 1 and E m < 0 hold for the kappa that is returned, by mpmath."""
    import mpmath

    with mpmath.workdps(40):
        for top, bottom in ((R(49, 25), R(9, 25)), (R(41, 25), R(1, 25)), (R(2), R(1, 4))):
            near = neighbourhood(family(w * ((top + bottom) / 2 + (top - bottom) / 2 * z)), sp.Integer(0), Fraction(1))
            found = None if near is None else attraction(near, Fraction(1, 100), Effort())
            assert found is not None and found.kappa is not None
            kappa = mpmath.mpf(found.kappa.numerator) / found.kappa.denominator
            moments = [(mpmath.mpf(int(m.p)) / int(m.q)) ** kappa for m in (top, bottom)]
            assert 1.99 < sum(moments) <= 2


@pytest.mark.parametrize(
    ("step", "point", "start", "met"),
    [
        (w * (R(3, 2) + z), 0, R(1, 3), False),  # linear: only 0 is taken to 0
        (w * (w - R(1, 2)) * (3 + z), 0, R(1, 2), True),
        (w * (w**2 - R(1, 2)) * (3 + z), 0, R(1, 3), False),  # +-1/sqrt(2) are no rational numbers
        (w * (w**2 - R(1, 2)) * (3 + z), 0, sp.sqrt(2) / 3, True),
        (sp.sin(w) * (2 + z), 0, R(1, 3), True),  # pi
    ],
)
def test_points_that_are_never_met(step: sp.Expr, point: int, start: sp.Expr, met: bool) -> None:
    """`met`: a place that leads to the point is not excluded."""
    assert never_met(family(step), sp.Integer(point), start, R(-4), R(4), Effort()) == (not met)


def test_fixed_points_that_maps_share() -> None:
    assert common_fixed_points(family(w - (1 + z / 3) * w * (w**2 - 2)), R(-3), R(3), Effort()) == [-sp.sqrt(2), 0, sp.sqrt(2)]
    assert common_fixed_points(family(w - (1 + z / 3) * sp.sin(w)), R(-1), R(4), Effort()) == [0, sp.pi]
    assert common_fixed_points(family(w / 2 + z), R(-3), R(3), Effort()) == []


def test_only_places_that_rest_are_resting_points() -> None:
    valleys = finite_family(smooth_valleys("3/2"))
    assert valleys is not None
    hit = min((formula.subs(w, EXCEPTIONAL) for formula in valleys.maps), key=lambda image: abs(float(image)))
    assert resting_point(valleys, hit, Effort()) == 0 and resting_point(valleys, sp.Integer(-2), Effort()) == -2
    assert resting_point(valleys, R(1, 10**30), Effort()) is None and resting_point(valleys, sp.sqrt(2), Effort()) is None


def test_limits_need_numbers_and_a_start() -> None:
    a = sp.Symbol("a", real=True)
    with pytest.raises(sm.InvalidInput, match="a"):
        sm.limit(sm.RandomMap({w: a * w + z}, noise={z: sm.Rademacher()}), start=1)
    with pytest.raises(sm.InvalidInput):
        sm.limit(two_valleys("1"))


def test_the_budget_ends_a_search_with_what_is_known() -> None:
    with pytest.raises(sm.Inconclusive, match="budget"):
        limiting_masses(finite_family(periodic("-1/5", "4/5")), sp.pi / 2, Effort.within(0, digits=2))  # type: ignore[arg-type]
