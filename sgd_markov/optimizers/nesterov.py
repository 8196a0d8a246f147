"""Stochastic gradient descent with Nesterov's momentum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp

from ..chain.chain import Chain
from .momentum import momentum_chain
from .ranges import share


def Nesterov(  # noqa: N802 - optimizers are named like the laws, in CamelCase
    loss: object,
    parameters: Sequence[sp.Symbol],
    learning_rate: object,
    momentum: object,
    data: Mapping[Any, Any] | None = None,
    noise: Mapping[Any, Any] | None = None,
    batch_size: object = 1,
    scheme: str = "with-replacement",
    domain: Mapping[sp.Symbol, str] | None = None,
    **options: Any,
) -> Chain:
    """The chain m' = momentum m + g, w' = w - lr (g + momentum m'), with g the mean over the batch of grad l(w; x).

    This is PyTorch's form, `SGD(nesterov=True)` without dampening. With v = -lr m and u = w - momentum v it is
    Sutskever's: v' = momentum v - lr g(u + momentum v), u' = u + v', so w is the point at which the gradient is taken.
    The state is (w, m), with `m` beside one parameter and `m_<parameter>` beside several; m starts at 0.
    `loss`, `data`, `noise`, `options`: as for `SGD`. Raises `InvalidInput` that names the field.

    >>> from sgd_markov.laws.rademacher import Rademacher
    >>> w, x = sp.symbols("w x", real=True)
    >>> [sp.expand(e) for e in Nesterov(x * w**2 / 2, [w], 1, "1/2", data={x: Rademacher()}).one_sample_map]
    [-m/4 - 3*w*x/2 + w, m/2 + w*x]
    """
    mu = share(momentum, "optimizer.momentum", "nesterov")
    return momentum_chain(
        lambda g, m: (mu * m + g, g + mu * (mu * m + g)),
        loss, parameters, learning_rate, data, noise, batch_size, scheme, domain, options,
    )  # fmt: skip
