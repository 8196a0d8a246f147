"""Windows: exact ends, certified ends, the sign on both sides of every end, and the case distinction."""

from __future__ import annotations

from fractions import Fraction
from math import inf
from random import Random

import pytest
import sympy as sp
from enclosures import assert_encloses
from hypothesis import given, settings
from hypothesis import strategies as st

import sgd_markov as sm
from sgd_markov.laws.law import Law

w, x, z, a = sp.symbols("w x z a", real=True)
lr = sp.symbols("lr", positive=True)
R = sp.Rational


def chain_of(law: Law, rate: object = lr, **options: object) -> sm.Chain:
    return sm.SGD(x * w**2 / 2, [w], rate, data={x: law}, **options)


def sign_at(law: Law, rate: Fraction, **options: object) -> int:
    """The proved sign of the exponent at one rate; -1 for -oo."""
    sign = sm.lyapunov(chain_of(law, rate, **options), at=0).enclosure.sign
    assert sign is not None
    return sign


def ends(answer: sm.Answer) -> list[tuple[Fraction | float, Fraction | float]]:
    """(upper end of the low end, lower end of the high end) of every interval: inside for certain."""
    return [(low.enclosure.upper, high.enclosure.lower) for low, high in answer.intervals]


def assert_is_where_the_exponent_is_negative(law: Law, answer: sm.Answer, chance: Random, **options: object) -> None:
    """Random rates inside, outside, and close to every end on both sides."""
    assert not answer.undecided
    for low, high in ends(answer):
        assert all(sign_at(law, rate, **options) == -1 for rate in rates(chance, low, high))
    outside = [
        Fraction(0),
        *(e for span in answer.intervals for e in (span[0].enclosure.lower, span[1].enclosure.upper)),
        inf,
    ]
    for low, high in zip(outside[::2], outside[1::2], strict=True):
        if low < high:
            assert all(sign_at(law, rate, **options) == 1 for rate in rates(chance, low, high))


def rates(chance: Random, low: Fraction | float, high: Fraction | float) -> list[Fraction]:
    """One anywhere in (low, high), and one just inside each finite end; not beside 0, where the exponent vanishes."""
    gap = Fraction(1, 10**6) if high == inf else min(Fraction(1, 10**6), (Fraction(high) - Fraction(low)) / 3)
    beside = [*([low + gap] if low > 0 else []), *([] if high == inf else [high - gap])]
    return [between(chance, low, high), *beside]


def between(chance: Random, low: Fraction | float, high: Fraction | float) -> Fraction:
    share = Fraction(chance.randint(1, 999), 1000)
    return Fraction(low) + (share / (1 - share) if high == inf else share * (Fraction(high) - Fraction(low)))


# ---- the numbers of the issue


def test_two_points() -> None:
    answer = sm.window(chain_of(sm.TwoPoint("4/5", "-6/5")), at=0, parameter=lr)
    assert [[end.exact for end in span] for span in answer.intervals] == [[R(5, 12), R(5, 3)]]
    assert [number.exact for number in answer.superstable] == [R(5, 4)]
    assert answer.warrant.label == "exact" and not answer.undecided


def test_re_entrance() -> None:
    answer = sm.window(chain_of(sm.TwoPoint("11/5", "1/5")), at=0, parameter=lr, digits=30)
    (zero, first), (second, last) = answer.intervals
    assert zero.exact == 0 and last.exact == R(60, 11)
    assert sp.simplify(first.exact - (R(6, 5) - sp.sqrt(R(14, 25))) / R(11, 25)) == 0
    assert_encloses(first, "1.02651936964821", 30)
    assert_encloses(second, "4.42802608489725", 30)


def test_normal_and_uniform() -> None:
    for law, low, high in (
        (sm.Normal("-1/5", 1), "0.349157183711051", "1.20575191338251"),
        (sm.Uniform("-6/5", "4/5"), "1.10967648600627", "2.12662488369616"),
    ):
        answer = sm.window(chain_of(law), at=0, parameter=lr)
        (span,) = answer.intervals
        assert_encloses(span[0], low, 15)
        assert_encloses(span[1], high, 15)
        assert answer.warrant.label == "certified" and not answer.undecided and not answer.superstable


