"""What the claims on w' = w/3 + innovations share: three routes to P(w <= 1), the control, the steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .claim import Control, Quantity, Reading, Route

if TYPE_CHECKING:
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..proof import Step
    from .stationary_laws import Move


@dataclass(frozen=True)
class Autoregression:
    """`chain(**values)`: the chain, by default that of the example; `move`: one step of it with numpy's own samplers.

    `family`: the law that the example keeps and others do not; `formula`: its P(w <= 1).
    """

    chain: Callable[..., Chain]
    move: Move
    family: str
    formula: str

    def quantity(self, expected: str, source: str) -> Quantity:
        """P(w <= 1) by three routes."""
        routes = (
            Route("question", self.by_question),
            Route("independent", self.by_formula),
            Route("monte carlo", self.by_simulation, 20_000),
        )
        return Quantity("P(w <= 1)", expected, routes, source)

    def by_question(self, effort: Effort) -> Reading:
        from .stationary_laws import asked

        return asked(self.chain(), effort, cdf_at="1")

    def by_formula(self, effort: Effort) -> Reading:
        """The distribution function of the law."""
        from .chains import closed_form

        return closed_form(self.formula, effort)

    def by_simulation(self, effort: Effort, chains: int) -> Reading:
        from .stationary_laws import sampled_share

        return sampled_share(self.move, 1, effort, chains)

    def control(self, what: str, name: str, right: str, wrong: str) -> Control:
        """The question finds the family with the right value of the chain's parameter, not with the wrong one."""
        return Control(what, self.has_family, {name: right}, ({name: wrong},))

    def has_family(self, effort: Effort, **values: str) -> bool:
        """Does the question find the family?"""
        from .stationary_laws import family_is

        return family_is(self.chain(**values), self.family, effort)

    def proof(self) -> tuple[Step, ...]:
        """The recogniser's own steps for the example."""
        from .stationary_laws import steps_of

        return steps_of(self.chain(), "gaver_lewis")
