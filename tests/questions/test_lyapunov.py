"""The exponent at a point: 50 digits, invariances, atoms, what is refused."""

from __future__ import annotations

from fractions import Fraction
from math import inf

import mpmath as mp
import pytest
import sympy as sp
from enclosures import assert_agree, assert_encloses
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import sgd_markov as sm
from sgd_markov.answer.enclosure import Enclosure
from sgd_markov.answer.warrant import Warrant
from sgd_markov.laws.law import Law

w, v, x, y, e, a = sp.symbols("w v x y e a", real=True)
lr = sp.symbols("lr", positive=True)
R = sp.Rational


def chain_of(law: Law, rate: object = lr, **options: object) -> sm.Chain:
    return sm.SGD(x * w**2 / 2, [w], rate, data={x: law}, **options)


# ---- fifty digits

FIFTY: dict[str, sm.Chain] = {
    "normal": chain_of(sm.Normal("-1/5", 1), "4/5"),
    "uniform": chain_of(sm.Uniform("-6/5", "4/5"), "3/2"),
    "exponential": chain_of(sm.Exponential(1), "13/10"),
    "laplace": chain_of(sm.Laplace(0, 1), "13/10"),
    "chi-square": chain_of(sm.ChiSquare(1), "3/2"),
    "cauchy": chain_of(sm.Cauchy("-1/5", 1), "4/5"),
    "arcsine": chain_of(sm.Arcsine(-1, 1), "7/3"),
    "semicircle": chain_of(sm.Semicircle(0, 2), "7/5"),
    "student-5": chain_of(sm.Student(5, 0, 1), "9/10"),
    "batch of 3 uniforms": chain_of(sm.Uniform("-6/5", "4/5"), "3/2", batch_size=3),
}


def narrower_than(found: Enclosure, digits: int) -> bool:
    smallest = min(abs(Fraction(found.lower)), abs(Fraction(found.upper)))
    return found.width < smallest / Fraction(10) ** digits


@pytest.mark.parametrize("name", FIFTY)
def test_fifty_digits(name: str) -> None:
    answer = sm.lyapunov(FIFTY[name], at=0, digits=50)
    assert answer.status == "answered" and answer.warrant in (Warrant.EXACT, Warrant.CERTIFIED)
    assert narrower_than(answer.enclosure, 50)
    assert len(answer.value.lstrip("-0.")) >= 50


@pytest.mark.parametrize("name", ["normal", "laplace", "exponential", "batch of 3 uniforms"])
def test_fifty_digits_by_the_certified_integral(name: str) -> None:
    """Independent of the closed form: only the density, its tail bounds and ball quadrature."""
    closed = sm.lyapunov(FIFTY[name], at=0, digits=50)
    integral = sm.lyapunov(FIFTY[name], at=0, digits=50, method="certified")
    assert closed.warrant is Warrant.EXACT and integral.warrant is Warrant.CERTIFIED and integral.exact is None
    assert narrower_than(integral.enclosure, 50)
    assert closed.enclosure.meets(integral.enclosure)


DENSITIES = {
    "normal": (lambda t: mp.exp(-((t + mp.mpf(1) / 5) ** 2) / 2) / mp.sqrt(2 * mp.pi), [-16, -6, 0, 3, 6, 16], 0.8),
    "exponential": (lambda t: mp.exp(-t), [0, 3, 10, 40, 160], 1.3),
    "uniform": (lambda t: mp.mpf(1) / 2, ["-1.2", 0, "0.8"], 1.5),
    "laplace": (lambda t: mp.exp(-abs(t)) / 2, [-160, -40, -10, 0, 3, 10, 40, 160], 1.3),
}


@pytest.mark.parametrize("name", DENSITIES)
def test_fifty_digits_by_mpmath(name: str) -> None:
    """A third route that shares no code: quadrature in mpmath, split at 1/lr."""
    density, nodes, rate = DENSITIES[name]
    with mp.workdps(60):
        rate = mp.mpf(round(rate * 10)) / 10
        ends = sorted([*map(mp.mpf, nodes), 1 / rate, 1 / rate - mp.mpf(1) / 8, 1 / rate + mp.mpf(1) / 8])
        ends = [end for end in ends if mp.mpf(nodes[0]) <= end <= mp.mpf(nodes[-1])]
        value = mp.quad(lambda t: mp.log(abs(1 - rate * t)) * density(t), ends, maxdegree=12)
        reference = mp.nstr(value, 45)
    assert_encloses(sm.lyapunov(FIFTY[name], at=0, digits=50), reference, 50, "exact")


