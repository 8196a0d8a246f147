"""The tail index: roots within bounds, arithmetic steps, hypotheses."""

from __future__ import annotations

from fractions import Fraction
from math import inf

import mpmath as mp
import pytest
import sympy as sp
from enclosures import assert_encloses
from hypothesis import assume, given
from hypothesis import strategies as st

import sgd_markov as sm
from sgd_markov.answer.enclosure import Enclosure
from sgd_markov.answer.warrant import Warrant
from sgd_markov.laws.law import Law

w, x, y, z, e = sp.symbols("w x y z e", real=True)
R = sp.Rational


def chain_of(law: Law, noise: Law | None = None) -> sm.Chain:
    """w' = x w + z."""
    return sm.RandomMap({w: x * w + z}, noise={x: law, z: noise or sm.Normal(0, 1)})


def least_squares(rate: object, **options: object) -> sm.Chain:
    return sm.SGD((x * w - e) ** 2 / 2, [w], rate, data={x: sm.Normal(0, 1), e: sm.Normal(0, 1)}, **options)


def moment_sign(law: Law, order: Fraction) -> int:
    """The proved sign of log E|x|^order."""
    sign = sm.moment_exponent(sm.RandomMap({w: x * w}, noise={x: law}), at=0, order=order).enclosure.sign
    assert sign is not None
    return sign


def test_heavy_tails_of_least_squares() -> None:
    """kappa = 2 at lr = 2/(1 + 2/S) (theory R31); kappa(1) of batch 1."""
    for size in (1, 2, 5):
        answer = sm.tail_index(least_squares(R(2) / (1 + R(2, size)), batch_size=size))
        assert answer.exact == 2 and answer.warrant is Warrant.EXACT and answer.arithmetic is False
    assert_encloses(sm.tail_index(least_squares(1)), "1.0908264730663", 15, "certified")
    assert_encloses(sm.tail_index(least_squares(1), digits=30), "1.0908264730663", 30, "certified")


def test_beta_prime_and_gaussian_multipliers() -> None:
    perpetuity = sm.RandomMap({w: x * (1 + w)}, noise={x: sm.BetaPrime("3/2", 4)})
    assert sm.tail_index(perpetuity).exact == R(5, 2)
    assert_encloses(sm.tail_index(chain_of(sm.Normal("9/10", "1/10"))), "21.8634442780695", 15, "certified")


def test_the_golden_ratio() -> None:
    answer = sm.tail_index(chain_of(sm.TwoPoint(2, "1/4")), digits=40)
    assert sp.simplify(answer.exact - sp.log((1 + sp.sqrt(5)) / 2) / sp.log(2)) == 0
    assert answer.arithmetic is True and "log-periodic" in answer.message
    assert_encloses(answer, "0.694241913630617", 40, "exact")


def test_the_local_maximum() -> None:
    """kappa = 1/2 exactly at a = -1/5, lr = 4/5: 1.4 + 0.6 = 2; log(49/25) and log(9/25) are incommensurable."""
    answer = sm.tail_index(chain_of(sm.TwoPoint("49/25", "9/25")))
    assert answer.exact == R(1, 2) and answer.arithmetic is False


@given(
    st.lists(
        st.fractions(min_value=Fraction(1, 10), max_value=Fraction(5, 2), max_denominator=10),
        min_size=2,
        max_size=3,
        unique=True,
    ),
    st.integers(1, 12),
)
def test_the_root_lies_between_proved_signs(values: list[Fraction], weight: int) -> None:
    assume(max(values) > 1)
    total = weight + len(values) - 1
    law = sm.Finite(sorted(values), [Fraction(weight, total), *[Fraction(1, total)] * (len(values) - 1)])
    exponent = sm.lyapunov(sm.RandomMap({w: x * w}, noise={x: law}), at=0)
    if not exponent.attracts:
        with pytest.raises(sm.HypothesisViolated, match="log"):
            sm.tail_index(chain_of(law))
        return
    answer = sm.tail_index(chain_of(law), digits=12)
    assert answer.enclosure.reaches(12)
    gap = Fraction(1, 10**6) * answer.enclosure.lower
    assert moment_sign(law, answer.enclosure.lower - gap) == -1
    assert moment_sign(law, answer.enclosure.upper + gap) == 1
    if answer.exact is not None:
        mean = sp.Add(*(p * v**answer.exact for v, p in law.atoms))
        assert abs(sp.N(mean - 1, 30)) < R(1, 10**25)


