"""The question `kernel`: every kernel against direct integration over the drawn variable, and against simulation."""

import itertools
import json
from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from scipy.integrate import quad

import sgd_markov as sm
from sgd_markov.errors import Inconclusive, InvalidInput
from sgd_markov.laws.chi_square import ChiSquare
from sgd_markov.questions.kernel import kernel

w, v, x, y, z, a = sp.symbols("w v x y z a", real=True)
lr, s, c = sp.symbols("lr s c", positive=True)
TARGET = sp.Symbol("w_next", real=True)
R = sp.Rational
GRID = (np.arange(200_000) + 0.5) / 200_000
pytestmark = pytest.mark.filterwarnings("ignore")  # quadrature beside singularities
rng = np.random.default_rng(20261123)


@pytest.fixture(autouse=True)
def fresh_numbers():
    """The same random numbers in whatever order the tests run."""
    rng.bit_generator.state = np.random.default_rng(20261123).bit_generator.state


def atoms_of(answer):
    return [(float(atom["to"]["w"].exact), float(atom["probability"].exact)) for atom in answer.atoms]


def thresholds(answer):
    """The places where the density may jump or be infinite: the ends of its pieces, and the centre of Laplace laws."""
    ends = {end.exact for pair in answer.support for end in pair}
    for test in answer.density.atoms(sp.Rel):
        ends |= {side for side in test.args if side.is_number}
        if not any(side.is_number for side in test.args):
            ends |= set(sp.solve(sp.Eq(*test.args), TARGET))
    for modulus in answer.density.atoms(sp.Abs):
        ends |= {root for root in sp.solve(modulus.args[0], TARGET) if root.is_real}
    return ends


def total_mass(answer):
    """With 34 digits and nodes that crowd at the ends, as densities may be infinite there."""
    total = sum(p for _, p in atoms_of(answer))
    if answer.density is None:
        return total
    function = sp.lambdify(TARGET, answer.density, "mpmath")
    with mp.workdps(34):
        cuts = sorted(mp.mpf(str(sp.N(end, 34)).replace("oo", "inf")) for end in thresholds(answer))
        finite = [cut for cut in cuts if mp.isfinite(cut)] or [mp.mpf(1) / 3]
        cuts = sorted(
            {
                *cuts,
                finite[0] - 1 if cuts[0] == -mp.inf else cuts[0],
                finite[-1] + 1 if cuts[-1] == mp.inf else cuts[-1],
            }
        )
        return total + float(sum(mp.quad(function, pair) for pair in itertools.pairwise(cuts)))


def mass(answer, low, high, sample):
    """P(low < w' <= high) of the answer: atoms and the integral of the density, cut at quantiles of a sample."""
    total = sum(p for place, p in atoms_of(answer) if low < place <= high)
    if answer.density is None:
        return total
    cuts = {low, high, *map(float, thresholds(answer)), *np.quantile(sample, [1e-3, 0.05, 0.3, 0.7, 0.95, 0.999])}
    cuts = sorted(cut for cut in cuts if low <= cut <= high)
    # plain Python evaluates the branch of a case distinction that applies and no other
    function = sp.lambdify(TARGET, answer.density, "math")
    pieces = itertools.pairwise(cuts)
    return total + sum(quad(function, left, right, epsabs=1e-6)[0] for left, right in pieces if right - left > 1e-12)


def images(chain, state, law, symbol):
    """w' on a fine grid of quantiles of the one drawn variable."""
    step = sp.lambdify(symbol, chain.one_sample_map[0].subs(w, state), "numpy")
    with np.errstate(all="ignore"):
        return np.broadcast_to(step(law.from_uniforms(GRID[None, :])), GRID.shape)


def check(answer, sample, tolerance):
    """The whole mass is 1, and that of random intervals is the sample's."""
    assert total_mass(answer) == pytest.approx(1, abs=1e-5)
    for low, high in rng.choice(sample, (3, 2)):
        low, high = sorted((low + 1e-9, high + 1e-9))
        found = np.mean((sample > low) & (sample <= high))
        assert mass(answer, low, high, sample) == pytest.approx(found, abs=tolerance)


