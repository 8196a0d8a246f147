"""Importance sampling and Poisson batches against enumeration, and bad input."""

from fractions import Fraction
from itertools import product

import pytest
import sympy as sp

import sgd_markov as sm

w, x, y, e = sp.symbols("w x y e", real=True)
R = sp.Rational
ROWS = [(1, 2), (2, 1), (1, 2), (-1, 0)]
DATA = {(x, y): sm.Rows(ROWS)}
LOSS = (x * w - y) ** 2 / 2
START = Fraction(1, 3)


def gradient(row):
    return (row[0] * START - row[1]) * row[0]


def masses(chain):
    atoms = sm.kernel(chain, at="1/3").atoms
    return {Fraction(str(a["to"]["w"].exact)): Fraction(str(a["probability"].exact)) for a in atoms}


@pytest.mark.parametrize("size", [1, 2])
def test_importance_sampling(size):
    chances = [Fraction(1, 2), Fraction(1, 4), Fraction(1, 8), Fraction(1, 8)]
    expected = {}
    for drawn in product(range(4), repeat=size):
        step = sum(gradient(ROWS[i]) / (4 * chances[i]) for i in drawn) / size
        weight = 1
        for i in drawn:
            weight *= chances[i]
        place = START - step / 2
        expected[place] = expected.get(place, 0) + weight
    assert masses(sm.SGD(LOSS, [w], "1/2", data=DATA, scheme=sm.Importance(chances), batch_size=size)) == expected


@pytest.mark.parametrize("size", [1, 3, 4])
def test_poisson_batches(size):
    expected = {}
    for coins in product((0, 1), repeat=4):
        step = sum((gradient(row) for row, coin in zip(ROWS, coins, strict=True) if coin), Fraction(0)) / size
        weight = Fraction(1)
        for coin in coins:
            weight *= Fraction(size, 4) if coin else 1 - Fraction(size, 4)
        place = START - step / 2
        expected[place] = expected.get(place, 0) + weight
    expected = {place: weight for place, weight in expected.items() if weight}
    assert masses(sm.SGD(LOSS, [w], "1/2", data=DATA, scheme="poisson", batch_size=size)) == expected


@pytest.mark.parametrize("scheme", ["poisson", sm.Importance(("1/2", "1/4", "1/8", "1/8"))])
def test_the_mean_gradient_is_that_of_the_data_set(scheme):
    plain, other = (sm.SGD(LOSS, [w], "1/2", data=DATA, scheme=s) for s in ("with-replacement", scheme))
    means = [sum(p * place for place, p in masses(chain).items()) for chain in (plain, other)]
    assert means[0] == means[1]
    points = [[point["at"]["w"].exact for point in sm.critical_points(chain).points] for chain in (plain, other)]
    assert points[0] == points[1]


def test_clipping_acts_on_the_gradient_before_its_weight():
    chain = sm.SGD(x * w, [w], 1, data={x: sm.Finite([1, 5])}, clip_per_sample=2, scheme=sm.Importance(("1/4", "3/4")))
    assert {a["to"]["w"].exact for a in sm.kernel(chain, at=0).atoms} == {-2, R(-4, 3)}


def test_other_sources_are_drawn_for_each_entry():
    """Two entries, label noise of variance 1 for each: variances add where both enter."""
    chain = sm.SGD(x * w - e * w, [w], 1, data={x: sm.Finite([1, 5]), e: sm.Normal(0, 1)}, scheme="poisson")
    density = sm.kernel(chain, at=0).density
    (still,) = sm.kernel(chain, at=0).atoms
    target = sp.Symbol("w_next", real=True)
    expected = (sm.Normal(-1, 1).density(target) + sm.Normal(-5, 1).density(target)) / 4
    expected += sm.Normal(-6, sp.sqrt(2)).density(target) / 4
    assert still["probability"].exact == R(1, 4)
    assert abs(sp.N((density - expected).subs(target, R(-7, 3)))) < 1e-14


def test_importance_changes_the_exponent():
    """theory.md D26: sum p_i log|1 - lr x_i/(N p_i)|."""
    lr = sp.Symbol("lr", positive=True)
    chain = sm.SGD(x * w**2 / 2, [w], lr, data={x: sm.Finite([1, 3])}, scheme=sm.Importance(("1/3", "2/3")))
    expected = sp.log(sp.Abs(1 - 3 * lr / 2)) / 3 + 2 * sp.log(sp.Abs(1 - 9 * lr / 4)) / 3
    found = sm.lyapunov(chain, at={w: 0}).exact
    for rate in (R(1, 5), R(7, 8), R(2)):
        assert abs(sp.N((found - expected).subs(lr, rate))) < 1e-14


FILE = """
[model]
loss = "(x*w-y)**2/2"
parameters = ["w"]
[data]
"x, y" = {{ law = "rows", rows = [[1, 2], [2, 1], [1, 3]] }}
[sampling]
{}
[optimizer]
name = "sgd"
learning_rate = "1/4"
[[ask]]
question = "kernel"
"""


@pytest.mark.parametrize(
    ("sampling", "field", "cure"),
    [
        ('importance = ["1/2", "1/2"]', r"sampling\.importance", "3 probabilities"),
        ('importance = ["1/2", "1/2", 0]', r"sampling\.importance", "positive"),
        ('importance = ["1/2", "1/4", "1/3"]', r"sampling\.importance", "sum is exactly 1"),
        ('importance = ["3/2", "-1/4", "-1/4"]', r"sampling\.importance", "not negative"),
        ('importance = "1/3"', r"sampling\.importance", "a list"),
        ('importance = ["1/2", "1/4", "1/4"]\nscheme = "cyclic"', r"sampling\.scheme", "with-replacement"),
        ('scheme = "poisson"\nbatch_size = 4', r"sampling\.batch_size", "at most 3"),
        ('scheme = "poison"', r"sampling\.scheme", "poisson"),
    ],
)
def test_bad_input(sampling, field, cure):
    with pytest.raises(sm.InvalidInput, match=field) as refused:
        sm.load(FILE.format(sampling))
    assert cure in str(refused.value) and "\n" not in str(refused.value)


def test_a_file_with_importance():
    (answer,) = sm.load(FILE.format('importance = ["1/2", "1/4", "1/4"]')).solve()
    assert [str(atom["probability"].exact) for atom in answer.atoms] == ["1/2", "1/4", "1/4"]


def test_a_scheme_needs_a_data_set():
    with pytest.raises(sm.InvalidInput, match=r"sampling\.importance"):
        sm.SGD(x * w, [w], 1, data={x: sm.Normal(0, 1)}, scheme=sm.Importance((1,)))
