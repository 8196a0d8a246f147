"""Mean times beyond 1e308, and chains that are solved on absolute values."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from enclosures import assert_encloses

import sgd_markov as sm
from sgd_markov.engines.smooth_kernel.problem import Problem
from sgd_markov.engines.smooth_kernel.step import smooth_step
from sgd_markov.numerics.wide_elimination import WideElimination

R = sp.Rational
w, y, z = sp.symbols("w y z", real=True)


def driven(centre: sp.Expr, scale: object, law: sm.Law | None = None) -> sm.RandomMap:
    return sm.RandomMap({w: centre + sp.sympify(scale) * z}, noise={z: law or sm.Normal(0, 1)})


def without_memory(inverse: int) -> str:
    """1/P(|z| > inverse), the mean time of w' = z/inverse inside [-1, 1]."""
    with mp.workdps(30):
        return mp.nstr(1 / mp.erfc(inverse / mp.sqrt(2)), 22)


def test_doubles_beyond_their_range() -> None:
    found = sm.exit_time(driven(0 * w, "1/40"), start=0, inside=[-1, 1], method="estimated")
    assert_encloses(found, without_memory(40), 11, "estimated")
    assert found.to_dict()["value"].startswith("1.3676547043") and found.to_dict()["value"].endswith("e349")


@pytest.mark.nightly
def test_certified_beyond_the_range_of_doubles() -> None:
    chain = driven(0 * w, "1/40")
    assert_encloses(sm.exit_time(chain, start=0, inside=[-1, 1]), without_memory(40), 15, "certified")
    assert_encloses(sm.quasi_stationary(chain, inside=[-1, 1]).mean_time, without_memory(40), 15)


@pytest.mark.nightly
def test_a_hundredth_of_noise() -> None:
    """40 s of computing; both routes share the kernel, not the arithmetic."""
    chain = driven(R(9, 10) * w, "1/100")
    found = sm.exit_time(chain, start=0, inside=[-1, 1], budget=600)
    rough = sm.exit_time(chain, start=0, inside=[-1, 1], method="estimated")
    assert_encloses(found, "2.0769346e414", 15, "certified")
    assert found.enclosure.meets(rough.enclosure)


def test_the_wide_elimination_is_that_of_doubles() -> None:
    rng = np.random.default_rng(5)
    moves = rng.random((12, 12)) / 13
    killed = 1 - moves.sum(axis=1)
    ones, system = np.ones(12), np.eye(12) - moves
    wide = WideElimination.of(moves, killed)
    assert np.allclose(wide.solve(ones).astype(float), np.linalg.solve(system, ones), rtol=1e-12)
    assert np.allclose(wide.solve_left(ones).astype(float), np.linalg.solve(system.T, ones), rtol=1e-12)


ODD = [
    driven(R(9, 10) * w, "3/10"),
    driven(w - (w**3 - w) / 20, "1/4"),
    driven(sp.sin(w), "1/2"),
    driven(w / 2, "1/3", sm.Student(3, 0, 1)),
    driven(w / 2, "1/3", sm.Stable("3/2")),
    sm.RandomMap({w: w / 2 + y + z / 3}, noise={z: sm.Normal(0, 1), y: sm.TwoPoint("1/4", "-1/4")}),
    sm.RandomMap({w: w / 2 + sp.sqrt(1 + w**2) * z / 3}, noise={z: sm.Normal(0, 1)}),
    sm.RandomMap({w: sp.sign(w) / 2 + z / 3}, noise={z: sm.Normal(0, 1)}),
]


def problems_of(chain: sm.Chain, low: object, high: object) -> tuple[bool, ...]:
    step = smooth_step(chain)
    assert step is not None
    found = Problem.of_exit(step, [(sp.sympify(low), sp.sympify(high))])
    assert found is not None
    return found.domain.folded, sum(found.counts) < sum(Problem.of(step, [(sp.sympify(low), sp.sympify(high))]).counts)  # type: ignore[union-attr]


@pytest.mark.parametrize("chain", ODD, ids=lambda chain: str(chain.update[0]))
def test_symmetric_chains_are_folded_and_answered_as_before(chain: sm.Chain) -> None:
    """The other route: a region whose lower end is moved by 1e-25 is not folded."""
    assert problems_of(chain, -1, 1) == (True, True)
    nearly = -1 + R(1, 10**25)
    assert problems_of(chain, nearly, 1) == (False, False)
    for start in (0, R(-1, 3)):
        one = sm.exit_time(chain, start=start, inside=[-1, 1])
        other = sm.exit_time(chain, start=start, inside=[nearly, 1])
        assert one.enclosure.reaches(15) and other.enclosure.reaches(15)
        assert abs(one.enclosure.middle / other.enclosure.middle - 1) < R(1, 10**14)
    factors = [sm.quasi_stationary(chain, inside=region).enclosure.middle for region in ([-1, 1], [nearly, 1])]
    assert abs(factors[0] / factors[1] - 1) < R(1, 10**14)


