"""Which method answers: all that know the chain are asked in order, the first that reaches the digits wins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module

from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..effort import Effort
from ..errors import Inconclusive, InvalidInput
from .method import Method

METHODS: tuple[str, ...] = (
    "amsgrad",
    "finite_states",
    "log_lattice",
    "log_signs",
    "log_walk",
    "log_scale",
    "linear_limit",
    "lattice_sums",
    "followed_paths",
    "flat_walk",
    "half_line",
    "drifting_walk",
    "single_points",
    "smooth_kernel",
    "kinked_kernel",
    "inner_region",
    "diffusion_formulas",
    "diffusion_scale",
    "diffusion_survival",
    "diffusion_spectrum",
    "cells",
    "basins",
    "sampled",
)
"""Modules of this folder, each with one `METHOD`, the strongest and quickest first; sampling is the last."""


def within(whole: Enclosure, find: Callable[[], Finding]) -> Finding:
    """What is found, cut to what is known anyhow (`whole`); every refusal carries an enclosure, at least that."""
    try:
        found = find()
    except Inconclusive as refusal:
        refusal.enclosure = whole if refusal.enclosure is None else cut(refusal.enclosure, whole)
        raise
    return found if found.enclosure is None else replace(found, enclosure=cut(found.enclosure, whole))


def cut(found: Enclosure, whole: Enclosure) -> Enclosure:
    """The part of an enclosure that is possible; an estimate outside of it stays as it is."""
    return found.intersection(whole) if found.meets(whole) else found


def best(question: str, ask: Callable[[Method], Finding | None], unknown: set[str], effort: Effort) -> Finding:
    """The first finding that reaches `effort.digits`, on the rung that `effort.method` asks for if it names one.

    `unknown`: names of symbols without values, for the refusal where no method has a formula in them.
    Raises `Inconclusive` with the narrowest enclosure reached where none is narrow enough.
    """
    reached: list[tuple[str, Enclosure | None]] = []
    for method in methods(effort.method):
        require_time(effort, reached)
        try:
            finding = ask(method)
        except Inconclusive as refusal:
            reached.append((refusal.reason, refusal.enclosure))
            require_time(effort, reached)
            continue
        if finding is None:
            continue
        if finding.reaches(effort.digits) or effort.method in (Warrant.ESTIMATED, Warrant.SAMPLED):
            return finding
        reached.append((f"{finding.method}: wider than {effort.digits} digits", finding.enclosure))
    if unknown and not reached:
        raise InvalidInput(
            "values",
            "nothing",
            "numbers for " + ", ".join(sorted(unknown)) + f": {question} has no formula in them here",
        )
    raise refusal_of(question, reached)


def require_time(effort: Effort, reached: list[tuple[str, Enclosure | None]]) -> None:
    """Once the budget has ended: the refusal that says so, with the narrowest enclosure reached."""
    try:
        effort.check()
    except Inconclusive as ended:
        known = [enclosure for _, enclosure in reached if enclosure is not None]
        raise Inconclusive(ended.reason, min(known, key=lambda e: e.width, default=None)) from None


def refusal_of(question: str, reached: list[tuple[str, Enclosure | None]]) -> Inconclusive:
    """The refusal with the narrowest enclosure that was reached."""
    enclosed = [entry for entry in reached if entry[1] is not None]
    if enclosed:
        return Inconclusive(*min(enclosed, key=lambda entry: entry[1].width))  # type: ignore[union-attr]
    return Inconclusive(reached[0][0] if reached else f"no method of {question} knows this chain; simulate it")


def methods(wanted: Warrant | None) -> Iterator[Method]:
    """The methods that have the rung; without one, those that prove what they say."""
    for name in METHODS:
        method: Method = import_module(f".{name}", __package__).METHOD
        if wanted in method.warrants or (wanted is None and max(method.warrants) >= Warrant.CERTIFIED):
            yield method
