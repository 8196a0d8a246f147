"""The law of a batch mean against the definition: cf(t/n)^n, and cumulants; exact convolutions of finite laws."""

from __future__ import annotations

from itertools import product

import mpmath as mp
import pytest
import sympy as sp
from law_cases import ATOMIC, CONTINUOUS, LATTICE, R, name_of
from law_expectations import number

from sgd_markov.laws.bernoulli import Bernoulli
from sgd_markov.laws.beta import Beta
from sgd_markov.laws.constant import Constant
from sgd_markov.laws.finite import Finite
from sgd_markov.laws.law import Law
from sgd_markov.laws.rademacher import Rademacher
from sgd_markov.laws.stable import Stable
from sgd_markov.laws.two_point import TwoPoint

HELD = [law for law in (*CONTINUOUS, *LATTICE, *ATOMIC, Stable("3/2", 2)) if law.batch_mean(2) is not None]


@pytest.mark.parametrize("law", HELD, ids=name_of)
@pytest.mark.parametrize("size", [1, 2, 5])
def test_characteristic_function_of_the_mean(law: Law, size: int) -> None:
    mean = law.batch_mean(size)
    assert mean is not None
    for t in (R(1, 3), R(-11, 5)):
        expected = number(law.characteristic_function(t / size)) ** size
        assert abs(number(mean.characteristic_function(t)) - expected) < 1e-14, t


@pytest.mark.parametrize("law", [law for law in HELD if number(law.moment_limit) > 3], ids=name_of)
def test_cumulants_of_the_mean(law: Law) -> None:
    size = 4
    mean = law.batch_mean(size)
    assert mean is not None
    before, after = cumulants(law), cumulants(mean)
    for order in (1, 2, 3):
        assert abs(after[order] - before[order] / size ** (order - 1)) < 1e-15 * (1 + abs(before[order]))


def cumulants(law: Law) -> dict[int, mp.mpf]:
    first, second, third = (number(law.moment(order)) for order in (1, 2, 3))
    return {1: first, 2: second - first**2, 3: third - 3 * first * second + 2 * first**3}


def test_laws_that_no_family_holds_say_so() -> None:
    names = {law.name for law in CONTINUOUS if law.batch_mean(3) is None}
    assert names == {"arcsine", "semicircle", "beta", "beta-prime", "student", "lognormal"}
    assert all(law.batch_mean(1) is not None for law in CONTINUOUS)
    assert Beta(1, 1).batch_mean(2) is not None


@pytest.mark.parametrize("law", ATOMIC, ids=name_of)
def test_finite_convolution_by_enumeration(law: Law) -> None:
    size, totals = 3, {}
    for outcomes in product(law.atoms or (), repeat=size):
        value = sp.expand(sp.Add(*(value for value, _ in outcomes)) / size)
        totals[value] = totals.get(value, 0) + sp.Mul(*(weight for _, weight in outcomes))
    mean = law.batch_mean(size)
    assert mean is not None
    assert {sp.expand(value): weight for value, weight in mean.atoms or ()} == totals


def test_symbolic_two_point_batch_is_binomial() -> None:
    a, p = sp.symbols("a p", real=True)
    mean = TwoPoint(a + 1, a - 1, p).batch_mean(3)
    assert mean is not None
    weights = {sp.expand(value): weight for value, weight in mean.atoms or ()}
    assert len(weights) == 4 and sp.expand(weights[sp.expand(a + R(1, 3))] - 3 * p**2 * (1 - p)) == 0


def test_large_batches_stay_exact_or_say_no() -> None:
    mean = Rademacher().batch_mean(2000)
    assert mean is not None and len(mean.atoms or ()) == 2001
    assert mean.moment(2) == R(1, 2000)
    wide = Finite([1, 1000, 10**6], ["1/2", "1/4", "1/4"])
    assert wide.batch_mean(300) is None
    sparse = wide.batch_mean(20)
    assert sparse is not None and len(sparse.atoms or ()) == 231 and sparse.moment(1) == wide.moment(1)
    assert Bernoulli("1/2").batch_mean(20001) is None
    assert Constant(5).batch_mean(10**6) == Constant(5)


def test_mean_of_means() -> None:
    for law in HELD:
        twice, once = law.batch_mean(2), law.batch_mean(4)
        assert twice is not None and once is not None
        again = twice.batch_mean(2)
        assert again is not None
        t = R(9, 7)
        gap = number(again.characteristic_function(t)) - number(once.characteristic_function(t))
        assert abs(gap) < 1e-14, law