# ---- the case distinction


def cases_at(answer: sm.Answer, value: sp.Rational) -> dict:
    (case,) = [case for case in answer.cases if bool(case["condition"].subs(a, value))]
    return case


@pytest.fixture(scope="module")
def distinction() -> sm.Answer:
    return sm.window(chain_of(sm.TwoPoint(a + 1, a - 1)), at=0, parameter=lr)


@pytest.mark.parametrize(
    ("value", "spans"),
    [
        ("-2", []),
        ("-1", []),
        ("-1/5", [("-2*a/(1 - a**2)", "(-a + sqrt(2 - a**2))/(1 - a**2)")]),
        ("0", [("0", "sqrt(2)")]),
        ("1/2", [("0", "(-a + sqrt(2 - a**2))/(1 - a**2)")]),
        ("1", [("0", "1")]),
        (
            "6/5",
            [("0", "(a - sqrt(2 - a**2))/(a**2 - 1)"), ("(a + sqrt(2 - a**2))/(a**2 - 1)", "2*a/(a**2 - 1)")],
        ),
        ("sqrt(2)", [("0", "sqrt(2)"), ("sqrt(2)", "2*sqrt(2)")]),
        ("3/2", [("0", "2*a/(a**2 - 1)")]),
        ("7", [("0", "2*a/(a**2 - 1)")]),
    ],
)
def test_the_table_of_the_theory(distinction: sm.Answer, value: str, spans: list[tuple[str, str]]) -> None:
    number = sp.sympify(value)
    found = cases_at(distinction, number)["intervals"]
    assert len(found) == len(spans)
    for (low, high), texts in zip(found, spans, strict=True):
        for end, text in zip((low, high), texts, strict=True):
            expected = sp.sympify(text, locals={"a": a}).subs(a, number)
            assert sp.simplify(end.exact.subs(a, number) - expected) == 0


@pytest.mark.parametrize("value", ["-7", "-1", "-9/10", "-1/7", "0", "1/3", "1", "11/10", "7/5", "17/12", "2", "30"])
def test_cases_agree_with_numbers(distinction: sm.Answer, value: str) -> None:
    """The formulas of the case at a = value are the window of the problem with that number in it."""
    number = R(value)
    case = cases_at(distinction, number)
    direct = sm.window(chain_of(sm.TwoPoint(number + 1, number - 1)), at=0, parameter=lr)
    formulas = [[end.exact.subs(a, number) for end in span] for span in case["intervals"]]
    assert len(formulas) == len(direct.intervals)
    for span, other in zip(formulas, direct.intervals, strict=True):
        assert all(sp.simplify(one - end.exact) == 0 for one, end in zip(span, other, strict=True))
    superstable = {sp.simplify(number_.exact.subs(a, number)) for number_ in case["superstable"]}
    assert superstable == {number_.exact for number_ in direct.superstable}


def test_the_cases_cover_the_line_once(distinction: sm.Answer) -> None:
    chance = Random(3)
    points = [R(k, 12) for k in range(-40, 41)] + [R(chance.randint(-900, 900), 251) for _ in range(40)] + [sp.sqrt(2)]
    for value in points:
        assert sum(bool(case["condition"].subs(a, value)) for case in distinction.cases) == 1, value


# ---- the window is where the exponent is negative

values = st.fractions(min_value=-2, max_value=2, max_denominator=12)
finite_laws = st.lists(values, min_size=2, max_size=4, unique=True).flatmap(
    lambda entries: st.lists(st.integers(1, 4), min_size=len(entries), max_size=len(entries)).map(
        lambda counts: sm.Finite(entries, [Fraction(c, sum(counts)) for c in counts])
    )
)


@given(finite_laws, st.integers(0, 10**6))
def test_finite_laws(law: sm.Finite, seed: int) -> None:
    answer = sm.window(chain_of(law), at=0, parameter=lr)
    assert_is_where_the_exponent_is_negative(law, answer, Random(seed))
    for number in answer.superstable:
        assert sm.lyapunov(chain_of(law, number.exact), at=0).exact == -sp.oo
    assert {number.exact for number in answer.superstable} == {1 / v for v, _ in law.atoms if v > 0}
    for span in answer.intervals:
        for end in span:
            if end.exact not in (None, 0, sp.oo):
                assert sm.lyapunov(chain_of(law, end.exact), at=0).exact == 0


