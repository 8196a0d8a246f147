"""Density, moments, distribution function and characteristic function tell the same story, by quadrature."""

from __future__ import annotations

import mpmath as mp
import pytest
import sympy as sp
from law_cases import ATOMIC, CONTINUOUS, LATTICE, name_of
from law_expectations import DIGITS, X, close, expectation, function, number

from sgd_markov.errors import HypothesisViolated
from sgd_markov.laws.beta_prime import BetaPrime
from sgd_markov.laws.cauchy import Cauchy
from sgd_markov.laws.law import HalfLattice, Interval, Law
from sgd_markov.laws.lognormal import Lognormal
from sgd_markov.laws.stable import Stable
from sgd_markov.laws.student import Student

over_continuous = pytest.mark.parametrize("law", CONTINUOUS, ids=name_of)
over_lattice = pytest.mark.parametrize("law", LATTICE, ids=name_of)
over_atomic = pytest.mark.parametrize("law", ATOMIC, ids=name_of)


def inner_points(law: Law) -> list[sp.Expr]:
    """Points inside the support, on both sides of its breaks."""
    support = law.support
    assert isinstance(support, Interval)
    low, high = (end if end.is_finite else sp.Integer(sign * 3) for end, sign in ((support.low, -1), (support.high, 1)))
    return [low + (high - low) * sp.Rational(k, 9) for k in (1, 4, 7)]


@over_continuous
def test_mass_and_moments(law: Law) -> None:
    assert close(1, expectation(law, lambda x: mp.mpf(1)))
    for order in (1, 2, 3):
        if number(law.moment_limit) - order > 1.2:
            assert close(law.moment(order), expectation(law, lambda x: x**order)), order  # noqa: B023


@over_continuous
def test_distribution_function(law: Law) -> None:
    for point in inner_points(law):
        place = number(point)
        below = expectation(law, lambda x: mp.mpf(x <= place), point)  # noqa: B023
        assert close(law.cdf(point), below), point


@over_continuous
def test_characteristic_function(law: Law) -> None:
    if isinstance(law, Lognormal | BetaPrime):
        assert law.characteristic_function(sp.Integer(1)) is None
        return
    for t in (sp.Rational(7, 10), sp.Rational(-19, 10)):
        if isinstance(law, Student | Cauchy | Stable):
            reference = slow_characteristic_function(law, number(t))
        else:
            reference = expectation(law, lambda x: mp.expj(number(t) * x))  # noqa: B023
        assert close(law.characteristic_function(t), reference), t
    at_zero = law.characteristic_function(sp.Integer(0))
    assert at_zero is not None and sp.simplify(at_zero) == 1


def slow_characteristic_function(law: Law, t: mp.mpf) -> tuple[mp.mpc, mp.mpf]:
    """For symmetric laws with slow tails: exp(i t loc) 2 int_0^oo cos(t y) f(loc + y) dy, summed over periods."""
    loc = number(getattr(law, "loc", 0))
    density = function(law.density(X))
    with mp.workdps(15):
        half = mp.quadosc(lambda y: mp.cos(t * y) * density(loc + y), [0, mp.inf], omega=abs(t))
        return mp.expj(t * loc) * 2 * half, mp.mpf(0)


@over_continuous
def test_pieces_are_the_density(law: Law) -> None:
    pieces = law.pieces(X)
    assert pieces is not None
    for point in inner_points(law):
        (formula,) = [f for low, high, f in pieces if low < point <= high]
        assert abs(number(formula.subs(X, point)) - number(law.density(point))) < 1e-20


@over_lattice
def test_lattice_law(law: Law) -> None:
    support = law.support
    assert isinstance(support, HalfLattice)
    k = sp.Symbol("k", integer=True, nonnegative=True)
    mass = sp.lambdify(k, law.probability(k), "mpmath")
    with mp.workdps(DIGITS):
        weights = [mass(mp.mpf(j)) for j in range(260)]
        places = [number(support.offset) + number(support.step) * j for j in range(260)]
        assert abs(sum(weights) - 1) < 1e-15
        for order in (1, 2, 3, 4):
            total = sum(weight * place**order for weight, place in zip(weights, places, strict=True))
            assert abs(total - number(law.moment(order))) < 1e-12 * (1 + abs(total)), order
        t = mp.mpf("0.7")
        total = sum(weight * mp.expj(t * place) for weight, place in zip(weights, places, strict=True))
        assert abs(total - number(law.characteristic_function(sp.Rational(7, 10)))) < 1e-14
    if support.step > 0:
        for j in (0, 1, 4):
            for beyond in (sp.Integer(0), support.step / 3):
                below = law.cdf(support.offset + support.step * j + beyond)
                assert abs(number(below) - sum(weights[: j + 1])) < 1e-14


@over_atomic
def test_atomic_law(law: Law) -> None:
    atoms = law.atoms
    assert atoms is not None
    assert sum(weight for _, weight in atoms) == 1
    for order in (0, 1, 2, 5):
        assert sp.expand(law.moment(order) - sum(weight * value**order for value, weight in atoms)) == 0
    for value, _ in atoms:
        assert law.cdf(value) == sum(weight for other, weight in atoms if other <= value)
    expected = sum(number(weight) * mp.expj(number(value) * mp.mpf("0.7")) for value, weight in atoms)
    assert abs(number(law.characteristic_function(sp.Rational(7, 10))) - expected) < 1e-14


@pytest.mark.parametrize("law", [Cauchy(), Student(3), BetaPrime(2, 3), Stable("3/2"), Stable("1/2"), Student("5/2")])
def test_infinite_moments_are_refused(law: Law) -> None:
    limit = law.moment_limit
    first = int(sp.ceiling(limit))
    with pytest.raises(HypothesisViolated, match=rf"E\|x\|\^{first} < oo; found: a {law.name} law"):
        law.moment(first)
    with pytest.raises(HypothesisViolated):
        law.power_affine(sp.Integer(0), sp.Integer(1), limit)
    assert law.moment(0) == 1
    if first > 1:
        assert law.moment(first - 1).is_finite


def test_symbolic_moments_stay_formulas() -> None:
    df, scale = sp.symbols("df scale", positive=True)
    assert sp.simplify(Student(df, 0, scale).moment(2) - scale**2 * df / (df - 2)) == 0
    alpha, beta = sp.symbols("alpha beta", positive=True)
    assert sp.simplify(BetaPrime(alpha, beta).moment(1) - alpha / (beta - 1)) == 0