@pytest.mark.parametrize(
    "chain",
    [
        driven(w / 2 + R(1, 10), "1/3"),
        driven(w**2 / 2, "1/3"),
        sm.RandomMap({w: w / 2 + y + z / 3}, noise={z: sm.Normal(0, 1), y: sm.TwoPoint("1/4", "-1/3")}),
        sm.RandomMap({w: w / 2 + (2 + w) * z / 3}, noise={z: sm.Normal(0, 1)}),
    ],
    ids=lambda chain: str(chain.update[0]),
)
def test_others_are_not_folded(chain: sm.Chain) -> None:
    assert problems_of(chain, -1, 1) == (False, False)


def test_the_density_of_a_folded_chain_is_symmetric_and_sums_to_one() -> None:
    density = sm.quasi_stationary(driven(R(9, 10) * w, "3/10"), inside=[-1, 1]).density
    places = np.array([float(row["at"].enclosure.middle) for row in density])
    heights = np.array([float(row["density"].enclosure.middle) for row in density])
    assert np.allclose(places, -places[::-1]) and np.allclose(heights, heights[::-1]) and (np.diff(places) > 0).all()
    assert abs(np.trapezoid(heights, places) - 1) < 0.02


def test_a_region_far_from_zero_is_that_about_its_middle() -> None:
    """Doubles used to take 1e9 +- 1e-8 for one number, and the estimate was 1."""
    far, tiny = sp.Integer(10) ** 9, R(1, 10**8)
    chain = driven(far + (w - far) / 2, tiny)
    here = driven(w / 2, 1)
    for method in ("certified", "estimated"):
        known = sm.exit_time(here, start=R(1, 4), inside=[-1, 1], method=method)
        found = sm.exit_time(chain, start=far + tiny / 4, inside=[far - tiny, far + tiny], method=method)
        assert found.enclosure.meets(known.enclosure) and found.enclosure.reaches(11)
        ends = {"target": [far + tiny, "oo"], "avoid": ["-oo", far - tiny]}
        one = sm.hitting(chain, start=far + tiny / 4, method=method, **ends)
        other = sm.hitting(here, start=R(1, 4), target=[1, "oo"], avoid=["-oo", -1], method=method)
        assert one.enclosure.meets(other.enclosure) and one.enclosure.reaches(11)


def test_hitting_far_from_zero_keeps_its_sides() -> None:
    """Uphill and downhill are told apart in the new coordinates: the two sides sum to 1."""
    chain = driven(w + R(1, 20), "1/3")
    up = sm.hitting(chain, start=11, target=[12, "oo"], avoid=["-oo", 10])
    down = sm.hitting(chain, start=11, target=["-oo", 10], avoid=[12, "oo"])
    assert up.enclosure.reaches(15) and up.lower + down.lower <= 1 <= up.upper + down.upper
    assert up.lower > R(1, 2)


def test_the_density_of_a_moved_region_stands_at_its_places() -> None:
    density = sm.quasi_stationary(driven(w / 2 + 5, "1/3"), inside=[9, 11]).density
    places = [float(row["at"].enclosure.middle) for row in density]
    heights = [float(row["density"].enclosure.middle) for row in density]
    assert 9 < min(places) < 9.05 and 10.95 < max(places) < 11
    assert abs(np.trapezoid(np.multiply(places, heights), places) / np.trapezoid(heights, places) - 10) < 1e-6


def test_steps_beyond_any_reach_leave_at_once() -> None:
    """A drift of 100 noises: used to end in a ValueError; 1e60 noises in a refusal."""
    assert sm.survival(driven(w / 2 + 100, 1), start=0, inside=[-1, 1], quantile="1/2").value == "1"
    wide = driven(R(9, 10) * w, 10**60)
    with mp.workdps(30):
        stay = mp.mpf(2) / mp.sqrt(2 * mp.pi) / mp.mpf(10) ** 60  # to 1e-120
        assert_encloses(sm.survival(wide, start=0, inside=[-1, 1], steps=10), mp.nstr(stay**10, 25), 15, "certified")
        memoryless = driven(0 * w, 10**60)
        assert_encloses(sm.quasi_stationary(memoryless, inside=[-1, 1]), mp.nstr(stay, 25), 15, "certified")
    with pytest.raises(sm.Inconclusive) as refusal:
        sm.survival(driven(w / 2 + 100, 1), start=0, inside=[-1, 1], steps=10)
    assert refusal.value.enclosure is not None and refusal.value.enclosure.upper < R(1, 10**900)


def test_every_estimate_beyond_the_range_of_doubles() -> None:
    """Used to end in an OverflowError. The median of so long a life is log 2 times the mean."""
    chain = driven(0 * w, "1/40")
    pair = sm.quasi_stationary(chain, inside=[-1, 1], method="estimated")
    assert_encloses(pair.mean_time, without_memory(40), 11)
    median = sm.survival(chain, start=0, inside=[-1, 1], quantile="1/2", method="estimated")
    with mp.workdps(30):
        assert_encloses(median, mp.nstr(mp.log(2) / mp.erfc(40 / mp.sqrt(2)), 22), 11, "estimated")
    assert sm.survival(chain, start=0, inside=[-1, 1], steps=10**340, method="estimated").value.startswith(("1", "0.999999"))
