"""Windows of laws on half-lattices, of Student laws with few moments, of data of extreme size, of squares."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.laws.law import Law
from sgd_markov.laws.square import Square

Q = sp.Rational
w, x = sp.symbols("w x", real=True)
lr = sp.Symbol("lr", positive=True)
HUGE = 10**30


def window(law: Law, loss: sp.Expr = x * w**2 / 2, **options: object) -> sm.Answer:
    return sm.window(sm.SGD(loss, [w], lr, data={x: law}), at=0, parameter=lr, budget=60, **options)


def sign(law: Law, at: sp.Rational, loss: sp.Expr = x * w**2 / 2) -> int | None:
    return sm.lyapunov(sm.SGD(loss, [w], at, data={x: law}), at=0, digits=4, budget=60).enclosure.sign


def check_signs(law: Law, found: sm.Answer, points: list[sp.Rational], loss: sp.Expr = x * w**2 / 2) -> None:
    """The exponent at single points, by another route, has the sign that the window says."""
    for point in points:
        value = Fraction(int(point.p), int(point.q))
        spans = [(low.enclosure, high.enclosure) for low, high in (*found.intervals, *found.undecided)]
        if any(low.lower <= value <= low.upper or high.lower <= value <= high.upper for low, high in spans):
            continue
        if any(low.enclosure.upper < value < high.enclosure.lower for low, high in found.undecided):
            continue
        inside = any(low.enclosure.upper < value < high.enclosure.lower for low, high in found.intervals)
        assert inside == (sign(law, point, loss) == -1), point


@pytest.mark.parametrize("law", [sm.Poisson(2), sm.Poisson("1/5"), sm.Poisson(20), sm.Geometric("1/3"), sm.Geometric("9/10")], ids=str)
def test_half_lattices(law: Law) -> None:
    found = window(law)
    assert found.intervals[0][0].exact == 0
    ends = [Q(number.value) for span in found.intervals for number in span]
    near = [end * share for end in ends for share in (Q(999, 1000), Q(1001, 1000))]
    check_signs(law, found, [p for p in (*near, *(Q(k, 7) for k in range(1, 20)), Q(1, 50), Q(3)) if p > 0])
    assert "superstable values below" in found.message
    for number in found.superstable:
        assert (1 / number.exact).is_Integer


def test_half_lattices_within_a_range_list_all_superstable_values() -> None:
    found = window(sm.Poisson(2), within=["1/6", "3/4"])
    assert [str(number) for number in found.superstable] == ["1/5", "1/4", "1/3", "1/2"]
    assert found.message is None
    ((low, high),) = found.intervals
    assert (low.exact, high.exact) == (Q(1, 6), Q(3, 4))
    below = window(sm.Poisson(2), within=[0, "1/100"])
    assert "not listed" in below.message
    ((low, high),) = below.intervals
    assert (low.exact, high.exact) == (0, Q(1, 100))


def test_half_lattices_in_batches_and_maps() -> None:
    chain = sm.SGD(x * w**2 / 2, [w], lr, data={x: sm.Poisson(2)}, batch_size=3)
    found = sm.window(chain, at=0, parameter=lr, budget=60)
    for low, high in found.intervals:
        for share in (Q(99, 100), Q(101, 100)):
            at = share * Q(high.value)
            value = sm.lyapunov(chain.subs({lr: at}), at=0, digits=4).enclosure.sign
            inside = any(a.enclosure.upper < at < b.enclosure.lower for a, b in found.intervals)
            assert inside == (value == -1)
        assert low is not high
    shrinking = sm.RandomMap({w: w * (1 + lr * (x - 2))}, data={x: sm.Poisson(1)})  # Y = 2 - x, mean 1
    assert sm.window(shrinking, at=0, parameter=lr, budget=60).intervals[0][0].exact == 0
    growing = sm.RandomMap({w: w * (1 + lr * (x + 1))}, data={x: sm.Poisson(1)})
    assert sm.window(growing, at=0, parameter=lr, budget=60).intervals == []
    with pytest.raises(sm.Inconclusive, match="infinitely often"):
        sm.window(sm.RandomMap({w: w * (1 - lr * (x - 2))}, data={x: sm.Poisson(1)}), at=0, parameter=lr)


STUDENT = [sm.Student("5/2", 1), sm.Student("5/2"), sm.Student(3), sm.Student(5), sm.Student("9/2", 1, 3), sm.Student("3/2", 1), sm.Student(4, 0)]


@pytest.mark.parametrize("law", STUDENT, ids=str)
def test_student_laws(law: Law) -> None:
    found = window(law)
    assert found.undecided == []
    ((low, high),) = found.intervals
    assert low.exact == 0
    end = Q(high.value)
    check_signs(law, found, [end * share for share in (Q(1, 1000), Q(1, 10), Q(999, 1000), Q(1001, 1000), Q(20))])


def test_a_student_law_without_variance_and_mean() -> None:
    """The sign beside 0 is not known; everything else is."""
    found = window(sm.Student(2))
    ((low, high),) = found.undecided
    assert low.exact == 0 and high.enclosure.upper < Q(1, 10**6)
    check_signs(sm.Student(2), found, [Q(1, 1000), Q(9, 10), Q(95, 100)])


@pytest.mark.parametrize(
    ("law", "unit"),
    [
        (sm.Normal(HUGE, HUGE), sm.Normal(1, 1)),
        (sm.Normal(Q(1, HUGE), Q(1, HUGE)), sm.Normal(1, 1)),
        (sm.Uniform(-HUGE, 2 * HUGE), sm.Uniform(-1, 2)),
        (sm.Laplace(HUGE, HUGE), sm.Laplace(1, 1)),
        (sm.Gamma(2, Q(1, HUGE)), sm.Gamma(2, 1)),
    ],
    ids=str,
)
def test_extreme_sizes(law: Law, unit: Law) -> None:
    """The window of c x is that of x divided by c."""
    found, known = window(law), window(unit)
    assert found.undecided == []
    ((low, high),), ((_, expected),) = found.intervals, known.intervals
    assert low.exact == 0
    scale = Fraction(HUGE) if float(high.value) < 1 else Fraction(1, HUGE)
    assert high.enclosure.lower * scale <= expected.enclosure.upper
    assert high.enclosure.upper * scale >= expected.enclosure.lower


def test_a_mean_far_below_the_spread() -> None:
    found = window(sm.Normal(1, HUGE))
    assert found.undecided == []
    assert len(found.intervals) == 1


@pytest.mark.parametrize("law", [sm.Normal(1, 1), sm.Normal(-2, "1/2"), sm.Normal(0, 1), sm.Uniform(0, 2), sm.Uniform(1, 2)], ids=str)
def test_squares(law: Law) -> None:
    loss = x**2 * w**2 / 2
    found = window(law, loss)
    assert found.undecided == []
    ((low, high),) = found.intervals
    assert low.exact == 0
    end = Q(high.value)
    check_signs(law, found, [end * share for share in (Q(1, 1000), Q(1, 10), Q(1, 2), Q(999, 1000), Q(1001, 1000), Q(5))], loss)


def test_the_law_of_a_square() -> None:
    import mpmath as mp

    y = sp.Symbol("y", positive=True)
    law = Square(sm.Normal(1, 2))
    ((low, high, density),) = law.pieces(y)
    assert (low, high) == (0, sp.oo)
    rho = sp.lambdify(y, density, "mpmath")
    for order in (0, 1, 2):
        mass = mp.quad(lambda t, n=order: rho(t * t) * 2 * t * t ** (2 * n), [0, 1, 5, 20, 60])
        assert abs(mass - float(law.moment(order))) < 1e-9 * max(1, float(law.moment(order)))
    size, rate, start = (float(e) for e in law.density_tail())
    for at in (start, 4.0, 50.0, 400.0):
        assert rho(at) <= size * mp.exp(-rate * at)
    assert law.log_affine(sp.Integer(1), sp.Integer(1)) is None


@pytest.mark.parametrize("law", [sm.Lognormal(0, 1), sm.Lognormal(-20, "1/2")], ids=str)
def test_lognormal_laws(law: Law) -> None:
    found = window(law, digits=5)
    assert found.undecided == []
    ((low, high),) = found.intervals
    assert low.exact == 0
    end = Q(high.value)
    check_signs(law, found, [end * share for share in (Q(1, 100), Q(9, 10), Q(999, 1000), Q(1001, 1000), Q(20))])


def test_lognormal_laws_within_a_range() -> None:
    """t* is about 2.01."""
    law = sm.Lognormal(0, 1)
    for within, count, ends in (([-1, 1], 1, (0, 1)), ([1, "3/2"], 1, (1, Q(3, 2))), ([3, 4], 0, None), ([-2, -1], 0, None)):
        chain = sm.RandomMap({w: w * (1 - x * sp.Symbol("t", real=True))}, data={x: law})
        found = sm.window(chain, at=0, parameter=sp.Symbol("t", real=True), within=within, digits=4, budget=60)
        assert len(found.intervals) == count
        if ends is not None:
            assert tuple(number.exact for number in found.intervals[0]) == ends
    ((low, high),) = window(law, within=["1/2", 3], digits=4).intervals
    assert low.exact == Q(1, 2) and abs(float(high.value) - 2.0117) < 1e-3


def test_laws_that_stay_refused_are_named() -> None:
    with pytest.raises(sm.Inconclusive, match="here: stable"):
        window(sm.Stable("3/2"))
