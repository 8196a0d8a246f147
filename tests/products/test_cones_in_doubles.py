"""Many matrices in one cone, few digits: a solution in doubles with a proved residual, against the solution in balls."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.answer.warrant import Warrant
from sgd_markov.engines.projective_arcs import doubles

a, b, c, d, u, v = sp.symbols("a b c d u v", real=True)


def data_set(seed: int, count: int, largest: int) -> sm.Chain:
    rng = random.Random(seed)
    rows = [[rng.randint(1, largest) for _ in range(4)] for _ in range(count)]
    return sm.RandomMap({u: a * u + b * v, v: c * u + d * v}, noise={(a, b, c, d): sm.Rows(rows)})


@pytest.mark.parametrize("seed", range(2))
def test_doubles_and_balls_agree(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chain, used = data_set(seed, 60, 40), []
    solve = doubles.solved
    monkeypatch.setattr(doubles, "solved", lambda *given: used.append(1) or solve(*given))
    coarse = sm.lyapunov(chain, at={u: 0, v: 0}, digits=9)
    assert used, "the family is too small for the route in doubles"
    fine = sm.lyapunov(chain, at={u: 0, v: 0}, digits=16)
    assert coarse.warrant is fine.warrant is Warrant.CERTIFIED
    assert fine.lower >= coarse.lower and fine.upper <= coarse.upper
    assert coarse.enclosure.reaches(9) and coarse.enclosure.width > 100 * fine.enclosure.width


def test_wrong_images_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: with images moved by 1e-6 the enclosures are apart."""
    chain, right = data_set(10, 60, 40), doubles.sampled
    fine = sm.lyapunov(chain, at={u: 0, v: 0}, digits=16)

    def moved(*given: object) -> doubles.Samples:
        one = right(*given)
        return replace(one, places=one.places * (1 - 1e-6))

    monkeypatch.setattr(doubles, "sampled", moved)
    assert not sm.lyapunov(chain, at={u: 0, v: 0}, digits=9).enclosure.meets(fine.enclosure)
