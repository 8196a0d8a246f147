"""Gamma continued fractions as products of random matrices: Bessel functions against quadrature and simulation."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from enclosures import assert_encloses

import sgd_markov as sm
from sgd_markov.answer.warrant import Warrant

u, v, x = sp.symbols("u v x", real=True)
ORIGIN = {u: 0, v: 0}


def product_of(law: sm.Gamma, q: object = 3, r: object = "1/2") -> sm.Chain:
    """(u, v) -> (x u + q v, r u)."""
    return sm.RandomMap({u: x * u + sp.sympify(q) * v, v: sp.Rational(r) * u}, noise={x: law})


def by_quadrature(shape: mp.mpf, scale: mp.mpf, q: mp.mpf, r: mp.mpf) -> mp.mpf:
    """log|r| + E log R, R with the density R^(k-1) exp(-(r R + q/R)/(r scale) r)/norm, from invariance alone.

    R' = x/r + q/(r R); with y = x/r ~ Gamma(k, scale/r) and C = q/r the density is R^(k-1) exp(-(R + C/R) r/scale).
    """
    rate, c = r / scale, q / r

    def weight(t: mp.mpf) -> mp.mpf:
        return mp.exp(shape * t - rate * (mp.exp(t) + c * mp.exp(-t)))

    middle = mp.log(c) / 2
    nodes = [middle - 12, middle - 3, middle, middle + 3, middle + 12]
    return mp.log(r) + mp.quad(lambda t: t * weight(t), nodes) / mp.quad(weight, nodes)


@pytest.mark.parametrize(("shape", "scale"), [("1", "2"), ("5/2", "1"), ("3", "1/2"), ("7/3", "1"), ("1/5", "3")])
def test_the_exponent_is_a_ratio_of_bessel_functions(shape: str, scale: str) -> None:
    answer = sm.lyapunov(product_of(sm.Gamma(shape, scale)), at=ORIGIN, digits=25)
    with mp.workdps(40):
        k, s = (mp.mpf(sp.Rational(t).p) / sp.Rational(t).q for t in (shape, scale))
        assert_encloses(answer, mp.nstr(by_quadrature(k, s, mp.mpf(3), mp.mpf(1) / 2), 28), digits=25)
    halves = (2 * sp.Rational(shape)).is_integer
    assert answer.warrant is (Warrant.EXACT if halves else Warrant.CERTIFIED)
    assert (answer.exact is not None) == halves


def test_simulation() -> None:
    rng, chains, steps = np.random.default_rng(7), 2000, 1500
    a, b, total = np.ones(chains), np.ones(chains), np.zeros(chains)
    for step in range(steps + 100):
        a, b = rng.gamma(2.5, 1, chains) * a + 3 * b, a / 2
        size = np.hypot(a, b)
        a, b = a / size, b / size
        total += np.log(size) if step >= 100 else 0
    rates = total / steps
    error = rates.std(ddof=1) / np.sqrt(chains)
    value = float(sm.lyapunov(product_of(sm.Gamma("5/2", 1)), at=ORIGIN).value)
    assert abs(rates.mean() - value) < 5 * error and error < 5e-4


def test_another_sign_is_another_chain() -> None:
    """Negative control: q < 0 leaves the family, and the formula with |q| is wrong there."""
    wrong = sm.lyapunov(product_of(sm.Gamma(2, 1)), at=ORIGIN)
    turned = product_of(sm.Gamma(2, 1), q=-3)
    try:
        answer = sm.lyapunov(turned, at=ORIGIN, digits=3, budget=20)
    except sm.Inconclusive as refusal:
        other = refusal.enclosure
    else:
        assert "inverse Gaussian" not in answer.method
        other = answer.enclosure
    assert other is not None and not other.meets(wrong.enclosure)
