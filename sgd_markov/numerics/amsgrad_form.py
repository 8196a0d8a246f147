"""AMSGrad on a quadratic loss: the chain recognised by its map, and the law of the curvature of a batch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import sympy as sp

from ..chain.batch import data_set
from ..chain.chain import Chain
from ..chain.draw import Scheme
from ..chain.mixture import Component, mixture
from ..errors import SGDMarkovError

MOMENTS = ("m", "v", "vhat")


@dataclass(frozen=True)
class AMSGradForm:
    """m' = beta1 m + (1 - beta1) x w, v' = beta2 v + (1 - beta2) (x w)^2, vhat' = max(vhat, v'),
    w' = w - rate m'/sqrt(vhat') (nothing moves where vhat' = 0).

    x is in `curvatures` with probability in `weights`, independent in each step. All of them are numbers; draws of x = 0
    are left out and the weights are those given x != 0: with beta1 = beta2 = 0 they move neither w nor vhat.
    """

    rate: sp.Expr
    beta1: sp.Expr
    beta2: sp.Expr
    curvatures: tuple[sp.Expr, ...]
    weights: tuple[sp.Expr, ...]
    rests: bool
    """Is x = 0 possible?"""


@lru_cache(maxsize=32)
def amsgrad_form(chain: Chain) -> AMSGradForm | None:
    """The form of the chain; None for other chains, for symbols without values and laws that are not finite.

    A bias correction that depends on the step is another chain, with betas of 0 there is none.

    >>> from sgd_markov.laws.two_point import TwoPoint
    >>> from sgd_markov.optimizers.amsgrad import AMSGrad
    >>> w, x = sp.symbols("w x", real=True)
    >>> chain = AMSGrad(x * w**2 / 2, [w], 2, 0, "1/4", 0, data={x: TwoPoint(1, -1)})
    >>> amsgrad_form(chain)
    AMSGradForm(rate=2, beta1=0, beta2=1/4, curvatures=(1, -1), weights=(1/2, 1/2), rests=False)
    """
    if len(chain.weights) != 1 or chain.parameters or chain.learning_rate is None or remembers(chain):
        return None
    table = {str(symbol): (symbol, after) for symbol, after in zip(chain.state, chain.update, strict=True)}
    if not set(MOMENTS) <= set(table) <= {*MOMENTS, "step", str(chain.weights[0])}:
        return None
    beta1, gradient = averaged(*table["m"])
    beta2, _ = averaged(*table["v"])
    if gradient is None or beta1 is None or beta2 is None or not is_amsgrad(chain, table, gradient, beta2):
        return None
    law = law_of_slope(chain, gradient)
    return None if law is None else AMSGradForm(chain.learning_rate, beta1, beta2, *law)


def remembers(chain: Chain) -> bool:
    """Reshuffling and cyclic order: the step depends on what the epoch has left."""
    return chain.draw.scheme in (Scheme.RESHUFFLING, Scheme.CYCLIC) and data_set(chain.draw) is not None


def averaged(old: sp.Symbol, after: sp.Expr) -> tuple[sp.Expr, sp.Expr] | tuple[None, None]:
    """(beta, new) with after = beta old + (1 - beta) new."""
    beta = sp.expand(after).coeff(old, 1)
    if not beta.is_number or beta == 1:
        return None, None
    new = sp.expand(sp.expand(after - beta * old) / (1 - beta))
    return (None, None) if old in new.free_symbols else (beta, new)


def is_amsgrad(chain: Chain, table: dict[str, tuple[sp.Symbol, sp.Expr]], gradient: sp.Expr, beta2: sp.Expr) -> bool:
    """Are v', vhat' and w' those of AMSGrad with this gradient and epsilon = 0?"""
    (w,) = chain.weights
    (_, m), (v, moment), (vhat, largest) = (table[name] for name in MOMENTS)
    same_moment = sp.expand(moment - beta2 * v - (1 - beta2) * gradient**2) == 0
    if not same_moment or largest != sp.Max(vhat, moment):
        return False
    direction = sp.Piecewise((m / sp.sqrt(largest), largest > 0), (sp.Integer(0), True))
    return bool(table[str(w)][1] == w - chain.learning_rate * direction)


def law_of_slope(chain: Chain, gradient: sp.Expr) -> tuple[tuple[sp.Expr, ...], tuple[sp.Expr, ...], bool] | None:
    """(x, its probability) given x != 0, and whether x = 0 is possible, for a gradient x w whose x takes finitely many values."""
    (w,) = chain.weights
    try:
        parts: tuple[Component, ...] = mixture((gradient,), chain.averaged, chain.draw)
    except SGDMarkovError:
        return None
    slopes = [sp.expand(part.values[0]).coeff(w, 1) for part in parts]
    linear = all(sp.expand(part.values[0] - slope * w) == 0 for part, slope in zip(parts, slopes, strict=True))
    numbers = all(slope.is_number and part.probability.is_number for part, slope in zip(parts, slopes, strict=True))
    if not linear or not numbers or any(part.laws for part in parts):
        return None
    moving = [(x, part.probability) for x, part in zip(slopes, parts, strict=True) if x != 0]
    total = sp.Add(*(p for _, p in moving))
    return tuple(x for x, _ in moving), tuple(p / total for _, p in moving), len(moving) < len(slopes)
