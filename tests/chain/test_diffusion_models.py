"""Diffusions as models: in Python, in problem files, and what is refused."""

from __future__ import annotations

import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.export.latex import document

w, s = sp.symbols("w s", real=True)

FILE = """title = "A double well"
[model]
state = ["w"]
drift = "w - w**3"
variance = "2*T"
[symbols]
T = "positive"
[values]
T = "1/4"
[[ask]]
question = "stationary"
of = "w**2"
[[ask]]
question = "stationary"
quantile = 0.9
"""


def refusal(text: str) -> str:
    with pytest.raises(sm.InvalidInput) as caught:
        sm.load(text).solve()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_file_with_drift_and_variance() -> None:
    problem = sm.load(FILE)
    assert isinstance(problem.chain, sm.Diffusion)
    square, quantile = problem.solve()
    assert square.value.startswith("0.83274548712838")
    assert (square.warrant.label, square.family) == ("certified", "zero-flux density")
    assert float(quantile.value) == pytest.approx(1.173535299950394, abs=1e-14)


def test_values_stay_symbolic_and_may_be_set() -> None:
    text = FILE.replace('[values]\nT = "1/4"\n', "").replace("w - w**3", "-w")
    first, second = sm.load(text).chain, sm.load(FILE, {"T": "2"}).chain
    assert {str(symbol) for symbol in first.parameters} == {"T"}
    assert second.variance == 4
    assert str(sm.stationary(first, of=first.variable**2).exact) == "T"


def test_a_domain_restricts_the_state_space() -> None:
    text = FILE.replace("w - w**3", "1 - w").replace("2*T", "w**2").replace("[symbols]", '[symbols]\nw = "positive"')
    assert sm.load(text).chain.state_space == (0, sp.oo)


def test_the_document_shows_the_equation() -> None:
    text = document(sm.load(FILE))
    assert r"dw = \left(w - w^{3}\right)dt + \sqrt{\frac{1}{2}}\,dB_t." in text
    assert "One-step kernel" not in text


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('variance = "2*T"\n', "", "model.variance"),
        ('drift = "w - w**3"\n', "", "model.drift"),
        ('state = ["w"]\n', "", "model.state"),
        ('state = ["w"]', 'state = ["w", "v"]', "one state symbol"),
        ('state = ["w"]', 'state = ["w"]\nparameters = ["w"]', "model.parameters"),
        ('state = ["w"]', 'state = ["w"]\nloss = "w"', "either loss"),
        ("[symbols]", '[noise]\nz = { law = "normal", mean = 0, std = 1 }\n[symbols]', "no [noise] beside a drift"),
        ("[symbols]", '[optimizer]\nname = "sgd"\nlearning_rate = 1\n[symbols]', "no [optimizer] beside a drift"),
        ('variance = "2*T"', "variance = 0", "model.variance"),
        ('variance = "2*T"', "variance = -2", "model.variance: -2 is not allowed"),
        ('variance = "2*T"', 'variance = "-T"', "model.variance"),
        ('variance = "2*T"', 'variance = "-1 - w**2"', "model.variance"),
        ('variance = "2*T"', 'variance = "2 - sqrt(4)"', "model.variance"),
        ('variance = "2*T"', "variance = [1]", "model.variance"),
        ('variance = "2*T"', 'variance = "2*q"', "undeclared symbol"),
        (
            'question = "stationary"\nof = "w**2"',
            'question = "simulate"\nstart = 0\nsteps = 1',
            "simulate is not answered for diffusions",
        ),
        ('question = "stationary"\nof = "w**2"', 'question = "kernel"', "kernel is not answered for diffusions"),
        (
            'question = "stationary"\nof = "w**2"',
            'question = "moment-exponent"\nat = 0\norder = 2',
            "moment-exponent is not answered",
        ),
    ],
)
def test_refusals(old: str, new: str, said: str) -> None:
    assert old in FILE
    assert said in refusal(FILE.replace(old, new, 1))


def test_python_refuses_floats_and_several_states() -> None:
    with pytest.raises(sm.InvalidInput, match=r"model\.drift"):
        sm.Diffusion(drift=-0.5 * w, variance=1, state=w)
    with pytest.raises(sm.InvalidInput, match="one dimension"):
        sm.Diffusion(drift=-w, variance=1, state=[w, s])
    with pytest.raises(sm.InvalidInput, match="variance"):
        sm.Diffusion(drift=-w, variance=0, state=w)


def test_substitution_gives_a_new_diffusion() -> None:
    symbolic = sm.Diffusion(-w, s**2, w)
    assert symbolic.subs({s: sp.Integer(2)}).variance == 4
    assert symbolic.variance == s**2
    assert hash(symbolic) != hash(symbolic.subs({s: sp.Integer(2)}))


# ---- exponents


@pytest.mark.parametrize(
    ("drift", "variance", "at", "exponent"),
    [
        (-w / 5, w**2, 0, "-7/10"),
        (sp.Rational(1, 5) * w, sp.Rational(4, 5) * w**2, 0, "-1/5"),
        (w - w**3, (w - 1) ** 2, 1, "-5/2"),
        (sp.sin(w), sp.sin(w) ** 2, 0, "1/2"),
        (sp.sin(w), w**4, 0, "1"),
    ],
)
def test_exponents_at_fixed_points(drift: sp.Expr, variance: sp.Expr, at: int, exponent: str) -> None:
    answer = sm.lyapunov(sm.Diffusion(drift, variance, w), at=at)
    assert str(answer.exact) == exponent
    assert answer.attracts == exponent.startswith("-")


def test_the_exponent_stays_symbolic() -> None:
    a = sp.Symbol("a", real=True)
    answer = sm.lyapunov(sm.Diffusion(a * w, s**2 * w**2, w), at=0)
    assert sp.simplify(answer.exact - (a - s**2 / 2)) == 0
    assert answer.attracts is None


@pytest.mark.parametrize(
    ("drift", "variance", "said"),
    [(1 - w, w**2, "drift vanishes"), (-w, 1 + w**2, "variance vanishes"), (-w, w, "second order")],
)
def test_no_exponent_where_nothing_is_fixed(drift: sp.Expr, variance: sp.Expr, said: str) -> None:
    with pytest.raises(sm.HypothesisViolated, match=said):
        sm.lyapunov(sm.Diffusion(drift, variance, w), at=0)
    with pytest.raises(sm.Inconclusive):
        sm.lyapunov(sm.Diffusion(-sp.Abs(w), w**2, w), at=0)
