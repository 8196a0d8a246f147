"""Expressions of independent variables by the names of their laws, checked against samples."""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest
import sympy as sp
from scipy.special import betainc, gammainc

import sgd_markov as sm
from sgd_markov.laws.inverse_gamma import InverseGamma
from sgd_markov.numerics.named_law import Named, named
from sgd_markov.numerics.vanishing import same, vanishes

u, v, x, y, e, n, q = sp.symbols("u v x y e n q", real=True)
t = sp.Symbol("t", positive=True)
LAWS = {
    u: sm.Uniform(0, 1), v: sm.Beta(2, 3), x: sm.Gamma(2, 3), y: sm.Gamma(5, 3), e: sm.Exponential(2), n: sm.Normal(0, 2),
}  # fmt: skip

KNOWN = [
    u, 1 - 2 * u, u**3, sp.sqrt(1 - u), 1 / sp.sqrt(u), -sp.log(u), 3 + 2 * sp.log(1 - u), sp.exp(-e), sp.exp(3 * e), 1 / u,
    u / (1 - u), u / (u - 1), 1 / (1 - u), v / (1 - v), (1 - v) / v, 1 - v, x / y, x / (x + y), (x - y) / (x + y), x + y + 1,
    v * y, n**2, x / n**2, 1 / x, 2 / (3 * x) + 1, 1 / (1 + x / y), 1 - sp.exp(-e / 4),
    sp.Abs(-x), 1 / (sp.exp(e) - 1),
]  # fmt: skip


def distribution(found: Named, place: np.ndarray) -> np.ndarray:
    """P(X <= place) of the standard law, by scipy."""
    law = found.law
    if isinstance(law, sm.Beta):
        return betainc(float(law.alpha), float(law.beta), np.clip(place, 0, 1))
    if isinstance(law, sm.BetaPrime):
        inside = np.maximum(place, 0)
        return betainc(float(law.alpha), float(law.beta), inside / (1 + inside))
    if isinstance(law, sm.Gamma):
        return gammainc(float(law.shape), np.maximum(place, 0))
    assert isinstance(law, InverseGamma)
    with np.errstate(divide="ignore"):
        return np.where(place > 0, 1 - gammainc(float(law.shape), 1 / np.maximum(place, 1e-300)), 0)


@pytest.mark.parametrize("expr", KNOWN, ids=str)
def test_name_agrees_with_samples(expr: sp.Expr) -> None:
    found = named(expr, LAWS)
    assert found is not None
    rng = np.random.default_rng(7)
    draws = {s: law.from_uniforms(rng.random((law.uniforms, 20_000))) for s, law in LAWS.items()}
    values = sp.lambdify(list(LAWS), expr, "numpy")(*draws.values())
    standard = np.sort((values - float(found.shift)) / float(found.factor))
    steps = np.arange(1, len(standard) + 1) / len(standard)
    assert np.abs(distribution(found, standard) - steps).max() <= sqrt(log(2e6) / (2 * len(standard))) + 1e-4


UNKNOWN = [v**2, x + 2 * y, n * u, sp.cos(u), u - u**2, x / (x + 2 * y), sp.exp(n), u + e, x * y, sp.log(x), n**3, u ** (-u), q]


@pytest.mark.parametrize("expr", UNKNOWN, ids=str)
def test_what_has_no_name_gets_none(expr: sp.Expr) -> None:
    assert named(expr, LAWS) is None


def test_symbols_and_what_is_assumed_of_them() -> None:
    power = named(u ** (1 / t), LAWS)
    assert power is not None and power.law == sm.Beta(t, 1) and power.positive == ()
    assumed = named(u**q, LAWS)
    assert assumed is not None and assumed.positive == (q,)
    decay = named(sp.exp(-q * e), LAWS)
    assert decay is not None and same(decay.law.alpha, 1 / (2 * q)) and decay.positive == (2 * q,)


def test_equality_is_proved_or_denied() -> None:
    assert vanishes(sp.gamma(t + 1) / sp.gamma(t) - t) and not vanishes(sp.gamma(t + 1) - t)
    assert same((t**2 - 1) / (t - 1), t + 1) and not same(t, t + sp.Rational(1, 10**6))
