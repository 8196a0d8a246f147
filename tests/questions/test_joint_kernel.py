"""Joint kernels of several coordinates: masses of boxes against simulation, degenerate cases, pieces on surfaces."""

import numpy as np
import pytest
import sympy as sp

import sgd_markov as sm

w, v, x, y, z, e = sp.symbols("w v x y z e", real=True)
lr, T = sp.symbols("lr T", positive=True)
W, V = sp.symbols("w_next v_next", real=True)
R = sp.Rational
DRAWS = 400_000
AT = {w: R(3, 5), v: R(-4, 5)}
NODES, WEIGHTS = np.polynomial.legendre.leggauss(60)


def sampled(map_, laws, rng):
    step = sp.lambdify(list(laws), [expr.subs(AT) for expr in map_.values()], "numpy")
    drawn = [law.from_uniforms(rng.random((law.uniforms, DRAWS))) for law in laws.values()]
    return [np.broadcast_to(value, DRAWS) for value in step(*drawn)]


def box_mass(density, low, high, cells=8):
    """Over a box of two dimensions, with integrals over other variables by Gauss-Legendre as well."""
    axes = [(a + b) / 2 + (b - a) / 2 * NODES for a, b in zip(low, high, strict=True)]
    first, second = np.meshgrid(*axes, indexing="ij")
    weight = np.outer(WEIGHTS, WEIGHTS) * np.prod(np.subtract(high, low)) / 4
    return float(np.sum(values_of(density, first, second, cells) * weight))


def values_of(density, first, second, cells):
    if not isinstance(density, sp.Integral):
        return np.broadcast_to(sp.lambdify([W, V], density, ["scipy", "numpy"])(first, second), first.shape)
    (symbol, low, high), *more = density.limits
    assert not more
    low, high = max(float(low), -12.0), min(float(high), 12.0)
    cuts = np.linspace(low, high, cells + 1)
    total = np.zeros(first.shape)
    function = sp.lambdify([W, V, symbol], density.function, ["scipy", "numpy"])
    with np.errstate(all="ignore"):
        for left, right in zip(cuts, cuts[1:], strict=False):
            for node, weight in zip(NODES, WEIGHTS, strict=True):
                place = (left + right) / 2 + (right - left) / 2 * node
                total += np.nan_to_num(function(first, second, place)) * weight * (right - left) / 2
    return total


N, U = sm.Normal, sm.Uniform
MAPS = {
    "independent": ({w: w / 2 + x + v, v: v / 2 + y * w}, {x: N(0, 1), y: N(1, 2)}),
    "triangular": ({w: w / 2 + x + y, v: v / 2 + y * w}, {x: sm.Laplace(0, 1), y: N(1, 2)}),
    "square": ({w: w / 2 + x * w + y, v: v / 2 + y - x * v / 3}, {x: N(0, 1), y: sm.Student(3, 0, 1)}),
    "more normal variables": ({w: w + x + y, v: v + y - z * v}, {x: N(0, 1), y: N(1, 2), z: N(0, 1)}),
    "more variables": ({w: w + x + z, v: v + y - z}, {x: N(0, 1), y: N(1, 2), z: U(0, 1)}),
    "one multiplies both": ({w: w + x * z, v: v + y * z}, {x: N(0, 1), y: N(1, 2), z: U(1, 2)}),
    "curvatures": ({w: w - x * w / 2, v: v - y * v / 2}, {x: N(0, 1), y: sm.Cauchy(0, 1)}),
    "two branches": ({w: x**2 * w, v: v + y}, {x: N(1, 1), y: N(0, 1)}),
}


@pytest.mark.parametrize("name", MAPS)
def test_masses_of_boxes(name):
    map_, laws = MAPS[name]
    rng = np.random.default_rng([20261123, len(name)])
    sample = sampled(map_, laws, rng)
    density = sm.kernel(sm.RandomMap(map_, laws)).density.subs(AT)
    low, high = (np.array([np.quantile(column, level) for column in sample]) for level in (0.3, 0.75))
    inside = [(low[i] < sample[i]) & (sample[i] < high[i]) for i in (0, 1)]
    direct = np.mean(inside[0] & inside[1])
    found = box_mass(density, low, high)
    assert direct > 0.02
    assert found == pytest.approx(direct, abs=5 * np.sqrt(direct / DRAWS) + 1e-6)
    assert abs(found - 1.1 * direct) > 5 * np.sqrt(direct / DRAWS)  # the control: one part in ten would be seen


