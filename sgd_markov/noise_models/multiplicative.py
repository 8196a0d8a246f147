"""Random curvatures, features, learning rates and multipliers."""

from __future__ import annotations

import sympy as sp

from ..chain.random_map import RandomMap
from ..laws.beta import Beta
from ..laws.beta_prime import BetaPrime
from ..laws.normal import Normal
from ..laws.uniform import Uniform
from ..optimizers.sgd import SGD
from .noise_model import RATE, SPREAD, NoiseModel, between, c, e, lr, sigma, u, w, x, y

a = sp.Symbol("a", real=True)
s, alpha, p, q = sp.symbols("s alpha p q", positive=True)
theta = sp.Symbol("theta", real=True)

MULTIPLICATIVE = (
    NoiseModel(
        "7",
        "Gaussian curvature",
        lambda h: SGD(x * h, [w], lr, data={x: Normal(a, sigma)}),
        {**RATE, **SPREAD, a: between(-1, 1)},
    ),
    NoiseModel(
        "8",
        "regression of Gaussian features with label noise",
        lambda h: SGD((h * x - e) ** 2 / 2, [w], lr, data={x: Normal(0, s), e: Normal(0, sigma)}),
        {**RATE, **SPREAD, s: between("0.5", "1.5")},
        w,
    ),
    NoiseModel(
        "12",
        "uniform multiplicative (Dickman)",
        lambda h: RandomMap({w: u * (w + c)}, {u: Uniform(0, 1)}),
        {c: between("0.5", 2)},
    ),
    NoiseModel(
        "21",
        "random learning rate, beta distributed",
        lambda h: SGD(h, [w], lr * theta, noise={theta: Beta(1, alpha)}),
        {**RATE, alpha: between("0.6", 3)},
    ),
    NoiseModel(
        "22",
        "beta-prime multiplier",
        lambda h: RandomMap({w: y * (1 + w)}, {y: BetaPrime(p, p + q)}),
        {p: between("0.6", 2), q: between("0.6", 2)},
    ),
)
