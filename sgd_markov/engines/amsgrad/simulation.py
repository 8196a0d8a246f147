"""Chains of AMSGrad without momentum, followed until it is certain, up to a probability that is told, where they end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...effort import Effort
from .curvature_law import CurvatureLaw
from .exponents import UNIT_BITS, Powers

SURE = 12.0
"""A chain counts as converged where Ville's inequality lets another record follow with probability e^-12 at most ..."""
STEPS = 30_000
"""... and one that is still on its way after so many steps counts as undecided, not as either."""
LOOK = 16
"""Chains are looked at after so many steps each."""


@dataclass(frozen=True)
class Sample:
    """`converged`: the rates at which chains have frozen, `fallen`: how many went below all attracting rates."""

    converged: np.ndarray
    fallen: int
    undecided: int

    @property
    def chains(self) -> int:
        return len(self.converged) + self.fallen + self.undecided


def sample(law: CurvatureLaw, known: Powers, scaled: float, chains: int, effort: Effort, steps: int = STEPS) -> Sample:
    """`chains` chains from |w|/lr = `scaled` with vhat = 0, in doubles; no rate below the first edge of `known` attracts."""
    random = np.random.default_rng(effort.seed)  # type: ignore[arg-type]
    draw = Draws(law, random)
    x = draw(chains)
    rate = 1 / (np.abs(x) * scaled)
    log_s = logarithm(np.abs(1 / x - rate))
    frozen, fallen = [], 0
    for step in range(steps):
        if step % LOOK == 0:
            effort.check()
            out, done = rate < known.edges[0], is_gone(law, known, rate, log_s)
            fallen += int(np.count_nonzero(out))
            frozen.append(rate[done & ~out])
            going = ~(out | done)
            rate, log_s = rate[going], log_s[going]
        if not len(rate):
            break
        rate, log_s = after(draw(len(rate)), rate, log_s)
    return Sample(np.concatenate(frozen), fallen, len(rate))


@dataclass(frozen=True)
class Draws:
    """Independent values of x."""

    law: CurvatureLaw
    random: np.random.Generator

    def __call__(self, count: int) -> np.ndarray:
        shares = np.cumsum(self.law.p) / self.law.p.sum()
        return np.asarray(self.law.x[np.searchsorted(shares[:-1], self.random.random(count), side="right")])


def is_gone(law: CurvatureLaw, known: Powers, rate: np.ndarray, log_s: np.ndarray) -> np.ndarray:
    """(X s)^k <= e^-12 with the power k of the rate."""
    power, _ = known.at(rate, rate)
    return np.asarray(power / 2.0**UNIT_BITS * (np.log(law.largest) + log_s) < -SURE)


def after(x: np.ndarray, rate: np.ndarray, log_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One step: with Q = max(1, x^2 s^2), rate' = rate/sqrt(Q) and s' = s |1 - x rate'|/sqrt(Q)."""
    log_root = np.maximum(0.0, np.log(np.abs(x)) + log_s)
    lower = rate * np.exp(-log_root)
    return lower, log_s - log_root + logarithm(np.abs(1 - x * lower))


def logarithm(values: np.ndarray) -> np.ndarray:
    """log, and -oo at 0."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(values))