def test_langevin_in_two_dimensions():
    answer = sm.kernel(sm.Langevin(w**2 / 2 + w * v + v**4, [w, v], lr, T, data={}))
    expected = N(w - lr * (w + v), sp.sqrt(2 * lr * T)).density(W) * N(v - lr * (w + 4 * v**3), sp.sqrt(2 * lr * T)).density(V)
    assert sp.simplify(answer.density / expected) == 1
    assert answer.targets == ["w_next", "v_next"] and answer.conditions == []
    assert r"dw'\, dv'" in answer.latex()


def test_the_batch_gradient_of_two_parameters():
    chain = sm.SGD(((w - x) ** 2 + (v - y) ** 2) / 2, [w, v], lr, data={x: N(0, 1), y: N(0, 2)}, batch_size=3)
    expected = N((1 - lr) * w, lr / sp.sqrt(3)).density(W) * N((1 - lr) * v, 2 * lr / sp.sqrt(3)).density(V)
    assert sp.simplify(sm.kernel(chain).density / expected) == 1


def test_where_a_coefficient_vanishes_one_coordinate_is_certain():
    answer = sm.kernel(sm.SGD((x * w**2 + y * v**2) / 2, [w, v], lr, data={x: N(0, 1), y: N(0, 2)}))
    assert answer.conditions == ["v != 0", "w != 0"]
    cases = {case["condition"]: case for case in answer.degenerate}
    assert cases["w = 0 & v = 0"]["atoms"][0]["probability"].exact == 1
    (piece,) = cases["w = 0 & v != 0"]["relation"]
    assert piece["to"] == {"w": 0}
    assert sp.simplify(piece["density"] / N(v, 2 * lr * sp.Abs(v)).density(V)) == 1


def test_a_rank_that_drops_is_a_case():
    """w' = w + w x + y, v' = v + y - x v: at v = -w both move by the same number."""
    answer = sm.kernel(sm.RandomMap({w: w + w * x + y, v: v + y - x * v}, {x: N(0, 1), y: N(1, 2)}))
    assert answer.conditions == ["v + w != 0"]
    (case,) = answer.degenerate
    assert sp.expand(case["relation"][0]["to"]["v"] - (W - 2 * w)) == 0


def test_two_masses_of_momentum_are_determined():
    chain = sm.HeavyBall(w**2 / 2 + x * w + (y + x) * v, [w, v], lr, "1/2", data={x: N(0, 1), y: N(0, 2)})
    answer = sm.kernel(chain)
    assert answer.density is None and answer.support is None
    (piece,) = answer.relation
    assert {name: sp.simplify(to) for name, to in piece["to"].items()} == {"m_w": (w - W) / lr, "m_v": (v - V) / lr}


def test_a_clipped_coordinate_has_an_atom_times_a_density():
    answer = sm.kernel(sm.RandomMap({w: sp.Max(0, w + x), v: v + y}, {x: N(0, 1), y: N(1, 2)}))
    still, moving = answer.relation
    assert still["to"] == {"w": 0} and moving["to"] == {}
    total = sp.erfc(w / sp.sqrt(2)) / 2
    assert sp.simplify(still["density"] / (total * N(v + 1, 2).density(V))) == 1
    assert moving["density"].subs(W, -1) == 0


def test_a_coordinate_that_stands_still():
    (piece,) = sm.kernel(sm.RandomMap({w: w, v: v + y}, {y: N(1, 2)})).relation
    assert piece["to"] == {"w": w} and sp.simplify(piece["density"] / N(v + 1, 2).density(V)) == 1


def test_the_box_of_uniform_noise():
    answer = sm.kernel(sm.RandomMap({w: w + x, v: v / 2 + y}, {x: U(0, 1), y: U(1, 3)}))
    assert [[end.exact for end in pair] for pair in answer.support] == [[w, w + 1], [v / 2 + 1, v / 2 + 3]]
    put = {w: 0, v: 0}
    assert answer.density.subs({**put, W: R(1, 2), V: 2}) == R(1, 2)
    assert answer.density.subs({**put, W: R(3, 2), V: 2}) == answer.density.subs({**put, W: R(1, 2), V: 4}) == 0


