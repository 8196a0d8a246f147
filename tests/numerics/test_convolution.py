"""Convolutions in closed form against quadrature by mpmath, and what happens to wrong ones."""

import itertools

import mpmath as mp
import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.effort import Effort
from sgd_markov.errors import Inconclusive
from sgd_markov.laws.irwin_hall import IrwinHall
from sgd_markov.numerics.case_signs import Signs, by_cases
from sgd_markov.numerics.convolution import analytic, convolution, of_densities
from sgd_markov.numerics.convolution_check import require_convolution
from sgd_markov.numerics.convolution_proof import is_proved
from sgd_markov.numerics.gaussian_integral import NotGaussian, integral
from sgd_markov.numerics.measures import Atom, Density, Measure

t, x = sp.symbols("t x", real=True)
r, s = sp.symbols("r s", positive=True)
R = sp.Rational

LAWS = {
    "normal": lambda scale: sm.Normal("1/3", scale),
    "uniform": lambda scale: sm.Uniform(-1, scale),
    "exponential": lambda scale: sm.Exponential(scale),
    "laplace": lambda scale: sm.Laplace("1/5", scale),
    "gamma": lambda scale: sm.Gamma(2, scale),
    "irwin-hall": lambda scale: IrwinHall(-scale, 1, 2),
}


def measure(law):
    return Measure(densities=(Density(law.support.low, law.support.high, law.density(t)),))


def number(value):
    return mp.mpf(str(sp.N(value, 25)).replace("oo", "inf"))


@pytest.mark.parametrize(("one", "other"), [*itertools.combinations_with_replacement(LAWS, 2)])
def test_sums_against_mpmath(one, other):
    first, second = LAWS[one](R(1, 2)), LAWS[other](R(4, 3))
    ((_, found),) = by_cases(lambda signs: convolution(measure(first), measure(second), t, signs), Effort())
    density = found.density(t)
    assert not density.has(sp.Integral)
    f, g = (sp.lambdify(t, measure(law).density(t), "mpmath") for law in (first, second))
    kinks = {R(-1), R(-1, 2), R(0), R(1, 5), R(1, 4), R(1, 3), R(1, 2), R(1), R(4, 3), R(-4, 3), R(-1, 6)}
    for place in (R(-7, 5), R(2, 7), R(13, 9), R(31, 10)):
        cuts = sorted({*kinks, *(place - kink for kink in kinks), R(-9), R(9)})
        direct = mp.quad(lambda u, place=place: f(u) * g(number(place) - u), [-mp.inf, *map(number, cuts), mp.inf])
        assert mp.almosteq(number(density.subs(t, place)), direct, 1e-9, 1e-12)


def test_two_uniforms_with_symbols_are_cases():
    cases = by_cases(lambda signs: convolution(measure(sm.Uniform(0, r)), measure(sm.Uniform(0, s)), t, signs), Effort())
    assert len(cases) == 2
    for _, found in cases:
        assert sp.simplify(sum(sp.integrate(d.formula, (t, d.low, d.high)) for d in found.densities)) == 1


def test_atoms_shift_and_weigh():
    coin = Measure(atoms=(Atom((sp.Integer(0),), R(1, 4)), Atom((sp.Integer(2),), R(3, 4))))
    found = convolution(coin, measure(sm.Normal(0, 1)), t, Signs())
    assert sp.simplify(found.density(t) - (sm.Normal(0, 1).density(t) + 3 * sm.Normal(2, 1).density(t)) / 4) == 0
    assert {(a.to, a.probability) for a in convolution(coin, coin, t, Signs()).atoms} == {
        ((0,), R(1, 16)), ((2,), R(3, 8)), ((4,), R(9, 16)),
    }  # fmt: skip


def test_what_has_no_closed_form_is_an_integral_that_evaluates():
    found = convolution(measure(sm.Cauchy(0, 1)), measure(sm.Normal(0, 1)), t, Signs()).density(t)
    assert found.has(sp.Integral)
    voigt = mp.erfc(1 / mp.sqrt(2)) * mp.exp(0.5) / mp.sqrt(2 * mp.pi)
    assert abs(number(found.subs(t, 0).evalf(15)) - voigt) < 1e-10


def test_a_wrong_closed_form_is_refused():
    """The control: one altered coefficient."""
    box = [Density(sp.Integer(0), sp.Integer(1), sp.Integer(1))]
    right = [Density(sp.Integer(0), sp.Integer(1), t), Density(sp.Integer(1), sp.Integer(2), 2 - t)]
    require_convolution(box, box, right, t, Signs())
    for wrong in (
        [Density(d.low, d.high, d.formula + R(1, 10**6)) for d in right],
        [Density(sp.Integer(0), sp.Integer(2), t / 2)],
        [*right, *right],
    ):
        with pytest.raises(Inconclusive, match="failed its check"):
            require_convolution(box, box, wrong, t, Signs())


