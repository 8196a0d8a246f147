"""Stochastic gradient descent along an exponential moving average of the gradients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp

from ..chain.chain import Chain
from .momentum import momentum_chain
from .ranges import share


def EMAMomentum(  # noqa: N802 - optimizers are named like the laws, in CamelCase
    loss: object,
    parameters: Sequence[sp.Symbol],
    learning_rate: object,
    beta1: object,
    data: Mapping[Any, Any] | None = None,
    noise: Mapping[Any, Any] | None = None,
    batch_size: object = 1,
    scheme: str = "with-replacement",
    domain: Mapping[sp.Symbol, str] | None = None,
    **options: Any,
) -> Chain:
    """The chain m' = beta1 m + (1 - beta1) g, w' = w - lr m', with g the mean over the batch of grad l(w; x).

    Heavy ball with momentum beta1 and the learning rate (1 - beta1) lr, its m scaled by 1 - beta1.
    The state is (w, m), with `m` beside one parameter and `m_<parameter>` beside several; m starts at 0.
    `loss`, `data`, `noise`, `options`: as for `SGD`. Raises `InvalidInput` that names the field.

    >>> from sgd_markov.laws.rademacher import Rademacher
    >>> w, x = sp.symbols("w x", real=True)
    >>> EMAMomentum(x * w**2 / 2, [w], 1, "1/2", data={x: Rademacher()}).one_sample_map
    (-m/2 - w*x/2 + w, m/2 + w*x/2)
    """
    beta = share(beta1, "optimizer.beta1", "ema-momentum")
    return momentum_chain(
        lambda g, m: (beta * m + (1 - beta) * g, beta * m + (1 - beta) * g),
        loss, parameters, learning_rate, data, noise, batch_size, scheme, domain, options,
    )  # fmt: skip
