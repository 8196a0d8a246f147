"""The engines by themselves: each against a second route, on the cases that the questions seldom reach."""

from __future__ import annotations

from fractions import Fraction
from math import inf

import pytest
import sympy as sp
from enclosures import assert_encloses
from flint import arb
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import sgd_markov as sm
from sgd_markov.answer.enclosure import Enclosure
from sgd_markov.answer.warrant import Warrant
from sgd_markov.balls.precision import ball, enclosure, precision
from sgd_markov.chain.mixture import Component
from sgd_markov.effort import Effort
from sgd_markov.engines.affine import affine_chain, raw_moments
from sgd_markov.engines.concave_window import LogLinearSum, concave_window
from sgd_markov.engines.finite_law import inside, law_after, probability_inside
from sgd_markov.engines.kesten_root import Lattice, arithmetic_step, exceeds_one, kesten_root
from sgd_markov.engines.log_potential import expected_log
from sgd_markov.engines.moment_window import convex_window
from sgd_markov.engines.polynomial_window import polynomial_window, quotient
from sgd_markov.engines.power_mean import expected_power, power_ball
from sgd_markov.engines.stable_steps import stable_law_after
from sgd_markov.errors import HypothesisViolated, Inconclusive
from sgd_markov.numerics.windows import Window

w, x, y, z, a = sp.symbols("w x y z a", real=True)
t = sp.Symbol("t", positive=True)
R = sp.Rational
EFFORT = Effort(digits=15)


def component(value: sp.Expr, law: sm.Normal | None = None, probability: object = 1) -> Component:
    return Component(sp.sympify(probability), (sp.sympify(value),), {} if law is None else {x: law})


def spans(found: Window) -> list[list[sp.Expr | None]]:
    return [[end.exact for end in span] for span in found.intervals]


# ---- log_potential


def test_a_mixture_of_atoms_and_densities() -> None:
    """With 1/3 a number, with 2/3 a density: the sum of both parts."""
    mixed = (component(R(1, 2), probability=R(1, 3)), component(1 - x, sm.Uniform(0, 1), R(2, 3)))
    found = expected_log(mixed, EFFORT)
    assert sp.simplify(found.exact - (-sp.log(2) / 3 - R(2, 3))) == 0 and found.warrant is Warrant.EXACT
    certified = expected_log(mixed, Effort(digits=15, method=Warrant.CERTIFIED))
    assert certified.exact is None and certified.enclosure.meets(found.enclosure)


def test_one_atom_at_zero_decides() -> None:
    found = expected_log(
        (component(0, probability=R(1, 10**9)), component(1 - x, sm.Cauchy(0, 1), 1 - R(1, 10**9))), EFFORT
    )
    assert found.exact == -sp.oo and found.enclosure == Enclosure.point(-inf)


def test_products_split_and_exponentials_are_means() -> None:
    """E log|x^2 (1 - x) e^x|, x uniform on (0, 1): -2 - 1 + 1/2."""
    found = expected_log((component(x**2 * (1 - x) * sp.exp(x), sm.Uniform(0, 1)),), EFFORT)
    assert found.exact == R(-5, 2)


def test_quadratics_without_real_roots_are_integrated() -> None:
    """E log(1 + x^2) of the standard Cauchy law is 2 log 2."""
    found = expected_log((component(1 + x**2, sm.Cauchy(0, 1)),), EFFORT)
    with precision(120):
        assert found.enclosure.meets(enclosure(2 * arb(2).log())) and found.enclosure.reaches(15)


def test_powers_beyond_two_are_integrated() -> None:
    """E log|x^3 - 1/8|, x uniform on (0, 1): -log 2 - 1 from the root 1/2, the positive factor by its antiderivative."""
    found = expected_log((component(x**3 - R(1, 8), sm.Uniform(0, 1)),), EFFORT)
    value = -sp.log(2) - 1 + sp.integrate(sp.log(y**2 + y / 2 + R(1, 4)), (y, 0, 1))
    assert abs(sp.N(value, 40) - sp.Rational(found.enclosure.middle)) < R(1, 10**15) and found.enclosure.reaches(15)


