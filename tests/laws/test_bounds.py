"""The three bounds that certified quadrature rests on, tried where they could fail."""

from __future__ import annotations

import mpmath as mp
import pytest
import sympy as sp
from law_cases import CONTINUOUS, LATTICE, R, name_of
from law_expectations import X, function, number

from sgd_markov.laws.beta import Beta
from sgd_markov.laws.beta_prime import BetaPrime
from sgd_markov.laws.cauchy import Cauchy
from sgd_markov.laws.gamma import Gamma
from sgd_markov.laws.laplace import Laplace
from sgd_markov.laws.laplace_mean import LaplaceMean
from sgd_markov.laws.law import Interval, Law
from sgd_markov.laws.lognormal import Lognormal
from sgd_markov.laws.normal import Normal
from sgd_markov.laws.stable import Stable
from sgd_markov.laws.student import Student

EXTREME: list[Law] = [
    Normal(5, "1/10"),
    Normal(-3, 4),
    Laplace(-7, "1/3"),
    LaplaceMean(4, "1/2", 6),
    LaplaceMean(0, 3, 1),
    Gamma("1/10", 5),
    Gamma(30, "1/4"),
    Beta("1/10", "1/5"),
    Beta("1/3", 12),
    Beta(9, "1/4"),
    BetaPrime("1/4", "1/3"),
    Lognormal(3, 2),
    Lognormal(-2, 3),
    Student("1/3", 5, "1/4"),
    Student(12, -4, 3),
    Cauchy(10, "1/2"),
    Cauchy(-1, 30),
]
LAWS = CONTINUOUS + EXTREME
SLACK = mp.mpf(1) + mp.mpf(10) ** -12


class Distribution:
    """P(X <= x) of a law with a density, extended by 0 and 1 outside the support."""

    def __init__(self, law: Law) -> None:
        support = law.support
        assert isinstance(support, Interval)
        self.low, self.high = number(support.low), number(support.high)
        self.inside = function(law.cdf(X))

    def __call__(self, x: mp.mpf) -> mp.mpf:
        if x <= self.low:
            return mp.mpf(0)
        return mp.mpf(1) if x >= self.high else mp.re(self.inside(x))

    def beyond(self, t: mp.mpf) -> mp.mpf:
        """P(|X| > t)."""
        return self(-t) + 1 - self(t)


@pytest.mark.parametrize("law", LAWS, ids=name_of)
def test_concentration_at_the_ends(law: Law) -> None:
    distribution, support = Distribution(law), law.support
    assert isinstance(support, Interval)
    for end in (support.low, support.high):
        bound = law.concentration(end) if end.is_finite else None
        if bound is None:
            continue
        constant, power, reach = (number(entry) for entry in bound)
        with mp.workdps(60):
            place, sign = number(end), 1 if end == support.low else -1
            for k in range(0, 40, 2):
                s = reach * mp.mpf(2) ** (-mp.mpf(k) / 3)
                mass = abs(distribution(place + sign * s) - distribution(place))
                assert mass <= constant * s**power * SLACK, (end, s)
    assert law.concentration(sp.Rational(1234567, 1000000)) is None


@pytest.mark.parametrize("law", LAWS, ids=name_of)
def test_unbounded_densities_have_a_concentration_bound(law: Law) -> None:
    """Wherever the density's expression has no finite limit at a finite end, the family must give a bound there."""
    support = law.support
    assert isinstance(support, Interval)
    for end, step in ((support.low, 1), (support.high, -1)):
        if not end.is_finite:
            continue
        density = function(law.density(X))
        with mp.workdps(50):
            near = [abs(density(number(end) + step * mp.mpf(10) ** -k)) for k in (20, 24)]
        if near[1] > 2 * near[0]:
            assert law.concentration(end) is not None


