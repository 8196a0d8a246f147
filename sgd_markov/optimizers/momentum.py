"""What the optimizers with momentum share: one memory m beside every parameter, and a direction made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sympy as sp

from ..chain.chain import Chain
from .direction import Given, chain_by
from .registry import memory_names

Rule = Callable[[sp.Expr, sp.Expr], tuple[sp.Expr, sp.Expr]]
"""(gradient g, memory m) -> (next memory m', direction d of the step w' = w - lr d)"""


def momentum_chain(rule: Rule, *given: *Given) -> Chain:
    """The chain of (w, m), m' and the direction by the rule; see `chain_by`."""
    _, parameters, *_ = given
    memory = tuple(sp.Symbol(name, real=True) for name in memory_names("heavy-ball", list(map(str, parameters))))
    own = dict(zip(parameters, memory, strict=True))

    def with_memory(w: sp.Symbol, g: sp.Expr) -> tuple[sp.Expr, Mapping[sp.Symbol, sp.Expr]]:
        after, direction = rule(g, own[w])
        return direction, {own[w]: after}

    return chain_by(with_memory, memory, *given)
