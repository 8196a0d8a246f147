"""What a diffusion does far out: laws that do not exist, bounded factors of the density, tails that are tiny."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
import sympy as sp

import sgd_markov as sm

w = sp.Symbol("w", real=True)
a, k = sp.symbols("a k", positive=True)
s = sp.Symbol("s", real=True)
R = sp.Rational

NOWHERE = [
    (-sp.sin(w), 2, r"like \|w\|\^\(0\)"),
    (-a * sp.sin(k * w), 2, r"like \|w\|\^\(0\)"),
    (R(1, 2) + sp.sin(w), 2, "grows"),
    (-R(1, 2) + sp.sin(w), 2, "grows"),
    (sp.sin(w) ** 3, 1, "period 2"),
    (sp.exp(sp.sin(2 * w)) - sp.cos(3 * w), 1, r"period 2\*pi"),
    (w + sp.sin(w), 2, "grows"),
    (sp.Piecewise((1, w < 0), (-sp.sin(w), True)), 2, r"like \|w\|\^\(0\)"),
    (sp.Piecewise((-w, w < 0), (sp.sin(w) - R(1, 4) / (1 + w), True)), 1, r"like \|w\|\^\(-1/2\)"),
    (sp.Integer(0), 3, r"like \|w\|\^\(0\)"),
    (sp.Integer(0), 1 + sp.Abs(w), r"like \|w\|\^\(-1\)"),
]


@pytest.mark.parametrize(("drift", "variance", "said"), NOWHERE)
def test_no_law_where_the_density_is_not_integrable(drift: sp.Expr, variance: object, said: str) -> None:
    with pytest.raises(sm.HypothesisViolated, match=said):
        sm.stationary(sm.Diffusion(drift, variance, w))


def holds(answer: sm.Answer, expected: mpmath.mpf) -> None:
    ends = [mpmath.mpf(end.numerator) / end.denominator for end in (answer.enclosure.lower, answer.enclosure.upper)]
    slack = abs(expected) * mpmath.mpf(10) ** -25
    assert ends[0] - slack <= expected <= ends[1] + slack
    assert answer.enclosure.reaches(15) and answer.warrant.label == "certified"


OSCILLATING = [
    (-sp.sign(w) / 5 + sp.sin(w), lambda x: mpmath.exp(-abs(x) / 5 - mpmath.cos(x))),
    (sp.sin(w) - sp.tanh(w), lambda x: mpmath.exp(-mpmath.cos(x)) / mpmath.cosh(x)),
]


@pytest.mark.parametrize(("drift", "weight"), OSCILLATING)
def test_drifts_that_lead_back_on_average_only(drift: sp.Expr, weight: object) -> None:
    """The bounds of the drift do not lead back, but the sines add a bounded function to log m."""
    with mpmath.workdps(40):
        ends = ([-400, 0, 201], [0, 1, 3], [1, 401, 201])
        left, inner, right = (mpmath.quad(weight, mpmath.linspace(*each)) for each in ends)
        holds(sm.stationary(sm.Diffusion(drift, 2, w), cdf_at=1), (left + inner) / (left + inner + right))


EXPONENTIAL = [
    (1 - sp.exp(w), lambda x: mpmath.exp(x - mpmath.exp(x))),
    (-sp.sinh(w), lambda x: mpmath.exp(-mpmath.cosh(x))),
    (sp.exp(-w) - 2, lambda x: mpmath.exp(-mpmath.exp(-x) - 2 * x)),
    (3 * w**3 - sp.sinh(3 * w), lambda x: mpmath.exp(3 * x**4 / 4 - mpmath.cosh(3 * x) / 3)),
    (-w + sp.exp(-(w**2)), lambda x: mpmath.exp(-(x**2) / 2 + mpmath.sqrt(mpmath.pi) * mpmath.erf(x) / 2)),
    (
        -sp.sinh(w) - 3 * sp.atan(w),
        lambda x: mpmath.exp(-mpmath.cosh(x) - 3 * (x * mpmath.atan(x) - mpmath.log(1 + x**2) / 2)),
    ),
    (
        -sp.sin(w / 2) / 2 - sp.erf(w),
        lambda x: mpmath.exp(mpmath.cos(x / 2) - x * mpmath.erf(x) - mpmath.exp(-(x**2)) / mpmath.sqrt(mpmath.pi)),
    ),
    (-w - sp.exp(w) + sp.sin(w), lambda x: mpmath.exp(-(x**2) / 2 - mpmath.exp(x) - mpmath.cos(x))),
]


@pytest.mark.parametrize(("drift", "weight"), EXPONENTIAL)
def test_drifts_with_exponentials(drift: sp.Expr, weight: object) -> None:
    with mpmath.workdps(40):
        cut = mpmath.mpf(1) / 2
        parts = [mpmath.quad(weight, ends) for ends in ([-90, -40, -20, -10, -5, -2, -1, 0, cut], [cut, 1, 2, 3, 5, 20, 90])]
        answer = sm.stationary(sm.Diffusion(drift, 2, w), cdf_at=R(1, 2))
        holds(answer, parts[0] / sum(parts))
        square = mpmath.quad(lambda x: x**2 * weight(x), [-90, -40, -20, -10, -5, -2, -1, 0, 1, 2, 3, 5, 20, 90])
        holds(sm.stationary(sm.Diffusion(drift, 2, w), of=w**2), square / sum(parts))


@pytest.mark.parametrize("drift", [sp.exp(w) - 1, 2 - sp.cosh(w), -sp.exp(w), sp.sinh(w), -1 + sp.exp(-(w**2))])
def test_exponentials_that_do_not_lead_back(drift: sp.Expr) -> None:
    with pytest.raises(sm.HypothesisViolated, match="integrable"):
        sm.stationary(sm.Diffusion(drift, 2, w))


@pytest.mark.parametrize("far", [5, 8, 12])
def test_far_tails_are_relative(far: int) -> None:
    """m = exp(w^2/2 - w^4/4): P(w > far) down to 1e-2500 to fifteen digits, by mpmath in units of m(far)."""
    with mpmath.workdps(60):
        log = lambda x: x**2 / 2 - x**4 / 4  # noqa: E731
        unit = mpmath.mpf(1) / (far**3)
        tail = mpmath.quad(lambda x: mpmath.exp(log(x) - log(mpmath.mpf(far))), [far + j * 4 * unit for j in range(40)])
        total = 2 * mpmath.quad(lambda x: mpmath.exp(log(x)), [0, 1, 2, 4, 8])
        expected = tail * mpmath.exp(log(mpmath.mpf(far))) / total
    diffusion = sm.Diffusion(w - w**3, 2, w)
    with mpmath.workdps(60):
        holds(sm.stationary(diffusion, cdf_at=-far), expected)
        holds(sm.stationary(diffusion, set=[far, "oo"]), expected)


@pytest.mark.parametrize("field", ["cdf_at", "density_at"])
def test_what_is_too_small_to_write_is_enclosed(field: str) -> None:
    """exp(-1.5e14): the enclosure holds it, and no digit is claimed."""
    with pytest.raises(sm.Inconclusive, match="too small") as caught:
        sm.stationary(sm.Diffusion(w - w**3, 2, w), **{field: -5000})
    found = caught.value.enclosure
    assert found.lower == 0 and found.upper < Fraction(1, 10**300_000)


def test_a_tail_whose_exact_powers_would_be_factored() -> None:
    """The bound of the tail was once an exact power of a number of 2000 bits: a traceback of sympy's factoring."""
    with mpmath.workdps(40):
        # C = 5 v with v = w - 2/5: m = v^(a - 1) exp(poly), 2 b/C = (2/5) (4 + w - 2 w^2/5)/v
        a = mpmath.mpf(2) / 5 * mpmath.mpf(542) / 125
        weight = lambda v: v ** (a - 1) * mpmath.exp(mpmath.mpf(2) / 5 * (mpmath.mpf(17) / 25 * v - v**2 / 5))  # noqa: E731
        parts = [mpmath.quad(weight, ends) for ends in ([0, mpmath.mpf(3) / 5], [mpmath.mpf(3) / 5, 2, 5, 10, 40])]
        diffusion = sm.Diffusion(-2 * w**2 / 5 + w + 4, 5 * w - 2, w)
        holds(sm.stationary(diffusion, cdf_at=1, within=[R(2, 5), "oo"]), parts[0] / sum(parts))


