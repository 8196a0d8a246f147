"""Noise added to the gradient or to the step."""

from __future__ import annotations

import sympy as sp

from ..chain.chain import Chain
from ..laws.bernoulli import Bernoulli
from ..laws.exponential import Exponential
from ..laws.laplace import Laplace
from ..laws.law import Law
from ..laws.normal import Normal
from ..laws.rows import Rows
from ..laws.stable import Stable
from ..laws.student import Student
from ..laws.uniform import Uniform
from ..optimizers.heavy_ball import HeavyBall
from ..optimizers.langevin import Langevin
from ..optimizers.sgd import SGD
from .noise_model import RATE, SPREAD, NoiseModel, b, between, c, e, lr, sigma, w, x, y, z

temperature, s0, s2, tau, nu, p = sp.symbols("T s_0 s_2 tau nu p", positive=True)
alpha = sp.Symbol("alpha", positive=True)
a, y1, y2 = sp.symbols("a y_1 y_2", real=True)
x1, x2 = sp.symbols("x_1 x_2", positive=True)
momentum = sp.Symbol("mu", positive=True)


def with_noise(h: sp.Expr, law: Law) -> Chain:
    """The gradient h'(w) + sigma z."""
    return SGD(h + sigma * z * w, [w], lr, data={z: law})


def label_noise(h: sp.Expr) -> Chain:
    """Two samples (x_i, y_i) of the model h(w) x, the labels with Gaussian noise."""
    data = {(x, y): Rows([[x1, y1], [x2, y2]]), e: Normal(0, sigma)}
    return SGD((h * x - y - e) ** 2 / 2, [w], lr, data=data)


ADDITIVE = (
    NoiseModel(
        "4",
        "label noise",
        label_noise,
        {**RATE, **SPREAD, x1: between("0.3", 1), x2: between(1, 2), y1: between(-1, 1), y2: between(-1, 1)},
        w,
    ),
    NoiseModel("5", "Gaussian additive", lambda h: with_noise(h, Normal(0, 1)), {**RATE, **SPREAD}),
    NoiseModel(
        "6",
        "Langevin (SGLD)",
        lambda h: Langevin(h, [w], lr, temperature),
        {**RATE, temperature: between("0.1", 1)},
    ),
    NoiseModel("11", "uniform additive", lambda h: with_noise(h, Uniform(-1, 1)), {**RATE, **SPREAD}),
    NoiseModel("13", "exponential, one-sided", lambda h: with_noise(h, Exponential(1)), {**RATE, **SPREAD}),
    NoiseModel("14", "Laplace", lambda h: with_noise(h, Laplace(0, 1)), {**RATE, **SPREAD}),
    NoiseModel(
        "15", "Student t", lambda h: with_noise(h, Student(nu, 0, 1)), {**RATE, **SPREAD, nu: between("0.8", 5)}
    ),
    NoiseModel(
        "16",
        "symmetric stable",
        lambda h: with_noise(h, Stable(alpha, 1)),
        {**RATE, **SPREAD, alpha: between("1.1", "1.9")},
    ),
    NoiseModel(
        "18",
        "gradient clipped at c",
        lambda h: SGD(x * h, [w], lr, data={x: Normal(a, sigma)}, clip=c),
        {**RATE, **SPREAD, a: between(-1, 1), c: between("0.2", 1)},
    ),
    NoiseModel(
        "23",
        "Gaussian with a variance that depends on the state",
        lambda h: SGD(h, [w], lr, noise={z: Normal(0, 1)}, add=lr * sp.sqrt(s0**2 + s2**2 * w**2) * z),
        {**RATE, s0: between("0.2", 1), s2: between("0.2", 1)},
    ),
    NoiseModel(
        "24",
        "sparse gradients, active with probability p",
        lambda h: SGD(b / p * (h + sigma * z * w), [w], lr, data={b: Bernoulli(p), z: Normal(0, 1)}),
        {**RATE, **SPREAD, p: between("0.2", "0.9")},
    ),
    NoiseModel(
        "25",
        "heavy ball, Gaussian noise",
        lambda h: HeavyBall(h + sigma * z * w, [w], lr, momentum, data={z: Normal(0, 1)}),
        {**RATE, **SPREAD, momentum: between("0.1", "0.9")},
    ),
    NoiseModel(
        "27",
        "privacy: gradient clipped at c, then Gaussian noise",
        lambda h: SGD(
            x * h, [w], lr, data={x: Normal(a, sigma)}, clip_per_sample=c, noise={z: Normal(0, 1)}, add=tau * z
        ),
        {**RATE, **SPREAD, a: between(-1, 1), c: between("0.2", 1), tau: between("0.2", 1)},
    ),
)