LAWS = [
    sm.Normal("1/5", 2),
    sm.Uniform("-6/5", "4/5"),
    sm.Exponential("3/2"),
    sm.Laplace("1/3", "1/2"),
    sm.Gamma("5/2", "1/2"),
    sm.Gamma("1/2", 2),
    ChiSquare(3),
    sm.Beta("1/2", 2),
    sm.Cauchy("1/4", "1/2"),
    sm.Student(4, 1, "1/2"),
    sm.Lognormal("1/5", "1/2"),
    sm.BetaPrime(2, 3),
    sm.Arcsine(-1, 2),
    sm.Semicircle("1/2", 1),
]

MAPS = {
    "curvature": lambda: dict(loss=x * w**2 / 2),
    "squared feature": lambda: dict(loss=x**2 * w**2 / 2),
    "label noise": lambda: dict(loss=(w - x) ** 2 / 2),
    "clipped": lambda: dict(loss=x * w**2 / 2 - w, clip="3/4"),
    "clipped per sample": lambda: dict(loss=(w - x) ** 2 / 2, clip_per_sample="1/2"),
    "projected": lambda: dict(loss=(w - x) ** 2 / 2, project=["-1/3", "2/3"]),
    "cubic": lambda: dict(loss=x**3 * w / 3),
    "exponential": lambda: dict(loss=sp.exp(-x) * w),
    "sign": lambda: dict(loss=sp.Abs(x) * w**2 / 2),
    "vertex inside": lambda: dict(loss=(x - R(1, 3)) ** 2 * w),
}


EVERY_FOURTH = [
    (name, law)
    for i, name in enumerate(MAPS)
    for j, law in enumerate(LAWS)
    if (i + j) % 4 == 0 and (name, law.name) != ("exponential", "cauchy")  # its tail is 1/log: no quadrature reaches 1
]


@pytest.mark.parametrize(("name", "law"), EVERY_FOURTH, ids=str)
def test_one_variable_against_direct_integration(name, law):
    state = R(int(rng.integers(-12, 13)) or 5, 7)
    chain = sm.SGD(parameters=[w], learning_rate="2/5", data={x: law}, **MAPS[name]())
    answer = kernel(chain, at=state)
    assert answer.warrant.label == "exact"
    check(answer, images(chain, state, law, x), 3e-4)


@pytest.mark.parametrize("name", ["curvature", "squared feature", "clipped", "projected", "sign"])
@pytest.mark.parametrize("law", LAWS[:6], ids=lambda law: law.name)
def test_the_symbolic_kernel_is_that_of_every_state(name, law):
    chain = sm.SGD(parameters=[w], learning_rate="2/5", data={x: law}, **MAPS[name]())
    general = kernel(chain)
    for state in (R(-7, 3), R(-2, 5), R(4, 9), R(3)):
        own = kernel(chain, at=state)
        masses = {}
        for atom in general.atoms:
            place = sp.expand(atom["to"]["w"].exact.subs(w, state))
            masses[place] = masses.get(place, 0) + float(atom["probability"].exact.subs(w, state))
        for atom in own.atoms:
            assert masses.pop(atom["to"]["w"].exact) == pytest.approx(float(atom["probability"].exact))
        assert all(abs(rest) < 1e-12 for rest in masses.values())
        for point in (R(-31, 10), R(-7, 10), R(1, 10), R(4, 7), R(23, 10)):
            values = [k.density.subs({w: state, TARGET: point}) if k.density is not None else 0 for k in (general, own)]
            assert float(values[0]) == pytest.approx(float(values[1]), rel=1e-9, abs=1e-300)