@pytest.mark.parametrize(
    "law",
    [sm.Normal("1/2", 1), sm.Uniform(-1, "3/2"), sm.Exponential("1/2"), sm.Laplace(0, "3/4"), sm.Lognormal("-1/3", 1)],
)
def test_continuous_multipliers(law: Law) -> None:
    answer = sm.tail_index(chain_of(law), digits=12)
    assert answer.enclosure.reaches(12) and answer.arithmetic is False
    gap = Fraction(1, 10**8)
    assert moment_sign(law, answer.enclosure.lower - gap) == -1
    assert moment_sign(law, answer.enclosure.upper + gap) == 1


def test_lognormal_multipliers_have_a_closed_root() -> None:
    """E M^k = exp(k mu + k^2 s^2/2) = 1 at k = -2 mu/s^2."""
    assert_encloses(sm.tail_index(chain_of(sm.Lognormal("-1/3", 1))), "2/3", 15)


def test_scaling_the_noise_changes_nothing() -> None:
    first, second = (sm.tail_index(chain_of(sm.Normal("1/2", 1), sm.Normal(0, s))) for s in ("1e-12", "1e12"))
    assert first.enclosure.meets(second.enclosure)


# ---- light tails, heavy noise


def test_bounded_multipliers_are_light() -> None:
    for law in (sm.Uniform(-1, 1), sm.Finite([0, "1/2", -1]), sm.Constant("1/2"), sm.Beta(2, 3)):
        answer = sm.tail_index(chain_of(law))
        assert answer.exact == sp.oo and answer.enclosure == Enclosure.point(inf) and answer.value == "oo"


def test_heavy_noise_passes_its_tail_on() -> None:
    for noise, index in (
        (sm.Student(3, 0, 1), 3),
        (sm.Cauchy(0, 1), 1),
        (sm.Stable("3/2", 1), R(3, 2)),
        (sm.BetaPrime(2, "5/2"), R(5, 2)),
    ):
        assert sm.tail_index(chain_of(sm.Constant("1/2"), noise)).exact == index
        assert sm.tail_index(chain_of(sm.TwoPoint("1/4", "5/4"), noise)).exact == index, "E|M|^index < 1"
    kesten = sm.tail_index(chain_of(sm.TwoPoint("49/25", "9/25"), sm.Student(3, 0, 1)))
    assert kesten.exact == R(1, 2), "the multiplier's tail is the heavier one"


# ---- hypotheses


def test_violated_hypotheses() -> None:
    linear = sm.RandomMap({w: x * w}, noise={x: sm.TwoPoint("49/25", "9/25")})
    with pytest.raises(sm.HypothesisViolated, match="fixed"):
        sm.tail_index(linear)
    shifted = sm.RandomMap({w: x * (w - 3) + 3}, noise={x: sm.TwoPoint("49/25", "9/25")})
    with pytest.raises(sm.HypothesisViolated, match="w = 3"):
        sm.tail_index(shifted)
    for law in (sm.TwoPoint(2, 1), sm.TwoPoint(2, "1/2"), sm.Normal(5, 1), sm.Constant(1), sm.Rademacher()):
        with pytest.raises(sm.HypothesisViolated, match="log"):
            sm.tail_index(chain_of(law))
    with pytest.raises(sm.HypothesisViolated, match="affine"):
        sm.tail_index(sm.RandomMap({w: x * w**2 + z}, noise={x: sm.Rademacher(), z: sm.Rademacher()}))
    a = sp.Symbol("a", real=True)
    with pytest.raises(sm.InvalidInput, match="values"):
        sm.tail_index(chain_of(sm.Normal(a, 1)))


