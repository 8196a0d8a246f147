"""RMSProp: steps divided by the root of a moving average of squared gradients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp

from ..chain.chain import Chain
from .adaptive import Adaptive, adaptive_chain, averaged
from .ranges import not_negative, share


def RMSProp(  # noqa: N802 - optimizers are named like the laws, in CamelCase
    loss: object,
    parameters: Sequence[sp.Symbol],
    learning_rate: object,
    beta2: object,
    epsilon: object,
    data: Mapping[Any, Any] | None = None,
    noise: Mapping[Any, Any] | None = None,
    batch_size: object = 1,
    scheme: Any = "with-replacement",
    domain: Mapping[sp.Symbol, str] | None = None,
    **options: Any,
) -> Chain:
    """The chain v' = beta2 v + (1 - beta2) g^2, w' = w - lr g/(sqrt(v') + epsilon), g the mean over the batch of grad l(w; x).

    There is no bias correction, as in `torch.optim.RMSprop`; optax has epsilon inside the root unless
    `eps_in_sqrt=False`. The state is (w, v), with `v` beside one parameter and `v_<parameter>` beside several; v starts
    at 0. Where v' + epsilon = 0 nothing moves (g = 0).
    `loss`, `data`, `noise`, `options`: as for `SGD`. Hypotheses: 0 <= beta2 < 1, epsilon >= 0. Raises `InvalidInput`
    that names the field.

    >>> from sgd_markov.laws.rademacher import Rademacher
    >>> w, x = sp.symbols("w x", real=True)
    >>> RMSProp(x * w, [w], 1, 0, 1, data={x: Rademacher()}).one_sample_map
    (w - x/(Abs(x) + 1), x**2)
    """
    beta = share(beta2, "optimizer.beta2", "rmsprop")
    chosen = Adaptive(
        after=lambda g, now: {"v": averaged(now["v"], g**2, beta)},
        fraction=lambda g, after: (g, after["v"]),
        epsilon=not_negative(epsilon, "optimizer.epsilon", "rmsprop"),
    )
    return adaptive_chain(
        "rmsprop", None, chosen, loss, parameters, learning_rate, data, noise, batch_size, scheme, domain, options
    )