def test_normal_curvature():
    """theory.md D7: N(w - lr a w, lr^2 s^2 w^2), degenerate at 0."""
    answer = kernel(sm.SGD(x * w**2 / 2, [w], lr, data={x: sm.Normal(a, s)}))
    normal = sm.Normal(w - lr * a * w, lr * s * sp.Abs(w))
    assert sp.simplify(answer.density / normal.density(TARGET)) == 1
    assert answer.conditions == ["w != 0"]
    (still,) = answer.degenerate
    assert still["condition"] == "w = 0" and still["density"] is None
    assert [(atom["to"]["w"].exact, atom["probability"].exact) for atom in still["atoms"]] == [(0, 1)]


def test_the_step_is_certain_where_the_coefficient_vanishes():
    answer = kernel(sm.SGD(x * w**2 / 2, [w], "1/2", data={x: sm.Exponential(1)}), at=0)
    assert [(atom["to"]["w"].exact, atom["probability"].exact) for atom in answer.atoms] == [(0, 1)]
    assert answer.density is None and answer.support == []


def test_the_density_is_0_outside_its_support():
    answer = kernel(sm.SGD(x**2 * w**2 / 2, [w], "1/2", data={x: sm.Normal(0, 1)}), at=1)
    assert [str(end) for end in answer.support[0]] == ["-oo", "1"]
    assert answer.density.subs(TARGET, R(3, 2)) == 0 and answer.density.subs(TARGET, R(1, 2)) > 0


def test_two_points_with_symbols():
    answer = kernel(sm.SGD(x * w**2 / 2, [w], lr, data={x: sm.TwoPoint(a + 1, a - 1)}))
    assert {sp.factor(atom["to"]["w"].exact) for atom in answer.atoms} == {
        -w * (a * lr + lr - 1),
        -w * (a * lr - lr - 1),
    }
    assert all(atom["probability"].exact == R(1, 2) for atom in answer.atoms)
    assert answer.density is None and answer.target == "w_next"


def test_two_atoms_of_a_clipped_gradient():
    """theory.md D18: masses P(G >= c) and P(G <= -c), carried separately."""
    answer = kernel(sm.SGD((w - x) ** 2 / 2, [w], lr, data={x: sm.Normal(0, 1)}, clip=c))
    masses = {sp.expand(atom["to"]["w"].exact): atom["probability"].exact for atom in answer.atoms}
    expected = {w - lr * c: sp.erfc((c - w) / sp.sqrt(2)) / 2, w + lr * c: sp.erfc((c + w) / sp.sqrt(2)) / 2}
    assert set(masses) == {sp.expand(place) for place in expected}
    for place, probability in expected.items():
        assert sp.simplify(masses[sp.expand(place)] - probability) == 0


def test_label_noise_with_rows():
    """theory.md D4: a mixture of one normal for each row; the noise vanishes where the feature does."""
    rows = sm.Rows([["1", "2"], ["2", "-1"], ["0", "1"]])
    chain = sm.SGD((w * x - y - z) ** 2 / 2, [w], "1/4", data={(x, y): rows, z: sm.Normal(0, "1/2")})
    answer = kernel(chain, at=R(1, 3))
    assert [(atom["to"]["w"].exact, atom["probability"].exact) for atom in answer.atoms] == [(R(1, 3), R(1, 3))]
    table, noise = np.array([[1, 2], [2, -1], [0, 1]]), rng.normal(0, 0.5, 400_000)
    chosen = table[rng.integers(0, 3, noise.size)]
    sample = 1 / 3 - (chosen[:, 0] / 3 - chosen[:, 1] - noise) * chosen[:, 0] / 4
    check(answer, sample, 5 / np.sqrt(noise.size))


def test_batch_of_label_noise_with_a_random_feature():
    """Finite feature, normal label noise: a mixture over the counts of the feature's values."""
    law = {x: sm.TwoPoint(1, -2, "1/3"), z: sm.Normal(1, "1/2")}
    chain = sm.SGD((w * x - z) ** 2 / 2, [w], "1/4", data=law, batch_size=3)
    draws = 400_000
    features = np.where(rng.random((3, draws)) < 1 / 3, 1, -2)
    gradient = (features * (0.5 * features - rng.normal(1, 0.5, (3, draws)))).mean(axis=0)
    check(kernel(chain, at=R(1, 2)), 0.5 - gradient / 4, 5 / np.sqrt(draws))


