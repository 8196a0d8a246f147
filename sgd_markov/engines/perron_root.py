"""The largest eigenvalue of a finite non-negative matrix: algebraic where it is small, else between certified bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import sympy as sp
from flint import arb, arb_mat, fmpq_mat

from ..algebra import RealRoot, real_balls
from ..answer.enclosure import Enclosure
from ..balls.evaluate import evaluate
from ..balls.precision import ball, bits_for, enclosure, precision
from ..effort import Effort
from ..errors import Inconclusive
from ..numerics.closed_classes import components
from ..numerics.exact_matrix import flint_rational

Rows = Sequence[dict[int, sp.Expr]]
EXACT_SIZE, LARGEST_SIZE, VECTOR_SIZE, ROUNDS, DOUBLINGS = 40, 300, 160, 80, 8


@dataclass(frozen=True)
class PerronRoot:
    """theta (`exact` where it is rational or a quadratic surd), and 1 - theta, which may be far smaller.

    `classes`: the communicating classes that return to themselves; theta is the largest of their roots.
    """

    exact: sp.Expr | None
    theta: Enclosure
    gap: Enclosure
    classes: list[list[int]]


def perron_root(rows: Rows, effort: Effort) -> PerronRoot:
    """The spectral radius of the matrix `rows[i]`: {j: entry > 0}; the largest over its irreducible classes.

    >>> third = sp.Rational(1, 3)
    >>> perron_root([{1: third}, {0: third, 1: third}], Effort()).exact
    1/6 + sqrt(5)/6
    """
    classes = returning_classes(rows)
    if not classes:
        return PerronRoot(sp.Integer(0), Enclosure.point(0), Enclosure.point(1), [])
    blocks = [block(rows, members) for members in classes]
    rational = all(p.is_Rational for b in blocks for row in b for p in row)
    if rational and max(map(len, blocks)) <= EXACT_SIZE:
        return algebraic(max(largest_root(b) for b in blocks), classes, effort)
    if max(map(len, blocks)) > LARGEST_SIZE:
        raise Inconclusive(f"the survival factor of more than {LARGEST_SIZE} states is not computed")
    bounds = [collatz_wielandt(b, effort) for b in blocks]
    theta, gap = (
        Enclosure(choose(e[side].lower for e in bounds), choose(e[side].upper for e in bounds))
        for side, choose in ((0, max), (1, min))
    )
    return PerronRoot(None, theta, gap, classes)


def returning_classes(rows: Rows) -> list[list[int]]:
    """The communicating classes with a step inside, each in increasing order."""
    names = components([list(row) for row in rows])
    members: dict[int, list[int]] = {}
    for state, name in enumerate(names):
        members.setdefault(name, []).append(state)
    return sorted(c for c in members.values() if len(c) > 1 or c[0] in rows[c[0]])


def block(rows: Rows, members: list[int]) -> list[list[sp.Expr]]:
    return [[rows[i].get(j, sp.Integer(0)) for j in members] for i in members]


def left_vector(rows: Rows, theta: Enclosure, effort: Effort) -> list[Enclosure] | None:
    """nu with nu Q = theta nu and sum 1, for an irreducible matrix of moderate size; None where balls do not tell it."""
    size = len(rows)
    if size > VECTOR_SIZE:
        return None
    with precision(4 * bits_for(effort.digits)):
        root = ball(theta.lower).union(ball(theta.upper))
        system = arb_mat([[-root if i == j else arb(0) for j in range(size)] for i in range(size)])
        for i, row in enumerate(rows):
            for j, p in row.items():
                system[j, i] = system[j, i] + evaluate(p)
        right = arb_mat(size, 1)
        for i in range(size):
            system[size - 1, i] = arb(1)
        right[size - 1, 0] = arb(1)
        try:
            solved = system.solve(right)
        except ZeroDivisionError:
            return None
        return [enclosure(solved[i, 0]) for i in range(size)]


# ---- small rational matrices


def largest_root(matrix: list[list[sp.Expr]]) -> RealRoot:
    """The largest real root of the characteristic polynomial, which is the spectral radius (Perron and Frobenius)."""
    polynomial = fmpq_mat([[flint_rational(entry) for entry in row] for row in matrix]).charpoly().numer()
    roots = [
        RealRoot(factor, count - 1)
        for factor, _ in polynomial.factor()[1]
        if (count := 1 if factor.degree() == 1 else len(real_balls(factor)))
    ]
    return max(roots)


def algebraic(root: RealRoot, classes: list[list[int]], effort: Effort) -> PerronRoot:
    """theta and 1 - theta to the digits asked for."""
    bits = bits_for(effort.digits)
    while True:
        effort.check()
        theta = root.enclose(bits)
        gap = Enclosure(1 - theta.upper, 1 - theta.lower)
        if theta.reaches(effort.digits) and gap.reaches(effort.digits):
            return PerronRoot(root.exact, theta, gap, classes)
        bits *= 2


# ---- larger ones


def collatz_wielandt(matrix: list[list[sp.Expr]], effort: Effort) -> tuple[Enclosure, Enclosure]:
    """theta and 1 - theta for an irreducible matrix: min (Qx)_i/x_i <= theta <= max (Qx)_i/x_i for every x > 0.

    x from Noda's iteration, x <- (s - Q)^-1 x with s = max (Qx)_i/x_i, at growing precision.
    """
    bits = 2 * bits_for(effort.digits)
    for _ in range(DOUBLINGS):
        with precision(bits):
            found = noda(arb_mat([[evaluate(entry) for entry in row] for row in matrix]), effort)
        if found is not None and all(e.reaches(effort.digits) for e in found):
            return found
        bits *= 2
    raise Inconclusive("the survival factor is not enclosed", None if found is None else found[0], bits // 2)


def noda(matrix: arb_mat, effort: Effort) -> tuple[Enclosure, Enclosure] | None:
    """The narrowest bounds before the precision ends; None where there are none."""
    size = matrix.nrows()
    x = arb_mat(size, 1, [1] * size)
    unit = arb_mat([[int(i == j) for j in range(size)] for i in range(size)])
    best: tuple[Enclosure, Enclosure] | None = None
    for _ in range(ROUNDS):
        effort.check()
        image = matrix * x
        ratios = [enclosure(image[i, 0] / x[i, 0]) for i in range(size)]
        bounds = Enclosure(min(r.lower for r in ratios), max(r.upper for r in ratios))
        if best is not None and bounds.width >= best[0].width:
            return best
        best = bounds, Enclosure(1 - bounds.upper, 1 - bounds.lower)
        if all(e.reaches(effort.digits) for e in best):
            return best
        shift = arb(evaluate(sp.Rational(Fraction(bounds.upper)))).upper()
        try:
            x = (unit * shift - matrix).solve(x).mid()
        except ZeroDivisionError:
            return best
        top = max(abs(x[i, 0]).upper() for i in range(size))
        x = (x / top).mid()
        if not all(x[i, 0] > 0 for i in range(size)):
            return best
    return best
