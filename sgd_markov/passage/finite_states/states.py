"""The states that follow one another inside a region."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from ...chain.batch import updates_per_epoch
from ...chain.chain import Chain, Point
from ...chain.diffusion import Diffusion
from ...chain.region import Region
from ...effort import Effort
from ...engines.absorbing_chain import AbsorbingChain
from ...engines.reached_states import SMOOTH_LIMIT, Open, Reached, State, reached_states
from ...errors import Inconclusive
from ...invariant.atomic_steps import AtomicSteps, Images
from ...invariant.finite_class import kinked, smooth_affine

BOUNDED_LIMIT, UNBOUNDED_LIMIT, KERNEL_LIMIT = 20_000, 2000, 300
"""So many states are tried inside a bounded region, where nothing bounds them, and where each costs a kernel."""
OUTSIDE = "outside"


def leaving(model: Chain | Diffusion, start: Point, inside: Region, effort: Effort) -> Reached | None:
    """The states inside the region."""
    bounded = isinstance(model, Chain) and all(
        end.is_finite for symbol in model.state for end in inside.interval(symbol)
    )
    return listed(model, start, leaves(inside), BOUNDED_LIMIT if bounded else UNBOUNDED_LIMIT, effort)


def leaves(inside: Region) -> Callable[[dict[sp.Symbol, sp.Expr]], str | None]:
    return lambda at: None if decided(inside, at) else OUTSIDE


def decided(region: Region, at: Point) -> bool:
    """Is the state in the region? Raises `Open` where that is not decided."""
    within = region.contains(at)
    if within is None:
        raise Open("whether a state is in the region is not decided")
    return within


def listed(
    model: Chain | Diffusion,
    start: Point,
    label: Callable[[dict[sp.Symbol, sp.Expr]], str | None],
    limit: int,
    effort: Effort,
) -> Reached | None:
    """The states that follow the start; None for models that do not close."""
    if not isinstance(model, Chain) or not quick_look(model):
        return None
    state = tuple(sp.sympify(start[symbol]) for symbol in model.state)
    if any(value.free_symbols for value in state):
        return None
    return enumerated(model, [state], label, limit, effort)


def enumerated(
    chain: Chain,
    starts: list[State],
    label: Callable[[dict[sp.Symbol, sp.Expr]], str | None],
    limit: int,
    effort: Effort,
) -> Reached | None:
    steps = AtomicSteps(chain, effort)
    allowed = limit if kinked(chain) or smooth_affine(chain) else SMOOTH_LIMIT
    if steps.rules is None:
        allowed = min(allowed, KERNEL_LIMIT)

    def images(state: State) -> Images | None:
        return steps.images(state)

    try:
        return reached_states(starts, images, lambda state: label(at_state(chain, state)), allowed, effort)
    except Open:
        return None
    except Inconclusive:
        effort.check()
        return None


def at_state(chain: Chain, state: State) -> dict[sp.Symbol, sp.Expr]:
    return dict(zip(chain.state, state, strict=True))


def quick_look(chain: Chain) -> bool:
    """May one step have finitely many outcomes: only finite laws, or a floor or a sign around the others?"""
    continuous = {
        s
        for source in (*chain.draw.data, *chain.draw.noise)
        if source.finite is None
        for s in source.symbols
    }
    return all(not bare(expr, continuous) for expr in chain.one_sample_map)


def bare(expr: sp.Expr, symbols: set[sp.Symbol]) -> bool:
    """Does one of the symbols stand outside of every floor, sign and condition?"""
    if isinstance(expr, sp.floor | sp.sign | sp.Heaviside):
        return False
    if isinstance(expr, sp.Piecewise):
        return any(bare(value, symbols) for value, _ in expr.args)
    return expr in symbols or any(bare(argument, symbols) for argument in expr.args)


def updates(model: Chain | Diffusion) -> int:
    """Updates in one step of the chain: under reshuffling and cyclic order it is observed at the ends of epochs."""
    assert isinstance(model, Chain)
    return updates_per_epoch(model.draw)


def absorbing(reached: Reached) -> AbsorbingChain:
    return AbsorbingChain(reached.rows, reached.ends)
