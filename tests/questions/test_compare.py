"""The four theories beside one another."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp
from enclosures import assert_encloses

import sgd_markov as sm
from sgd_markov.answer.text import expression_text
from sgd_markov.export.latex import document
from sgd_markov.export.terminal import answer_rows
from sgd_markov.expressions import parse

w, x, z, xi, a = sp.symbols("w x z xi a", real=True)
lr, k, s = sp.symbols("lr k s", positive=True)
R = sp.Rational


def rows(chain: sm.Chain, **fields: object) -> dict[str, dict]:
    return {row["theory"]: row for row in sm.compare(chain, **fields).rows}


def two_point(mean: object, spread: object, rate: object, **sampling: object) -> sm.Chain:
    law = sm.TwoPoint(sp.sympify(mean) + spread, sp.sympify(mean) - spread)
    return sm.SGD(x * w**2 / 2, [w], rate, data={x: law}, **sampling)


def test_the_sign_error_of_the_equation() -> None:
    """a_f = 5/24, b = 35/24, lr = 1: the flat minimum attracts the equation and repels SGD."""
    answer = sm.compare(two_point(R(5, 24), R(35, 24), 1), at=0)
    found = {row["theory"]: row for row in answer.rows}
    assert_encloses(found["sgd"]["exponent"], "0.202732554054082")
    assert_encloses(found["sde"]["exponent"], "-1.27170138888889")
    assert found["sde"]["exponent"].exact == R(-1465, 1152)
    assert (found["sgd"]["attracts"], found["sde"]["attracts"]) == (False, True)
    assert {"sgd": "does not attract", "sde": "attracts"} in answer.disagree
    assert len(answer.disagree) == 3
    assert answer.warrant.label == "exact"


def test_the_sharp_minimum_of_the_construction() -> None:
    """The whole landscape of A3: flat minimum at 0, sharp ones at +-7/5; SGD ends at the sharp ones only."""
    flat, spread, sharp, place = R(5, 24), R(35, 24), R(9, 10), R(7, 5)
    inner = (flat + spread * xi) * w**2 / 2
    outer = sharp / 2 * ((sp.Abs(w) - place) ** 2 - (place - 1) ** 2) + (flat + spread * xi) / 2
    loss = sp.Piecewise((inner, sp.Abs(w) < 1), (outer, True))
    found = rows(sm.SGD(loss, [w], 1, data={xi: sm.Rademacher()}), at=0)
    ends = {theory: [str(end["at"]["w"]) for end in row["ends"]] for theory, row in found.items()}
    assert ends == {
        "sgd": ["-7/5", "7/5"],
        "gradient-descent": ["-7/5", "0", "7/5"],
        "langevin": [],
        "sde": ["-7/5", "0", "7/5"],
    }
    assert "kinks" in found["sgd"]["note"]


def test_the_local_maximum() -> None:
    found = rows(two_point(R(-1, 5), 1, R(4, 5)), at=0)
    assert_encloses(found["sgd"]["exponent"], "-0.174353387144778")
    assert found["sde"]["exponent"].exact == R(-4, 25)
    assert found["langevin"]["exponent"].exact == R(4, 25)
    assert found["gradient-descent"]["exponent"].exact == sp.log(R(29, 25))
    assert [found[t]["attracts"] for t in ("sgd", "gradient-descent", "langevin", "sde")] == [True, False, False, True]
    assert found["sgd"]["stationary"]["family"] == found["sde"]["stationary"]["family"] == "point mass"
    assert "integrable" in found["langevin"]["stationary"]["reason"]


def test_symbols_stay_and_round_trip() -> None:
    found = rows(two_point(a, 1, lr), at=0)
    assert sp.simplify(found["sde"]["exponent"].exact + lr * a + lr**2 / 2) == 0
    assert sp.simplify(found["langevin"]["exponent"].exact + lr * a) == 0
    names = {"lr": lr, "a": a}
    for row in found.values():
        text = expression_text(row["exponent"].exact)
        assert parse(text, names, "exact") == row["exponent"].exact
        assert row["attracts"] is None
    assert found["sgd"]["ends"] is None and "not decided" in found["sgd"]["note"]


@pytest.mark.parametrize(
    ("size", "scheme", "spread"),
    [(2, "with-replacement", Fraction(1, 2)), (4, "with-replacement", Fraction(1, 4))],
)
def test_batches_divide_the_variance(size: int, scheme: str, spread: Fraction) -> None:
    found = rows(two_point(R(-1, 5), 1, R(4, 5), batch_size=size, scheme=scheme), at=0)
    expected = R(4, 25) - R(16, 25) * R(spread.numerator, spread.denominator) / 2
    assert found["sde"]["exponent"].exact == expected


@pytest.mark.parametrize("scheme", ["without-replacement", "reshuffling"])
def test_batches_without_replacement(scheme: str) -> None:
    """Variance 1/S (N - S)/(N - 1) with S = 2, N = 4: 1/3."""
    law = sm.Finite([R(4, 5), R(-6, 5), R(4, 5), R(-6, 5)])
    chain = sm.SGD(x * w**2 / 2, [w], R(4, 5), data={x: law}, batch_size=2, scheme=scheme)
    assert rows(chain, at=0)["sde"]["exponent"].exact == R(4, 25) - R(16, 25) / 3 / 2


def test_normal_curvature_in_batches() -> None:
    chain = sm.SGD(x * w**2 / 2, [w], R(1, 2), data={x: sm.Normal(R(-1, 5), 1)}, batch_size=2)
    assert rows(chain, at=0)["sde"]["exponent"].exact == R(3, 80)


def test_noise_that_persists_has_no_exponent_but_laws() -> None:
    chain = sm.SGD(k * w**2 / 2 + s * w * z, [w], lr, data={z: sm.Normal(0, 1)})
    answer = sm.compare(chain, at=0)
    found = {row["theory"]: row for row in answer.rows}
    assert found["sgd"]["exponent"] is None and "persists" in found["sgd"]["note"]
    assert found["gradient-descent"]["exponent"].exact == sp.log(sp.Abs(k * lr - 1))
    discrete, continuous = (-1 / sp.diff(sp.log(found[t]["stationary"]["density"]), (w, 2)) for t in ("sgd", "sde"))
    assert sp.simplify(discrete - lr * s**2 / (k * (2 - lr * k))) == 0
    assert sp.simplify(continuous - lr * s**2 / (2 * k)) == 0
    assert sp.simplify(answer.small_step["log_density"] + w**2 / (2 * discrete)) == 0
    assert (answer.small_step["bias"], answer.small_step["warrant"]) == (0, "exact")


def test_the_bias_and_the_density_of_a_double_well() -> None:
    chain = sm.SGD(w**4 / 4 - w**2 / 2 + w * z / 2, [w], lr, data={z: sm.Normal(0, 1)})
    answer = sm.compare(chain, at=1)
    assert answer.small_step["bias"] == -3 * lr / 32
    assert answer.small_step["warrant"] == "estimated"


def test_escape_times_need_a_start() -> None:
    found = rows(two_point(R(-1, 5), 1, R(4, 5)), inside=[-1, 1])
    assert all(row["escape_time"] is None and "need a start" in row["note"] for row in found.values())
    assert found["sgd"]["exponent"] is None


def test_escape_times_of_the_autoregression() -> None:
    """w' = 9/10 w + 3/10 z: 25.08 steps; dw = -w/10 dn + 3/10 dB: 2F2(1, 1; 3/2, 2; 10/9) 100/9 by its series."""
    chain = sm.RandomMap({w: R(9, 10) * w + R(3, 10) * z}, noise={z: sm.Normal(0, 1)})
    found = rows(chain, at=0, inside=[-1, 1], start=0)
    assert_encloses(found["sgd"]["escape_time"], "25.08131983480768176138")
    series = sum(R(10, 9) ** n / (sp.rf(R(3, 2), n) * (n + 1)) for n in range(60))
    assert_encloses(found["sde"]["escape_time"], str(sp.N(series * R(100, 9), 22)))
    assert found["gradient-descent"]["escape_time"].exact == sp.oo
    assert found["langevin"]["escape_time"].exact == found["sde"]["escape_time"].exact