def test_multipliers_with_an_atom_at_zero() -> None:
    """P(M = 0) = 1/2, M = 4 otherwise: 4^kappa/2 = 1 at kappa = 1/2."""
    assert sm.tail_index(chain_of(sm.TwoPoint(0, 4))).exact == R(1, 2)


def test_the_regression_loses_its_law_beyond_the_critical_rate() -> None:
    assert sm.tail_index(least_squares("12/5"), digits=8).enclosure.lower > 0
    with pytest.raises(sm.HypothesisViolated):
        sm.tail_index(least_squares("5/2"))


@pytest.mark.parametrize(
    ("law", "low", "high"), [(sm.TwoPoint("12/25", "27/20"), "1.7", "2"), (sm.Uniform("-24/25", "12/5"), "0.9", "1.4")]
)
def test_numbers_whose_powers_sympy_would_write_out(law: Law, low: str, high: str) -> None:
    """20^(p/q) is 2^(2p - q) 5^p to the power 1/q: with q = 2^50 that is no number to be written."""
    answer = sm.tail_index(chain_of(law), digits=15, budget=30)
    assert Fraction(low) < answer.enclosure.lower and answer.enclosure.upper < Fraction(high)
    for order in ("0.987654321987654", "1.23456789123456789"):
        slow = sm.moment_exponent(sm.RandomMap({w: x * w}, noise={x: law}), at=0, order=order, budget=30)
        assert slow.enclosure.reaches(15)


def test_constants_of_least_squares_at_index_two() -> None:
    """E B^2/(4 E M^2 log|M|) on both sides at lr = 2/3; the mean by mpmath's quadrature, split at its zeros."""
    answer = sm.tail_index(least_squares(R(2, 3)), digits=30)
    with mp.workdps(40):
        rate = mp.mpf(2) / 3
        zero, top = mp.sqrt(1 / rate), 25

        def weighted(u: mp.mpf) -> mp.mpf:
            m = abs(1 - rate * u * u)
            return 2 * mp.npdf(u) * m**2 * mp.log(m) if m else mp.mpf(0)

        slope = mp.quad(weighted, [0, zero / 2, zero, 2 * zero, 5, top])
        expected = rate**2 / (4 * slope)
    for side in answer.constant:
        assert side.enclosure.reaches(30)
        assert abs(side.enclosure.middle - Fraction(str(mp.nstr(expected, 35)))) < Fraction(1, 10**25)


@pytest.mark.parametrize(("p", "q"), [("3/2", 2), ("3/2", 3), (1, 4), ("5/2", 1)])
def test_constants_of_the_beta_prime_perpetuity(p: object, q: int) -> None:
    """w ~ BetaPrime(p, q) (Chamayou, Letac): P(w > t) ~ t^-q/(q B(p, q))."""
    p = R(p)
    answer = sm.tail_index(sm.RandomMap({w: x * (1 + w)}, noise={x: sm.BetaPrime(p, p + q)}))
    right, left = answer.constant
    assert left.exact == 0 and answer.exact == q
    expected = sp.gamma(p + q) / (q * sp.gamma(p) * sp.gamma(q))
    assert abs(sp.N(expected, 30) - sp.Rational(right.enclosure.middle)) < R(1, 10**14)


def test_constants_of_cauchy_noise() -> None:
    """w is Cauchy with scale 2/(1 - |rho|): both constants are scale/pi."""
    for rho in (R(1, 2), R(-1, 2), R(9, 10)):
        answer = sm.tail_index(sm.RandomMap({w: rho * w + z}, noise={z: sm.Cauchy(1, 2)}))
        assert [side.exact for side in answer.constant] == [2 / (1 - abs(rho)) / sp.pi] * 2
        assert answer.arithmetic is False


