"""Samples of a chain, and the Dvoretzky-Kiefer-Wolfowitz bound that they have to keep."""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import sympy as sp

import sgd_markov as sm
from sgd_markov.chain.chain import Chain

ALARM = 1e-6
"""The probability that a true law misses the bound."""


def sample(chain: Chain, start: float, chains: int = 5_000, steps: int = 40, seed: int = 20) -> np.ndarray:
    """The state after `steps` steps of independent chains, from the one-sample map and the laws of its variables."""
    rng = np.random.default_rng(seed)
    sources = (*chain.draw.data, *chain.draw.noise)
    symbols = [source.symbols[0] for source in sources]
    step = sp.lambdify((chain.state[0], *symbols), chain.one_sample_map[0], "numpy")
    state = np.full(chains, float(start))
    for _ in range(steps):
        draws = [source.law.from_uniforms(rng.random((source.law.uniforms, chains))) for source in sources]
        state = step(state, *draws)
    return state


def assert_has_law(chain: Chain, origin: float, places: list[str], **field: object) -> None:
    """The empirical distribution function keeps the bound 2 exp(-2 n d^2) = ALARM at all places."""
    found = sample(chain, origin)
    bound = sqrt(log(2 / ALARM) / (2 * len(found)))
    for place in places:
        stated = float(sm.stationary(chain, cdf_at=place, digits=6, **field).value)
        assert abs((found <= float(sp.Rational(place))).mean() - stated) <= bound, (place, stated)
