"""A bare random map as a chain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from ..errors import InvalidInput
from ..expressions import exact
from .chain import Chain
from .draw import Draw
from .sources import sources_of


def RandomMap(  # noqa: N802 - named like the optimizers beside it
    map: Mapping[sp.Symbol, object],  # noqa: A002 - the contract's name
    noise: Mapping[Any, Any] | None = None,
    data: Mapping[Any, Any] | None = None,
    domain: Mapping[sp.Symbol, str] | None = None,
) -> Chain:
    """state' = map(state, noise): one expression for each state symbol, everything drawn once a step.

    >>> from sgd_markov.laws.normal import Normal
    >>> w, z = sp.symbols("w z", real=True)
    >>> RandomMap({w: 9 * w / 10 + z}, noise={z: Normal(0, 1)}).update
    (9*w/10 + z,)
    """
    if not map:
        raise InvalidInput("model.map", "{}", "one expression for each state symbol")
    update = tuple(exact(expr, f"model.map.{symbol}") for symbol, expr in map.items())
    drawn = (*sources_of(data or {}, "data"), *sources_of(noise or {}, "noise"))
    return Chain(state=tuple(map), update=update, draw=Draw(noise=drawn), domain=domain or {})
