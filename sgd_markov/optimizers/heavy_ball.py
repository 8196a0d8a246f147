"""Stochastic gradient descent with heavy-ball momentum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp

from ..chain.chain import Chain
from .momentum import momentum_chain
from .ranges import share


def HeavyBall(  # noqa: N802 - optimizers are named like the laws, in CamelCase
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
    """The chain m' = momentum m + g, w' = w - lr m', with g the mean over the batch of grad l(w; x).

    The state is (w, m), with `m` beside one parameter and `m_<parameter>` beside several; m starts at 0.
    `loss`, `data`, `noise`, `options`: as for `SGD`. Raises `InvalidInput` that names the field.

    >>> from sgd_markov.laws.rademacher import Rademacher
    >>> w, x = sp.symbols("w x", real=True)
    >>> HeavyBall(x * w**2 / 2, [w], "1/2", "9/10", data={x: Rademacher()}).one_sample_map
    (-9*m/20 - w*x/2 + w, 9*m/10 + w*x)
    """
    mu = share(momentum, "optimizer.momentum", "heavy-ball")
    return momentum_chain(
        lambda g, m: (mu * m + g, mu * m + g),
        loss, parameters, learning_rate, data, noise, batch_size, scheme, domain, options,
    )  # fmt: skip
