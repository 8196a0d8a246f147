"""Pearson diffusions: recognised however written, right to 50 digits, proofs that fail when altered."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import mpmath
import numpy as np
import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.answer.text import expression_text
from sgd_markov.engines.diffusion import landscape
from sgd_markov.expressions import parse
from sgd_markov.invariant.pearson import invariance, member
from sgd_markov.laws.gamma import Gamma
from sgd_markov.laws.normal import Normal

w = sp.Symbol("w", real=True)
p = sp.Symbol("p", positive=True)
k, s, a, r, s0, s1 = sp.symbols("k s a r sigma_0 sigma_1", positive=True)
m = sp.Symbol("m", real=True)
R = sp.Rational

SYMBOLIC = [
    ("normal", k * (m - w), s**2, w),
    ("normal", -(w - m) / k, 2 * s, w),
    ("gamma", a - k * w, s**2 * w, w),
    ("gamma", w * (r - k * w), s**2 * w**2, p),
    ("gamma", -a - k * w, -(s**2) * w, w),
    ("gamma", k * (a + m - w), s**2 * (w - m), w),
    ("exponential", R(1, 2) - k * w, w, w),
    ("inverse gamma", a - k * w, s**2 * w**2, w),
    ("inverse gamma", -a - k * w, s**2 * w**2, w),
    ("inverse gamma", a + k * (m - w), s**2 * (w - m) ** 2, w),
    ("beta", k * (1 - 2 * w), s**2 * w * (1 - w), w),
    ("beta", -k * w, s**2 * (1 - w**2), w),
    ("beta", -k * w, s**2 * (a**2 - w**2), w),
    ("uniform", R(1, 2) - w, w * (1 - w), w),
    ("beta-prime", a - k * w, w * (s**2 + w), w),
    ("Student", -k * w, s0**2 + s1**2 * w**2, w),
    ("Student", k * (m - w), s0**2 + s1**2 * (w - m) ** 2, w),
    ("Pearson IV", k * (m - w), s0**2 + s1**2 * w**2, w),
    ("Laplace", -k * sp.sign(w - m), s**2, w),
    ("Laplace", sp.Piecewise((k, w < 0), (-k, True)), s**2, w),
]
KINKED = ("Laplace",)


def law_of(drift: sp.Expr, variance: sp.Expr, state: sp.Symbol = w, **asked: object) -> sm.Answer:
    return sm.stationary(sm.Diffusion(drift.subs(w, state), sp.sympify(variance).subs(w, state), state), **asked)


@pytest.mark.parametrize(("family", "drift", "variance", "state"), SYMBOLIC)
def test_families_with_symbols(family: str, drift: sp.Expr, variance: sp.Expr, state: sp.Symbol) -> None:
    answer = law_of(drift, variance, state)
    assert answer.family == family
    assert answer.proof[0]["kind"] == "algebra"
    assert r"\mathtt" not in answer.latex() and "Symbol" not in answer.latex()


@pytest.mark.parametrize(("family", "drift", "variance", "state"), SYMBOLIC)
def test_the_density_carries_no_flux_by_another_route(
    family: str, drift: sp.Expr, variance: sp.Expr, state: sp.Symbol
) -> None:
    """At numbers, by mpmath's numerical derivative of C pi."""
    found = law_of(drift, variance, state).density
    if found is None:
        return
    numbers = {k: R(7, 3), s: R(5, 4), a: R(3, 2), r: R(9, 4), s0: R(2, 3), s1: R(3, 5), m: R(1, 7)}
    density = sp.lambdify(state, found.subs(numbers), "mpmath")
    noise, pull = (sp.lambdify(state, sp.sympify(e).subs(w, state).subs(numbers), "mpmath") for e in (variance, drift))
    with mpmath.workdps(40):
        for place in (mpmath.mpf(1) / 3, mpmath.mpf(-2) / 3, mpmath.mpf(1) / 2):
            if noise(place) > 0 and (place > 0 or state is w) and density(place) > 0:
                slope = mpmath.diff(lambda x: noise(x) * density(x), place)
                assert abs(slope - 2 * pull(place) * density(place)) < mpmath.mpf(10) ** -15


