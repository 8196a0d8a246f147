"""The linear equations of a function that is a polynomial on each cell, at Chebyshev's nodes of every cell.

The unknowns are the values at the nodes. Nothing here has to be proved: what is found is judged afterwards for all w
(`residual`).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from math import comb

import numpy as np
from flint import arb, arb_mat, arb_poly

from ...balls.precision import ball, dyadic
from ...effort import Effort
from ...errors import Inconclusive
from .blocks import End, Layout, Section, cut, layout
from .bordered import Equation
from .cells import Cell, Function, Mesh
from .columns import Columns, Doubles
from .kernel import Kernel, Part, Term
from .primitives import brackets_of_monomials, constant_bracket, monomial_ladder, power

Rows = dict[int, list[arb]]
"""The rows that are not 0: number of the node -> one number for each monomial, later for each value in the cell."""


class Equations:
    """v(nodes) -> (K v)(nodes), by the values in each cell."""

    def __init__(self, mesh: Mesh, kernel: Kernel, effort: Effort) -> None:
        self.mesh, self.kernel, self.effort = mesh, kernel, effort
        self.layouts = [layout(move, mesh) for move in kernel.moves]
        self.ladders: dict[tuple[object, ...], list[list[arb]]] = {}
        self.interpolation = {size: to_coefficients(size) for size in {cell.size for cell in mesh.cells}}
        self.nodes = [(i, u, w) for i, cell in enumerate(mesh.cells) for u, w in nodes(cell)]
        self.columns = self.images()

    def images(self) -> list[Columns]:
        """(K v)(nodes) from the values of v in each cell."""
        whole: list[dict[tuple[int, int], dict[int, arb]]] = [{} for _ in self.mesh.cells]
        rows: list[Rows] = [{} for _ in self.mesh.cells]
        for number, (index, u, place) in enumerate(self.nodes):
            if number % 16 == 0:
                self.effort.check()
            self.points(rows, number, index, u)
            for i, each in enumerate(self.layouts):
                m = each.move.drift.at(place)
                if each.move.scale is not None:
                    self.add_scaled(rows, number, each, m, each.move.scale.at(place))
                    continue
                if each.move.density.is_point:
                    self.add_landing(rows, number, each, m)
                for section in each.sections(each.gap_of(m)):
                    if is_whole(section):
                        key = (i, each.move.density.parts.index(section[0]))
                        whole[section[1].cell or 0].setdefault(key, {})[number] = m
                    else:
                        self.add_section(rows, number, each, section, m)
        return [self.in_cell(k, *parts) for k, parts in enumerate(zip(whole, rows, strict=True))]

    def in_cell(self, index: int, whole: dict[tuple[int, int], dict[int, arb]], rows: Rows) -> Columns:
        """What the values in one cell contribute."""
        weights: list[list[arb]] = [[] for _ in self.nodes]
        moments: list[list[arb]] = []
        for (i, part), places in whole.items():
            each = self.layouts[i]
            moments += self.whole_cell(each, each.move.density.parts[part], index, places, weights)
        size = self.mesh.cells[index].size
        interpolation = self.interpolation[size]
        numbers = sorted(rows)
        single = arb_mat([rows[number] for number in numbers]) if numbers else arb_mat(0, size)
        if not moments:
            return Columns(arb_mat(len(self.nodes), 0), arb_mat(0, size), numbers, single * interpolation)
        return Columns(arb_mat(weights), arb_mat(moments) * interpolation, numbers, single * interpolation)

    def points(self, rows: list[Rows], number: int, index: int, u: arb) -> None:
        """Staying, and jumps."""
        if self.kernel.stay != 0:
            add(rows[index], number, monomials(u, self.mesh.cells[index].size), self.kernel.stay)
        for probability, goal in self.kernel.jumps:
            if self.mesh.holds(goal):
                self.add_value(rows, number, goal, probability)

    def add_value(self, rows: list[Rows], number: int, place: Fraction, weight: arb) -> None:
        index = self.mesh.cell_at(place)
        cell = self.mesh.cells[index]
        add(rows[index], number, monomials(cell.local(ball(place)), cell.size), weight)

    def add_landing(self, rows: list[Rows], number: int, each: Layout, m: arb) -> None:
        """w' = m for certain, clipped."""
        block = each.block_at(each.gap_of(m))
        if block is not None:
            self.add_value(rows, number, dyadic(m.mid()) if block.place is None else block.place, each.move.probability)

    def add_scaled(self, rows: list[Rows], number: int, each: Layout, m: arb, scale: arb) -> None:
        """With x times the scale in place of x, which has a density of the same kind."""
        if not scale > 0:
            raise Inconclusive("the scale of the noise is not positive at every state of the region")
        middle = dyadic(m.mid())
        for part in each.move.density.parts:
            wide = stretched(part, scale)
            for block in each.blocks:
                section = cut(wide, block, middle)
                if section is not None:
                    self.add_section(rows, number, each, section, m, kept=False)

    def add_section(
        self, rows: list[Rows], number: int, each: Layout, section: Section, m: arb, kept: bool = True
    ) -> None:
        part, block, low, high = section
        for end, side in ((high, each.move.probability), (low, -each.move.probability)):
            if end is None:
                continue
            x = offset(end, m)
            for term in part.terms:
                if block.cell is not None:
                    ladder = self.ladder(term, block.cell, end, m, kept)
                    add(rows[block.cell], number, brackets_of_monomials(x, ladder, term), side)
                elif block.place is not None:
                    self.add_value(rows, number, block.place, side * term.factor * constant_bracket(x, term))

    def ladder(self, term: Term, index: int, end: End, m: arb, kept: bool) -> list[list[arb]]:
        """At fixed ends the same for all cells of a width, and kept for terms that last."""
        cell = self.mesh.cells[index]
        if end.kink is not None:
            return monomial_ladder(cell.local(m + ball(end.kink)), cell, term)
        side = 1 if end.place == cell.high else -1
        if not kept:
            return monomial_ladder(arb(side), cell, term)
        key = (id(term), cell.half, cell.size, side)
        if key not in self.ladders:
            self.ladders[key] = monomial_ladder(arb(side), cell, term)
        return self.ladders[key]

    def whole_cell(
        self, each: Layout, part: Part, index: int, places: dict[int, arb], weights: list[list[arb]]
    ) -> list[list[arb]]:
        """The integrals over a cell inside one part of the density: x^l exp(-r x) separates, x = (centre - m) + half u."""
        cell = self.mesh.cells[index]
        moments: list[list[arb]] = []
        for term in part.terms:
            moments += whole_moments(cell, term)
            for number, row in enumerate(weights):
                none = [arb(0)] * (term.power + 1)
                row += self.factors(each, term, cell, places[number]) if number in places else none
        return moments

    def factors(self, each: Layout, term: Term, cell: Cell, m: arb) -> list[arb]:
        """probability factor binom(l, q) d^(l-q) exp(-r d), d = centre - m."""
        distance = cell.balls[0] - m
        weight = each.move.probability * term.factor
        if term.rate is not None:
            weight *= (-term.rate * distance).exp()
        return [weight * comb(term.power, q) * power(distance, term.power - q) for q in range(term.power + 1)]

    # ---- solving

    def solved(self, right: Sequence[arb], tolerance: arb) -> list[arb]:
        """About the v with v - K v = right at the nodes."""
        found = self.equation.solved(right, tolerance)
        if found is None:
            matrix = identity(self.mesh.unknowns) - self.matrix
            found = list(matrix.solve(column(right), algorithm="approx").entries())
        return found

    @cached_property
    def equation(self) -> Equation:
        return Equation(self.doubles, self.applied, self.effort)

    def applied(self, values: Sequence[arb]) -> list[arb]:
        """(K v)(nodes)."""
        total = arb_mat(len(values), 1)
        for part, a, b in zip(self.columns, self.mesh.offsets, self.mesh.offsets[1:], strict=False):
            total += part.applied(column(values[a:b]))
        return [entry.mid() for entry in total.entries()]

    @cached_property
    def matrix(self) -> arb_mat:
        parts = [part.matrix.tolist() for part in self.columns]
        return arb_mat([[entry for part in parts for entry in part[i]] for i in range(self.mesh.unknowns)])

    @cached_property
    def doubles(self) -> Doubles:
        return np.hstack([part.doubles for part in self.columns])

    def function(self, values: Sequence[arb]) -> Function:
        """The polynomials with these values at the nodes, their coefficients taken as exact numbers."""
        offsets, found = self.mesh.offsets, []
        for cell, a, b in zip(self.mesh.cells, offsets, offsets[1:], strict=False):
            coefficients = self.interpolation[cell.size] * column(values[a:b])
            found.append(arb_poly([entry.mid() for entry in coefficients.entries()]))
        return tuple(found)


