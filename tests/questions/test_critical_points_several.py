"""Critical points of losses of several parameters: exact sets, certified boxes, a point that is named."""

import json
from itertools import product

import mpmath
import numpy as np
import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.answer.warrant import Warrant
from sgd_markov.errors import HypothesisViolated, Inconclusive, InvalidInput

w1, w2, w3, x, y, a = sp.symbols("w1 w2 w3 x y a", real=True)
s = sp.Symbol("s", positive=True)
R = sp.Rational
LABELS = {x: sm.Constant(1), y: sm.TwoPoint(R(6, 5), R(-4, 5))}


def sgd(loss, parameters, data=None):
    return sm.SGD(loss, list(parameters), "1/10", data=data or {x: sm.TwoPoint(1, 2)})


def exact_places(answer):
    return [tuple(entry.exact for entry in point["at"].values()) for point in answer.points]


def floats(answer):
    return [tuple(float(entry.value) for entry in point["at"].values()) for point in answer.points]


def test_two_layers_have_a_saddle_and_a_curve_of_minima():
    answer = sm.critical_points(sgd((w2 * w1 * x - y) ** 2 / 2, (w1, w2), LABELS))
    (origin,) = answer.points
    assert exact_places(answer) == [(0, 0)] and (origin["kind"], origin["noise"], origin["type"]) == (
        "saddle",
        "vanishes",
        "II",
    )
    assert answer.continua == [{"equations": [w1 * w2 - R(1, 5)], "nonzero": []}]
    assert answer.complete and answer.warrant is Warrant.EXACT


def test_weight_decay_leaves_points_with_nested_roots():
    loss = (w1 * w2 - 1) ** 2 / 2 + (w1**2 + 2 * w2**2) / 20
    answer = sm.critical_points(sgd(loss + x * w1, (w1, w2), {x: sm.Rademacher()}))
    root = sp.sqrt(-R(1, 10) + sp.sqrt(2) / 2), sp.sqrt(-R(1, 5) + sp.sqrt(2))
    places = exact_places(answer)
    assert len(places) == 3 and places[1] == (0, 0)
    assert all(sp.Abs(u - v).evalf(30) < 1e-25 for u, v in zip(places[2], reversed(root), strict=True))
    assert [p["kind"] for p in answer.points] == ["minimum", "saddle", "minimum"]
    assert [p["noise"] for p in answer.points] == ["persists"] * 3 and answer.points[1]["type"] == "I"


def test_points_without_radicals_carry_their_minimal_polynomials():
    loss = (w1**2 - 1) ** 2 + (w2**2 - 1) ** 2 + w1 * w2 / 7 + w1 / 9
    answer = sm.critical_points(sgd(x * loss, (w1, w2)), digits=30)
    assert len(answer.points) == 9 and answer.complete and answer.warrant is Warrant.CERTIFIED
    gradient = sp.lambdify((w1, w2), [sp.diff(loss, w) for w in (w1, w2)], "mpmath")
    t = sp.Symbol("t")
    with mpmath.workdps(40):
        for point in answer.points:
            assert all(entry.enclosure.reaches(30) for entry in point["at"].values())
            place = [mpmath.mpf(entry.value) for entry in point["at"].values()]
            assert max(abs(g) for g in gradient(*place)) < mpmath.mpf(10) ** -27
            assert all(
                abs(p.subs(t, sp.Float(str(v), 40))) < 1e-18
                for p, v in zip(point["polynomials"].values(), place, strict=True)
            )
            assert point["noise"] == "vanishes"
    kinds = [p["kind"] for p in answer.points]
    assert (kinds.count("minimum"), kinds.count("maximum"), kinds.count("saddle")) == (4, 1, 4)


def random_polynomial(rng, degree):
    top = sum(w**degree for w in (w1, w2))
    low = sum(int(rng.integers(-3, 4)) * w1**i * w2**j for i, j in product(range(degree), repeat=2) if i + j < degree)
    return top + low


