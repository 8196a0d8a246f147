"""Heavy ball, Nesterov and averaged momentum: their maps, names, options, and problem files."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp

import sgd_markov as sm

w, m, x, z, w1, w2 = sp.symbols("w m x z w1 w2", real=True)
lr = sp.Symbol("lr", positive=True)
R = sp.Rational

TEXT = """\
[model]
loss = "k*w**2/2"
parameters = ["w"]

[noise]
z = { law = "normal", mean = 0, std = "s" }

[optimizer]
name = "heavy-ball"
learning_rate = "lr"
momentum = "mu"
add = "lr*z"

[symbols]
lr = "positive"
k = "positive"
s = "positive"

[values]
mu = 0.8
k = 1.7

[[ask]]
question = "moments"
order = 2

[[ask]]
question = "moments"
of = "w*m"
central = true
start = { w = "k" }
steps = 2
"""


def test_the_maps() -> None:
    loss, data = x * w**2 / 2, {x: sm.Rademacher()}
    assert sm.HeavyBall(loss, [w], lr, "1/2", data=data).one_sample_map == (w - lr * (m / 2 + x * w), m / 2 + x * w)
    nesterov = sm.Nesterov(loss, [w], lr, "1/2", data=data).one_sample_map
    assert sp.expand(nesterov[0] - (w - lr * (x * w + (m / 2 + x * w) / 2))) == 0 and nesterov[1] == m / 2 + x * w
    averaged = sm.EMAMomentum(loss, [w], lr, "1/4", data=data).one_sample_map
    assert sp.expand(averaged[1] - (m / 4 + R(3, 4) * x * w)) == 0
    assert sp.expand(averaged[0] - (w - lr * averaged[1])) == 0


def test_nesterov_is_sutskevers_form_in_other_variables() -> None:
    """v' = mu v - lr g(u + mu v), u' = u + v', with v = -lr m and w = u + mu v."""
    mu, u, v, k = sp.symbols("mu u v k", real=True)
    step = sm.Nesterov(k * w**2 / 2 - w, [w], lr, mu).one_sample_map
    inside = {w: u + mu * v, m: -v / lr}
    new_w, new_m = (sp.expand(expr.subs(inside, simultaneous=True)) for expr in step)
    new_v = mu * v - lr * (k * (u + mu * v) - 1)
    assert sp.simplify(-lr * new_m - new_v) == 0
    assert sp.simplify(new_w - mu * new_v - (u + new_v)) == 0


def test_without_momentum_all_are_sgd() -> None:
    plain = sm.SGD(x * w**2 / 2, [w], lr, data={x: sm.Rademacher()}, weight_decay="1/3").one_sample_map[0]
    for make in (sm.HeavyBall, sm.Nesterov, sm.EMAMomentum):
        found = make(x * w**2 / 2, [w], lr, 0, data={x: sm.Rademacher()}, weight_decay="1/3").one_sample_map[0]
        assert sp.expand(found - plain) == 0


def test_names_of_the_memory() -> None:
    one, two = sm.HeavyBall(w**2, [w], lr, "1/2"), sm.Nesterov(w1**2 + w2**2, [w1, w2], lr, "1/2")
    assert [str(s) for s in one.state] == ["w", "m"] and [str(s) for s in one.memory] == ["m"]
    assert [str(s) for s in two.state] == ["w1", "w2", "m_w1", "m_w2"]
    assert two.weights == (w1, w2)


def test_memory_starts_at_zero() -> None:
    chain = sm.HeavyBall(w**2, [w], lr, "1/2")
    assert chain.point(3) == {w: 3, m: 0} == chain.point({"w": 3})
    assert chain.point({"w": 3, "m": 2}) == {w: 3, m: 2}
    with pytest.raises(sm.InvalidInput, match=r"at\.w"):
        chain.point({"m": 2})