def stretched(part: Part, scale: arb) -> Part:
    """About the density of scale x."""
    terms = tuple(
        Term(t.factor / power(scale, t.power + 1), t.power, None if t.rate is None else t.rate / scale)
        for t in part.terms
    )
    size = dyadic(scale.mid())
    return Part(None if part.low is None else part.low * size, None if part.high is None else part.high * size, terms)


def is_whole(section: Section) -> bool:
    """A cell with both ends fixed."""
    _, block, low, high = section
    return block.cell is not None and low is not None and high is not None and low.kink is None and high.kink is None


def add(rows: Rows, number: int, entries: list[arb], weight: arb) -> None:
    before = rows.get(number)
    added = [weight * entry for entry in entries]
    rows[number] = added if before is None else [a + b for a, b in zip(before, added, strict=True)]


def offset(end: End, m: arb) -> arb:
    """The x = y - m at the end."""
    if end.place is not None:
        return ball(end.place) - m
    assert end.kink is not None
    return ball(end.kink)


def whole_moments(cell: Cell, term: Term) -> list[list[arb]]:
    """Rows q = 0..l: half^(q+1) times the integral of u^(k+q) exp(-r half u) over [-1, 1], for all k < size."""
    half, longer = cell.balls[1], Cell(cell.low, cell.high, cell.size + term.power)
    plain = Term(arb(1), 0, term.rate)
    upper, lower = (
        brackets_of_monomials(side * half, monomial_ladder(arb(side), longer, plain), plain) for side in (1, -1)
    )
    integrals = [a - b for a, b in zip(upper, lower, strict=True)]
    return [[power(half, q) * integrals[k + q] for k in range(cell.size)] for q in range(term.power + 1)]


def to_coefficients(size: int) -> arb_mat:
    """The matrix from values at the nodes to coefficients."""
    values = arb_mat([monomials(u, size) for u in unit_nodes(size)])
    return values.solve(identity(size), algorithm="approx")


def identity(size: int) -> arb_mat:
    return arb_mat(size, size, [arb(int(i == j)) for i in range(size) for j in range(size)])


def column(values: Sequence[arb]) -> arb_mat:
    return arb_mat(len(values), 1, list(values))


def monomials(u: arb, size: int) -> list[arb]:
    found = [arb(1)]
    for _ in range(size - 1):
        found.append(found[-1] * u)
    return found


def unit_nodes(size: int) -> list[arb]:
    """Zeros of Chebyshev's polynomial, without error bounds."""
    return [(arb.pi() * (2 * k + 1) / (2 * size)).cos().mid() for k in range(size)]


def nodes(cell: Cell) -> list[tuple[arb, arb]]:
    """(u, w) at the nodes of the cell."""
    centre, half = cell.balls
    return [(u, centre + half * u) for u in unit_nodes(cell.size)]
