"""Simple rationals, sign changes, sequences, sums of logarithms, expectations: what several engines lean on."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp
from flint import arb
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import sgd_markov as sm
from sgd_markov.balls.evaluate import evaluate
from sgd_markov.balls.precision import enclosure, precision
from sgd_markov.chain.draw import Draw, Scheme, Source
from sgd_markov.effort import Effort
from sgd_markov.errors import Inconclusive
from sgd_markov.numerics.affine_mixture import AffineMixture, Part
from sgd_markov.numerics.expectation import batch_moments, mean
from sgd_markov.numerics.exponential_polynomial import ExponentialPolynomial, N, solve_recursion
from sgd_markov.numerics.kernel_functions import LogModulus, PowerModulus
from sgd_markov.numerics.log_sum import log_sum_is_zero
from sgd_markov.numerics.sign_change import dyadic_middle, sign_change
from sgd_markov.numerics.simplest import simplest_rational
from sgd_markov.numerics.small_step import Curvature, at_most_apart, density_near, near_zero, near_zero_first_order

x, y, a = sp.symbols("x y a", real=True)
R = sp.Rational
rationals = st.fractions(min_value=-50, max_value=50, max_denominator=300)
small = st.fractions(min_value=-2, max_value=2, max_denominator=8)


@given(rationals, rationals)
def test_the_simplest_rational_is_inside_and_simplest(first: Fraction, second: Fraction) -> None:
    low, high = min(first, second), max(first, second)
    found = simplest_rational(low, high)
    assert low <= found <= high
    for q in range(1, found.denominator):
        assert low > Fraction(-(-low * q // 1), q) or Fraction(-(-low * q // 1), q) > high, "a smaller denominator fits"


@given(rationals, st.integers(1, 40), st.booleans())
def test_a_sign_change_is_enclosed(root: Fraction, digits: int, rising: bool) -> None:
    assume(root)

    def sign_at(t: Fraction) -> int:
        value = (t - root) * (1 if rising else -1)
        return (value > 0) - (value < 0)

    found = sign_change(sign_at, root - Fraction(1, 3), root + 1, Effort(digits=digits))
    assert root in found and found.reaches(digits)


def test_a_change_at_zero_is_found() -> None:
    """Bisection would close in on 0 for ever, since no width is small relative to 0."""
    for low, high in ((-1, 1), (-2, 1), (Fraction(-1, 3), 5)):
        assert sign_change(lambda t: (t > 0) - (t < 0), Fraction(low), Fraction(high), Effort.within(10.0)).is_point
    near = Fraction(1, 10**30)
    assert near in sign_change(lambda t: (t > near) - (t < near), Fraction(-1), Fraction(1), Effort.within(10.0))


def test_an_undecided_sign_is_said_with_the_bracket() -> None:
    with pytest.raises(Inconclusive) as refusal:
        sign_change(lambda t: None if 1 < t < 2 else int(t >= 2) * 2 - 1, Fraction(1), Fraction(2), Effort())
    assert refusal.value.enclosure is not None


@given(rationals, st.fractions(min_value=Fraction(1, 10**9), max_value=3))
def test_dyadic_middles_are_inside_and_short(low: Fraction, width: Fraction) -> None:
    middle = dyadic_middle(low, low + width)
    assert low < middle < low + width
    assert middle.denominator & (middle.denominator - 1) == 0 and middle.denominator <= 16 * max(1, 1 / width) + 16


# ---- exponential polynomials


@settings(max_examples=30)
@given(small, st.lists(st.tuples(small, st.lists(small, min_size=1, max_size=3)), min_size=1, max_size=3), small)
def test_recursions_are_solved_also_in_resonance(lam: Fraction, forcing: list, start: Fraction) -> None:
    force = ExponentialPolynomial(())
    for base, coefficients in forcing:
        force = force.plus(ExponentialPolynomial(((R(base), sp.Poly([R(c) for c in coefficients], N)),)))
    solution = solve_recursion(R(lam), force, R(start))
    assert solution.at(0) == R(start)
    for n in range(5):
        assert solution.at(n + 1) == R(lam) * solution.at(n) + force.at(n)


def test_zero_to_the_zero() -> None:
    vanishing = solve_recursion(sp.Integer(0), ExponentialPolynomial.constant(sp.Integer(2)), sp.Integer(7))
    assert [vanishing.at(n) for n in range(3)] == [7, 2, 2]


# ---- sums of logarithms


@given(
    st.lists(st.fractions(min_value=Fraction(1, 20), max_value=20, max_denominator=20), min_size=1, max_size=4),
    st.integers(1, 4),
)
def test_sums_of_logarithms(values: list[Fraction], q: int) -> None:
    product = R(1)
    for value in values:
        product *= R(value)
    total = sp.Add(*(sp.log(R(v), evaluate=False) / q for v in values), -sp.log(product, evaluate=False) / q)
    assert log_sum_is_zero(total)
    off = total + sp.log(1 + R(1, 10**12), evaluate=False)
    assert not log_sum_is_zero(off)


def test_sums_of_logarithms_of_surds() -> None:
    assert log_sum_is_zero(sp.log(1 + sp.sqrt(2)) + sp.log(sp.sqrt(2) - 1))
    assert not log_sum_is_zero(sp.log(1 + sp.sqrt(2)) - sp.log(2))


# ---- expectations


def test_polynomials_in_independent_variables() -> None:
    sources = (Source((x,), sm.Normal(1, 2)), Source((y,), sm.Finite([1, 3], ["1/4", "3/4"])))
    assert mean(x**2 * y + a * x + 7, sources) == sp.expand(5 * R(5, 2) + a + 7)
    with pytest.raises(Inconclusive, match="polynomial"):
        mean(sp.cos(x), sources)
    assert mean(sp.cos(y), sources) == sp.cos(1) / 4 + 3 * sp.cos(3) / 4


@settings(max_examples=20)
@given(st.lists(small, min_size=1, max_size=5), st.integers(1, 3), st.booleans())
def test_batch_moments_against_enumeration(entries: list[Fraction], size: int, replacement: bool) -> None:
    from sgd_markov.chain.batch import batch_mean_atoms

    assume(replacement or size <= len(entries))
    source = Source((x,), sm.Finite(entries))
    draw = Draw((source,), (), size, Scheme.WITH_REPLACEMENT if replacement else Scheme.WITHOUT_REPLACEMENT)
    statistics = (x, x**2 + 1)
    atoms = batch_mean_atoms(statistics, (source,), draw)
    for (i, j), value in batch_moments(statistics, draw, 3).items():
        assert value == sum(p * u**i * v**j for (u, v), p in atoms.items())


# ---- bounds for small steps: they must hold, whatever their size

CURVATURES = [
    (sm.Normal("-1/5", 1), R(1, 200)),
    (sm.Uniform("-6/5", "4/5"), R(1, 10)),
    (sm.Laplace("1/3", "1/2"), R(1, 200)),
    (sm.Student(6, 0, 1), R(1, 50)),
    (sm.Student(5, "1/2", "1/3"), R(1, 50)),
    (sm.Student(3, 0, 1), R(1, 50)),
    (sm.Student("5/2", 1, 1), R(1, 50)),
]


@pytest.mark.parametrize(("law", "step"), CURVATURES, ids=str)
def test_the_expansion_near_zero(law: sm.Normal, step: sp.Rational) -> None:
    """|f(t) + t EY + t^2 EY^2/2| <= t^(2 + p) bound, for several t up to the step; likewise to first order."""
    curvature = Curvature(((sp.Integer(1), sp.Integer(1), law),))
    with precision(200):
        found, first = near_zero(curvature, step), near_zero_first_order(curvature, step)
        assert found is not None
        second, order = found
        assert second.is_finite() and 0 < order <= 1
        for share in (1, R(1, 3), R(1, 50)):
            rate = step * share
            value = evaluate(law.log_affine(sp.Integer(1), -rate))
            t = evaluate(rate)
            rest = (value + t * evaluate(law.moment(1)) + t * t * evaluate(law.moment(2)) / 2) / t ** (2 + order)
            assert abs(rest) <= second.abs_upper()
            if first is not None:
                assert abs(value / t + evaluate(law.moment(1))) <= first.upper()


@pytest.mark.parametrize("law", [law for law, _ in CURVATURES], ids=str)
def test_the_modulus_of_continuity_of_the_potential(law: sm.Normal) -> None:
    curvature = Curvature(((sp.Integer(1), sp.Integer(1), law),))
    with precision(120):
        for z in (R(0), R(1, 3), R(7, 2)):
            for delta in (R(1, 100), R(1, 10)):
                bound = at_most_apart(curvature, evaluate(z), evaluate(delta))
                for other in (z + delta, z - delta, z + delta / 3):
                    first, second = (evaluate(law.log_affine(-place, sp.Integer(1))) for place in (z, other))
                    assert abs(first - second) <= bound.upper()


@pytest.mark.parametrize("law", [sm.Normal("-1/5", 1), sm.Laplace("1/3", "1/2"), sm.Student(6, 1, 2)], ids=str)
@pytest.mark.parametrize("scale", [R(1, 3), R(1), R(5, 2)])
def test_the_density_far_out(law: sm.Normal, scale: sp.Rational) -> None:
    """D(t) bounds the density of c X on [1/(2t), 3/(2t)], and D(t)/t^4 rises with t."""
    with precision(100):
        rates = [R(1, 400), R(1, 1000), R(1, 4000)]
        bounds = [density_near(law, evaluate(scale), evaluate(rate), arb(3)) for rate in rates]
        for rate, bound in zip(rates, bounds, strict=True):
            assert bound is not None
            for share in (R(1, 2), R(1), R(3, 2)):
                for side in (1, -1):
                    assert evaluate(law.density(side * share / rate / scale) / scale) <= bound.upper()
        ratios = [bound / evaluate(rate) ** 4 for rate, bound in zip(rates, bounds, strict=True)]
        assert ratios[0] > ratios[1] > ratios[2]


def test_what_quadrature_cuts_off() -> None:
    """The bounds against the exact integrals: equal where the law is the extreme one, never below."""
    with precision(120):
        logs, r, one = LogModulus(), arb(2) ** -20, arb(1)
        for power in (arb(1), arb(1) / 3):
            # P(|X| <= s) = 2 s^a: E[-log|X|; |X| <= r] = 2 r^a (1/a - log r)
            exact = 2 * r**power * (1 / power - r.log())
            found = logs.near_zero(arb(0), arb(2), power, r)
            assert found.overlaps(exact) and logs.near_zero(one, arb(2), power, r) > exact
            radius = arb(2) ** 9
            # P(|X| > t) = t^-a: E[log|X|; |X| > R] = R^-a (log R + 1/a)
            beyond = radius ** (-power) * (radius.log() + 1 / power)
            assert logs.heavy_tail(arb(0), 1, one, power, radius).overlaps(beyond)
        powers = PowerModulus(R(1, 2))
        # E[|X|^(1/2); |X| > R] = a/(a - 1/2) R^(1/2 - a), a = 2
        assert powers.heavy_tail(arb(0), 1, one, arb(2), arb(100)).overlaps(arb(4) / 3 / arb(1000))
        assert not powers.heavy_tail(arb(0), 5, one, arb(2), arb(100)).is_finite()
        # P(|X| > t) = e^-t at R = 40: E[log|X|; > R] = e^-R log R + E_1(R); E[|X|^(1/2); > R] = Gamma(3/2, R)
        radius = arb(40)
        light = (-radius).exp() * radius.log() + evaluate(sp.expint(1, 40))
        assert light <= logs.light_tail(arb(0), 1, one, one, radius) <= 2 * light
        light = evaluate(sp.uppergamma(R(3, 2), 40))
        assert light <= powers.light_tail(arb(0), 1, one, one, radius) <= 2 * light
        assert not powers.light_tail(arb(0), 100, one, one, radius).is_finite()
        assert powers.near_zero(arb(0), arb(2), one, r) >= 2 * r ** arb("1.5") / 3


def test_a_law_without_mean_has_no_expansion() -> None:
    curvature = Curvature(((sp.Integer(1), sp.Integer(1), sm.Cauchy(0, 1)),))
    with precision(100):
        assert near_zero_first_order(curvature, R(1, 100)) is None


def test_the_reference_of_the_bounds_is_not_vacuous() -> None:
    """The bound of the second order is of the size of the third moment, not infinite."""
    with precision(100):
        bound, order = near_zero(Curvature(((sp.Integer(1), sp.Integer(1), sm.Uniform(-1, 1)),)), R(1, 10))
    assert enclosure(arb(bound.upper())).upper < 20
    assert order == 1


def test_a_probability_that_balls_do_not_tell_from_0_still_counts_beside_0():
    rare, zero, t = 1 - sp.erf(20), sp.Integer(0), sp.Symbol("t", positive=True)
    with precision(128):
        assert evaluate(rare).contains(0)
    towards_minus_infinity = AffineMixture(t, (Part(rare, t, zero, None), Part(1 - rare, sp.Integer(2), zero, None)))
    assert towards_minus_infinity.sign_near_zero(Fraction(1)) is None
    plain = AffineMixture(t, (Part(R(1, 2), t, zero, None), Part(R(1, 2), sp.Integer(2), zero, None)))
    assert (plain.sign_near_zero(Fraction(1, 4)), plain.sign_near_zero(Fraction(1))) == (-1, None)
