"""The walk w' = w + z with Laplace steps of scale b on [-1, 1]: what several claims say about it."""

from __future__ import annotations

import sympy as sp
from numpy import float64
from numpy.typing import NDArray

from ..chain.chain import Chain
from ..chain.random_map import RandomMap
from ..chain.region import Region
from ..effort import Effort
from ..laws.laplace import Laplace
from ..laws.law import Law
from ..laws.normal import Normal
from .chains import w

SCALE = sp.Rational(2, 5)
INSIDE = [-1, 1]
LONGEST = 2_000


def walk(law: Law | None = None) -> Chain:
    z = sp.Symbol("z", real=True)
    return RandomMap({w: w + z}, noise={z: law or Laplace(0, SCALE)})


def gaussian_walk() -> Chain:
    """Normal steps of the same variance 2 b^2."""
    return walk(Normal(0, sp.sqrt(2) * SCALE))


def region(chain: Chain) -> Region:
    return Region.of(chain, INSIDE, "inside")


def exit_times(effort: Effort, chains: int) -> NDArray[float64]:
    """From 0."""
    from .sampling import first_passage

    return first_passage(walk(), [sp.Abs(w) > 1], LONGEST, effort, chains, 0).time.astype(float64)
