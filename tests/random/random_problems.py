"""Random laws, parameters and points from a seed, all exact: what the random tests pose."""

from __future__ import annotations

import random
from collections.abc import Callable

import sympy as sp

import sgd_markov as sm
from sgd_markov.chain.chain import Chain
from sgd_markov.laws.law import Law

w, x, z = sp.symbols("w x z", real=True)
lr = sp.Symbol("lr", positive=True)
R = sp.Rational


class Chance(random.Random):
    """A seeded source of exact numbers."""

    def quotient(self, low: float, high: float, denominators: int = 30) -> sp.Rational:
        """A rational in [low, high] with a random denominator."""
        q = self.randint(1, denominators)
        return R(self.randint(-(-int(low * q * 1000) // 1000), int(high * q)), q)

    def positive(self, high: float = 3) -> sp.Rational:
        return max(self.quotient(0, high), R(1, self.randint(5, 30)))

    def nonzero(self, size: float = 3) -> sp.Rational:
        return self.positive(size) * self.choice((-1, 1))

    def distinct(self, count: int, low: float = -2, high: float = 2) -> list[sp.Rational]:
        found: set[sp.Rational] = set()
        while len(found) < count:
            found.add(self.quotient(low, high))
        return self.sample(sorted(found), count)

    def weights(self, count: int) -> list[sp.Rational]:
        parts = [self.randint(1, 9) for _ in range(count)]
        return [R(part, sum(parts)) for part in parts]


def between(chance: Chance) -> tuple[sp.Rational, sp.Rational]:
    low = chance.quotient(-3, 2)
    return low, low + chance.positive(3)


CONTINUOUS: dict[str, Callable[[Chance], Law]] = {
    "uniform": lambda c: sm.Uniform(*between(c)),
    "normal": lambda c: sm.Normal(c.quotient(-2, 2), c.positive(2)),
    "laplace": lambda c: sm.Laplace(c.quotient(-2, 2), c.positive(2)),
    "exponential": lambda c: sm.Exponential(c.positive(3)),
    "gamma": lambda c: sm.Gamma(c.choice((c.randint(1, 5), c.positive(4))), c.positive(2)),
    "chi-square": lambda c: sm.ChiSquare(c.randint(1, 6)),
    "beta": lambda c: sm.Beta(c.choice((R(1, 2), 1, 2, c.positive(3))), c.choice((R(1, 2), 1, 3, c.positive(3)))),
    "beta-prime": lambda c: sm.BetaPrime(c.positive(3), c.positive(3) + 1),
    "student": lambda c: sm.Student(c.choice((1, 2, 3, 4, 5, 7, R(9, 2))), c.quotient(-2, 2), c.positive(2)),
    "cauchy": lambda c: sm.Cauchy(c.quotient(-2, 2), c.positive(2)),
    "arcsine": lambda c: sm.Arcsine(*between(c)),
    "semicircle": lambda c: sm.Semicircle(c.quotient(-2, 2), c.positive(2)),
}
"""Laws with a density whose logarithmic potential is known in closed form."""


def continuous(chance: Chance) -> Law:
    return CONTINUOUS[chance.choice(sorted(CONTINUOUS))](chance)


def finite(chance: Chance, count: int | None = None) -> sm.Finite:
    size = count or chance.randint(2, 5)
    return sm.Finite(chance.distinct(size), chance.weights(size))


def sgd(law: Law, rate: object, **options: object) -> Chain:
    """SGD on x w^2/2: the multiplier 1 - rate * mean of x."""
    return sm.SGD(x * w**2 / 2, [w], rate, data={x: law}, **options)


def multiplier_chain(slope: sp.Expr, law: Law) -> Chain:
    """w' = slope(x) w."""
    return sm.RandomMap({w: slope * w}, noise={x: law})
