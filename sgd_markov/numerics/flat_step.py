"""Walks w' = w + X with X independent of w: the moments of a step, and Lundberg's bound on ever getting far."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import sympy as sp
from flint import arb

from ..balls.evaluate import evaluate
from ..balls.precision import precision
from ..chain.batch import TooManyAtoms
from ..chain.chain import Chain
from ..chain.mixture import Component, mixture
from ..errors import HypothesisViolated
from ..laws.law import Law

BITS = 128
DOUBLINGS, HALVINGS = 60, 12


@dataclass(frozen=True)
class FlatStep:
    """The law of X: with the probability of a component its value, an expression in independent variables."""

    components: tuple[Component, ...]

    @cached_property
    def mean(self) -> sp.Expr | None:
        """E X; None where it does not exist or is not known."""
        return self.moment(1)

    def moment(self, order: int) -> sp.Expr | None:
        """E X^order for polynomials of the drawn variables."""
        parts = [mean_of(component, component.values[0] ** order) for component in self.components]
        known = [part for part in parts if part is not None]
        return sp.expand(sp.Add(*known)) if len(known) == len(parts) else None

    def mean_exp(self, rate: Fraction) -> arb | None:
        """E exp(rate X) at the working precision; None where it is infinite or not known."""
        total = arb(0)
        for component in self.components:
            part = component_mean_exp(component, sp.Rational(rate))
            if part is None:
                return None
            total += evaluate(component.probability * part)
        return total

    def lundberg_rate(self, side: int) -> Fraction | None:
        """theta > 0 with E exp(theta side X) <= 1, proved, and within a thousandth of the largest; None where there is none.

        exp(theta side S_n) is a supermartingale then: P(side S_n >= x for some n) <= exp(-theta x). Needs E side X < 0
        and an exponential moment. Where no step leads to that side theta is as large as is tried.
        """
        with precision(BITS):
            low, high = None, Fraction(1)
            for _ in range(DOUBLINGS):
                if self.is_bounded_by_one(side * high):
                    low, high = high, 2 * high
                elif low is None:
                    high /= 2
                else:
                    break
            if low is None:
                return None
            for _ in range(HALVINGS):
                middle = (low + high) / 2
                low, high = (middle, high) if self.is_bounded_by_one(side * middle) else (low, middle)
        return low

    def is_bounded_by_one(self, rate: Fraction) -> bool:
        found = self.mean_exp(rate)
        return found is not None and bool(found <= 1)


def flat_step(chain: Chain) -> FlatStep | None:
    """X of w' = w + X; None for other chains in one dimension, and where X is a constant."""
    w = chain.state[0]
    if any(sp.expand(expr - w).has(w) for expr in chain.one_sample_map):
        return None
    try:
        components = mixture((sp.expand(chain.update[0] - w),), chain.averaged, chain.draw)
    except TooManyAtoms:
        return None
    return None if len(components) == 1 and not components[0].laws else FlatStep(components)


def mean_of(component: Component, value: sp.Expr) -> sp.Expr | None:
    """The share of a component in the mean of a polynomial of its variables."""
    symbols = [*component.laws]
    if not value.is_polynomial(*symbols):
        return None
    if not symbols:
        return component.probability * value
    total = sp.Integer(0)
    try:
        for powers, coefficient in sp.Poly(value, *symbols).terms():
            total += coefficient * sp.Mul(*(component.laws[s].moment(k) for s, k in zip(symbols, powers, strict=True) if k))
    except HypothesisViolated:
        return None
    return component.probability * total


def component_mean_exp(component: Component, rate: sp.Expr) -> sp.Expr | None:
    """E exp(rate value) for a value that is affine in its variables."""
    value, factors = component.values[0], []
    for symbol, law in component.laws.items():
        slope = sp.diff(value, symbol)
        factor = None if slope.free_symbols & component.laws.keys() else exponential_mean(law, rate * slope)
        if factor is None:
            return None
        factors.append(factor)
        value = value.xreplace({symbol: sp.Integer(0)})
    return sp.Mul(sp.exp(rate * value), *factors)


def exponential_mean(law: Law, rate: sp.Expr) -> sp.Expr | None:
    try:
        return law.mean_exp(rate)
    except HypothesisViolated:
        return None
