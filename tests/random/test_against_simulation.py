"""Five hundred random problems against simulation: the 99.9 % intervals may miss, but not too often."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from random_problems import Chance, R, continuous, finite, multiplier_chain, sgd, w, x, z

import sgd_markov as sm
from sgd_markov.answer.enclosure import Enclosure
from sgd_markov.engines.monte_carlo.statistics import too_many_misses

FALSE_ALARM = 1e-6
NOMINAL_MISS = 0.001

Pair = tuple[Enclosure, Enclosure]
"""The proved enclosure and the sampled 99.9 % interval."""


def exponent(chain: sm.Chain, seed: int) -> Pair:
    proved = sm.lyapunov(chain, at=0, digits=9)
    assert proved.warrant >= sm.Warrant.CERTIFIED
    return proved.enclosure, sm.lyapunov(chain, at=0, method="sampled", seed=seed).enclosure


def continuous_exponent(chance: Chance, seed: int) -> Pair:
    """E log|1 - lr x| for laws with a density."""
    return exponent(sgd(continuous(chance), chance.positive(3)), seed)


def batch_exponent(chance: Chance, seed: int) -> Pair:
    """Batches from a small data set, under every scheme; rates at which no batch makes the multiplier 0."""
    scheme = chance.choice(("with-replacement", "without-replacement", "reshuffling"))
    law = sm.Finite(chance.distinct(4))
    chain = sgd(law, chance.positive(2) + R(1, 9973), batch_size=chance.choice((1, 2)), scheme=scheme)
    return exponent(chain, seed)


def quadratic_exponent(chance: Chance, seed: int) -> Pair:
    """A multiplier of degree 2 in a normal variable."""
    law = sm.Normal(chance.quotient(-1, 1), chance.positive(2))
    return exponent(multiplier_chain(chance.nonzero() * x**2 + chance.nonzero() * x + chance.nonzero(), law), seed)


def probability(chance: Chance, seed: int) -> Pair:
    """P(w_n <= 0) for a finite affine chain; the end of the set is no atom of the law."""
    slopes = finite(chance, 2)
    chain = sm.RandomMap({w: x * w + z}, noise={x: slopes, z: sm.Rademacher()})
    asked = {"start": chance.quotient(-1, 1), "steps": chance.randint(1, 6), "set": ["-oo", "1/9973"]}
    return sm.law(chain, **asked).enclosure, sm.law(chain, **asked, method="sampled", seed=seed).enclosure


KINDS: dict[Callable[[Chance, int], Pair], int] = {
    continuous_exponent: 200,
    batch_exponent: 100,
    quadratic_exponent: 100,
    probability: 100,
}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_intervals_miss_no_more_often_than_they_may(kind: Callable[[Chance, int], Pair]) -> None:
    pairs = [kind(Chance(f"{kind.__name__} {seed}"), seed) for seed in range(KINDS[kind])]
    misses = sum(not proved.meets(sampled) for proved, sampled in pairs)
    assert too_many_misses(misses, len(pairs), NOMINAL_MISS) >= FALSE_ALARM
    assert all(sampled.width > 0 for _, sampled in pairs)


def test_there_are_five_hundred() -> None:
    assert sum(KINDS.values()) >= 500