def test_escape_times_where_a_point_attracts() -> None:
    """x = -1/5 +- 1, lr = 4/5: SGD and the equation may stay, gradient descent grows by 29/25 a step."""
    found = rows(two_point(R(-1, 5), 1, R(4, 5)), inside=[-1, 1], start=R(1, 2))
    assert found["gradient-descent"]["escape_time"].exact == 5  # (29/25)^5 > 2 > (29/25)^4
    assert found["sgd"]["escape_time"].exact == sp.oo
    assert found["langevin"]["escape_time"].exact.free_symbols == {sp.Symbol("V", positive=True)}


def test_the_mean_step_of_a_well_never_leaves() -> None:
    chain = sm.Langevin(w**4 / 4 - w**2 / 2, [w], R(1, 20), R(1, 20))
    found = rows(chain, inside=[-2, R(1, 2)], start=R(-3, 2))["gradient-descent"]
    assert found["escape_time"].exact == sp.oo and "into itself" in found["note"]


def test_bare_maps_have_exponents() -> None:
    found = rows(sm.RandomMap({w: w * z}, noise={z: sm.Normal(R(1, 2), 1)}), at=0)
    assert (found["sde"]["exponent"].exact, found["langevin"]["exponent"].exact) == (-1, R(-1, 2))


def test_refusals() -> None:
    chain = two_point(R(-1, 5), 1, R(4, 5))
    with pytest.raises(sm.InvalidInput, match="at"):
        sm.compare(chain)
    shifted = sm.SGD(x * (w - 1) ** 2 / 2, [w], R(1, 2), data={x: sm.TwoPoint(1, 2)})
    with pytest.raises(sm.HypothesisViolated, match="mean step vanishes"):
        sm.compare(shifted, at=0)
    v = sp.Symbol("v", real=True)
    saddle = x * w**2 / 2 + v**2 / 4
    network = (v * w - x) ** 2 / 2
    for loss in (saddle, network):
        several = sm.SGD(loss, [w, v], R(1, 2), data={x: sm.TwoPoint(R(4, 5), R(-6, 5))})
        with pytest.raises(sm.InvalidInput, match="one state variable"):
            sm.compare(several, at={w: 0, v: 0})
    with pytest.raises(sm.InvalidInput, match="compare is not answered for diffusions"):
        sm.compare(sm.Diffusion(-w, 1, w), at=0)


