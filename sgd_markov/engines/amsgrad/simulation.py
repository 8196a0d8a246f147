"""Chains of AMSGrad without momentum, followed until it is certain, up to a probability that is told, where they end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...effort import Effort
from .curvature_law import CurvatureLaw

GONE = -276.0
"""log s = log 10^-120: a chain at this depth counts as converged ..."""
STEPS = 30_000
"""... and one that is still on its way after so many steps counts as undecided, not as either."""


@dataclass(frozen=True)
class Sample:
    """`converged`: the rates at which chains have frozen, `fallen`: how many went below all attracting rates."""

    converged: np.ndarray
    fallen: int
    undecided: int

    @property
    def chains(self) -> int:
        return len(self.converged) + self.fallen + self.undecided


def sample(law: CurvatureLaw, scaled: float, lowest: float, chains: int, effort: Effort, steps: int = STEPS) -> Sample:
    """`chains` chains from |w|/lr = `scaled` with vhat = 0, in doubles; `lowest`: no rate below it attracts."""
    random = np.random.default_rng(effort.seed)  # type: ignore[arg-type]
    shares = np.cumsum(law.p) / law.p.sum()
    x = law.x[np.searchsorted(shares, random.random(chains), side="right")]
    rate = 1 / (np.abs(x) * scaled)
    log_s = logarithm(np.abs(1 / x - rate))
    frozen, fallen = [], 0
    for _ in range(steps):
        out, done = rate < lowest, log_s < GONE
        fallen += int(np.count_nonzero(out))
        frozen.append(rate[done & ~out])
        going = ~(out | done)
        rate, log_s = rate[going], log_s[going]
        if not len(rate):
            break
        effort.check()
        rate, log_s = after(law.x[np.searchsorted(shares, random.random(len(rate)), side="right")], rate, log_s)
    return Sample(np.concatenate(frozen), fallen, len(rate))


def after(x: np.ndarray, rate: np.ndarray, log_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One step: with Q = max(1, x^2 s^2), rate' = rate/sqrt(Q) and s' = s |1 - x rate'|/sqrt(Q)."""
    log_root = np.maximum(0.0, np.log(np.abs(x)) + log_s)
    lower = rate * np.exp(-log_root)
    return lower, log_s - log_root + logarithm(np.abs(1 - x * lower))


def logarithm(values: np.ndarray) -> np.ndarray:
    """log, and -oo at 0."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(values))
