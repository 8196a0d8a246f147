"""The law after some steps of chains with several state variables: enumeration, paths in balls, samples."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import sqrt

import pytest
import sympy as sp

import sgd_markov as sm

w, m, x = sp.symbols("w m x", real=True)
LOSS, DATA = x * w**2 / 2, {x: sm.TwoPoint("4/5", "-6/5")}
ENDS = (Fraction(-1, 7), Fraction(1, 7))


def amsgrad(beta1: object, beta2: object, rate: object = 1, law: object = None) -> sm.Chain:
    return sm.AMSGrad(LOSS, [w], rate, beta1, beta2, 0, data=DATA if law is None else {x: law})


def share(steps: int, beta1: float, beta2: float, start: float) -> tuple[Fraction, float]:
    """P(w_n in ENDS) over all paths in floats, and how near to an end any of them comes."""
    hits, near = 0, 1.0
    for data in product([0.8, -1.2], repeat=steps):
        place, mean, v, vhat = start, 0.0, 0.0, 0.0
        for value in data:
            g = value * place
            mean, v = beta1 * mean + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
            vhat = max(vhat, v)
            place -= mean / sqrt(vhat) if vhat > 0 else 0
        hits += ENDS[0] <= place <= ENDS[1]
        near = min(near, abs(place - float(ENDS[0])), abs(place - float(ENDS[1])))
    return Fraction(hits, 2**steps), near


def test_the_atom_of_hitting_0_at_once():
    """theory.md F: w0 = lr and no averages: w_1 = 0 whenever x > 0."""
    answer = sm.law(amsgrad(0, 0, "7/3"), start="7/3", steps=1, set=[0, 0])
    assert (answer.exact, answer.warrant.label) == (sp.Rational(1, 2), "exact")
    places = {str(atom["to"]["w"].exact): atom["probability"].exact for atom in answer.atoms}
    assert places == {"0": sp.Rational(1, 2), "14/3": sp.Rational(1, 2)}
    assert set(answer.atoms[0]["to"]) == {"w", "m", "v", "vhat"}


@pytest.mark.parametrize(("beta1", "beta2", "steps"), [("0", "0", 6), ("1/2", "9/10", 5), ("1/2", "3/4", 8), ("0", "1/2", 7)])
def test_amsgrad_against_all_paths_in_floats(beta1, beta2, steps):
    expected, near = share(steps, float(Fraction(beta1)), float(Fraction(beta2)), 0.45)
    assert near > 1e-9
    answer = sm.law(amsgrad(beta1, beta2), start="9/20", steps=steps, set=list(ENDS))
    assert answer.enclosure.lower == expected == answer.enclosure.upper and answer.warrant.label == "exact"


def test_momentum_and_boxes():
    chain = sm.HeavyBall(LOSS, [w], 1, "1/2", data=DATA)
    kernel = {(a["to"]["w"].exact, a["to"]["m"].exact): a["probability"].exact for a in sm.kernel(chain, at=1).atoms}
    answer = sm.law(chain, start=1, steps=1, set={"m": [0, 1]})
    assert {(a["to"]["w"].exact, a["to"]["m"].exact): a["probability"].exact for a in answer.atoms} == kernel
    assert answer.exact == sp.Rational(1, 2)
    both = sm.law(chain, start=1, steps=4, set={"w": ["-oo", "oo"], "m": ["-oo", "oo"]})
    assert both.exact == 1 and len(both.atoms) == 16


def test_symbols_stay_in_the_atoms():
    lr = sp.Symbol("lr", positive=True)
    chain = sm.HeavyBall(LOSS, [w], lr, "1/2", data=DATA)
    answer = sm.law(chain, start=1, steps=1, set=["-oo", "oo"])
    assert {sp.expand(a["to"]["w"].exact) for a in answer.atoms} == {1 - 4 * lr / 5, 1 + 6 * lr / 5}
    with pytest.raises(sm.InvalidInput, match="numbers"):
        sm.law(chain, start=1, steps=1, set=[0, 1])


def test_epochs():
    data = {x: sm.Finite(["4/5", "-6/5"])}
    chain = sm.HeavyBall(LOSS, [w], 1, "1/2", data=data, scheme="reshuffling")
    answer = sm.law(chain, start=1, steps=2, set=["-oo", 0])
    by_hand = {}
    for order in ((sp.Rational(4, 5), -sp.Rational(6, 5)), (-sp.Rational(6, 5), sp.Rational(4, 5))):
        place, mean = sp.Integer(1), sp.Integer(0)
        for value in order:
            mean = mean / 2 + value * place
            place -= mean
        by_hand[place] = sp.Rational(1, 2)
    assert {a["to"]["w"].exact: a["probability"].exact for a in answer.atoms} == by_hand


def test_continuous_data_are_sampled_on_request():
    chain = amsgrad("1/2", "9/10", law=sm.Normal("-1/5", 1))
    with pytest.raises(sm.Inconclusive, match="finite randomness") as refused:
        sm.law(chain, start=1, steps=3, set=[0, 1])
    assert 0 < refused.value.enclosure.lower < refused.value.enclosure.upper < 1
    sampled = sm.law(chain, start=1, steps=3, set={"w": [0, 1], "vhat": [0, "oo"]}, method="sampled")
    assert sampled.warrant.label == "sampled" and sampled.enclosure.meets(refused.value.enclosure)


def test_an_end_on_a_state_in_balls_is_inconclusive_with_what_is_known():
    """The fourth state is a root of roots; an end exactly on it cannot be told by balls."""
    chain = amsgrad(0, "1/2")
    place = {w: sp.Rational(9, 20), **dict.fromkeys(chain.memory, sp.Integer(0))}
    for _ in range(4):
        place = {symbol: step.subs({**place, x: sp.Rational(4, 5)}) for symbol, step in zip(chain.state, chain.one_sample_map, strict=True)}
    with pytest.raises(sm.Inconclusive, match="not decided") as refused:
        sm.law(chain, start="9/20", steps=4, set=["-oo", place[w]])
    assert refused.value.enclosure.width == Fraction(1, 16)


@pytest.mark.parametrize("region", [3, None, [1], {"u": [0, 1]}, {"w": 3}, [2, 1]])
def test_bad_sets(region):
    with pytest.raises(sm.InvalidInput, match="set"):
        sm.law(amsgrad(0, 0), start=1, steps=1, set=region)
