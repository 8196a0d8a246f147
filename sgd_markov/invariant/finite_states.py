"""A stationary law on finitely many states, its masses exact or known as balls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import sympy as sp
from flint import arb

from ..answer.enclosure import Enclosure
from ..answer.number import Number
from ..balls.adaptive import proved_sign, refine
from ..balls.evaluate import evaluate
from ..effort import Effort
from ..errors import HypothesisViolated, Inconclusive, InvalidInput
from ..numerics.exact_numbers import number
from ..numerics.state_reduction import stationary_vector
from .atomic_steps import State
from .stationary_law import Kind, StationaryLaw


@dataclass(frozen=True, kw_only=True)
class FiniteStates(StationaryLaw):
    """Mass `masses[i]` at `points[i]`; `masses` is None where they are known as balls only, solved from `rows`.

    In one dimension the points increase. Errors: `InvalidInput` where a symbol leaves open which points are meant.
    """

    points: tuple[State, ...]
    masses: tuple[sp.Expr, ...] | None
    rows: tuple[tuple[tuple[int, sp.Expr], ...], ...]

    @property
    def kind(self) -> Kind:
        return Kind.ATOMIC

    @property
    def atoms(self) -> list[tuple[tuple[sp.Expr, ...], sp.Expr]]:
        return [] if self.masses is None else list(zip(self.points, self.masses, strict=True))

    def description(self) -> str:
        return rf"\pi P=\pi \text{{ on }} {len(self.points)} \text{{ states}}"

    def mean_of(self, of: sp.Expr, effort: Effort) -> Number:
        """The finite sum, for any expression that is defined at the states."""
        values = [of.xreplace(dict(zip(self.state, point, strict=True))) for point in self.points]
        if any(value.has(sp.oo, sp.zoo, sp.nan) for value in values):
            raise HypothesisViolated(f"E[{of}] is finite", f"{of} is not defined at an atom of positive mass")
        return self.weighted(values, effort, f"E[{of}]")

    def weighted(self, values: Sequence[sp.Expr], effort: Effort, what: str) -> Number:
        """sum of values * masses."""
        if self.masses is not None:
            total = sp.Add(*(v * m for v, m in zip(values, self.masses, strict=True)))
            return number(sp.factor(total) if total.free_symbols else total, effort, what)
        if all(v == 0 for v in values) or all(v == 1 for v in values):
            return number(values[0], effort, what)
        return Number(None, self.ball_sum(values, effort, what), effort.digits)

    def ball_sum(self, values: Sequence[sp.Expr], effort: Effort, what: str) -> Enclosure:
        def compute() -> arb:
            masses = self.ball_masses(effort)
            return sum((evaluate(v) * m for v, m in zip(values, masses, strict=True) if v != 0), start=arb(0))

        return refine(compute, effort, what)

    def ball_masses(self, effort: Effort) -> list[arb]:
        """Subtraction-free elimination at the working precision."""
        return stationary_vector([{j: evaluate(p) for j, p in row} for row in self.rows], effort)

    @cached_property
    def line(self) -> list[sp.Expr]:
        return [point[0] for point in self.points]

    def indicator(self, holds: Callable[[sp.Expr], bool], effort: Effort, what: str) -> Number:
        return self.weighted([sp.Integer(int(holds(value))) for value in self.line], effort, what)

    def cdf(self, at: sp.Expr, effort: Effort) -> Number:
        return self.indicator(lambda value: at_most(value, at), effort, "the distribution function")

    def probability(self, low: sp.Expr, high: sp.Expr, effort: Effort) -> Number:
        return self.indicator(lambda v: at_most(low, v) and at_most(v, high), effort, "the probability")

    def mass_at(self, at: sp.Expr, effort: Effort) -> Number:
        return self.indicator(lambda v: at_most(v, at) and at_most(at, v), effort, "the mass of a point")

    def quantile(self, level: sp.Expr, effort: Effort) -> Number:
        """The first state at which the summed masses reach the level."""
        if len(self.state) > 1:
            raise self.unknown("the quantile")
        if not level.is_Rational or not 0 < level < 1:
            raise InvalidInput("quantile", level, "a rational number strictly between 0 and 1")
        for count, point in enumerate(self.line, start=1):
            chosen = [sp.Integer(int(i < count)) for i in range(len(self.line))]
            total = self.weighted(chosen, effort, "the quantile")
            if total.enclosure is None:
                raise InvalidInput("values", "free symbols", "numbers for all symbols: quantiles are numeric")
            if total.enclosure.lower >= Fraction(int(level.p), int(level.q)):
                return number(point, effort, "the quantile")
            if total.enclosure.upper >= Fraction(int(level.p), int(level.q)):
                raise Inconclusive(f"whether P(w <= {point}) reaches {level} is not decided")
        raise Inconclusive("the probabilities do not reach the level")


def at_most(first: sp.Expr, second: sp.Expr) -> bool:
    """first <= second, proved."""
    if first == -sp.oo or second == sp.oo:
        return True
    if first == sp.oo or second == -sp.oo:
        return False
    difference = second - first
    if difference.free_symbols:
        if difference.is_nonnegative is None:
            names = ", ".join(sorted(map(str, difference.free_symbols)))
            raise InvalidInput(
                "values", f"free symbols {names}", f"numbers for {names}: which atoms are meant depends on them"
            )
        return bool(difference.is_nonnegative)
    sign = proved_sign(difference)
    if sign is None:
        raise Inconclusive(f"the order of {first} and {second} is not decided")
    return sign >= 0
