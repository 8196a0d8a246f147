"""The question `simulate`: what it answers, what it refuses, when it warns."""

import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

from sgd_markov.answer.warrant import Warrant
from sgd_markov.chain.chain import Chain
from sgd_markov.chain.draw import Draw, Source
from sgd_markov.chain.random_map import RandomMap
from sgd_markov.effort import Effort
from sgd_markov.errors import Inconclusive, InvalidInput
from sgd_markov.laws.bernoulli import Bernoulli
from sgd_markov.laws.finite import Finite
from sgd_markov.laws.normal import Normal
from sgd_markov.laws.two_point import TwoPoint
from sgd_markov.questions.simulate import LEVELS, simulate

w, m, x, z, lr = sp.symbols("w m x z lr", real=True)
R = sp.Rational


@pytest.fixture
def autoregression():
    return RandomMap({w: R(1, 2) * w + z}, {z: Normal(0, 1)})


def test_mean_error_and_quantiles_of_a_gaussian_chain(autoregression):
    answer = simulate(autoregression, start=8, steps=3, chains=20_000, seed=1)
    deviation = float(sp.sqrt(1 + R(1, 4) + R(1, 16)))
    assert answer.question == "simulate" and answer.status == "answered"
    assert answer.warrant is Warrant.SAMPLED and answer.exact is None and answer.message is None
    assert Fraction(1) in answer.enclosure
    assert float(answer.enclosure.width) == pytest.approx(2 * 3.29 * deviation / np.sqrt(20_000), rel=0.03)
    assert float(answer.standard_error.value) == pytest.approx(deviation / np.sqrt(20_000), rel=0.03)
    from scipy.special import ndtri

    assert tuple(answer.quantiles) == LEVELS
    for level, number in answer.quantiles.items():
        assert Fraction(1 + deviation * float(ndtri(float(level)))) in number.enclosure
    assert (answer.zeros, answer.overflows, answer.chains, answer.steps, answer.seed) == (0, 0, 20_000, 3, 1)


def test_the_value_has_only_the_digits_that_are_right(autoregression):
    answer = simulate(autoregression, start=8, steps=3, chains=20_000)
    assert len(answer.value.lstrip("-0.").replace(".", "")) <= 3
    assert simulate(autoregression, start=8, steps=0).value.rstrip("0").rstrip(".") == "8"


def test_json(autoregression):
    text = json.dumps(simulate(autoregression, start=0, steps=3, chains=100, of=w**2).to_dict())
    table = json.loads(text)
    assert table["warrant"] == "sampled" and float(table["lower"]) < float(table["value"]) < float(table["upper"])
    assert set(table["quantiles"]["0.5"]) == {"value", "exact", "lower", "upper"}
    assert table["quantiles"]["0.99"]["upper"] == "oo"  # 100 chains cannot bound it from above


def test_observables_as_text_and_as_expressions(autoregression):
    given = simulate(autoregression, start=1, steps=3, chains=100, of=w**2)
    assert simulate(autoregression, start=1, steps=3, chains=100, of="w**2").enclosure == given.enclosure


def test_several_dimensions_without_an_observable():
    chain = RandomMap({w: w + z, m: sp.Integer(3)}, {z: Normal(1, 1)})
    answer = simulate(chain, start={w: 0, m: 0}, steps=4, chains=5000)
    assert answer.value is None and answer.enclosure is None
    assert Fraction(4) in answer.means["w"].enclosure and Fraction(3) in answer.means["m"].enclosure
    assert set(answer.standard_error) == set(answer.quantiles) == {"w", "m"}
    json.dumps(answer.to_dict())
    one = simulate(chain, start={w: 0, m: 0}, steps=4, chains=5000, of=w * m)
    assert Fraction(12) in one.enclosure


# ---- warnings


def test_moments_lie():
    """Below the critical order the chain dies, above it the mean grows: one chain carries the mean."""
    chain = RandomMap({w: w * x}, {x: TwoPoint("1/4", 4, "3/5")})
    answer = simulate(chain, start=1, steps=60, chains=2000)
    assert "carries" in answer.message and "quantiles" in answer.message
    assert answer.quantiles["0.5"].enclosure.upper < 1 < answer.enclosure.upper


def test_unresolved_means_say_so(autoregression):
    answer = simulate(autoregression, start=0, steps=3, chains=100, seed=1, of=w - w**3 / 5)
    assert (answer.message is None) == (
        answer.enclosure.middle**2 > Fraction(answer.standard_error.enclosure.upper) ** 2
    )
    # a mean within its own error
    symmetric = RandomMap({w: x}, {x: Finite([-1, 1])})
    messages = [simulate(symmetric, start=0, steps=1, chains=100, seed=seed).message for seed in range(20)]
    assert sum(text is not None and "not even its sign" in text for text in messages) > 5