@pytest.mark.parametrize("seed", range(6))
def test_exact_set_and_box_search_agree(seed):
    """Two routes that share no code: Groebner bases, and Krawczyk's operator on halved boxes (of an irrational multiple)."""
    loss = random_polynomial(np.random.default_rng(seed), 4)
    box = {w1: [-20, 20], w2: [-20, 20]}
    exact = sm.critical_points(sgd(x * loss, (w1, w2)), within=box)
    searched = sm.critical_points(sgd(x * sp.pi * loss, (w1, w2)), within=box)
    assert exact.complete and not exact.continua and "Krawczyk" in searched.method
    if searched.complete:
        assert np.array(floats(exact)) == pytest.approx(np.array(floats(searched)), abs=1e-12)
        assert [p["kind"] for p in exact.points] == [p["kind"] for p in searched.points]
    degenerate = [p for p in exact.points if p["kind"] == "degenerate"]
    assert searched.complete or degenerate


def test_rational_gradients_leave_out_their_poles():
    loss = w1**2 / 2 + w2**2 / (2 * (1 + w1))
    answer = sm.critical_points(sgd(x * loss, (w1, w2)))
    assert exact_places(answer)[-1] == (0, 0) and answer.points[-1]["kind"] == "minimum"
    shifted = sm.critical_points(sgd(x * (1 / w1 + w1 + w2**2), (w1, w2)))
    assert exact_places(shifted) == [(-1, 0), (1, 0)] and [p["kind"] for p in shifted.points] == ["saddle", "minimum"]


def test_assumptions_on_parameters_and_the_box_cut():
    p, q = sp.symbols("p q", positive=True)
    answer = sm.critical_points(sgd(x * ((p**2 - 1) ** 2 + (q - 2) ** 2), (p, q)))
    assert exact_places(answer) == [(1, 2)]
    chain = sgd(x * ((w1**2 - 2) ** 2 + w2**2), (w1, w2))
    assert exact_places(sm.critical_points(chain, within={w1: [0, sp.sqrt(2)]})) == [(0, 0), (sp.sqrt(2), 0)]
    assert exact_places(sm.critical_points(chain, within={w1: [0, "1.4"], w2: ["-oo", "oo"]})) == [(0, 0)]


def test_tanh_with_weight_decay_is_complete_in_the_box():
    points = [(1, 1), (2, R(3, 2)), (-1, R(1, 2))]
    loss = (w2 * sp.tanh(w1 * x) - y) ** 2 / 2 + (w1**2 + w2**2) / 40
    answer = sm.critical_points(
        sgd(loss, (w1, w2), {(x, y): sm.Rows(points)}), within={w1: [-3, 3], w2: [-3, 3]}, digits=20
    )
    assert answer.complete and answer.warrant is Warrant.CERTIFIED and len(answer.points) == 3
    assert [p["kind"] for p in answer.points] == ["minimum", "saddle", "minimum"]
    assert [p["noise"] for p in answer.points] == ["persists", "vanishes", "persists"]
    assert exact_places(answer)[1] == (0, 0) and answer.points[1]["hessian"][0][1].exact == -R(7, 6)
    mean = sum(loss.subs({x: u, y: v}) for u, v in points) / 3
    with mpmath.workdps(30):
        gradient = sp.lambdify((w1, w2), [sp.diff(mean, w) for w in (w1, w2)], "mpmath")
        root = mpmath.findroot(lambda u, v: gradient(u, v), (0.5, 1.2))
        for entry, value in zip(answer.points[2]["at"].values(), root, strict=True):
            assert abs(mpmath.mpf(entry.value) - value) < 1e-19 and entry.enclosure.reaches(20)


def test_a_curve_in_the_box_is_left_undecided():
    loss = (w2 * sp.tanh(w1 * x) - y) ** 2 / 2
    answer = sm.critical_points(sgd(loss, (w1, w2), LABELS), within={w1: [-1, 1], w2: [-1, 1]})
    assert not answer.complete and exact_places(answer) == [(0, 0)] and answer.points[0]["type"] == "II"
    spans = [[(float(low.value), float(high.value)) for low, high in box.values()] for box in answer.undecided]
    for u in np.linspace(0.25, 0.99, 30):
        place = (u, 0.2 / np.tanh(u))
        if place[1] <= 1:
            assert any(all(low <= v <= high for v, (low, high) in zip(place, box, strict=True)) for box in spans)


def test_degenerate_points_in_a_box_are_told_and_left_undecided():
    answer = sm.critical_points(sgd(x * (w1**4 + sp.cosh(w2)), (w1, w2)), within={w1: [-1, 1], w2: [-1, 1]})
    assert exact_places(answer) == [(0, 0)] and answer.points[0]["kind"] == "degenerate" and not answer.complete


