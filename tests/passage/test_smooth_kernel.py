"""Chains with an analytic density: published values, a dense solve in 200 digits, closed forms, simulation."""

from __future__ import annotations

import random
from fractions import Fraction
from time import process_time

import numpy as np
import pytest
import sympy as sp
from dense_reference import Reference, exact_ball, normal, normal_above, reference
from enclosures import assert_encloses
from flint import arb

import sgd_markov as sm

R = sp.Rational
w, x, z = sp.symbols("w x z", real=True)

LADDER = {  # issue 4: 40-digit collocation
    "3/10": "25.081319834807681761",
    "3/20": "643.84997941236931250",
    "1/10": "117280.42065262526552",
    "7/100": "2497600282.8191174554",
    "1/20": "3.6894228819216882279e17",
    "1/25": "8.5189368923889526205e26",
    "3/100": "1.2732026170835671774e47",
}


def autoregression(s: object, slope: object = R(9, 10)) -> sm.Chain:
    return sm.RandomMap({w: sp.sympify(slope) * w + sp.sympify(s) * z}, noise={z: sm.Normal(0, 1)})


def double_well() -> sm.Chain:
    return sm.RandomMap({w: w - (w**3 - w) / 20 + z / 20}, noise={z: sm.Normal(0, 1)})


def cusum(drift: object) -> sm.Chain:
    return sm.RandomMap({w: sp.Max(0, w + z)}, noise={z: sm.Normal(drift, 1)})


@pytest.mark.parametrize("s", LADDER)
def test_the_ladder_of_exit_times(s: str) -> None:
    assert_encloses(sm.exit_time(autoregression(s), start=0, inside=[-1, 1]), LADDER[s], 15, "certified")


@pytest.mark.parametrize("s", LADDER)
def test_the_ladder_in_doubles(s: str) -> None:
    found = sm.exit_time(autoregression(s), start=0, inside=[-1, 1], method="estimated")
    assert_encloses(found, LADDER[s], 12, "estimated")
    assert abs(float(found.enclosure.middle) / float(LADDER[s]) - 1) < 1e-12


def test_beyond_a_googol() -> None:
    """The value of a prototype with another rule: 3.82e104 (design.md, section 6); its further digits are our own."""
    begun = process_time()
    found = sm.exit_time(autoregression("1/50"), start=0, inside=[-1, 1])
    assert process_time() - begun < 10
    assert_encloses(found, "3.8216945478592518e104", 15, "certified")


@pytest.mark.parametrize("digits", [20, 30])
def test_a_bordered_system_keeps_its_digits(digits: int) -> None:
    """An LU factorisation of it lost all of them here: the refinement stalled."""
    assert_encloses(sm.exit_time(autoregression("1/20"), start=0, inside=[-1, 1], digits=digits), LADDER["1/20"], digits)


def test_fifty_digits() -> None:
    found = sm.exit_time(autoregression("1/10"), start=0, inside=[-1, 1], digits=50)
    assert_encloses(found, LADDER["1/10"], 50, "certified")


def test_the_double_well_and_its_quasi_stationary_law() -> None:
    assert_encloses(sm.exit_time(double_well(), start=1, inside=[0, 2]), "1146926.0992094484", 15, "certified")
    pair = sm.quasi_stationary(double_well(), inside=[0, 2])
    gap = 1 - pair.enclosure.middle
    assert abs(gap / Fraction("8.71933107375687e-7") - 1) < Fraction(1, 10**12)
    assert pair.mean_time.enclosure.reaches(15)


@pytest.mark.parametrize(
    ("limit", "drift", "published"),
    [
        ("4", "-1/2", "335.37"),  # twice the two-sided 168 of Montgomery, Statistical Quality Control, table 9.3
        ("5", "-1/2", "930.89"),  # twice 465
        ("4", "1/2", "8.38"),  # shift of one standard deviation
        ("5", "1/2", "10.38"),
    ],
)
def test_run_lengths_of_the_cusum_chart(limit: str, drift: str, published: str) -> None:
    """w' = max(0, w + z): the barrier at 0 is a state of its own."""
    found = sm.exit_time(cusum(drift), start=0, inside=["-oo", limit])
    assert_encloses(found, published, 15, "certified")


def test_run_lengths_of_the_ewma_chart() -> None:
    """lambda = 1/4, L = 2.998: 500; lambda = 1/10, L = 2.814: 500 (Lucas and Saccucci 1990, table 3)."""
    for weight, width in ((R(1, 4), R(2998, 1000)), (R(1, 10), R(2814, 1000))):
        limit = width * sp.sqrt(weight / (2 - weight))
        found = sm.exit_time(autoregression(weight, 1 - weight), start=0, inside=[-limit, limit])
        assert abs(float(found.enclosure.middle) - 500) < 2 and found.warrant.label == "certified"


