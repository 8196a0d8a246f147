"""Quantiles in closed form, each against mpmath's distribution functions or the law's own in balls."""

from __future__ import annotations

import mpmath as mp
import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.effort import Effort
from sgd_markov.invariant.elementary import Elementary
from sgd_markov.laws.affine_image import AffineImage
from sgd_markov.laws.dickman import Dickman
from sgd_markov.laws.inverse_gamma import InverseGamma
from sgd_markov.laws.irwin_hall import IrwinHall

w, z, u, x, b = sp.symbols("w z u x b", real=True)
p = sp.Symbol("p", positive=True)
k, lr, s = sp.symbols("k lr s", positive=True)
R = sp.Rational


def t_cdf(df):
    return lambda y: mp.quad(lambda t: (1 + t**2 / df) ** (-(df + 1) / 2), [-mp.inf, y]) * mp.gamma((df + 1) / 2) / (
        mp.sqrt(df * mp.pi) * mp.gamma(df / 2)
    )


CLOSED = [
    (sm.Uniform(-1, 3), R(1, 3), lambda y: (y + 1) / 4),
    (sm.Exponential(2), R(1, 3), lambda y: 1 - mp.exp(-y / 2)),
    (sm.Laplace(1, 2), R(1, 5), lambda y: mp.exp((y - 1) / 2) / 2),
    (sm.Laplace(1, 2), R(4, 5), lambda y: 1 - mp.exp(-(y - 1) / 2) / 2),
    (sm.Cauchy(1, 2), R(5, 6), lambda y: mp.mpf(1) / 2 + mp.atan((y - 1) / 2) / mp.pi),
    (sm.Arcsine(-1, 3), R(1, 5), lambda y: 2 / mp.pi * mp.asin(mp.sqrt((y + 1) / 4))),
    (sm.Gamma(1, 3), R(2, 3), lambda y: mp.gammainc(1, 0, y / 3)),
    (sm.ChiSquare(2), R(2, 3), lambda y: mp.gammainc(1, 0, y / 2)),
    (InverseGamma(1, 3), R(2, 3), lambda y: mp.gammainc(1, 3 / y, mp.inf)),
    (sm.Beta("5/2", 1), R(1, 3), lambda y: mp.betainc(mp.mpf(5) / 2, 1, 0, y, regularized=True)),
    (sm.Beta(1, "5/2"), R(1, 3), lambda y: mp.betainc(1, mp.mpf(5) / 2, 0, y, regularized=True)),
    (sm.Beta("1/2", "1/2"), R(1, 3), lambda y: mp.betainc(0.5, 0.5, 0, y, regularized=True)),
    (sm.Beta("7/3", "7/3"), R(1, 2), lambda y: mp.betainc(mp.mpf(7) / 3, mp.mpf(7) / 3, 0, y, regularized=True)),
    (sm.BetaPrime(1, 3), R(1, 3), lambda y: mp.betainc(1, 3, 0, y / (1 + y), regularized=True)),
    (sm.BetaPrime(2, 1), R(1, 3), lambda y: mp.betainc(2, 1, 0, y / (1 + y), regularized=True)),
    (sm.Student(1, 1, 2), R(1, 3), lambda y: t_cdf(mp.mpf(1))((y - 1) / 2)),
    (sm.Student(2, 1, 2), R(1, 3), lambda y: t_cdf(mp.mpf(2))((y - 1) / 2)),
    (sm.Lognormal(1, 2), R(1, 2), lambda y: mp.ncdf((mp.log(y) - 1) / 2)),
    (sm.Normal(3, 2), R(1, 2), lambda y: mp.ncdf((y - 3) / 2)),
    (sm.Semicircle(3, 2), R(1, 2), lambda y: mp.mpf(1) / 2 + (y - 3)),
    (Dickman(1), R(1, 2), lambda y: mp.exp(-mp.euler) * y),
    (Dickman(R(1, 2)), R(1, 2), lambda y: mp.exp(-mp.euler / 2) * mp.sqrt(y) / mp.gamma(1.5)),
]


