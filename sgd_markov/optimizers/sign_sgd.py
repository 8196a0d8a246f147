"""SGD with the sign of the gradient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp

from ..chain.chain import Chain
from .direction import chain_along


def SignSGD(  # noqa: N802 - optimizers are named like the laws, in CamelCase
    loss: object,
    parameters: Sequence[sp.Symbol],
    learning_rate: object,
    data: Mapping[Any, Any] | None = None,
    noise: Mapping[Any, Any] | None = None,
    batch_size: object = 1,
    scheme: Any = "with-replacement",
    domain: Mapping[sp.Symbol, str] | None = None,
    **options: Any,
) -> Chain:
    """The chain w' = w - lr sign(g), g the mean over the batch of grad l(w; x), coordinate by coordinate; sign(0) = 0.

    Clipping and weight decay act on g before its sign is taken.
    `loss`, `data`, `noise`, `options`: as for `SGD`. Raises `InvalidInput` that names the field.

    >>> from sgd_markov.laws.rademacher import Rademacher
    >>> w, x = sp.symbols("w x", real=True)
    >>> SignSGD((w - x) ** 2 / 2, [w], "1/4", data={x: Rademacher()}).one_sample_map
    (w - sign(w - x)/4,)
    """
    return chain_along(sp.sign, loss, parameters, learning_rate, data, noise, batch_size, scheme, domain, options)
