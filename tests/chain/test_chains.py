"""Chains: sources, mixtures, linearisation, derivatives from one side."""

from __future__ import annotations

import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.chain.draw import Draw, Scheme, Source
from sgd_markov.chain.linearisation import multiplier, noise_vanishes, require_fixed
from sgd_markov.chain.mixture import mixture, one_draw
from sgd_markov.chain.one_sided import derivative_at
from sgd_markov.chain.sources import sources_of, validated_draw

w, v, x, y, z, a = sp.symbols("w v x y z a", real=True)
lr = sp.symbols("lr", positive=True)
R = sp.Rational


def law_of(components) -> dict[tuple[sp.Expr, ...], sp.Expr]:
    return {component.values: component.probability for component in components}


# ---- sources


def test_sources_and_what_is_refused() -> None:
    table = {x: sm.Rademacher(), (y, z): sm.Rows([[1, 2], [3, 4]])}
    assert [source.symbols for source in sources_of(table, "data")] == [(x,), (y, z)]
    for bad in (
        {x: 3},
        {x: sm.Rows([[1, 2]])},
        {(x, y): sm.Rademacher()},
        {x: sm.Rademacher(), (x, y): sm.Rows([[1, 2]])},
    ):
        with pytest.raises(sm.InvalidInput, match="data"):
            sources_of(bad, "data")


@pytest.mark.parametrize(
    ("size", "scheme"),
    [(0, "with-replacement"), (-1, "with-replacement"), ("1/2", "with-replacement"), (10**10, "with-replacement"), (4, "without-replacement"),
     (2, "reshuffling"), (2, "cyclic"), (1, "shuffled"), (a, "with-replacement")],
)  # fmt: skip
def test_batches_that_are_refused(size: object, scheme: str) -> None:
    with pytest.raises(sm.InvalidInput, match="sampling"):
        validated_draw(sources_of({x: sm.Finite([1, 2, 3])}, "data"), (), size, scheme)


def test_a_data_set_needs_equal_probabilities() -> None:
    for law in (sm.Normal(0, 1), sm.Finite([1, 2], ["1/3", "2/3"])):
        with pytest.raises(sm.InvalidInput, match="scheme"):
            validated_draw(sources_of({x: law}, "data"), (), 1, "without-replacement")
    assert validated_draw(sources_of({x: sm.Finite([1, 1])}, "data"), (), 2, "cyclic").scheme is Scheme.CYCLIC
    with pytest.raises(sm.InvalidInput, match="noise"):
        validated_draw(
            sources_of({x: sm.Rademacher()}, "data"), sources_of({x: sm.Rademacher()}, "noise"), 1, "with-replacement"
        )


# ---- mixtures


def test_finite_sources_are_enumerated_and_equal_values_merged() -> None:
    sources = sources_of({x: sm.Finite([1, 2, 3]), y: sm.Rademacher()}, "noise")
    found = law_of(one_draw((x * y, y), sources))
    assert len(found) == 6 and sum(found.values()) == 1
    merged = law_of(one_draw((x * y**2 - x, sp.Integer(1)), sources))
    assert merged == {(0, 1): 1}


def test_continuous_sources_stay_variables_and_unused_ones_vanish() -> None:
    sources = sources_of({x: sm.Normal(0, 1), y: sm.Bernoulli("1/3"), z: sm.Cauchy(0, 1)}, "noise")
    components = one_draw((x + 2 * y,), sources)
    assert {c.values[0]: c.probability for c in components} == {x + 2: R(1, 3), x: R(2, 3)}
    assert all(set(c.laws) == {x} for c in components)


def test_a_square_becomes_its_own_variable() -> None:
    (component,) = one_draw((1 - lr * x**2,), sources_of({x: sm.Normal(0, 1)}, "noise"))
    ((symbol, law),) = component.laws.items()
    assert law == sm.Gamma("1/2", 2) and sp.expand(component.values[0] - (1 - lr * symbol)) == 0
    (mixed,) = one_draw((1 - lr * x**2 + x,), sources_of({x: sm.Normal(0, 1)}, "noise"))
    assert set(mixed.laws) == {x}


def test_batch_means_have_the_law_of_the_family() -> None:
    g = sp.Dummy("g")
    for law, family in ((sm.Normal(1, 2), sm.Normal), (sm.Cauchy(0, 1), sm.Cauchy), (sm.Gamma(2, 3), sm.Gamma)):
        (component,) = mixture((1 - g,), {g: x}, Draw((Source((x,), law),), (), 5))
        ((_, found),) = component.laws.items()
        assert isinstance(found, family) and found == law.batch_mean(5)


