"""The remarks of notes/theory_remarks.md, each by a computation of its own."""

from __future__ import annotations

from itertools import pairwise

import mpmath
import numpy as np
import pytest
import sympy as sp

import sgd_markov as sm

w, x, z = sp.symbols("w x z", real=True)
R = sp.Rational


@pytest.mark.parametrize(
    ("momentum", "curvature", "stable"), [("3/2", 1, False), ("1/2", 1, True), ("-3/2", 1, False), ("1/2", 4, False)]
)
def test_heavy_ball_needs_a_momentum_below_1(momentum: str, curvature: int, stable: bool) -> None:
    """w'' = (1 + mu - lr k) w' - mu w: the roots lie in the disc exactly where |mu| < 1 and 0 < lr k < 2 (1 + mu)."""
    mu = float(R(momentum))
    assert bool(max(abs(np.roots([1, -(1 + mu - curvature), mu]))) < 1) is stable
    symbol = sp.Symbol("mu", real=True)  # a momentum out of [0, 1) is refused where it is given as a number
    chain = sm.HeavyBall(curvature * w**2 / 2 + z * w, [w], 1, symbol, data={z: sm.Normal(0, 1)}).subs({symbol: R(momentum)})
    if stable:
        expected = (1 + mu) / ((1 - mu) * curvature * (2 * (1 + mu) - curvature))
        assert float(sm.moments(chain, of=w**2).value) == pytest.approx(expected, rel=1e-12)
    else:
        with pytest.raises(sm.HypothesisViolated, match="spectral radius"):
            sm.moments(chain, of=w**2)


def test_the_corrected_gibbs_density_of_a_quartic_is_not_normalisable() -> None:
    """-(L - lr L'^2/4)/T - lr L''/2 with L = w^4/4: the sixth power comes with a plus."""
    found = sm.gibbs_density(sm.SGD(w**4 / 4 + w * z, [w], R(1, 10), data={z: sm.Normal(0, 1)}))
    lr, heat = R(1, 10), R(1, 20)
    assert sp.expand(found.log_density + (w**4 / 4 - lr * w**6 / 4) / heat + lr * 3 * w**2 / 2) == 0
    assert sp.Poly(found.log_density, w).LC() > 0
    assert any("grows" in h.statement and h.state == "assumed" for h in found.hypotheses)
    with pytest.raises(sm.HypothesisViolated, match="integrable"):
        sm.stationary(sm.Diffusion(sp.diff(found.log_density, w) / 2, 1, w))


def kesten(rate: mpmath.mpf) -> mpmath.mpf:
    """E|M|^kappa = 1 with M normal of mean 1 - rate and deviation rate."""

    def excess(p: mpmath.mpf) -> mpmath.mpf:
        scale = rate**p * 2 ** (p / 2) * mpmath.gamma((1 + p) / 2) / mpmath.sqrt(mpmath.pi)
        return scale * mpmath.hyp1f1(-p / 2, mpmath.mpf(1) / 2, -((1 - rate) ** 2) / (2 * rate**2)) - 1

    return mpmath.findroot(excess, 1 + 2 / rate)


def test_the_tail_of_the_equation_is_that_of_small_steps() -> None:
    """kappa - (1 + 2/lr) tends to a constant as lr -> 0; at lr = 1 kappa is 2 and not 3."""
    with mpmath.workdps(25):
        gaps = [kesten(mpmath.mpf(1) / n) - 1 - 2 * n for n in (10, 20, 40, 80)]
        assert abs(gaps[0] - mpmath.mpf("0.8634442780694")) < 1e-12
        assert all(abs(after - before) < mpmath.mpf("0.6") * abs(before) for before, after in pairwise(gaps))
        steps = [after - before for before, after in pairwise(gaps)]
        assert abs(steps[2]) < abs(steps[1]) < abs(steps[0])
    chain = sm.SGD((1 + x) * w**2 / 2 + w * z, [w], 1, data={x: sm.Normal(0, 1), z: sm.Normal(0, 1)})
    assert sm.tail_index(chain).value == "2"


def masses(answer: sm.Answer) -> dict[str, str]:
    return {str(atom["to"]["w"]): str(atom["probability"]) for atom in answer.atoms}


def test_sign_steps_have_a_law_only_where_the_sum_converges() -> None:
    flat = sm.RandomMap({w: w - sp.sign(x)}, noise={x: sm.Normal(0, 1)})
    with pytest.raises(sm.HypothesisViolated):
        sm.stationary(flat, start=0)


def test_ties_of_sign_steps_and_the_lattice_of_the_start() -> None:
    """x in {-1, 0, 1}: at a tie the chain stays, pi_(j+1)/pi_j = P(x > j)/P(x < j + 1) = 2; with P(x <= ...) it were 1."""
    chain = sm.RandomMap({w: w - sp.sign(w - x)}, noise={x: sm.Finite([-1, 0, 1])})
    assert masses(sm.stationary(chain, start=0)) == {"-1": "1/4", "0": "1/2", "1": "1/4"}
    step = {-1: {-1: R(1, 3), 0: R(2, 3)}, 0: {-1: R(1, 3), 0: R(1, 3), 1: R(1, 3)}, 1: {1: R(1, 3), 0: R(2, 3)}}
    law = {-1: R(1, 4), 0: R(1, 2), 1: R(1, 4)}
    assert all(sum(law[i] * step[i].get(j, 0) for i in law) == law[j] for j in law)
    other = masses(sm.stationary(chain, start=R(1, 2)))
    assert other == {"-3/2": "1/8", "-1/2": "3/8", "1/2": "3/8", "3/2": "1/8"}