def test_sum_of_scaled_noises_vanishes_only_where_both_do():
    b = sp.Symbol("b", real=True)
    answer = kernel(sm.RandomMap({w: w + a * x + b * z}, {x: sm.Normal(0, 1), z: sm.Normal(0, 2)}))
    assert answer.conditions == ["a**2 + 4*b**2 != 0"]
    assert sp.simplify(answer.density / sm.Normal(w, sp.sqrt(a**2 + 4 * b**2)).density(TARGET)) == 1


@pytest.mark.parametrize("size", [2, 3, 4])
@pytest.mark.parametrize(
    "law", [sm.Normal("1/5", 1), sm.Exponential(2), sm.Uniform(-1, 2), sm.Laplace(0, 1), sm.Cauchy(0, 1)]
)
def test_batches_of_continuous_laws(law, size):
    chain = sm.SGD(x * w**2 / 2, [w], "1/2", data={x: law}, batch_size=size)
    answer = kernel(chain, at=R(-3, 2))
    mean = law.from_uniforms(rng.random((1, size, 400_000))).mean(axis=0)
    check(answer, -1.5 * (1 - mean / 2), 5 / np.sqrt(400_000))


def test_batch_of_squares_has_a_chi_square_law():
    chain = sm.SGD(x**2 * w**2 / 2, [w], "1/2", data={x: sm.Normal(0, 1)}, batch_size=3)
    mean = (rng.normal(size=(3, 400_000)) ** 2).mean(axis=0)
    check(kernel(chain, at=2), 2 * (1 - mean / 2), 5 / np.sqrt(400_000))


@pytest.mark.parametrize("size", [2, 3, 4])
def test_batches_of_bernoullis(size):
    chain = sm.SGD(x * w**2 / 2, [w], "1/2", data={x: sm.Bernoulli("1/3")}, batch_size=size)
    masses = {atom["to"]["w"].exact: atom["probability"].exact for atom in kernel(chain, at=1).atoms}
    expected = {
        1 - R(k, 2 * size): sp.binomial(size, k) * R(1, 3) ** k * R(2, 3) ** (size - k) for k in range(size + 1)
    }
    assert masses == expected


def test_without_replacement():
    law = sm.Finite([1, 2, 2, 5])
    chain = sm.SGD(x * w, [w], 1, data={x: law}, batch_size=2, scheme="without-replacement")
    masses = {-atom["to"]["w"].exact: atom["probability"].exact for atom in kernel(chain, at=0).atoms}
    assert masses == {R(3, 2): R(1, 3), R(3): R(1, 6), R(2): R(1, 6), R(7, 2): R(1, 3)}


def test_an_epoch_under_reshuffling_and_cyclic_order():
    rows = sm.Rows([[1, 1], [2, 1], [-1, 0]])
    step = {(1, 1): lambda u: u - (u - 1) / 2, (2, 1): lambda u: u - (2 * u - 1), (-1, 0): lambda u: u - u / 2}
    from itertools import permutations

    expected = {}
    for order in permutations(step):
        state = Fraction(1, 3)
        for row in order:
            state = step[row](state)
        expected[state] = expected.get(state, 0) + Fraction(1, 6)
    arguments = dict(loss=(w * x - y) ** 2 / 2, parameters=[w], learning_rate="1/2", data={(x, y): rows})
    found = kernel(sm.SGD(**arguments, scheme="reshuffling"), at=R(1, 3))
    masses = {Fraction(str(a["to"]["w"].exact)): Fraction(str(a["probability"].exact)) for a in found.atoms}
    assert masses == expected
    (only,) = kernel(sm.SGD(**arguments, scheme="cyclic"), at=R(1, 3)).atoms
    state = Fraction(1, 3)
    for row in step:
        state = step[row](state)
    assert Fraction(str(only["to"]["w"].exact)) == state and only["probability"].exact == 1


