"""The part of a chain that a question of first passage looks at."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from ..chain.chain import Chain


def autonomous_part(chain: Chain, needed: set[sp.Symbol]) -> Chain:
    """The chain of the smallest set of coordinates that holds `needed` and moves by itself.

    Coordinates outside it do not act on those inside, so that leaving a region stated in `needed` is a matter of
    the smaller chain alone: a saddle whose coordinates move independently is left along one of them.
    """
    kept = closed_under_steps(chain, needed)
    if len(kept) == chain.dimension:
        return chain
    places = [i for i, symbol in enumerate(chain.state) if symbol in kept]
    update = tuple(chain.update[i] for i in places)
    used = [j for j, mean in enumerate(chain.means) if any(mean in expr.free_symbols for expr in update)]
    return replace(
        chain,
        state=tuple(chain.state[i] for i in places),
        update=update,
        means=tuple(chain.means[j] for j in used),
        gradient=tuple(chain.gradient[j] for j in used),
        domain={symbol: text for symbol, text in chain.domain.items() if symbol in kept},
        memory=tuple(symbol for symbol in chain.memory if symbol in kept),
        neutral=(),
        held=(),
    )


def closed_under_steps(chain: Chain, needed: set[sp.Symbol]) -> set[sp.Symbol]:
    """The smallest set of state symbols that holds `needed` and those on which their own steps depend."""
    one_step = dict(zip(chain.state, chain.one_sample_map, strict=True))
    kept: set[sp.Symbol] = set()
    fresh = set(needed)
    while fresh:
        kept |= fresh
        fresh = {s for symbol in fresh for s in one_step[symbol].free_symbols & {*chain.state}} - kept
    return kept