def test_in_a_file_and_as_json_and_latex() -> None:
    text = """[model]
loss = "x*w**2/2"
parameters = ["w"]
[data]
x = { law = "two-point", values = ["5/3", "-5/4"] }
[optimizer]
name = "sgd"
learning_rate = 1
[[ask]]
question = "compare"
at = 0
"""
    problem = sm.load(text)
    (answer,) = problem.solve()
    table = answer.to_dict()
    assert [row["theory"] for row in table["rows"]] == ["sgd", "gradient-descent", "langevin", "sde"]
    assert table["rows"][0]["exponent"]["value"].startswith("0.20273255405408")
    assert table["value"] is None
    text = document(problem, [answer])
    assert r"\text{does not attract}" in text and "None" not in text and "textbackslash" not in text
    rows = dict(answer_rows(answer))["rows"]
    assert "= 0.20273255405408" in rows and "= -1.2717013888888889" in rows and "undecided" not in rows


def test_an_exponent_of_0_is_no_disagreement() -> None:
    """Gradient descent on w^4/4 settles at 0, where its exponent is 0: so does SGD with a negative one."""
    chain = sm.SGD(w**4 / 4 + x * w**2 / 2, [w], R(1, 4), data={x: sm.TwoPoint(1, -1)})
    answer = sm.compare(chain, at=0)
    found = {row["theory"]: row for row in answer.rows}
    assert found["gradient-descent"]["exponent"].exact == found["langevin"]["exponent"].exact == 0
    assert found["sgd"]["attracts"] and found["sde"]["attracts"]
    assert answer.disagree == []
    assert "does not attract" not in answer.formula


def test_a_kink_of_the_mean_step_has_no_exponent() -> None:
    """With noise that persists: the slopes of the mean step -max(w, 0)/4 + ... are 0 and -1/4 beside 0."""
    chain = sm.SGD(sp.Max(w, 0) ** 2 / 2 + w * z, [w], R(1, 4), data={z: sm.Normal(0, 1)})
    with pytest.raises(sm.HypothesisViolated, match="differentiable"):
        sm.compare(chain, at=0)
    smooth = sm.SGD(w * sp.Abs(w) * w**2 + w**2 / 2 + w * z, [w], R(1, 4), data={z: sm.Normal(0, 1)})
    assert rows(smooth, at=0)["langevin"]["exponent"].exact == R(-1, 4)


# ---- the landscapes of the constructions, by formulas written out here


