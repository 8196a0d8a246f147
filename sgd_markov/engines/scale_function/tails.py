"""Positive functions psi with b psi' + C psi''/2 <= -lambda psi beside an end from which the diffusion comes back.

With r = u d/du log s in the coordinate u that goes to 0 at the end, and C_u the variance of u:

* psi = u^-k:        (b psi' + C psi''/2)/psi = -C_u/(2 u^2) k (-(1 + r) - k)
* psi = exp(k/u):    (b psi' + C psi''/2)/psi = C k^2/2 + b k, b and C those of 1/u, towards infinity
* psi = 1 - h u^k:   b psi' + C psi''/2 = -h C_u/2 k u^(k-2) (k - 1 - r), and psi <= 1
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sympy as sp
from flint import arb

from ...balls.evaluate import evaluate
from ...numerics.signs_of_symbols import known_sign
from .ends import SingularEnd, exceeds, in_u_itself, limit_of, order_of, stays_above

SCALES = 24
HALVINGS = 40
POWERS = tuple(sp.Rational(2) ** n for n in range(-3, 8))


@dataclass(frozen=True)
class Supersolution:
    """psi on (0, far] by `slope` = -d(log psi)/du."""

    u: sp.Symbol
    slope: sp.Expr
    far: sp.Rational

    def reaches(self, u: arb) -> bool:
        return bool(u < evaluate(self.far))

    def steepness(self, u: arb) -> arb:
        return evaluate(self.slope, {self.u: u})


def supersolutions(end: SingularEnd, rate: sp.Rational) -> list[Supersolution]:
    """Those that are proved for lambda = rate, the farthest-reaching first."""
    u = end.scale.u
    found = [
        Supersolution(u, slope, far)
        for slope, sizes, most in candidates(end)
        if (far := reach(end, sizes, rate, most)) is not None
    ]
    return sorted(found, key=lambda psi: -psi.far)


def reach(end: SingularEnd, sizes: list[sp.Expr], rate: sp.Rational, most: sp.Rational) -> sp.Rational | None:
    """A place, at most `most`, up to which all sizes are at least `rate`."""
    u = end.scale.u
    if not all(exceeds(limit_of(size, u), rate) for size in sizes):
        return None
    far = most
    for _ in range(HALVINGS):
        if all(stays_above(size, u, rate, evaluate(far)) for size in (*sizes, *end.scale.needs)):
            return far
        far /= 2
    return None


def candidates(end: SingularEnd) -> Iterator[Candidate]:
    yield from powers(end)
    yield from exponentials(end)
    yield from bounded(end)


Candidate = tuple[sp.Expr, list[sp.Expr], sp.Rational]
"""(-d(log psi)/du, rational functions that have to be at least lambda, the end of where psi is positive or 1)."""


def powers(end: SingularEnd) -> Iterator[Candidate]:
    u = end.scale.u
    variance = in_u_itself(end.stretch.variance, end.stretch, u)
    for k in POWERS:
        yield k / u, [sp.cancel(variance / (2 * u**2) * k * (-(1 + r) - k)) for r in end.scale.corners], sp.Integer(1)


def exponentials(end: SingularEnd) -> Iterator[Candidate]:
    """k = -b/C is best where that has a limit at infinity."""
    if not end.stretch.infinite:
        return
    u = end.scale.u
    variance = end.stretch.variance.subs(end.stretch.variable, 1 / u)
    ratios = [sp.cancel((r + 2) * u / 2) for r in end.scale.corners]  # b/C, as r = 2 b/(C u) - 2
    k = min((-limit_of(ratio, u) for ratio in ratios), key=lambda value: (value.is_infinite, value))
    if k.is_finite and known_sign(k) == 1:
        yield k / u**2, [sp.cancel(-variance * (k**2 / 2 + ratio * k)) for ratio in ratios], sp.Integer(1)


def bounded(end: SingularEnd) -> Iterator[Candidate]:
    """h u^k is at most 1/2 on (0, most]."""
    u = end.scale.u
    variance = in_u_itself(end.stretch.variance, end.stretch, u)
    k = sp.Integer(2 - order_of(variance, u))
    for n in range(0, SCALES if k > 0 else 0, 2):
        most = sp.Rational(1, 2**n)
        h = 1 / (2 * most**k)
        sizes = [sp.cancel(h * variance / 2 * k * u ** (k - 2) * (k - 1 - r)) for r in end.scale.corners]
        yield h * k * u ** (k - 1) / (1 - h * u**k), sizes, most
