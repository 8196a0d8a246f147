"""Every family prints, gives 50 digits, and its closed numbers read back as the same numbers."""

from __future__ import annotations

import re

import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.chain.chain import Chain
from sgd_markov.expressions import parse

w, x, z, u, e, b = sp.symbols("w x z u e b", real=True)
R = sp.Rational

CHAINS: dict[str, tuple[Chain, dict[str, object]]] = {
    "normal": (sm.RandomMap({w: w / 3 + z}, noise={z: sm.Normal(1, 2)}), {}),
    "Cauchy": (sm.RandomMap({w: w / 3 + z}, noise={z: sm.Cauchy(1, 2)}), {}),
    "stable": (sm.RandomMap({w: w / 3 + z}, noise={z: sm.Stable("3/2", 1)}), {}),
    "uniform": (sm.RandomMap({w: w / 2 + z}, noise={z: sm.Rademacher()}), {}),
    "sum of uniforms": (sm.RandomMap({w: w / sp.sqrt(2) + z}, noise={z: sm.Rademacher()}), {}),
    "Cantor": (sm.RandomMap({w: w / 3 + z}, noise={z: sm.Rademacher()}), {}),
    "biased coin": (sm.RandomMap({w: w / 2 + z}, noise={z: sm.TwoPoint(0, 1, "1/3")}), {}),
    "Fabius": (sm.RandomMap({w: w / 2 + z}, noise={z: sm.Uniform(-1, 1)}), {}),
    "exponential": (
        sm.RandomMap({w: w / 3 + b * x}, noise={b: sm.Bernoulli("2/3"), x: sm.Exponential(2)}),
        {},
    ),
    "Laplace": (sm.RandomMap({w: w / 3 + b * x}, noise={b: sm.Bernoulli("8/9"), x: sm.Laplace(0, 2)}), {}),
    "exponential noise": (sm.RandomMap({w: w / 3 + x}, noise={x: sm.Exponential(1)}), {}),
    "Dickman": (sm.RandomMap({w: u * (w + 1)}, noise={u: sm.Uniform(0, 1)}), {}),
    "gamma": (sm.RandomMap({w: u * (w + e)}, noise={u: sm.Beta("3/2", 2), e: sm.Gamma(2, 1)}), {}),
    "beta": (sm.RandomMap({w: (1 - u) * w + u * x}, noise={u: sm.Beta(1, "5/2"), x: sm.Bernoulli("2/5")}), {}),
    "arcsine": (sm.RandomMap({w: (1 - u) * w + u * x}, noise={u: sm.Uniform(0, 1), x: sm.Bernoulli("1/2")}), {}),
    "semicircle": (sm.RandomMap({w: (1 - u) * w + u * x}, noise={u: sm.Uniform(0, 1), x: sm.Arcsine(-1, 1)}), {}),
    "beta-prime": (sm.RandomMap({w: x * (1 + w)}, noise={x: sm.BetaPrime("3/2", 4)}), {}),
    "inverse Gaussian": (
        sm.RandomMap({w: 1 / (x + w)}, noise={x: sm.Gamma("3/2", 2)}, domain={w: "positive"}),
        {},
    ),
    "skew normal": (sm.RandomMap({w: sp.Abs(w) / 2 + z}, noise={z: sm.Normal(0, 1)}), {}),
    "sign steps": (sm.RandomMap({w: w - sp.sign(w - x) / 2}, noise={x: sm.Normal(0, 1)}), {"start": 0}),
    "stochastic rounding": (
        sm.SGD((w - x) ** 2 / 2, [w], "1/3", data={x: sm.Rademacher()}, project=[-1, 1], round_to="1/4", rounding="stochastic"),
        {"start": 0},
    ),
    "logistic map": (sm.RandomMap({w: 4 * w * (1 - w)}), {"within": (0, 1)}),
}


@pytest.mark.parametrize("name", CHAINS)
def test_fifty_digits_and_back(name: str) -> None:
    chain, place = CHAINS[name]
    answer = sm.stationary(chain, cdf_at="2/5", digits=50, **place)
    assert answer.enclosure is not None and answer.enclosure.reaches(50)
    if answer.exact is not None:
        again = read(answer.to_dict()["exact"])
        middle = sp.Rational(answer.enclosure.middle.numerator, answer.enclosure.middle.denominator)
        assert abs(sp.N(again, 60) - sp.N(middle, 60)) < sp.Float(10, 60) ** -48


@pytest.mark.parametrize("name", CHAINS)
def test_the_law_prints(name: str) -> None:
    chain, place = CHAINS[name]
    answer = sm.stationary(chain, **place)
    latex = answer.latex()
    assert latex.count("{") == latex.count("}") and latex.count(r"\left") == latex.count(r"\right")
    assert not re.search(r"Piecewise|Dummy|\bnan\b|\bzoo\b|None", latex)
    if answer.density is not None:
        density = read(answer.to_dict()["density"])
        at = {w: R(2, 5)}
        assert abs(sp.N((density - answer.density).subs(at), 30)) < sp.Float(10) ** -25


def read(text: str) -> sp.Expr:
    """By the grammar, with the special functions that the interface allows beside it (under sympy's names)."""
    try:
        return parse(text, {"w": w}, "exact")
    except sm.InvalidInput:
        names = {name: getattr(sp, name) for name in ("hyper", "besselk", "lowergamma", "expint", "Ei", "polygamma")}
        assert set(re.findall(r"([A-Za-z_]\w*)\(", text)) & set(names), text
        return sp.sympify(text, locals={**names, "w": w})