def test_sums_of_squares_vanish_at_real_points_only():
    answer = sm.critical_points(sgd(x * (w1**2 + w2**2) ** 2, (w1, w2)))
    assert exact_places(answer) == [(0, 0)] and answer.points[0]["kind"] == "degenerate" and answer.continua == []
    ring = sm.critical_points(sgd(x * (w1**2 + w2**2 - 1) ** 2, (w1, w2)))
    assert ring.continua == [{"equations": [w1**2 + w2**2 - 1], "nonzero": []}] and ring.points[0]["kind"] == "maximum"


def test_singular_quadratic_losses():
    line = sm.critical_points(sgd(x * (w1 + w2 - 1) ** 2, (w1, w2)))
    assert line.points == [] and line.continua == [{"equations": [w1 + w2 - 1], "nonzero": []}] and line.complete
    none = sm.critical_points(sgd(x * w1 + w2**2, (w1, w2)))
    assert none.points == [] and none.continua == [] and none.complete
    everything = sm.critical_points(sgd(x * w1 * w2, (w1, w2), {x: sm.Rademacher()}))
    assert everything.continua == [{"equations": [], "nonzero": []}]
    with pytest.raises(Inconclusive, match="singular"):
        sm.critical_points(sgd(x * (w1 + w2 - a) ** 2, (w1, w2)))


def test_a_named_point_of_infinite_expected_loss():
    """E exp(w1 x) = 1/(1 - w1) for w1 < 1; beyond 1 the formula has a zero slope where the mean is infinite."""
    chain = sgd(sp.exp(w1 * x) - 4 * w1 + w2**2, (w1, w2), {x: sm.Exponential(1)})
    assert sm.critical_points(chain, at={w1: R(1, 2), w2: 0}).points[0]["kind"] == "minimum"
    with pytest.raises(HypothesisViolated, match="finite"):
        sm.critical_points(chain, at={w1: R(3, 2), w2: 0})
    assert exact_places(sm.critical_points(chain)) == [(R(1, 2), 0)]


def test_what_needs_a_box_says_so():
    chain = sgd((w2 * sp.tanh(w1 * x) - y) ** 2 / 2, (w1, w2), LABELS)
    for within in (None, {w1: [-1, 1]}):
        with pytest.raises(InvalidInput, match="within"):
            sm.critical_points(chain, within=within)
    with pytest.raises(InvalidInput, match="a table of intervals"):
        sm.critical_points(chain, within=[0, 1])
    with pytest.raises(InvalidInput, match=r"within\.q"):
        sm.critical_points(chain, within={"q": [0, 1]})
    with pytest.raises(Inconclusive, match="kinks"):
        sm.critical_points(
            sgd((w2 * sp.Max(0, w1 * x) - y) ** 2 / 2, (w1, w2), LABELS), within={w1: [-1, 1], w2: [-1, 1]}
        )


SIX = sp.symbols("v1 v2 w11 w12 w21 w22", real=True)


def network_two_two(decay=0):
    v1, v2, w11, w12, w21, w22 = SIX
    x1, x2 = sp.symbols("x1 x2", real=True)
    loss = (v1 * (w11 * x1 + w12 * x2) + v2 * (w21 * x1 + w22 * x2) - y) ** 2 / 2
    decayed = loss + decay * sum(k * w**2 for k, w in enumerate(SIX, 1)) / 2
    return sgd(decayed, SIX, {(x1, x2, y): sm.Rows([[1, 0, 1], [0, 1, 2], [1, 1, R(5, 2)]])})


def test_a_saddle_of_six_parameters():
    answer = sm.critical_points(network_two_two(), at=dict.fromkeys(SIX, 0))
    (origin,) = answer.points
    assert (origin["kind"], origin["noise"], origin["type"]) == ("saddle", "vanishes", "II")
    hessian = [[entry.exact for entry in row] for row in origin["hessian"]]
    assert hessian[0] == [0, 0, -R(7, 6), -R(3, 2), 0, 0] and answer.warrant is Warrant.EXACT