def test_projection_after_normal_noise_reduces_to_one_variable():
    chain = sm.SGD(
        x * w**2 / 2, [w], "1/2", data={x: sm.Normal(1, 1)}, noise={z: sm.Normal(0, 1)}, add=z / 2, project=[-1, 1]
    )
    answer = kernel(chain)
    assert answer.conditions == []
    state = 0.8
    sample = np.clip(state - state / 2 * rng.normal(1, 1, 400_000) + rng.normal(0, 0.5, 400_000), -1, 1)
    check(kernel(chain, at=R(4, 5)), sample, 5 / np.sqrt(400_000))


def test_lattice_laws_are_a_formula():
    (series,) = kernel(sm.SGD(x * w**2 / 2, [w], "1/2", data={x: sm.Poisson(2)})).atom_formula
    k = sp.Symbol("k", integer=True, nonnegative=True)
    assert sp.expand(series["to"]["w"] - w * (1 - k / 2)) == 0
    assert sp.summation(series["probability"], (k, 0, sp.oo)) == 1
    assert (series["index"], series["from"], series["until"]) == ("k", 0, sp.oo)


def test_stochastic_rounding_goes_to_the_two_neighbours():
    chain = sm.SGD(x * w, [w], "1/3", data={x: sm.Rademacher()}, round_to="1/4", rounding="stochastic")
    masses = {atom["to"]["w"].exact: atom["probability"].exact for atom in kernel(chain, at=0).atoms}
    assert masses == {R(-1, 2): R(1, 6), R(-1, 4): R(1, 3), R(1, 4): R(1, 3), R(1, 2): R(1, 6)}
    mean = sum(place * p for place, p in masses.items())
    assert mean == 0
    symbolic = kernel(chain)
    total = sum(atom["probability"].exact for atom in symbolic.atoms)
    assert sp.expand(total) == 1


@pytest.mark.parametrize("law", [sm.Normal("1/5", 1), sm.Exponential(1)])
def test_rounding_of_a_continuous_step(law):
    chain = sm.SGD(x * w**2 / 2, [w], "1/2", data={x: law}, round_to="1/4")
    (series,) = kernel(chain, at=1).atom_formula
    index = next(iter(series["to"]["w"].free_symbols))
    low, high = (
        (-400 if series["from"] == -sp.oo else int(series["from"])),
        (400 if series["until"] == sp.oo else int(series["until"])),
    )
    probability = sp.lambdify(index, series["probability"], "scipy")
    masses = {k: float(probability(k)) for k in range(low, high + 1)}
    sample = np.floor((1 - law.from_uniforms(GRID[None, :]) / 2) * 4 + 0.5)
    for k in range(-4, 6):
        assert masses.get(k, 0) == pytest.approx(np.mean(sample == k), abs=2e-5)
    assert sum(masses.values()) == pytest.approx(1, abs=1e-9)


def test_several_dimensions_with_finite_laws():
    chain = sm.SGD((w * x + v - y) ** 2 / 2, [w, v], "1/2", data={(x, y): sm.Rows([[1, 2], [3, 4]])})
    answer = kernel(chain, at={w: 0, v: 1})
    assert [(a["to"]["w"].exact, a["to"]["v"].exact, a["probability"].exact) for a in answer.atoms] == [
        (R(1, 2), R(3, 2), R(1, 2)),
        (R(9, 2), R(5, 2), R(1, 2)),
    ]
    assert len(kernel(chain).atoms) == 2


def test_a_bare_map():
    answer = kernel(sm.RandomMap({w: R(9, 10) * w + R(3, 10) * z}, {z: sm.Normal(0, 1)}))
    assert sp.simplify(answer.density / sm.Normal(R(9, 10) * w, R(3, 10)).density(TARGET)) == 1
    assert [str(end) for end in answer.support[0]] == ["-oo", "oo"] and answer.atoms == []