@pytest.mark.parametrize(
    ("drift", "variance", "of", "expected"),
    [
        (-k * w, s0**2 + s1**2 * w**2, w**2, s0**2 / (2 * k - s1**2)),
        (k * (m - w), s0**2 + s1**2 * w**2, w, m),
        (a - k * w, s**2 * w, w, a / k),
        (a - k * w, s**2 * w**2, w, a / k),
        (a - k * w, s**2 * w**2, w**2, 2 * a**2 / (k * (2 * k - s**2))),
        (a - k * w, w * (s**2 + w), w, a / k),
        (-k * w, s**2 * (1 - w**2), w**2, s**2 / (2 * k + s**2)),
    ],
)
def test_moments_with_symbols(drift: sp.Expr, variance: sp.Expr, of: sp.Expr, expected: sp.Expr) -> None:
    """By the generator: n E[b w^(n-1)] + n (n-1)/2 E[C w^(n-2)] = 0."""
    answer = law_of(drift, variance, of=of)
    assert sp.simplify(answer.exact - expected) == 0
    text = expression_text(answer.exact)
    names = {str(symbol): symbol for symbol in answer.exact.free_symbols}
    assert sp.simplify(parse(text, names, "exact") - expected) == 0


NUMERIC = [
    ("gamma", R(1, 10) - w, w, 0, mpmath.inf),
    ("gamma", R(9, 4) - 2 * w, 3 * w, 0, mpmath.inf),
    ("inverse gamma", 2 - w, 3 * w**2, 0, mpmath.inf),
    ("beta", R(1, 3) - w, w * (1 - w), 0, 1),
    ("beta", R(1, 5) - 3 * w, 1 - w**2, -1, 1),
    ("beta-prime", R(4, 3) - 2 * w, w * (w + 3), 0, mpmath.inf),
    ("Student", -3 * w, 1 + 2 * w**2, -mpmath.inf, mpmath.inf),
    ("Pearson IV", 1 - 3 * w, 1 + 2 * w**2, -mpmath.inf, mpmath.inf),
    ("normal", 1 - 3 * w, 2, -mpmath.inf, mpmath.inf),
]


@pytest.mark.parametrize(("family", "drift", "variance", "low", "high"), NUMERIC)
def test_distribution_functions_to_fifty_digits(
    family: str, drift: sp.Expr, variance: object, low: object, high: object
) -> None:
    """Against mpmath's quadrature of exp(int 2 b/C)/C, which knows no family."""
    place = R(2, 5)
    answer = law_of(drift, variance, cdf_at=place, digits=50)
    assert answer.family == family
    with mpmath.workdps(70):
        expected = mpmath_cdf(drift, sp.sympify(variance), place, low, high)
        middle = (
            sum(mpmath.mpf(end.numerator) / end.denominator for end in (answer.enclosure.lower, answer.enclosure.upper))
            / 2
        )
        assert abs(middle - expected) < mpmath.mpf(10) ** -45


def mpmath_cdf(drift: sp.Expr, variance: sp.Expr, place: sp.Rational, low: object, high: object) -> mpmath.mpf:
    """The weight by partial fractions over the complex roots of C, the integral by tanh-sinh."""
    poly = sp.Poly(variance, w)
    if poly.degree() == 0:
        quotient = sp.integrate(2 * drift / variance, w)
        weight = sp.lambdify(w, sp.exp(quotient), "mpmath")
    else:
        weight = sp.lambdify(w, sp.exp(mpmath_logarithm(drift, poly)), "mpmath")
    ends = [
        mpmath.mpf(2) / 5,
        mpmath.mpf(9) / 10,
        *([mpmath.mpf(3), mpmath.mpf(30)] if high == mpmath.inf else []),
        high,
    ]
    first = low_part(weight, low, ends[0])
    parts = [mpmath.quad(lambda x: mpmath.re(weight(x)), [left, right], maxdegree=12) for left, right in pairwise(ends)]
    return first / (first + sum(parts))


def low_part(weight: object, low: object, high: mpmath.mpf) -> mpmath.mpf:
    """With u = y^20 for the distance from a finite end, where the weight may have an algebraic singularity."""
    if low == -mpmath.inf:
        return mpmath.quad(lambda x: mpmath.re(weight(x)), [low, -3, 0, high], maxdegree=12)
    root = (high - low) ** (mpmath.mpf(1) / 20)
    return mpmath.quad(
        lambda y: mpmath.re(weight(low + y**20)) * 20 * y**19, [mpmath.mpf(0), root / 2, root], maxdegree=12
    )


