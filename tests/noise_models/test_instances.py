"""Each noise model in numbers: its stationary law against simulation, by Kolmogorov and Smirnov or by the mean of w^2.

False-alarm rate of the whole file: 1e-6 an instance, by the inequality of Dvoretzky, Kiefer, Wolfowitz and Massart.
"""

from __future__ import annotations

from fractions import Fraction
from math import log, sqrt

import numpy as np
import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.effort import Effort
from sgd_markov.engines.monte_carlo.run import simulate
from sgd_markov.noise_models import INSTANCES, NOISE_MODELS, Instance
from sgd_markov.noise_models.noise_model import w

CHAINS, STEPS = 20_000, 120
LEVELS = (0.07, 0.2, 0.35, 0.5, 0.65, 0.8, 0.93)
BAND = sqrt(log(2 / 1e-6) / (2 * CHAINS))


def settled(instance: Instance) -> np.ndarray:
    """Samples of the chain after many steps, and after three more: chains of period 2, epochs of 3 updates."""
    chain = instance.chain
    start = {symbol: sp.Integer(instance.start or 0) for symbol in chain.state}
    halves = [
        simulate(chain, start, STEPS + extra, CHAINS // 2, Effort(seed=7 + extra), (w,)).observed[0] for extra in (0, 3)
    ]
    return np.concatenate(halves)


def place(instance: Instance) -> dict[str, int]:
    return {} if instance.start is None else {"start": instance.start}


def test_every_model_has_an_instance_or_no_closed_form() -> None:
    assert set(NOISE_MODELS) - set(INSTANCES) == {"18", "19b", "27"}


@pytest.mark.parametrize("label", INSTANCES)
def test_the_law_against_simulation(label: str) -> None:
    instance = INSTANCES[label]
    law = sm.stationary(instance.chain, **place(instance))
    assert law.proof or law.family == "affine recursion"
    sample = settled(instance)
    checked = distribution_function(instance, sample) if instance.chain.dimension == 1 else 0
    if checked == 0:
        second_moment(instance, sample)


def distribution_function(instance: Instance, sample: np.ndarray) -> int:
    """How many values of the distribution function were compared."""
    compared = 0
    for level in LEVELS:
        at = Fraction(float(np.quantile(sample, level))).limit_denominator(60)
        try:
            found = sm.stationary(instance.chain, cdf_at=sp.Rational(at), digits=6, budget=5, **place(instance)).enclosure
        except sm.Inconclusive:
            continue
        # atoms on the point itself: rounding in the simulation may put them on either side
        below, up_to = np.mean(sample < float(at) - 1e-9), np.mean(sample <= float(at) + 1e-9)
        assert below - BAND <= found.upper and found.lower <= up_to + BAND, f"P(w <= {at})"
        compared += 1
    return compared


def second_moment(instance: Instance, sample: np.ndarray) -> None:
    """For laws known by their moments: the mean of w^2 within 5 standard errors (6e-7)."""
    found = sm.stationary(instance.chain, of=w**2, **place(instance)).enclosure
    squares = sample**2
    assert abs(float(found.middle) - squares.mean()) < 5 * squares.std() / sqrt(len(squares))


def test_a_wrong_law_is_seen() -> None:
    """Negative control: the law of another noise model fails the same comparison."""
    sample = settled(INSTANCES["5"])
    with pytest.raises(AssertionError, match="P"):
        distribution_function(INSTANCES["9"], sample)
