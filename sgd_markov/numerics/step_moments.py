"""Mean and variance of one step of a chain as functions of the state."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from ..chain.chain import Chain, Point
from ..chain.draw import Scheme
from ..chain.linearisation import linear_chain, mean_slopes, require_fixed
from ..errors import Inconclusive
from .expectation import batch_moments, mean


def step_moments(chain: Chain) -> tuple[sp.Expr, sp.Expr]:
    """(E[w' - w | w], Var(w' | w)), exact; under reshuffling those of a step from the start of an epoch.

    Raises `Inconclusive` where a moment of the data has no closed form.

    >>> from ..laws.two_point import TwoPoint
    >>> from ..optimizers.sgd import SGD
    >>> w, x, a, lr = sp.symbols("w x a lr", real=True)
    >>> step_moments(SGD(x * w**2 / 2, [w], lr, data={x: TwoPoint(a + 1, a - 1)}))
    (-a*lr*w, lr**2*w**2)
    """
    w = chain.require_one_dimension("the mean step")
    chain = with_marginal_batches(chain)
    move = sp.expand(chain.update[0] - w)
    first, second = (expected(chain, power) for power in (move, sp.expand(move**2)))
    return first, sp.factor(sp.expand(second - first**2))


def with_marginal_batches(chain: Chain) -> Chain:
    """One batch of a reshuffled epoch is a batch without replacement; in cyclic order nothing is random."""
    if chain.draw.scheme is Scheme.CYCLIC:
        raise Inconclusive("batches in cyclic order are not random: there is no variance of a step")
    if chain.draw.scheme is Scheme.RESHUFFLING:
        return replace(chain, draw=replace(chain.draw, scheme=Scheme.WITHOUT_REPLACEMENT))
    return chain


def expected(chain: Chain, move: sp.Expr) -> sp.Expr:
    """The mean over batch and noise of a polynomial in the batch means."""
    if not chain.means:
        return sp.expand(mean(move, (*chain.draw.data, *chain.draw.noise)))
    if not move.is_polynomial(*chain.means):
        raise Inconclusive(f"the mean of {move} is known for polynomials in the batch gradient only")
    poly = sp.Poly(move, *chain.means)
    moments = batch_moments(chain.gradient, chain.draw, max(1, poly.total_degree()))
    return sp.expand(sp.Add(*(mean(c, chain.draw.noise) * moments[e] for e, c in poly.terms())))


def multiplier_moments(chain: Chain, at: Point) -> tuple[sp.Expr, sp.Expr]:
    """(E M, E M^2) of the derivative M of one step at a point that the map fixes, exact.

    Raises `HypothesisViolated` where the map moves the point.

    >>> from ..laws.normal import Normal
    >>> from ..optimizers.sgd import SGD
    >>> w, x, lr = sp.symbols("w x lr", real=True)
    >>> chain = SGD(x * w**2 / 2, [w], lr, data={x: Normal(0, 1)}, batch_size=2)
    >>> multiplier_moments(chain, {w: sp.Integer(0)})
    (1, lr**2/2 + 1)
    """
    w = chain.require_one_dimension("the multiplier")
    chain = with_marginal_batches(chain)
    require_fixed(chain, at)
    if chain.means and chain.draw.batch_size > 1:
        (entry,), slopes = mean_slopes(chain, at)
        linear = Chain((w,), (entry,), chain.draw, tuple(slopes), tuple(slopes.values()))
    else:
        slope = sp.expand(linear_chain(chain, at).one_sample_map[0] / w)
        linear = Chain((w,), (slope,), replace(chain.draw, data=(), noise=(*chain.draw.data, *chain.draw.noise)))
    return expected(linear, sp.expand(linear.update[0])), expected(linear, sp.expand(linear.update[0] ** 2))