def mpmath_logarithm(drift: sp.Expr, poly: sp.Poly) -> sp.Expr:
    roots = sp.roots(poly, w)
    if max(roots.values()) == 2:
        ((root, _),) = roots.items()
        b1, b0 = sp.Poly(drift, w).nth(1), sp.Poly(drift, w).eval(root)
        return 2 / poly.LC() * (b1 * sp.log(w - root) - b0 / (w - root)) - 2 * sp.log(w - root)
    slope = poly.diff(w)
    total = sum(
        (2 * drift.subs(w, root) / slope.eval(root) - 1) * sp.log(sp.Abs(w - root) if root.is_real else w - root)
        for root in roots
    )
    return total + (2 * sp.Poly(drift, w).LC() / poly.LC() * w if poly.degree() == 1 else 0)


# ---- simulation


@pytest.mark.parametrize(
    ("family", "drift", "variance"),
    [(f, b, c) for f, b, c, _, _ in NUMERIC if f not in ("inverse gamma", "beta-prime")],
)
def test_against_euler_steps(family: str, drift: sp.Expr, variance: object) -> None:
    """The DKW bound at the level 1e-6, with room for the Euler scheme's own error."""
    chains, steps, dt = 6000, 1500, 0.004
    rng = np.random.default_rng(7)
    pull, noise = (sp.lambdify(w, sp.sympify(e) + 0 * w, "numpy") for e in (drift, variance))
    x = np.full(chains, 0.3)
    low, high = {"gamma": (0, np.inf), "beta": (-1 if "1 - w**2" in str(variance) else 0, 1)}.get(
        family, (-np.inf, np.inf)
    )
    for _ in range(steps):
        x = x + pull(x) * dt + np.sqrt(np.maximum(noise(x) * np.ones(chains), 0) * dt) * rng.standard_normal(chains)
        x = np.clip(x, low, high)
    bound = np.sqrt(np.log(2e6) / (2 * chains)) + (0.06 if "1/10" in str(drift) else 0.02)
    for place in (R(-1, 2), R(1, 10), R(2, 5), R(1)):
        found = law_of(drift, variance, cdf_at=place, digits=6).enclosure
        assert abs(float((found.lower + found.upper) / 2) - np.mean(x <= float(place))) < bound


# ---- negative controls


def test_an_altered_law_fails_its_proof() -> None:
    from sgd_markov.proof import StepFailed, check_all

    for drift, variance, law in (
        (-k * w, s**2, Normal(0, s / sp.sqrt(k))),
        (a - k * w, s**2 * w, Gamma(2 * a / s**2 + 1, s**2 / (2 * k))),
    ):
        diffusion = sm.Diffusion(drift, variance, w)
        (component,) = landscape(diffusion).components
        right = member(component.pieces[0], w, component)
        check_all(invariance(component.pieces[0], w, right.law))
        with pytest.raises(StepFailed):
            check_all(invariance(component.pieces[0], w, law))


@pytest.mark.parametrize(
    ("family", "drift", "variance", "state"), [case for case in SYMBOLIC if case[0] not in ("Pearson IV", *KINKED)]
)
def test_the_same_law_for_another_drift_fails(family: str, drift: sp.Expr, variance: sp.Expr, state: sp.Symbol) -> None:
    from sgd_markov.proof import StepFailed, check_all

    drift, variance = (sp.sympify(e).subs(w, state) for e in (drift, variance))
    diffusion = sm.Diffusion(drift, variance, state)
    component = next(c for c in landscape(diffusion).components if c.failed is None)
    piece = component.pieces[0]
    found = member(piece, state, component)
    with pytest.raises(StepFailed):
        check_all(invariance(replace(piece, drift=piece.drift + R(1, 7)), state, found.law))
    with pytest.raises(StepFailed):
        check_all(invariance(replace(piece, variance=2 * piece.variance), state, found.law))


