"""The question `critical-points`: exact cases, and random losses against the expectation on a grid."""

import json
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.answer.warrant import Warrant
from sgd_markov.engines.expected_loss import expected_loss
from sgd_markov.errors import HypothesisViolated, Inconclusive, InvalidInput
from sgd_markov.questions.critical_points import critical_points

w, v, x, y, z, a = sp.symbols("w v x y z a", real=True)
lr, s = sp.symbols("lr s", positive=True)
R = sp.Rational
GRID = (np.arange(30_000) + 0.5) / 30_000
rng = np.random.default_rng(20261124)


@pytest.fixture(autouse=True)
def fresh_numbers():
    """The same random numbers in whatever order the tests run."""
    rng.bit_generator.state = np.random.default_rng(20261124).bit_generator.state


def sgd(loss, data, parameters=(w,), **options):
    return sm.SGD(loss, list(parameters), "1/10", data=data, **options)


def found(answer):
    """(place, kind, noise) of every point."""
    return [(p["at"]["w"].exact, p["kind"], p["noise"]) for p in answer.points]


def test_a_strict_local_maximum():
    answer = critical_points(sgd(x * w**2 / 2, {x: sm.TwoPoint("4/5", "-6/5")}))
    assert found(answer) == [(0, "maximum", "vanishes")]
    assert answer.points[0]["hessian"].exact == R(-1, 5)
    assert answer.value is None and answer.warrant is Warrant.EXACT and answer.question == "critical-points"


def test_a_saddle_in_one_dimension_has_a_curvature_of_0_or_less():
    answer = critical_points(sgd(x * w**2 / 2 + w**4 / 4, {x: sm.TwoPoint("4/5", "-6/5")}))
    root = sp.sqrt(5) / 5
    assert found(answer) == [(-root, "minimum", "persists"), (0, "maximum", "vanishes"), (root, "minimum", "persists")]
    assert [p["hessian"].exact for p in answer.points] == [R(2, 5), R(-1, 5), R(2, 5)]


def test_symbols_leave_the_kind_open_with_its_condition():
    (point,) = critical_points(sgd(x * w**2 / 2, {x: sm.TwoPoint(a + 1, a - 1)})).points
    assert (point["kind"], point["hessian"].exact, point["noise"]) == (None, a, "vanishes")
    assert point["conditions"] == ["a != 0", "minimum where a > 0, maximum where a < 0"]


def test_symbols_whose_assumptions_decide():
    answer = critical_points(sgd((w - x) ** 2 / 2, {x: sm.Normal(a, s)}))
    assert found(answer) == [(a, "minimum", "persists")] and answer.points[0]["hessian"].exact == 1
    answer = critical_points(sgd(x * w**2 / 2 + w**4 / 4, {x: sm.TwoPoint(s + 1, s - 1)}))
    assert found(answer) == [(0, "minimum", "vanishes")]


def test_quadratic_with_symbols_has_its_formula():
    points = critical_points(sgd(w**3 / 3 - x * w, {x: sm.Normal(a, 1)})).points
    assert [p["at"]["w"].exact for p in points] == [-sp.sqrt(a), sp.sqrt(a)]
    assert all("a >= 0" in p["conditions"] for p in points)


def test_roots_without_radicals_are_enclosed():
    answer = critical_points(sgd(w**6 / 6 - w**2 / 2 - x * w, {x: sm.TwoPoint("1/2", "-1/4")}), digits=30)
    roots = sorted(complex(r).real for r in np.roots([1, 0, 0, 0, -1, -1 / 8]) if abs(complex(r).imag) < 1e-12)
    assert [float(p["at"]["w"].value) for p in answer.points] == pytest.approx(roots)
    for point in answer.points:
        assert point["at"]["w"].enclosure.reaches(30) and point["noise"] == "persists"
    assert [p["kind"] for p in answer.points] == ["minimum", "maximum", "minimum"]
    assert answer.warrant is Warrant.CERTIFIED


def test_noise_that_is_a_factor_vanishes_also_at_enclosed_points():
    points = critical_points(sgd(x * (w**6 / 6 - w**2 / 2 - w / 8), {x: sm.TwoPoint(1, 2)})).points
    assert [p["noise"] for p in points] == ["vanishes"] * 3


