"""One way of answering questions of first passage."""

from __future__ import annotations

from typing import Any

from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..chain.chain import Chain, Point
from ..chain.diffusion import Diffusion
from ..chain.region import Region
from ..effort import Effort


class Method:
    """Answers what it can: each verb returns None where the method does not apply.

    A verb raises `HypothesisViolated` only where it has proved that there is no such number (a mean time that is
    infinite), and `Inconclusive`, with the best enclosure reached, where it applies but the precision or the budget
    ended first. A `Finding` may be wider than `effort.digits` asks; the catalogue decides what to do with it.
    Times are in steps (for a `Diffusion` in t); regions are closed.
    """

    warrants: tuple[Warrant, ...] = (Warrant.EXACT, Warrant.CERTIFIED)
    """The rungs on which the method can answer."""

    def exit_time(self, model: Chain | Diffusion, start: Point, inside: Region, effort: Effort) -> Finding | None:
        """E tau from `start`, tau = min{n >= 1: w_n is not in `inside`}."""
        return None

    def survival(
        self, model: Chain | Diffusion, start: Point, inside: Region, steps: Any, effort: Effort
    ) -> Finding | None:
        """P(tau > steps); `steps` is an int, for a `Diffusion` a positive time, an exact expression."""
        return None

    def quantile(
        self, model: Chain | Diffusion, start: Point, inside: Region, level: object, effort: Effort
    ) -> Finding | None:
        """The smallest n (t for a `Diffusion`) with P(tau <= n) >= level, an exact number in [0, 1)."""
        return None

    def quasi_stationary(self, model: Chain | Diffusion, inside: Region, effort: Effort) -> Finding | None:
        """The survival factor per step; extra: `mean_time`, `density`."""
        return None

    def hitting(
        self, model: Chain | Diffusion, start: Point, target: Region, avoid: Region | None, effort: Effort
    ) -> Finding | None:
        """P(the chain enters `target` before `avoid`); `start` is in neither."""
        return None

    def limit(self, model: Chain | Diffusion, start: Point, effort: Effort) -> Finding | None:
        """The limiting measure from `start`; extra: `masses`, a list of {at or set, probability}."""
        return None
