"""Tables of the stable density and tail against mpmath's Fourier integrals and the Cauchy limit."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from flint import arb

from sgd_markov.balls.precision import precision
from sgd_markov.engines.smooth_kernel.stable import StableDensity
from sgd_markov.errors import Inconclusive
from sgd_markov.laws.stable import Stable
from sgd_markov.numerics.stable_table import stable_table

R = sp.Rational


def integrals(alpha: sp.Rational, u: str) -> tuple[mp.mpf, mp.mpf]:
    """(f(u), P(Z > u)) by quadrature between many points."""
    with mp.workdps(26):
        a, x = mp.mpf(int(alpha.p)) / int(alpha.q), mp.mpf(u)
        points = mp.linspace(0, mp.mpf(60) ** (1 / a), 30)
        density = mp.quad(lambda t: mp.cos(x * t) * mp.exp(-(t**a)), points) / mp.pi
        return density, mp.mpf(1) / 2 - mp.quad(lambda t: mp.sin(x * t) / t * mp.exp(-(t**a)), points) / mp.pi


@pytest.mark.parametrize("alpha", [R(11, 10), R(3, 2), R(19, 10)])
@pytest.mark.parametrize("u", ["0.25", "2.75", "9.625", "23.5"])
def test_density_and_tail_are_the_fourier_integrals(alpha: sp.Rational, u: str) -> None:
    density, tail = integrals(alpha, u)
    table = stable_table(alpha, 90)
    with precision(90):
        pairs = [(table.density(arb(u)), density), (table.tail(arb(u)), tail), (1 - table.tail(-arb(u)), tail)]
        for found, known in pairs:
            assert found.rad() < arb(2) ** -85
            assert abs(found.mid() - arb(mp.nstr(known, 26))) <= found.rad() + arb(10) ** -22


def test_a_wide_ball_holds_the_values_of_its_points() -> None:
    table = stable_table(R(3, 2), 64)
    with precision(64):
        wide = arb(1, arb(1) / 10)
        for point in (arb(9) / 10, arb(1), arb(11) / 10):
            assert table.density(wide).contains(table.density(point)) and table.tail(wide).contains(table.tail(point))
        assert table.tail(wide).rad() < arb(1) / 20


def test_both_series_agree_about_the_border_to_any_precision() -> None:
    coarse, fine = stable_table(R(3, 2), 70), stable_table(R(3, 2), 220)
    with precision(220):
        for place in (coarse.border - 0.01, coarse.border + 0.01, fine.border - 0.01, fine.border + 0.01):
            assert coarse.density(arb(place)).overlaps(fine.density(arb(place)))
            assert coarse.tail(arb(place)).overlaps(fine.tail(arb(place)))
            assert fine.density(arb(place)).rad() < arb(2) ** -215


def test_doubles_are_those_of_the_balls() -> None:
    density = StableDensity(Stable("5/4", 1))
    places = np.linspace(-30, 30, 101)
    values, tails = density.floats(places), density.tail_floats(places)
    with precision(80):
        for u, value, tail in zip(places, values, tails, strict=True):
            assert abs(value / float(density.density(arb(float(u)))) - 1) < 3e-15
            assert abs(tail / float(density.tail(arb(float(u)))) - 1) < 3e-15


@pytest.mark.parametrize("height", ["0", "0.3", "2"])
def test_the_bound_on_a_strip_is_above_the_value_on_its_edge(height: str) -> None:
    with mp.workdps(20), precision(80):
        edge = mp.quad(lambda t: mp.cosh(mp.mpf(height) * t) * mp.exp(-(t ** mp.mpf("1.5"))), [0, 5, 20, 40]) / mp.pi
        bound = float(StableDensity(Stable("3/2", 1)).strip(arb(height)))
        assert edge <= bound <= 4 * edge


def test_next_to_one_the_series_are_refused() -> None:
    with pytest.raises(Inconclusive, match="stable density"):
        stable_table(R(1001, 1000), 80)
