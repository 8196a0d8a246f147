"""What simulations say, at the confidence that a registry of many claims needs."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from ..answer.enclosure import Enclosure
from ..answer.warrant import Warrant
from ..chain.chain import Chain
from ..effort import Effort
from ..engines.monte_carlo.first_times import FirstTimes, first_times
from ..engines.monte_carlo.run import simulate
from ..engines.monte_carlo.statistics import mean, proportion
from ..errors import Inconclusive
from .claim import Reading

LEVEL = 1 - 1e-7
"""At 99.9 % one of a thousand true claims would be called false; a hundred intervals at this level miss once in 10^5 runs."""

ROUNDING = "1e-12"
"""Thousands of operations in doubles err by less, relative to the values; it shows where nothing is random."""

STEPS = 64


def sample_mean(values: NDArray[np.float64]) -> Reading:
    """The mean of independent values of finite variance, widened by the rounding of their computation."""
    enclosure = mean(values, LEVEL).enclosure
    rounding = Fraction(ROUNDING) * Fraction(1 + float(np.abs(values).max()))
    return Reading(Enclosure(enclosure.lower - rounding, enclosure.upper + rounding), Warrant.SAMPLED)


def sample_share(hits: NDArray[np.bool_]) -> Reading:
    """The probability of an event, from independent trials."""
    return Reading(proportion(int(hits.sum()), len(hits), LEVEL), Warrant.SAMPLED)


def log_growth(chain: Chain, effort: Effort, chains: int, steps: int = STEPS) -> Reading:
    """(1/T) E log|w_T/w_0|, which is E log|M| for every T in one dimension."""
    start = dict.fromkeys(chain.state, sp.Integer(1))
    run = simulate(chain, start, steps, chains, effort, growth=True)
    assert run.log_growth is not None
    return sample_mean(run.log_growth)


def sampled_sign_change(
    chain_at: Callable[[sp.Rational], Chain], low: str, high: str, effort: Effort, chains: int
) -> Reading:
    """An interval that holds a zero of the exponent: its sampled signs at the two ends differ."""
    ends = sp.Rational(low), sp.Rational(high)
    signs = [log_growth(chain_at(end), effort, chains).enclosure.sign for end in ends]
    if None in signs or signs[0] == signs[1]:
        raise Inconclusive(f"the sampled exponents at {low} and {high} do not differ in sign for certain: {signs}")
    return Reading(Enclosure(Fraction(low), Fraction(high)), Warrant.SAMPLED)


def first_passage(
    chain: Chain, conditions: list[sp.Basic], steps: int, effort: Effort, chains: int, start: sp.Expr | float = 1
) -> FirstTimes:
    """When and by which condition each chain stops; all must stop within `steps`."""
    times = first_times(chain, {chain.state[0]: sp.sympify(start)}, conditions, steps, chains, effort)
    if (times.which < 0).any():
        raise Inconclusive(f"{int((times.which < 0).sum())} of {chains} chains meet no condition within {steps} steps")
    return times


def widened(reading: Reading, below: str, above: str) -> Reading:
    """The same with the ends moved by proved bounds of what the simulation cannot see."""
    enclosure = reading.enclosure
    return Reading(Enclosure(enclosure.lower - Fraction(below), enclosure.upper + Fraction(above)), reading.warrant)
