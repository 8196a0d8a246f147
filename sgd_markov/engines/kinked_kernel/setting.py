"""A mesh with its kernel, ready to solve and to judge: everything at one precision."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cached_property, reduce
from itertools import pairwise

from flint import arb, arb_poly

from ...balls.evaluate import evaluate
from ...balls.precision import ball, dyadic
from ...effort import Effort
from ...errors import Inconclusive
from .blocks import layout
from .bordered import largest
from .cells import Function, Mesh, value_at
from .collocation import Equations
from .kernel import Kernel
from .meshes import leading_to
from .models import size_of
from .places import Place, neighbours
from .residual import Image

MOST_UNKNOWNS = 3200
MOST_COEFFICIENTS = 200
MOST_HALVINGS = 6
LOOSE = 8
"""A bound so many times a value is not worth narrowing."""

Interval = tuple[Fraction, Fraction, int]
"""(low, high, number of its cell)"""


class MeshesEnd(Inconclusive):
    """Finer meshes would not help."""


class MeshTooLarge(MeshesEnd):
    """Finer meshes would be larger still."""


class Setting:
    """The killed kernel K on the functions of a mesh."""

    def __init__(self, mesh: Mesh, kernel: Kernel, terms: int, aim: int, effort: Effort) -> None:
        if mesh.unknowns > MOST_UNKNOWNS:
            raise MeshTooLarge(f"the kinks of the solution need {mesh.unknowns} unknowns, more than {MOST_UNKNOWNS}")
        if max(cell.size for cell in mesh.cells) > MOST_COEFFICIENTS:
            raise MeshTooLarge(f"polynomials of more than {MOST_COEFFICIENTS} coefficients would be needed")
        self.mesh, self.kernel, self.terms, self.aim, self.effort = mesh, kernel, terms, aim, effort

    @cached_property
    def equations(self) -> Equations:
        return Equations(self.mesh, self.kernel, self.effort)

    @property
    def one(self) -> Function:
        return tuple(arb_poly([1]) for _ in self.mesh.cells)

    @cached_property
    def exit_time(self) -> Function:
        """About the solution of v = 1 + K v."""
        return self.solved([arb(1)] * self.mesh.unknowns)

    def solution(self, image: Image) -> Function:
        """About the solution of v = image + K v."""
        places = [dyadic(place.mid()) for _, _, place in self.equations.nodes]
        return self.solved([image.on(place, place, 0)[0].mid() for place in places])

    def solved(self, right: list[arb]) -> Function:
        try:
            return self.equations.function(self.equations.solved(right, self.tolerance))
        except ZeroDivisionError:
            raise Inconclusive("the equations of collocation are singular: perhaps the region is never left") from None

    @cached_property
    def tolerance(self) -> arb:
        """What values at nodes may be wrong by: coefficients of polynomials of degree n are wrong by 2.42^n times more."""
        longest = max(cell.size for cell in self.mesh.cells)
        return arb(10) ** (-self.aim - 8) / arb("2.5") ** longest

    # ---- bounds for all w

    @cached_property
    def intervals(self) -> list[Interval]:
        """The region cut at the ends of cells and where a formula of an image changes."""
        mesh = self.mesh
        cuts = set(mesh.ends)
        for move in self.kernel.moves:
            ends = layout(move, mesh).ends
            cuts |= {place for place in leading_to(move, ends, mesh.low, mesh.high) if mesh.low < place < mesh.high}
        places = sorted(cuts)
        return [(a, b, mesh.cell_at(a)) for a, b in pairwise(places)]

    def largest(self, difference: Callable[[Interval], arb_poly], enough: arb) -> arb:
        """A bound of |difference| on the whole region; intervals are halved where that brings it below `enough`."""
        return largest([self.bound(interval, difference, enough) for interval in self.intervals])

    def bound(self, interval: Interval, difference: Callable[[Interval], arb_poly], enough: arb, depth: int = 0) -> arb:
        self.effort.check()
        found = size_of(difference(interval), half_of(interval))
        if found < enough or depth >= MOST_HALVINGS or self.is_polynomial:
            return found
        if not self.sampled(interval, difference) * LOOSE < found:
            return found
        parts = [self.bound(part, difference, enough, depth + 1) for part in halves(interval)]
        return parts[0] if parts[0] > parts[1] else parts[1]

    def sampled(self, interval: Interval, difference: Callable[[Interval], arb_poly]) -> arb:
        """The largest of the values at three places: where the bound is near to it, halving gains nothing."""
        low, high, index = interval
        places = [low, (low + high) / 2, high]
        return largest([abs(difference((place, place, index))[0]).upper() for place in places])

    @cached_property
    def is_polynomial(self) -> bool:
        """Are the models of all drifts exact?"""
        return all(move.is_straight for move in self.kernel.moves)

    def image(self, function: Function) -> Image:
        return Image(self.mesh, self.kernel, function, self.terms)

    def on(self, function: Function, interval: Interval) -> arb_poly:
        """The function as a polynomial in x, w = middle of the interval + x."""
        low, high, index = interval
        return function[index](self.mesh.cells[index].local_model(arb_poly([ball((low + high) / 2), 1])))

    def defect(self, function: Function, source: Callable[[Interval], arb_poly], enough: arb) -> arb:
        """A bound of |v - source - K v| for all w."""
        image = self.image(function)
        return self.largest(lambda part: self.on(function, part) - source(part) - image.on(*part), enough)

    def least(self, function: Function) -> arb:
        """A lower bound of the function, which is meant to be positive."""
        return least_of([lower for part in self.intervals for lower in self.lower_bounds(function, part)])

    def lower_bounds(self, function: Function, interval: Interval, depth: int = 0) -> Iterator[arb]:
        poly = self.on(function, interval)
        rest = arb_poly([0, *list(poly.coeffs())[1:]])
        found = (poly[0] - size_of(rest, half_of(interval))).lower()
        if found > poly[0] / 2 or depth >= MOST_HALVINGS:
            yield found if found.is_finite() else arb.neg_inf()
        else:
            for part in halves(interval):
                yield from self.lower_bounds(function, part, depth + 1)

    def value(self, function: Function, place: Place) -> arb:
        """The function at a place of the region; next to an end of cells the hull of both sides."""
        if isinstance(place, Fraction):
            return value_at(self.mesh, function, place)
        at = evaluate(place)
        found = [function[i](self.mesh.cells[i].local(at)) for i in self.mesh.touching(*neighbours(place))]
        return reduce(lambda a, b: a.union(b), found)

    def size(self, function: Function) -> arb:
        """A bound of the function's absolute value."""
        return largest([size_of(poly, arb(1)) for poly in function])


def half_of(interval: Interval) -> arb:
    return ball((interval[1] - interval[0]) / 2)


def halves(interval: Interval) -> tuple[Interval, Interval]:
    low, high, index = interval
    middle = (low + high) / 2
    return (low, middle, index), (middle, high, index)


def least_of(bounds: list[arb]) -> arb:
    best = bounds[0]
    for bound in bounds[1:]:
        if bound < best:
            best = bound
    return best
