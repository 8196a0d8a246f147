"""Sums of noises of different families by inversion, against integrals of closed forms and mpmath's own inversion."""

from __future__ import annotations

from fractions import Fraction

import mpmath as mp
import pytest
import sympy as sp
from enclosures import assert_encloses
from flint import arb

import sgd_markov as sm
from sgd_markov.balls.precision import precision
from sgd_markov.engines.transform_inversion import Tail, fall

w, x, y, z = sp.symbols("w x y z", real=True)
R = sp.Rational


def chain(update: object, **noise: object) -> sm.Chain:
    return sm.RandomMap({w: update}, noise={sp.Symbol(name, real=True): law for name, law in noise.items()})


SMOOTHED = chain(w / 2 + y + z, y=sm.Normal(1, 1), z=sm.Rademacher())
"""N(2, 4/3) plus a uniform variable on [-2, 2]."""


@pytest.mark.parametrize("at", [R(1, 2), R(2), R(-3), R(7)])
def test_a_uniform_plus_a_normal_variable(at: sp.Rational) -> None:
    with mp.workdps(30):
        sigma, place = mp.sqrt(mp.mpf(4) / 3), mp.mpf(at.p) / at.q
        cdf = mp.quad(lambda u: mp.ncdf((place - 2 - u) / sigma), [-2, 0, 2]) / 4
        density = (mp.ncdf((place - 2 + 2) / sigma) - mp.ncdf((place - 2 - 2) / sigma)) / 4
        assert_encloses(sm.stationary(SMOOTHED, cdf_at=at, digits=20), mp.nstr(cdf, 22), 20, "certified")
        assert_encloses(sm.stationary(SMOOTHED, density_at=at, digits=20), mp.nstr(density, 22), 20, "certified")


def test_exponential_and_uniform_noise_against_mpmath() -> None:
    problem = chain(w / 2 + y + z, y=sm.Exponential(1), z=sm.Uniform(-1, 1))

    def transform(t: mp.mpf) -> mp.mpc:
        factors = (mp.sinc(t / 2**n) / (1 - mp.mpc(0, t / 2**n)) for n in range(45))
        return mp.fprod(factors)

    def integrand(t: mp.mpf) -> mp.mpf:
        return (transform(t) * mp.expj(-2 * t)).imag / t

    value = mp.mpf(1) / 2 - mp.quad(integrand, [mp.mpf("1e-20"), *range(4, 41, 6)]) / mp.pi
    found = sm.stationary(problem, cdf_at=2)
    assert found.enclosure.reaches(15) and abs(float(found.enclosure.middle) - value) < 1e-10


def test_three_families_to_thirty_digits_and_their_symmetry() -> None:
    problem = chain(w / 2 + x + y + z, x=sm.Normal(0, 1), y=sm.Uniform(-1, 1), z=sm.Rademacher())
    above, below = (sm.stationary(problem, cdf_at=at, digits=30).enclosure for at in (R(6, 5), -R(6, 5)))
    assert above.reaches(30) and abs(above.middle + below.middle - 1) < Fraction(1, 10**29)
    density = sm.stationary(problem, density_at="6/5").enclosure.middle
    step = Fraction(1, 1000)
    slope = sm.stationary(problem, set=[R(6, 5) - R(1, 1000), R(6, 5) + R(1, 1000)]).enclosure.middle / (2 * step)
    assert abs(density - slope) < Fraction(1, 10**6)


def test_the_sampled_and_the_certified_value_agree() -> None:
    problem = chain(2 * w / 3 + y + z, y=sm.Laplace(0, 1), z=sm.TwoPoint(0, 2, "1/3"))
    certified = sm.stationary(problem, cdf_at=3)
    assert certified.warrant.label == "certified" and certified.enclosure.reaches(15)
    assert certified.enclosure.middle in sm.stationary(problem, cdf_at=3, method="sampled", seed=11).enclosure


def test_sums_without_decay_or_with_symbols_are_left_open() -> None:
    scale = sp.Symbol("s", positive=True)
    open_ = chain(w / 2 + y + z, y=sm.Normal(0, scale), z=sm.Uniform(-1, 1))
    with pytest.raises(sm.Inconclusive):
        sm.stationary(open_, cdf_at=1)
    with pytest.raises(sm.Inconclusive):
        sm.stationary(chain(w / 2 + y + z, y=sm.Exponential(1), z=sm.Uniform(-1, 1)), density_at=1)


@pytest.mark.parametrize(
    "law", [sm.Normal(0, "1/2"), sm.Uniform(-1, 3), sm.Laplace(0, 2), sm.Gamma("3/2", 2), sm.Exponential(3)], ids=lambda law: law.name
)
def test_transforms_fall_as_stated(law: object) -> None:
    t = sp.Symbol("t", real=True)
    size = sp.lambdify(t, sp.Abs(law.characteristic_function(t)), "mpmath")  # type: ignore[attr-defined]
    for start in (1.5, 4.0):
        factor, power = (float(v) for v in fall(law, arb(start)))  # type: ignore[arg-type]
        assert power > 0
        assert all(size(start * r) <= factor * r**-power * (1 + 1e-9) for r in (1.0, 1.3, 2.0, 3.7, 10.0))


def test_the_bound_of_the_tails_holds_for_a_normal_law() -> None:
    with precision(80):
        moments = [arb(int(mp.fac2(k - 1))) if k % 2 == 0 and k else arb(int(k == 0)) for k in range(81)]
        tail = Tail.of(moments)
        assert 2 * mp.ncdf(-float(tail.reach)) <= float(tail.mass) < 1e-20

