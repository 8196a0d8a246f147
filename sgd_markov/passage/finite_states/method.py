"""The questions of first passage, by exact linear algebra."""

from __future__ import annotations

import sympy as sp

from ...answer.enclosure import Enclosure
from ...answer.finding import Finding
from ...answer.number import Number
from ...chain.chain import Chain, Point
from ...chain.diffusion import Diffusion
from ...chain.region import Region
from ...effort import Effort
from ...errors import HypothesisViolated, Inconclusive
from ...numerics.rounding_grid import rounding_grid
from ..method import Method
from .counts import reached_inside
from .findings import finding, require_below, require_no_trap, scaled
from .long_run import limiting_measure, survival_factor
from .states import (
    BOUNDED_LIMIT,
    OUTSIDE,
    UNBOUNDED_LIMIT,
    absorbing,
    at_state,
    decided,
    enumerated,
    leaves,
    listed,
    quick_look,
    updates,
)

TARGET, AVOID = "target", "avoid"


class FiniteStates(Method):
    """The states reached from the start are listed, then linear equations are solved exactly.

    Without symbols up to 2000 states in rational numbers, more of them (and irrational chances) in balls, by elimination
    without subtractions; symbols may stand in the probabilities.
    """

    def exit_time(self, model: Chain | Diffusion, start: Point, inside: Region, effort: Effort) -> Finding | None:
        reached = reached_inside(model, start, inside, effort)
        if reached is None:
            return None
        chain = absorbing(reached)
        require_no_trap(chain, reached)
        return finding(scaled(chain.mean_time(effort), updates(model)), reached, "E tau = 1 + Q E tau")

    def survival(
        self, model: Chain | Diffusion, start: Point, inside: Region, steps: int, effort: Effort
    ) -> Finding | None:
        reached = reached_inside(model, start, inside, effort)
        if reached is None:
            return None
        return finding(absorbing(reached).survival(steps // updates(model), effort), reached, "mass left by Q^n")

    def quantile(
        self, model: Chain | Diffusion, start: Point, inside: Region, level: object, effort: Effort
    ) -> Finding | None:
        reached = reached_inside(model, start, inside, effort)
        if reached is None:
            return None
        if reached.symbols:
            raise Inconclusive("a quantile needs numbers for all symbols")
        chain, asked = absorbing(reached), sp.sympify(level)
        require_below(asked, chain.chance(OUTSIDE, effort), chain, effort)
        count = chain.quantile(asked, effort) * updates(model)
        found = Number(sp.Integer(count), Enclosure.point(count))
        return finding(found, reached, "first n at which Q^n leaves so little", integer=True)

    def hitting(
        self, model: Chain | Diffusion, start: Point, target: Region, avoid: Region | None, effort: Effort
    ) -> Finding | None:
        def label(at: dict[sp.Symbol, sp.Expr]) -> str | None:
            if decided(target, at):
                return TARGET
            return AVOID if avoid is not None and decided(avoid, at) else None

        reached = listed(model, start, label, UNBOUNDED_LIMIT, effort)
        if reached is None:
            return None
        return finding(absorbing(reached).chance(TARGET, effort), reached, "least solution of h = r + Q h")

    def quasi_stationary(self, model: Chain | Diffusion, inside: Region, effort: Effort) -> Finding | None:
        """Where rounding makes the states of the region a grid; elsewhere the states depend on the start."""
        if not isinstance(model, Chain) or updates(model) > 1 or not quick_look(model):
            return None
        grid = rounding_grid(model)
        if grid is None:
            return None
        within = [state for state in grid if decided(inside, at_state(model, state))]
        if not within:
            raise HypothesisViolated("some states of the chain are in the region", f"none of its grid is in {inside}")
        reached = enumerated(model, within, leaves(inside), BOUNDED_LIMIT, effort)
        return None if reached is None else survival_factor(model, reached, effort)

    def limit(self, model: Chain | Diffusion, start: Point, effort: Effort) -> Finding | None:
        reached = listed(model, start, lambda at: None, UNBOUNDED_LIMIT, effort)
        return None if reached is None else limiting_measure(model, reached, effort)


METHOD = FiniteStates()