@pytest.mark.parametrize("rate", [R(3, 10), R(2, 5), R(4, 5), R(5, 4), R(19, 10)])
def test_rows_at_the_local_maximum(rate: sp.Rational) -> None:
    """x = a +- 1: q = (1 - lr a)^2 - lr^2; the equation attracts from lr = -2 a on, without an upper edge."""
    mean = R(-1, 5)
    found = rows(two_point(mean, 1, rate), at=0)
    q = (1 - rate * mean) ** 2 - rate**2
    assert found["sgd"]["attracts"] is bool(abs(q) < 1)
    assert (found["sgd"]["exponent"].value == "-oo") is bool(q == 0)
    assert found["gradient-descent"]["exponent"].exact == sp.log(1 - rate * mean)
    assert found["langevin"]["exponent"].exact == -rate * mean
    assert found["sde"]["exponent"].exact == -rate * mean - rate**2 / 2
    assert found["sde"]["attracts"] is bool(rate > -2 * mean)


def test_rows_at_the_critical_slope_of_the_saddle() -> None:
    """a = (1 - sqrt(1 + lr^2))/lr: SGD does not escape at any rate, gradient descent at log sqrt(1 + lr^2)."""
    rate = R(3, 4)
    found = rows(two_point((1 - sp.sqrt(1 + rate**2)) / rate, 1, rate), at=0)
    assert found["sgd"]["exponent"].exact == 0
    assert found["gradient-descent"]["exponent"].exact == sp.log(R(5, 4))
    assert found["sde"]["exponent"].exact == R(1, 4) - R(9, 32)


def test_a_region_with_several_fixed_points() -> None:
    """l = x (1 - cos w): maxima at 0 and 2 pi, a minimum at pi; exponents (1 -+ lr a)^2 - lr^2."""
    chain = sm.SGD(x * (1 - sp.cos(w)), [w], R(4, 5), data={x: sm.TwoPoint(R(4, 5), R(-6, 5))})
    answer = sm.compare(chain, inside=[-1, 7])
    found = {row["theory"]: row for row in answer.rows}
    places = {theory: {str(p["at"]["w"]): p for p in row["points"]} for theory, row in found.items()}
    assert list(places["sgd"]) == ["0", "pi", "2*pi"]
    assert_encloses(places["sgd"]["0"]["exponent"], "-0.174353387144778")
    assert_encloses(places["sgd"]["pi"]["exponent"], "-1.36208979151605")
    assert places["sde"]["pi"]["exponent"].exact == R(-12, 25)
    assert places["gradient-descent"]["2*pi"]["exponent"].exact == sp.log(R(29, 25))
    assert [str(end["at"]["w"]) for end in found["gradient-descent"]["ends"]] == ["pi"]
    assert [str(end["at"]["w"]) for end in found["sgd"]["ends"]] == ["0", "pi", "2*pi"]
    assert {entry["at"] for entry in answer.disagree} == {"w = 0", "w = 2*pi"} and len(answer.disagree) == 8


def test_symbols_in_a_region() -> None:
    """l = x (w^4/4 - w^2/2), x = 1 +- b: curvature 2 x at the minima and -x at the maximum."""
    b = sp.Symbol("b", positive=True)
    chain = sm.SGD(x * (w**4 / 4 - w**2 / 2), [w], lr, data={x: sm.TwoPoint(1 + b, 1 - b)})
    found = rows(chain, inside=[-2, 2])
    sde = {str(p["at"]["w"]): p for p in found["sde"]["points"]}
    assert sp.expand(sde["1"]["exponent"].exact + 2 * lr + 2 * lr**2 * b**2) == 0 and sde["1"]["attracts"] is True
    assert sp.expand(sde["0"]["exponent"].exact - lr + lr**2 * b**2 / 2) == 0 and sde["0"]["attracts"] is None
    assert found["sde"]["ends"] is None and "w = 0" in found["sde"]["note"]
    sgd = {str(p["at"]["w"]): p["exponent"].exact for p in found["sgd"]["points"]}
    at = {lr: R(1, 3), b: R(1, 4)}
    assert sp.Abs((sgd["1"].subs(at) - sp.log(R(1, 6) * R(1, 2)) / 2).evalf(30)) < 10**-20
    assert sp.Abs((sgd["0"].subs(at) - sp.log(R(17, 12) * R(5, 4)) / 2).evalf(30)) < 10**-20
    assert str(found["langevin"]["points"][1]["exponent"].exact) == "lr"


def test_a_law_without_closed_forms_leaves_the_other_rows() -> None:
    """A beta curvature with a free parameter: SGD's row says what it needs, the others stand."""
    shape = sp.Symbol("p", positive=True)
    chain = sm.SGD(x * w**2 / 2, [w], lr, data={x: sm.Beta(shape, shape)})
    found = rows(chain, at=0)
    assert found["sgd"]["exponent"] is None and found["sgd"]["note"]
    assert found["langevin"]["exponent"].exact == -lr / 2
