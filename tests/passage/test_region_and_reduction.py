"""Regions, and the part of a chain that leaves one."""

from __future__ import annotations

import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.chain.region import Region
from sgd_markov.passage.reduction import autonomous_part

u, v, w, x, k = sp.symbols("u v w x k", real=True)


def saddle() -> sm.Chain:
    return sm.SGD(x * u**2 / 2 + k * v**2 / 2, [u, v], sp.Rational(3, 10), data={x: sm.TwoPoint(2, -1)})


def test_a_region_restricts_what_it_names() -> None:
    region = Region.of(saddle(), {"u": [-1, 1]}, "inside")
    assert region.contains({u: sp.Integer(1), v: sp.Integer(50)}) is True
    assert region.contains({u: sp.Rational(11, 10), v: sp.Integer(0)}) is False
    assert region.contains({u: k, v: sp.Integer(0)}) is None


def test_regions_meet_in_an_end() -> None:
    chain = sm.RandomMap({w: w / 2 + x}, noise={x: sm.Normal(0, 1)})
    low, high, far = (Region.of(chain, pair, "target") for pair in ((0, 1), (1, "oo"), (2, 3)))
    assert low.meets(high) is True and low.meets(far) is False


@pytest.mark.parametrize("given", [[1, 0], ["oo", "oo"], [1], 3, {"q": [0, 1]}])
def test_what_is_no_region_is_refused(given: object) -> None:
    chain = sm.RandomMap({w: w / 2 + x}, noise={x: sm.Normal(0, 1)})
    with pytest.raises(sm.InvalidInput, match="inside"):
        sm.exit_time(chain, start=0, inside=given)


def test_a_start_outside_is_refused() -> None:
    chain = sm.RandomMap({w: w / 2 + x}, noise={x: sm.Normal(0, 1)})
    with pytest.raises(sm.InvalidInput, match="start"):
        sm.exit_time(chain, start=2, inside=[-1, 1])


def test_idle_coordinates_are_left_out() -> None:
    part = autonomous_part(saddle(), {u})
    assert part.state == (u,) and len(part.gradient) == 1 and part.parameters == set()
    coupled = sm.RandomMap({u: u / 2 + v + x, v: v / 3}, noise={x: sm.Rademacher()})
    assert autonomous_part(coupled, {u}).state == (u, v)
    assert autonomous_part(coupled, {v}).state == (v,)


def test_the_whole_space_is_never_left() -> None:
    chain = sm.RandomMap({w: w / 2 + x}, noise={x: sm.Normal(0, 1)})
    with pytest.raises(sm.HypothesisViolated, match="no step"):
        sm.exit_time(chain, start=0, inside=["-oo", "oo"])


def test_target_and_avoid_do_not_meet() -> None:
    chain = sm.RandomMap({w: w / 2 + x}, noise={x: sm.Normal(0, 1)})
    with pytest.raises(sm.InvalidInput, match="avoid"):
        sm.hitting(chain, start=0, target=[1, 2], avoid=[2, 3])
    assert sm.hitting(chain, start=1, target=[1, 2], avoid=["-oo", -1]).exact == 1