@pytest.mark.parametrize("degree", range(6))
def test_gaussian_integrals_of_polynomials(degree):
    found = integral((x - t) ** degree * sp.exp(-(x**2) / 2 + x), x, -t, 2 + t, Signs())
    place = R(3, 7)
    direct = mp.quad(lambda u: (u - number(place)) ** degree * mp.exp(-(u**2) / 2 + u), [-number(place), 2 + number(place)])
    assert mp.almosteq(number(found.subs(t, place)), direct, 1e-12)


@pytest.mark.parametrize("integrand", [sp.exp(-(x**4)), 1 / (1 + x**2), sp.exp(x**2), sp.sqrt(x) * sp.exp(-x)])
def test_other_integrands_are_not_claimed(integrand):
    with pytest.raises(NotGaussian):
        integral(integrand, x, sp.Integer(0), sp.Integer(1), Signs())


@pytest.mark.parametrize(
    ("integrand", "low", "high"),
    [
        (sp.erfc(x - 1) * (x**2 + 1) * sp.exp(x / 2), 0, sp.oo),
        (sp.erf(x) - sp.erf(x - 1), -sp.oo, 1),
        ((sp.erf(x) - sp.erf(x - 1)) * sp.exp(-x), -sp.oo, 1),
        (sp.erfc(-x) * x, -sp.oo, 0),
        (sp.erf(2 * x - 1) * x**3, -1, 2),
        (x * (sp.erf(1 - x) - sp.erf(-x)), -2, sp.oo),
    ],
)
def test_integrals_of_error_functions(integrand, low, high):
    found = integral(integrand, x, sp.sympify(low), sp.sympify(high), Signs())
    ends = [max(-12, float(low)), min(12, float(high))]
    direct = mp.quad(sp.lambdify(x, integrand, "mpmath"), [ends[0], -1, 0, 1, ends[1]] if ends[1] > 1 else [*ends])
    assert mp.almosteq(number(found), direct, 1e-10)


@pytest.mark.parametrize("integrand", [sp.erf(x), sp.erf(x) * sp.exp(x), sp.erf(x) * sp.exp(-(x**2))])
def test_integrals_of_error_functions_that_are_not_known(integrand):
    with pytest.raises(NotGaussian):
        integral(integrand, x, -sp.oo, sp.oo, Signs())


@pytest.mark.parametrize(
    ("integrand", "low", "high"), [(sp.exp(x), 0, sp.oo), (sp.exp(-x), -sp.oo, 0), (x * sp.exp(r * x), 0, sp.oo), (sp.exp(x) - sp.exp(-x), 0, sp.oo)]
)
def test_integrals_that_diverge_are_not_claimed(integrand, low, high):
    """exp(x) is 0 at no infinite end but -oo."""
    with pytest.raises(NotGaussian):
        integral(integrand, x, sp.sympify(low), sp.sympify(high), Signs())


@pytest.mark.parametrize(("one", "other"), [*itertools.combinations_with_replacement([n for n in LAWS if n != "normal"], 2)])
def test_the_laplace_transform_proves_the_convolution(one, other):
    first, second = ([*measure(f(scale)).densities] for f, scale in ((LAWS[one], R(1, 2)), (LAWS[other], R(4, 3))))
    first, second = ([p for d in side for p in analytic(d, t, Signs())] for side in (first, second))
    found = [d for a in first for b in second for d in of_densities(a, b, t, Signs())]
    assert is_proved(first, second, found, t)
    for k, d in enumerate(found):  # the controls: every piece matters
        wrong = [*found[:k], Density(d.low, d.high, d.formula * (1 + R(1, 10**9))), *found[k + 1 :]]
        assert not is_proved(first, second, wrong, t)


def test_the_proof_holds_with_symbols():
    first, second = (measure(sm.Exponential(scale)).densities for scale in (r, r + s))
    found = of_densities(first[0], second[0], t, Signs())
    assert is_proved(first, second, found, t) and not is_proved(first, first, found, t)


def test_the_proof_does_not_reach_normal_laws():
    first, second = measure(sm.Normal(0, 1)).densities, measure(sm.Uniform(0, 1)).densities
    assert not is_proved(first, second, of_densities(first[0], second[0], t, Signs()), t)
