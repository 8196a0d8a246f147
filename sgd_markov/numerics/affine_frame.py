"""A chain brought to standard form by an affine change of the state, so that symbols of shift and scale stand outside."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..answer.answer import Hypothesis
from ..balls.adaptive import proved_sign
from ..chain.mixture import Component
from ..errors import InvalidInput
from ..laws.signs import sign
from .contractions import MOST_MAPS, Contraction, Contractions
from .neat import neat


@dataclass(frozen=True)
class Frame:
    """w = origin + unit v, where v is the state in standard form; unit is not 0, and positive where that can be told."""

    origin: sp.Expr
    unit: sp.Expr

    def state(self, place: sp.Expr) -> sp.Expr:
        """The w at a v."""
        return neat(self.origin + self.unit * place)

    def place(self, at: sp.Expr) -> sp.Expr:
        """The v at a w, which grows with w; refused where it depends on symbols."""
        if sign(self.unit) != 1:
            self.require_numbers(self.unit)
        found = neat((at - self.origin) / self.unit)
        self.require_numbers(found)
        return found

    @property
    def hypotheses(self) -> tuple[Hypothesis, ...]:
        """|M| < 1, which was proved, and a unit that is not 0, which symbols leave open."""
        open_unit = self.unit.free_symbols and not self.unit.is_nonzero
        assumed = (Hypothesis(f"{self.unit} != 0", "assumed"),) if open_unit else ()
        return (Hypothesis("|M| < 1"), *assumed)

    def require_numbers(self, expr: sp.Expr) -> None:
        if expr.free_symbols:
            names = ", ".join(sorted(map(str, expr.free_symbols)))
            raise InvalidInput("values", f"free symbols {names}", f"numbers for {names}: the distribution function is numeric")


def vanishes(number: sp.Expr) -> bool:
    """Is the (neat) expression 0?"""
    return number == 0 or (not number.free_symbols and proved_sign(number) == 0)


def oriented(unit: sp.Expr) -> sp.Expr:
    """The unit or its negative, positive where that can be told."""
    known = sign(unit) if unit.free_symbols else proved_sign(unit)
    turned = unit.could_extract_minus_sign() if known is None else known < 0
    return -unit if turned else unit


@dataclass(frozen=True)
class StandardForm:
    """The maps of v, with the frame that carries them to those of w."""

    frame: Frame
    maps: Contractions

    @property
    def range(self) -> tuple[sp.Expr, sp.Expr]:
        """The hull of the attractor of w as (low, high)."""
        middle = neat(sum(self.ends) / 2)
        half = neat(sp.Abs(self.frame.unit) * (self.maps.hull[1] - self.maps.hull[0]) / 2)
        return middle - half, middle + half

    @property
    def ends(self) -> tuple[sp.Expr, sp.Expr]:
        """The images of the ends of the hull under the frame: in order where the unit is positive."""
        low, high = self.maps.hull
        return self.frame.state(low), self.frame.state(high)


AffineStep = tuple[sp.Expr, sp.Expr, sp.Expr]
"""(slope, offset, probability)"""


def finite_steps(components: tuple[Component, ...]) -> tuple[AffineStep, ...] | None:
    """The steps of a chain w' = M w + B from the joint law of (M, B); None where something continuous is drawn."""
    if len(components) > MOST_MAPS or any(component.laws for component in components):
        return None
    return tuple((c.values[0], sp.expand(c.values[1]), c.probability) for c in components if c.probability != 0)


def standard_form(steps: tuple[AffineStep, ...]) -> StandardForm | None:
    """Steps (slope, offset, probability) of w as contractions of v with numbers for slopes and offsets.

    The origin is the fixed point of the first map, and the unit makes the first other offset 1. None where a slope is
    not a number with 0 < |slope| < 1, where the ratios of the offsets depend on symbols, or with a common fixed point.
    """
    if not 2 <= len(steps) <= MOST_MAPS or any(slope.free_symbols for slope, _, _ in steps):
        return None
    if any(slope == 0 or proved_sign(1 - abs(slope)) != 1 for slope in {slope for slope, _, _ in steps}):
        return None
    slope, offset, _ = steps[0]
    origin = neat(offset / (1 - slope))
    moved = [neat(b - (offset if m == slope else (1 - m) * origin)) for m, b, _ in steps]
    other = next((b for b in moved if not vanishes(b)), None)
    if other is None:
        return None
    unit = oriented(other)
    offsets = [neat(b / unit) for b in moved]
    if any(b.free_symbols for b in offsets):
        return None
    maps = (Contraction(m, b, p) for (m, _, p), b in zip(steps, offsets, strict=True))
    return StandardForm(Frame(origin, unit), Contractions(tuple(maps)))
