"""The law of the state after some steps: enumeration, closed forms, samples."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations, product

import pytest
import sympy as sp
from enclosures import assert_encloses
from hypothesis import given, settings
from hypothesis import strategies as st

import sgd_markov as sm
from sgd_markov.answer.warrant import Warrant

w, v, x, z = sp.symbols("w v x z", real=True)
R = sp.Rational


def product_chain(rate: object) -> sm.Chain:
    return sm.SGD(x * w**2 / 2, [w], rate, data={x: sm.TwoPoint("4/5", "-6/5")})


def atoms_of(answer: sm.Answer) -> dict[sp.Expr, sp.Expr]:
    return {atom["to"]["w"].exact: atom["probability"].exact for atom in answer.atoms}


@pytest.mark.parametrize("steps", [0, 1, 5, 40])
def test_the_superstable_point(steps: int) -> None:
    """P(w_n != 0) = 2^-n at lr = 1/(1 + a) (theory R03)."""
    answer = sm.law(product_chain("5/4"), start=1, steps=steps, set=[0, 0])
    assert answer.exact == 1 - R(1, 2) ** steps and answer.warrant is Warrant.EXACT


def test_atoms_are_binomial() -> None:
    answer = sm.law(product_chain("4/5"), start=1, steps=6, set=["-oo", "oo"])
    assert answer.exact == 1 and len(answer.atoms) == 7
    expected = {R(9, 25) ** k * R(49, 25) ** (6 - k): sp.binomial(6, k) / sp.Integer(64) for k in range(7)}
    assert atoms_of(answer) == expected


@settings(max_examples=12)
@given(
    st.lists(st.fractions(min_value=-2, max_value=2, max_denominator=5), min_size=2, max_size=3, unique=True),
    st.fractions(min_value=-2, max_value=2, max_denominator=5),
    st.integers(0, 3),
)
def test_a_nonlinear_map_against_all_paths(entries: list[Fraction], start: Fraction, steps: int) -> None:
    chain = sm.RandomMap({w: w**2 / 4 - x * w + x}, noise={x: sm.Finite(entries)})
    states = [start]
    for _ in range(steps):
        states = [s * s / 4 - e * s + e for s in states for e in entries]
    for low, high in ((Fraction(-1), Fraction(1, 2)), (states[0], states[0])):
        expected = Fraction(sum(low <= s <= high for s in states), len(states))
        assert sm.law(chain, start=start, steps=steps, set=[low, high]).enclosure.lower == expected
    total = sm.law(chain, start=start, steps=steps, set=["-oo", "oo"])
    assert total.exact == 1
    assert atoms_of(total) == {R(s): R(states.count(s), len(states)) for s in set(states)}


def test_both_ends_of_the_set_belong_to_it() -> None:
    walk = sm.RandomMap({w: w + x}, noise={x: sm.Rademacher()})
    assert sm.law(walk, start=0, steps=2, set=[0, 2]).exact == R(3, 4)
    assert sm.law(walk, start=0, steps=2, set=["1/10", "19/10"]).exact == 0
    assert sm.law(walk, start=0, steps=2, set=["-oo", 0]).exact == R(3, 4)


def test_irrational_states_are_compared_exactly() -> None:
    chain = sm.RandomMap({w: sp.sqrt(2) * x * w}, noise={x: sm.Rademacher()})
    assert sm.law(chain, start=1, steps=2, set=[2, 2]).exact == R(1, 2)
    assert sm.law(chain, start=1, steps=3, set=[sp.sqrt(8), 3]).exact == R(1, 2)


# ---- reshuffling


def test_an_epoch_without_replacement() -> None:
    """w' = 10 w + x: the final state spells the order in which the data came."""
    for scheme, orders in (("reshuffling", list(permutations((1, 2, 3)))), ("cyclic", [(1, 2, 3)])):
        chain = sm.SGD(-9 * w**2 / 2 - x * w, [w], 1, data={x: sm.Finite([1, 2, 3])}, scheme=scheme)
        answer = sm.law(chain, start=0, steps=3, set=["-oo", "oo"])
        expected = {100 * a + 10 * b + c: R(1, len(orders)) for a, b, c in orders}
        assert atoms_of(answer) == expected
        with pytest.raises(sm.InvalidInput, match="steps"):
            sm.law(chain, start=0, steps=2, set=[0, 1])


def test_reshuffled_products_are_deterministic_at_epoch_ends() -> None:
    """theory R11: |w| at the end of an epoch is the product of all multipliers."""
    data = sm.Finite(["4/5", "-6/5", "4/5", "1/3"])
    chain = sm.SGD(x * w**2 / 2, [w], 1, data={x: data}, scheme="reshuffling")
    answer = sm.law(chain, start=1, steps=8, set=["-oo", "oo"])
    assert list(atoms_of(answer)) == [(R(1, 5) * R(11, 5) * R(1, 5) * R(2, 3)) ** 2]


def test_batches_of_an_epoch() -> None:
    chain = sm.SGD((w - x) ** 2 / 2, [w], "1/2", data={x: sm.Finite([0, 1, 2, 5])}, batch_size=2, scheme="reshuffling")
    answer = sm.law(chain, start=0, steps=2, set=["-oo", "oo"])
    expected: dict[sp.Rational, sp.Rational] = {}
    for a, b, c, d in permutations((0, 1, 2, 5)):
        end = R(c + d, 4) + R(a + b, 8)
        expected[end] = expected.get(end, 0) + R(1, 24)
    assert atoms_of(answer) == expected


