"""Growth of a linear chain without under- or overflow: powers of two are taken out as they come up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from ...chain.chain import Chain, Point
from .streams import Reals

LARGE = 2.0**300
"""Beyond this size a state is scaled back; it may gain 2^700 more between two looks."""
LOG_2 = float(np.log(2.0))


def homogeneous(chain: Chain) -> bool:
    """Is the map homogeneous of degree 1 in the state: f(c w) = c f(w) for all c > 0? Proved by expansion, else False.

    >>> from sgd_markov.chain.draw import Draw
    >>> u, v = sp.symbols("u v", real=True)
    >>> homogeneous(Chain((u, v), (u / 2 - v, sp.Abs(u)), Draw())), homogeneous(Chain((u,), (u + 1,), Draw()))
    (True, False)
    """
    c = sp.Dummy("c", positive=True)
    scaled = {symbol: c * symbol for symbol in (*chain.state, *chain.means)}
    return all(sp.expand(expr.xreplace(scaled) - c * expr) == 0 for expr in (*chain.update, *chain.gradient))


def moved_to_zero(chain: Chain, at: Point) -> Chain:
    """The chain of state - at, expanded: near `at` the distance then keeps its relative precision."""
    if all(value == 0 for value in at.values()):
        return chain
    shift = {symbol: symbol + at[symbol] for symbol in chain.state}
    update = tuple(sp.expand(e.xreplace(shift) - at[s]) for s, e in zip(chain.state, chain.update, strict=True))
    return replace(chain, update=update, gradient=tuple(sp.expand(e.xreplace(shift)) for e in chain.gradient))


class Scale:
    """The states are `state * 2^exponent`; scaling by powers of two is exact, so it leaves no trace in the results."""

    def __init__(self, chains: int) -> None:
        self.exponent = np.zeros(chains, np.int64)

    def rescale(self, state: Reals) -> None:
        size = np.abs(state).max(axis=0)
        away = (size > LARGE) | ((size < 1 / LARGE) & (size > 0))
        if not away.any():
            return
        columns = np.flatnonzero(away & np.isfinite(size))
        shift = np.frexp(size[columns])[1]
        state[:, columns] = np.ldexp(state[:, columns], -shift)
        self.exponent[columns] += shift

    def log_norm(self, state: Reals) -> Reals:
        """log of the Euclidean norm of the true states; -oo at 0."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(norm(state)) + self.exponent * LOG_2)

    def restored(self, state: Reals) -> Reals:
        """The true states, as far as doubles reach."""
        return np.asarray(np.ldexp(state, np.clip(self.exponent, -5000, 5000).astype(np.int32)))


def norm(state: Reals) -> NDArray[np.float64]:
    """The Euclidean norm of each column, without under- or overflow on the way."""
    return np.asarray(np.hypot.reduce(np.abs(state), axis=0))
