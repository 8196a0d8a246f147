"""First passage of a walk on the integers that carries a sign, over one level on the positive side, another on the negative.

Where both signs are inside, the half sum of a harmonic function over the signs is harmonic for the walk itself, the half
difference for the walk whose steps count with their sign: each is spanned by the roots of its own characteristic
equation. The states between the two levels are few, and solved for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import sympy as sp
from flint import arb, arb_mat

from ..answer.number import Number
from ..balls.adaptive import refine, refine_expression
from ..balls.precision import ball
from ..effort import Effort
from ..errors import Inconclusive
from ..numerics.characteristic_roots import Outside, combination

State = tuple[int, int]
"""Position and sign."""


@dataclass(frozen=True)
class SignedWalk:
    """From position 0 with sign + a step (k, side, p) adds k and multiplies the sign by `side`, with probability p.

    Outside from `levels[0]` on with sign +, from `levels[1]` on with sign -; both are at least 1 - (largest step).
    In each step the walk is stopped for ever with probability `stuck`. The k have no common divisor.
    """

    steps: tuple[tuple[int, int, Fraction], ...]
    levels: tuple[int, int]
    stuck: Fraction = Fraction(0)

    @property
    def drift(self) -> Fraction:
        return sum((k * p for k, _, p in self.steps), start=Fraction(0))

    @property
    def up(self) -> int:
        return max([0, *(k for k, _, _ in self.steps)])

    @cached_property
    def even(self) -> Outside:
        return Outside(gathered((k, p) for k, _, p in self.steps), self.holds)

    @cached_property
    def odd(self) -> Outside:
        steps = gathered((k, side * p) for k, side, p in self.steps)
        plain = Outside(steps, False).polynomial
        return Outside(steps, self.holds and (plain(1) == 0 or plain(-1) == 0))

    @property
    def holds(self) -> bool:
        """Is some level crossed with probability 1?"""
        return self.stuck == 0 and self.drift >= 0

    @property
    def last(self) -> int:
        """The last position at which both signs are inside."""
        return min(self.levels) - 1

    # ---- what is asked

    def arrival(self, side: int | None, effort: Effort) -> Number:
        """P(outside is first met with that sign), with either for None."""

        def boundary(state: State) -> Fraction:
            return Fraction(int(side is None or state[1] == side))

        return self.number(boundary, Fraction(1), effort, "the probability")

    def mean_time(self, effort: Effort) -> Number:
        """The mean number of steps; the walk drifts up and nothing stops it. Wald: drift * E tau = E(position at tau)."""

        def boundary(state: State) -> Fraction:
            return Fraction(state[0])

        return self.number(boundary, self.drift, effort, "the mean time")

    # ---- harmonic functions with given values outside

    def number(self, boundary: Callable[[State], Fraction], divisor: Fraction, effort: Effort, what: str) -> Number:
        """The value at the start over the divisor: the solved system, and the closed form beside it."""
        enclosure = refine(lambda: self.value(boundary) / ball(divisor), effort, what)
        exact = self.closed_form(boundary, divisor)
        if exact is not None and not refine_expression(exact, effort, "the closed form").meets(enclosure):
            raise Inconclusive("the closed form and the linear system disagree")
        return Number(exact, enclosure)

    def closed_form(self, boundary: Callable[[State], Fraction], divisor: Fraction) -> sp.Expr | None:
        """Where both levels are the same: the even part and the odd part in powers of roots."""
        if self.levels[0] != self.levels[1]:
            return None
        total, distance = sp.Integer(0), self.levels[0]
        for part, side in ((self.even, 1), (self.odd, -1)):
            values = [(boundary((distance + j, 1)) + side * boundary((distance + j, -1))) / 2 for j in range(part.up)]
            terms = part.terms(tuple(sp.Rational(v) for v in values))
            if terms is None:
                return None
            total += combination([(c / sp.Rational(divisor), z) for c, z in terms], distance)
        return total

    def value(self, boundary: Callable[[State], Fraction]) -> arb:
        """The bounded harmonic function at the start, at the working precision."""
        wide = 1 if self.levels[0] >= self.levels[1] else -1
        between = [(n, wide) for n in range(self.last + 1, max(self.levels))]
        forms = Forms(self, boundary, {state: i for i, state in enumerate(between)})
        size = len(between)
        if not size:
            return forms.at((0, 1))[-1]
        system, right = arb_mat(size, size), arb_mat(size, 1)
        for i, (n, sign) in enumerate(between):
            system[i, i] = arb(1)
            for k, side, p in self.steps:
                form = forms.at((n + k, sign * side))
                for j in range(size):
                    system[i, j] = system[i, j] - ball(p) * form[j]
                right[i, 0] = right[i, 0] + ball(p) * form[size]
        solved = system.solve(right)
        start = forms.at((0, 1))
        return sum((start[j] * solved[j, 0] for j in range(size)), start[size])


class Forms:
    """The values of the harmonic function as affine forms in its values at the states between the levels."""

    def __init__(self, walk: SignedWalk, boundary: Callable[[State], Fraction], unknown: dict[State, int]) -> None:
        self.walk, self.boundary, self.unknown = walk, boundary, unknown
        self.known: dict[State, list[arb]] = {}

    def at(self, state: State) -> list[arb]:
        """Coefficients of the unknown values, and the constant."""
        if state not in self.known:
            self.known[state] = self.computed(state)
        return self.known[state]

    def computed(self, state: State) -> list[arb]:
        position, sign = state
        form = [arb(0)] * (len(self.unknown) + 1)
        if position >= self.walk.levels[0 if sign == 1 else 1]:
            form[-1] = ball(self.boundary(state))
        elif state in self.unknown:
            form[self.unknown[state]] = arb(1)
        else:
            return self.below(position, sign)
        return form

    def below(self, position: int, sign: int) -> list[arb]:
        """Both signs are inside: even part plus or minus odd part."""
        first = self.walk.last + 1
        both = [(self.at((first + j, 1)), self.at((first + j, -1))) for j in range(self.walk.up)]
        total = [arb(0)] * (len(self.unknown) + 1)
        for part, side, factor in ((self.walk.even, 1, 1), (self.walk.odd, -1, sign)):
            for i in range(len(total)):
                values = [(plus[i] + side * minus[i]) / 2 for plus, minus in both[: part.up]]
                if any(not v.is_zero() for v in values):
                    total[i] = total[i] + factor * part.before(values, first - position)[0]
        return total


def gathered(steps: Iterable[tuple[int, Fraction]]) -> tuple[tuple[int, Fraction], ...]:
    """Equal steps together, those that cancel left out."""
    total: dict[int, Fraction] = {}
    for k, p in steps:
        total[k] = total.get(k, Fraction(0)) + p
    return tuple((k, p) for k, p in sorted(total.items()) if p)
