"""Stochastic gradient Langevin dynamics: SGD with isotropic Gaussian noise of a given temperature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp

from ..chain.chain import Chain
from ..chain.draw import Source
from ..errors import InvalidInput
from ..expressions import exact
from ..laws.normal import Normal
from .direction import chain_along


def Langevin(  # noqa: N802 - optimizers are named like the laws, in CamelCase
    loss: object,
    parameters: Sequence[sp.Symbol],
    learning_rate: object,
    temperature: object,
    data: Mapping[Any, Any] | None = None,
    noise: Mapping[Any, Any] | None = None,
    batch_size: object = 1,
    scheme: Any = "with-replacement",
    domain: Mapping[sp.Symbol, str] | None = None,
    **options: Any,
) -> Chain:
    """The chain w' = w - lr g + sqrt(2 lr temperature) z, z standard normal, one for each parameter and step.

    Hypotheses: temperature >= 0; the learning rate is the same in every step (no noise symbol in it).
    `loss`, `data`, `noise`, `options`: as for `SGD`. Raises `InvalidInput` that names the field.

    >>> w = sp.Symbol("w", real=True)
    >>> chain = Langevin(w**2 / 2, [w], "1/2", 1)
    >>> [(law.symbols, law.law) for law in chain.draw.noise], chain.one_sample_map
    ([((_z_w,), Normal(mean=0, std=1))], (_z_w + w/2,))
    """
    heat, rate = exact(temperature, "optimizer.temperature"), exact(learning_rate, "optimizer.learning_rate")
    if heat.is_negative:
        raise InvalidInput("optimizer.temperature", heat, "a number that is not negative")
    if rate.is_negative:
        raise InvalidInput("optimizer.learning_rate", rate, "a number that is not negative, as its root is taken")
    drawn = {symbol for key in noise or {} for symbol in (key if isinstance(key, tuple) else (key,))}
    if drawn & (heat.free_symbols | rate.free_symbols):
        raise InvalidInput("optimizer.learning_rate", rate, "one without noise symbols, as its root is taken")
    size = sp.sqrt(2 * rate * heat)
    symbols = {w: sp.Dummy(f"z_{w}", real=True) for w in parameters} if heat != 0 else {}
    kicks = {w: (size * z, Source((z,), Normal(0, 1))) for w, z in symbols.items()}
    return chain_along(
        lambda g: g, loss, parameters, learning_rate, data, noise, batch_size, scheme, domain, options, kicks=kicks
    )
