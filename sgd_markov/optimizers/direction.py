"""What the optimizers without memory share: a step along a function of the mean gradient."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sympy as sp

from ..chain.chain import Chain
from ..chain.draw import Source
from ..chain.sources import sources_of, validated_draw
from ..expressions import exact
from ..loss import gradient_of, loss_expression
from .options import Options


def chain_along(
    direction: Callable[[sp.Expr], sp.Expr],
    loss: object,
    parameters: Sequence[sp.Symbol],
    learning_rate: object,
    data: Mapping[Any, Any] | None,
    noise: Mapping[Any, Any] | None,
    batch_size: object,
    scheme: Any,
    domain: Mapping[sp.Symbol, str] | None,
    options: Mapping[str, Any],
    kicks: Mapping[sp.Symbol, tuple[sp.Expr, Source]] | None = None,
) -> Chain:
    """w' = w - lr direction(g) + kick, with g the mean gradient after clipping and weight decay; then added noise,
    projection and rounding. `kicks`: parameter -> (expression, the source that it is drawn from)."""
    rate = exact(learning_rate, "optimizer.learning_rate")
    state, kicks = tuple(parameters), kicks or {}
    expression = loss_expression(loss, state)
    draw = validated_draw(sources_of(data or {}, "data"), sources_of(noise or {}, "noise"), batch_size, scheme)
    chosen = Options(**options)
    coins = chosen.coins(state)
    means = tuple(sp.Dummy(f"g_{parameter}", real=True) for parameter in state)
    update = []
    for w, g in zip(state, means, strict=True):
        moved = w - rate * direction(chosen.of_mean(g, w)) + (kicks[w][0] if w in kicks else 0)
        update.append(chosen.after_step(moved, coins[w].symbols[0] if w in coins else sp.Integer(0)))
    drawn = (*draw.noise, *(source for _, source in kicks.values()), *coins.values())
    return Chain(
        state=state,
        update=tuple(update),
        draw=replace(draw, noise=drawn),
        means=means,
        gradient=tuple(chosen.per_sample(g) for g in gradient_of(expression, state)),
        loss=expression,
        learning_rate=rate,
        domain=domain or {},
    ).with_sampling_written_out()
