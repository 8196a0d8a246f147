"""The Nystrom equation with more digits: balls of python-flint, floats of mpmath; both with a general linear solve."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .timing import Timed, peer, timed

DIGITS = 40
BITS = tuple(2**n for n in range(7, 17))
"""Precisions that are tried."""


def balls(s: Fraction, count: int) -> Timed:
    """arb_mat.solve, the bits doubled until 15 digits are right; the discretisation is not certified."""
    flint = peer("flint")
    return timed(lambda: ball_time(flint, s, count))


def ball_time(flint: Any, s: Fraction, count: int) -> float:
    for bits in BITS:
        with flint.ctx.workprec(bits):
            try:
                found = ball_solution(flint, flint.arb(s.numerator) / s.denominator, count)
            except ZeroDivisionError:  # no pivot is told from 0 with so few bits
                continue
            if found.rel_accuracy_bits() > 50:
                return float(found)
    raise ArithmeticError(f"{BITS[-1]} bits do not give 15 digits")


def ball_solution(flint: Any, s: Any, count: int) -> Any:
    arb, mat = flint.arb, flint.arb_mat
    roots = [arb.legendre_p_root(count, k, weight=True) for k in range(count)]
    peak = 1 / (s * (2 * arb.pi()).sqrt())
    rate, slope = -1 / (2 * s * s), arb(9) / 10

    def moves(x: Any) -> list[Any]:
        return [q * peak * (rate * (y - slope * x) ** 2).exp() for y, q in roots]

    system = mat(count, count, [-k for x, _ in roots for k in moves(x)])
    for i in range(count):
        system[i, i] += 1
    times = system.solve(mat(count, 1, [1] * count))
    return 1 + sum((k * times[i, 0] for i, k in enumerate(moves(arb(0)))), arb(0))


def digits(s: Fraction, count: int) -> Timed:
    """mpmath.lu_solve with 40 digits; the nodes are given."""
    mpmath, flint = peer("mpmath"), peer("flint")
    with flint.ctx.workprec(160):
        roots = [flint.arb.legendre_p_root(count, k, weight=True) for k in range(count)]
        texts = [(y.str(DIGITS + 5, radius=False), q.str(DIGITS + 5, radius=False)) for y, q in roots]
    with mpmath.workdps(DIGITS):
        nodes = [(mpmath.mpf(y), mpmath.mpf(q)) for y, q in texts]
        return timed(lambda: digit_time(mpmath, mpmath.mpf(s.numerator) / s.denominator, nodes))


def digit_time(mpmath: Any, s: Any, nodes: list[Any]) -> Any:
    slope = mpmath.mpf(9) / 10
    peak = 1 / (s * mpmath.sqrt(2 * mpmath.pi))

    def moves(x: Any) -> list[Any]:
        return [q * peak * mpmath.exp(-(((y - slope * x) / s) ** 2) / 2) for y, q in nodes]

    system = mpmath.eye(len(nodes)) - mpmath.matrix([moves(x) for x, _ in nodes])
    times = mpmath.lu_solve(system, mpmath.ones(len(nodes), 1))
    return 1 + mpmath.fsum(k * t for k, t in zip(moves(mpmath.mpf(0)), times, strict=True))