@pytest.mark.parametrize("law", LAWS, ids=name_of)
@pytest.mark.parametrize("cut", [R(1, 2), R(20), R(10**6)])
def test_power_tails(law: Law, cut: sp.Rational) -> None:
    bound = law.tail(cut)
    if bound is None:
        return
    distribution = Distribution(law)
    constant, power, start = (number(entry) for entry in bound)
    assert power > 0 and constant > 0 and start > 0
    with mp.workdps(100):
        for ratio in ("1", "1.0001", "1.3", "2", "7", "100", "1e5"):
            t = max(number(cut), start) * mp.mpf(ratio)
            assert distribution.beyond(t) <= constant * t**-power * SLACK, t


@pytest.mark.parametrize("law", LAWS, ids=name_of)
def test_light_tails(law: Law) -> None:
    bound = law.light_tail()
    if bound is None:
        return
    distribution = Distribution(law)
    constant, rate, start = (number(entry) for entry in bound)
    assert rate > 0 and start >= 0
    with mp.workdps(80):
        for far in ("0", "0.01", "0.3", "1", "2.5", "6", "15", "40"):
            t = start + mp.mpf(far) / rate
            assert distribution.beyond(t) <= constant * mp.exp(-rate * t) * SLACK, t


@pytest.mark.parametrize("law", LAWS, ids=name_of)
def test_density_tails(law: Law) -> None:
    bound, support = law.density_tail(), law.support
    assert isinstance(support, Interval)
    if bound is None:
        return
    density = function(law.density(X))
    constant, rate, start = (number(entry) for entry in bound)
    assert rate > 0 and start >= 0
    for far in ("1e-9", "0.01", "0.3", "1", "2.5", "6", "15", "40", "300"):
        t = start + mp.mpf(far) / rate
        for x in (-t, t):
            if support.low < x < support.high:
                assert density(x) <= constant * mp.exp(-rate * t) * SLACK, x


@pytest.mark.parametrize("law", LATTICE, ids=name_of)
def test_light_tails_of_lattices(law: Law) -> None:
    bound = law.light_tail()
    assert bound is not None
    constant, rate, start = (number(entry) for entry in bound)
    k = sp.Symbol("k", integer=True, nonnegative=True)
    mass = sp.lambdify(k, law.probability(k), "mpmath")
    support = law.support
    offset, step = number(support.offset), number(support.step)
    with mp.workdps(30):
        atoms = [(abs(offset + step * j), mass(mp.mpf(j))) for j in range(300)]
        for far in ("0", "0.4", "0.999", "1", "1.7", "3", "8", "20", "40"):
            t = start + mp.mpf(far) * abs(step)
            beyond = sum(weight for size, weight in atoms if size > t)
            assert beyond <= constant * mp.exp(-rate * t) * SLACK, t


@pytest.mark.parametrize("alpha", [R(1, 2), R(4, 5), R(3, 2), R(19, 10)])
def test_stable_tail(alpha: sp.Rational) -> None:
    """P(|X| > t) = 1 - (2/pi) int_0^oo sin(u t)/u cf(u) du (Gil-Pelaez)."""
    law = Stable(alpha, 2)
    bound = law.tail(sp.Integer(1))
    assert bound is not None
    constant, power, start = (number(entry) for entry in bound)
    for ratio in (1, 3, 20):
        t, a = start * ratio, number(alpha)
        with mp.workdps(15):
            inner = mp.quadosc(lambda u: mp.sin(u * t) / u * mp.exp(-((2 * u) ** a)), [0, mp.inf], omega=t)  # noqa: B023
        beyond = 1 - 2 / mp.pi * inner
        assert 0 < beyond <= constant * t**-power, (alpha, t)


def test_every_unbounded_law_bounds_its_tail() -> None:
    for law in LAWS:
        support = law.support
        assert isinstance(support, Interval)
        bounded = support.low.is_finite and support.high.is_finite
        assert bounded or law.tail(sp.Integer(1)) is not None or law.light_tail() is not None, law
