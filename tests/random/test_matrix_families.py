"""Random families of matrices: certified enclosures by two routes overlap, and hold what long simulations find."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest
from matrix_families import Family, random_family, simulated
from scipy.stats import binom

import sgd_markov as sm
from sgd_markov.answer.enclosure import Enclosure
from sgd_markov.answer.warrant import Warrant
from sgd_markov.effort import Effort
from sgd_markov.errors import Inconclusive
from sgd_markov.products.matrix_law import MatrixLaw

ROUTES = ("cone", "cells", "cycle_expansion")
"""Routes for irreducible families that share no more than the law; triangular ones have closed forms beside cells."""

FAMILIES, SEED = 40, 20261123
MISS_LEVEL, ALARM = 0.001, 1e-6
"""A 99.9 % interval misses so often; a correct package fails the binomial test with at most that probability."""


def by_each_route(family: Family, effort: Effort) -> dict[str, Enclosure]:
    """The proved enclosures of the top exponent, by every route that knows the family."""
    chain = family.chain
    law = MatrixLaw.at(chain, dict.fromkeys(chain.state, 0))
    found = {name: enclosure for name in ROUTES if (enclosure := by_route(name, law, effort)) is not None}
    try:
        answer = sm.lyapunov(chain, at=dict.fromkeys(chain.state, 0), digits=4)
    except Inconclusive as refusal:
        if refusal.known:
            found["lyapunov"] = refusal.enclosure
    else:
        assert answer.warrant >= Warrant.CERTIFIED
        found["lyapunov"] = answer.enclosure
    return found


def by_route(name: str, law: MatrixLaw, effort: Effort) -> Enclosure | None:
    """What one method proves of the whole, unreduced law."""
    method = import_module(f"sgd_markov.products.{name}").METHOD
    try:
        finding = method.top(law, effort)
    except Inconclusive as refusal:
        return refusal.enclosure
    return finding.enclosure if finding is not None and finding.warrant >= Warrant.CERTIFIED else None


def check(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    misses, judged, doubled = 0, 0, 0
    for number in range(count):
        family = random_family(rng)
        found = by_each_route(family, Effort.within(20, digits=4))
        assert found, f"family {number}: no route"
        for name, one in found.items():
            for other, two in found.items():
                assert one.meets(two), f"family {number} ({family.kind}): {name} {one} and {other} {two} are apart"
        doubled += len(found) > 1
        tight = Enclosure(max(e.lower for e in found.values()), min(e.upper for e in found.values()))
        mean, error = simulated(family, rng)
        half = 3.2905 * error
        judged += 1
        misses += not (float(tight.lower) - half <= mean <= float(tight.upper) + half)
    assert doubled > 0.8 * count
    assert binom.sf(misses - 1, judged, 2 * MISS_LEVEL) > ALARM, f"{misses} of {judged} intervals miss"


def test_two_routes_and_simulation() -> None:
    check(FAMILIES, SEED)


@pytest.mark.nightly
def test_two_routes_and_simulation_on_300_families() -> None:
    check(300, SEED + 1)


def test_a_wrong_enclosure_would_be_seen() -> None:
    """Negative control: enclosures moved by a twentieth miss nearly every simulation."""
    rng = np.random.default_rng(3)
    for _ in range(5):
        family = random_family(rng)
        found = by_each_route(family, Effort.within(20, digits=4))
        mean, error = simulated(family, rng)
        tight = min(found.values(), key=lambda e: e.width)
        assert float(tight.lower) + 0.05 > mean + 3.2905 * error


