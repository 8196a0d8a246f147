"""Multipliers whose absolute values are powers of one number: log|w| walks on a lattice."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor, log

import sympy as sp

from ..algebra import lattice_step
from ..balls.zero_proof import fraction
from ..chain.mixture import Component
from ..laws.signs import sign

FARTHEST = 20_000
"""Levels so many steps of the lattice away are not looked for."""


@dataclass(frozen=True)
class LogLadder:
    """|M| = h^(k/2) with probabilities: `steps`: (k, sign of M, probability), M = 0 apart with probability `zero`.

    `square` is h^2 > 1, so that irrational square roots are multipliers too; the k have no common divisor, all are 0
    where |M| = 1 always (then `square` is 4).
    """

    square: Fraction
    steps: tuple[tuple[int, int, Fraction], ...]
    zero: Fraction

    @property
    def flips(self) -> Fraction:
        """P(M < 0)."""
        return sum((p for _, side, p in self.steps if side < 0), start=Fraction(0))

    def drift(self) -> Fraction:
        """E log|M| in units of log h on {M != 0}."""
        return sum((k * p for k, _, p in self.steps), start=Fraction(0))

    @property
    def exponent(self) -> sp.Expr:
        """E log|M|, -oo where M = 0 has positive probability."""
        if self.zero > 0:
            return -sp.oo
        return sp.Rational(self.drift()) * self.unit

    @property
    def unit(self) -> sp.Expr:
        """log h."""
        root = sp.sqrt(sp.Rational(self.square))
        return sp.log(root) if root.is_Rational else sp.log(sp.Rational(self.square)) / 2


def log_ladder(multipliers: tuple[Component, ...]) -> LogLadder | None:
    """The lattice; None where M has a density or log|M| takes incommensurate values, or is not rational up to a root.

    >>> parts = [Component(sp.Rational(1, 2), (m,), {}) for m in (sp.Integer(2), sp.Rational(-1, 4))]
    >>> log_ladder(tuple(parts)).steps
    ((1, 1, Fraction(1, 2)), (-2, -1, Fraction(1, 2)))
    """
    if any(c.laws or not c.probability.is_Rational for c in multipliers):
        return None
    squares = [sp.expand(c.values[0] ** 2) for c in multipliers]
    if not all(square.is_Rational for square in squares):
        return None
    sides = [sign(c.values[0]) for c in multipliers]
    parts = [
        (fraction(square), side or 0, fraction(c.probability))
        for square, side, c in zip(squares, sides, multipliers, strict=True)
    ]
    if any(side == 0 and square != 0 for square, side, _ in parts):
        return None
    zero = sum((p for square, _, p in parts if square == 0), start=Fraction(0))
    moving = [part for part in parts if part[0] != 0 and part[2] != 0]
    if all(square == 1 for square, _, _ in moving):
        return LogLadder(Fraction(4), tuple((0, side, p) for _, side, p in moving), zero)
    found = lattice_step([square for square, _, _ in moving])
    if found is None:
        return None
    base, powers = found
    return LogLadder(base, tuple((k, side, p) for k, (_, side, p) in zip(powers, moving, strict=True)), zero)


def first_power(base: Fraction, level: Fraction, strict: bool) -> int | None:
    """The smallest whole n with base^n >= level, or > level if `strict`; base > 1, level > 0. None past `FARTHEST`."""
    n = floor((log(level.numerator) - log(level.denominator)) / (log(base.numerator) - log(base.denominator))) - 1
    if abs(n) > FARTHEST:
        return None
    while base**n > level or (base**n == level and not strict):
        n -= 1
    while base**n < level or (base**n == level and strict):
        n += 1
    return n
