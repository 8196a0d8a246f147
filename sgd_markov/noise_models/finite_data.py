"""Batches of a data set, coins, signs and roundings: the next state is one of finitely (or countably) many."""

from __future__ import annotations

import sympy as sp

from ..chain.chain import Chain
from ..chain.draw import Importance
from ..chain.random_map import RandomMap
from ..laws.bernoulli import Bernoulli
from ..laws.finite import Finite
from ..laws.normal import Normal
from ..laws.rademacher import Rademacher
from ..laws.two_point import TwoPoint
from ..laws.uniform import Uniform
from ..loss import gradient_of
from ..optimizers.sgd import SGD
from ..optimizers.sign_sgd import SignSGD
from .noise_model import RATE, SPREAD, NoiseModel, b, between, lr, sigma, u, w, x, z

x1, x2, x3, a = sp.symbols("x_1 x_2 x_3 a", real=True)
p, q, step = sp.symbols("p q delta", positive=True)
DATA = {x1: between(-1, 1), x2: between("0.5", 2), x3: between(-2, 2)}
COIN = {p: between("0.2", "0.9")}


def of_three(h: sp.Expr, batch_size: int, scheme: str | Importance) -> Chain:
    """Three samples, the loss of the i-th is x_i h(w)."""
    return SGD(x * h, [w], lr, data={x: Finite([x1, x2, x3])}, batch_size=batch_size, scheme=scheme)


def quantised(h: sp.Expr) -> Chain:
    """The gradient h'(w) + sigma z rounded at random, without bias, to a multiple of delta."""
    (slope,) = gradient_of(h, (w,))
    rounded = step * sp.floor((slope + sigma * z) / step + u)
    return RandomMap({w: w - lr * rounded}, {z: Normal(0, 1), u: Uniform(0, 1)})


FINITE_DATA = (
    NoiseModel(
        "1",
        "finite data, batch of 2 of 3, with replacement",
        lambda h: of_three(h, 2, "with-replacement"),
        {**RATE, **DATA},
    ),
    NoiseModel(
        "2",
        "finite data, batch of 2 of 3, without replacement",
        lambda h: of_three(h, 2, "without-replacement"),
        {**RATE, **DATA},
    ),
    NoiseModel(
        "3", "random reshuffling of 3 samples, one epoch", lambda h: of_three(h, 1, "reshuffling"), {**RATE, **DATA}
    ),
    NoiseModel(
        "9",
        "Rademacher additive",
        lambda h: SGD(h + sigma * z * w, [w], lr, data={z: Rademacher()}),
        {**RATE, **SPREAD},
    ),
    NoiseModel(
        "10",
        "Rademacher curvature",
        lambda h: SGD(x * h, [w], lr, data={x: TwoPoint(a + 1, a - 1)}),
        {**RATE, a: between(-1, 1)},
    ),
    NoiseModel(
        "17",
        "dropout with keep probability p",
        lambda h: SGD((b / p * x1 * h - x2) ** 2 / 2, [w], lr, data={b: Bernoulli(p)}),
        {**RATE, **COIN, x1: DATA[x1], x2: DATA[x2]},
        w,
    ),
    NoiseModel(
        "19",
        "sign of the gradient, Gaussian noise",
        lambda h: SignSGD(h + sigma * z * w, [w], lr, data={z: Normal(0, 1)}),
        {**RATE, **SPREAD},
    ),
    NoiseModel(
        "19b",
        "gradient quantised at random to multiples of delta, Gaussian noise",
        quantised,
        {**RATE, **SPREAD, step: between("0.4", "1.5")},
    ),
    NoiseModel(
        "20",
        "stochastic rounding to a grid of width delta",
        lambda h: SGD(h, [w], lr, round_to=step, rounding="stochastic"),
        {**RATE, step: between("0.1", 1)},
    ),
    NoiseModel(
        "26",
        "importance sampling of 3 samples",
        lambda h: of_three(h, 1, Importance((p, q, 1 - p - q))),
        {**RATE, **DATA, p: between("0.1", "0.5"), q: between("0.1", "0.4")},
    ),
    NoiseModel("26b", "Poisson batch, 2 of 3 on average", lambda h: of_three(h, 2, "poisson"), {**RATE, **DATA}),
)
