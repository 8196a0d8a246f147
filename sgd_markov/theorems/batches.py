"""Batches of two-point data: the multiplier depends on how many of the batch are a + 1."""

from __future__ import annotations

from collections.abc import Callable
from math import comb
from typing import TYPE_CHECKING

from .claim import Reading

if TYPE_CHECKING:
    import sympy as sp

    from ..chain.chain import Chain
    from ..effort import Effort

A, LR = "-1/5", "1"
DATA = 8
"""The size of the data set, half of each value."""

Weights = Callable[[int, int], "sp.Rational"]
"""P(k of a batch of S are a + 1) as a function of S and k."""


def binomial(size: int, k: int) -> sp.Rational:
    """With replacement."""
    import sympy as sp

    return sp.Rational(comb(size, k), 2**size)


def hypergeometric(size: int, k: int) -> sp.Rational:
    """Without replacement from the data set."""
    import sympy as sp

    return sp.Rational(comb(DATA // 2, k) * comb(DATA // 2, size - k), comb(DATA, size))


def chain(size: int, scheme: str = "with-replacement") -> Chain:
    """SGD on the two-point data, or on the data set of 8 where the scheme needs one."""
    from ..laws.finite import Finite
    from .chains import quadratic, two_point

    if scheme == "with-replacement":
        return two_point(A, LR, batch_size=size)
    return quadratic(Finite(["4/5"] * (DATA // 2) + ["-6/5"] * (DATA // 2)), LR, batch_size=size, scheme=scheme)


def exponent_by_counts(size: int, weights: Weights, effort: Effort) -> Reading:
    """sum over k of P(k) log|1 - lr (a + (2k - S)/S)|."""
    import sympy as sp

    from .chains import mean_of_logs

    def multiplier(k: int) -> sp.Rational:
        return 1 - sp.Rational(LR) * (sp.Rational(A) + sp.Rational(2 * k - size, size))

    pairs = [(weights(size, k), multiplier(k)) for k in range(size + 1)]
    return mean_of_logs([(p, m) for p, m in pairs if p != 0], effort)


def exponent_by_question(size: int, scheme: str, effort: Effort) -> Reading:
    from .chains import exponent

    return exponent(chain(size, scheme), effort)


def exponent_by_simulation(size: int, scheme: str, effort: Effort, chains: int) -> Reading:
    from .sampling import log_growth

    return log_growth(chain(size, scheme), effort, chains)
