"""Means under the stationary law of random analytic maps that contract a disc, by Poisson's equation with a proved error.

Let the maps f_i, drawn with probabilities p_i, lead the disc |w - c| < R into |w - c| <= theta R, theta < 1. For
polynomials u and a number m the residual

    r = h - m - u + sum_i p_i u o f_i

integrates to E h(w) - m under a stationary law, because u and sum_i p_i u o f_i have the same mean. On the interval
that carries the law |r| is bounded by its Taylor coefficients in y = (w - c)/R, |y| <= theta, and by Cauchy's
estimate beyond them. Any u gives a proof; u near the solution of Poisson's equation gives digits, O(theta^N).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, log
from typing import Any

from flint import arb, arb_mat, arb_series

from ..answer.enclosure import Enclosure
from ..balls.precision import ball, enclosure, precision
from ..effort import Effort
from ..errors import Inconclusive
from ..numerics.power_series import series_length

Series = Any
TERMS = 700
SPARE = 3
"""Digits beyond those asked for, that the solution and the series get."""


@dataclass(frozen=True)
class Branch:
    """A map with its probability; `series(y)` is (f(c + R y) - c)/R as a series in y at the current precision."""

    probability: Callable[[], arb]
    series: Callable[[Series], Series]


@dataclass(frozen=True)
class Contraction:
    """Branches that lead the disc |y| < 1 into |y| <= theta; those left out weigh at most rest(count) together.

    `branches(count)`: the first `count` of infinitely many, or all. `rest(count)`: 0 where nothing is left out.
    What is left out leads the interval |y| <= theta into itself.
    """

    theta: Fraction
    branches: Callable[[int], Sequence[Branch]]
    rest: Callable[[int], Fraction]


@dataclass(frozen=True)
class Observable:
    """h as a series in y, and a bound of |h| on the disc |y| < 1."""

    series: Callable[[Series], Series]
    bound: Callable[[], arb]


def stationary_mean(maps: Contraction, observable: Observable, effort: Effort, what: str) -> Enclosure:
    """E h(w), proved, to `effort.digits`; `Inconclusive` where the series would be too long."""
    digits = effort.digits + SPARE
    best: Enclosure | None = None
    for _ in range(4):
        terms = ceil((digits + 2) * log(10) / -log(float(maps.theta))) + 8 if maps.theta > 0 else 8
        if terms > TERMS:
            raise Inconclusive(f"{what}: the contraction {float(maps.theta):.3f} needs more than {TERMS} terms", best)
        count = next(n for n in range(1, 10**6) if maps.rest(n) == 0 or maps.rest(n) < Fraction(1, 10 ** (digits + 2)))
        with precision(int(digits * 3.33) + 60), series_length(terms):
            found = enclosure(bounded_mean(maps, observable, terms, count, effort))
        best = found if best is None else best.intersection(found)
        if best.reaches(effort.digits):
            return best
        digits += max(6, missing_digits(best, effort.digits))
    raise Inconclusive(f"{what}: the digits asked for are not reached", best)


def missing_digits(found: Enclosure, digits: int) -> int:
    size = max(abs(Fraction(found.lower)), abs(Fraction(found.upper)))
    return 0 if size == 0 else min(200, max(0, ceil(-log(float(size) or 1e-300) / log(10))) + 2)


def bounded_mean(maps: Contraction, observable: Observable, terms: int, count: int, effort: Effort) -> arb:
    """m plus a ball that holds the mean of the residual."""
    y = arb_series([0, 1])
    columns = transferred([(b.probability(), b.series(y)) for b in maps.branches(count)], terms, effort)
    h = coefficients(observable.series(y), terms)
    m, u = poisson(columns, h)
    residual = [a - b for a, b in zip(h, u, strict=True)]
    residual[0] -= m
    for value, column in zip(u, columns, strict=True):
        residual = [r + value * c for r, c in zip(residual, column, strict=True)]
    theta = ball(maps.theta)
    size = sum((abs(value) for value in u), start=arb(0))
    on_interval = weighted(u, theta)
    cauchy = (observable.bound() + abs(m) + 2 * size) * theta**terms / (1 - theta)
    error = weighted(residual, theta) + cauchy + ball(maps.rest(count)) * on_interval
    return m + error.union(-error)


def weighted(values: list[arb], theta: arb) -> arb:
    """sum |v_k| theta^k."""
    total, power = arb(0), arb(1)
    for value in values:
        total, power = total + abs(value) * power, power * theta
    return total


def coefficients(series: Series, terms: int) -> list[arb]:
    found = [arb(value) for value in series.coeffs()[:terms]]
    return found + [arb(0)] * (terms - len(found))


def transferred(branches: list[tuple[arb, Series]], terms: int, effort: Effort) -> list[list[arb]]:
    """The series of sum p (y o f)^k for k = 0, ..., terms - 1, as balls."""
    powers = [arb_series([probability]) for probability, _ in branches]
    columns = []
    for _ in range(terms):
        effort.check()
        columns.append(coefficients(sum(powers[1:], start=powers[0]), terms))
        powers = [power * image for power, (_, image) in zip(powers, branches, strict=True)]
    return columns


def poisson(columns: list[list[arb]], h: list[arb]) -> tuple[arb, list[arb]]:
    """(m, u) with u - sum p u o f = h - m, nearly; u(0) = 0. No proof is asked of it: both come back as exact numbers.

    The first unknown is m, whose column is that of the constant 1.
    """
    terms = len(columns)
    entries = [[int(j == k) - columns[k][j].mid() for k in range(terms)] for j in range(terms)]
    for j in range(terms):
        entries[j][0] = arb(int(j == 0))
    try:
        solution = arb_mat(entries).solve(arb_mat(terms, 1, [value.mid() for value in h]), algorithm="approx")
    except ZeroDivisionError:
        raise Inconclusive("Poisson's equation has no solution: the maps do not contract") from None
    values = [solution[k, 0].mid() for k in range(terms)]
    return values[0], [arb(0), *values[1:]]
