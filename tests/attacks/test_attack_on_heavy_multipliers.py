"""Tail indices of multipliers that are polynomials of one variable."""

from __future__ import annotations

import mpmath as mp
import pytest
import sympy as sp

import sgd_markov as sm

w, x, z = sp.symbols("w x z", real=True)


def tail_index(multiplier: sp.Expr, law: object) -> sm.Answer:
    return sm.tail_index(sm.RandomMap({w: multiplier * w + z}, noise={x: law, z: sm.Normal(0, 1)}), digits=8)


@pytest.mark.parametrize(
    ("multiplier", "law", "density", "ends"),
    [
        (5 * x * (1 - x), sm.Uniform(0, 1), lambda t: mp.mpf(1), [0, (1 - mp.sqrt(mp.mpf(1) / 5)) / 2, 1]),
        (x**2 / 2, sm.Arcsine(-1, 2), None, []),
        (1 - 3 * x**2 / 5, sm.Laplace("1/4", "1/9"), lambda t: mp.mpf("4.5") * mp.exp(-9 * abs(t - 0.25)),
         [-12, -mp.sqrt(mp.mpf(5) / 3), 0, 0.25, mp.sqrt(mp.mpf(5) / 3), 4, 12]),
    ],
)  # fmt: skip
def test_the_root_is_found(multiplier: sp.Expr, law: object, density: object, ends: list[object]) -> None:
    """`whether P(|M| > 1) > 0 is not decided` for M = 1 - c x^2 under every law without bounds."""
    kappa = mp.mpf(tail_index(multiplier, law).value)
    size = sp.lambdify(x, sp.Abs(multiplier) ** sp.Float(str(kappa), 20), "mpmath")
    if density is None:
        mean = mp.quad(lambda a: size(mp.mpf(1) / 2 + mp.mpf(3) / 2 * mp.cos(a)), [0, mp.acos(mp.mpf(-1) / 3), mp.pi]) / mp.pi
    else:
        mean = mp.quad(lambda t: size(t) * density(t), ends)  # type: ignore[operator]
    assert abs(mean - 1) < 1e-5


@pytest.mark.parametrize("multiplier", [4 * x * (1 - x), 1 - x**2, x**3 - x])
def test_a_bounded_multiplier_has_light_tails(multiplier: sp.Expr) -> None:
    assert tail_index(multiplier, sm.Uniform(0, 1)).exact == sp.oo


def test_a_quotient_of_a_lattice_is_not_said_to_be_unbounded() -> None:
    with pytest.raises(sm.Inconclusive, match="not decided"):
        tail_index(x / (1 + x), sm.Poisson(1))