def test_two_hundred_digits_cost_no_more_than_patience() -> None:
    answer = sm.lyapunov(FIFTY["normal"], at=0, digits=200)
    assert narrower_than(answer.enclosure, 200)
    assert answer.enclosure.meets(sm.lyapunov(FIFTY["normal"], at=0).enclosure)


# ---- invariances

rates = st.fractions(min_value=Fraction(1, 50), max_value=5, max_denominator=60)
values = st.fractions(min_value=-3, max_value=3, max_denominator=40)
scales = st.fractions(min_value=Fraction(1, 40), max_value=6, max_denominator=40)


@given(values, values, rates, scales)
def test_scaling_two_points(first: Fraction, second: Fraction, rate: Fraction, b: Fraction) -> None:
    """x -> b x is lr -> lr/b, with equal closed forms up to a constant's spelling."""
    assume(first != second)
    plain = sm.lyapunov(chain_of(sm.TwoPoint(first, second), rate), at=0, digits=20)
    scaled = sm.lyapunov(chain_of(sm.TwoPoint(b * first, b * second), rate / b), at=0, digits=20)
    assert plain.enclosure == scaled.enclosure and plain.warrant is scaled.warrant is Warrant.EXACT


@settings(max_examples=10)
@given(values, scales, rates, scales)
def test_scaling_normal(mean: Fraction, std: Fraction, rate: Fraction, b: Fraction) -> None:
    plain = sm.lyapunov(chain_of(sm.Normal(mean, std), rate), at=0, digits=20)
    scaled = sm.lyapunov(chain_of(sm.Normal(b * mean, b * std), rate / b), at=0, digits=20)
    assert_agree(plain.enclosure, scaled.enclosure, 20)


@given(values, scales, rates)
def test_symmetry_of_the_multiplier(low: Fraction, width: Fraction, rate: Fraction) -> None:
    """|1 - lr x| does not change when x is reflected at 1/lr."""
    plain = sm.lyapunov(chain_of(sm.Uniform(low, low + width), rate), at=0, digits=18)
    reflected = sm.Uniform(2 / rate - low - width, 2 / rate - low)
    assert_agree(plain.enclosure, sm.lyapunov(chain_of(reflected, rate), at=0, digits=18).enclosure, 18)


@given(values, scales, rates, st.integers(1, 30))
def test_more_digits_are_narrower_and_meet(mean: Fraction, std: Fraction, rate: Fraction, digits: int) -> None:
    chain = chain_of(sm.Laplace(mean, std), rate)
    coarse, fine = (sm.lyapunov(chain, at=0, digits=d) for d in (digits, digits + 20))
    assert coarse.enclosure.meets(fine.enclosure)
    assert coarse.enclosure.reaches(digits) and fine.enclosure.reaches(digits + 20)
    assert fine.enclosure.width <= coarse.enclosure.width


@given(st.lists(values, min_size=1, max_size=6), rates)
def test_the_whole_data_set_is_gradient_descent(entries: list[Fraction], rate: Fraction) -> None:
    chain = chain_of(sm.Finite(entries), rate, batch_size=len(entries), scheme="without-replacement")
    multiplier = 1 - rate * sum(entries) / len(entries)
    answer = sm.lyapunov(chain, at=0)
    assert answer.exact == (sp.log(R(abs(multiplier))) if multiplier else -sp.oo)


@given(st.lists(values, min_size=2, max_size=4), st.integers(1, 3), rates)
def test_repeating_the_data_set_changes_nothing_with_replacement(
    entries: list[Fraction], size: int, rate: Fraction
) -> None:
    once, twice = (sm.lyapunov(chain_of(sm.Finite(e), rate, batch_size=size), at=0) for e in (entries, entries * 2))
    assert once.enclosure.meets(twice.enclosure) and once.attracts == twice.attracts


@given(values, values, rates)
def test_attracts_is_the_proved_sign(first: Fraction, second: Fraction, rate: Fraction) -> None:
    answer = sm.lyapunov(chain_of(sm.TwoPoint(first, second), rate), at=0)
    product = abs((1 - rate * first) * (1 - rate * second))
    assert answer.attracts is (product < 1)
    if product == 1:
        assert answer.exact == 0 and answer.enclosure.is_point