def test_survival_is_the_power_of_a_probability_without_memory() -> None:
    """w' = z: the exit is geometric."""
    chain = sm.RandomMap({w: z + 0 * w}, noise={z: sm.Normal(0, 1)})
    stay = sp.erf(1 / sp.sqrt(2))
    for steps in (1, 7, 300):
        found = sm.survival(chain, start=0, inside=[-1, 1], steps=steps)
        assert_encloses(found, str(sp.N(stay**steps, 30)), 15)
    assert_encloses(sm.exit_time(chain, start=0, inside=[-1, 1]), str(sp.N(1 / (1 - stay), 30)), 15)
    assert_encloses(sm.quasi_stationary(chain, inside=[-1, 1]), str(sp.N(stay, 30)), 15)
    assert sm.survival(chain, start=0, inside=[-1, 1], quantile="1/2").value == "2"


def test_survival_and_its_quantile_agree_with_each_other() -> None:
    chain = autoregression("3/10")
    median = int(sm.survival(chain, start=0, inside=[-1, 1], quantile="1/2").value)
    after, before = (sm.survival(chain, start=0, inside=[-1, 1], steps=n).upper for n in (median, median - 1))
    assert after <= Fraction(1, 2) < before


def test_survival_agrees_with_simulation() -> None:
    rng, place = np.random.default_rng(7), np.zeros(200_000)
    alive = np.ones(len(place), bool)
    for _ in range(10):
        place = 0.9 * place + 0.3 * rng.standard_normal(len(place))
        alive &= np.abs(place) <= 1
    found = float(sm.survival(autoregression("3/10"), start=0, inside=[-1, 1], steps=10).enclosure.middle)
    reach = 4.9 * np.sqrt(found * (1 - found) / len(place))  # 1e-6 two-sided
    assert abs(alive.mean() - found) < reach


def test_hitting_is_one_half_by_symmetry_and_its_two_sides_sum_to_one() -> None:
    sides = {"target": [1, "oo"], "avoid": ["-oo", -1]}
    assert_encloses(sm.hitting(autoregression("3/10"), start=0, **sides), "1/2", 15)
    up = sm.hitting(autoregression("3/10"), start="1/2", **sides)
    down = sm.hitting(autoregression("3/10"), start="1/2", target=["-oo", -1], avoid=[1, "oo"])
    assert up.lower + down.lower <= 1 <= up.upper + down.upper and up.enclosure.reaches(15)


def test_a_rare_event_keeps_its_digits() -> None:
    found = sm.hitting(autoregression("1/20"), start=0, target=[1, "oo"], avoid=["-oo", "-1/10"])
    assert found.enclosure.reaches(15) and found.upper < Fraction(1, 10**16)


def test_barriers_on_both_sides_keep_the_chain() -> None:
    chain = sm.RandomMap({w: sp.Max(-1, sp.Min(1, w / 2 + z))}, noise={z: sm.Normal(0, 1)})
    with pytest.raises(sm.HypothesisViolated, match="left"):
        sm.exit_time(chain, start=0, inside=[-1, 1])
    assert sm.survival(chain, start=0, inside=[-1, 1], steps=5).exact == 1


def test_a_kink_of_the_map_cuts_the_region() -> None:
    """w' = |w|/2 + z/3 from [-1, 1] folds: the same as from |w|; an independent dense solve on both halves."""
    chain = sm.RandomMap({w: sp.Abs(w) / 2 + z / 3}, noise={z: sm.Normal(0, 1)})
    known = reference(
        lambda a, y: 3 * normal(3 * (y - abs(a) / 2)), lambda a: arb(1), [(Fraction(-1), Fraction(0)), (Fraction(0), Fraction(1))],
        Fraction(1, 4), (40, 60),
    )  # fmt: skip
    found = sm.exit_time(chain, start="1/4", inside=[-1, 1], digits=20)
    assert found.enclosure.reaches(20) and known.meets(found.lower, found.upper)


# ---- random problems against a dense solve in 200 digits


