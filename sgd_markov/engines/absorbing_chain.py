"""Mean times, hitting probabilities and survival of a finite chain that stops: exact, or certified in balls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import sympy as sp
from flint import arb, fmpq

from ..answer.enclosure import Enclosure
from ..answer.number import Number
from ..balls.adaptive import refine
from ..balls.evaluate import evaluate
from ..balls.precision import precision
from ..effort import Effort
from ..errors import Inconclusive
from ..numerics.absorption import absorbed, one_step, reaching
from ..numerics.closed_classes import closed_classes
from ..numerics.exact_matrix import flint_rational
from ..numerics.matrix_steps import LARGEST, last_above, stays
from ..numerics.residual_certificate import certified_solution

Rows = Sequence[dict[int, sp.Expr]]
EXACT_STATES, NARROW_STATES, SYMBOLIC_STATES, CERTIFIED_STATES = 200, 2000, 40, 100
"""Up to so many states are eliminated in rational numbers; if they have two neighbours at most; with symbols in the
probabilities. From so many states on, floating-point solutions are certified before balls are eliminated."""
EXACT_TERMS, BALL_TERMS, QUICK_STEPS = 40_000, 4_000_000, 2000
"""Up to so many products (steps times transitions) are summed in rational numbers, in balls; from so many steps on the
matrix is squared where it is small."""
WRITTEN_BITS, SMALLEST = 8192, 1 << 18
"""Longer rational numbers are not written out, nor probabilities below 2 to the minus this."""


@dataclass(frozen=True)
class AbsorbingChain:
    """`rows[i]`: {j: P(i -> j)} between the states that do not stop; `ends[i]`: {label: P(i -> a stop so labelled)}."""

    rows: Rows
    ends: Sequence[dict[str, sp.Expr]]
    start: int = 0

    @cached_property
    def stopping(self) -> set[int]:
        """The states from which a stop can be reached."""
        return reaching(self.rows, {i for i, end in enumerate(self.ends) if end})

    @cached_property
    def followers(self) -> set[int]:
        """The states that can be reached from the start."""
        seen, waiting = {self.start}, [self.start]
        while waiting:
            for j in self.rows[waiting.pop()]:
                if j not in seen:
                    seen.add(j)
                    waiting.append(j)
        return seen

    @cached_property
    def trap(self) -> list[int] | None:
        """A closed class that the start can reach and that never stops; None where there is none."""
        for members in closed_classes([list(row) for row in self.rows]):
            if members[0] in self.followers and members[0] not in self.stopping:
                return members
        return None

    def mean_time(self, effort: Effort) -> Number:
        """The mean number of steps until the stop from the start, where there is no trap."""
        leaving = [sp.Add(*end.values()) for end in self.ends]
        return self.solved(self.followers, leaving, [sp.Integer(1)] * len(self.rows), effort, "the mean time")

    def chance(self, label: str, effort: Effort) -> Number:
        """P(the chain stops with the label): the least solution, so that traps count as failures."""
        gains = [end.get(label, sp.Integer(0)) for end in self.ends]
        goal = reaching(self.rows, {i for i, gain in enumerate(gains) if gain != 0})
        if self.start not in goal:
            return Number(sp.Integer(0), Enclosure.point(0))
        kept = self.followers & goal
        leaving = [self.lost(i, kept) for i in range(len(self.rows))]
        if not any(leaving[i] - gains[i] != 0 for i in kept):
            return Number(sp.Integer(1), Enclosure.point(1))
        return self.solved(kept, leaving, gains, effort, "the probability")

    def lost(self, i: int, kept: set[int]) -> sp.Expr:
        """P(a step from i leads out of `kept`)."""
        return sp.Add(*self.ends[i].values(), *(p for j, p in self.rows[i].items() if j not in kept))

    def solved(
        self, kept: set[int], leaving: list[sp.Expr], gains: list[sp.Expr], effort: Effort, what: str
    ) -> Number:
        """h(start) for h = gains + Q h on the states `kept`."""
        order = sorted(kept)
        place = {state: i for i, state in enumerate(order)}
        rows = [{place[j]: p for j, p in self.rows[i].items() if j in kept} for i in order]
        out, gained = [leaving[i] for i in order], [gains[i] for i in order]

        def solve(convert: Callable[[sp.Expr], Any]) -> Any:
            inner = [{j: convert(p) for j, p in row.items()} for row in rows]
            return absorbed(inner, [convert(p) for p in out], [convert(p) for p in gained], place[self.start], effort)

        entries = [p for row in rows for p in row.values()] + out + gained
        symbols = sorted({s for p in entries for s in p.free_symbols}, key=str)
        if symbols:
            return Number(in_symbols(solve, entries, symbols, len(rows)), None)
        if all(p.is_Rational for p in entries) and is_cheap(rows):
            return rational_number(solve(flint_rational))
        if len(rows) > CERTIFIED_STATES:
            found = certified_solution(rows, gained, place[self.start], effort)
            if found is not None and found.reaches(effort.digits):
                return Number(None, found)
        return Number(None, refine(lambda: solve(evaluate), effort, what))

    # ---- after so many steps

    def survival(self, steps: int, effort: Effort) -> Number:
        """P(no stop in the first `steps` steps)."""
        transitions = sum(map(len, self.rows)) or 1
        entries = [p for row in self.rows for p in row.values()]
        if any(p.free_symbols for p in entries):
            if steps * transitions > EXACT_TERMS // 40:
                raise Inconclusive("a formula of so many steps with symbols is too long: give them values")
            return Number(sp.factor(sum(self.after(steps, sp.expand, effort).values(), start=sp.Integer(0))), None)
        if all(p.is_Rational for p in entries) and steps * transitions <= EXACT_TERMS:
            return rational_number(sum(self.after(steps, flint_rational, effort).values(), start=fmpq(0)))
        if steps > QUICK_STEPS and len(self.rows) <= LARGEST:
            self.require_size(steps, effort)
            return Number(None, refine(lambda: stays(self.rows, self.start, steps, effort), effort, "survival"))
        if steps * transitions > BALL_TERMS:
            raise Inconclusive(f"{steps} steps of {len(self.rows)} states are too many to follow one by one")
        return Number(None, refine(lambda: sum(self.after(steps, evaluate, effort).values(), start=arb(0)), effort, "survival"))

    def require_size(self, steps: int, effort: Effort) -> None:
        """Refuse probabilities too small to be written out."""
        with precision(128):
            if stays(self.rows, self.start, steps, effort) < arb(2) ** -SMALLEST:
                raise Inconclusive(f"survival is below 2^-{SMALLEST}", Enclosure(Fraction(0), Fraction(1, 2**SMALLEST)))

    def after(self, steps: int, convert: Callable[[sp.Expr], Any], effort: Effort) -> dict[int, Any]:
        """The masses of the states after so many steps without a stop."""
        rows = [{j: convert(p) for j, p in row.items()} for row in self.rows]
        masses = {self.start: convert(sp.Integer(1))}
        for _ in range(steps):
            effort.check()
            masses = one_step(masses, rows)
        return masses

    def quantile(self, level: sp.Expr, effort: Effort) -> int:
        """The smallest n with P(stop within n steps) >= level; P(a stop at all) > level has been checked."""
        if level.is_Rational and all(p.is_Rational for row in self.rows for p in row.values()):
            found = self.steps_until(fmpq(1) - flint_rational(level), flint_rational, fmpq(1), EXACT_TERMS, effort)
            if found is not None:
                return found
        return self.quantile_by_balls(level, effort)

    def quantile_by_balls(self, level: sp.Expr, effort: Effort) -> int:
        for bits in (192, 768):
            with precision(bits):
                try:
                    found = self.quantile_in_balls(1 - evaluate(level), effort)
                except Undecided:
                    continue
            if found is None:
                raise Inconclusive("the quantile lies beyond the number of steps that can be followed")
            return found
        raise Inconclusive("whether the level is reached exactly is not decided")

    def quantile_in_balls(self, rest: arb, effort: Effort) -> int | None:
        """By squares of the matrix where it is small, else step by step."""
        if len(self.rows) > LARGEST or not rest < 1:
            return self.steps_until(rest, evaluate, arb(1), BALL_TERMS, effort)
        last = last_above(self.rows, self.start, rest, effort)
        if last is None:
            raise Undecided
        return last + 1

    def steps_until(
        self, rest: Any, convert: Callable[[sp.Expr], Any], one: Any, terms: int, effort: Effort
    ) -> int | None:
        """The first n with P(no stop in n steps) <= rest; None past the limit of terms."""
        rows = [{j: convert(p) for j, p in row.items()} for row in self.rows]
        masses, count, used = {self.start: one}, 0, 0
        while not at_most(sum(masses.values(), start=0 * one), rest):
            effort.check()
            used += sum(len(rows[i]) for i in masses) + 1
            if used > terms:
                return None
            masses, count = one_step(masses, rows), count + 1
        return count


class Undecided(Exception):
    """Two balls that are not told apart."""


def at_most(value: Any, bound: Any) -> bool:
    """value <= bound, proved or disproved."""
    if value <= bound:
        return True
    if value > bound:
        return False
    raise Undecided


def is_cheap(rows: Rows) -> bool:
    """Is elimination in rational numbers quick: few states, or nearly a line of them?"""
    return len(rows) <= EXACT_STATES or (len(rows) <= NARROW_STATES and all(len(row) <= 3 for row in rows))


def rational_number(value: fmpq) -> Number:
    """The number, written out where it is not too long."""
    found = Fraction(int(value.p), int(value.q))
    short = found.numerator.bit_length() + found.denominator.bit_length() <= WRITTEN_BITS
    return Number(sp.Rational(found.numerator, found.denominator) if short else None, Enclosure.point(found))


def in_symbols(solve: Callable[[Any], Any], entries: list[sp.Expr], symbols: list[sp.Symbol], states: int) -> sp.Expr:
    """The rational function of the symbols."""
    if states > SYMBOLIC_STATES:
        raise Inconclusive(f"{states} states with symbols in the probabilities are too many: give them values")
    field = sp.QQ.frac_field(*symbols)
    try:
        known = {p: field.from_sympy(p) for p in entries}
    except (ValueError, sp.CoercionFailed):  # roots, logarithms
        raise Inconclusive("the probabilities are no rational functions of the symbols: give them values") from None
    return sp.factor(field.to_sympy(solve(known.__getitem__)))

