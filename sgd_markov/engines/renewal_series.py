"""The exponent of finitely many rational matrices, some of rank one: a series over the words between two of these.

A matrix u v^T forgets the direction. With singular u_i v_i^T of probability p_i and regular matrices,

    exponent = sum_n sum_w P(w) sum_(i,j) p_i p_j log|v_j^T W u_i|,   W the product of the word w of n regular matrices,

since 1/p steps pass between two renewals in the mean, p = sum p_i. Over a common denominator D all matrices are
integer, so that every term is at least 0 unless a product vanishes; what is left after the words of N letters is at most
p^2 sum_(n >= N) q^n (log max|u||v| + n log B), q = 1 - p, B the largest norm of a regular matrix.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import sympy as sp
from flint import arb, fmpz

from ..balls.evaluate import evaluate
from ..effort import Effort
from ..numerics.integer_family import IntegerFamily, Rows, Vector, applied, product_of, rank_one_factors

VECTOR_LIMIT = 60_000
"""So many vectors W u are followed at most."""
PRIMES = tuple(sp.primerange(3, 400))
ORBIT_LIMIT = 4000


@dataclass(frozen=True)
class RenewalSeries:
    """`singular`: (probability, u, v); `regular`: (probability, rows)."""

    denominator: int
    singular: tuple[tuple[sp.Expr, Vector, Vector], ...]
    regular: tuple[tuple[sp.Expr, Rows], ...]

    @classmethod
    def of(cls, family: IntegerFamily) -> RenewalSeries | None:
        """None where no matrix has rank one."""
        singular, regular = [], []
        for weight, rows in zip(family.weights, family.matrices, strict=True):
            found = rank_one_factors(rows)
            if found is None:
                regular.append((weight, rows))
            else:
                singular.append((weight, *found))
        return cls(family.denominator, tuple(singular), tuple(regular)) if singular else None

    @cached_property
    def never_vanishes(self) -> bool:
        """Is it proved that no v_j^T W u_i is 0: by signs, or by remainders modulo a prime?"""
        return self.keeps_signs or any(self.misses(prime) for prime in PRIMES)

    @property
    def keeps_signs(self) -> bool:
        """Entries >= 0 of the regular matrices, no column of which is 0, u >= 0 and v > 0, each up to its sign."""
        if not all(one_sign(entry for row in rows for entry in row) for _, rows in self.regular):
            return False
        if not all(all(map(any, zip(*rows, strict=True))) for _, rows in self.regular):
            return False
        return all(one_sign(u) and one_sign(v) and all(v) for _, u, v in self.singular)

    def misses(self, prime: int) -> bool:
        """Modulo the prime the orbits of all u are finite: does no v vanish on them?"""
        fresh = {reduced(u, prime) for _, u, _ in self.singular}
        known: set[Vector] = set()
        while fresh:
            if len(known) > ORBIT_LIMIT or any(product_of(v, x) % prime == 0 for x in fresh for _, _, v in self.singular):
                return False
            known |= fresh
            fresh = {reduced(applied(rows, x), prime) for x in fresh for _, rows in self.regular} - known
        return True

    def levels(self) -> Iterator[dict[Vector, arb]]:
        """For n = 0, 1, ... the vectors W u of the words of n letters, with their probabilities."""
        level: dict[Vector, arb] = {}
        for weight, u, _ in self.singular:
            level[u] = level.get(u, arb(0)) + evaluate(weight)
        regular = [(evaluate(weight), rows) for weight, rows in self.regular]
        while True:
            yield level
            following: dict[Vector, arb] = {}
            for vector, chance in level.items():
                for weight, rows in regular:
                    image = applied(rows, vector)
                    following[image] = following.get(image, arb(0)) + chance * weight
            level = following

    def sum(self, digits: int, effort: Effort) -> arb:
        """The exponent as a ball; as narrow as `digits` where not too many vectors are needed for that."""
        total, spent = -arb(self.denominator).log(), 0
        goal = arb(10) ** -(digits + 2)
        ends = [(evaluate(weight), v) for weight, _, v in self.singular]
        for n, level in enumerate(self.levels()):
            effort.check()
            spent += len(level)
            for vector, chance in level.items():
                for weight, v in ends:
                    total += chance * weight * arb(fmpz(abs(product_of(v, vector)))).log()
            rest = self.rest(n + 1)
            if rest < goal or spent * max(1, len(self.regular)) > VECTOR_LIMIT or not self.regular:
                return total + arb(0).union(rest) if self.regular else total
        raise AssertionError("the levels do not end")

    def rest(self, start: int) -> arb:
        """The bound of all terms with n >= start: p^2 sum q^n (c + n b), q^start ((c + start b)/(1 - q) + b q/(1 - q)^2)."""
        q = sum((evaluate(weight) for weight, _ in self.regular), arb(0))
        p = sum((evaluate(weight) for weight, _, _ in self.singular), arb(0))
        c = max_log(size(u) * size(v) for _, u, _ in self.singular for _, _, v in self.singular)
        b = max_log(max(sum(map(abs, row)) for row in rows) for _, rows in self.regular)
        bound: arb = p**2 * q**start * ((c + start * b) / (1 - q) + b * q / (1 - q) ** 2)
        return bound.upper()


def one_sign(entries: Iterator[int] | Vector) -> bool:
    listed = list(entries)
    return all(entry >= 0 for entry in listed) or all(entry <= 0 for entry in listed)


def reduced(vector: Vector, prime: int) -> Vector:
    """The direction modulo the prime; 0 stays 0, on which every v vanishes."""
    remainders = [entry % prime for entry in vector]
    first = next((entry for entry in remainders if entry), 1)
    inverse = pow(first, -1, prime)
    return tuple(entry * inverse % prime for entry in remainders)


def size(vector: Vector) -> int:
    """A norm with |u v^T| <= size(u) size(v) that fits the largest row sum."""
    return sum(map(abs, vector))


def max_log(numbers: Iterator[int]) -> arb:
    return arb(fmpz(max(1, *numbers, 1))).log()


__all__ = ["RenewalSeries"]
