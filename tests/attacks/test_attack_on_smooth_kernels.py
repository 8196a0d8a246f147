"""Barriers that belong to what is avoided, jumps of the map at the start and at barriers, ends written in two ways."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from enclosures import assert_encloses

import sgd_markov as sm

R = sp.Rational
w, z = sp.symbols("w z", real=True)


def chain_of(update: object) -> sm.Chain:
    return sm.RandomMap({w: sp.sympify(update)}, noise={z: sm.Normal(0, 1)})


@pytest.mark.parametrize("target", [[1, "oo"], [1, 1]])
def test_a_barrier_in_the_region_to_avoid_ends_the_chain(target: list[object]) -> None:
    """Used to answer 1, certified: what sat on the barrier went on."""
    kept = chain_of(sp.Max(-1, sp.Min(1, w / 2 + z / 2)))
    for avoid in (["-oo", -1], [-1, -1], [-3, -1]):
        assert_encloses(sm.hitting(kept, start=0, target=target, avoid=avoid), "1/2", 15, "certified")
    below = sm.hitting(kept, start="1/2", target=[-1, -1], avoid=[1, 1])
    above = sm.hitting(kept, start="1/2", target=[1, 1], avoid=[-1, -1])
    free = sm.hitting(chain_of(w / 2 + z / 2), start="1/2", target=["-oo", -1], avoid=[1, "oo"])
    assert below.lower + above.lower <= 1 <= below.upper + above.upper
    assert below.enclosure.meets(free.enclosure) and below.enclosure.reaches(15)


def test_a_target_that_no_step_meets_is_never_hit() -> None:
    kept = chain_of(sp.Max(-1, w / 2 + z / 2))
    assert sm.hitting(kept, start=0, target=[-3, -2], avoid=[1, "oo"]).exact == 0
    point = sm.hitting(chain_of(w / 2 + z / 2), start=0, target=[1, 1], avoid=[2, 3])
    assert point.upper == 0


def test_a_barrier_is_found_however_the_end_is_written() -> None:
    """sqrt(3 + 2 sqrt(2)) = 1 + sqrt(2); used to answer 20.6, certified, as if the barrier were outside."""
    chain = chain_of(sp.Max(-1 - sp.sqrt(2), w / 2 + z))
    one, other, wide = (
        sm.exit_time(chain, start=0, inside=[low, 2]).enclosure
        for low in (-1 - sp.sqrt(2), -sp.sqrt(3 + 2 * sp.sqrt(2)), -3)
    )
    assert one.meets(other) and one.meets(wide) and one.reaches(15)


def simulated_time(step: object, start: float, low: float, high: float, chains: int = 40_000) -> tuple[float, float]:
    rng, place, steps = np.random.default_rng(11), np.full(chains, start), np.zeros(chains)
    inside = np.ones(chains, bool)
    while inside.any():
        place = step(place, rng.standard_normal(chains))  # type: ignore[operator]
        steps[inside] += 1
        inside &= (place >= low) & (place <= high)
    return float(steps.mean()), 5 * float(steps.std()) / np.sqrt(chains)


def test_a_start_at_a_jump_takes_the_step_of_the_jump() -> None:
    """sign(0) = 0; used to answer with the step from the left of 0."""
    chain = chain_of(sp.sign(w) / 2 + w / 4 + z / 2)
    found = sm.exit_time(chain, start=0, inside=[-1, 2])
    mean, reach = simulated_time(lambda at, noise: np.sign(at) / 2 + at / 4 + noise / 2, 0.0, -1.0, 2.0)
    assert found.enclosure.reaches(15) and abs(float(found.enclosure.middle) - mean) < reach
    left = sm.exit_time(chain, start=R(-1, 10**9), inside=[-1, 2])
    assert not left.enclosure.meets(found.enclosure)
    half = sm.survival(chain, start=0, inside=[-1, 2], steps=1)
    assert_encloses(half, str(sp.N((sp.erf(2 / sp.sqrt(2)) + sp.erf(4 / sp.sqrt(2))) / 2, 30)), 15)


def test_a_jump_at_a_barrier_is_that_of_the_barrier() -> None:
    """From 0 the chain is sent to 1 + z, from above to w/2 + z; the barrier at 0 holds mass."""
    chain = chain_of(sp.Max(0, sp.Piecewise((sp.Integer(1), w <= 0), (w / 2, True)) + z))
    found = sm.exit_time(chain, start=0, inside=[0, 2])
    mean, reach = simulated_time(lambda at, noise: np.maximum(0, np.where(at <= 0, 1, at / 2) + noise), 0.0, 0.0, 2.0)
    assert found.enclosure.reaches(15) and abs(float(found.enclosure.middle) - mean) < reach
    law = sm.stationary(chain, cdf_at=0)
    rng, place = np.random.default_rng(5), np.ones(200_000)
    for _ in range(60):
        place = np.maximum(0, np.where(place <= 0, 1, place / 2) + rng.standard_normal(len(place)))
    share = (place <= 0).mean()
    assert abs(float(law.enclosure.middle) - share) < 5 * np.sqrt(share * (1 - share) / len(place))


@pytest.mark.parametrize("of", [sp.Piecewise((sp.Integer(1), w <= 0), (sp.Integer(0), True)), 1 - sp.sign(w)])
def test_a_function_that_jumps_at_a_barrier_takes_its_value_there(of: sp.Expr) -> None:
    """Used to answer 0, certified, for both."""
    chain = chain_of(sp.Max(0, w / 2 - R(1, 4) + z))
    assert sm.stationary(chain, of=of).enclosure.meets(sm.stationary(chain, cdf_at=0).enclosure)


def test_error_functions_in_the_map() -> None:
    """Used to end in a TypeError of the double solution."""
    found = sm.exit_time(chain_of(sp.erf(w) / 2 + z / 2), start=0, inside=[-1, 1])
    assert found.enclosure.reaches(15)


def test_levels_near_1_and_times_beyond_doubles() -> None:
    """Used to end in a ValueError."""
    found = sm.survival(chain_of(0 * w + z), start=0, inside=[-1, 1], quantile=1 - R(1, 10**30))
    stay = sp.erf(1 / sp.sqrt(2))
    assert int(found.value) == int(sp.ceiling(-30 * sp.log(10) / sp.log(stay)))
    with pytest.raises(sm.Inconclusive):
        sm.survival(chain_of(9 * w / 10 + z / 400), start=0, inside=[-1, 1], quantile="1/2")
    assert_encloses(sm.survival(chain_of(9 * w / 10 + z / 100), start=0, inside=[-1, 1], steps=9), "1", 15)


def test_a_region_that_is_left_at_once_has_its_survival_factor() -> None:
    """Used to stall (the bordering column was not the vector itself); the factor is the ratio of late survivals."""
    chain = chain_of(99 * w / 100 + 1 + z)
    region = [R(-7, 4), R(9, 4)]
    factor = sm.quasi_stationary(chain, inside=region)
    late, next_one = (sm.survival(chain, start=2, inside=region, steps=n) for n in (63, 64))
    assert factor.enclosure.reaches(15) and late.enclosure.reaches(15)
    assert abs(next_one.enclosure.middle / late.enclosure.middle - factor.enclosure.middle) < R(1, 10**9)


def test_few_and_many_steps_agree() -> None:
    chain = chain_of(R(9, 10) * w + R(3, 10) * z)
    few, many = (sm.survival(chain, start=0, inside=[-1, 1], steps=n) for n in (64, 65))
    assert few.enclosure.reaches(15) and many.enclosure.reaches(15)
    factor = sm.quasi_stationary(chain, inside=[-1, 1]).enclosure.middle
    assert abs(many.enclosure.middle / few.enclosure.middle - factor) < R(1, 10**6)
