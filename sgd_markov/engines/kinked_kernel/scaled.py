"""The image under a move w' = clip(m(w) + g(w) x) whose scale g > 0 depends on the state, as a polynomial model.

In x, with y = m + g x, an integral of x^l exp(-r x) v(y) over x between two limits has the bracket

    exp(-r x) sum_j (-1)^j l!/(l-j)! x^(l-j) R_j,    R_j = S^(j+1) v,    S f the solution of W' - r W = f (d/dx = g d/dy),

as in `primitives`, with g for the width of a step: at x = kink the place y moves with w, at y = end the limit x does. Which
limits bound an integral is decided in the middle of the interval; what may be decided otherwise elsewhere is an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import comb
from typing import TYPE_CHECKING

from flint import arb, arb_poly

from ...balls.precision import ball, dyadic
from .blocks import Block, End, Layout, cut
from .cells import Cell, value_at
from .kernel import Move, Part, Term
from .models import Models, size_of, without_constant
from .primitives import falling, power

if TYPE_CHECKING:
    from .residual import Image

NOWHERE = Cell(Fraction(-1), Fraction(1), 1)
"""Stands for the cell of a constant."""


def scaled_image(image: Image, each: Layout, low: Fraction, high: Fraction) -> arb_poly:
    """A polynomial in x that holds the image at middle + x for all |x| <= half."""
    frame = frame_of(each.move, low, high, image.terms if low < high else 1)
    if not frame.narrowest > 0:
        return arb_poly([arb.nan()])
    found = Scaled(image, each, frame)
    return found.total + arb(0, found.error.upper())


def frame_of(move: Move, low: Fraction, high: Fraction, terms: int) -> Frame:
    """Kept with the move, for the images of other functions."""
    key = low, high, terms
    if key not in move.frames:
        assert move.scale is not None
        centre, models = ball((low + high) / 2), Models(ball((high - low) / 2), terms)
        drift, scale = (models.cut(m.model(centre, models.half)) for m in (move.drift, move.scale))
        move.frames[key] = Frame(low, high, models, drift, scale)
    found: Frame = move.frames[key]
    return found


@dataclass(frozen=True)
class Frame:
    """What does not depend on the function; `drift`, `scale`: models of m and g on the interval."""

    low: Fraction
    high: Fraction
    models: Models
    drift: arb_poly
    scale: arb_poly

    @cached_property
    def narrowest(self) -> arb:
        """A lower bound of g."""
        return (self.scale[0] - size_of(without_constant(self.scale), self.models.half)).lower()

    @cached_property
    def inverse(self) -> arb_poly:
        """1/g."""
        return self.models.inverse(self.scale)

    @cached_property
    def _powers(self) -> list[arb_poly]:
        return [arb_poly([1])]

    def powers(self, count: int) -> list[arb_poly]:
        """1, g, g^2, ..."""
        while len(self._powers) < count:
            self._powers.append(self.models.product(self._powers[-1], self.scale))
        return self._powers[:count]

    def limit(self, place: Fraction) -> arb_poly:
        """(place - m)/g."""
        if place not in self._limits:
            self._limits[place] = self.models.product(ball(place) - self.drift, self.inverse)
        return self._limits[place]

    def decay(self, place: Fraction, term: Term) -> arb_poly:
        """exp(-r (place - m)/g)."""
        key = place, id(term)
        if key not in self._decays:
            assert term.rate is not None
            self._decays[key] = self.models.exponential(-term.rate * self.limit(place))
        return self._decays[key]

    @cached_property
    def _limits(self) -> dict[Fraction, arb_poly]:
        return {}

    @cached_property
    def _decays(self) -> dict[tuple[Fraction, int], arb_poly]:
        return {}


@dataclass(frozen=True)
class Scaled:
    """The image of one function under one move, on the interval of the frame."""

    image: Image
    each: Layout
    frame: Frame

    @cached_property
    def total(self) -> arb_poly:
        middle, size = dyadic(self.frame.drift[0].mid()), dyadic(self.frame.scale[0].mid())
        total = arb_poly([0])
        for part in self.each.move.density.parts:
            low, high = (None if end is None else end * size for end in (part.low, part.high))
            wide = Part(low, high, ())
            for block in self.each.blocks:
                section = cut(wide, block, middle)
                if section is not None:
                    total += self.integral(part, block, section[2], section[3])
        return total

    def integral(self, part: Part, block: Block, low: End | None, high: End | None) -> arb_poly:
        total = arb_poly([0])
        for end, kink, side in ((high, part.high, 1), (low, part.low, -1)):
            if end is not None:
                for term in part.terms:
                    at = self.at_place(end.place, term, block) if end.kink is None else self.at_kink(kink, term, block)
                    total += side * term.factor * at
        return total

    def at_kink(self, kink: Fraction | None, term: Term, block: Block) -> arb_poly:
        """The bracket at x = kink, y = m + g kink."""
        assert kink is not None
        x = ball(kink)
        cell, poly = self.function(block)
        place = cell.local_model(self.frame.drift + self.frame.scale * x)
        ladder = self.ladder(poly, cell, place[0], without_constant(place), term)
        total = sum(
            (falling(term.power, j) * power(x, term.power - j) * r for j, r in enumerate(ladder)), start=arb_poly([0])
        )
        return total if term.rate is None else total * (-term.rate * x).exp()

    def at_place(self, place: Fraction | None, term: Term, block: Block) -> arb_poly:
        """The bracket at y = place, x = (place - m)/g."""
        assert place is not None
        models = self.frame.models
        cell, poly = self.function(block)
        x = self.frame.limit(place)
        ladder = self.fixed_ladder(poly, cell, cell.local(ball(place)), term)
        total = arb_poly([0])
        for j, r in enumerate(ladder):
            total += falling(term.power, j) * models.product(models.power(x, term.power - j), r)
        return total if term.rate is None else models.product(total, self.frame.decay(place, term))

    def function(self, block: Block) -> tuple[Cell, arb_poly]:
        """What is integrated over the block, as a polynomial in the u of a cell."""
        if block.cell is not None:
            assert self.image.function is not None
            return self.image.mesh.cells[block.cell], self.image.function[block.cell]
        value = arb(1) if block.place is None else value_at(self.image.mesh, self.image.function or (), block.place)
        return NOWHERE, arb_poly([value])

    def ladder(self, poly: arb_poly, cell: Cell, u: arb, step: arb_poly, term: Term) -> list[arb_poly]:
        """R_0, ..., R_l at the u + step of the cell."""
        if term.rate is None:
            return self.powers(poly, cell, u, step, term.power)
        shifted = list(poly(arb_poly([u, 1])).coeffs()) or [arb(0)]
        inverse, width = 1 / term.rate, self.frame.scale * (1 / cell.balls[1])
        row = [arb_poly([1])]
        for _ in range(len(shifted) - 1):
            row.append(self.frame.models.product(row[-1], step))
        found = []
        for _ in range(term.power + 1):
            last, above, row = arb_poly([0]), row, []
            for k in range(len(shifted)):
                last = (self.frame.models.product(last, width) * k - above[k]) * inverse
                row.append(last)
            found.append(sum((a * entry for a, entry in zip(shifted, row, strict=True)), start=arb_poly([0])))
        return found

    def fixed_ladder(self, poly: arb_poly, cell: Cell, u: arb, term: Term) -> list[arb_poly]:
        """R_0, ..., R_l at a place that does not move: (-1/r)^(j+1) sum_q binom(q + j, j) q! a_q (g/(h r))^q."""
        if term.rate is None:
            return self.powers(poly, cell, u, arb_poly([0]), term.power)
        width, weights, factor = 1 / (cell.balls[1] * term.rate), [], arb(1)
        for q, coefficient in enumerate(poly(arb_poly([u, 1])).coeffs()):
            weights.append(factor * coefficient)
            factor = factor * width * (q + 1)
        powers, found = self.frame.powers(len(weights)), []
        for j in range(term.power + 1):
            terms = (comb(q + j, j) * weight * g for q, (weight, g) in enumerate(zip(weights, powers, strict=True)))
            found.append(power(-1 / term.rate, j + 1) * sum(terms, start=arb_poly([0])))
        return found

    def powers(self, poly: arb_poly, cell: Cell, u: arb, step: arb_poly, most: int) -> list[arb_poly]:
        """The same for r = 0: repeated integrals in y, each divided by g."""
        found, weight = [], arb_poly([1])
        for _ in range(most + 1):
            poly, weight = cell.balls[1] * poly.integral(), self.frame.models.product(weight, self.frame.inverse)
            shifted = poly(arb_poly([u, 1]))
            found.append(self.frame.models.product(weight, self.composed(shifted, step)))
        return found

    def composed(self, poly: arb_poly, step: arb_poly) -> arb_poly:
        total = arb_poly([0])
        for coefficient in reversed(list(poly.coeffs())):
            total = self.frame.models.product(total, step) + coefficient
        return total

    # ---- limits that change places

    @cached_property
    def error(self) -> arb:
        """A limit that is chosen wrongly is wrong by |m + g kink - end|/g, where the kink passes the end."""
        passes = [
            (kink, end, self.passing(kink, end)) for kink in self.each.move.density.kinks for end in self.each.ends
        ]
        passes = [entry for entry in passes if entry[2] > 0]
        reach = sum((beyond for _, _, beyond in passes), start=arb(0)).upper()
        around = (reach / self.frame.narrowest).upper()
        total = arb(0)
        for kink, end, beyond in passes:
            total += beyond / self.frame.narrowest * self.density_near(kink, around) * self.values_near(end, reach)
        return total

    def passing(self, kink: Fraction, end: Fraction) -> arb:
        """How far m + g kink comes to the other side of the end than in the middle; 0 where it does not."""
        least, most = self.each.move.at_kink(kink).reach(self.frame.low, self.frame.high)
        middle = dyadic(self.frame.drift[0].mid()) + dyadic(self.frame.scale[0].mid()) * kink
        return ball(max(most - end if middle < end else end - least, Fraction(0)))

    def density_near(self, kink: Fraction, around: arb) -> arb:
        """A bound of the densities on both sides of the kink, carried on beyond it."""
        x, total = ball(kink) + arb(0, around), arb(0)
        for part in self.each.move.density.parts:
            if kink in (part.low, part.high):
                for term in part.terms:
                    weight = arb(1) if term.rate is None else (-term.rate * x).exp()
                    total += abs(term.factor * power(x, term.power) * weight)
        return total

    def values_near(self, end: Fraction, around: arb) -> arb:
        """A bound of the function on both sides of the end, carried on beyond it."""
        y, total = ball(end) + arb(0, around), arb(0)
        for block in self.each.blocks:
            if end in (block.low, block.high):
                cell, poly = self.function(block)
                total += abs(poly(cell.local(y)))
        return total
