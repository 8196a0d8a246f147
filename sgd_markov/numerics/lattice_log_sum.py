"""E log|1 - t Y| for Y on a half-lattice: a sum that is concave in t between its singular points 1/Y_k.

Beyond a K with |t Y_k| >= 2 for k > K the terms lie between 0 and t |Y_k|, so that their sum is at most
t sqrt(EY^2 P(k > K)).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import sympy as sp
from flint import arb, ctx

from ..balls.adaptive import proved_sign
from ..balls.evaluate import evaluate
from ..balls.precision import ball, enclosure, precision
from ..chain.mixture import Component
from ..effort import Effort
from ..errors import Inconclusive
from ..laws.law import HalfLattice, Law

TERMS_LIMIT = 20_000
BITS_LIMIT = 4096
_K = sp.Dummy("k", integer=True, nonnegative=True)


@dataclass(frozen=True)
class LatticeLogSum:
    """f(t) = E log|1 - t Y| for t >= start > 0, Y = first + step k with the probabilities of the law, step != 0."""

    law: Law
    first: Fraction
    step: Fraction
    start: Fraction

    @classmethod
    def of(cls, components: tuple[Component, ...], parameter: sp.Symbol) -> LatticeLogSum | None:
        """None where the multiplier is not 1 - t Y with Y affine in one variable on a half-lattice."""
        if len(components) != 1 or len(components[0].laws) != 1:
            return None
        ((symbol, law),) = components[0].laws.items()
        support, slope = law.support, sp.expand((1 - components[0].values[0]) / parameter)
        if not isinstance(support, HalfLattice) or law.free_symbols or slope.free_symbols != {symbol}:
            return None
        if not slope.is_polynomial(symbol) or sp.degree(slope, symbol) != 1:
            return None
        places = [slope.subs(symbol, support.offset), sp.expand(slope.coeff(symbol, 1) * support.step)]
        if not all(place.is_Rational for place in places):
            return None
        first, step = (Fraction(int(place.p), int(place.q)) for place in places)
        return cls(law, first, step, Fraction(1))

    def beginning(self, low: Fraction) -> tuple[LatticeLogSum, int]:
        """f from a start on, which is at least `low`, and the sign of f on (low, start).

        log|1 - u| + u <= 0 for u < 1 and <= 2u beyond: f < 0 where 2 E[Y; tY >= 1] < EY.
        Where EY < 0 and Y <= m: log|1 - u| + u >= -u^2 for u <= 1/2: f > 0 where t < 1/(2m) and t EY^2 < -EY.
        """
        with precision(256):
            mean = evaluate(self.moment(1))
            if self.step < 0:
                start, sign = self.beginning_of_bounded(mean)
            elif mean > 0:
                start, sign = self.beginning_of_positive(mean), -1
            else:
                start, sign = Fraction(0), 0
        if max(low, start) == 0:
            raise Inconclusive("beside 0 the exponent changes its sign infinitely often; give a `within` that starts above 0")
        return replace(self, start=max(low, start)), sign

    def beginning_of_positive(self, mean: arb) -> Fraction:
        below = arb(0)
        for index in range(TERMS_LIMIT):
            place = self.place(index)
            below += self.weight(index) * ball(place)
            if place > 0 and 2 * (mean - below) < mean:
                return 1 / (place + self.step / 2)
        raise Inconclusive(f"the {self.law.name} law has too many atoms before its tail")

    def beginning_of_bounded(self, mean: arb) -> tuple[Fraction, int]:
        largest = max(self.first, abs(self.step))
        if mean < 0:
            reach = Fraction(enclosure(-mean / evaluate(self.moment(2))).lower)
            return min(1 / (2 * largest), reach), 1
        if mean > 0 or proved_sign(self.moment(1)) == 0:
            return 1 / (2 * largest), -1  # E log(1 - tY) < -t EY, by Jensen's inequality
        raise Inconclusive("the sign of the mean slope is not decided")

    def moment(self, order: int) -> sp.Expr:
        """E Y^order."""
        support = self.law.support
        assert isinstance(support, HalfLattice)
        factor = sp.Rational(self.step) / support.step
        shift = sp.Rational(self.first) - factor * support.offset
        return sp.Add(*(
            sp.binomial(order, j) * shift ** (order - j) * factor**j * (self.law.moment(j) if j else 1) for j in range(order + 1)
        ))  # fmt: skip

    def place(self, index: int) -> Fraction:
        return self.first + self.step * index

    @cached_property
    def probability(self) -> sp.Expr:
        return self.law.probability(_K)

    @cached_property
    def known_weights(self) -> dict[int, list[arb]]:
        """The probabilities by precision."""
        return {}

    def weight(self, index: int) -> arb:
        known = self.known_weights.setdefault(ctx.prec, [])
        while len(known) <= index:
            known.append(evaluate(self.probability, {_K: arb(len(known))}))
        return known[index]

    def atoms(self, last: int) -> list[tuple[arb, arb]]:
        """The probabilities and places up to an index, as balls."""
        self.weight(last)
        first, step = ball(self.first), ball(self.step)
        return [(weight, first + index * step) for index, weight in enumerate(self.known_weights[ctx.prec][: last + 1])]

    @cached_property
    def tail(self) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        found = self.law.light_tail()
        assert found is not None
        return found

    @cached_property
    def second_moment(self) -> sp.Expr:
        return self.moment(2)

    def cut(self, t: Fraction) -> tuple[int, arb]:
        """A K with |t Y_k| >= 2 for k > K, all of one sign, and a bound of P(k > K) below 4^-precision."""
        support = self.law.support
        assert isinstance(support, HalfLattice)
        mass, rate, begins = (evaluate(e) for e in self.tail)
        radius = begins.max(arb(1)) + (arb(ctx.prec) * 2 + mass.log().max(arb(0))) / rate
        by_tail = (radius + abs(evaluate(support.offset))) / abs(evaluate(support.step))
        by_place = (2 / t + abs(self.first)) / abs(self.step)
        last = int(max(enclosure(by_tail).upper, by_place)) + 1
        if last > TERMS_LIMIT:
            raise Inconclusive(f"the sum over the {self.law.name} law would need {last} terms")
        reached = abs(evaluate(support.offset + support.step * last))
        return last, mass * (-rate * reached).exp()

    def at(self, t: arb) -> arb:
        last, beyond = self.cut(self.start)
        total = t * (evaluate(self.second_moment) * beyond).sqrt() * arb("0.5 +/- 0.5")
        for weight, place in self.atoms(last):
            total += weight * abs(1 - t * place).log()
        return total

    def slope(self, t: arb) -> arb:
        """Beyond K the slopes lie between 0 and 2/t."""
        last, beyond = self.cut(self.start)
        total = 2 / t * beyond * arb("0.5 +/- 0.5")
        for weight, place in self.atoms(last):
            total -= weight * place / (1 - t * place)
        return total

    def slope_sign(self, t: Fraction) -> int:
        for bits in (128, 512):
            with precision(bits):
                sign = enclosure(self.slope(ball(t))).sign
            if sign is not None:
                return sign
        raise Inconclusive(f"the slope of the exponent near {float(t)} is not told from 0")

    def sign_at(self, t: Fraction, effort: Effort) -> int:
        bits = 64 * (2 + t.denominator.bit_length() // 64)  # few different precisions: the weights are kept
        while bits <= BITS_LIMIT:
            effort.check()
            with precision(bits):
                sign = enclosure(self.at(ball(t))).sign
            if sign is not None:
                return sign
            bits *= 2
        raise Inconclusive(f"the sign of the exponent near {sp.N(sp.Rational(t), 10)} needs more than {BITS_LIMIT} bits")

    def is_zero_at(self, t: Fraction) -> bool:
        """Never proved."""
        return False

    @cached_property
    def singular(self) -> list[Fraction]:
        """The 1/Y_k from `start` on."""
        found = self.singular_from(self.start)
        if found is None:
            raise Inconclusive("too many singular points lie in the range; narrow `within`")
        return found

    def singular_from(self, low: Fraction) -> list[Fraction] | None:
        """The 1/Y_k from `low` on, in increasing order; None where they are infinitely or too many."""
        if self.step > 0 and low == 0:
            return None
        # no later Y_k is in (0, 1/low]
        last = int(((1 / low if self.step > 0 else Fraction(0)) - self.first) / self.step) + 1
        if last > TERMS_LIMIT:
            return None
        places = (self.place(index) for index in range(max(last, 0) + 1))
        return sorted(1 / place for place in places if place > 0 and 1 / place >= low)

    @property
    def growth(self) -> Fraction:
        """f(t) - growth log t stays bounded: P(Y != 0) > 0."""
        return Fraction(1)