def test_probabilities_stay_between_0_and_1() -> None:
    near_one = sm.stationary(sm.Diffusion(w - w**3, 2, w), cdf_at=50)
    assert near_one.enclosure.upper == 1 and near_one.value == "1"


@pytest.mark.parametrize("region", [[0, "oo"], [-1, 1]])
def test_a_region_that_the_paths_leave(region: list[object]) -> None:
    diffusion = sm.Diffusion(w - w**3, 2, w)
    with pytest.raises(sm.HypothesisViolated, match=r"the law lives on \(-oo, oo\)"):
        sm.stationary(diffusion, within=region)
    with pytest.raises(sm.HypothesisViolated, match="cuts nothing off"):
        sm.stationary(diffusion, within=region, start=R(1, 2))


@pytest.mark.parametrize("variance", [0, -2, -1 - w**2, -(s**2), -(s**2) * (1 + w**2), 1 - sp.sqrt(2), -a])
def test_a_variance_that_is_not_positive_is_invalid(variance: object) -> None:
    with pytest.raises(sm.InvalidInput, match=r"model\.variance"):
        sm.stationary(sm.Diffusion(-w, variance, w))


def test_a_variance_of_open_sign_is_assumed_positive() -> None:
    for variance in (s, s**2, s - 2):
        states = {h.statement: h.state for h in sm.stationary(sm.Diffusion(-w, variance, w)).hypotheses}
        assert states[f"the variance is positive: {variance} > 0"] == "assumed"