def test_what_is_refused():
    two = {x: N(0, 1), y: N(0, 1)}
    with pytest.raises(sm.Inconclusive, match="several coordinates"):
        sm.kernel(sm.RandomMap({w: w + sp.exp(x * y), v: v + x * y**2}, two))
    with pytest.raises(sm.Inconclusive, match="infinitely many atoms"):
        sm.kernel(sm.RandomMap({w: w + x, v: v + y}, {x: sm.Poisson(1), y: N(0, 1)}))


def regression(features, noise, rng):
    drawn = [law.from_uniforms(rng.random((law.uniforms, DRAWS))) for law in (*features, noise)]
    residual = 0.6 * drawn[0] - 0.8 * drawn[1] - drawn[2]
    return 0.6 - 0.3 * drawn[0] * residual, -0.8 - 0.3 * drawn[1] * residual


@pytest.mark.parametrize(
    ("features", "noise"),
    [((N(0, 1), N(0, 2)), N(0, 1)), ((N(1, 1), N(0, 1)), N(0, "1/2")), ((N(0, 1), U(-1, 2)), sm.Laplace(0, 1))],
)
def test_regression_with_two_random_features(features, noise):
    """The gradient is the residual times the features; normal features of mean 0 give a Bessel function."""
    data = dict(zip((x, y, e), (*features, noise), strict=True))
    density = sm.kernel(sm.SGD((w * x + v * y - e) ** 2 / 2, [w, v], "3/10", data=data), at=AT).density
    assert density.has(sp.Integral) == (features[0].mean != 0 or not isinstance(features[1], N))
    first, second = regression(features, noise, np.random.default_rng(20261123))
    low, high = np.array([0.7, -0.7]), np.array([1.1, -0.3])  # the density is infinite at the state itself
    direct = np.mean((low[0] < first) & (first < high[0]) & (low[1] < second) & (second < high[1]))
    found = sum(box_mass(part, low, high, 60) for part in sp.Add.make_args(density))
    assert direct > 0.005 and found == pytest.approx(direct, abs=5 * np.sqrt(direct / DRAWS) + 2e-5)


def test_regression_with_three_features_has_the_density_of_the_integral():
    u, z = sp.symbols("u z", real=True)
    data = {x: N(0, 1), y: N(0, 2), z: N(0, 1), e: N(0, 1)}
    answer = sm.kernel(sm.SGD((w * x + v * y + u * z - e) ** 2 / 2, [w, v, u], lr, data=data))
    assert answer.conditions == [] and answer.density.has(sp.besselk)
    put = {w: R(1), v: R(-1, 2), u: R(1, 3), lr: R(1, 5)}
    to = {W: R(9, 10), V: R(-3, 5), sp.Symbol("u_next", real=True): R(2, 5)}
    shift = [float(-(value - put[symbol]) * 5) for symbol, value in zip((w, v, u), to.values(), strict=True)]
    r = np.exp(np.arange(-12, 4, 1e-3))  # given the residual r, x = shift/r
    total = 0.0
    for residual in (r, -r):
        drawn = [value / residual for value in shift]
        noise = drawn[0] * 1 - drawn[1] / 2 + drawn[2] / 3 - residual
        stds = zip((*drawn, noise), (1, 2, 1, 1), strict=True)
        total += np.sum(np.prod([np.exp(-(d**2) / (2 * s**2)) / s / np.sqrt(2 * np.pi) for d, s in stds], axis=0) / r**3 * r) * 1e-3
    assert float(answer.density.subs({**put, **to})) == pytest.approx(125 * total, rel=1e-9)


def test_regression_with_an_intercept():
    """v' fixes the residual: one feature, one intercept, no integral."""
    data = {x: N("1/2", 1), e: sm.Laplace(0, 1)}
    answer = sm.kernel(sm.SGD((w * x + v - e) ** 2 / 2, [w, v], "3/10", data=data))
    assert not answer.density.has(sp.Integral) and answer.conditions == []
    rng = np.random.default_rng(20261124)
    feature, noise = (law.from_uniforms(rng.random((law.uniforms, DRAWS))) for law in data.values())
    residual = 0.6 * feature - 0.8 - noise
    first, second = 0.6 - 0.3 * feature * residual, -0.8 - 0.3 * residual
    low, high = np.array([0.7, -0.6]), np.array([1.1, -0.2])
    direct = np.mean((low[0] < first) & (first < high[0]) & (low[1] < second) & (second < high[1]))
    found = box_mass(answer.density.subs(AT), low, high)
    assert direct > 0.02 and found == pytest.approx(direct, abs=5 * np.sqrt(direct / DRAWS) + 1e-4)
