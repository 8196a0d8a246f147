"""Stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp

from ..chain.chain import Chain
from .direction import chain_along


def SGD(  # noqa: N802 - optimizers are named like the laws, in CamelCase
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
    """The chain w' = w - lr * mean over the batch of grad l(w; x).

    `loss`: the loss of one sample, an expression in the parameters and the data symbols.
    `data`: symbol (or tuple of symbols) -> law, drawn for each sample; `noise`: drawn once a step.
    `scheme`: how a batch is drawn, "with-replacement", "without-replacement", "reshuffling", "cyclic", "poisson", or
    `Importance((p_1, ..., p_N))`. `options`: see `Options`. Floats are refused; write "0.1".

    >>> from sgd_markov.laws.rademacher import Rademacher
    >>> w, x = sp.symbols("w x", real=True)
    >>> SGD(x * w**2 / 2, [w], "1/2", data={x: Rademacher()}).one_sample_map
    (-w*x/2 + w,)
    """
    return chain_along(lambda g: g, loss, parameters, learning_rate, data, noise, batch_size, scheme, domain, options)