def test_degenerate_points():
    assert found(critical_points(sgd(x * w**4, {x: sm.TwoPoint(1, 2)}))) == [(0, "degenerate", "vanishes")]
    cubic = critical_points(sgd(x * (w - 1) ** 3, {x: sm.Exponential(1)}))
    assert found(cubic) == [(1, "degenerate", "vanishes")] and cubic.points[0]["hessian"].exact == 0
    sine = critical_points(sgd(x * (w - sp.sin(w)), {x: sm.TwoPoint(1, 2)}), within=[-1, 10])
    assert found(sine) == [(0, "degenerate", "vanishes"), (2 * sp.pi, "degenerate", "vanishes")]
    assert sine.undecided == [] and sine.warrant is Warrant.EXACT


def test_trigonometric_losses_need_a_bounded_interval():
    chain = sgd(x * sp.cos(w), {x: sm.TwoPoint(1, 2)})
    for within in (None, [0, sp.oo]):
        with pytest.raises(InvalidInput, match="within"):
            critical_points(chain, within=within)
    answer = critical_points(chain, within=[0, 2 * sp.pi])
    assert found(answer) == [
        (0, "maximum", "vanishes"),
        (sp.pi, "minimum", "vanishes"),
        (2 * sp.pi, "maximum", "vanishes"),
    ]


def test_within_is_closed_and_cuts():
    chain = sgd(w**3 / 3 - 2 * w + x, {x: sm.Rademacher()})
    assert [p["at"]["w"].exact for p in critical_points(chain, within=[-1, sp.sqrt(2)]).points] == [sp.sqrt(2)]
    assert critical_points(chain, within=["-1.4", "1.4"]).points == []
    with pytest.raises(InvalidInput, match="low <= high"):
        critical_points(chain, within=[1, 0])


def test_irrational_coefficients_need_no_interval():
    answer = critical_points(sgd(w**4 / 4 - sp.pi * w**2 / 2 + x * w, {x: sm.TwoPoint("1/2", 0)}))
    assert [p["kind"] for p in answer.points] == ["minimum", "maximum", "minimum"]
    for point in answer.points:
        place = float(point["at"]["w"].value)
        assert place**3 - float(sp.pi) * place + 0.25 == pytest.approx(0, abs=1e-12)


def test_a_symbolic_point_is_in_the_interval_on_a_condition():
    (point,) = critical_points(sgd((w - x) ** 2, {x: sm.Normal(a, 1)}), within=[0, 2]).points
    assert point["conditions"] == ["a >= 0", "a <= 2"]
    assert critical_points(sgd((w + x) ** 2, {x: sm.Normal(s, 1)}), within=[0, 2]).points == []


def test_the_state_space_cuts_too():
    p = sp.Symbol("p", positive=True)
    answer = critical_points(sm.SGD(x * p**2 / 2 * (p - 1), [p], "1/10", data={x: sm.TwoPoint(1, 2)}))
    assert [(q["at"]["p"].exact, q["kind"]) for q in answer.points] == [(R(2, 3), "minimum")]


def test_exponentials_of_normal_data():
    """E exp(w x) = exp(m w + s^2 w^2/2): one minimum at -m/s^2."""
    answer = critical_points(sgd(sp.exp(w * x), {x: sm.Normal(a, s)}))
    assert found(answer) == [(-a / s**2, "minimum", "persists")]
    assert sp.simplify(answer.expected_loss - sp.exp(a * w + s**2 * w**2 / 2)) == 0


def test_exponentials_of_finite_data_are_logarithms():
    answer = critical_points(sgd(sp.exp(w * x), {x: sm.TwoPoint(2, -1)}))
    assert found(answer) == [(-sp.log(2) / 3, "minimum", "persists")]


def test_only_points_of_finite_expected_loss():
    """1/(1 - w) - 3 w for w < 1; the second zero of the slope lies beyond."""
    answer = critical_points(sgd(sp.exp(w * x) - 3 * w, {x: sm.Exponential(1)}))
    assert [p["at"]["w"].exact for p in answer.points] == [1 - sp.sqrt(3) / 3]


def test_infinite_expected_loss_is_a_violated_hypothesis():
    for loss, law in [((w - x) ** 2, sm.Cauchy()), ((w - x) ** 2, sm.Student(2)), (sp.exp(w * x), sm.Student(5))]:
        with pytest.raises(HypothesisViolated, match="< oo"):
            critical_points(sgd(loss, {x: law}))