def test_beta_prime_multiplier():
    """theory.md D22: w' = Y (1 + w)."""
    answer = kernel(sm.RandomMap({w: z * (1 + w)}, {z: sm.BetaPrime(2, 3)}), at=1)
    check(answer, 2 * sm.BetaPrime(2, 3).from_uniforms(GRID[None, :]), 3e-4)


def test_names_that_are_taken_get_another():
    w_next = sp.Symbol("w_next", real=True)
    answer = kernel(sm.RandomMap({w: w_next * w + z}, {z: sm.Normal(0, 1)}))
    assert answer.target == "w_next_" and "w_next_" in str(answer.density)


def test_latex_and_json():
    for chain in (
        sm.SGD(x * w**2 / 2, [w], lr, data={x: sm.Exponential(1)}),
        sm.SGD(x * w**2 / 2, [w], lr, data={x: sm.TwoPoint(1, -1)}),
        sm.SGD(x * w**2 / 2, [w], lr, data={x: sm.Poisson(1)}),
    ):
        answer = kernel(chain)
        assert answer.latex().startswith(r"K\left(w;\, dw'\right) = ")
        assert answer.latex().count("{") == answer.latex().count("}")
        assert json.loads(json.dumps(answer.to_dict()))["target"] == "w_next"


def test_density_text_is_read_back():
    from sgd_markov.answer.text import expression_text
    from sgd_markov.expressions import parse

    answer = kernel(sm.SGD(x * w**2 / 2, [w], "1/2", data={x: sm.Exponential(1)}, clip=1))
    names = {"w": w, "w_next": TARGET}
    assert parse(expression_text(answer.density), names, "density") == answer.density
    for atom in answer.atoms:
        assert parse(expression_text(atom["probability"].exact), names, "p") == atom["probability"].exact


def test_what_is_not_known_is_refused():
    two = {x: sm.Normal(0, 1), y: sm.Normal(0, 1)}
    with pytest.raises(Inconclusive, match="3 independent variables"):
        kernel(sm.RandomMap({w: w + x**2 * y**2 * z**3 + sp.exp(x + y * z)}, {**two, z: sm.Normal(0, 1)}))
    with pytest.raises(Inconclusive, match="no exact inverse"):
        kernel(sm.RandomMap({w: w - x - x**5}, {x: sm.Normal(0, 1)}), at=1)
    with pytest.raises(Inconclusive, match="several coordinates"):
        kernel(sm.RandomMap({w: w + sp.exp(x * y), v: v + x * y**2}, two))
    with pytest.raises(InvalidInput):
        kernel(sm.SGD(x * w**2, [w], "1/2", data={x: sm.Normal(0, 1)}), at={v: 1})


@pytest.mark.parametrize(
    ("law", "rounding"),
    [(sm.Uniform("-1/3", "5/7"), "stochastic"), (sm.Beta(2, 3), "stochastic"), (sm.Uniform(-1, 1), "nearest"), (sm.Beta(2, 3), "nearest")],
)
def test_rounding_of_bounded_noise_lists_its_atoms(law, rounding):
    """As many atoms as there are: each mass is the mean of the hat (or box) around its place, and they add up to 1."""
    chain = sm.SGD(x * w, [w], "1/2", data={x: law}, round_to="1/4", rounding=rounding)
    answer = kernel(chain, at=R(3, 7))
    masses = {atom["to"]["w"].exact: atom["probability"].exact for atom in answer.atoms}
    assert answer.atom_formula == [] and sp.expand(sum(masses.values())) == 1 and len(masses) >= 3
    step = 4 * (3 / 7 - law.from_uniforms(GRID[None, :]) / 2)
    shape = (lambda gap: np.clip(1 - np.abs(gap), 0, None)) if rounding == "stochastic" else (lambda gap: np.abs(gap) <= 0.5)
    for place, probability in masses.items():
        assert float(probability) == pytest.approx(np.mean(shape(step - 4 * float(place))), abs=2e-5)
