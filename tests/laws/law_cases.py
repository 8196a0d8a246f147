"""The laws the tests run over: fixed ones that touch every branch, and random parameters from a fixed seed."""

from __future__ import annotations

import random

import sympy as sp

from sgd_markov.laws.arcsine import Arcsine
from sgd_markov.laws.bernoulli import Bernoulli
from sgd_markov.laws.beta import Beta
from sgd_markov.laws.beta_prime import BetaPrime
from sgd_markov.laws.cauchy import Cauchy
from sgd_markov.laws.chi_square import ChiSquare
from sgd_markov.laws.constant import Constant
from sgd_markov.laws.exponential import Exponential
from sgd_markov.laws.finite import Finite
from sgd_markov.laws.gamma import Gamma
from sgd_markov.laws.geometric import Geometric
from sgd_markov.laws.irwin_hall import IrwinHall
from sgd_markov.laws.laplace import Laplace
from sgd_markov.laws.laplace_mean import LaplaceMean
from sgd_markov.laws.law import Interval, Law
from sgd_markov.laws.lognormal import Lognormal
from sgd_markov.laws.negative_binomial import NegativeBinomial
from sgd_markov.laws.normal import Normal
from sgd_markov.laws.poisson import Poisson
from sgd_markov.laws.rademacher import Rademacher
from sgd_markov.laws.semicircle import Semicircle
from sgd_markov.laws.stable import Stable
from sgd_markov.laws.student import Student
from sgd_markov.laws.two_point import TwoPoint
from sgd_markov.laws.uniform import Uniform

R = sp.Rational
_random = random.Random(20261123)


def between(low: float, high: float) -> sp.Rational:
    """A random rational with denominator 20."""
    return R(_random.randint(round(20 * low), round(20 * high)), 20)


def noninteger(low: int, high: int) -> sp.Rational:
    return R(_random.randint(low, high - 1)) + R(_random.randint(11, 19), 20)


FIXED: list[Law] = [
    Uniform(),
    Normal(),
    Laplace(),
    Exponential(),
    Gamma(3, 2),
    Gamma("7/2", "1/2"),
    ChiSquare(1),
    ChiSquare(4),
    Beta(2, 3),
    Beta("1/2", "1/2"),
    Beta("3/2", "3/2"),
    Beta("2/3", 3),
    Beta(3, "2/3"),
    BetaPrime(2, 5),
    Lognormal("1/5", "1/2"),
    Student(1),
    Student(2, "1/2", 2),
    Student(3),
    Student(4, -1, "1/2"),
    Student(7, 1, 2),
    Cauchy(),
    Stable(1, 2),
    Stable(2, "1/2"),
    Arcsine(),
    Semicircle(0, 2),
    IrwinHall(-1, 1, 2),
    IrwinHall(0, 2, 5),
    LaplaceMean(0, 1, 2),
    LaplaceMean("1/3", 2, 4),
]

_low, _left = between(-3, 1), between(-3, 1)
RANDOM: list[Law] = [
    Uniform(_low, _low + between(1, 3)),
    Normal(between(-2, 2), between(0.5, 2)),
    Laplace(between(-2, 2), between(0.5, 2)),
    Exponential(between(0.5, 3)),
    Gamma(noninteger(0, 3), between(0.5, 2)),
    Gamma(_random.randint(2, 6), between(0.5, 2)),
    ChiSquare(_random.choice([3, 5, 7])),
    Beta(noninteger(0, 3), noninteger(0, 3)),
    Beta(_random.randint(1, 4), _random.randint(1, 4)),
    BetaPrime(noninteger(0, 2), noninteger(3, 6)),
    Lognormal(between(-1, 1), between(0.3, 0.8)),
    Student(noninteger(3, 7), between(-2, 2), between(0.5, 2)),
    Student(_random.choice([5, 6, 8, 9]), between(-2, 2), between(0.5, 2)),
    Cauchy(between(-2, 2), between(0.5, 2)),
    Arcsine(_left, _left + between(1, 3)),
    Semicircle(between(-2, 2), between(0.5, 2)),
    IrwinHall(_low, _low + between(1, 3), 3),
    LaplaceMean(between(-2, 2), between(0.5, 2), 3),
]

CONTINUOUS: list[Law] = FIXED + RANDOM
"""Laws whose density is known."""

LATTICE: list[Law] = [
    Poisson("3/2"),
    Poisson(between(3, 6)),
    Geometric("1/3"),
    Geometric(R(_random.randint(5, 15), 20)),
    NegativeBinomial(3, "2/5"),
    Poisson(2).affine(R(1, 2), R(-3, 2)),
    Geometric("1/2").batch_mean(4),
    Poisson("3/2").batch_mean(3),
]

ATOMIC: list[Law] = [
    Constant("7/3"),
    TwoPoint("4/5", "-6/5"),
    TwoPoint(2, "-1/3", "1/5"),
    Rademacher(),
    Bernoulli("1/3"),
    Finite([1, 1, -2, sp.sqrt(2)]),
    Finite(["1/2", -3, 4], ["1/2", "1/3", "1/6"]),
]


def name_of(law: Law) -> str:
    return str(law).replace(" ", "")


def affine_maps(law: Law) -> list[tuple[sp.Expr, sp.Expr]]:
    """(shift, factor) with the root of shift + factor x outside, inside and at the ends of the support."""
    support = law.support
    assert isinstance(support, Interval)
    low, high = (end if end.is_finite else R(sign * 9, 4) for end, sign in ((support.low, -1), (support.high, 1)))
    roots = [
        low - R(7, 5),
        low,
        low + (high - low) * R(2, 7),
        (low + high) / 2,
        low + (high - low) * R(5, 6),
        high,
        high + 3,
    ]
    factors = [R(-4, 5), R(3, 2), -1, R(2, 3), -2, R(1, 3), R(-3, 4)]
    maps = [(sp.expand(-root * factor), sp.sympify(factor)) for root, factor in zip(roots, factors, strict=True)]
    return [*maps, (sp.Integer(0), sp.Integer(-2))]