def test_no_closed_expectation_names_the_term():
    with pytest.raises(Inconclusive, match=r"tanh\(w\*x\)"):
        critical_points(sgd(sp.tanh(w * x), {x: sm.Normal()}), within=[-1, 1])


def test_a_bare_map_has_no_loss():
    with pytest.raises(InvalidInput, match="a loss"):
        critical_points(sm.RandomMap({w: w + z}, {z: sm.Normal()}))


def test_the_median_is_a_kink():
    (point,) = critical_points(sgd(sp.Abs(w - x), {x: sm.Finite([0, 1, 5])})).points
    assert (point["at"]["w"].exact, point["kind"], point["hessian"]) == (1, "minimum", None)
    answer = critical_points(sgd(sp.Abs(w - x), {x: sm.Finite([0, 1])}))
    assert answer.points == [] and [[str(end) for end in span] for span in answer.flat] == [["0", "1"]]


def test_kinks_of_every_kind():
    answer = critical_points(sgd(x * (w**2 / 2 - sp.Abs(w)), {x: sm.TwoPoint(1, 2)}))
    assert [(p["at"]["w"].exact, p["kind"]) for p in answer.points] == [(-1, "minimum"), (0, "maximum"), (1, "minimum")]
    bend = critical_points(sgd(x * w * sp.Abs(w), {x: sm.TwoPoint(1, 2)}))
    assert [(p["at"]["w"].exact, p["kind"], p["hessian"]) for p in bend.points] == [(0, "degenerate", None)]
    assert critical_points(sgd(x * (2 * w + sp.Abs(w)), {x: sm.TwoPoint(1, 2)})).points == []


def test_hinge_and_huber():
    hinge = critical_points(sgd(sp.Max(0, 1 - w * x) + w**2 / 4, {x: sm.TwoPoint(1, -2)}))
    assert [(p["at"]["w"].exact, p["kind"]) for p in hinge.points] == [(R(-1, 2), "minimum")]
    huber = sp.Piecewise(((w - x) ** 2 / 2, sp.Abs(w - x) < 1), (sp.Abs(w - x) - R(1, 2), True))
    (point,) = critical_points(sgd(huber, {x: sm.Finite([0, 1, "3/2"])})).points
    assert (point["at"]["w"].exact, point["kind"]) == (R(5, 6), "minimum")


def test_a_jump_is_a_violated_hypothesis():
    loss = sp.Piecewise((w**2 * x, w < 1), (w**2 * x + 1, True))
    with pytest.raises(HypothesisViolated, match="continuous"):
        critical_points(sgd(loss, {x: sm.TwoPoint(1, 2)}))


def test_mean_absolute_error_of_normal_data():
    answer = critical_points(sgd(sp.Abs(w - x), {x: sm.Normal("1/3", 2)}), within=[-4, 4])
    (point,) = answer.points
    assert (point["at"]["w"].exact, point["kind"]) == (R(1, 3), "minimum")
    assert float(point["hessian"].value) == pytest.approx(2 * float(sm.Normal("1/3", 2).density(R(1, 3))))


def test_noise_of_the_step_persists():
    chain = sgd(x * w**2 / 2, {x: sm.TwoPoint(1, 2)}, noise={z: sm.Normal()}, add=z)
    assert found(critical_points(chain)) == [(0, "minimum", "persists")]
    random_rate = sm.SGD(x * w**2 / 2, [w], z, data={x: sm.TwoPoint(1, 2)}, noise={z: sm.Uniform()})
    assert found(critical_points(random_rate)) == [(0, "minimum", "vanishes")]


def test_batches_do_not_change_the_expected_loss():
    rows = sm.Rows([[1, 2], [2, 1], [-1, 3]])
    for size, scheme in [(1, "with-replacement"), (2, "with-replacement"), (3, "without-replacement"), (1, "cyclic")]:
        chain = sgd((w * x - y) ** 2 / 2, {(x, y): rows}, batch_size=size, scheme=scheme)
        (point,) = critical_points(chain).points
        assert (point["at"]["w"].exact, point["kind"], point["hessian"].exact) == (R(1, 6), "minimum", 2)


def test_regression_in_two_dimensions():
    rows = sm.Rows([[1, "1/2"], [2, "1/3"], [-1, "1/4"]])
    (point,) = critical_points(sgd((w * x + v - y) ** 2 / 2, {(x, y): rows}, (w, v))).points
    assert [point["at"][name].exact for name in ("w", "v")] == [R(1, 24), R(1, 3)]
    assert point["kind"] == "minimum" and [[n.exact for n in row] for row in point["hessian"]] == [
        [2, R(2, 3)],
        [R(2, 3), 1],
    ]


