"""Certified means of functions with kinks under laws with a density, against closed forms."""

from __future__ import annotations

from fractions import Fraction

import mpmath as mp
import pytest
import sympy as sp
from flint import arb

import sgd_markov as sm
from sgd_markov.balls.precision import precision
from sgd_markov.effort import Effort
from sgd_markov.invariant.elementary import Elementary
from sgd_markov.laws.law import Law
from sgd_markov.numerics.growth import growth
from sgd_markov.numerics.law_mean import _X as X
from sgd_markov.numerics.law_mean import cut_off

w = sp.Symbol("w", real=True)

CLOSED = [
    (sm.Normal(0, 1), sp.cos(w), mp.exp(-mp.mpf(1) / 2)),
    (sm.Normal(1, 2), sp.Abs(w - 1) ** 3, 16 * mp.sqrt(2 / mp.pi)),
    (sm.Normal(0, 1), sp.Max(w, 0), 1 / mp.sqrt(2 * mp.pi)),
    (sm.Normal(0, 1), sp.exp(-(w**2)), 1 / mp.sqrt(3)),
    (sm.Cauchy(0, 1), 1 / (1 + w**2), mp.mpf(1) / 2),
    (sm.Cauchy(0, 1), sp.Heaviside(w - 1), mp.mpf(1) / 4),
    (sm.Arcsine(-1, 1), sp.exp(w), mp.besseli(0, 1)),
    (sm.Student(3, 0, 1), sp.Abs(w), 2 * mp.sqrt(3) / mp.pi),
    (sm.Exponential(1), sp.Piecewise((w, w > 1), (0, True)), 2 / mp.e),
    (sm.Lognormal(0, 1), sp.atan(w), mp.pi / 4),
]


@pytest.mark.parametrize(("law", "function", "expected"), CLOSED)
def test_closed_means(law: Law, function: sp.Expr, expected: mp.mpf) -> None:
    found = Elementary(family="test", state=(w,), law=law).mean_of(function, Effort(digits=14)).enclosure
    assert found is not None and found.reaches(14)
    assert abs(found.middle - Fraction(str(mp.nstr(expected, 15)))) < Fraction(1, 10**13)


def test_what_oscillates_for_ever_is_refused() -> None:
    with pytest.raises(sm.Inconclusive):
        Elementary(family="test", state=(w,), law=sm.Cauchy(0, 1)).mean_of(sp.cos(w) / (1 + w**2), Effort())


def test_an_exponential_moment_is_the_generating_function() -> None:
    """E exp(w/2) = 1/(1 - 1/2) under the exponential law of mean 1."""
    found = Elementary(family="test", state=(w,), law=sm.Exponential(1)).mean_of(sp.exp(w / 2), Effort()).enclosure
    assert found.reaches(15) and found.lower <= 2 <= found.upper


@pytest.mark.parametrize("function", [w**3 - 5, sp.sin(w) * w, 1 / (w**2 - w + 3), sp.exp(-(w**2) + 3 * w), sp.sqrt(sp.Abs(w) + 1)])
def test_growth_bounds_hold_far_out(function: sp.Expr) -> None:
    found = growth(function, w)
    assert found is not None
    start = max(float(found.beyond), 1.0)
    for factor in (1.0, 1.5, 7.0, 300.0):
        for side in (-1, 1):
            place = side * start * factor
            value = abs(mp.mpf(sp.N(function.subs(w, sp.Float(place, 30)), 20)))
            assert value <= mp.mpf(str(float(arb(found.bound).upper()))) * abs(place) ** float(found.power) * (1 + mp.mpf(10) ** -12)
    assert growth(sp.exp(w), w) is None


def test_the_size_of_a_bounded_function_enters_what_is_cut_off() -> None:
    """E[C f; |X| > R] is C times E[f; |X| > R]: a bound that forgets C is too small by it."""
    size = sp.Integer(10) ** 40
    with precision(96):
        small, large = (cut_off(sm.Normal(0, 1), factor * sp.atan(X))[1] for factor in (sp.Integer(1), size))
        assert float((large.rad() / small.rad()).log()) == pytest.approx(40 * float(mp.log(10)), rel=1e-6)
        one, many = growth(sp.atan(X), X), growth(size * sp.atan(X), X)
        assert one is not None and many is not None
        numbers = arb(0), 1, arb(2), arb(3), arb(100)
        assert (many.heavy_tail(*numbers) / one.heavy_tail(*numbers)).contains(10**40)
