"""Stable noise, and sums of independent noises with an analytic density, against Nystrom with mpmath and scipy."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from enclosures import assert_encloses
from scipy.integrate import quad
from scipy.special import ndtr

import sgd_markov as sm

R = sp.Rational
w, y, z = sp.symbols("w y z", real=True)


def nystrom(step: Callable[[float, float], float], start: float, size: int) -> tuple[float, float]:
    """(mean exit time, survival factor) of [-1, 1] by a dense solve, step(x, y) the density of a step."""
    nodes, weights = np.polynomial.legendre.leggauss(size)
    matrix = np.array([[step(x, v) for v in nodes] for x in nodes]) * weights
    times = np.linalg.solve(np.eye(size) - matrix, np.ones(size))
    row = np.array([step(start, v) for v in nodes]) * weights
    return 1 + float(row @ times), float(max(np.linalg.eigvals(matrix).real))


def stable_step(alpha: float, scale: float) -> Callable[[float, float], float]:
    @cache
    def density(u: float) -> float:
        end = 34 ** (1 / alpha)
        return quad(lambda t: np.cos(u * t) * np.exp(-(t**alpha)), 0, end, limit=500, epsabs=1e-13)[0] / np.pi

    return lambda x, v: density(round(abs(v - 0.9 * x) / scale, 15)) / scale


def from_zero(noise: sp.Expr, laws: dict[sp.Symbol, sm.Law]) -> sm.RandomMap:
    return sm.RandomMap({w: R(9, 10) * w + noise}, noise=laws)


@pytest.mark.parametrize(("alpha", "scale"), [("3/2", "1/2"), ("11/10", "1/2"), ("19/10", "1/2")])
def test_stable_noise_agrees_with_a_dense_solve(alpha: str, scale: str) -> None:
    chain = from_zero(R(scale) * z, {z: sm.Stable(alpha)})
    time, factor = nystrom(stable_step(float(R(alpha)), float(R(scale))), 0.0, 36)
    found, pair = sm.exit_time(chain, start=0, inside=[-1, 1]), sm.quasi_stationary(chain, inside=[-1, 1])
    assert found.warrant.label == pair.warrant.label == "certified"
    assert found.enclosure.reaches(15) and pair.enclosure.reaches(15)
    assert abs(float(found.enclosure.middle) / time - 1) < 1e-10
    assert abs(float(pair.enclosure.middle) / factor - 1) < 1e-10


def test_stable_noise_of_index_one_is_cauchy_and_of_index_two_normal() -> None:
    for stable, plain in ((sm.Stable(1), sm.Cauchy(0, 1)), (sm.Stable(1), sm.Student(1, 0, 1)), (sm.Stable(2), sm.Normal(0, sp.sqrt(2)))):
        times = [sm.exit_time(from_zero(z / 2, {z: law}), start=0, inside=[-1, 1]) for law in (stable, plain)]
        assert times[0].enclosure.meets(times[1].enclosure) and times[0].enclosure.reaches(15)


def test_every_question_of_stable_noise() -> None:
    chain = from_zero(z / 2, {z: sm.Stable("3/2")})
    assert_encloses(sm.hitting(chain, start=0, target=[1, "oo"], avoid=["-oo", -1]), "1/2", 15, "certified")
    assert sm.survival(chain, start=0, inside=[-1, 1], quantile="1/2").value == "3"
    after = [sm.survival(chain, start=0, inside=[-1, 1], steps=n).enclosure for n in range(4)]
    assert after[0].is_point and after[3].upper <= 1 / 2 < after[2].lower


def test_survival_of_one_step_is_the_distribution_function() -> None:
    with mp.workdps(30):
        end = mp.mpf(90) ** (mp.mpf(2) / 3)
        stay = 2 * mp.quad(lambda t: mp.sin(2 * t) / t * mp.exp(-(t ** mp.mpf("1.5"))), mp.linspace(0, end, 40)) / mp.pi
        chain = from_zero(z / 2, {z: sm.Stable("3/2")})
        found = sm.survival(chain, start=0, inside=[-1, 1], steps=1)
        assert_encloses(found, mp.nstr(stay, 20), 15, "certified")


def test_copies_of_stable_noise_add_up() -> None:
    several = from_zero(z / 4 - y / 4, {z: sm.Stable("3/2"), y: sm.Stable("3/2")})
    one = from_zero(R(1, 4) * 2 ** R(2, 3) * z, {z: sm.Stable("3/2")})
    times = [sm.exit_time(chain, start=0, inside=[-1, 1]) for chain in (several, one)]
    assert times[0].enclosure.meets(times[1].enclosure) and times[0].enclosure.reaches(15)


def test_copies_of_cauchy_noise_add_up_with_absolute_factors() -> None:
    several = from_zero(z / 4 - y / 4, {z: sm.Cauchy(0, 1), y: sm.Cauchy(0, 1)})
    times = [sm.exit_time(chain, start=0, inside=[-1, 1]) for chain in (several, from_zero(z / 2, {z: sm.Cauchy(0, 1)}))]
    assert times[0].enclosure.meets(times[1].enclosure) and times[0].enclosure.reaches(15)


def normal_with_uniform(x: float, v: float) -> float:
    """z/4 + u, u uniform on [-1/4, 3/4]."""
    place = v - 0.9 * x
    return float(ndtr(4 * (place + 0.25)) - ndtr(4 * (place - 0.75)))


def normal_with_laplace(x: float, v: float) -> float:
    place = v - 0.9 * x

    def inner(t: float) -> float:
        return float(np.exp(-8 * (place - t) ** 2) * 4 / np.sqrt(2 * np.pi) * 2 * np.exp(-4 * abs(t)))

    return quad(inner, -3, 0, epsabs=1e-13)[0] + quad(inner, 0, 3, epsabs=1e-13)[0]


@pytest.mark.parametrize(
    ("law", "step", "size", "right"),
    [(sm.Uniform(-1, 3), normal_with_uniform, 60, 1e-11), (sm.Laplace(0, 1), normal_with_laplace, 30, 1e-5)],
    ids=["uniform", "laplace"],
)
def test_normal_noise_smooths_another(
    law: sm.Law, step: Callable[[float, float], float], size: int, right: float
) -> None:
    chain = from_zero(z / 4 + y / 4, {z: sm.Normal(0, 1), y: law})
    found = sm.exit_time(chain, start=0, inside=[-1, 1])
    assert found.warrant.label == "certified" and found.enclosure.reaches(15)
    assert abs(float(found.enclosure.middle) / nystrom(step, 0.0, size)[0] - 1) < right


def test_a_scale_that_depends_on_the_state() -> None:
    chain = sm.RandomMap({w: w + sp.sqrt(1 + w**2) * z / 2}, noise={z: sm.Normal(0, 1)})

    def step(x: float, v: float) -> float:
        scale = np.sqrt(1 + x * x) / 2
        return float(np.exp(-(((v - x) / scale) ** 2) / 2) / scale / np.sqrt(2 * np.pi))

    found = sm.exit_time(chain, start=0, inside=[-1, 1])
    assert found.warrant.label == "certified" and found.enclosure.reaches(15)
    assert abs(float(found.enclosure.middle) / nystrom(step, 0.0, 50)[0] - 1) < 1e-11


def test_a_mixture_of_normal_noises() -> None:
    chain = sm.RandomMap({w: R(9, 10) * w + y * z}, noise={z: sm.Normal(0, 1), y: sm.TwoPoint("1/2", 1)})

    def step(x: float, v: float) -> float:
        place = v - 0.9 * x
        return float(np.exp(-2 * place**2) + np.exp(-(place**2) / 2) / 2) / np.sqrt(2 * np.pi)

    found = sm.exit_time(chain, start=0, inside=[-1, 1])
    assert found.warrant.label == "certified" and found.enclosure.reaches(15)
    assert abs(float(found.enclosure.middle) / nystrom(step, 0.0, 50)[0] - 1) < 1e-11
