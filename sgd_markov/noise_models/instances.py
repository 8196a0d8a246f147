"""One problem in numbers for each noise model: a chain that has a stationary law worth looking at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp

from ..chain.chain import Chain
from ..chain.draw import Importance
from ..chain.random_map import RandomMap
from ..laws.bernoulli import Bernoulli
from ..laws.beta import Beta
from ..laws.beta_prime import BetaPrime
from ..laws.exponential import Exponential
from ..laws.finite import Finite
from ..laws.laplace import Laplace
from ..laws.law import Law
from ..laws.normal import Normal
from ..laws.rademacher import Rademacher
from ..laws.stable import Stable
from ..laws.student import Student
from ..laws.two_point import TwoPoint
from ..laws.uniform import Uniform
from ..optimizers.heavy_ball import HeavyBall
from ..optimizers.langevin import Langevin
from ..optimizers.sgd import SGD
from ..optimizers.sign_sgd import SignSGD
from .noise_model import b, e, u, w, x, y, z

theta = sp.Symbol("theta", real=True)
HALF = sp.Rational(1, 2)


@dataclass(frozen=True)
class Instance:
    """`chain` in numbers, told in `words`; `start` where the law depends on it."""

    words: str
    build: Callable[[], Chain]
    start: int | None = None

    @property
    def chain(self) -> Chain:
        return self.build()


def quadratic(noise: Law, rate: str = "1/2") -> Chain:
    """SGD on w^2/2 + z w."""
    return SGD(w**2 / 2 + z * w, [w], rate, data={z: noise})


def of_data(rate: str, batch_size: int, scheme: str | Importance) -> Chain:
    """SGD on (w - x)^2/2 with the data set -1, 0, 2."""
    return SGD((w - x) ** 2 / 2, [w], rate, data={x: Finite([-1, 0, 2])}, batch_size=batch_size, scheme=scheme)


INSTANCES: dict[str, Instance] = {
    "1": Instance("(w - x)^2/2, data -1, 0, 2, batch 2, lr 9/10", lambda: of_data("9/10", 2, "with-replacement")),
    "2": Instance("(w - x)^2/2, data -1, 0, 2, batch 2, lr 3/4", lambda: of_data("3/4", 2, "without-replacement")),
    "3": Instance("(w - x)^2/2, data -1, 0, 2, lr 1/2, epochs", lambda: of_data("1/2", 1, "reshuffling")),
    "4": Instance(
        "(x w - 1 - e)^2/2, x = 1/2 or 1, e normal, lr 1/2",
        lambda: SGD((x * w - 1 - e) ** 2 / 2, [w], "1/2", data={x: TwoPoint("1/2", 1), e: Normal(0, 1)}),
    ),
    "5": Instance("w^2/2 + z w, z normal, lr 1/2", lambda: quadratic(Normal(0, 1))),
    "6": Instance("w^2/2, temperature 1/4, lr 1/2", lambda: Langevin(w**2 / 2, [w], "1/2", "1/4")),
    "7": Instance("x w^2/2, x ~ N(1, 1), lr 1/2", lambda: SGD(x * w**2 / 2, [w], "1/2", data={x: Normal(1, 1)})),
    "8": Instance(
        "(x w - e)^2/2, x and e normal, lr 1/4",
        lambda: SGD((x * w - e) ** 2 / 2, [w], "1/4", data={x: Normal(0, 1), e: Normal(0, 1)}),
    ),
    "9": Instance("w^2/2 + z w, z = 1 or -1, lr 1/2", lambda: quadratic(Rademacher())),
    "10": Instance(
        "x w^2/2, x = 4/5 or -6/5, lr 4/5", lambda: SGD(x * w**2 / 2, [w], "4/5", data={x: TwoPoint("4/5", "-6/5")})
    ),
    "11": Instance("w^2/2 + z w, z uniform on (-1, 1), lr 1/2", lambda: quadratic(Uniform(-1, 1))),
    "12": Instance("w' = u (w + 1), u uniform", lambda: RandomMap({w: u * (w + 1)}, {u: Uniform(0, 1)})),
    "13": Instance("w^2/2 + z w, z exponential, lr 1/2", lambda: quadratic(Exponential(1))),
    "14": Instance("w^2/2 + z w, z Laplace, lr 1/2", lambda: quadratic(Laplace(0, 1))),
    "15": Instance("w^2/2 + z w, z Student with 1 degree of freedom, lr 1/2", lambda: quadratic(Student(1, 0, 1))),
    "16": Instance("w^2/2 + z w, z stable of index 3/2, lr 1/2", lambda: quadratic(Stable("3/2", 1))),
    "17": Instance(
        "(2 b w - 1)^2/2, b = 1 or 0, lr 1/8",
        lambda: SGD((2 * b * w - 1) ** 2 / 2, [w], "1/8", data={b: Bernoulli("1/2")}),
    ),
    "19": Instance(
        "w^2/2 + z w, z normal, lr 1/2, from 0",
        lambda: SignSGD(w**2 / 2 + z * w, [w], "1/2", data={z: Normal(0, 1)}),
        0,
    ),
    "20": Instance(
        "(w - x)^2/2, x = 1 or -1, lr 1/3, grid 1/4 on [-1, 1], from 0",
        lambda: SGD(
            (w - x) ** 2 / 2, [w], "1/3", data={x: Rademacher()}, project=[-1, 1], round_to="1/4", rounding="stochastic"
        ),
        0,
    ),
    "21": Instance(
        "(w - x)^2/2, x = 1 or 0 with probability 3/10 and 7/10, learning rate ~ B(1, 17/10)",
        lambda: SGD((w - x) ** 2 / 2, [w], theta, data={x: Bernoulli("3/10")}, noise={theta: Beta(1, "17/10")}),
    ),
    "22": Instance("w' = y (1 + w), y ~ B'(2, 5)", lambda: RandomMap({w: y * (1 + w)}, {y: BetaPrime(2, 5)})),
    "23": Instance(
        "variance 1 + w^2, as two normal variables: w' = w/2 + (e + w z)/2",
        lambda: RandomMap({w: w / 2 + (e + w * z) / 2}, {e: Normal(0, 1), z: Normal(0, 1)}),
    ),
    "24": Instance(
        "2 b (w^2/2 + z w), b = 1 or 0, z normal, lr 1/4",
        lambda: SGD(2 * b * (w**2 / 2 + z * w), [w], "1/4", data={b: Bernoulli("1/2"), z: Normal(0, 1)}),
    ),
    "25": Instance(
        "w^2/2 + z w, z normal, lr 1/2, momentum 1/2",
        lambda: HeavyBall(w**2 / 2 + z * w, [w], "1/2", "1/2", data={z: Normal(0, 1)}),
    ),
    "26": Instance(
        "(w - x)^2/2, data -1, 0, 2 with importance 1/4, 1/4, 1/2, lr 1/2",
        lambda: of_data("1/2", 1, Importance((HALF / 2, HALF / 2, HALF))),
    ),
    "26b": Instance("(w - x)^2/2, data -1, 0, 2, Poisson batch of 2, lr 1/2", lambda: of_data("1/2", 2, "poisson")),
}
"""label -> instance. None for 18, 19b and 27: their stationary laws have no closed form."""
