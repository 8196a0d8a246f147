"""The bounds for all w: images hold what integration finds, and a wrong function is found wrong."""

from __future__ import annotations

from fractions import Fraction

import mpmath as mp
import pytest
import sympy as sp
from flint import arb, arb_poly

import sgd_markov as sm
from sgd_markov.balls.precision import ball, precision
from sgd_markov.effort import Effort
from sgd_markov.engines.kinked_kernel.cells import Cell, Mesh
from sgd_markov.engines.kinked_kernel.kernel import kernel_of
from sgd_markov.engines.kinked_kernel.setting import Setting
from sgd_markov.engines.kinked_kernel.spectrum import TopPair
from sgd_markov.numerics.kinked_steps import Steps, kinked_steps

w, z = sp.symbols("w z", real=True)
R, F = sp.Rational, Fraction
CUTS = [F(-1), F(-2, 5), F(1, 7), F(1, 2), F(1)]
FUNCTION = [[1, 2, -1, 3], [2, -1, 1, 0], [1, 1, 1, 1], [-1, 3, 2, -2]]
"""A polynomial in u on every cell, with jumps between them."""


def steps_of(update: sp.Expr, law: object) -> Steps:
    found = kinked_steps(sm.RandomMap({w: update}, noise={z: law}))
    assert found is not None
    return found


def setting_of(steps: Steps) -> Setting:
    mesh = Mesh(tuple(Cell(a, b, 4) for a, b in zip(CUTS, CUTS[1:], strict=False)))
    return Setting(mesh, kernel_of(steps), 40, 20, Effort())


def integral(steps: Steps, at: Fraction) -> mp.mpf:
    """E[v(w'); w' in the region] by quadrature between all kinks."""
    (stride,) = steps.strides
    m, x = mp.mpf(str(sp.N(stride.drift.subs(w, sp.Rational(at)), 40))), sp.Symbol("x")
    kinks = [mp.mpf(k.p) / k.q for k in stride.kinks]
    places = sorted({mp.mpf(c.numerator) / c.denominator for c in CUTS} | {m + k for k in kinks if abs(m + k) < 1})
    density = sp.lambdify(x, sp.Piecewise(*((sum(t.coefficient * x**t.power * sp.exp(-t.rate * x) for t in p.terms), (x > p.low) & (x < p.high)) for p in stride.pieces), (0, True)), "mpmath")  # fmt: skip
    return mp.fsum(mp.quad(lambda y: density(y - m) * value(y), pair) for pair in zip(places, places[1:], strict=False))


def value(y: mp.mpf) -> mp.mpf:
    index = max(i for i, c in enumerate(CUTS[:-1]) if y >= mp.mpf(c.numerator) / c.denominator)
    low, high = (mp.mpf(c.numerator) / c.denominator for c in CUTS[index : index + 2])
    return mp.polyval(FUNCTION[index][::-1], (2 * y - low - high) / (high - low))


CASES = {
    "laplace": steps_of(R(9, 10) * w + z / 3, sm.Laplace(0, 1)),
    "uniform": steps_of(w / 2 + z, sm.Uniform(R(-1, 3), R(1, 4))),
    "exponential": steps_of(w - R(1, 5) - z / 2, sm.Exponential(1)),
    "gamma": steps_of(w**2 - R(1, 2) + z / 4, sm.Gamma(3, 1)),
    "cubic": steps_of(w - w**3 / 3 + z / 3, sm.Laplace(0, 1)),
    "sine": steps_of(sp.sin(2 * w) + z / 3, sm.Laplace(0, 1)),
}


@pytest.mark.parametrize("steps", CASES.values(), ids=CASES.keys())
def test_images_hold_what_integration_finds(steps: Steps) -> None:
    """On whole intervals, of which some lead across kinks of the image."""
    with precision(120), mp.workdps(30):
        setting = setting_of(steps)
        image = setting.image(tuple(arb_poly(c) for c in FUNCTION))
        for low, high, index in ((F(-9, 10), F(-1, 2), 0), (F(1, 6), F(1, 5), 2), (F(3, 5), F(19, 20), 3)):
            model = image.on(low, high, index)
            for part in (F(-7, 8), F(0), F(3, 5)):
                offset = (high - low) / 2 * part
                found = model(ball(offset))
                assert found.overlaps(arb(str(integral(steps, (low + high) / 2 + offset)), 1e-18)), (low, part)


@pytest.mark.parametrize("steps", CASES.values(), ids=CASES.keys())
def test_images_on_short_intervals_are_narrow(steps: Steps) -> None:
    with precision(120):
        image = setting_of(steps).image(tuple(arb_poly(c) for c in FUNCTION))
        short = F(1, 2**60)
        for middle in (F(1, 3), F(1, 4), F(9, 10)):
            index = 2 if middle < F(1, 2) else 3
            assert image.on(middle - short, middle + short, index)(0).rad() < 1e-14


def test_a_wrong_function_is_found_wrong() -> None:
    with precision(300):  # what cancels at cells of 24 coefficients, and room
        setting = setting_of(CASES["laplace"])
        right = Setting(
            Mesh(tuple(Cell(a, b, 24) for a, b in zip(CUTS, CUTS[1:], strict=False))), setting.kernel, 60, 30, Effort()
        )
        v = right.exit_time
        enough = arb(10) ** -12
        assert right.defect(v, lambda part: arb_poly([1]), enough) < 1e-15
        for index in range(4):
            bumped = tuple(p + arb_poly([0] * 9 + [arb(10) ** -6]) if i == index else p for i, p in enumerate(v))
            assert right.defect(bumped, lambda part: arb_poly([1]), enough) > 1e-7


def test_what_has_no_value_has_no_bound() -> None:
    """A nan compares as smaller than nothing and larger than nothing: it must not be passed over."""
    with precision(120):
        setting = setting_of(CASES["laplace"])
        nowhere = arb_poly([arb.nan()])
        bound = setting.largest(lambda part: nowhere if part[2] == 1 else arb_poly([0]), arb(1))
        assert bound == arb.pos_inf()
        one = arb_poly([1])
        assert setting.least((one, nowhere, one, one)) == arb.neg_inf()


def test_the_survival_factor_is_not_below_zero() -> None:
    """A wide error would make the lower bound of theta^n, n even, larger than theta^n."""
    pair = TopPair.__new__(TopPair)
    pair.theta, pair.delta, pair.least = arb(0.25), arb(1), arb(1)
    low, high = pair.factors
    assert low == 0 and high > 1