def test_options_act_in_their_order() -> None:
    chain = sm.HeavyBall(
        x * w, [w], "1/10", "1/2", data={x: sm.Constant(8)}, clip_per_sample=5, clip=4, weight_decay="1/2",
        noise={z: sm.Constant(9)}, add=z, project=[-3, 10], round_to=2,
    )  # fmt: skip
    place, memory = Fraction(2), Fraction(0)
    for _ in range(3):
        memory = memory / 2 + 4 + place / 2
        moved = min(max(place - memory / 10 + 9, Fraction(-3)), Fraction(10))
        place = 2 * Fraction((moved / 2 + Fraction(1, 2)).__floor__())
    law = sm.simulate(chain, start=2, steps=3, chains=10)
    assert float(law.means["w"].value) == place


def test_critical_points_are_those_of_the_loss() -> None:
    data = {x: sm.TwoPoint("4/5", "-6/5")}
    loss = x * w**2 / 2 + w**4 / 4
    found = sm.critical_points(sm.HeavyBall(loss, [w], "1/10", "1/2", data=data)).points
    plain = sm.critical_points(sm.SGD(loss, [w], "1/10", data=data)).points
    assert [(p["at"]["w"].exact, p["kind"], p["noise"]) for p in found] == [
        (p["at"]["w"].exact, p["kind"], p["noise"]) for p in plain
    ]


# ---- problem files


def test_a_problem_file() -> None:
    first, second = sm.load(TEXT).solve()
    s, k, mu = sp.Symbol("s", positive=True), R(17, 10), R(4, 5)
    # added noise lr z: the noise enters w alone
    A = sp.Matrix([[1 - lr * k, -lr * mu], [k, mu]])
    S = sp.Matrix(2, 2, sp.symbols("a b b c"))
    solved = sp.solve(list(A * S * A.T + sp.Matrix([[lr**2 * s**2, 0], [0, 0]]) - S), sp.symbols("a b c"), dict=True)[0]
    assert sp.simplify(first.exact - solved[sp.Symbol("a")]) == 0
    after_one = sp.Matrix([[lr**2 * s**2, 0], [0, 0]])
    after_two = A * after_one * A.T + after_one
    assert sp.simplify(second.exact - after_two[0, 1]) == 0
    assert second.to_dict()["status"] == "answered"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('momentum = "mu"', "", "optimizer.momentum"),
        ('momentum = "mu"', 'beta1 = "mu"', "optimizer.beta1"),
        ('name = "heavy-ball"', 'name = "sgd"', "optimizer.momentum"),
        ('momentum = "mu"', 'momentum = "z"', "optimizer.momentum"),
        ("mu = 0.8", "mu = 0.8\nm = 3", r'values.m.*rename "m" to "m_"'),
        ("[noise]\nz =", "[noise]\nm =", r'noise.m.*rename "m" to "m_"'),
        ('start = { w = "k" }', 'start = { m = "k" }', "start.w"),
        ('of = "w*m"', 'of = "w*v"', "of"),
    ],
)
def test_what_a_problem_file_may_not_say(old: str, new: str, message: str) -> None:
    assert old in TEXT
    with pytest.raises(sm.InvalidInput, match=message):
        sm.load(TEXT.replace(old, new)).solve()


def test_other_momenta_in_problem_files() -> None:
    averaged = TEXT.replace('"heavy-ball"', '"ema-momentum"').replace("momentum = ", "beta1 = ")
    nesterov = TEXT.replace('"heavy-ball"', '"nesterov"')
    for text in (averaged, nesterov):
        assert all(answer.status == "answered" for answer in sm.load(text).solve())


def test_numbers_as_starts() -> None:
    text = TEXT.replace('start = { w = "k" }', "start = 2")
    table = TEXT.replace('start = { w = "k" }', "start = { w = 2, m = 0 }")
    assert sm.load(text).solve(ask=[2])[0].exact == sm.load(table).solve(ask=[2])[0].exact