# ---- closed forms for linear chains


def test_a_normal_chain_stays_normal() -> None:
    chain = sm.RandomMap({w: w / 2 + 3 * z + 1}, noise={z: sm.Normal(1, 2)})
    answer = sm.law(chain, start=8, steps=3, set=["-oo", 8])
    # mean 1 + 7 (1 + 3 ... ): m^3 8 + 4 (1 + 1/2 + 1/4) = 8; the half line up to the mean
    assert answer.exact == R(1, 2) and answer.warrant is Warrant.EXACT
    spread = 6 * sp.sqrt(1 + R(1, 4) + R(1, 16))
    one_sigma = sm.law(chain, start=8, steps=3, set=[8 - spread, 8 + spread])
    assert_encloses(one_sigma, "0.682689492137086", 15, "exact")


def test_a_cauchy_chain_stays_cauchy() -> None:
    chain = sm.RandomMap({w: -w / 2 + z}, noise={z: sm.Cauchy(0, 1)})
    answer = sm.law(chain, start=0, steps=3, set=[R(-7, 4), R(7, 4)])
    assert answer.exact == R(1, 2)


def test_a_unit_root() -> None:
    chain = sm.RandomMap({w: w + z}, noise={z: sm.Normal(0, 1)})
    assert_encloses(sm.law(chain, start=0, steps=4, set=[-2, 2]), "0.682689492137086", 15, "exact")


# ---- sampled, refused


def test_sampled_when_asked() -> None:
    chain = sm.RandomMap({w: x * w + z}, noise={x: sm.Uniform(0, 1), z: sm.Normal(0, 1)})
    answer = sm.law(chain, start=0, steps=1, set=["-oo", 0], method="sampled", seed=3)
    assert (
        answer.warrant is Warrant.SAMPLED
        and Fraction(1, 2) in answer.enclosure
        and answer.enclosure.width < Fraction(1, 30)
    )
    with pytest.raises(sm.Inconclusive) as refusal:
        sm.law(chain, start=0, steps=2, set=["-oo", 0])
    assert refusal.value.enclosure is not None and Fraction(1, 2) in refusal.value.enclosure


def test_refusals() -> None:
    walk = sm.RandomMap({w: w + x}, noise={x: sm.Rademacher()})
    good = {"start": 0, "steps": 2, "set": [0, 1]}
    bad = {"start": None, "steps": -1, "set": [1, 0]}
    for name, value in (*bad.items(), ("steps", True), ("steps", "2"), ("set", [1]), ("set", "01"), ("set", None)):
        with pytest.raises(sm.InvalidInput):
            sm.law(walk, **{**good, name: value})
    a = sp.Symbol("a", real=True)
    with pytest.raises(sm.InvalidInput, match="values"):
        sm.law(sm.RandomMap({w: a * w + x}, noise={x: sm.Rademacher()}), start=1, steps=2, set=[0, 1])


def test_all_paths_of_two_sources() -> None:
    chain = sm.RandomMap(
        {w: x * w + z}, noise={x: sm.Finite([R(1, 2), -1], [R(1, 3), R(2, 3)]), z: sm.Bernoulli("1/4")}
    )
    expected: dict[Fraction, Fraction] = {}
    steps = [(m, b, p * q) for (m, p), (b, q) in product(((Fraction(1, 2), Fraction(1, 3)), (Fraction(-1), Fraction(2, 3))),
             ((1, Fraction(1, 4)), (0, Fraction(3, 4))))]  # fmt: skip
    for (m, b, p), (n, c, q) in product(steps, repeat=2):
        end = n * (m * 3 + b) + c
        expected[end] = expected.get(end, Fraction(0)) + p * q
    answer = sm.law(chain, start=3, steps=2, set=["-oo", "oo"])
    assert {Fraction(str(v)): Fraction(str(p)) for v, p in atoms_of(answer).items()} == expected


def test_stochastic_rounding_is_finite() -> None:
    """In units of the grid u' = 3u/4 + x, rounded up or down at random: P(u_3 = 0 | u_0 = 0) = 3/32 + 3/32 by hand."""
    rounded = sm.SGD(
        (w - x) ** 2 / 2, [w], "1/4", data={x: sm.Rademacher()}, round_to="1/4", rounding="stochastic"
    )
    answer = sm.law(rounded, start=0, steps=3, set=[0, 0])
    assert answer.exact == R(3, 16) and answer.warrant is Warrant.EXACT
    assert sum(atoms_of(answer).values()) == 1
    sample = sm.law(rounded, start=0, steps=3, set=[0, 0], method="sampled", seed=3)
    assert sample.lower <= Fraction(3, 16) <= sample.upper


def test_quantised_noise_is_finite() -> None:
    """Four fair steps of size 1: back at 0 in 6 of 16 ways."""
    quantised = sm.RandomMap({w: w + sp.sign(z)}, noise={z: sm.Normal(0, 1)})
    assert sm.law(quantised, start=0, steps=4, set=[0, 0]).exact == R(3, 8)
    with pytest.raises(sm.Inconclusive):
        sm.law(sm.RandomMap({w: w / 2 + sp.sign(z) * z**2}, noise={z: sm.Normal(0, 1)}), start=0, steps=2, set=[0, 1])