def test_all_critical_points_of_six_parameters():
    answer = sm.critical_points(network_two_two())
    assert answer.points == [] and len(answer.continua) == 2 and answer.complete
    origin = dict.fromkeys(SIX, 0)
    assert [all(e.subs(origin) == 0 for e in c["equations"]) for c in answer.continua].count(True) == 1
    decayed = sm.critical_points(network_two_two(R(1, 100)))
    assert sorted(p["kind"] for p in decayed.points) == ["minimum", "minimum", "saddle", "saddle", "saddle"]
    assert [p["type"] for p in decayed.points if p["kind"] == "saddle"] == ["I", "II", "I"]


def test_a_named_point_with_symbols():
    chain = sgd((w2 * w1 * x - y) ** 2 / 2, (w1, w2), {x: sm.Constant(1), y: sm.TwoPoint(a + 1, a - 1)})
    (origin,) = sm.critical_points(chain, at={w1: 0, w2: 0}).points
    assert origin["kind"] is None and origin["conditions"] == ["saddle where a != 0"]
    (point,) = sm.critical_points(chain, at={w1: a, w2: 1}).points
    assert (point["kind"], point["noise"]) == ("degenerate", "persists")
    (positive,) = sm.critical_points(chain.subs({a: s}), at={w1: 0, w2: 0}).points
    assert positive["kind"] == "saddle"


def test_a_named_point_that_is_not_critical():
    chain = sgd((w2 * w1 * x - y) ** 2 / 2, (w1, w2), LABELS)
    with pytest.raises(HypothesisViolated, match="w1 entry is 4/5"):
        sm.critical_points(chain, at={w1: 1, w2: 1})
    with pytest.raises(InvalidInput, match="one of at and within"):
        sm.critical_points(chain, at={w1: 0, w2: 0}, within={w1: [0, 1]})


def test_a_named_point_in_one_dimension():
    w = sp.Symbol("w", real=True)
    (point,) = sm.critical_points(sgd(x * w**2 / 2, (w,), {x: sm.TwoPoint(R(4, 5), R(-6, 5))}), at=0).points
    assert (point["kind"], point["hessian"].exact, point["noise"]) == ("maximum", -R(1, 5), "vanishes")


def test_a_named_kink_in_one_dimension():
    w = sp.Symbol("w", real=True)
    (point,) = sm.critical_points(sgd(sp.Abs(w) * x, (w,)), at=0).points
    assert (point["kind"], point["hessian"]) == ("minimum", None)
    with pytest.raises(HypothesisViolated):
        sm.critical_points(sgd(sp.Abs(w) * x + 4 * w, (w,)), at=0)


def test_kinks_in_several_dimensions():
    smooth = sgd(x * (w1 * sp.Abs(w1) + w2**2), (w1, w2))
    assert sm.critical_points(smooth, at={w1: 0, w2: 0}).points[0]["hessian"] is None
    bowl = sgd(x * (w1**2 + w1 * sp.Abs(w1) / 2 + w2**2), (w1, w2))
    assert sm.critical_points(bowl, at={w1: 0, w2: 0}).points[0]["kind"] == "minimum"
    with pytest.raises(HypothesisViolated):
        sm.critical_points(sgd(x * (sp.Abs(w1 + w2) + w2**2), (w1, w2)), at={w1: 0, w2: 0})
    wide = sm.network_loss([2, 2, 1], "relu")
    rows = sm.Rows([[1, 0, 1], [0, 1, 2], [1, 1, R(5, 2)]])
    chain = sm.SGD(wide.loss, wide.parameters, "1/10", data={(*wide.inputs, *wide.targets): rows})
    (origin,) = sm.critical_points(chain, at=wide.origin).points
    assert (origin["kind"], origin["type"], origin["hessian"]) == ("saddle", "II", None)


def test_a_named_point_whose_expected_loss_has_no_closed_form():
    chain = sgd((w2 * sp.tanh(w1 * x) - x / 2) ** 2 / 2, (w1, w2), {x: sm.Normal(0, 1)})
    answer = sm.critical_points(chain, at={w1: 0, w2: 0})
    assert answer.points[0]["kind"] == "saddle" and answer.points[0]["hessian"][0][1].exact == -R(1, 2)
    assert "assumed" in {hypothesis.state for hypothesis in answer.hypotheses}


