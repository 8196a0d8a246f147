"""Steps that are not defined for some samples: a pole that is drawn with positive probability is no number."""

from __future__ import annotations

import pytest
import sympy as sp

import sgd_markov as sm

w, x, z = sp.symbols("w x z", real=True)
POISSON = sm.Poisson("5/4")


@pytest.mark.parametrize("factor", [1 / x, 1 / (x - 2), 1 / (x**2 - 4), (x + 1) / (x - 3), 1 / sp.sqrt(x)])
def test_a_pole_of_positive_probability_has_no_exponent(factor: sp.Expr) -> None:
    """E log|1/x| = oo for a Poisson x; it was 0 with warrant exact, and E log|1/(x^2 - 4)| negative and attracting."""
    with pytest.raises(sm.HypothesisViolated, match="pole of positive probability"):
        sm.lyapunov(sm.RandomMap({w: w * factor}, noise={x: POISSON}), at=0)


def test_zeros_and_poles_of_two_laws_do_not_cancel() -> None:
    chain = sm.RandomMap({w: w * x / z}, noise={x: POISSON, z: sm.Geometric("1/2")})
    with pytest.raises(sm.HypothesisViolated, match="z = 0"):
        sm.lyapunov(chain, at=0)


def test_a_pole_between_the_atoms_is_harmless() -> None:
    found = sm.lyapunov(sm.RandomMap({w: w / (2 * x - 3)}, noise={x: POISSON}), at=0, digits=10)
    rate = sp.Rational(5, 4)
    terms = [-sp.exp(-rate) * rate**k / sp.factorial(k) * sp.log(abs(2 * k - 3)) for k in range(60)]
    assert abs(float(found.value) - float(sum(term.evalf(25) for term in terms))) < 1e-10


@pytest.mark.parametrize("values", [[0, 1], [sp.sqrt(2) - sp.sqrt(2), 3]])
def test_a_sample_without_a_step_is_named(values: list[object]) -> None:
    """It was 'no certified evaluation of the function ComplexInfinity', with status 4."""
    with pytest.raises(sm.HypothesisViolated, match="every step is defined; found: it is no real number where x = 0"):
        sm.lyapunov(sm.RandomMap({w: w / x}, noise={x: sm.Finite(values)}), at=0)


def test_no_point_mass_where_the_map_has_a_pole() -> None:
    """w/(w + x) with x = 0 of positive probability is 1, not 0, beside w = 0: 0 was called fixed by every step."""
    with pytest.raises(sm.Inconclusive):
        sm.stationary(sm.RandomMap({w: w / (w + x)}, noise={x: POISSON}))
    kept = sm.stationary(sm.RandomMap({w: w / (w + x + 1)}, noise={x: POISSON}), of=w)
    assert kept.exact == 0


@pytest.mark.parametrize(
    ("factor", "law"),
    [
        (sp.sqrt(x), sm.Uniform(-1, 1)),
        (x ** sp.Rational(1, 3), sm.Normal(0, 1)),
        (sp.sqrt(x - 1), sm.Exponential(1)),
        (sp.sqrt(x), sm.Finite([-4, 4])),
        (sp.log(x), sm.Finite([-4, 4])),
        (sp.sqrt(1 - x), sm.Poisson(1)),
    ],
)
def test_a_step_that_is_no_real_number_has_no_exponent(factor: sp.Expr, law: object) -> None:
    """w' = sqrt(x) w with x uniform on [-1, 1] had the exponent -1/2, `exact`."""
    with pytest.raises(sm.HypothesisViolated, match="every step is defined"):
        sm.lyapunov(sm.RandomMap({w: w * factor}, noise={x: law}), at=0)


def test_no_moments_of_a_complex_chain() -> None:
    """w' = sqrt(x) w/2 + z with x = -1 or 1: E w^2 was 1, `exact`."""
    chain = sm.RandomMap({w: w * sp.sqrt(x) / 2 + z}, noise={x: sm.Rademacher(), z: sm.Normal(0, 1)})
    with pytest.raises(sm.HypothesisViolated, match="x = -1"):
        sm.stationary(chain, of=w**2)


def test_roots_of_what_is_not_negative_keep_their_exponent() -> None:
    assert sm.lyapunov(sm.RandomMap({w: w * sp.sqrt(x)}, noise={x: sm.Uniform(0, 1)}), at=0).exact == sp.Rational(-1, 2)
    assert sm.lyapunov(sm.RandomMap({w: w * sp.sqrt(x)}, noise={x: POISSON}), at=0).exact == -sp.oo