def test_one_sided_noise_alternates_under_a_negative_multiplier() -> None:
    law, rho = sm.BetaPrime(2, "3/2"), R(1, 2)
    plain = sm.tail_index(sm.RandomMap({w: rho * w + z}, noise={z: law})).constant
    mirrored = sm.tail_index(sm.RandomMap({w: -rho * w + z}, noise={z: law})).constant
    r = law.tail_constants()[0]
    assert plain[1].exact == 0 and sp.simplify(plain[0].exact - r / (1 - rho ** R(3, 2))) == 0
    assert sp.simplify(mirrored[0].exact - r / (1 - rho**3)) == 0
    assert sp.simplify(mirrored[1].exact - rho ** R(3, 2) * r / (1 - rho**3)) == 0


def test_no_constant_where_steps_are_arithmetic_or_the_index_is_no_integer() -> None:
    assert sm.tail_index(chain_of(sm.TwoPoint(2, "1/4"))).constant == [None, None]
    assert sm.tail_index(least_squares(1)).constant == [None, None]
    assert sm.tail_index(sm.RandomMap({w: x * w + z}, noise={x: sm.Uniform(0, 2), z: sm.Normal(1, 1)})).constant == [None, None]


def test_tails_of_laws_in_closed_form() -> None:
    """The density gives index and constants where Goldie's moments do not, and with symbols free."""
    p, q = sp.symbols("p q", positive=True)
    perpetuity = sm.tail_index(sm.RandomMap({w: x * (1 + w)}, noise={x: sm.BetaPrime(p, p + q)}))
    assert perpetuity.exact == q and perpetuity.value is None
    right, left = (side.exact for side in perpetuity.constant)
    assert left == 0 and sp.gammasimp(right - sp.gamma(p + q) / (q * sp.gamma(p) * sp.gamma(q))) == 0
    half = sm.tail_index(sm.RandomMap({w: x * (1 + w)}, noise={x: sm.BetaPrime("3/2", 4)}))
    assert half.exact == R(5, 2) and half.constant[0].exact == sp.gamma(4) / (R(5, 2) * sp.gamma(R(3, 2)) * sp.gamma(R(5, 2)))
    fraction = sm.RandomMap({w: 1 / (x + w)}, noise={x: sm.Gamma("3/2", 2)}, domain={w: "positive"})
    assert sm.tail_index(fraction).exact == sp.oo
    scale = sp.Symbol("s", positive=True)
    cauchy = sm.tail_index(sm.RandomMap({w: w / 3 + z}, noise={z: sm.Cauchy(0, scale)}))
    assert cauchy.exact == 1 and [side.exact for side in cauchy.constant] == [3 * scale / (2 * sp.pi)] * 2


def test_radicals_may_be_arithmetic() -> None:
    """sqrt(2) and 1/2 are 2^(1/2) and 2^(-1): z + 1/z^2 = 2 has the golden root, kappa = 2 log(phi)/log(2)."""
    answer = sm.tail_index(chain_of(sm.Finite((sp.sqrt(2), R(1, 2)))))
    assert answer.extra["arithmetic"] is True
    kappa = answer.exact
    assert sp.simplify(kappa - 2 * sp.log(sp.GoldenRatio.expand(func=True)) / sp.log(2)) == 0
    with mp.workdps(30):
        value = mp.mpf(sp.N(kappa, 30))
        assert abs((mp.sqrt(2) ** value + mp.mpf(2) ** -value) / 2 - 1) < mp.mpf(10) ** -27
    independent = sm.tail_index(chain_of(sm.Finite((sp.sqrt(2), R(1, 3)))))
    assert independent.extra["arithmetic"] is False


def test_a_fixed_point_that_is_not_excluded_is_no_tail_index() -> None:
    """B is 0 in disguise (Machin's formula), which the algebra does not prove: w = 0 is fixed by every step."""
    disguised = 16 * sp.atan(R(1, 5)) - 4 * sp.atan(R(1, 239)) - sp.pi
    with pytest.raises(sm.Inconclusive, match="fixes"):
        sm.tail_index(sm.RandomMap({w: x * w + disguised}, noise={x: sm.TwoPoint(2, "1/4")}))
