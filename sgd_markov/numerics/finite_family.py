"""A chain in one dimension that draws one of finitely many maps in each step."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import prod

import sympy as sp

from ..chain.batch import data_set
from ..chain.chain import Chain
from ..chain.draw import Scheme
from ..errors import SGDMarkovError
from .case_signs import Signs, Undecided
from .monotone_branches import NotInvertible
from .smooth_pieces import EndlessSteps, Piece, smooth_pieces

MAP_LIMIT = 64
"""Each map costs a table of its own."""

NOT_CUT = (Undecided, NotInvertible, EndlessSteps, SGDMarkovError)


@dataclass(frozen=True)
class FiniteFamily:
    """w' = maps[i] with probability weights[i]; the weights are exact, positive, and sum to 1."""

    symbol: sp.Symbol
    weights: tuple[sp.Expr, ...]
    maps: tuple[sp.Expr, ...]

    def pieces(self, place: int, low: sp.Expr, high: sp.Expr) -> list[Piece] | None:
        """One map cut into smooth pieces on (low, high); None where its kinks are not found exactly."""
        try:
            return list(cut(self.maps[place], self.symbol, low, high))
        except NOT_CUT:
            return None


@lru_cache(maxsize=256)
def cut(formula: sp.Expr, w: sp.Symbol, low: sp.Expr, high: sp.Expr) -> tuple[Piece, ...]:
    return tuple(smooth_pieces(formula, w, low, high, Signs()))


@lru_cache(maxsize=32)
def finite_family(chain: object) -> FiniteFamily | None:
    """The maps of the chain; None for other chains, for free symbols, and where a step depends on the last ones.

    >>> from sgd_markov.chain.random_map import RandomMap
    >>> from sgd_markov.laws.two_point import TwoPoint
    >>> w, z = sp.symbols("w z", real=True)
    >>> finite_family(RandomMap({w: w / 2 + z}, noise={z: TwoPoint(1, -1)})).maps
    (w/2 + 1, w/2 - 1)
    """
    if not isinstance(chain, Chain) or chain.dimension != 1 or chain.parameters or remembers(chain):
        return None
    sources = (*chain.draw.data, *chain.draw.noise)
    if any(source.finite is None for source in sources):
        return None
    if prod(len(source.finite or ()) for source in sources) > MAP_LIMIT**2:
        return None
    try:
        components = chain.components
    except SGDMarkovError:
        return None
    if len(components) > MAP_LIMIT or any(component.laws for component in components):
        return None
    return FiniteFamily(
        chain.state[0], tuple(c.probability for c in components), tuple(c.values[0] for c in components)
    )


def remembers(chain: Chain) -> bool:
    """Reshuffling and cyclic order: the step depends on what the epoch has left."""
    return chain.draw.scheme in (Scheme.RESHUFFLING, Scheme.CYCLIC) and data_set(chain.draw) is not None
