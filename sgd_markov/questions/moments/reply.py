"""What the answers in one and in several dimensions share: steps, epochs, numbers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import sympy as sp

from ...answer.answer import Answer, Hypothesis
from ...answer.enclosure import Enclosure
from ...answer.warrant import Warrant
from ...balls.adaptive import refine_expression
from ...effort import Effort
from ...errors import InvalidInput
from ...numerics.exponential_polynomial import N

EXACT_STEPS = 500
"""Up to so many steps the exact number is written out."""


def require_steps(steps: object, place: object) -> None:
    if steps is not None and (isinstance(steps, bool) or not isinstance(steps, int) or steps < 0):
        raise InvalidInput("steps", steps, "an integer of at least 0")
    if steps is not None and place is None:
        raise InvalidInput("start", "nothing", "a starting point, since the moment after `steps` depends on it")


def whole(steps: int | None, updates: int) -> int | None:
    """The number of epochs in `steps` updates."""
    if steps is None or updates == 1:
        return steps
    if steps % updates:
        raise InvalidInput("steps", steps, f"a multiple of {updates}, the updates of an epoch")
    return steps // updates


def per_update(found: Answer, updates: int) -> Answer:
    """The closed form in n counts updates."""
    closed = found.extra["closed_form"]
    if updates == 1 or closed is None:
        return found
    return replace(found, extra={**found.extra, "closed_form": closed.subs(N, N / updates)})


def number(value: sp.Expr, effort: Effort) -> Enclosure:
    if value.is_Rational:
        return Enclosure.point(Fraction(int(value.p), int(value.q)))
    return refine_expression(value, effort, "the moment")


def answer(
    value: sp.Expr | None,
    enclosure: Enclosure | None,
    closed: sp.Expr | None,
    effort: Effort,
    hypotheses: tuple[Hypothesis, ...] = (),
) -> Answer:
    return Answer(
        question="moments",
        exact=value,
        enclosure=enclosure,
        warrant=Warrant.EXACT if value is not None or closed is not None else Warrant.CERTIFIED,
        method="closed recursion of the moments of w' = M w + B",
        hypotheses=(Hypothesis("the map is affine in the state"), *hypotheses),
        cite=("vervaat1979",),
        digits=effort.digits,
        extra={"closed_form": closed, "moments": None},
    )