def test_two_sources_without_a_common_family_are_refused() -> None:
    with pytest.raises(Inconclusive):
        expected_log((Component(sp.Integer(1), (x * y + x + 1,), {x: sm.Normal(0, 1), y: sm.Lognormal(0, 1)}),), EFFORT)


def test_two_normal_sources_are_one() -> None:
    both = Component(sp.Integer(1), (1 - x / 2 + 2 * y,), {x: sm.Normal(1, 1), y: sm.Normal(0, 1)})
    one = component(x, sm.Normal(R(1, 2), sp.sqrt(R(17, 4))))
    assert expected_log((both,), EFFORT).enclosure.meets(expected_log((one,), EFFORT).enclosure)


# ---- power_mean


def test_powers_of_a_mixture() -> None:
    mixed = (component(R(1, 2), probability=R(1, 3)), component(x, sm.Uniform(0, 2), R(2, 3)))
    found = expected_power(mixed, R(3), EFFORT)
    assert sp.simplify(found.exact - (R(1, 24) + R(2, 3) * 2)) == 0 and found.warrant is Warrant.EXACT


def test_a_moment_at_the_limit_is_infinite() -> None:
    for law, order in ((sm.Student(3, 0, 1), 3), (sm.Cauchy(0, 1), 1), (sm.BetaPrime(1, 2), 2)):
        with pytest.raises(HypothesisViolated, match="below"):
            expected_power((component(1 + x, law),), sp.sympify(order), EFFORT)
        below = expected_power((component(1 + x, law),), order - R(1, 10), EFFORT)
        assert below.enclosure.lower > 0
    with pytest.raises(HypothesisViolated):
        expected_power((component(1 + x**2, sm.Student(3, 0, 1)),), R(3, 2), EFFORT)


@given(st.fractions(min_value=Fraction(1, 3), max_value=6, max_denominator=7))
def test_orders_between_orders(order: Fraction) -> None:
    """Lyapunov's inequality: log E|M|^p is convex in p."""
    one = (component(1 - x, sm.Normal(R(1, 5), R(3, 2))),)
    with precision(100):
        low, middle, high = (enclosure(power_ball(one, R(order + step)).log()) for step in (0, Fraction(1, 2), 1))
    assert 2 * middle.lower <= low.upper + high.upper


# ---- kesten_root


def test_whether_the_multiplier_exceeds_one() -> None:
    assert exceeds_one((component(1 - x, sm.Uniform(0, 2)),)) is False
    assert exceeds_one((component(1 - x, sm.Uniform(0, R(201, 100))),)) is True
    assert exceeds_one((component(R(1, 2)), component(R(-11, 10), probability=R(1, 100)))) is True
    assert exceeds_one((component(x / 100, sm.Normal(0, 1)),)) is True


def test_arithmetic_steps() -> None:
    assert arithmetic_step((component(2), component(R(-1, 4)), component(0), component(1))) == Lattice(2, (1, -2, 0))
    assert arithmetic_step((component(2), component(3))) is False
    assert arithmetic_step((component(1 - x, sm.Normal(0, 1)),)) is False
    assert arithmetic_step((component(sp.sqrt(2)), component(R(1, 2)))) == Lattice(2, (1, -2), 2)
    assert arithmetic_step((component(sp.sqrt(2)), component(-(sp.Rational(9, 2) ** R(1, 3))))) is False
    assert arithmetic_step((component((1 + sp.sqrt(5)) / 2), component(1))) is True
    assert arithmetic_step((component(sp.sqrt(2)), component(sp.pi))) is None


@given(st.fractions(min_value=Fraction(1, 50), max_value=30, max_denominator=50))
def test_a_known_root_is_found(root: Fraction) -> None:
    """s (s - root) changes its sign at the root only; as a rational it is recognised."""

    def excess(s: Fraction) -> Enclosure:
        return enclosure(ball(s) * (ball(s) - ball(root)))

    found = kesten_root(excess, lambda s: s == root, sp.oo, EFFORT)
    assert found.exact == R(root) and found.enclosure == Enclosure.point(root)
    blind = kesten_root(excess, lambda s: False, sp.oo, EFFORT)
    assert blind.exact is None and root in blind.enclosure and blind.enclosure.reaches(15)


