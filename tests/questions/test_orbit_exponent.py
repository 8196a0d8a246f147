"""The exponent along the stationary orbit: classical maps, affine chains, noise without a closed form, barriers."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from enclosures import assert_encloses

import sgd_markov as sm

w, x, z = sp.symbols("w x z", real=True)


def along(chain: sm.Chain, **fields: object) -> sm.Answer:
    return sm.lyapunov(chain, along="stationary", **fields)


@pytest.mark.parametrize(
    ("update", "place", "value"),
    [
        (4 * w * (1 - w), {"within": [0, 1]}, "0.6931471805599453094"),  # logistic: log 2 (Ulam and von Neumann 1947)
        (2 * w**2 - 1, {"within": [-1, 1]}, "0.6931471805599453094"),  # Chebyshev of degree 2
        (4 * w**3 - 3 * w, {"within": [-1, 1]}, "1.0986122886681097"),  # of degree 3: log 3
    ],
)
def test_classical_maps(update: sp.Expr, place: dict[str, object], value: str) -> None:
    assert_encloses(along(sm.RandomMap({w: update}), **place), value, 15)


def test_an_affine_chain_has_the_exponent_of_its_multiplier() -> None:
    chain = sm.RandomMap({w: x * w + z}, noise={x: sm.Uniform(0, 1), z: sm.Normal(0, 1)})
    assert along(chain).exact == -1
    fixed = sm.RandomMap({w: w / 2 + z}, noise={z: sm.Normal(0, 1)})
    assert along(fixed).exact == -sp.log(2)


def test_a_barrier_makes_orbits_meet() -> None:
    chain = sm.RandomMap({w: sp.Max(0, w + z)}, noise={z: sm.Normal(-1, 1)})
    assert along(chain).exact == -sp.oo


def test_noise_without_a_closed_form() -> None:
    """w' = w/2 + sin(w)/4 + z/2: the slope 1/2 + cos(w)/4 has no zero; a long orbit, batched for its own error."""
    chain = sm.RandomMap({w: w / 2 + sp.sin(w) / 4 + z / 2}, noise={z: sm.Normal(0, 1)})
    found = along(chain)
    assert found.enclosure.reaches(15) and found.attracts is True and found.warrant.label == "certified"
    rng, place, total = np.random.default_rng(5), np.zeros(20_000), np.zeros(20_000)
    for step in range(80):
        if step >= 40:
            total += np.log(0.5 + np.cos(place) / 4)
        place = place / 2 + np.sin(place) / 4 + rng.standard_normal(len(place)) / 2
    total /= 40
    assert abs(total.mean() - float(found.enclosure.middle)) < 5 * total.std() / np.sqrt(len(total))


def test_what_does_not_go_together() -> None:
    chain = sm.RandomMap({w: w / 2 + z}, noise={z: sm.Normal(0, 1)})
    for fields in ({"along": "orbit"}, {"along": "stationary", "at": 0}, {"at": 0, "start": 1}, {}):
        with pytest.raises(sm.InvalidInput):
            sm.lyapunov(chain, **fields)
    with pytest.raises(sm.HypothesisViolated):
        along(sm.RandomMap({w: 2 * w + z}, noise={z: sm.Normal(0, 1)}))
