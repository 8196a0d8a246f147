"""The image of a piecewise polynomial under the kernel as a polynomial on a short interval, with all errors inside."""

from __future__ import annotations

from fractions import Fraction

from flint import arb, arb_poly, arb_series

from ...balls.precision import ball
from ...numerics.power_series import series_length
from .blocks import Block, End, Layout, layout
from .cells import Function, Mesh, value_at
from .kernel import Kernel, Term
from .models import rest_of_exponential, size_of, without_constant
from .primitives import antiderivatives, constant_ladder, falling, power
from .scaled import scaled_image

Goal = tuple[Fraction | None, Fraction | None]


class Image:
    """w -> sum over moves of probability E[v(w'); w' in the region], w' = clip(m(w) + x); plus stay v(w) and jumps.

    With `goal` (and no function): P(w' in the goal) for the moves, jumps included.
    """

    def __init__(
        self, mesh: Mesh, kernel: Kernel, function: Function | None, terms: int, goal: Goal | None = None
    ) -> None:
        self.mesh, self.kernel, self.function, self.terms = mesh, kernel, function, terms
        self.layouts = [layout(move, mesh, goal) for move in kernel.moves]
        self.known: dict[tuple[int, int], list[arb_poly]] = {}
        self.constant = arb(0)
        for probability, place in kernel.jumps:
            if goal is not None:
                self.constant += probability * int(holds(goal, place))
            elif mesh.holds(place) and function is not None:
                self.constant += probability * value_at(mesh, function, place)

    def on(self, low: Fraction, high: Fraction, index: int) -> arb_poly:
        """A polynomial in x that holds the image at middle + x for all |x| <= half; the interval is in that cell."""
        total = arb_poly([self.constant])
        if self.function is not None:
            local = self.mesh.cells[index].local_model(arb_poly([ball((low + high) / 2), 1]))
            total += self.kernel.stay * self.function[index](local)
        for each in self.layouts:
            total += each.move.probability * self.of_move(each, low, high)
        return total

    def of_move(self, each: Layout, low: Fraction, high: Fraction) -> arb_poly:
        """One move: the formula of the gap in the middle; where m crosses a break, what changes there is an error."""
        half = ball((high - low) / 2)
        if each.move.scale is not None:
            return scaled_image(self, each, low, high)
        model = each.move.drift.model(ball((low + high) / 2), half)
        least, most = each.move.drift.reach(low, high)
        gap = each.gap_of(model[0])
        gaps = each.touched(least, most) if each.move.density.is_point else each.gaps(least, most)
        formula = self.in_gap(each, gap, model, half)
        crossed = [(k, most - each.breaks[k]) for k in range(gap, gaps[-1])]
        crossed += [(k, each.breaks[k] - least) for k in range(gaps[0], gap)]
        changes = (self.change(each, k, beyond) for k, beyond in crossed if not self.is_closed(each, gap, k, beyond))
        error = sum(changes, start=arb(0))
        return formula + arb(0, error.upper())

    def is_closed(self, each: Layout, gap: int, number: int, beyond: Fraction) -> bool:
        """Does m come from inside to an end of the region, and no further? The end belongs to the region."""
        ends = self.mesh.low, self.mesh.high
        return (
            beyond == 0 and each.breaks[number] in ends and each.block_at(gap) is not None and self.function is not None
        )

    def change(self, each: Layout, number: int, beyond: Fraction) -> arb:
        """A bound of the difference of the formulas on both sides of a break, for m within `beyond` of it."""
        model, half = arb_poly([ball(each.breaks[number]), 1]), ball(beyond)
        return size_of(self.in_gap(each, number + 1, model, half) - self.in_gap(each, number, model, half), half)

    def landing(self, each: Layout, gap: int, model: arb_poly) -> arb_poly:
        """w' = m for certain."""
        block = each.block_at(gap)
        if block is None:
            return arb_poly([0])
        if block.cell is None:
            return arb_poly([1 if block.place is None else value_at(self.mesh, self.function or (), block.place)])
        assert self.function is not None
        return self.function[block.cell](self.mesh.cells[block.cell].local_model(model))

    def in_gap(self, each: Layout, gap: int, model: arb_poly, half: arb) -> arb_poly:
        if each.move.density.is_point:
            return self.landing(each, gap, model)
        start, step = model[0], without_constant(model)
        fixed: dict[int, tuple[Term, arb_poly]] = {}
        total = arb_poly([0])
        for part, block, low, high in each.sections(gap):
            for term in part.terms:
                for end, side in ((high, 1), (low, -1)):
                    if end is None:
                        continue
                    if end.kink is not None:
                        total += side * term.factor * self.at_kink(end.kink, term, block, model)
                    else:
                        before = fixed.get(id(term), (term, arb_poly([0])))[1]
                        fixed[id(term)] = term, before + side * self.at_place(end, term, block, start)
        for term, poly in fixed.values():
            total += term.factor * self.carried(term, poly(step), step, half)
        return total

    def at_place(self, end: End, term: Term, block: Block, start: arb) -> arb_poly:
        """exp(-r (t - m0)) sum_j weight_j (t - m0 - mu)^(l-j) R_j(t), a polynomial in mu = m - m0."""
        assert end.place is not None
        x = ball(end.place) - start
        reach, total = arb_poly([x, -1]), arb_poly([0])
        for exponent, number in self.numbers(term, block, end.place):
            total += number * power(reach, exponent)
        return total if term.rate is None else total * (-term.rate * x).exp()

    def numbers(self, term: Term, block: Block, place: Fraction) -> list[tuple[int, arb]]:
        """(l - j, weight_j R_j) at an end of the block."""
        if block.cell is None:
            return self.constant_numbers(term, block)
        side = arb(1) if place == block.high else arb(-1)
        return [(term.power - j, falling(term.power, j) * r(side)) for j, r in enumerate(self.ladder(term, block.cell))]

    def constant_numbers(self, term: Term, block: Block) -> list[tuple[int, arb]]:
        value = arb(1) if block.place is None else value_at(self.mesh, self.function or (), block.place)
        if term.rate is None:
            return [(term.power + 1, value / (term.power + 1))]
        return [(term.power - j, falling(term.power, j) * r * value) for j, r in enumerate(constant_ladder(term))]

    def at_kink(self, kink: Fraction, term: Term, block: Block, model: arb_poly) -> arb_poly:
        """The bracket at y = m + kink, a polynomial in x."""
        x = ball(kink)
        weight = arb(1) if term.rate is None else (-term.rate * x).exp()
        if block.cell is None:
            return arb_poly(
                [sum((n * power(x, e) for e, n in self.constant_numbers(term, block)), start=arb(0)) * weight]
            )
        local = self.mesh.cells[block.cell].local_model(model + x)
        total = arb_poly([0])
        for j, r in enumerate(self.ladder(term, block.cell)):
            total += falling(term.power, j) * power(x, term.power - j) * r(local)
        return weight * total

    def ladder(self, term: Term, index: int) -> list[arb_poly]:
        key = (id(term), index)
        if key not in self.known:
            assert self.function is not None
            self.known[key] = antiderivatives(self.function[index], self.mesh.cells[index], term)
        return self.known[key]

    def carried(self, term: Term, poly: arb_poly, step: arb_poly, half: arb) -> arb_poly:
        """poly exp(r mu): the series of the exponential, its rest as an error."""
        if term.rate is None:
            return poly
        exponent = term.rate * step
        with series_length(self.terms):
            series = arb_series(list(exponent.coeffs())).exp()
        rest = rest_of_exponential(exponent, half, self.terms)
        return poly * (arb_poly(list(series.coeffs())) + arb(0, rest.upper()))


def holds(goal: Goal, place: Fraction) -> bool:
    return (goal[0] is None or goal[0] <= place) and (goal[1] is None or place <= goal[1])