def test_a_named_point_with_many_samples():
    """The mean of the samples' derivatives at the point, against the sum written out."""
    rows = [(R(k, 7) - 2, R((5 * k) % 11, 3) - 1) for k in range(40)]
    net = sm.network_loss([1, 1, 1], "tanh", biases=True)
    w1_, _, w2_, b2_ = net.parameters
    loss = net.loss + w1_ * w2_ - b2_ * sum(-v for _, v in rows) / 40
    chain = sm.SGD(loss, net.parameters, "1/10", data={(net.inputs[0], net.targets[0]): sm.Rows(rows)})
    (origin,) = sm.critical_points(chain, at=net.origin).points
    hessian = [[entry.exact for entry in row] for row in origin["hessian"]]
    correlation = 1 - sum(u * v for u, v in rows) / sp.Integer(40)
    assert hessian[0] == [0, 0, correlation, 0] and hessian[3][3] == 1 and origin["noise"] == "persists"


def test_a_named_point_of_a_bare_map_or_of_clipped_averages_is_refused():
    w = sp.Symbol("w", real=True)
    with pytest.raises(InvalidInput, match="a bare map"):
        sm.critical_points(sm.RandomMap({w: w / 2 * x}, noise={x: sm.Normal(0, 1)}), at=0)
    data = {(x, y): sm.Rows([(1, 1), (2, -1)])}
    full = sm.SGD(
        (w2 * w1 * x - y) ** 2 / 2,
        [w1, w2],
        "1/10",
        data=data,
        batch_size=2,
        scheme="without-replacement",
        clip_per_sample=1,
    )
    with pytest.raises(Inconclusive, match="clipped"):
        sm.critical_points(full, at={w1: 0, w2: 0})


def test_rectifiers_have_no_hessian_at_the_origin():
    for act, hessian in ((lambda z: sp.Max(0, z), None), (lambda z: sp.Abs(z) * z, "there")):
        answer = sm.critical_points(sgd((w2 * act(w1 * x) - y) ** 2 / 2, (w1, w2), LABELS), at={w1: 0, w2: 0})
        assert (answer.points[0]["hessian"] is None) == (hessian is None)
        assert answer.points[0]["kind"] == ("saddle" if hessian is None else "degenerate")
    normal = sgd((w2 * sp.Max(0, w1 * x) - x / 2) ** 2 / 2, (w1, w2), {x: sm.Normal(0, 1)})
    assert sm.critical_points(normal, at={w1: 0, w2: 0}).points[0]["hessian"] is None


def test_a_deep_origin_is_degenerate():
    chain = sgd((w1 * w2 * w3 * x - y) ** 2 / 2, (w1, w2, w3), LABELS)
    (origin,) = sm.critical_points(chain, at=dict.fromkeys((w1, w2, w3), 0)).points
    assert (origin["kind"], origin["noise"]) == ("degenerate", "vanishes")


def test_a_saddle_may_have_eigenvalues_0():
    v, w, u = sp.symbols("v w u", real=True)
    chain = sgd(x * (v**2 - w**2 + u**4), (v, w, u))
    assert [p["kind"] for p in sm.critical_points(chain).points] == ["saddle"]


def test_json():
    answer = sm.critical_points(sgd((w2 * sp.tanh(w1 * x) - y) ** 2 / 2 + w1**2 / 2 + w2**2 / 2, (w1, w2), LABELS),
                                within={w1: [-1, 1], w2: [-1, 1]})  # fmt: skip
    table = json.loads(json.dumps(answer.to_dict()))
    assert table["points"][0]["at"]["w1"]["exact"] == "0" and table["complete"] is True and table["undecided"] == []


def test_latex_of_the_set_and_of_the_hessian(tmp_path):
    from sgd_markov.export.latex import document

    file = tmp_path / "net.toml"
    data = '[data]\nx = { law = "constant", value = 1 }\ny = { law = "two-point", values = ["6/5", "-4/5"] }\n'
    rest = '[optimizer]\nname = "sgd"\nlearning_rate = "1/10"\n[[ask]]\nquestion = "critical-points"\n'
    file.write_text(sm.network_loss([1, 1, 1]).model_text() + "\n" + data + rest)
    text = document(sm.load(file))
    assert r"\begin{pmatrix}0 & - \frac{1}{5} \\ - \frac{1}{5} & 0\end{pmatrix}" in text
    assert r"\left\{w_{1} w_{2} - \frac{1}{5} = 0\right\}" in text
