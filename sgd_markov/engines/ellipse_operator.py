"""Means under random maps that contract a Bernstein ellipse, by Poisson's equation in Chebyshev polynomials.

Let the maps f_i, in a coordinate x, keep [-1, 1] and lead the ellipse E with foci -1, 1 and half-axes
(rho +- 1/rho)/2 into itself. For u = sum u_k T_k and a number m the residual r = h - m - u + sum p_i u o f_i has the
mean E h - m under a stationary law on [-1, 1]. It is bounded by M = sup|h| + |m| + 2 sum |u_k| rho^k on E, so its
interpolant at n Chebyshev points errs by at most 4 M rho^(1 - n)/(rho - 1) on [-1, 1]: each T_k beyond is taken for
one below, or for 0, and its coefficient is at most 2 M rho^-k.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, log, log2

from flint import arb, arb_mat

from ..answer.enclosure import Enclosure
from ..balls.precision import ball, enclosure, precision
from ..effort import Effort
from ..errors import Inconclusive

NODES = 400

Real = Callable[[arb], arb]


@dataclass(frozen=True)
class EllipseMaps:
    """(probability, map in the coordinate x) and rho, for which the hypotheses above are proved."""

    maps: Sequence[tuple[Callable[[], arb], Real]]
    rho: Fraction


def stationary_mean(system: EllipseMaps, value: Real, bound: Callable[[], arb], effort: Effort, what: str) -> Enclosure:
    """E h, proved, to `effort.digits`; `value` is h(x) and `bound` bounds |h| on the ellipse."""
    digits, best = effort.digits + 4, None
    for _ in range(3):
        nodes = ceil((digits + 2) * log(10) / log(float(system.rho))) + 8
        if nodes > NODES:
            raise Inconclusive(f"{what}: rho = {float(system.rho):.3f} needs more than {NODES} nodes", best)
        with precision(int(digits * 3.33 + nodes * log2(float(system.rho))) + 80):
            found = enclosure(bounded_mean(system, value, bound(), nodes, effort))
        best = found if best is None else best.intersection(found)
        if best.reaches(effort.digits):
            return best
        digits += 8
    raise Inconclusive(f"{what}: the digits asked for are not reached", best)


def bounded_mean(system: EllipseMaps, value: Real, bound: arb, nodes: int, effort: Effort) -> arb:
    points = [(arb(2 * j + 1) / (2 * nodes)).cos_pi() for j in range(nodes)]
    columns = []
    for x in points:
        effort.check()
        columns.append(moved(system, x, nodes))
    right = [value(x) for x in points]
    entries = [[arb(1) if k == 0 else row[k].mid() for k in range(nodes)] for row in columns]
    try:
        solution = arb_mat(entries).solve(arb_mat(nodes, 1, [h.mid() for h in right]), algorithm="approx")
    except ZeroDivisionError:
        raise Inconclusive("Poisson's equation has no solution: the maps do not contract") from None
    m, *u = (solution[k, 0].mid() for k in range(nodes))
    worst = arb(0)
    for row, h in zip(columns, right, strict=True):
        rest = h - m - sum((c * v for c, v in zip(u, row[1:], strict=True)), start=arb(0))
        worst = worst.max(abs(rest).upper())
    rho = ball(system.rho)
    size = sum((abs(c) * rho ** (k + 1) for k, c in enumerate(u)), start=arb(0))
    beyond = 4 * (bound + abs(m) + 2 * size) * rho ** (1 - nodes) / (rho - 1)
    error = 2 * nodes * worst + beyond
    return m + error.union(-error)


def moved(system: EllipseMaps, x: arb, count: int) -> list[arb]:
    """T_k(x) - sum p_i T_k(f_i(x)) for k below `count`; the cosine of k times an angle keeps balls narrow."""
    angle = x.acos()
    images = [(p(), f(x).acos()) for p, f in system.maps]
    return [(k * angle).cos() - sum((p * (k * image).cos() for p, image in images), start=arb(0)) for k in range(count)]