@pytest.mark.parametrize(("law", "level", "cdf"), CLOSED, ids=lambda value: getattr(value, "name", None))
def test_a_closed_quantile_has_its_level(law, level, cdf):
    with mp.workdps(30):
        q = law.quantile(level)
        assert q is not None and not q.free_symbols
        assert abs(cdf(mp.mpf(sp.N(q, 30))) - mp.mpf(level.p) / level.q) < mp.mpf(10) ** -12


@pytest.mark.parametrize("direction", [1, -1])
def test_an_affine_image_turns_the_level_with_its_direction(direction):
    image = AffineImage(sm.Exponential(1), R(2), R(3), direction)
    q = image.quantile(R(1, 4))
    assert sp.simplify(image.cdf(q) - R(1, 4)) == 0


@pytest.mark.parametrize(
    ("law", "level"), [(sm.Normal(0, 1), R(1, 3)), (sm.Beta(2, 3), R(1, 2)), (sm.Gamma(2, 1), R(1, 2)), (Dickman(1), R(3, 4))]
)
def test_no_form_is_claimed_where_none_is_simple(law, level):
    assert law.quantile(level) is None


@pytest.mark.parametrize(
    ("chain", "level", "exact"),
    [
        (sm.RandomMap({w: w / 2 + z}, noise={z: sm.Rademacher()}), "1/3", R(-2, 3)),
        (sm.RandomMap({w: w / 3 + b * x}, noise={b: sm.Bernoulli("2/3"), x: sm.Exponential(2)}), "1/2", 2 * sp.log(2)),
        (sm.RandomMap({w: w / 3 + z}, noise={z: sm.Cauchy(0, 2)}), "3/4", sp.Integer(3)),
        (sm.RandomMap({w: w / 3 + z}, noise={z: sm.Normal(1, 2)}), "1/2", R(3, 2)),
        (sm.RandomMap({w: w / 2 + z}, noise={z: sm.Uniform(-1, 1)}), "1/2", sp.Integer(0)),
        (sm.RandomMap({w: w / 2 + z}, noise={z: sm.Uniform(0, 2)}), "1/2", sp.Integer(2)),
        (sm.RandomMap({w: w / 2 + z}, noise={z: sm.Uniform(-1, 1)}), "67/72", sp.Integer(1)),
        (sm.RandomMap({w: w / sp.sqrt(2) + z}, noise={z: sm.Rademacher()}), "1/2", sp.Integer(0)),
        (sm.RandomMap({w: w / 3 + z}, noise={z: sm.Rademacher()}), "1/2", R(-1, 2)),
        (sm.RandomMap({w: w / 2}), "1/2", sp.Integer(0)),
    ],
)
def test_stationary_quantiles_are_exact(chain, level, exact):
    answer = sm.stationary(chain, quantile=level)
    assert answer.exact is not None and sp.simplify(answer.exact - exact) == 0
    assert answer.warrant.label == "exact"


def test_a_triangle_law_has_rational_quantiles():
    triangle = Elementary(family="sum", state=(w,), law=IrwinHall(0, 1, 2))
    assert triangle.quantile(R(1, 8), Effort()).exact == R(1, 4)
    assert triangle.quantile(R(1, 3), Effort()).exact is None


def test_symbols_stay_and_the_level_is_a_hypothesis():
    chain = sm.SGD(k * w**2 / 2 + s * w * z, [w], lr, data={z: sm.Cauchy(0, 1)})
    answer = sm.stationary(chain, quantile="3/4")
    assert answer.value is None and answer.exact.free_symbols >= {k, s}
    numbers = {k: 1, lr: R(1, 2), s: 3}
    assert answer.exact.subs(numbers) == sm.stationary(chain.subs(numbers), quantile="3/4").exact == 3
    level = sm.stationary(chain.subs(numbers), quantile=p)
    assert sp.simplify(level.exact.subs(p, R(3, 4)) - 3) == 0
    assert any(h.state == "assumed" and "0 < p < 1" in h.statement for h in level.hypotheses)
    assert "0 < p" not in str(answer.hypotheses)