FAMILIES = (sm.Normal, sm.Laplace, sm.Cauchy, sm.Uniform, sm.Semicircle, sm.Student, sm.Exponential)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_continuous_laws(family: type, seed: int) -> None:
    chance = Random(f"{family.__name__} {seed}")
    place, width = R(chance.randint(-4, 8), 6), R(chance.randint(3, 12), 6)
    law = {sm.Uniform: (place, place + width), sm.Student: (5, place, width), sm.Exponential: (width,)}.get(
        family, (place, width)
    )
    answer = sm.window(chain_of(family(*law)), at=0, parameter=lr, digits=10)
    assert_is_where_the_exponent_is_negative(family(*law), answer, chance)


@settings(max_examples=8)
@given(finite_laws, st.integers(2, 3), st.integers(0, 99))
def test_batches(law: sm.Finite, size: int, seed: int) -> None:
    answer = sm.window(chain_of(law, batch_size=size), at=0, parameter=lr)
    assert_is_where_the_exponent_is_negative(law, answer, Random(seed), batch_size=size)


@given(finite_laws, st.fractions(min_value=Fraction(1, 9), max_value=5, max_denominator=9))
def test_scaling_of_windows(law: sm.Finite, b: Fraction) -> None:
    """x -> b x divides every end by b."""
    plain = sm.window(chain_of(law), at=0, parameter=lr)
    scaled = sm.window(
        chain_of(sm.Finite([R(b) * v for v, _ in law.atoms], [p for _, p in law.atoms])), at=0, parameter=lr
    )
    assert len(plain.intervals) == len(scaled.intervals)
    for span, image in zip(plain.intervals, scaled.intervals, strict=True):
        for end, other in zip(span, image, strict=True):
            low, high = end.enclosure.lower / b, end.enclosure.upper / b
            assert low <= other.enclosure.upper and other.enclosure.lower <= high


# ---- edges


def test_within_cuts_the_window_and_its_ends_are_exact() -> None:
    chain = chain_of(sm.TwoPoint("4/5", "-6/5"))
    inside = sm.window(chain, at=0, parameter=lr, within=["1/2", 1])
    assert [[end.exact for end in span] for span in inside.intervals] == [[R(1, 2), 1]] and not inside.superstable
    partly = sm.window(chain, at=0, parameter=lr, within=[0, 1])
    assert [[end.exact for end in span] for span in partly.intervals] == [[R(5, 12), 1]]
    assert sm.window(chain, at=0, parameter=lr, within=[2, 3]).intervals == []


def test_within_for_continuous_laws() -> None:
    answer = sm.window(chain_of(sm.Normal("-1/5", 1)), at=0, parameter=lr, within=["1/2", 2])
    ((low, high),) = answer.intervals
    assert low.exact == R(1, 2)
    assert_encloses(high, "1.20575191338251")


def test_no_window_at_all() -> None:
    for law in (sm.TwoPoint("-1/10", "-21/10"), sm.Cauchy(-1, 1), sm.Uniform(-2, 0), sm.Normal(-5, 1)):
        answer = sm.window(chain_of(law), at=0, parameter=lr, digits=10)
        assert answer.intervals == [] and not answer.undecided, law


def test_one_data_point_is_gradient_descent() -> None:
    answer = sm.window(chain_of(sm.Finite(["1/3"])), at=0, parameter=lr)
    assert [[end.exact for end in span] for span in answer.intervals] == [[0, 6]]
    assert [number.exact for number in answer.superstable] == [3]


def test_ends_far_from_one() -> None:
    for size in ("1e-12", "1e12"):
        answer = sm.window(chain_of(sm.TwoPoint(R(4, 5) * R(size), -R(6, 5) * R(size))), at=0, parameter=lr)
        assert [[end.exact * R(size) for end in span] for span in answer.intervals] == [[R(5, 12), R(5, 3)]]


