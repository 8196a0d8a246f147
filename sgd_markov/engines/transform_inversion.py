"""The law of w' = rho w + B, B a sum of independent noises, from its characteristic function f(t) = prod_n E exp(i t rho^n B).

Distribution function, with t_k = (k + 1/2) h: F(x) = 1/2 - sum_k Im(f(t_k) exp(-i t_k x))/(pi (k + 1/2)) + e, and
|e| <= P(|w - x| >= 2 pi/h) (Davies 1973: the sum is the mean of a square wave of w - x). Density:
(h/2 pi) sum_k f(k h) exp(-i k h x) = sum_m p(x + 2 pi m/h) (Poisson's sum). Probabilities far out are bounded by moments,
the terms left out by the decay of |f|.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from math import log2

import sympy as sp
from flint import acb, arb, ctx

from ..balls.evaluate import evaluate, evaluate_complex
from ..chain.mixture import Component
from ..errors import Inconclusive
from ..laws.exponential import Exponential
from ..laws.gamma import Gamma
from ..laws.laplace import Laplace
from ..laws.law import Law
from ..laws.normal import Normal
from ..laws.uniform import Uniform

T, UNIT = sp.Symbol("t", real=True), sp.Dummy("i")
SMOOTH = (Normal, Uniform, Laplace, Gamma, Exponential)
MOST_TERMS = 4096
ORDER = 40
"""Moments up to twice this order bound the tails."""
Moments = Callable[[int], list[arb]]
"""n -> balls of E(w - c)^k for k < n"""


@dataclass(frozen=True)
class NoiseTransform:
    """f for w' = rho w + shift + sum of independent terms, each a mixture of linear expressions in independent laws."""

    rho: sp.Expr
    shift: sp.Expr
    terms: tuple[tuple[Component, ...], ...]

    @cached_property
    def formula(self) -> sp.Expr | None:
        """E exp(i t B) in t and a symbol for i; None where a law has no closed transform."""
        factors = [sp.exp(sp.I * self.shift * T)]
        for term in self.terms:
            parts = [component_transform(component) for component in term]
            if any(part is None for part in parts):
                return None
            factors.append(sp.Add(*parts))
        return sp.Mul(*factors).xreplace({sp.I: UNIT})

    @cached_property
    def smooth(self) -> tuple[tuple[sp.Expr, Law], ...]:
        """(factor, law) of the noises that make |f| fall: terms that are one linear expression."""
        single = [term[0] for term in self.terms if len(term) == 1]
        return tuple((slope_of(c, x), law) for c in single for x, law in c.laws.items() if isinstance(law, SMOOTH))

    def at(self, t: arb, spread: arb) -> acb:
        """f(t); `spread` >= sqrt(E w^2): |f(s) - 1| <= |s| spread ends the product."""
        formula, rho = self.formula, evaluate(self.rho)
        assert formula is not None
        result, s, least = acb(1), t, arb(2) ** -ctx.prec
        while not abs(s) * spread < least:
            result *= evaluate_complex(formula, {T: acb(s), UNIT: acb(0, 1)}, analytic=False)
            s = s * rho
        off = (abs(s) * spread).upper()
        return result * (1 + acb(arb(0, off), arb(0, off)))

    def envelope(self, t: arb) -> tuple[arb, arb]:
        """(E, p) with |f(s)| <= E (t/s)^p for all s >= t > 0."""
        size, power, rho = arb(1), arb(0), abs(evaluate(self.rho))
        for slope, law in self.smooth:
            s = t * abs(evaluate(slope))
            for _ in range(4 * ctx.prec):
                factor, exponent = fall(law, s)
                if not exponent > arb(2) ** -10:
                    break
                size, power, s = size * factor, power + exponent, s * rho
        return size, power


def component_transform(component: Component) -> sp.Expr | None:
    """probability times E exp(i t (c + sum of c_x x))."""
    value = component.values[0]
    if not value.is_polynomial(*component.laws) or (component.laws and sp.Poly(value, *component.laws).total_degree() > 1):
        return None
    factors = [component.probability, sp.exp(sp.I * T * value.subs(dict.fromkeys(component.laws, 0)))]
    for x, law in component.laws.items():
        found = law.characteristic_function(slope_of(component, x) * T)
        if found is None:
            return None
        factors.append(found)
    return sp.Mul(*factors)


def slope_of(component: Component, x: sp.Symbol) -> sp.Expr:
    return sp.diff(component.values[0], x)


