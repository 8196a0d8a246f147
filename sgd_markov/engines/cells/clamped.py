"""Maps with barriers around them, Max(a, Min(b, g)): the images of g cut off, so that barriers are held exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from math import lcm

import numpy as np
import sympy as sp

from ...numerics.finite_family import FiniteFamily
from .grid import Floats, Indices
from .layout import neighbours
from .slopes import SmoothTable

MOST = 2**40
"""Units in which the barriers are whole are used up to this."""


@dataclass(frozen=True)
class Barrier:
    """Max(a, .) where `floor`, else Min(a, .), with a in [below, above]."""

    floor: bool
    below: float
    above: float

    def cut(self, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        choose = np.maximum if self.floor else np.minimum
        return choose(low, self.below), choose(high, self.above)


@dataclass(frozen=True)
class Clamped:
    """A map without its outermost barriers, and these from the inside out."""

    inner: sp.Expr
    barriers: tuple[Barrier, ...]

    @classmethod
    def of(cls, formula: sp.Expr) -> Clamped:
        """Split the barriers off.

        >>> w = sp.Symbol("w", real=True)
        >>> Clamped.of(sp.Max(-1, sp.Min(2, 3 * w))).inner
        3*w
        """
        barriers: list[Barrier] = []
        inner = formula
        for kind, number, inside in peeled(formula):
            barriers.insert(0, Barrier(kind is sp.Max, *neighbours(number)))
            inner = inside
        return cls(inner, tuple(barriers))

    def cut(self, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        """[low, high] behind the barriers."""
        for barrier in self.barriers:
            low, high = barrier.cut(low, high)
        return low, high

    def images(self, table: SmoothTable, low: Floats, high: Floats, block: Indices) -> tuple[Floats, Floats]:
        """Enclosures of the map on [low, high], interval by interval."""
        return self.cut(*table.images(low, high, block))

    def slopes(self, table: SmoothTable, low: Floats, high: Floats, block: Indices) -> tuple[Floats, Floats]:
        """Bounds of the derivative on [low, high] wherever there is one; infinite where none is known.

        An interval that no barrier meets has the slopes of the inner map, one that is cut off to a point the slope 0,
        another the slopes of both.
        """
        least, most = table.slopes(low, high, block)
        plain = table.images(low, high, block)
        ends = self.cut(*plain)
        cut = (ends[0] != plain[0]) | (ends[1] != plain[1])
        flat = cut & (ends[0] == ends[1])
        least, most = np.where(cut, np.minimum(least, 0.0), least), np.where(cut, np.maximum(most, 0.0), most)
        return np.where(flat, 0.0, least), np.where(flat, 0.0, most)


def peeled(formula: sp.Expr) -> Iterator[tuple[type, sp.Expr, sp.Expr]]:
    """(Max or Min, its number, what stands inside) for every barrier, from the outside in."""
    while isinstance(formula, sp.Max | sp.Min):
        numbers = [part for part in formula.args if part.is_number]
        others = [part for part in formula.args if not part.is_number]
        if not numbers or not others:
            return
        kind = type(formula)
        formula = kind(*others)
        yield kind, kind(*numbers), formula


def whole_barriers(family: FiniteFamily) -> tuple[FiniteFamily, int]:
    """The family in a unit in which its rational barriers are whole numbers, and the factor of the states."""
    places = [number for formula in family.maps for _, number, _ in peeled(formula)]
    factor = reduce(lcm, (int(place.q) for place in places if place.is_Rational), 1)
    if factor == 1 or factor > MOST:
        return family, 1
    w = family.symbol
    return FiniteFamily(w, family.weights, tuple(scaled(formula, w, factor) for formula in family.maps)), factor


def scaled(formula: sp.Expr, w: sp.Symbol, factor: int) -> sp.Expr:
    """factor f(w / factor), with the factor inside the barriers.

    >>> w = sp.Symbol("w", real=True)
    >>> scaled(sp.Max(sp.Rational(1, 3), w**2), w, 3)
    Max(1, w**2/3)
    """
    if isinstance(formula, sp.Max | sp.Min):
        return formula.func(*(scaled(part, w, factor) for part in formula.args))
    return sp.expand_mul(factor * formula.subs(w, w / factor))