def random_problem(seed: int) -> tuple[sm.Chain, Fraction, list[Fraction], Reference]:
    """A chain, its start, its region, and the mean exit time by the other method."""
    rng = random.Random(seed)
    low, high = Fraction(-rng.randint(2, 10), 5), Fraction(rng.randint(2, 10), 5)
    start = low + (high - low) * Fraction(rng.randint(0, 8), 8)
    s = Fraction(rng.randint(6, 30), 60)
    a, b, c = Fraction(rng.randint(-9, 11), 10), Fraction(rng.randint(-3, 3), 10), Fraction(rng.randint(-2, 2), 20)
    kind = rng.choice(["linear", "cubic", "wide", "two centres"])
    slope, shift, bend, spread = (R(v.numerator, v.denominator) for v in (a, b, c, s))
    centre = slope * w + shift + (bend * w**3 if kind == "cubic" else 0) + (x / 5 if kind == "two centres" else 0)
    update = centre + spread * (1 + w**2 / 4 if kind == "wide" else 1) * z

    def density(at: arb, y: arb) -> arb:
        fa, fb, fc, fs, apart = (exact_ball(v) for v in (a, b, c, s, Fraction(int(kind == "two centres"), 5)))
        m = fa * at + fb + (fc * at**3 if kind == "cubic" else 0)
        width = fs * (1 + at * at / 4) if kind == "wide" else fs
        return sum((normal((y - m - side * apart) / width) for side in (-1, 1)), arb(0)) / (2 * width)

    noise = {z: sm.Normal(0, 1)} | ({x: sm.Rademacher()} if kind == "two centres" else {})
    chain = sm.RandomMap({w: update}, noise=noise)
    order = 2 * int(20 + 4 * float((high - low) / s))
    return chain, start, [low, high], reference(density, lambda at: arb(1), [(low, high)], start, (order, order + 20))


def misses(seeds: range) -> list[int]:
    wrong = []
    for seed in seeds:
        chain, start, region, known = random_problem(seed)
        found = sm.exit_time(chain, start=str(start), inside=[str(end) for end in region])
        if not (
            known.error < exact_ball(found.enclosure.width)
            and known.meets(found.lower, found.upper)
            and found.enclosure.reaches(15)
        ):
            wrong.append(seed)
    return wrong


def test_no_enclosure_misses_the_dense_solve() -> None:
    assert misses(range(3)) == []


@pytest.mark.nightly
def test_no_enclosure_of_five_hundred_misses_the_dense_solve() -> None:
    assert misses(range(500)) == []


def test_hitting_agrees_with_the_dense_solve() -> None:
    known = reference(
        lambda a, y: 3 * normal(3 * (y - a / 2)),
        lambda a: normal_above(3 * (1 - a / 2)),
        [(Fraction(-1), Fraction(1))],
        Fraction(1, 3),
        (48, 60),
    )
    chain = sm.RandomMap({w: w / 2 + z / 3}, noise={z: sm.Normal(0, 1)})
    found = sm.hitting(chain, start="1/3", target=[1, "oo"], avoid=["-oo", -1], digits=20)
    assert found.enclosure.reaches(20) and known.meets(found.lower, found.upper)
    control = sm.hitting(chain, start="1/4", target=[1, "oo"], avoid=["-oo", -1], digits=20)
    assert not known.meets(control.lower, control.upper)


def test_a_kernel_too_narrow_for_the_region_is_refused() -> None:
    with pytest.raises(sm.Inconclusive, match="narrow"):
        sm.exit_time(autoregression("1/2000"), start=0, inside=[-1, 1])


# ---- regions that reach to infinity


def test_one_sided_exit_times_mirror_each_other_and_agree_with_simulation() -> None:
    up = sm.exit_time(autoregression("3/10"), start=0, inside=["-oo", 1])
    down = sm.exit_time(autoregression("3/10"), start=0, inside=[-1, "oo"])
    assert up.enclosure.reaches(15) and up.lower <= down.upper and down.lower <= up.upper
    rng, place = np.random.default_rng(3), np.zeros(40_000)
    steps, inside = np.zeros(len(place)), np.ones(len(place), bool)
    while inside.any():
        place = 0.9 * place + 0.3 * rng.standard_normal(len(place))
        steps[inside] += 1
        inside &= place <= 1
    assert abs(steps.mean() - float(up.enclosure.middle)) < 5 * steps.std() / np.sqrt(len(steps))


def test_a_half_line_without_memory() -> None:
    """w' = z: P(z <= 1) = Phi(1)."""
    chain = sm.RandomMap({w: z + 0 * w}, noise={z: sm.Normal(0, 1)})
    above = sp.erfc(1 / sp.sqrt(2)) / 2
    assert_encloses(sm.exit_time(chain, start=-3, inside=["-oo", 1]), str(sp.N(1 / above, 30)), 15)
    landed = (sp.erf(R(2) / sp.sqrt(2)) - sp.erf(1 / sp.sqrt(2))) / 2
    found = sm.hitting(chain, start=0, target=[1, 2], avoid=["-oo", -1])
    assert_encloses(found, str(sp.N(landed / (landed + above), 30)), 15)


def test_a_recurrent_chain_hits_everything_and_a_walk_is_not_shown_to() -> None:
    assert_encloses(sm.hitting(autoregression(1, R(1, 2)), start=0, target=[2, 3]), "1", 15)
    with pytest.raises(sm.SGDMarkovError):
        sm.exit_time(autoregression(1, 1), start=0, inside=["-oo", 1])
