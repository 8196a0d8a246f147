"""Contractions with one fixed point, conditions of symbolic laws, and what the messages say."""

from __future__ import annotations

from fractions import Fraction

import mpmath as mp
import pytest
import sympy as sp
from enclosures import assert_encloses

import sgd_markov as sm
from sgd_markov.proof import StepFailed
from sgd_markov.proof.contraction import ContractsLine

w, x, z = sp.symbols("w x z", real=True)
a, r = sp.symbols("a r", real=True)
k, lr, s = sp.symbols("k lr s", positive=True)
R = sp.Rational


def statements(answer: object) -> dict[str, str]:
    return {h.statement: h.state for h in answer.hypotheses}  # type: ignore[attr-defined]


def test_a_contraction_with_a_rational_fixed_point_is_an_exact_point_mass() -> None:
    answer = sm.stationary(sm.RandomMap({w: sp.sin(w) / 2}), of=sp.exp(w))
    assert answer.family == "point mass" and answer.exact == 1 and answer.unique
    assert sm.stationary(sm.RandomMap({w: 9 * sp.sin(w) / 10}), of=w).exact == 0


def test_random_contractions_with_a_common_fixed_point() -> None:
    chain = sm.RandomMap({w: x * sp.sin(w)}, noise={x: sm.TwoPoint("1/2", "1/3")})
    assert sm.stationary(chain, of=sp.cos(w)).exact == 1
    other = sm.RandomMap({w: sp.sin(w) / 2 + x}, noise={x: sm.TwoPoint(0, "1/10")})
    assert sm.stationary(other).family != "point mass"


def test_a_fixed_point_without_closed_form_to_any_digits() -> None:
    chain = sm.RandomMap({w: sp.cos(w) / 2})
    with mp.workdps(60):
        point = mp.findroot(lambda t: mp.cos(t) / 2 - t, 0.45)
        assert_encloses(sm.stationary(chain, of=w, digits=50), mp.nstr(point, 52), 50, "certified")
        assert_encloses(sm.stationary(chain, quantile="1/7", digits=40), mp.nstr(point, 45), 40, "certified")
        assert_encloses(sm.stationary(chain, of=w**2, digits=40), mp.nstr(point**2, 45), 40, "certified")
    assert sm.stationary(chain, cdf_at="0.45018").exact == 0 and sm.stationary(chain, cdf_at="0.45019").exact == 1
    assert sm.stationary(chain, set=["0.45018", "0.45019"]).exact == 1 and sm.stationary(chain, set=[1, 2]).exact == 0
    with pytest.raises(sm.HypothesisViolated, match="atomic"):
        sm.stationary(chain, density_at=0)


def test_an_attracting_point_among_several_is_not_called_the_only_one() -> None:
    chain = sm.RandomMap({w: 2 * sp.sin(w)})
    answer = sm.stationary(chain, start=1, of=w, budget=20)  # the list of states never ended here
    with mp.workdps(30):
        assert_encloses(answer, mp.nstr(mp.findroot(lambda t: 2 * mp.sin(t) - t, 1.9), 20), 15, "certified")
    assert answer.unique is None


@pytest.mark.parametrize(
    ("maps", "theta"),
    [
        ((sp.sin(w) / 2,), Fraction(9, 20)),
        ((w / 2, 11 * w / 10), Fraction(19, 20)),
        ((sp.exp(w) / 100,), Fraction(19, 20)),
        ((sp.atan(1 / w) / 3,), Fraction(19, 20)),
        ((sp.Abs(w) / 2,), Fraction(19, 20)),
        ((sp.sin(w) / 2,), Fraction(1)),
    ],
)
def test_what_does_not_contract_the_line_is_not_proved_to(maps: tuple[sp.Expr, ...], theta: Fraction) -> None:
    with pytest.raises(StepFailed):
        ContractsLine("control", w, maps, theta).check()


def test_maps_that_contract_the_line() -> None:
    ContractsLine("proof", w, (sp.sin(w) / 2, sp.tanh(w) / 3 + 1, sp.atan(w / 2), w / 2), Fraction(11, 20)).check()


def test_a_symbolic_logistic_map_says_where_its_other_point_lies() -> None:
    answer = sm.stationary(sm.RandomMap({w: a * w * (1 - w)}), within=[0, 1])
    told = statements(answer)
    assert answer.family == "point mass" and told["(a - 1)/a is not in [0, 1]"] == "assumed"
    assert told["(a - 1)/a is another point than 0"] == "assumed"
    assert "assumed" not in statements(sm.stationary(sm.RandomMap({w: w**2 / 2}), start=0)).values()


def test_the_ranges_of_symbolic_parameters_are_hypotheses() -> None:
    coin = sm.RandomMap({w: w / 2 + z}, noise={z: sm.Bernoulli(1 - r)})
    told = statements(sm.stationary(coin, of=w))
    assert told["r >= 0"] == told["1 - r >= 0"] == "assumed"
    assert "a > 0" in statements(sm.stationary(sm.RandomMap({w: w / 2 + z}, noise={z: sm.Normal(0, a)}), of=w))
    positive = sm.RandomMap({w: w / 2 + z}, noise={z: sm.Normal(0, s)})
    assert not [h for h in sm.stationary(positive, of=w).hypotheses if h.state == "assumed"]


def test_a_normal_density_has_no_inverse_under_a_root() -> None:
    density = sm.stationary(sm.SGD(k * w**2 / 2 + s * w * z, [w], lr, data={z: sm.Normal(0, 1)})).density
    assert "sqrt(1/" not in str(density)
    numbers = {k: R(3, 2), lr: R(1, 3), s: R(2)}
    assert abs(sp.N(sp.Integral(density.subs(numbers), (w, -sp.oo, sp.oo))) - 1) < 1e-9
