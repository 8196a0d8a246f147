"""Walks with uniform steps: survival in rational numbers, mean times from the delay equation.

P(tau > n + 1 | w) = stay P(tau > n | w) + sum over strides of probability/width times the integral of P(tau > n | .) over
[w + low, w + high] inside the region: a polynomial on every piece between finitely many places.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import comb

import sympy as sp

from ..effort import Effort
from ..numerics.delay_times import renewals, symmetric_time
from ..numerics.kinked_steps import Steps, Stride

MOST_PIECES = 400
Polynomial = tuple[Fraction, ...]
"""Coefficients of 1, w, w^2, ..."""


@dataclass(frozen=True)
class UniformStride:
    """w' is uniform on [w + low, w + high] with this probability."""

    probability: Fraction
    low: Fraction
    high: Fraction


@dataclass(frozen=True)
class UniformWalk:
    strides: tuple[UniformStride, ...]
    stay: Fraction


@dataclass(frozen=True)
class Pieces:
    """A function that is a polynomial between neighbouring `places` and 0 outside."""

    places: tuple[Fraction, ...]
    polynomials: tuple[Polynomial, ...]

    def at(self, place: Fraction) -> Fraction:
        index = min(max(bisect_right(self.places, place) - 1, 0), len(self.polynomials) - 1)
        return value(self.polynomials[index], place)

    def primitive(self) -> tuple[list[Polynomial], Fraction]:
        """The integral from the left end on every piece, and over all."""
        found, total = [], Fraction(0)
        for (low, high), polynomial in zip(pairwise(self.places), self.polynomials, strict=True):
            raised = (Fraction(0), *(c / (k + 1) for k, c in enumerate(polynomial)))
            raised = (total - value(raised, low), *raised[1:])
            found.append(raised)
            total = value(raised, high)
        return found, total


def value(polynomial: Polynomial, place: Fraction) -> Fraction:
    total = Fraction(0)
    for coefficient in reversed(polynomial):
        total = total * place + coefficient
    return total


def shifted(polynomial: Polynomial, shift: Fraction) -> Polynomial:
    """p(w + shift)."""
    found = [Fraction(0)] * len(polynomial)
    for k, coefficient in enumerate(polynomial):
        for j in range(k + 1):
            found[j] += coefficient * comb(k, j) * shift ** (k - j)
    return tuple(found)


def combined(parts: list[tuple[Fraction, Polynomial]]) -> Polynomial:
    """sum of factor * polynomial."""
    size = max((len(polynomial) for _, polynomial in parts), default=1)
    found = [Fraction(0)] * size
    for factor, polynomial in parts:
        for k, coefficient in enumerate(polynomial):
            found[k] += factor * coefficient
    return tuple(found)


def survivals(walk: UniformWalk, low: Fraction, high: Fraction, effort: Effort) -> Iterator[Pieces]:
    """w -> P(tau > n | w) for n = 0, 1, 2, ...; ends where there are too many pieces."""
    function = Pieces((low, high), ((Fraction(1),),))
    while len(function.polynomials) <= MOST_PIECES:
        effort.check()
        yield function
        function = after_step(walk, function)


def after_step(walk: UniformWalk, before: Pieces) -> Pieces:
    low, high = before.places[0], before.places[-1]
    moved = {place - end for place in before.places for s in walk.strides for end in (s.low, s.high)}
    kept = before.places if walk.stay else (low, high)
    places = tuple(sorted({*kept, *(place for place in moved if low < place < high)}))
    primitive, total = before.primitive()

    def integral(middle: Fraction, shift: Fraction) -> Polynomial:
        """The integral up to w + shift as a polynomial in w, near `middle`."""
        at = middle + shift
        if at <= low:
            return (Fraction(0),)
        if at >= high:
            return (total,)
        return shifted(primitive[bisect_right(before.places, at) - 1], shift)

    found = []
    for left, right in pairwise(places):
        middle = (left + right) / 2
        parts = [(walk.stay, before.polynomials[bisect_right(before.places, middle) - 1])] if walk.stay else []
        for stride in walk.strides:
            weight = stride.probability / (stride.high - stride.low)
            parts += [(weight, integral(middle, stride.high)), (-weight, integral(middle, stride.low))]
        found.append(combined(parts))
    return Pieces(places, tuple(found))


def mean_time(walk: UniformWalk, low: Fraction, high: Fraction, start: Fraction) -> sp.Expr | None:
    """For one stride: steps to one side only; or symmetric ones in a region of at most two of their half-widths."""
    if len(walk.strides) != 1 or walk.stay:
        return None
    (stride,) = walk.strides
    if stride.low == 0:
        return renewals((high - start) / stride.high)
    if stride.high == 0:
        return renewals((start - low) / -stride.low)
    if stride.low != -stride.high or high - low > 2 * stride.high:
        return None
    return symmetric_time(stride.high, high - low, min(start - low, high - start))


def uniform_walk(steps: Steps) -> UniformWalk | None:
    """The steps as such a walk with rational numbers, or None."""
    strides = [uniform_stride(stride, steps.state) for stride in steps.strides]
    stay = sp.Add(*(jump.probability for jump in steps.jumps))
    if None in strides or any(jump.target != steps.state for jump in steps.jumps) or not stay.is_Rational:
        return None
    return UniformWalk(tuple(s for s in strides if s is not None), Fraction(int(stay.p), int(stay.q)))


def uniform_stride(stride: Stride, state: sp.Symbol) -> UniformStride | None:
    shift = sp.expand(stride.drift - state)
    if len(stride.pieces) != 1 or stride.scale != 1 or stride.floor != -sp.oo or stride.ceiling != sp.oo:
        return None
    (piece,) = stride.pieces
    if len(piece.terms) != 1 or piece.terms[0].power or piece.terms[0].rate != 0:
        return None
    numbers = stride.probability, shift + piece.low, shift + piece.high
    if not all(entry.is_Rational for entry in numbers):
        return None
    return UniformStride(*(Fraction(int(entry.p), int(entry.q)) for entry in numbers))