# ---- edge cases


def test_an_atom_at_one_over_the_rate() -> None:
    for law in (
        sm.TwoPoint("4/5", "-6/5"),
        sm.Finite(["4/5", 1, 1, 7]),
        sm.Finite(["4/5", 3], ["1/1000000", "999999/1000000"]),
        sm.Constant("4/5"),
    ):
        answer = sm.lyapunov(chain_of(law, "5/4"), at=0)
        assert answer.exact == -sp.oo and answer.enclosure == Enclosure.point(-inf) and answer.attracts is True
        assert answer.value == answer.to_dict()["lower"] == "-oo" and answer.warrant is Warrant.EXACT


def test_an_atom_of_a_lattice_law_at_one_over_the_rate() -> None:
    for law in (sm.Poisson(3), sm.Geometric("1/2")):
        for method in (None, "certified"):
            assert sm.lyapunov(chain_of(law, "1/2"), at=0, method=method, budget=20).exact == -sp.oo


def test_an_atom_of_a_batch_mean() -> None:
    assert sm.lyapunov(chain_of(sm.TwoPoint(0, 2), 1, batch_size=2), at=0).exact == -sp.oo
    assert sm.lyapunov(chain_of(sm.TwoPoint(0, 2), 1, batch_size=3), at=0).exact != -sp.oo
    data = sm.Finite([0, 0, 2, 2])
    assert sm.lyapunov(chain_of(data, 1, batch_size=4, scheme="without-replacement"), at=0).exact == -sp.oo
    assert sm.lyapunov(chain_of(data, 1, batch_size=2, scheme="cyclic"), at=0).exact == 0


def test_an_atom_of_probability_zero_is_none() -> None:
    assert sm.lyapunov(chain_of(sm.Finite([1, 2], [0, 1]), 1), at=0).exact == 0


def test_an_exponent_of_exactly_zero() -> None:
    for law, rate in ((sm.TwoPoint("4/5", "-6/5"), "5/12"), (sm.TwoPoint("4/5", "-6/5"), "5/3"), (sm.Constant(0), 3)):
        answer = sm.lyapunov(chain_of(law, rate), at=0, digits=40)
        assert answer.exact == 0 and answer.enclosure.is_point and answer.attracts is False
    surd = (R(1, 5) + sp.sqrt(2 - R(1, 25))) / (1 - R(1, 25))
    assert sm.lyapunov(chain_of(sm.TwoPoint("4/5", "-6/5"), surd), at=0).attracts is False


def test_one_data_point_and_a_batch_of_one() -> None:
    for options in (
        {},
        {"batch_size": 1, "scheme": "without-replacement"},
        {"scheme": "reshuffling"},
        {"scheme": "cyclic"},
    ):
        answer = sm.lyapunov(chain_of(sm.Finite(["1/3"]), "1/2", **options), at=0)
        assert answer.exact == sp.log(R(5, 6))


@pytest.mark.parametrize("power", [-12, 12])
@pytest.mark.parametrize(
    "law", [sm.Normal(0, 1), sm.Uniform(-1, 2), sm.Exponential(1), sm.Laplace(0, 1), sm.TwoPoint(1, -1)]
)
def test_huge_and_tiny_rates(law: Law, power: int) -> None:
    """Closed forms cancel here; the enclosure must reach its digits nevertheless, and be near its expansion."""
    rate = R(10) ** power
    answer = sm.lyapunov(chain_of(law, rate), at=0)
    assert answer.enclosure.reaches(15)
    if power < 0:
        mean, second = (Fraction(str(law.moment(k))) for k in (1, 2))
        step = Fraction(10) ** power
        expected = -step * mean - step**2 * second / 2
        assert abs(answer.enclosure.middle / expected - 1) < 10**-9
    else:
        assert 25 < answer.enclosure.lower < 30


@pytest.mark.parametrize("size", ["1e-12", "1e12"])
def test_huge_and_tiny_laws_by_scaling(size: str) -> None:
    for family in (lambda b: sm.Normal(0, b), lambda b: sm.Uniform(-b, 2 * b), lambda b: sm.Student(5, 0, b)):
        b = R(size)
        plain = sm.lyapunov(chain_of(family(R(1)), "3/2"), at=0)
        scaled = sm.lyapunov(chain_of(family(b), R(3, 2) / b), at=0)
        assert plain.enclosure.meets(scaled.enclosure) and scaled.enclosure.reaches(15)