def test_a_real_parameter_has_both_signs() -> None:
    """q = 1 + 2s/5 - 24 s^2/25 is in (-1, 1) on (s_-, 0) and (5/12, 5/3), s_- the other root of q = -1."""
    step = sp.Symbol("step", real=True)
    chain = sm.SGD(x * w**2 / 2, [w], step, data={x: sm.TwoPoint("4/5", "-6/5")})
    answer = sm.window(chain, at=0, parameter=step)
    assert [[end.exact for end in span] for span in answer.intervals] == [[R(-5, 4), 0], [R(5, 12), R(5, 3)]]
    assert [number.exact for number in answer.superstable] == [R(-5, 6), R(5, 4)]


def test_a_large_data_set_with_a_real_parameter() -> None:
    """Beyond the degrees of the exact engine, with an end at 0, where no width is relatively small."""
    step = sp.Symbol("step", real=True)
    data = sm.Finite([R(k, 7) for k in range(-20, 40) if k])
    answer = sm.window(sm.SGD(x * w**2 / 2, [w], step, data={x: data}), at=0, parameter=step, digits=6, budget=60)
    ends = [end.exact for span in answer.intervals for end in span]
    assert ends.count(0) == 1 and not answer.undecided


def test_the_parameter_may_be_the_laws() -> None:
    """x = a +- 1 at lr = 1: |(1 - a)^2 - 1| = |a (a - 2)| < 1 on (1 - sqrt 2, 1) and (1, 1 + sqrt 2)."""
    answer = sm.window(chain_of(sm.TwoPoint(a + 1, a - 1), 1), at=0, parameter=a)
    assert [[sp.simplify(end.exact) for end in span] for span in answer.intervals] == [
        [1 - sp.sqrt(2), 1],
        [1, 1 + sp.sqrt(2)],
    ]
    assert [number.exact for number in answer.superstable] == [0, 2]


def test_moment_windows() -> None:
    """E M^2 = 1 - 2 lr a + lr^2 (1 + a^2) < 1 on (0, 2a/(1 + a^2))."""
    chain = chain_of(sm.TwoPoint("3/2", "-1/2"))
    answer = sm.window(chain, at=0, parameter=lr, order=2)
    assert [[end.exact for end in span] for span in answer.intervals] == [[0, R(4, 5)]] and answer.superstable == []
    normal = sm.window(chain_of(sm.Normal("1/2", 1)), at=0, parameter=lr, order=2)
    assert [[end.exact for end in span] for span in normal.intervals] == [[0, R(4, 5)]]
    ((low, high),) = sm.window(chain_of(sm.Normal("1/2", 1)), at=0, parameter=lr, order="3/2", digits=12).intervals
    for rate, sign in ((high.enclosure.lower - Fraction(1, 10**6), -1), (high.enclosure.upper + Fraction(1, 10**6), 1)):
        found = sm.moment_exponent(chain_of(sm.Normal("1/2", 1), rate), at=0, order="3/2")
        assert found.enclosure.sign == sign
    assert low.exact == 0 and high.enclosure.lower > Fraction(4, 5)


def test_moment_windows_lie_inside_the_window() -> None:
    """log E|M|^p >= p E log|M|: where the moment falls, so do the paths."""
    law = sm.TwoPoint("11/5", "1/5")
    moment, paths = (sm.window(chain_of(law), at=0, parameter=lr, order=order) for order in (2, None))
    for low, high in ends(moment):
        assert any(first <= low and high <= last for first, last in ends(paths))


def test_refusals() -> None:
    chain = chain_of(sm.TwoPoint("4/5", "-6/5"))
    for options in (
        {"at": 0},
        {"parameter": lr},
        {"at": 0, "parameter": a},
        {"at": 0, "parameter": lr, "within": [2, 1]},
    ):
        with pytest.raises(sm.InvalidInput):
            sm.window(chain, **options)
    with pytest.raises(sm.HypothesisViolated):
        sm.window(sm.SGD((w - x) ** 2 / 2, [w], lr, data={x: sm.Rademacher()}), at=0, parameter=lr)
    with pytest.raises(sm.InvalidInput, match="values"):
        sm.window(chain_of(sm.Normal(a, 1)), at=0, parameter=lr)
    with pytest.raises(sm.InvalidInput, match="order"):
        sm.window(chain, at=0, parameter=lr, order=-2)
