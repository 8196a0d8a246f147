"""First passage by simulation: the last rung, asked for by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..balls.evaluate import evaluate
from ..chain.chain import Chain, Point
from ..chain.diffusion import Diffusion
from ..chain.region import Region
from ..effort import Effort
from ..errors import Inconclusive
from .method import Method

if TYPE_CHECKING:
    from ..engines.monte_carlo.first_times import FirstTimes

CHAINS = 20_000
STEPS = 20_000
"""Chains that are still under way then are counted on either side, or end the answer."""
HOW = f"Monte Carlo, {CHAINS} chains, 99.9 % interval"


class Sampled(Method):
    """Every chain with numbers for its parameters."""

    warrants = (Warrant.SAMPLED,)

    def exit_time(self, model: Chain | Diffusion, start: Point, inside: Region, effort: Effort) -> Finding | None:
        if not isinstance(model, Chain):
            return None
        from ..engines.monte_carlo.statistics import mean  # late: numpy is slow to import

        times = passage(model, start, [leaves(inside)], STEPS, effort)
        under_way = int((times.time < 0).sum())
        if under_way:
            raise Inconclusive(f"{under_way} of {CHAINS} chains are still inside after {STEPS} steps: the mean is not sampled")
        return sampled(mean(times.time.astype(float)).enclosure)

    def survival(
        self, model: Chain | Diffusion, start: Point, inside: Region, steps: int, effort: Effort
    ) -> Finding | None:
        if not isinstance(model, Chain):
            return None
        times = passage(model, start, [leaves(inside)], steps, effort)
        return sampled(share(int((times.time < 0).sum()), 0))

    def quantile(
        self, model: Chain | Diffusion, start: Point, inside: Region, level: object, effort: Effort
    ) -> Finding | None:
        if not isinstance(model, Chain):
            return None
        import numpy as np

        from ..engines.monte_carlo.statistics import quantile  # late: numpy is slow to import

        times = passage(model, start, [leaves(inside)], STEPS, effort).time.astype(float)
        ordered = np.sort(np.where(times < 0, np.inf, times))
        found = quantile(ordered, float(evaluate(sp.sympify(level)))).enclosure
        if found.upper == float("inf"):
            raise Inconclusive(f"too many chains are still inside after {STEPS} steps", found)
        return sampled(found)

    def hitting(
        self, model: Chain | Diffusion, start: Point, target: Region, avoid: Region | None, effort: Effort
    ) -> Finding | None:
        if not isinstance(model, Chain):
            return None
        conditions = [enters(target), *([] if avoid is None else [enters(avoid)])]
        which = passage(model, start, conditions, STEPS, effort).which
        return sampled(share(int((which == 0).sum()), int((which < 0).sum())))


def passage(model: Chain, start: Point, conditions: list[sp.Basic], steps: int, effort: Effort) -> FirstTimes:
    """When each of the chains first meets a condition."""
    from ..engines.monte_carlo.first_times import first_times  # late: numpy is slow to import

    begin = {symbol: start[symbol] for symbol in model.state}
    found = first_times(model, begin, conditions, steps, CHAINS, effort)
    if found.left_range.any():
        raise Inconclusive("a chain leaves the range of doubles")
    return found


def enters(region: Region) -> sp.Basic:
    """The relation that says that the state is in the region."""
    sides = [(low <= w, w <= high) for w, (low, high) in region.bounds.items()]
    return sp.And(*(side for pair in sides for side in pair))


def leaves(region: Region) -> sp.Basic:
    return sp.Not(enters(region))


def share(hits: int, open_: int) -> Enclosure:
    """The interval of a probability; chains that are undecided count on both sides."""
    from ..engines.monte_carlo.statistics import proportion  # late: numpy is slow to import

    return Enclosure(proportion(hits, CHAINS).lower, proportion(hits + open_, CHAINS).upper)


def sampled(found: Enclosure) -> Finding:
    return Finding(Warrant.SAMPLED, HOW, enclosure=found)


METHOD = Sampled()
