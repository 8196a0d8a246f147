"""The ends of a window by three routes: the question, a certified change of sign, a sampled one."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from .claim import Reading, Route

if TYPE_CHECKING:
    from ..answer.answer import Answer
    from ..chain.chain import Chain
    from ..effort import Effort

ChainAt = Callable[[object], "Chain"]
"""The chain at a learning rate."""

CHAINS = 12_000


def edge_routes(
    chain_at: ChainAt, place: tuple[int, int], near: str, sampled: tuple[str, str] | None, chains: int = CHAINS
) -> tuple[Route, ...]:
    """Routes to end `place` = (interval, side) of the window.

    `near`: a decimal of it, which the certified route proves; `sampled`: two rates with the end between them.
    """
    routes = [
        Route("question", lambda effort: by_question(chain_at, place, effort)),
        Route("independent", lambda effort: by_sign_change(chain_at, near, effort)),
    ]
    if sampled is not None:
        low, high = sampled
        routes.append(
            Route("monte carlo", lambda effort, chains: by_simulation(chain_at, low, high, effort, chains), chains)
        )
    return tuple(routes)


@lru_cache(maxsize=4)
def window_of(chain_at: ChainAt, effort: Effort) -> Answer:
    """The window of learning rates at 0; one answer has all its ends."""
    import sympy as sp

    from ..questions.window import window

    lr = sp.Symbol("lr", positive=True)
    return window(chain_at(lr), at=0, parameter=lr, effort=effort)


def by_question(chain_at: ChainAt, place: tuple[int, int], effort: Effort) -> Reading:
    answer = window_of(chain_at, effort)
    return Reading.of_number(answer.intervals[place[0]][place[1]], answer)


def by_sign_change(chain_at: ChainAt, near: str, effort: Effort) -> Reading:
    from .chains import exponent_sign, sign_change

    return sign_change(exponent_sign(chain_at), near, effort)


def by_simulation(chain_at: ChainAt, low: str, high: str, effort: Effort, chains: int) -> Reading:
    from .sampling import sampled_sign_change

    return sampled_sign_change(chain_at, low, high, effort, chains)


def intervals(chain_at: ChainAt, effort: Effort) -> int:
    """How many intervals the window has."""
    return len(window_of(chain_at, effort).intervals)
