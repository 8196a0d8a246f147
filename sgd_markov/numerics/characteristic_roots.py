"""The roots outside the unit circle of a walk's characteristic equation, which span its bounded harmonic functions.

A walk on the integers steps by k with probability p_k, k <= K; the k with p_k > 0 have no common divisor. A function
with h(n) = sum p_k h(n + k) for n < 0 that stays bounded as n -> -oo is a combination of the z^n with sum p_k z^k = 1
and |z| >= 1. By Rouche's theorem K of these roots count: those with |z| > 1, and the root 1, once, where the walk keeps
its mass and does not drift down. So the values at 0, ..., K - 1 decide the function.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm

import sympy as sp
from flint import acb, arb, arb_mat, ctx, fmpz_poly

from ..algebra import RealRoot, real_balls
from ..balls.precision import precision
from ..errors import Inconclusive
from .exact_matrix import expressions, field_matrix, over_common_field

FACES, BITS_LIMIT = 5, 1 << 13
"""Closed forms are written for walks that step up by at most so much; roots are told from the circle with so many bits."""


@dataclass(frozen=True)
class Outside:
    """The K roots of sum p_k z^k = 1 that count; `steps`: (k, p_k), for the odd part of a walk with signs (k, +-p_k).

    `with_unit`: a root of modulus 1 is among them, once.

    >>> golden = Outside(((1, Fraction(1, 2)), (-2, Fraction(1, 2))), False)
    >>> golden.terms((sp.Integer(1),))
    [(1, 1/2 + sqrt(5)/2)]
    """

    steps: tuple[tuple[int, Fraction], ...]
    with_unit: bool

    @property
    def up(self) -> int:
        return max([0, *(k for k, _ in self.steps)])

    @property
    def polynomial(self) -> fmpz_poly:
        """z^D (sum p_k z^k - 1) with whole coefficients."""
        down = -min([0, *(k for k, _ in self.steps)])
        common = lcm(*(p.denominator for _, p in self.steps))
        coefficients = [0] * (self.up + down + 1)
        coefficients[down] -= common
        for k, p in self.steps:
            coefficients[k + down] += int(p * common)
        return fmpz_poly(coefficients)

    @cached_property
    def factors(self) -> list[tuple[fmpz_poly, int, int]]:
        """(irreducible factor, multiplicity, number of its roots outside), those that have some; K roots are proved."""
        found = [(f, int(power), len(outside(f))) for f, power in self.polynomial.factor()[1] if f.degree() > 0]
        total = sum(power * count for _, power, count in found) + self.with_unit
        if total != self.up:
            raise Inconclusive(f"{total} roots outside the unit circle were found instead of {self.up}")
        return [entry for entry in found if entry[2]]

    @property
    def unit_root(self) -> int:
        """1, or -1 where sign and parity of the steps agree."""
        return 1 if self.polynomial(1) == 0 else -1

    def recurrence(self) -> list[arb]:
        """a_0, ..., a_K = 1, the coefficients of the product of z - z_j, at the working precision."""
        product = [acb(1)]
        for factor, power, _ in self.factors:
            for root in outside(factor) * power:
                product = times_linear(product, root)
        if self.with_unit:
            product = times_linear(product, acb(self.unit_root))
        return [entry.real for entry in product]

    def before(self, boundary: list[arb], distance: int) -> list[arb]:
        """h(-distance), ..., h(-distance + K - 1) from h(0), ..., h(K - 1), at the working precision."""
        size = self.up
        a = self.recurrence()
        step = arb_mat(size, size)
        for j in range(size):
            step[0, j] = -a[j + 1] / a[0]
        for i in range(1, size):
            step[i, i - 1] = arb(1)
        values = step**distance * arb_mat(size, 1, boundary)
        return [values[i, 0] for i in range(size)]

    # ---- closed forms

    def terms(self, boundary: tuple[sp.Expr, ...]) -> list[tuple[sp.Expr, sp.Expr]] | None:
        """(c_j, z_j) with h(n) = sum c_j z_j^n: exact; None where a root is no rational number or real quadratic surd."""
        roots = self.surds()
        if roots is None or len(roots) > FACES:
            return None
        powers = [[sp.radsimp(z**i) if i else sp.Integer(1) for z in roots] for i in range(self.up)]
        matrix, right = over_common_field(field_matrix(powers), field_matrix([[b] for b in boundary]))
        found = [sp.radsimp(row[0]) for row in expressions(matrix.lu_solve(right))]
        return [(c, z) for c, z in zip(found, roots, strict=True) if c != 0]

    def surds(self) -> list[sp.Expr] | None:
        """The roots as expressions; None unless all are simple, real and of degree at most 2."""
        found = [sp.Integer(self.unit_root)] if self.with_unit else []
        for factor, power, _ in self.factors:
            if power > 1 or factor.degree() > 2:
                return None
            balls = [None] if factor.degree() == 1 else real_balls(factor)
            exact = [RealRoot(factor, i).exact for i in range(len(balls))]
            if len(exact) != factor.degree():
                return None
            found += [z for z in exact if z is not None and abs(z) > 1]
        return found


def outside(factor: fmpz_poly) -> list[acb]:
    """The roots with |z| > 1 of an irreducible polynomial, none of which but 1 and -1 has modulus 1."""
    if abs(factor(1)) == 0 or abs(factor(-1)) == 0:
        return []
    bits = ctx.prec
    while bits <= BITS_LIMIT:
        with precision(bits):
            roots = [root for root, _ in factor.complex_roots()]
            if all(abs(root) > 1 or abs(root) < 1 for root in roots):
                return [root for root in roots if abs(root) > 1]
        bits *= 2
    raise Inconclusive("roots of the characteristic equation are not told from the unit circle", bits=bits // 2)


def times_linear(polynomial: list[acb], root: acb) -> list[acb]:
    """The coefficients times (z - root), the constant first."""
    shifted, scaled = [acb(0), *polynomial], [-root * c for c in polynomial] + [acb(0)]
    return [a + b for a, b in zip(shifted, scaled, strict=True)]


def combination(terms: list[tuple[sp.Expr, sp.Expr]], distance: int) -> sp.Expr:
    """sum c_j z_j^-distance, with the powers left as they stand unless they are rational."""
    return sp.Add(*(c * sp.Pow(z, -distance) for c, z in terms))


