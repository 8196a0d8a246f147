"""What all optimizers share: a step along a direction made of the mean gradient and of what the optimizer remembers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sympy as sp

from ..chain.chain import Chain
from ..chain.draw import Source
from ..chain.sources import sources_of, validated_draw
from ..errors import InvalidInput
from ..expressions import exact
from ..loss import gradient_of, loss_expression
from .options import Options

Rule = Callable[[sp.Symbol, sp.Expr], tuple[sp.Expr, Mapping[sp.Symbol, sp.Expr]]]
"""(parameter w, its gradient g) -> (direction d of the step w' = w - lr d, memory symbol -> its next value)"""
Given = tuple[
    object,
    Sequence[sp.Symbol],
    object,
    Mapping[Any, Any] | None,
    Mapping[Any, Any] | None,
    object,
    Any,
    Mapping[sp.Symbol, str] | None,
    Mapping[str, Any],
]
"""What every optimizer is given: loss, parameters, learning_rate, data, noise, batch_size, scheme, domain, options."""
Kicks = Mapping[sp.Symbol, tuple[sp.Expr, Source]]
"""parameter -> (what is added to its step, the source that it is drawn from)"""


def chain_along(
    direction: Callable[[sp.Expr], sp.Expr], *given: *Given, kicks: Kicks | None = None
) -> Chain:
    """An optimizer without memory: w' = w - lr direction(g) + kick."""
    return chain_by(lambda w, g: (direction(g), {}), (), *given, kicks=kicks)


def chain_by(
    rule: Rule,
    memory: tuple[sp.Symbol, ...],
    *given: *Given,
    kicks: Kicks | None = None,
    held: Rule | None = None,
    neutral: tuple[sp.Symbol, ...] = (),
) -> Chain:
    """w' = w - lr d + kick with (d, next memory) by the rule, from the mean gradient after clipping and weight decay;
    then added noise, projection and rounding, which leave the memory alone.

    `held`: the rule while the `neutral` part of the memory, which stands last, is held (see `chain.frozen`)."""
    loss, parameters, learning_rate, data, noise, batch_size, scheme, domain, options = given
    rate = exact(learning_rate, "optimizer.learning_rate")
    weights, kicks = tuple(parameters), kicks or {}
    expression = loss_expression(loss, weights)
    draw = validated_draw(sources_of(data or {}, "data"), sources_of(noise or {}, "noise"), batch_size, scheme)
    chosen = Options(**options)
    coins = chosen.coins(weights)
    means = tuple(sp.Dummy(f"g_{parameter}", real=True) for parameter in weights)
    used = {*weights, *draw.data_symbols, *draw.noise_symbols, *draw.free_symbols}
    require_free_names(used | expression.free_symbols | rate.free_symbols | chosen.free_symbols, memory)

    def updated(by: Rule, kept: tuple[sp.Symbol, ...]) -> tuple[sp.Expr, ...]:
        moved: list[sp.Expr] = []
        remembered: dict[sp.Symbol, sp.Expr] = {}
        for w, g in zip(weights, means, strict=True):
            direction, after = by(w, chosen.of_mean(g, w))
            step = w - rate * direction + (kicks[w][0] if w in kicks else 0)
            moved.append(chosen.after_step(step, coins[w].symbols[0] if w in coins else sp.Integer(0)))
            remembered |= after
        return (*moved, *(remembered[symbol] for symbol in kept))

    drawn = (*draw.noise, *(source for _, source in kicks.values()), *coins.values())
    return Chain(
        state=(*weights, *memory),
        update=updated(rule, memory),
        draw=replace(draw, noise=drawn),
        means=means,
        gradient=tuple(chosen.per_sample(g) for g in gradient_of(expression, weights)),
        loss=expression,
        learning_rate=rate,
        domain={**(domain or {}), **dict.fromkeys(neutral, "nonnegative")},
        memory=memory,
        neutral=neutral,
        held=() if held is None else updated(held, tuple(symbol for symbol in memory if symbol not in neutral)),
    ).with_sampling_written_out()


def require_free_names(used: set[sp.Symbol], memory: tuple[sp.Symbol, ...]) -> None:
    """The names of the memory are taken: nothing that the user names may be called so."""
    taken = {str(symbol) for symbol in memory}
    for name in sorted(map(str, used)):
        if name in taken:
            raise InvalidInput("optimizer", name, f'another name: it is memory of the optimizer; rename "{name}" to "{name}_"')
