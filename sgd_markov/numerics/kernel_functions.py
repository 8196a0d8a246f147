"""The two functions of a multiplier whose means are asked for: log|y| and |y|^p."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Protocol

import sympy as sp
from flint import acb, arb

from ..balls.evaluate import evaluate


class TailBounded(Protocol):
    """What a cut far out asks of a function F: see `OfModulus`."""

    def heavy_tail(self, size: arb, degree: int, mass: arb, power: arb, radius: arb) -> arb: ...

    def light_tail(self, size: arb, degree: int, mass: arb, rate: arb, radius: arb) -> arb: ...


class OfModulus(ABC):
    """A function F of |y|, with what certified quadrature must know of it at 0 and at infinity.

    F(|y|) is built from log|y| = `log_modulus`, which the caller knows as a sum over the roots of y.
    """

    @abstractmethod
    def at(self, log_modulus: acb) -> acb:
        """F, an entire function of log|y|."""

    @property
    @abstractmethod
    def at_zero(self) -> arb:
        """F(0)."""

    @abstractmethod
    def near_zero(self, slope: arb, mass: arb, power: arb, radius: arb) -> arb:
        """A bound of E[|F(|y|)|; |X - p| <= radius] where |log|y|| <= |log|X - p|| + slope (or <= slope) and
        P(|X - p| <= s) <= mass s^power for s <= radius < 1."""

    @abstractmethod
    def heavy_tail(self, size: arb, degree: int, mass: arb, power: arb, radius: arb) -> arb:
        """A bound of E[|F|; |X| > R] where |log|y|| <= size + degree log|X| and P(|X| > t) <= mass t^-power."""

    @abstractmethod
    def light_tail(self, size: arb, degree: int, mass: arb, rate: arb, radius: arb) -> arb:
        """The same where P(|X| > t) <= mass exp(-rate t)."""


@dataclass(frozen=True)
class LogModulus(OfModulus):
    """F(|y|) = log|y|."""

    def at(self, log_modulus: acb) -> acb:
        return log_modulus

    @property
    def at_zero(self) -> arb:
        return arb.neg_inf()

    def near_zero(self, slope: arb, mass: arb, power: arb, radius: arb) -> arb:
        """By parts: int_0^r -log s dP(s) <= mass r^power (-log r + 1/power)."""
        return mass * radius**power * (slope - radius.log() + 1 / power)

    def heavy_tail(self, size: arb, degree: int, mass: arb, power: arb, radius: arb) -> arb:
        """By parts: int_R^oo log t dP(t) <= mass R^-power (log R + 1/power)."""
        return mass * radius ** (-power) * (size + degree * (radius.log() + 1 / power))

    def light_tail(self, size: arb, degree: int, mass: arb, rate: arb, radius: arb) -> arb:
        return mass * (-rate * radius).exp() * (size + degree * (radius.log() + 1 / (rate * radius)))


@dataclass(frozen=True)
class PowerModulus(OfModulus):
    """F(|y|) = |y|^order, order > 0."""

    order: sp.Expr

    @property
    def p(self) -> arb:
        return evaluate(self.order)

    def at(self, log_modulus: acb) -> acb:
        return (log_modulus * self.p).exp()

    @property
    def at_zero(self) -> arb:
        return arb(0)

    def near_zero(self, slope: arb, mass: arb, power: arb, radius: arb) -> arb:
        """|y|^p <= exp(p slope) |X - p|^p <= exp(p slope) max(1, r^p), r < 1."""
        return (self.p * slope).exp() * mass * radius**power

    def heavy_tail(self, size: arb, degree: int, mass: arb, power: arb, radius: arb) -> arb:
        return heavy_power(self.p, size, degree, mass, power, radius)

    def light_tail(self, size: arb, degree: int, mass: arb, rate: arb, radius: arb) -> arb:
        return light_power(self.p, size, degree, mass, rate, radius)


def heavy_power(p: arb, size: arb, degree: int, mass: arb, power: arb, radius: arb) -> arb:
    """E[exp(p (size + degree log|X|)); |X| > R] where P(|X| > t) <= mass t^-power.

    By parts, q = p degree < power: E[|X|^q; |X| > R] <= mass R^(q - power) power/(power - q).
    """
    q = p * degree
    return (p * size).exp() * mass * radius ** (q - power) * power / (power - q) if q < power else arb.nan()


def light_power(p: arb, size: arb, degree: int, mass: arb, rate: arb, radius: arb) -> arb:
    """The same where P(|X| > t) <= mass exp(-rate t).

    By parts the mean is mass (R^q exp(-rate R) + q int_R^oo t^(q-1) exp(-rate t) dt); with R >= 2q/rate,
    t^q exp(-rate t/2) decreases and the integral is at most R^(q-1) exp(-rate R) 2/rate.
    """
    q = p * degree
    if not radius >= 2 * q / rate:
        return arb.nan()
    return (p * size).exp() * mass * radius**q * (-rate * radius).exp() * (1 + 2 * q / (rate * radius))


@dataclass(frozen=True)
class PowerLogModulus(OfModulus):
    """F(|y|) = |y|^order log|y|, order > 0: the derivative of |y|^order by the order.

    With L >= |log|y|| it is at most exp(order L) L <= exp((order + d) L)/(e d) for every d > 0, and where log|y| <= L,
    L >= 0, at most max(1/(e order), exp(order L) L).
    """

    order: sp.Expr

    @property
    def p(self) -> arb:
        return evaluate(self.order)

    def at(self, log_modulus: acb) -> acb:
        return (log_modulus * self.p).exp() * log_modulus

    @property
    def at_zero(self) -> arb:
        return arb(0)

    def near_zero(self, slope: arb, mass: arb, power: arb, radius: arb) -> arb:
        """log|y| <= max(slope, 0) since |X - p| <= radius < 1."""
        size = slope.max(arb(0))
        return mass * radius**power * (1 / (arb(1).exp() * self.p)).max((self.p * size).exp() * size)

    def heavy_tail(self, size: arb, degree: int, mass: arb, power: arb, radius: arb) -> arb:
        """By L <= exp(more L)/(e more), any more > 0. At most 1: a lognormal bound of power a is of use at t^(p - a)
        only, and half of a large a gives it all away."""
        more = ((power / degree - self.p) / 2).min(arb(1))
        if not more > 0:
            return arb.nan()
        return heavy_power(self.p + more, size, degree, mass, power, radius) / (arb(1).exp() * more)

    def light_tail(self, size: arb, degree: int, mass: arb, rate: arb, radius: arb) -> arb:
        return light_power(self.p + 1, size, degree, mass, rate, radius) / arb(1).exp()