def test_exponential_gradient_noise_leads_to_the_left() -> None:
    """w' = w - lr (w + x) with x >= 0: density 1/lr exp((w' - w + lr w)/lr) left of w - lr w, 0 to the right."""
    found = sm.kernel(sm.SGD(w**2 / 2 + w * x, [w], R(1, 2), data={x: sm.Exponential(1)}))
    to = sp.Symbol(found.target, real=True)
    density = found.density.subs({s: to for s in found.density.free_symbols if s.name == found.target})
    assert density.subs({w: 2, to: R(3, 2)}) == 0
    assert abs(density.subs({w: 2, to: 0}).evalf(20) - 2 * sp.exp(-2).evalf(20)) < 1e-15


def test_regression_with_gaussian_features_has_a_bessel_kernel() -> None:
    """w' - w = -lr x (w x - y): a mixture over x of N(-lr w x^2, lr^2 x^2), which is exp times K_0."""
    y = sp.Symbol("y", real=True)
    rate = R(1, 2)
    found = sm.kernel(sm.SGD((w * x - y) ** 2 / 2, [w], rate, data={x: sm.Normal(0, 1), y: sm.Normal(0, 1)}))
    assert found.density.has(sp.besselk)
    (to,) = found.density.free_symbols - {w}
    with mpmath.workdps(25):
        for start, end in ((mpmath.mpf("0.7"), mpmath.mpf("0.2")), (mpmath.mpf("-1.3"), mpmath.mpf("0.4"))):
            mixture = lambda v, a=start, b=end: (  # noqa: E731
                mpmath.npdf(v) * mpmath.npdf(b, a - a * v**2 / 2, abs(v) / 2)
            )
            expected = 2 * mpmath.quad(mixture, [0, 0.1, 0.5, 1, 2, 4, 12])
            value = sp.lambdify((w, to), found.density, "mpmath")(start, end)
            assert abs(value - expected) < mpmath.mpf(10) ** -15


def golden_share(place: float, terms: int = 22) -> tuple[float, float]:
    """Bounds of P(sum +-phi^-n <= place) from all signs of the first terms: the rest is at most phi^(2 - terms)."""
    phi = (1 + 5**0.5) / 2
    sums = np.zeros(1)
    for n in range(terms):
        sums = np.concatenate([sums + phi**-n, sums - phi**-n])
    rest = phi ** (2 - terms) + 1e-12
    return float(np.mean(sums <= place - rest)), float(np.mean(sums <= place + rest))


@pytest.mark.parametrize("place", [2 / (1 + sp.sqrt(5)), (1 + sp.sqrt(5)) / 2, R(1, 2), sp.sqrt(5) / 3, 1 / sp.sqrt(5)])
def test_the_golden_distribution_function_is_rational_on_the_field(place: sp.Expr) -> None:
    chain = sm.RandomMap({w: 2 * w / (1 + sp.sqrt(5)) + z}, noise={z: sm.Rademacher()})
    found = sm.stationary(chain, cdf_at=place)
    assert found.exact.is_Rational and found.warrant.label == "exact"
    low, high = golden_share(float(place))
    assert low <= float(found.exact) <= high and high - low < 1e-2


def test_the_golden_transform_changes_its_sign_in_threes() -> None:
    """f(pi phi^m) = prod cos(pi phi^(m - n)): its modulus tends to 0.0066135, its sign goes + - - + - - ..."""
    with mpmath.workdps(40):
        phi = (1 + mpmath.sqrt(5)) / 2
        found = [mpmath.fprod(mpmath.cos(mpmath.pi * phi ** (m - n)) for n in range(m + 160)) for m in range(1, 31)]
    assert [mpmath.sign(value) for value in found] == [1, -1, -1] * 10
    assert all(abs(after) < abs(before) for before, after in pairwise(found))
    assert abs(abs(found[-1]) - mpmath.mpf("0.00661349303534")) < 1e-13


@pytest.mark.parametrize(("start", "share"), [(20, 0.618033988749895), (21, 0.381966011250105)])
def test_the_side_of_the_exit_is_no_fair_coin_deep_inside(start: int, share: float) -> None:
    """Steps +2, or -1 with a change of the sign, from -start until 0 is met or passed: P(the sign is +)."""
    inside, right = {(-start, 1): 1.0}, 0.0
    for _ in range(600):
        following: dict[tuple[int, int], float] = {}
        for (place, sign), mass in inside.items():
            for image in ((place + 2, sign), (place - 1, -sign)):
                if image[0] >= 0:
                    right += mass / 2 * (image[1] > 0)
                else:
                    following[image] = following.get(image, 0.0) + mass / 2
        inside = following
    assert sum(inside.values()) < 1e-6
    assert abs(right - share) < 1e-4
