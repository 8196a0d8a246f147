"""Questions about one coordinate of several: the others, and where they stand in the start, make no difference."""

from __future__ import annotations

import pytest
import sympy as sp

import sgd_markov as sm

u, w, x, z = sp.symbols("u w x z", real=True)


def alone(step: sp.Expr, law: object) -> sm.Chain:
    return sm.RandomMap({w: step}, {x: law})


def beside(step: sp.Expr, law: object) -> sm.Chain:
    """The same with a coordinate before it, which starts on the other side of 0."""
    return sm.RandomMap({u: u / 2 + z, w: step}, {x: law, z: sm.Rademacher()})


def test_the_side_on_which_a_walk_with_sign_flips_starts():
    """hitting took the sign of the first coordinate of the start for that of the one in question."""
    law = sm.Finite([2, -sp.Rational(1, 2)], ["1/3", "2/3"])
    for start in (1, -1):
        regions = {"target": [4, "oo"], "avoid": ["-oo", -2]}
        expected = sm.hitting(alone(x * w, law), start=start, **regions)
        found = sm.hitting(
            beside(x * w, law), start={u: -start, w: start}, **{name: {"w": ends} for name, ends in regions.items()}
        )
        assert found.enclosure.meets(expected.enclosure) and found.enclosure.width < sp.Rational(1, 10**9)


def test_walks_on_a_flat_loss():
    """A start with further coordinates ended in a ValueError."""
    law = sm.Finite([-1, 2], ["3/4", "1/4"])
    expected = sm.exit_time(alone(w + x, law), start=1, inside=[0, "oo"])
    found = sm.exit_time(beside(w + x, law), start={u: 5, w: 1}, inside={"w": [0, "oo"]})
    assert found.enclosure.meets(expected.enclosure)


@pytest.mark.parametrize("beta2", [0, "1/2"])
def test_a_fixed_point_of_rmsprop_is_never_left_for_certain(beta2):
    chain = sm.RMSProp(x * w**2 / 2, [w], "4/5", beta2, 1, data={x: sm.TwoPoint("4/5", "-6/5")})
    with pytest.raises((sm.HypothesisViolated, sm.Inconclusive)):
        sm.exit_time(chain, start=1, inside={"w": [-2, 2]}, budget=5)
