"""Finer and finer meshes until the enclosure is narrow enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, log
from time import monotonic

import sympy as sp

from ...answer.enclosure import Enclosure
from ...balls.precision import precision
from ...effort import Effort
from ...errors import Inconclusive
from ...numerics.kinked_steps import Steps
from .kernel import kernel_of
from .meshes import Plan, bits_lost, mesh_of
from .setting import MeshesEnd, Setting

ROUNDS = 6
LONGEST = 6.0
"""Half of a cell at most, in units of the length on which solutions change; less where drifts bend."""
COARSE = 8
"""The digits that the first mesh aims at; it tells how large the solution is."""


@dataclass(frozen=True)
class Region:
    """The steps and the interval [low, high] outside which they are killed."""

    steps: Steps
    low: Fraction
    high: Fraction

    @property
    def is_straight(self) -> bool:
        """Are all drifts affine, and all scales constant?"""
        state = self.steps.state
        return all(sp.diff(stride.drift, state, 2) == 0 and stride.scale == 1 for stride in self.steps.strides)


@dataclass(frozen=True)
class Outcome:
    """What a round reached; `missing`: how many more digits the mesh should aim at."""

    enclosure: Enclosure | None
    missing: int
    reason: str = ""
    done: bool = True
    """False where something beside the enclosure is not narrow enough."""


def rounds(
    region: Region, effort: Effort, attempt: Callable[[Setting, int], Outcome], digits: int | None = None
) -> Enclosure:
    """The first enclosure of `attempt(setting, digits)` that reaches the digits; `Inconclusive` with the best else."""
    wanted = effort.digits if digits is None else digits
    aim, generations, best, reason = min(wanted + 5, COARSE), 3, None, ""
    for _ in range(ROUNDS):
        effort.check()
        try:
            outcome = with_setting(region, aim, generations, effort, lambda setting: attempt(setting, wanted))
        except MeshesEnd as refusal:
            raise Inconclusive(refusal.reason, refusal.enclosure or best) from None
        except Inconclusive as refusal:
            if is_over(effort):
                raise Inconclusive(refusal.reason, best) from None
            outcome = Outcome(None, 6, refusal.reason)
        reason = outcome.reason or reason
        if outcome.enclosure is not None:
            best = outcome.enclosure if best is None else narrower(best, outcome.enclosure)
            if best.reaches(wanted) and outcome.done:
                return best
        aim, generations = next_aim(region, aim, wanted + 1, outcome.missing), max(16, 2 * generations)
    raise Inconclusive(reason or f"{ROUNDS} meshes do not give {wanted} digits", best)


def next_aim(region: Region, aim: int, wanted: int, missing: int) -> int:
    """More digits by as many as are missing; where drifts bend, in proportion, as the degree predicts less."""
    if region.is_straight:
        return aim + 2 + missing + missing // 4
    return max(aim + max(missing, 2), min(3 * aim, ceil(aim * wanted / max(1, wanted - missing))))


def narrower(one: Enclosure, other: Enclosure) -> Enclosure:
    return one if one.width <= other.width else other


def with_setting(
    region: Region, aim: int, generations: int, effort: Effort, use: Callable[[Setting], Outcome]
) -> Outcome:
    """A mesh that aims at so many digits, with the precision that it needs."""
    with precision(128):
        plan = Plan(aim * log(10), generations, 60 + 12 * generations, LONGEST if region.is_straight else LONGEST / 3)
        kernel = kernel_of(region.steps)
        mesh = mesh_of(kernel, region.low, region.high, plan, effort)
        bits = bits_lost(mesh, kernel) + int(3.33 * aim) + 64
    with precision(bits):
        fresh = type(mesh)(tuple(type(cell)(cell.low, cell.high, cell.size) for cell in mesh.cells))
        terms = 2 * max(cell.size for cell in mesh.cells) + 16
        return use(Setting(fresh, kernel_of(region.steps), terms, aim, effort))


def is_over(effort: Effort) -> bool:
    return effort.deadline is not None and monotonic() > effort.deadline
