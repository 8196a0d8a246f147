"""The step that states the stationary law of a finite chain: pi P = pi."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sympy as sp
from flint import arb, fmpq

from ..answer.text import expression_latex, expression_text
from ..balls.evaluate import evaluate
from ..balls.precision import precision
from ..effort import Effort
from ..numerics.state_reduction import stationary_vector
from .radicals import is_zero
from .step import Step

SHOWN = 6
"""Matrices up to this size are printed; of larger ones only the equation."""
BITS, NARROW = (256, 1024, 4096), 100
"""Working precisions of the balls, one after the other, and the relative bits that their masses must keep."""


@dataclass(frozen=True)
class Balance(Step):
    """pi P = pi and sum pi = 1, every row of P a probability law; `rows[i]` lists (j, P(i -> j)).

    >>> half = sp.Rational(1, 2)
    >>> Balance("two states", (half, half), (((1, sp.Integer(1)),), ((0, sp.Integer(1)),))).check()
    """

    masses: tuple[sp.Expr, ...]
    rows: tuple[tuple[tuple[int, sp.Expr], ...], ...]

    def check(self) -> None:
        if any(mass.is_Rational and mass < 0 for mass in self.masses):
            raise self.fail("a mass is negative")
        self.require_zero(total(self.masses) - 1, "the masses do not sum to 1")
        arriving: list[list[sp.Expr]] = [[] for _ in self.masses]
        for mass, row in zip(self.masses, self.rows, strict=True):
            self.require_zero(total(p for _, p in row) - 1, "the probabilities of a row do not sum to 1")
            for j, p in row:
                arriving[j].append(product(mass, p))
        for place, (mass, parts) in enumerate(zip(self.masses, arriving, strict=True)):
            self.require_zero(total(parts) - mass, f"the mass that arrives at state {place} is not the mass there")

    def require_zero(self, difference: sp.Expr, what: str) -> None:
        if difference.is_Rational:
            holds = difference == 0
        else:
            holds = sp.cancel(difference) == 0 or is_zero(difference)
        if not holds:
            raise self.fail(f"{what}: {expression_text(difference)}")

    @property
    def latex(self) -> str:
        size = len(self.masses)
        if size > SHOWN:
            return rf"\pi P=\pi,\quad \sum_{{i=1}}^{{{size}}}\pi_i=1"
        dense = sp.zeros(size, size)
        for i, row in enumerate(self.rows):
            for j, p in row:
                dense[i, j] += p
        masses = sp.Matrix([list(self.masses)])
        return rf"\pi P=\pi,\quad \pi={expression_latex(masses)},\quad P={expression_latex(dense)}"

    @property
    def kind(self) -> str:
        return "algebra"


def total(parts: Iterable[sp.Expr]) -> sp.Expr:
    """The sum, quickly where all parts are rational."""
    listed = list(parts)
    if not all(part.is_Rational for part in listed):
        return sp.Add(*listed)
    found = sum((fmpq(int(part.p), int(part.q)) for part in listed), start=fmpq(0))
    return sp.Rational(int(found.p), int(found.q))


def product(first: sp.Expr, second: sp.Expr) -> sp.Expr:
    return first * second


@dataclass(frozen=True)
class BallBalance(Step):
    """The same for probabilities that are neither rational nor symbolic: the vector of subtraction-free elimination
    is positive, narrow, and balanced within its balls."""

    rows: tuple[tuple[tuple[int, sp.Expr], ...], ...]

    def check(self) -> None:
        for bits in BITS:
            found = self.found(bits)
            if found is None:
                return
        raise self.fail(found)

    def found(self, bits: int) -> str | None:
        """What is not proved at that precision."""
        with precision(bits):
            rows = [{j: evaluate(p) for j, p in row} for row in self.rows]
            if not all(sum(row.values(), start=arb(0)).contains(1) for row in rows):
                return "the probabilities of a row do not sum to 1"
            if not all(p > 0 for row in rows for p in row.values()):
                return "a probability is not proved positive"
            masses = stationary_vector(rows, Effort())
            arriving = [arb(0) for _ in rows]
            for mass, row in zip(masses, rows, strict=True):
                for j, p in row.items():
                    arriving[j] += mass * p
            narrow = all(mass > 0 and float(mass.rel_accuracy_bits()) > NARROW for mass in masses)
            balanced = all(mass.overlaps(other) for mass, other in zip(masses, arriving, strict=True))
            return None if narrow and balanced else "the masses are not balanced within narrow balls"

    @property
    def latex(self) -> str:
        return rf"\pi P=\pi,\quad \sum_{{i=1}}^{{{len(self.rows)}}}\pi_i=1,\quad \pi_i>0"

    @property
    def kind(self) -> str:
        return "certified"
