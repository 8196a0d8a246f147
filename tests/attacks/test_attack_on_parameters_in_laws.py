"""Windows of a parameter that stands inside a law: every sign is compared with that of the chain with numbers."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp

import sgd_markov as sm

Q = sp.Rational
w, x, m = sp.symbols("w x m", real=True)
s = sp.Symbol("s", positive=True)

CASES = [
    (sm.Normal(0, s), 1),
    (sm.Normal("1/2", s), 1),
    (sm.Normal(3, s), 1),
    (sm.Normal(1, s), 1),
    (sm.Normal(s, 1), 1),
    (sm.Normal(s, s), "1/3"),
    (sm.Normal(1, s), s),
    (sm.Normal(1, s**2), 1),
    (sm.Uniform(-1, s), 1),
    (sm.Uniform(0, s), 1),
    (sm.Uniform(-s, s), "1/2"),
    (sm.Uniform(s, s + 1), 1),
    (sm.Uniform(s, 2 * s + 1), 1),
    (sm.Laplace(1, s), 1),
    (sm.Laplace(s, 1), "1/2"),
    (sm.Cauchy("1/2", s), 1),
    (sm.Student(5, s, "1/2"), 1),
    (sm.Arcsine(-s, s), 1),
    (sm.Semicircle(1, s), 1),
    (sm.Exponential(s), 1),
    (sm.Gamma(2, s), 1),
    (sm.TwoPoint(s + 1, s - 1), 1),
    (sm.TwoPoint(2 * s, -s), "1/2"),
    (sm.Finite([s, s**2, 1]), "1/2"),
]


def numbers(found: sm.Answer) -> list[tuple[Fraction, Fraction]]:
    return [(low.enclosure.upper, high.enclosure.lower) for low, high in found.intervals]


@pytest.mark.parametrize(("law", "step"), CASES, ids=str)
def test_signs_on_both_sides_of_every_end(law: object, step: object) -> None:
    chain = sm.SGD(x * w**2 / 2, [w], step, data={x: law})
    found = sm.window(chain, at=0, parameter=s, digits=10, budget=60)
    assert found.undecided == []
    ends = {end for low, high in found.intervals for number in (low, high) for end in bounds(number)}
    points = ends | {Fraction(k, 7) for k in (1, 3, 10, 20, 40)}
    superstable = [number.exact for number in found.superstable]
    for point in points:
        value = Q(point.numerator, point.denominator)
        if value <= 0 or value in superstable:
            continue
        inside = any(low < point < high for low, high in numbers(found))
        outside = all(not (low.enclosure.lower < point < high.enclosure.upper) for low, high in found.intervals)
        sign = sm.lyapunov(chain.subs({s: value}), at=0, digits=5).enclosure.sign
        assert inside != outside
        assert inside == (sign < 0)


def bounds(number: object) -> set[Fraction]:
    """Points a little outside the enclosure of an end."""
    enclosure = number.enclosure
    if enclosure.upper == float("inf"):
        return set()
    margin = max(abs(enclosure.upper), Fraction(1)) / 10**6
    return {Fraction(enclosure.lower) - margin, Fraction(enclosure.upper) + margin}


@pytest.mark.parametrize("law", [sm.Normal("1/2", s), sm.Uniform(0, s), sm.Exponential(s), sm.Laplace("1/3", s)], ids=str)
@pytest.mark.parametrize("order", [1, "3/2", 2, 3])
def test_moment_windows(law: object, order: object) -> None:
    chain = sm.SGD(x * w**2 / 2, [w], 1, data={x: law})
    ((low, high),) = sm.window(chain, at=0, parameter=s, order=order, digits=10, budget=60).intervals
    assert low.exact == 0
    for share, sign in ((Q(1, 100), -1), (Q(99, 100), -1), (Q(101, 100), 1)):
        at = share * Q(high.enclosure.middle.numerator, high.enclosure.middle.denominator)
        assert sm.moment_exponent(chain.subs({s: at}), at=0, order=order, digits=5).enclosure.sign == sign


def test_a_location_of_either_sign() -> None:
    chain = sm.RandomMap({w: w * x}, data={x: sm.Normal(m, "1/10")})
    ((low, high),) = sm.window(chain, at=0, parameter=m, within=[-5, 5], budget=60).intervals
    assert low.enclosure.lower < -1 < low.enclosure.upper + Q(1, 10)
    assert abs(float(low.value) + float(high.value)) < 1e-12


@pytest.mark.parametrize(
    ("law", "name"),
    [(sm.Gamma(s, 1), "gamma"), (sm.Student(s), "student"), (sm.Beta(s, 2), "beta"), (sm.Poisson(s), "poisson"), (sm.Lognormal(0, s), "lognormal")],
)
def test_other_parameters_are_refused_by_name(law: object, name: str) -> None:
    chain = sm.SGD(x * w**2 / 2, [w], 1, data={x: law})
    with pytest.raises(sm.Inconclusive, match=f"windows over s are known .* another parameter of the {name} law"):
        sm.window(chain, at=0, parameter=s)


def test_ranges_without_a_law_are_refused() -> None:
    chain = sm.SGD(x * w**2 / 2, [w], 1, data={x: sm.Normal(0, m)})
    with pytest.raises(sm.InvalidInput, match=r"within: .* a range of m on which m > 0"):
        sm.window(chain, at=0, parameter=m, within=[-1, 2])
    assert sm.window(chain, at=0, parameter=m, within=[0, 1], budget=60).undecided == []
    chain = sm.SGD(x * w**2 / 2, [w], 1, data={x: sm.Uniform(-1, m)})
    with pytest.raises(sm.InvalidInput, match="within"):
        sm.window(chain, at=0, parameter=m, within=[-2, 2])


def test_a_symbol_that_does_not_occur() -> None:
    chain = sm.SGD(x * w**2 / 2, [w], 1, data={x: sm.Normal(0, 1)})
    with pytest.raises(sm.InvalidInput, match="a symbol on which the linearisation at the point depends"):
        sm.window(chain, at=0, parameter=s)
