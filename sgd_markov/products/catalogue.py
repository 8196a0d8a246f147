"""Which method finds the exponent: all that know the law are asked in order, the first that reaches the digits wins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import TypeVar

from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..effort import Effort
from ..errors import Inconclusive, InvalidInput
from .matrix_law import MatrixLaw
from .method import Method

METHODS: tuple[str, ...] = (
    "vanishing",
    "equal_moduli",
    "commuting",
    "scalar_multiples",
    "gaussian",
    "cauchy",
    "explicit_law",
    "cone",
    "rank_one",
    "cycle_expansion",
    "random_fibonacci",
    "neutral_cone",
    "orthant",
    "cells",
    "smooth",
    "short_words",
    "sampled",
)
"""Modules of this folder, each with one `METHOD`, the strongest and quickest first; sampling is the last."""

Found = TypeVar("Found", Finding, list[Finding])


def top(law: MatrixLaw, effort: Effort) -> Finding:
    """The top exponent by the first method that reaches `effort.digits`, on the rung that `effort.method` asks for.

    Raises `Inconclusive` with the narrowest enclosure reached where none is narrow enough.
    """
    return best(lambda method: method.top(law, effort), lambda found: found, law, effort)


def spectrum(law: MatrixLaw, effort: Effort) -> list[Finding]:
    """All exponents, by the first method that knows them."""
    return best(lambda method: method.spectrum(law, effort), widest, law, effort)


def widest(findings: list[Finding]) -> Finding:
    """The finding that decides whether the digits are reached."""
    return max(findings, key=lambda found: 0 if found.enclosure is None else float(found.enclosure.width))


def best(
    ask: Callable[[Method], Found | None], judged: Callable[[Found], Finding], law: MatrixLaw, effort: Effort
) -> Found:
    reached: list[tuple[str, Enclosure | None]] = []
    for method in methods(effort.method):
        try:
            effort.check()
            found = ask(method)
        except Inconclusive as refusal:
            reached.append((refusal.reason, refusal.enclosure))
            continue
        if found is None:
            continue
        finding = judged(found)
        if finding.reaches(effort.digits) or effort.method in (Warrant.ESTIMATED, Warrant.SAMPLED):
            return found
        reached.append((f"{finding.method}: wider than {effort.digits} digits", finding.enclosure))
    if law.parameters and not reached:
        names = ", ".join(sorted(map(str, law.parameters)))
        raise InvalidInput("values", "nothing", f"numbers for {names}: the exponent has no formula in them here")
    raise refusal_of(reached)


def refusal_of(reached: list[tuple[str, Enclosure | None]]) -> Inconclusive:
    """The refusal with the narrowest enclosure that was reached."""
    enclosed = [entry for entry in reached if entry[1] is not None]
    if enclosed:
        return Inconclusive(*min(enclosed, key=lambda entry: entry[1].width))  # type: ignore[union-attr]
    return Inconclusive(reached[0][0] if reached else "no method knows the exponent of this product of random matrices")


def methods(wanted: Warrant | None) -> Iterator[Method]:
    """The methods that have the rung; without one, those that prove what they say."""
    for name in METHODS:
        method: Method = import_module(f".{name}", __package__).METHOD
        if wanted in method.warrants or (wanted is None and max(method.warrants) >= Warrant.CERTIFIED):
            yield method
