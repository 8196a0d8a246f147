"""Stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp

from ..chain.chain import Chain
from ..chain.draw import Draw
from ..chain.sources import sources_of, validated_draw
from ..expressions import exact
from ..loss import gradient_of, loss_expression
from .options import Options


def SGD(  # noqa: N802 - optimizers are named like the laws, in CamelCase
    loss: object,
    parameters: Sequence[sp.Symbol],
    learning_rate: object,
    data: Mapping[Any, Any] | None = None,
    noise: Mapping[Any, Any] | None = None,
    batch_size: object = 1,
    scheme: str = "with-replacement",
    domain: Mapping[sp.Symbol, str] | None = None,
    **options: Any,
) -> Chain:
    """The chain w' = w - lr * mean over the batch of grad l(w; x).

    `loss`: the loss of one sample, an expression in the parameters and the data symbols.
    `data`: symbol (or tuple of symbols) -> law, drawn for each sample; `noise`: drawn once a step.
    `options`: see `Options`. Floats are refused; write "0.1".

    >>> from sgd_markov.laws.rademacher import Rademacher
    >>> w, x = sp.symbols("w x", real=True)
    >>> SGD(x * w**2 / 2, [w], "1/2", data={x: Rademacher()}).one_sample_map
    (-w*x/2 + w,)
    """
    rate = exact(learning_rate, "optimizer.learning_rate")
    state = tuple(parameters)
    expression = loss_expression(loss, state)
    draw = validated_draw(sources_of(data or {}, "data"), sources_of(noise or {}, "noise"), batch_size, scheme)
    chosen = Options(**options)
    coins = chosen.coins(state)
    means = tuple(sp.Dummy(f"g_{parameter}", real=True) for parameter in state)
    update = tuple(
        chosen.after_step(w - rate * chosen.of_mean(g, w), coins[w].symbols[0] if w in coins else sp.Integer(0))
        for w, g in zip(state, means, strict=True)
    )
    return Chain(
        state=state,
        update=update,
        draw=Draw(draw.data, (*draw.noise, *coins.values()), draw.batch_size, draw.scheme),
        means=means,
        gradient=tuple(chosen.per_sample(g) for g in gradient_of(expression, state)),
        loss=expression,
        learning_rate=rate,
        domain=domain or {},
    ).with_full_batch_averaged()
