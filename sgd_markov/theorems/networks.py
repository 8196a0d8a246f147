"""The networks that several claims are about, built as a user would, and their chains on the invariant lines."""

from __future__ import annotations

import sympy as sp

from ..chain.chain import Chain
from ..effort import Effort
from ..expressions import exact
from ..laws.constant import Constant
from ..laws.law import Law
from ..laws.normal import Normal
from ..laws.two_point import TwoPoint
from ..network import NetworkLoss, network_loss
from ..optimizers.sgd import SGD
from ..questions.lyapunov import lyapunov

x, y = sp.symbols("x y", real=True)
w, w1, w2 = sp.symbols("w w1 w2", real=True)


def two_layers(activation: str = "linear") -> NetworkLoss:
    """(w2 act(w1 x) - y)^2/2."""
    return network_loss([1, 1, 1], activation)


def label_noise(a: object, lr: object, activation: str = "linear") -> Chain:
    """The network with x = 1 and labels y = a + 1 or a - 1, probability 1/2 each."""
    centre = exact(a, "a")
    net = two_layers(activation)
    return SGD(net.loss, net.parameters, lr, data={x: Constant(1), y: TwoPoint(centre + 1, centre - 1)})


def gaussian(k: object, lr: object) -> Chain:
    """The linear network with standard normal x and labels y = k x."""
    net = two_layers()
    return SGD(net.loss.subs(y, exact(k, "k") * x), net.parameters, lr, data={x: Normal(0, 1)})


def on_line(side: int, a: object, lr: object) -> Chain:
    """Label noise on the invariant line w1 = side * w2: w' = w (1 + lr (side y - w^2))."""
    centre = exact(a, "a")
    return SGD((w**2 - side * y) ** 2 / 4, [w], lr, data={y: TwoPoint(centre + 1, centre - 1)})


def linear_on_line(side: int, law: Law, lr: object) -> Chain:
    """Its linearisation with the law of s = x y: w' = (1 + side lr s) w."""
    return SGD(-side * x * w**2 / 2, [w], lr, data={x: law})


def noiseless_on_line(side: int, lr: object) -> Chain:
    """The same with x standard normal and s = x^2."""
    return SGD(-side * x**2 * w**2 / 2, [w], lr, data={x: Normal(0, 1)})


def exponent_signs(chain: Chain, effort: Effort) -> list[int | None]:
    """The proved signs of all exponents at the origin, the largest exponent first."""
    answer = lyapunov(chain, at=dict.fromkeys(chain.state, 0), spectrum=True, effort=effort.with_digits(3))
    return [entry.enclosure.sign for entry in answer.exponents]


def attracts(chain: Chain, effort: Effort) -> bool | None:
    """Is the origin proved to attract?"""
    found: bool | None = lyapunov(chain, at=dict.fromkeys(chain.state, 0), effort=effort.with_digits(3)).attracts
    return found
