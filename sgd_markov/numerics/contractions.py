"""Finitely many affine contractions v -> M_i v + b_i with probabilities p_i: the hull of the attractor, and where it overlaps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import sympy as sp

from ..balls.adaptive import proved_sign
from ..errors import Inconclusive
from .neat import neat

MOST_MAPS = 400
ROUNDS = 4000
"""Steps of the floating iteration that guesses which maps reach the ends of the hull."""


@dataclass(frozen=True)
class Contraction:
    """v -> slope v + offset with `probability`; the slope and the offset are numbers, 0 < |slope| < 1."""

    slope: sp.Expr
    offset: sp.Expr
    probability: sp.Expr

    def __call__(self, place: sp.Expr) -> sp.Expr:
        return self.slope * place + self.offset

    @cached_property
    def orientation(self) -> int:
        """1 where the slope is positive, -1 where it is negative."""
        return proved(self.slope)


@dataclass(frozen=True)
class Contractions:
    """The maps in the order in which they are given; the attractor is the union of its images.

    >>> third = sp.Rational(1, 3)
    >>> cantor = Contractions((Contraction(third, sp.Integer(0), sp.S.Half), Contraction(third, 2 * third, sp.S.Half)))
    >>> cantor.hull, cantor.touches_at_most, cantor.tiles
    ((0, 1), True, False)
    """

    maps: tuple[Contraction, ...]

    @cached_property
    def hull(self) -> tuple[sp.Expr, sp.Expr]:
        """The convex hull of the attractor: the smallest interval that holds its images, proved."""
        first, last = self.guessed_ends()
        low, high = solved_ends(first, last)
        for end, choose in ((low, min), (high, max)):
            others = [contraction(low if (contraction.orientation > 0) == (choose is min) else high) for contraction in self.maps]
            gaps = [other - end if choose is min else end - other for other in others]
            if any(proved(gap) < 0 for gap in gaps):
                raise Inconclusive("the hull of the attractor is not found")
        return low, high

    def guessed_ends(self) -> tuple[Contraction, Contraction]:
        """The maps whose images hold the ends, by floating point."""
        slopes, offsets = ([float(getattr(c, name)) for c in self.maps] for name in ("slope", "offset"))
        low = high = 0.0
        for _ in range(ROUNDS):
            images = [sorted((m * low + b, m * high + b)) for m, b in zip(slopes, offsets, strict=True)]
            before, (low, high) = (low, high), (min(i[0] for i in images), max(i[1] for i in images))
            if (low, high) == before:
                break
        return self.maps[index_of(images, min, 0)], self.maps[index_of(images, max, 1)]

    def image(self, contraction: Contraction) -> tuple[sp.Expr, sp.Expr]:
        """The image of the hull as (low, high)."""
        ends = contraction(self.hull[0]), contraction(self.hull[1])
        return ends if contraction.orientation > 0 else (ends[1], ends[0])

    @cached_property
    def in_order(self) -> tuple[Contraction, ...]:
        """The maps by the place of their images."""
        return tuple(sorted(self.maps, key=lambda c: float(sum(self.image(c))) / 2))

    @cached_property
    def gaps(self) -> tuple[sp.Expr, ...]:
        """The distances between neighbouring images of the hull, negative where they overlap."""
        images = [self.image(contraction) for contraction in self.in_order]
        return tuple(sp.expand(after[0] - before[1]) for before, after in pairwise(images))

    @cached_property
    def touches_at_most(self) -> bool:
        """Do images of the hull share at most end points? Then the open set condition holds."""
        return len(self.maps) > 1 and all(proved(gap) >= 0 for gap in self.gaps)

    @cached_property
    def tiles(self) -> bool:
        """Do the images cover the hull, sharing at most end points?"""
        return len(self.maps) > 1 and all(proved(gap) == 0 for gap in self.gaps)

    @cached_property
    def is_symmetric(self) -> bool:
        """Is the set of maps its own mirror image about the middle of the hull? Then so is the law."""
        total = neat(sum(self.hull))
        mirrored = {(c.slope, neat(total * (1 - c.slope) - c.offset), c.probability) for c in self.maps}
        return mirrored == {(c.slope, neat(c.offset), c.probability) for c in self.maps}

    @property
    def common_slope(self) -> sp.Expr | None:
        """The slope that all maps share, or None."""
        slopes = {contraction.slope for contraction in self.maps}
        return slopes.pop() if len(slopes) == 1 else None

    @property
    def equal_weights(self) -> bool:
        return len({contraction.probability for contraction in self.maps}) == 1

    @cached_property
    def entropy(self) -> sp.Expr:
        """-sum p_i log p_i of one step, in nats."""
        if self.equal_weights:
            return sp.log(len(self.maps))
        return sp.Add(*(-c.probability * sp.log(c.probability) for c in self.maps))

    @cached_property
    def contraction_rate(self) -> sp.Expr:
        """-E log|M|, positive."""
        if len({abs(c.slope) for c in self.maps}) == 1:
            return sp.log(1 / abs(self.maps[0].slope))
        return sp.Add(*(-c.probability * sp.log(abs(c.slope)) for c in self.maps))

    @property
    def free_symbols(self) -> set[sp.Symbol]:
        return set().union(*(c.probability.free_symbols for c in self.maps))


def index_of(images: list[list[float]], choose: Callable[[list[float]], float], end: int) -> int:
    places = [image[end] for image in images]
    return places.index(choose(places))


def solved_ends(first: Contraction, last: Contraction) -> tuple[sp.Expr, sp.Expr]:
    """low and high where the first map carries an end of the hull to low, and the last one an end to high."""
    low, high = sp.symbols("low high")
    at_low, at_high = (low if first.orientation > 0 else high), (high if last.orientation > 0 else low)
    found = sp.linsolve([first(at_low) - low, last(at_high) - high], low, high)
    ((low_end, high_end),) = found
    return neat(low_end), neat(high_end)


def proved(number: sp.Expr) -> int:
    """The proved sign of a number."""
    sign = proved_sign(number)
    if sign is None:
        raise Inconclusive(f"the sign of {number} is not decided")
    return sign
