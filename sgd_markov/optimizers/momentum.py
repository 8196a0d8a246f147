"""What the optimizers with momentum share: one memory m beside every parameter, and a direction made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sympy as sp

from ..chain.chain import Chain
from ..chain.sources import sources_of, validated_draw
from ..expressions import exact
from ..loss import gradient_of, loss_expression
from .options import Options
from .registry import memory_names

Rule = Callable[[sp.Expr, sp.Expr], tuple[sp.Expr, sp.Expr]]
"""(gradient g, memory m) -> (next memory m', direction d of the step w' = w - lr d)"""


def momentum_chain(
    rule: Rule,
    loss: object,
    parameters: Sequence[sp.Symbol],
    learning_rate: object,
    data: Mapping[Any, Any] | None,
    noise: Mapping[Any, Any] | None,
    batch_size: object,
    scheme: str,
    domain: Mapping[sp.Symbol, str] | None,
    options: Mapping[str, Any],
) -> Chain:
    """The chain of (w, m): m' and the direction by the rule, from the mean gradient after clipping and weight decay;
    then w' = w - lr d with added noise, projection and rounding, which leave m alone."""
    rate = exact(learning_rate, "optimizer.learning_rate")
    weights = tuple(parameters)
    memory = tuple(sp.Symbol(name, real=True) for name in memory_names("heavy-ball", list(map(str, weights))))
    expression = loss_expression(loss, weights)
    draw = validated_draw(sources_of(data or {}, "data"), sources_of(noise or {}, "noise"), batch_size, scheme)
    chosen = Options(**options)
    coins = chosen.coins(weights)
    means = tuple(sp.Dummy(f"g_{parameter}", real=True) for parameter in weights)
    moved, remembered = [], []
    for w, m, g in zip(weights, memory, means, strict=True):
        after, direction = rule(chosen.of_mean(g, w), m)
        coin = coins[w].symbols[0] if w in coins else sp.Integer(0)
        moved.append(chosen.after_step(w - rate * direction, coin))
        remembered.append(after)
    return Chain(
        state=(*weights, *memory),
        update=(*moved, *remembered),
        draw=replace(draw, noise=(*draw.noise, *coins.values())),
        means=means,
        gradient=tuple(chosen.per_sample(g) for g in gradient_of(expression, weights)),
        loss=expression,
        learning_rate=rate,
        domain=domain or {},
        memory=memory,
    ).with_sampling_written_out()