def test_one_value_in_all_chains_is_not_a_proof():
    rare = RandomMap({w: sp.Max(w, x)}, {x: Bernoulli("1/10000000")})
    answer = simulate(rare, start=0, steps=1, chains=100, of=w + 1)
    assert "rarer than 1 in 100" in answer.message
    assert simulate(RandomMap({w: w + 1}), start=0, steps=3, chains=10).message is None


def test_overflow_makes_the_mean_inconclusive():
    chain = RandomMap({w: w**2 * x}, {x: Finite([1, 4])})
    answer = simulate(chain, start=1, steps=12, chains=500)
    assert answer.status == "inconclusive" and answer.exit_status == 4
    assert answer.value is None and answer.enclosure is None
    assert 0 < answer.overflows < 500 and str(answer.overflows) in answer.message
    assert answer.quantiles["0.99"].enclosure.upper == float("inf")
    json.dumps(answer.to_dict())


def test_observables_without_a_value_are_lost():
    chain = RandomMap({w: x}, {x: Finite([0, 1])})
    answer = simulate(chain, start=1, steps=1, chains=500, of=sp.log(w))
    assert answer.status == "inconclusive" and answer.overflows == 0 and answer.zeros > 200
    assert "no finite number" in answer.message


def test_all_chains_lost():
    answer = simulate(RandomMap({w: w**2}), start=10, steps=20, chains=5)
    assert answer.status == "inconclusive" and answer.overflows == 5
    json.dumps(answer.to_dict())


# ---- refusals


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({"start": {}}, "start.w"),
        ({"start": {"v": 1}}, "start.v"),
        ({"start": 0.5}, "decimal"),
        ({"start": lr}, "start.w"),
        ({"start": sp.I}, "start"),
        ({"chains": 1}, "chains"),
        ({"chains": 10**9}, "chains"),
        ({"chains": "many"}, "chains"),
        ({"steps": -1}, "steps"),
        ({"steps": R(1, 2)}, "steps"),
        ({"steps": 10**12}, "steps"),
        ({"seed": -1}, "seed"),
        ({"of": x}, "of"),
        ({"of": "x"}, "x"),
    ],
)
def test_invalid_input(autoregression, fields, match):
    with pytest.raises(InvalidInput, match=match):
        simulate(autoregression, **{"start": 0, "steps": 2, "chains": 10, **fields})


def test_free_symbols_are_named():
    with pytest.raises(InvalidInput, match="lr"):
        simulate(RandomMap({w: lr * w}), start=1, steps=2)


def test_starts_outside_the_state_space_are_refused():
    chain = RandomMap({w: w / 2}, domain={w: "positive"})
    with pytest.raises(InvalidInput, match="positive"):
        simulate(chain, start=-1, steps=2)


def test_seeds_and_efforts(autoregression):
    fields = {"start": 0, "steps": 2, "chains": 50}
    base = simulate(autoregression, **fields, seed=7).enclosure
    assert simulate(autoregression, **fields, effort=Effort(seed=7)).enclosure == base
    assert simulate(autoregression, **fields, seed=7, effort=Effort()).enclosure == base
    assert simulate(autoregression, **fields, seed=np.random.SeedSequence(7)).enclosure == base
    assert simulate(autoregression, **fields).enclosure != base
    generator = np.random.default_rng(1)
    first = simulate(autoregression, **fields, seed=generator)
    assert first.seed == "Generator" and simulate(autoregression, **fields, seed=generator).enclosure != first.enclosure


def test_the_budget_ends_it(autoregression):
    with pytest.raises(Inconclusive):
        simulate(autoregression, start=0, steps=10**8, budget=0.1)


def test_batches_enter_the_step():
    """The mean of four samples has a quarter of the variance."""
    g = sp.Symbol("g", real=True)
    draw = Draw((Source((x,), Normal(0, 1)),), batch_size=4)
    answer = simulate(Chain((w,), (g,), draw, (g,), (x,)), start=0, steps=1, chains=20_000, of=w**2)
    assert Fraction(1, 4) in answer.enclosure


def test_in_a_problem_file():
    from sgd_markov.problem import load

    text = """
        [model]
        state = ["w"]
        map = { w = "w/2 + z" }
        [noise]
        z = { law = "normal", mean = 1, std = 1 }
        [[ask]]
        question = "simulate"
        start = 2
        steps = 20
        chains = 1000
        seed = 4
        of = "w**2"
    """
    [answer] = load(text).solve()
    chain = RandomMap({w: w / 2 + z}, {z: Normal(1, 1)})
    assert answer.enclosure == simulate(chain, start=2, steps=20, chains=1000, seed=4, of=w**2).enclosure
    assert answer.seed == 4 and answer.seconds > 0


def test_executors_change_nothing(autoregression):
    from concurrent.futures import ProcessPoolExecutor

    fields = {"start": 0, "steps": 5, "chains": 3000}
    with ProcessPoolExecutor(2) as executor:
        spread = simulate(autoregression, **fields, executor=executor)
    assert replace(spread, seconds=None) == replace(simulate(autoregression, **fields), seconds=None)
