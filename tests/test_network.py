"""The loss of a small network: against numpy's forward pass, in a problem file, and its origin."""

from itertools import pairwise

import numpy as np
import pytest
import sympy as sp
from scipy.special import erf

import sgd_markov as sm
from sgd_markov.errors import HypothesisViolated, InvalidInput

R = sp.Rational
RATE = R(4, 5)
ACTS = {
    "linear": lambda z: z,
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
    "swish": lambda z: z / (1 + np.exp(-z)),
    "gelu": lambda z: z * (1 + erf(z / np.sqrt(2))) / 2,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "softplus": lambda z: np.log1p(np.exp(z)),
}


@pytest.mark.parametrize("activation", ACTS)
@pytest.mark.parametrize(
    ("widths", "biases"), [((1, 1, 1), False), ((2, 3, 1), True), ((3, 2, 2, 2), True), ((2, 1), False)]
)
def test_loss_is_that_of_numpy(activation, widths, biases):
    net = sm.network_loss(widths, activation, biases=biases, scale=R(3, 2), weight_decay=R(1, 5))
    rng = np.random.default_rng(len(widths))
    x, y = rng.normal(size=widths[0]), rng.normal(size=widths[-1])
    matrices = [rng.normal(size=(after, before)) for before, after in pairwise(widths)]
    offsets = [rng.normal(size=after) if biases else np.zeros(after) for after in widths[1:]]
    value = x
    for place, (matrix, offset) in enumerate(zip(matrices, offsets, strict=True)):
        value = matrix @ (ACTS[activation](value) if place else value) + offset
    squares = sum((m**2).sum() for m in matrices) + sum((b**2).sum() for b in offsets)
    expected = 0.75 * ((value - y) ** 2).sum() + 0.1 * squares
    point = dict(zip(net.inputs, x, strict=True)) | dict(zip(net.targets, y, strict=True))
    for rows, matrix in zip(net.weights, matrices, strict=True):
        point |= {w: v for row, values in zip(rows, matrix, strict=True) for w, v in zip(row, values, strict=True)}
    for symbols, offset in zip(net.biases, offsets, strict=False):
        point |= dict(zip(symbols, offset, strict=True))
    assert set(point) == net.loss.free_symbols and len(set(net.parameters)) == sum(
        m.size for m in matrices
    ) + biases * sum(widths[1:])
    function = sp.lambdify(list(point), net.loss, ["numpy", {"erf": erf}])
    assert function(*point.values()) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("activation", ACTS)
def test_the_problem_file_reads_it_back(activation, tmp_path):
    net = sm.network_loss([2, 2, 1], activation, biases=True)
    file = tmp_path / "net.toml"
    data = '[data]\nx1 = { law = "rademacher" }\nx2 = { law = "rademacher" }\ny = { law = "rademacher" }\n'
    optimizer = '[optimizer]\nname = "sgd"\nlearning_rate = "1/10"\n'
    ask = (
        '[[ask]]\nquestion = "simulate"\nstart = {'
        + ", ".join(f"{p} = 0" for p in net.parameters)
        + "}\nsteps = 1\nchains = 2\n"
    )
    file.write_text(f"{net.model_text()}\n{data}{optimizer}{ask}")
    loaded = sm.load(file).chain
    assert tuple(map(str, loaded.weights)) == tuple(map(str, net.parameters))
    assert sp.expand(loaded.loss - net.loss) == 0


def test_names_leave_out_what_there_is_one_of():
    assert [str(p) for p in sm.network_loss([1, 1, 1]).parameters] == ["w1", "w2"]
    names = [str(p) for p in sm.network_loss([2, 2, 1], biases=True).parameters]
    assert names == ["w1_1_1", "w1_1_2", "w1_2_1", "w1_2_2", "b1_1", "b1_2", "w2_1", "w2_2", "b2"]
    loss, parameters = sm.network_loss([1, 1, 1])
    assert loss.free_symbols >= set(parameters)