def fall(law: Law, s: arb) -> tuple[arb, arb]:
    """(E, p) with |E exp(i r x)| <= E (s/r)^p for all r >= s; (1, 0) where that is not below 1."""
    if isinstance(law, Normal):
        square = (s * evaluate(law.std)) ** 2
        return (-square / 2).exp(), square
    if isinstance(law, Uniform):
        reach = s * evaluate((law.high - law.low) / 2)
        return (1 / reach, arb(1)) if reach > 1 else (arb(1), arb(0))
    if isinstance(law, Exponential):
        law = Gamma(1, law.mean)
    scale, shape = (law.scale, sp.Integer(2)) if isinstance(law, Laplace) else (law.scale, law.shape)  # type: ignore[attr-defined]
    square, half = (s * evaluate(scale)) ** 2, evaluate(shape) / 2
    return (1 + square) ** -half, 2 * half * square / (1 + square)


@dataclass(frozen=True)
class Inversion:
    """The law by its transform; `centre` near its mean, `moments` about it."""

    transform: NoiseTransform
    centre: sp.Expr
    moments: Moments

    def cdf(self, at: sp.Expr) -> arb:
        x, tail = evaluate(at), Tail.of(self.moments(2 * ORDER + 1))
        step = 2 * arb.pi() / (tail.reach + abs(x - evaluate(self.centre)))
        spread = self.spread

        def left_out(k: int, size: arb, power: arb) -> arb:
            return size / arb.pi() * (1 / (k + arb(1) / 2) + 1 / power)

        last, rest = self.cut(lambda k: (k + arb(1) / 2) * step, left_out)
        total = arb(1) / 2
        for k in range(last):
            t = (k + arb(1) / 2) * step
            total -= (self.transform.at(t, spread) * acb(0, -t * x).exp()).imag / (arb.pi() * (k + arb(1) / 2))
        return total + within(tail.mass + rest)

    def density(self, at: sp.Expr) -> arb:
        """With a normal summand of variance v: p(y) <= g(d/2) + g(0) P(|rest| >= d/2), d = |y - c|, g its density."""
        variance = self.normal_variance
        x, tail = evaluate(at), Tail.of(self.moments(2 * ORDER + 1))
        reach = 2 * tail.reach
        step, peak = 2 * arb.pi() / (reach + abs(x - evaluate(self.centre))), 1 / (2 * arb.pi() * variance).sqrt()
        geometric = (-(reach**2) / (8 * variance)).exp()
        aliases = 2 * peak * (geometric / (1 - geometric) + 2 * tail.mass)
        spread = self.spread

        def left_out(k: int, size: arb, power: arb) -> arb:
            return step / arb.pi() * size * (1 + k / (power - 1))

        last, rest = self.cut(lambda k: k * step, left_out)
        total = arb(1) / 2
        for k in range(1, last):
            t = k * step
            total += (self.transform.at(t, spread) * acb(0, -t * x).exp()).real
        return total * step / arb.pi() + within(aliases + rest)

    @property
    def spread(self) -> arb:
        """A bound of sqrt(E w^2)."""
        return (self.moments(3)[2].sqrt() + abs(evaluate(self.centre))).upper()

    @cached_property
    def has_normal(self) -> bool:
        return any(isinstance(law, Normal) for _, law in self.transform.smooth)

    @property
    def normal_variance(self) -> arb:
        squares = [(c * law.std) ** 2 for c, law in self.transform.smooth if isinstance(law, Normal)]
        return evaluate(sp.Add(*squares) / (1 - self.transform.rho**2))

    def cut(self, place: Callable[[int], arb], bound: Callable[[int, arb, arb], arb]) -> tuple[int, arb]:
        """(K, e): the terms from K on are at most e in all, below the working precision."""
        least = arb(2) ** -ctx.prec
        for doubling in count(3):
            k = 2**doubling
            if k > MOST_TERMS:
                raise Inconclusive("the characteristic function falls too slowly for its inversion")
            size, power = self.transform.envelope(place(k))
            if power > 2 and bound(k, size, power) < least:
                return k, bound(k, size, power)
        raise AssertionError


@dataclass(frozen=True)
class Tail:
    """P(|w - c| >= reach) <= mass, below the working precision where moments allow."""

    reach: arb
    mass: arb

    @classmethod
    def of(cls, moments: Sequence[arb]) -> Tail:
        """By Markov's inequality with the even moment that needs the shortest reach."""
        best: Tail | None = None
        for q in range(1, len(moments) // 2 + 1):
            bound = abs(moments[2 * q]).upper()
            reach = arb(2) ** arb((log2(float(bound) or 1e-300) + ctx.prec) / (2 * q)) if bound < arb(10) ** 300 else None
            if reach is not None and (best is None or reach < best.reach):
                best = Tail(reach, (bound / reach ** (2 * q)).upper())
        if best is None:
            raise Inconclusive("the moments are too large for a bound of the tails")
        return best


def within(size: arb) -> arb:
    """The ball [-size, size]."""
    return arb(0, abs(size).upper())
