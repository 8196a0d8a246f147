"""The chain linearised at a point that its map fixes, in any dimension."""

from __future__ import annotations

import sympy as sp

from ..errors import Inconclusive
from .chain import Chain, Point
from .linearisation import at_point, mean_slopes, noise_vanishes, require_fixed


def linearised(chain: Chain, at: Point) -> Chain:
    """The chain w' = M w of the derivatives of the steps at a fixed point, in the symbols of the state.

    Batches stay batches: M depends on the samples through batch means, as the step does.

    >>> from sgd_markov.laws.two_point import TwoPoint
    >>> from sgd_markov.optimizers.heavy_ball import HeavyBall
    >>> w, x = sp.symbols("w x", real=True)
    >>> chain = HeavyBall(x * w**2 / 2, [w], 1, "1/2", data={x: TwoPoint(1, 2)})
    >>> linearised(chain, chain.point({"w": 0})).one_sample_map
    (-m/2 + w*(1 - x), m/2 + w*x)
    """
    require_fixed(chain, at)
    if not chain.means:
        return Chain(chain.state, applied(chain, tuple(derivatives(chain, at))), chain.draw)
    if chain.draw.batch_size == 1 and not noise_vanishes(chain, at):
        means = tuple(sp.Dummy(f"moved_{symbol}", real=True) for symbol in chain.state)
        return Chain(chain.state, means, chain.draw, means, applied(chain, tuple(derivatives(chain, at))))
    if not noise_vanishes(chain, at):
        raise Inconclusive("a fixed point at which the gradients of single samples do not vanish needs batch_size = 1")
    entries, slopes = mean_slopes(chain, at)
    return Chain(chain.state, applied(chain, entries), chain.draw, tuple(slopes), tuple(slopes.values()))


def derivatives(chain: Chain, at: Point) -> list[sp.Expr]:
    """The derivative matrix of the map for a batch of one, row by row."""
    return [at_point(expr, symbol, at) for expr in chain.one_sample_map for symbol in chain.state]


def applied(chain: Chain, entries: tuple[sp.Expr, ...]) -> tuple[sp.Expr, ...]:
    """The matrix times the state."""
    matrix = sp.Matrix(chain.dimension, chain.dimension, entries)
    return tuple(matrix * sp.Matrix(chain.state))


__all__ = ["linearised"]