@pytest.mark.parametrize(
    ("drift", "variance", "said"),
    [
        (w, 1, "integrable at -oo"),
        (sp.Integer(-1), 1, "integrable at -oo"),
        (-R(1, 2) - w, w, "integrable at 0"),
        (R(2, 3) * w, w**2 + 1, "integrable"),
        (w**3, 1 + w**4 + w**6, "not known|run away"),
        (3 * w**3, (1 + w**2) ** 2, "run away|integrable"),
    ],
)
def test_no_law(drift: sp.Expr, variance: object, said: str) -> None:
    with pytest.raises(sm.SGDMarkovError, match=said) as caught:
        law_of(drift, variance)
    assert caught.value.status in (3, 4)


def test_a_law_that_explosion_forbids() -> None:
    """dw = (5/2) w^3 ... : m ~ w^(5-6) w^... is integrable, and yet the diffusion reaches infinity in finite time."""
    drift, variance = 2 * w * (1 + w**2), (1 + w**2) ** 2
    with pytest.raises(sm.HypothesisViolated):
        law_of(drift, variance)
    with pytest.raises(sm.HypothesisViolated, match="run away"):
        law_of(R(3, 4) * w * (1 + w**2), (1 + w**2) ** 2)


@pytest.mark.parametrize(("order", "finite"), [(2, True), (3, False), (4, False)])
def test_infinite_moments_are_said_to_be_infinite(order: int, finite: bool) -> None:
    if finite:
        assert law_of(-w, 1 + w**2, of=w**order).exact == 1
    else:
        with pytest.raises(sm.HypothesisViolated, match="below order 3"):
            law_of(-w, 1 + w**2, of=w**order)
    with pytest.raises(sm.HypothesisViolated, match="below order 3"):
        law_of(1 - w, 1 + w**2, of=w**4)


# ---- which law


def test_several_laws_are_named_and_chosen() -> None:
    drift, variance = w * (r - k * w), s**2 * w**2
    with pytest.raises(sm.HypothesisViolated, match=r"on \(0, oo\); at 0"):
        law_of(drift, variance)
    assert law_of(drift, variance, start=1).family == "gamma"
    assert law_of(drift, variance, start=0).family == "point mass"
    assert law_of(drift, variance, within=[0, "oo"]).family == "gamma"
    assert law_of(drift, variance, within=[0, 0]).family == "point mass"
    with pytest.raises(sm.HypothesisViolated, match="integrable at -oo"):
        law_of(drift, variance, start=-1)
    assert law_of(drift, variance, start=1).unique is False
    assert law_of(a - k * w, s**2 * w**2).unique is True


def test_two_wells_that_the_noise_keeps_apart() -> None:
    """Variance (1 - w^2)^2 vanishes at 1 and -1; the drift leads inwards everywhere."""
    drift, variance = -4 * w * (w**2 - 4) * (w**2 - 1) / 3, (w**2 - 1) ** 2
    with pytest.raises(sm.SGDMarkovError):
        law_of(drift, variance)


def test_ends_that_a_restricted_state_space_does_not_keep() -> None:
    with pytest.raises(sm.HypothesisViolated, match="never reaches 0"):
        law_of(-w, 1, p)
    assert law_of(1 / w - w, 2, p, of=p**2).value == "2"


def test_the_notes_say_whether_an_end_is_reached() -> None:
    said = [[h.statement for h in law_of(b - w, w).hypotheses] for b in (R(1, 3), R(2, 3))]
    assert "0 is reached and left at once" in said[0]
    assert "0 is never reached" in said[1]


def test_answers_are_frozen_and_replaceable() -> None:
    answer = law_of(-w, 2)
    assert replace(answer, digits=3).digits == 3


def test_half_of_a_student_density_is_not_named_student() -> None:
    """f'/f = -4 w/(1 + w^2) on (0, oo) only: C = w^2 + w^4 vanishes at 0, which is never reached."""
    half = sm.Diffusion(w, w**2 + w**4, w)
    answer = sm.stationary(half, of=w, start=1)
    assert sm.stationary(half, start=1).family == "zero-flux density"
    with mpmath.workdps(30):
        mean = 2 / mpmath.pi  # int w/(1 + w^2)^2 = 1/2, int 1/(1 + w^2)^2 = pi/4
        low, high = (mpmath.mpf(end.numerator) / end.denominator for end in (answer.enclosure.lower, answer.enclosure.upper))
        assert low <= mean <= high <= low + mpmath.mpf(10) ** -14
