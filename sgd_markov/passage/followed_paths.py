"""Survival over a few steps of chains with finitely many outcomes: every path, those that meet merged; exact."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from math import log

import sympy as sp
from flint import fmpq

from ..answer.answer import Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..balls.zero_proof import fraction
from ..chain.batch import updates_per_epoch
from ..chain.chain import Chain, Point
from ..chain.diffusion import Diffusion
from ..chain.region import Region
from ..effort import Effort
from ..errors import Inconclusive
from ..invariant.atomic_steps import AtomicSteps, State
from .method import Method

MOST_IMAGES, SLOW_IMAGES = 30_000, 300
"""So many steps from single states are taken, and so many where each of them costs a kernel."""
FEW_STATES = 64
"""So many states say how fast they grow."""
LONGEST, WRITTEN = 20_000, 8192
"""The bits of a state that is still followed, and of a probability that is written out."""


class FollowedPaths(Method):
    """For nonlinear maps as for linear ones, as far as the number of different states allows."""

    def survival(
        self, model: Chain | Diffusion, start: Point, inside: Region, steps: int, effort: Effort
    ) -> Finding | None:
        last = steps // updates_per_epoch(model.draw) if isinstance(model, Chain) else 0
        masses = inside_masses(model, start, inside, effort, last)
        if masses is None:
            return None
        for n, mass in enumerate(masses):
            if n == last or mass == 0:
                return finding(sp.Rational(int(mass.p), int(mass.q)), f"every path of {steps} steps")
        return None

    def quantile(
        self, model: Chain | Diffusion, start: Point, inside: Region, level: object, effort: Effort
    ) -> Finding | None:
        masses = inside_masses(model, start, inside, effort)
        asked = sp.sympify(level)
        if masses is None or not asked.is_Rational:
            return None
        assert isinstance(model, Chain)
        rest = fmpq(1) - fmpq(int(asked.p), int(asked.q))
        for n, mass in enumerate(masses):
            if mass <= rest:
                updates = n * updates_per_epoch(model.draw)
                return finding(sp.Integer(updates), f"every path of {updates} steps", integer=True)
        return None


def inside_masses(
    model: Chain | Diffusion, start: Point, inside: Region, effort: Effort, last: int | None = None
) -> Iterator[fmpq] | None:
    """P(inside after n steps), n = 0, 1, ..., until the states are too many; None for models without such paths.

    `last`: the n that is asked for; where the states are seen to be too many by then, they are not followed further.
    """
    if not isinstance(model, Chain) or model.parameters or inside.free_symbols:
        return None
    state = tuple(sp.sympify(start[symbol]) for symbol in model.state)
    steps = AtomicSteps(model, effort)
    try:
        if any(component.laws for component in steps.components) and steps.rules is None:
            return None
    except Inconclusive:
        effort.check()
        return None
    return followed(steps, state, inside, effort, last)


def followed(
    steps: AtomicSteps, state: State, inside: Region, effort: Effort, last: int | None = None
) -> Iterator[fmpq]:
    current: dict[State, fmpq] = {state: fmpq(1)}
    used, limit = 0, MOST_IMAGES if steps.rules is not None else SLOW_IMAGES
    apart = True  # no two paths have met so far
    for depth in count(1):
        yield sum(current.values(), start=fmpq(0))
        used += len(current)
        if used > limit:
            return
        after: dict[State, fmpq] = {}
        paths = 0
        for place, mass in current.items():
            effort.check()
            images = steps.images(place)
            if images is None or not all(p.is_Rational for p in images.values()):
                return
            for image, p in images.items():
                within = inside.contains(dict(zip(steps.chain.state, image, strict=True)))
                if within is None or any(v.is_Rational and v.q.bit_length() > LONGEST for v in image):
                    return
                if within:
                    paths += 1
                    after[image] = after.get(image, fmpq(0)) + mass * fmpq(int(p.p), int(p.q))
        apart = apart and paths == len(after)
        if apart and last is not None and too_many(len(current), len(after), last - depth, limit):
            return
        current = after


def too_many(before: int, now: int, left: int, limit: int) -> bool:
    """Will so many states, if they go on growing like that, be more than the limit one step before the last?"""
    return now > FEW_STATES and left > 0 and log(now) + (left - 1) * log(now / before) > log(limit)


def finding(value: sp.Expr, method: str, integer: bool = False) -> Finding:
    return Finding(
        Warrant.EXACT if value.q.bit_length() <= WRITTEN else Warrant.CERTIFIED,
        f"{method}, those that meet merged",
        value if value.q.bit_length() <= WRITTEN else None,
        Enclosure.point(fraction(value)),
        hypotheses=(Hypothesis("one step has finitely many outcomes"),),
        integer=integer,
    )


METHOD = FollowedPaths()
