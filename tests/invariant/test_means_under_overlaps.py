"""Means of |w - a| and of functions with kinks under sums of uniforms and overlapping convolutions; odd means under maps."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import mpmath as mp
import pytest
import sympy as sp

import sgd_markov as sm

w, x = sp.symbols("w x", real=True)
R = sp.Rational
GOLDEN = (sp.sqrt(5) - 1) / 2


def convolution(ratio: object) -> sm.Chain:
    return sm.RandomMap({w: ratio * w + x}, noise={x: sm.Rademacher()})


def mean(chain: sm.Chain, of: sp.Expr, **options: object) -> sm.Answer:
    return sm.stationary(chain, of=of, **options)


# ---- sums of uniforms: at 1/sqrt(2) the law is U[-2, 2] + U[-sqrt(2), sqrt(2)]


def test_distances_under_a_sum_of_uniforms() -> None:
    """E|U + u| = 1 + u^2/4 for |u| <= 2, so E|w| = 1 + (2/3)/4."""
    assert mean(convolution(1 / sp.sqrt(2)), sp.Abs(w)).exact == R(7, 6)
    far = mean(convolution(1 / sp.sqrt(2)), sp.Abs(3 * w - 12)).exact
    assert far == 12


@pytest.mark.parametrize(
    "of, function",
    [
        (sp.Abs(w - 1) ** R(3, 2), lambda t: abs(t - 1) ** mp.mpf("1.5")),
        (sp.log(sp.Abs(w - R(1, 3))), lambda t: mp.log(abs(t - mp.mpf(1) / 3))),
        (sp.exp(w), mp.exp),
        (sp.Max(w, R(1, 2)), lambda t: max(t, mp.mpf("0.5"))),
    ],
)
def test_functions_under_a_sum_of_uniforms(of: sp.Expr, function: object) -> None:
    """Against the trapezoid density: the sum of U[-2, 2] and U[-sqrt(2), sqrt(2)]."""
    a, b = mp.mpf(2), mp.sqrt(2)

    def density(t: mp.mpf) -> mp.mpf:
        return min(2 * b, max(a + b - abs(t), 0)) / (4 * a * b)

    with mp.workdps(25):
        kinks = sorted([-a - b, b - a, mp.mpf(1) / 3, mp.mpf("0.5"), a - b, mp.mpf(1), a + b])
        expected = mp.quad(lambda t: density(t) * function(t), kinks)
    answer = mean(convolution(1 / sp.sqrt(2)), of)
    assert abs(mp.mpf(answer.value) - expected) < mp.mpf(10) ** -12 and answer.warrant.label in ("exact", "certified")


# ---- overlaps


@pytest.mark.parametrize("place", [0, R(1, 3), 2])
def test_distances_under_a_golden_convolution(place: sp.Expr) -> None:
    """Between E|S_n - a| (Jensen) and that plus the spread of what is left of the series, E|w - S_n| <= ratio^n sd."""
    answer = mean(convolution(GOLDEN), sp.Abs(w - place))
    ratio, depth = float(GOLDEN), 14
    sums = [sum(e * ratio**k for k, e in enumerate(signs)) for signs in product((-1, 1), repeat=depth)]
    least = sum(abs(s - float(place)) for s in sums) / len(sums)
    spread = ratio**depth / (1 - ratio**2) ** 0.5
    assert least - 1e-9 <= float(answer.value) <= least + spread
    assert answer.enclosure.reaches(15) and answer.warrant.label == "certified"


def test_the_equation_of_distances() -> None:
    """g(a) = (g((a - 1)/r) + g((a + 1)/r)) r/2, and g(a) = |a| beyond the ends 1/(1 - r)."""
    law, place = convolution(GOLDEN), R(1, 5)
    left, one, other = (
        sp.Float(mean(law, sp.Abs(w - sp.expand(sp.radsimp(at))), digits=20).value, 25)
        for at in (place, (place - 1) / GOLDEN, (place + 1) / GOLDEN)
    )
    assert abs(left - (one + other) * GOLDEN.n(25) / 2) < 1e-18
    assert mean(law, sp.Abs(w - 3)).value == "3"


def test_kinks_are_moduli() -> None:
    answer, distance = (mean(convolution(GOLDEN), of) for of in (sp.Max(w, 0), sp.Abs(w)))
    assert abs(Fraction(answer.value) - Fraction(distance.value) / 2) < Fraction(1, 10**14)


def test_places_that_never_merge_are_refused_with_what_is_known() -> None:
    """At 2/3 the places double faster than their weights fall."""
    with pytest.raises(sm.Inconclusive) as refusal:
        mean(convolution(R(2, 3)), sp.Abs(w))
    found = refusal.value.enclosure
    assert found is not None and 0 < found.width < Fraction(1, 10**4)
    sums = [abs(sum(e * (2 / 3) ** k for k, e in enumerate(signs))) for signs in product((-1, 1), repeat=14)]
    least, spread = sum(sums) / len(sums), (2 / 3) ** 14 / (1 - 4 / 9) ** 0.5
    assert least - 1e-9 <= found.upper and found.lower <= least + spread


# ---- symmetric contracting maps


def test_odd_means_under_symmetric_maps_are_zero() -> None:
    centred = sm.RandomMap({w: sp.tanh(w) / 2 + x / 10}, noise={x: sm.Rademacher()})
    for of in (w, w**3, sp.sin(w)):
        assert mean(centred, of).exact == 0
    moved = sm.RandomMap({w: sp.tanh(w - 1) / 2 + 1 + x / 10}, noise={x: sm.Rademacher()})
    assert mean(moved, w).exact == 1 and mean(moved, (w - 1) ** 3).exact == 0
    assert abs(float(mean(moved, w**2).value) - 1 - float(mean(centred, w**2).value)) < 1e-14


def test_maps_without_symmetry_keep_their_means() -> None:
    """Unequal chances, and a map without a mirrored partner."""
    for step, law in ((sp.tanh(w) / 2 + x / 10, sm.TwoPoint(1, -1, "1/3")), (sp.tanh(w) / 2 + w**2 / 20 + x / 10, sm.Rademacher())):
        answer = mean(sm.RandomMap({w: step}, noise={x: law}), w)
        assert answer.exact is None and answer.lower * answer.upper > 0