def test_no_root_below_the_moment_limit() -> None:
    with pytest.raises(Inconclusive, match="no order"):
        kesten_root(lambda s: Enclosure.point(Fraction(-1)), lambda s: False, sp.Integer(3), EFFORT)


# ---- polynomial_window and concave_window

numbers = st.fractions(min_value=-2, max_value=2, max_denominator=6)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(1, 4), numbers, numbers), min_size=1, max_size=4))
def test_two_engines_find_one_window(raw: list[tuple[int, Fraction, Fraction]]) -> None:
    """sum p log|a + b t| < 0 on all of R, general a: exact roots against concavity."""
    weight = sum(n for n, _, _ in raw)
    terms = tuple((Fraction(n, weight), p, q) for n, p, q in raw if (p, q) != (0, 0))
    assume(terms and any(q for _, _, q in terms))
    exact = quotient([(R(p), R(c) + R(q) * t) for p, c, q in terms], t)
    assert exact is not None
    for domain in ((-inf, inf), (Fraction(0), inf), (Fraction(-1), Fraction(3, 2))):
        first = polynomial_window(*exact, domain, EFFORT)
        second = concave_window(LogLinearSum(terms), domain, EFFORT)
        assert not second.undecided and len(first.intervals) == len(second.intervals)
        for span, other in zip(first.intervals, second.intervals, strict=True):
            assert all(e.enclosure.meets(o.enclosure) for e, o in zip(span, other, strict=True))
        zeros = {-c / q for _, c, q in terms if q and domain[0] < -c / q < domain[1]}
        assert {Fraction(str(n.exact)) for n in second.superstable} == zeros


def test_an_exponent_that_is_zero_throughout() -> None:
    assert polynomial_window(sp.Poly(1, t), sp.Poly(1, t), (Fraction(0), inf), EFFORT).intervals == ()


def test_a_double_root_splits_the_window() -> None:
    """|(1 - t)^2 - 1| touches 1 where it has its maximum, t = sqrt 2 for a = sqrt 2; here N = 1 - (t - 1)^2 at 1."""
    found = polynomial_window(sp.Poly(1 - (t - 1) ** 2, t), sp.Poly(1, t), (Fraction(0), inf), EFFORT)
    assert spans(found) == [[0, 1], [1, 1 + sp.sqrt(2)]]


def test_poles_split_the_window() -> None:
    found = polynomial_window(sp.Poly(1, t), sp.Poly(4 * (t - 2), t), (Fraction(0), inf), EFFORT)
    assert spans(found) == [[0, R(7, 4)], [R(9, 4), sp.oo]]


# ---- moment_window


def test_convex_windows() -> None:
    """E|1 - t x|^p with sign function of (1 - t)^2 - 1 by hand."""
    fixed = (component(1 - t * x, sm.Normal(1, 1)),)

    def sign_at(rate: Fraction) -> int:
        value = (1 - rate) ** 2 - 1 + rate**2
        return (value > 0) - (value < 0)

    found = convex_window(fixed, t, (Fraction(0), inf), sign_at, sp.Integer(-1), EFFORT)
    ((low, high),) = found.intervals
    assert low.exact == 0
    assert_encloses(high, "1")
    assert convex_window(fixed, t, (Fraction(0), inf), sign_at, sp.Integer(1), EFFORT).intervals == ()
    cut = convex_window(fixed, t, (Fraction(0), Fraction(1, 2)), sign_at, sp.Integer(-1), EFFORT)
    assert spans(cut) == [[0, R(1, 2)]]
    with pytest.raises(Inconclusive):
        convex_window((component(2 - t * x, sm.Normal(1, 1)),), t, (Fraction(0), inf), sign_at, sp.Integer(-1), EFFORT)


# ---- affine, finite_law, stable_steps