def test_own_symbols_and_activation():
    u, v = sp.symbols("u v", real=True)
    net = sm.network_loss([1, 1, 1], sp.sin, inputs=[u], targets=[v])
    w1, w2 = net.parameters
    assert net.loss == (w2 * sp.sin(u * w1) - v) ** 2 / 2


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (dict(widths=[1]), "widths"),
        (dict(widths=[1, 0, 1]), "widths"),
        (dict(widths=[1, True]), "widths"),
        (dict(widths="11"), "widths"),
        (dict(widths=[1, 1], activation="rElu"), "activation"),
        (dict(widths=[2, 1], inputs=[sp.Symbol("u")]), "inputs"),
        (dict(widths=[1, 1], inputs=[sp.Symbol("w1", real=True)]), "inputs"),
        (dict(widths=[1, 1], scale=0.5), "scale"),
    ],
)
def test_bad_input(arguments, field):
    with pytest.raises(InvalidInput, match=field):
        sm.network_loss(**arguments)


def label_noise(activation, lr=RATE, widths=(1, 1, 1), **options):
    net = sm.network_loss(widths, activation, **options)
    return net, sm.SGD(
        net.loss,
        net.parameters,
        lr,
        data={net.inputs[0]: sm.Constant(1), net.targets[0]: sm.TwoPoint(R(6, 5), R(-4, 5))},
    )


def product_exponent(slope, lr=RATE, decay=0):
    """gamma_+ and gamma_- for labels 6/5 and -4/5."""
    return [
        sp.log(sp.Abs((1 - lr * decay + s * lr * slope * R(6, 5)) * (1 - lr * decay - s * lr * slope * R(4, 5)))) / 2
        for s in (1, -1)
    ]


@pytest.mark.parametrize(("activation", "slope"), [("linear", 1), ("tanh", 1), ("swish", R(1, 2)), ("gelu", R(1, 2))])
def test_exponents_at_the_origin(activation, slope):
    net, chain = label_noise(activation)
    answer = sm.lyapunov(chain, at=net.origin, spectrum=True)
    expected = sorted((float(g) for g in product_exponent(slope)), reverse=True)
    assert [float(e.value) for e in answer.exponents] == pytest.approx(expected, rel=1e-14)
    (point,) = sm.critical_points(chain, at=net.origin).points
    assert (point["kind"], point["type"]) == ("saddle", "II")


def test_hidden_units_repeat_the_exponents_and_weight_decay_moves_them():
    net, chain = label_noise("linear", widths=(1, 3, 1), weight_decay=R(1, 10))
    answer = sm.lyapunov(chain, at=net.origin, spectrum=True)
    plus, minus = (float(g) for g in product_exponent(1, decay=R(1, 10)))
    assert [float(e.value) for e in answer.exponents] == pytest.approx([plus] * 3 + [minus] * 3, rel=1e-14)


def test_four_phases():
    """(-,-) collapse, (+,-) learns, (-,+) learns the wrong sign, (+,+) neither: by the signs of gamma_+ and gamma_-."""
    cases = {("1/5", "4/5"): (-1, -1), ("1/5", "1/5"): (1, -1), ("-1/5", "1/5"): (-1, 1), ("1/5", "3"): (1, 1)}
    lr, a = sp.Symbol("lr", positive=True), sp.Symbol("a", real=True)
    net = sm.network_loss([1, 1, 1])
    chain = sm.SGD(
        net.loss, net.parameters, lr, data={net.inputs[0]: sm.Constant(1), net.targets[0]: sm.TwoPoint(a + 1, a - 1)}
    )
    for (centre, rate), signs in cases.items():
        answer = sm.lyapunov(chain.subs({a: R(centre), lr: R(rate)}), at=net.origin, spectrum=True)
        assert sorted(e.enclosure.sign for e in answer.exponents) == sorted(signs)
        assert answer.attracts is (signs == (-1, -1))


def test_sigmoid_and_softplus_have_no_critical_origin():
    for activation in ("sigmoid", "softplus"):
        net, chain = label_noise(activation)
        with pytest.raises(HypothesisViolated):
            sm.critical_points(chain, at=net.origin)
        with pytest.raises(HypothesisViolated):
            sm.lyapunov(chain, at=net.origin)


def test_a_deep_origin_has_exponents_0():
    net, chain = label_noise("linear", widths=(1, 1, 1, 1))
    answer = sm.lyapunov(chain, at=net.origin, spectrum=True)
    assert [e.exact for e in answer.exponents] == [0, 0, 0]