def test_the_rate_one_over_an_end_of_the_support() -> None:
    assert_encloses(sm.lyapunov(chain_of(sm.Uniform(0, 1), 1), at=0), "-1", 15, "exact")
    assert_encloses(sm.lyapunov(chain_of(sm.Uniform(0, 1), 1), at=0, method="certified"), "-1", 15, "certified")


# ---- symbols, points, several dimensions


def test_a_symbolic_exponent_has_no_value() -> None:
    answer = sm.lyapunov(chain_of(sm.TwoPoint(a + 1, a - 1)), at=0)
    assert answer.enclosure is None and answer.value is None and answer.attracts is None
    assert answer.exact.subs({a: R(-1, 5), lr: R(5, 12)}).equals(0)


def test_a_nonlinear_loss_at_another_point() -> None:
    chain = sm.SGD(x * (1 - sp.cos(w)), [w], "4/5", data={x: sm.TwoPoint("4/5", "-6/5")})
    assert_encloses(sm.lyapunov(chain, at=sp.pi), "-1.36208979151605", 15, "exact")
    assert_encloses(sm.lyapunov(chain, at=0), "-0.174353387144778", 15, "exact")


def test_triangular_spectrum() -> None:
    chain = sm.SGD(x * w**2 / 2 + R(1, 4) * v**2, [w, v], "4/5", data={x: sm.TwoPoint("4/5", "-6/5")})
    answer = sm.lyapunov(chain, at={w: 0, v: 0}, spectrum=True)
    assert_encloses(answer.exponents[0], "-0.174353387144778")
    assert answer.exponents[1].exact == sp.log(R(3, 5)) and answer.attracts is True


def test_refusals() -> None:
    chain = chain_of(sm.TwoPoint("4/5", "-6/5"), "4/5")
    with pytest.raises(sm.InvalidInput, match="at"):
        sm.lyapunov(chain)
    with pytest.raises(sm.HypothesisViolated, match="fixes"):
        sm.lyapunov(sm.RandomMap({w: w / 2 + x}, noise={x: sm.Rademacher()}), at=0)
    with pytest.raises(sm.InvalidInput, match="digits"):
        sm.lyapunov(chain, at=0, digits=0)
    with pytest.raises(sm.InvalidInput, match="values"):
        sm.lyapunov(chain_of(sm.Lognormal(a, 1), "4/5"), at=0)
    with pytest.raises(sm.HypothesisViolated, match="differentiable"):
        sm.lyapunov(sm.SGD(x * sp.Abs(w) ** 2 / 2 + sp.Max(w, 0) ** 2, [w], "1/2", data={x: sm.Rademacher()}), at=0)


def test_a_rung_that_cannot_be_reached_is_said() -> None:
    with pytest.raises(sm.Inconclusive, match="exact"):
        sm.lyapunov(chain_of(sm.Lognormal(0, 1), "4/5"), at=0, method="exact")


def test_an_infinite_mean_of_log_is_an_exponent() -> None:
    """E x^2 = oo under Student(2): E log exp(-x^2) = -oo, E log exp(x^2) = oo; x alone has mean 0 at df 2 and none at df 1."""

    def of(exponent: sp.Expr, law: Law) -> sm.Chain:
        return sm.RandomMap({w: sp.exp(exponent) * w}, noise={x: law})

    answer = sm.lyapunov(of(1 - x**2 + 5 * x, sm.Student(2, 0, 1)), at=0)
    assert answer.exact == -sp.oo and answer.extra["attracts"] is True and "E log^-" in answer.method
    assert sm.lyapunov(of(3 - x, sm.BetaPrime(2, 1)), at=0).exact == -sp.oo
    for exponent, law in ((x**2, sm.Student(2, 0, 1)), (x, sm.BetaPrime(2, 1)), (-x, sm.Cauchy(0, 1)), (x - x**3, sm.Student(3, 0, 1))):
        with pytest.raises(sm.HypothesisViolated):
            sm.lyapunov(of(exponent, law), at=0)
    assert sm.lyapunov(of(-(x**2), sm.Student(3, 0, 1)), at=0).exact == -3