def test_the_affine_form_of_a_loss() -> None:
    chain = sm.SGD((x * w - y) ** 2 / 2, [w], t, data={x: sm.Normal(0, 1), y: sm.Normal(2, 1)})
    affine = affine_chain(chain)
    assert sp.expand(affine.mixed_moment(1, 0) - (1 - t)) == 0
    assert sp.expand(affine.mixed_moment(2, 0) - (1 - 2 * t + 3 * t**2)) == 0
    assert affine.mixed_moment(0, 1) == 0 and sp.expand(affine.mixed_moment(0, 2) - 5 * t**2) == 0
    assert affine.mixed_moment(0, 0) == 1


def test_batches_enter_the_mixed_moments() -> None:
    chain = sm.SGD((x * w - y) ** 2 / 2, [w], t, data={x: sm.Normal(0, 1), y: sm.Normal(0, 1)}, batch_size=4)
    affine = affine_chain(chain)
    assert sp.expand(affine.mixed_moment(2, 0) - (1 - 2 * t + t**2 * (1 + R(2, 4)))) == 0
    assert sp.expand(affine.mixed_moment(0, 2) - t**2 / 4) == 0


def test_moments_follow_the_recursion() -> None:
    affine = affine_chain(sm.RandomMap({w: x * w / 2 + z}, noise={x: sm.Bernoulli("1/2"), z: sm.Exponential(1)}))
    first, second = raw_moments(affine, sp.Integer(3), 2)[1:]
    for n in range(4):
        assert first.at(n + 1) == first.at(n) / 4 + 1
        assert second.at(n + 1) == second.at(n) / 8 + 2 * R(1, 4) * first.at(n) + 2


def test_states_merge_also_when_they_are_irrational() -> None:
    chain = sm.RandomMap({w: (sp.sqrt(2) + 1) * w + x * sp.sqrt(2)}, noise={x: sm.Rademacher()})
    found = law_after(chain, (sp.Integer(0),), 3, EFFORT)
    assert len(found) == 8 and sum(found.values()) == 1
    walk = sm.RandomMap({w: w + x * sp.sqrt(2)}, noise={x: sm.Rademacher()})
    assert law_after(walk, (sp.Integer(0),), 6, EFFORT)[(sp.Integer(0),)] == R(20, 64)
    assert probability_inside(law_after(walk, (sp.Integer(0),), 2, EFFORT), -sp.oo, 2 * sp.sqrt(2)) == 1


def test_closed_intervals_decide_equality() -> None:
    root = sp.sqrt(5 + 2 * sp.sqrt(6))
    assert inside(root, sp.sqrt(2) + sp.sqrt(3), sp.sqrt(2) + sp.sqrt(3))
    assert not inside(root, root + R(1, 10**30), sp.oo)


def test_continuous_randomness_is_no_finite_law() -> None:
    with pytest.raises(Inconclusive, match="normal"):
        law_after(sm.RandomMap({w: w + x}, noise={x: sm.Normal(0, 1)}), (sp.Integer(0),), 1, EFFORT)


@given(numbers, numbers, st.integers(1, 5))
def test_normal_chains_by_their_moments(slope: Fraction, start: Fraction, steps: int) -> None:
    chain = sm.RandomMap({w: R(slope) * w + 3 * z - 1}, noise={z: sm.Normal(2, R(1, 2))})
    affine = affine_chain(chain)
    found = stable_law_after(affine.pairs(), R(start), steps)
    first, second = raw_moments(affine, R(start), 2)[1:]
    assert sp.simplify(found.moment(1) - first.at(steps)) == 0
    assert sp.simplify(found.moment(2) - second.at(steps)) == 0


def test_what_does_not_stay_in_a_family() -> None:
    for chain in (
        sm.RandomMap({w: w / 2 + x}, noise={x: sm.Uniform(0, 1)}),
        sm.RandomMap({w: x * w}, noise={x: sm.Normal(0, 1)}),
        sm.RandomMap({w: w / 2 + x}, noise={x: sm.Rademacher()}),
    ):
        assert stable_law_after(affine_chain(chain).pairs(), sp.Integer(1), 3) is None