def test_all_kinds_in_two_dimensions():
    answer = critical_points(sgd(x * (w**2 - 1) ** 2 + (v**2 - 1) ** 2, {x: sm.TwoPoint(1, 2)}, (w, v)))
    kinds = {(int(p["at"]["w"].exact), int(p["at"]["v"].exact)): p["kind"] for p in answer.points}
    assert kinds == {
        (i, j): "maximum" if i == j == 0 else "saddle" if 0 in (i, j) else "minimum"
        for i in (-1, 0, 1)
        for j in (-1, 0, 1)
    }
    assert {p["noise"] for p in answer.points} == {"vanishes"}


def test_a_curve_of_critical_points_is_told_by_its_equation():
    answer = critical_points(sgd((w * v * x - 1) ** 2 / 2, {x: sm.TwoPoint(1, 2)}, (w, v)))
    assert answer.continua == [{"equations": [w * v - R(3, 5)], "nonzero": []}] and answer.complete
    assert [(p["at"]["w"].exact, p["at"]["v"].exact, p["kind"], p["noise"], p["type"]) for p in answer.points] == [(0, 0, "saddle", "vanishes", "II")]


def test_json_and_latex():
    answer = critical_points(sgd(x * w**2 / 2 + w**4 / 4, {x: sm.TwoPoint("4/5", "-6/5")}))
    table = json.loads(json.dumps(answer.to_dict()))
    assert table["points"][1]["at"]["w"] == {"value": "0", "exact": "0", "lower": "0", "upper": "0"}
    assert answer.latex().startswith(r"w \in \left\{")


LOSSES = [
    sp.cos(w * x),
    sp.sin(w * x + 1) + w**2 / 8,
    x * sp.sin(w * x) + w**2 / 3,
    sp.exp(w * x / 4) - w,
    x**2 * sp.exp(-w * x / 5) + w**2,
    sp.cos(w * x) ** 2 + w * x / 9,
    sp.cosh(w * x / 5) - w * x**2 / 9,
    (w * x - 1) ** 2 * x**2 - sp.cos(2 * w),
    sp.Abs(w - x) + w**3 / 40,
]
LAWS = [
    sm.Normal("1/5", 1),
    sm.Uniform("-1/2", 2),
    sm.Arcsine(-1, 2),
    sm.Semicircle("1/2", 1),
    sm.Gamma(3, "1/3"),
    sm.Laplace("1/4", "1/2"),
    sm.Finite(["1/2", -1, 2]),
]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_random_losses_against_the_grid(loss, law):
    """The expected loss at random places, and the zeros of its slope against changes of sign on a grid."""
    chain = sgd(loss, {x: law})
    try:
        answer = critical_points(chain, within=[-3, "31/10"])
    except Inconclusive as error:
        assert "no closed expectation" in str(error) and law.name in ("arcsine", "semicircle", "gamma", "laplace")
        return
    sample = law.from_uniforms(GRID[None, :])
    value, slope = (sp.lambdify((w, x), expr, "numpy") for expr in (loss, sp.diff(loss, w)))
    exact = expected_loss(chain).loss
    for place in rng.uniform(-2.5, 2.5, 3):
        closed, values = float(exact.subs(w, R(str(round(place, 4)))).evalf()), value(round(place, 4), sample)
        assert closed == pytest.approx(np.mean(values), rel=1e-3, abs=5 * np.max(np.abs(values)) / GRID.size)
    nodes = np.linspace(-3, 3.1, 157)
    means = np.array([np.mean(slope(node, sample)) for node in nodes])
    changes = [
        (nodes[i], nodes[i + 1])
        for i in range(156)
        if means[i] * means[i + 1] < 0 and min(abs(means[i : i + 2])) > 1e-3
    ]
    places = [float(Fraction(p["at"]["w"].enclosure.lower)) for p in answer.points]
    smooth = [place for place, point in zip(places, answer.points, strict=True) if point["hessian"] is not None]
    for low, high in changes:
        assert any(low <= place <= high for place in places)
    for place in smooth:
        assert abs(np.mean(slope(place, sample))) < 5e-3
    assert answer.undecided == []