def test_a_mean_without_a_family_is_a_sum_of_copies_or_refused() -> None:
    g = sp.Dummy("g")
    source = Source((x,), sm.Lognormal(0, 1))
    (component,) = mixture((g,), {g: x}, Draw((source,), (), 3))
    assert len(component.laws) == 3 and sp.expand(3 * component.values[0] - sp.Add(*component.laws)) == 0
    with pytest.raises(sm.Inconclusive, match="6 copies"):
        mixture((g,), {g: x}, Draw((source,), (), 6))


# ---- linearisation


def test_the_multiplier_of_a_nonlinear_loss() -> None:
    chain = sm.SGD(x * (1 - sp.cos(w)), [w], lr, data={x: sm.TwoPoint(a + 1, a - 1)})
    for at, sign in ((0, 1), (sp.pi, -1)):
        found = law_of(multiplier(chain, {w: sp.sympify(at)}))
        assert {sp.expand(value) for (value,) in found} == {sp.expand(1 - sign * lr * (a + s)) for s in (1, -1)}


def test_points_that_are_not_fixed() -> None:
    chain = sm.SGD((w - x) ** 2 / 2, [w], "1/2", data={x: sm.Rademacher()})
    for at in (0, 1, R(1, 2)):
        with pytest.raises(sm.HypothesisViolated, match="fixes w"):
            require_fixed(chain, {w: sp.sympify(at)})
    whole = sm.SGD(
        (w - x) ** 2 / 2, [w], "1/2", data={x: sm.Finite([1, -1])}, batch_size=2, scheme="without-replacement"
    )
    require_fixed(whole, {w: sp.Integer(0)})
    assert law_of(multiplier(whole, {w: sp.Integer(0)})) == {(R(1, 2),): 1}


def test_where_the_noise_vanishes() -> None:
    chain = sm.SGD(x * w**2 / 2 + x * w**3, [w], lr, data={x: sm.Normal(0, 1)})
    assert noise_vanishes(chain, {w: sp.Integer(0)}) and noise_vanishes(chain, {w: R(-1, 3)})
    assert not noise_vanishes(chain, {w: sp.Integer(1)})


def test_a_matrix_row_by_row() -> None:
    chain = sm.SGD(x * w * v + v**2 / 2, [w, v], lr, data={x: sm.Rademacher()})
    found = law_of(multiplier(chain, {w: sp.Integer(0), v: sp.Integer(0)}))
    assert found == {(1, -lr * s, -lr * s, 1 - lr): R(1, 2) for s in (1, -1)}


# ---- derivatives at kinks


def test_kinks() -> None:
    assert derivative_at(w * sp.Abs(w) + 3 * w, w, sp.Integer(0)) == 3
    assert derivative_at(sp.Max(w, 0) ** 2 + sp.Min(w, 5), w, sp.Integer(0)) == 1
    assert derivative_at(sp.Piecewise((2 * w, w < 1), (w**2 + 1, True)), w, sp.Integer(1)) == 2
    assert derivative_at(sp.Heaviside(w) * w**2, w, sp.Integer(0)) == 0
    assert derivative_at(sp.Abs(w), w, sp.Integer(-3)) == -1
    assert derivative_at(sp.exp(w) * x, w, sp.Integer(0)) == x
    for expr, at, name in (
        (sp.Abs(w), 0, "differentiable"),
        (sp.sign(w), 0, "continuous"),
        (sp.Piecewise((0, w < 1), (1, True)), 1, "continuous"),
        (sp.Max(w, 0), 0, "differentiable"),
    ):
        with pytest.raises(sm.HypothesisViolated, match=name):
            derivative_at(expr, w, sp.Integer(at))
    with pytest.raises(sm.InvalidInput, match="floor"):
        derivative_at(sp.floor(w), w, sp.Integer(0))


# ---- the chain itself


def test_substitution_gives_a_new_chain() -> None:
    chain = sm.SGD(x * w**2 / 2, [w], lr, data={x: sm.TwoPoint(a + 1, a - 1)})
    numbers = chain.subs({a: R(-1, 5), lr: R(4, 5)})
    assert chain.parameters == {a, lr} and numbers.parameters == set()
    assert chain.one_sample_map == (w - lr * x * w,) and numbers.one_sample_map == (w - R(4, 5) * x * w,)


def test_points_of_the_state_space() -> None:
    chain = sm.SGD(x * w * v, [w, v], lr, data={x: sm.Rademacher()})
    assert chain.point({w: 1, "v": "1/2"}) == {w: 1, v: R(1, 2)}
    for bad in (0, {w: 1}, {w: 1, v: 2, x: 3}, {w: 0.5, v: 1}):
        with pytest.raises(sm.InvalidInput):
            chain.point(bad)
    with pytest.raises(sm.InvalidInput, match="one dimension"):
        chain.require_one_dimension("window")
