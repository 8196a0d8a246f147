"""Chebyshev maps, maps modulo a period, piecewise affine maps: recognised, proved, simulated, and neighbours refused."""

from __future__ import annotations

import time
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

from sgd_markov.answer.text import expression_text
from sgd_markov.chain.random_map import RandomMap
from sgd_markov.effort import Effort
from sgd_markov.expressions import parse
from sgd_markov.invariant import chebyshev, full_branches, mod_one
from sgd_markov.invariant.stationary_law import Place
from sgd_markov.laws.finite import Finite
from sgd_markov.laws.normal import Normal
from sgd_markov.laws.rademacher import Rademacher
from sgd_markov.laws.two_point import TwoPoint
from sgd_markov.optimizers.sgd import SGD
from sgd_markov.proof import Identity, StepFailed
from sgd_markov.questions.stationary import stationary

R = sp.Rational
w, x, z = sp.symbols("w x z", real=True)
h, lr, p = sp.symbols("h lr p", positive=True)
NOWHERE = Place()


def frac(v):
    return v - sp.floor(v)


CHEBYSHEV = {
    "logistic": (RandomMap({w: 4 * w * (1 - w)}), (0, 1)),
    "capacity": (RandomMap({w: 4 * w * (1 - w / h)}), (0, h)),
    "square": (RandomMap({w: 2 * w**2 - 1}), (-1, 1)),
    "minus two": (RandomMap({w: w**2 - 2}), (-2, 2)),
    "turned": (RandomMap({w: 1 - 2 * w**2}), (-1, 1)),
    "cubic": (RandomMap({w: 3 * w - 4 * w**3 / h**2}), (-h, h)),
    "quintic": (RandomMap({w: sp.expand(sp.chebyshevt(5, w))}), (-1, 1)),
    "mixture": (
        RandomMap({w: x * (2 * w**2 - 1) + (1 - x) * (4 * w**3 - 3 * w)}, noise={x: TwoPoint(1, 0, p)}),
        (-1, 1),
    ),
    "random sign": (RandomMap({w: x * (2 * w**2 - 1)}, noise={x: Rademacher()}), (-1, 1)),
    "sgd": (SGD(lr * w**4 / 4 - w**2 / lr, [w], lr), (-2 / lr, 2 / lr)),
}


@pytest.mark.parametrize("name", CHEBYSHEV)
def test_arcsine_laws(name):
    chain, (low, high) = CHEBYSHEV[name]
    answer = stationary(chain)
    assert (answer.extra["family"], answer.extra["unique"]) == ("arcsine", False)
    assert sp.simplify(answer.extra["parameters"]["low"].exact - low) == 0
    assert sp.simplify(answer.extra["parameters"]["high"].exact - high) == 0
    density = answer.extra["density"]
    symbols = {str(s): s for s in density.free_symbols}
    assert sp.simplify(parse(expression_text(density), symbols, "density") - density) == 0


NOT_CHEBYSHEV = [
    RandomMap({w: R(39, 10) * w * (1 - w)}),
    RandomMap({w: w**2 - R(19, 10)}),
    RandomMap({w: 4 * w**3 - 2 * w}),
    RandomMap({w: x * (2 * w**2 - 1) + (1 - x) * (w**2 - 2)}, noise={x: TwoPoint(1, 0)}),
    RandomMap({w: 2 * w**2 - 1 + x}, noise={x: Normal(0, 1)}),
    RandomMap({w: w / 2 + x}, noise={x: Rademacher()}),
    RandomMap({w: sp.sin(w)}),
]


@pytest.mark.parametrize("chain", NOT_CHEBYSHEV)
def test_other_maps_are_not_chebyshev(chain):
    began = time.perf_counter()
    assert chebyshev.recognise(chain, NOWHERE, Effort()) is None
    assert time.perf_counter() - began < 0.5


def test_start_decides_for_deterministic_maps():
    chain = RandomMap({w: 4 * w * (1 - w)})
    assert stationary(chain, of=w, start=R(3, 4)).extra["family"] != "arcsine"
    assert chebyshev.recognise(chain, Place({w: R(1, 3)}), Effort()) is None
    assert stationary(chain, of=w, within=[0, 1]).exact == R(1, 2)


def test_arcsine_simulation():
    rng, n = np.random.default_rng(11), 20_000
    v = rng.random(n) * 2 - 1
    for _ in range(60):
        v = np.where(rng.random(n) < 0.3, 2 * v**2 - 1, 4 * v**3 - 3 * v)
    v = np.sort(np.clip(v, -1, 1))
    cdf = 0.5 + np.arcsin(v) / np.pi
    gap = max(np.max(np.arange(1, n + 1) / n - cdf), np.max(cdf - np.arange(n) / n))
    assert gap <= np.sqrt(np.log(2 / 1e-6) / (2 * n))


def test_altered_chebyshev_proofs_fail():
    found = chebyshev.recognise(RandomMap({w: 4 * w * (1 - w / h)}), NOWHERE, Effort())
    for step in found.proof:
        if isinstance(step, Identity):
            step.check()
            with pytest.raises(StepFailed):
                replace(step, left=step.left.subs(h, h + 1)).check()


MODULO = {
    "doubling": (RandomMap({w: frac(2 * w)}), (0, 1), False),
    "period": (RandomMap({w: 2 * w - h * sp.floor(2 * w / h)}), (0, h), False),
    "noise": (RandomMap({w: frac(w + z)}, noise={z: Normal(0, 1)}), (0, 1), True),
    "square noise": (RandomMap({w: frac(z**2 - w)}, noise={z: Normal(0, 1)}), (0, 1), True),
    "rotation": (RandomMap({w: frac(w + sp.sqrt(2))}), (0, 1), None),
    "centred": (
        RandomMap({w: 3 * w + z - sp.floor(3 * w + z + R(1, 2))}, noise={z: Rademacher()}),
        (-R(1, 2), R(1, 2)),
        False,
    ),
    "random slope": (RandomMap({w: frac(z * w)}, noise={z: Finite([2, 3, -1])}), (0, 1), False),
    "sgd": (SGD((w - x) ** 2 / 2, [w], 2, data={x: Normal(0, 1)}), None, None),
}


@pytest.mark.parametrize("name", MODULO)
def test_uniform_modulo(name):
    chain, ends, unique = MODULO[name]
    found = mod_one.recognise(chain, NOWHERE, Effort())
    if ends is None:
        assert found is None
        return
    assert (found.law.low, found.law.high, found.unique) == (*map(sp.sympify, ends), unique)
    for step in found.proof:
        step.check()
    assert stationary(chain, of=w).exact == (found.law.low + found.law.high) / 2


@pytest.mark.parametrize("slope", [R(3, 2), R(1, 2), sp.Integer(0), sp.sqrt(2)])
def test_slopes_that_are_not_whole_are_refused(slope):
    chain = RandomMap({w: frac(slope * w + z)}, noise={z: TwoPoint(0, R(1, 3))})
    assert mod_one.recognise(chain, NOWHERE, Effort()) is None


TENTS = {
    "tent": (RandomMap({w: 1 - sp.Abs(1 - 2 * w)}), (0, 1)),
    "minimum": (RandomMap({w: sp.Min(2 * w, 2 - 2 * w)}), (0, 1)),
    "cases": (RandomMap({w: sp.Piecewise((2 * w, w < R(1, 2)), (2 - 2 * w, True))}), (0, 1)),
    "skew": (RandomMap({w: sp.Piecewise((3 * w, w < R(1, 3)), (R(3, 2) * (1 - w), True))}), (0, 1)),
    "centred": (RandomMap({w: 1 - 2 * sp.Abs(w)}), (-1, 1)),
    "scaled": (RandomMap({w: h - 2 * sp.Abs(w)}), (-h, h)),
    "turned": (RandomMap({w: 2 * sp.Abs(w) - 1}), (-1, 1)),
    "random": (RandomMap({w: z * (1 - 2 * sp.Abs(w))}, noise={z: Rademacher()}), (-1, 1)),
    "three branches": (RandomMap({w: sp.Abs(3 * w - 1 - 2 * sp.floor(3 * w / 2))}), (0, 1)),
}


@pytest.mark.parametrize("name", TENTS)
def test_uniform_under_full_branches(name):
    chain, (low, high) = TENTS[name]
    found = full_branches.recognise(chain, NOWHERE, Effort())
    assert found is not None and (found.law.low, found.law.high) == (sp.sympify(low), sp.sympify(high))


NOT_FULL = [
    RandomMap({w: 1 - R(19, 10) * sp.Abs(w)}),
    RandomMap({w: frac(R(3, 2) * w)}),
    RandomMap({w: sp.Piecewise((3 * w, w < R(1, 3)), (2 * (1 - w), True))}),
    RandomMap({w: sp.Abs(w) / 2 + z}, noise={z: Rademacher()}),
    RandomMap({w: 1 - sp.Abs(1 - 2 * w**2)}),
    RandomMap({w: sp.Abs(w) / 2 + z}, noise={z: Normal(0, 1)}),
]


@pytest.mark.parametrize("chain", NOT_FULL)
def test_other_piecewise_maps_are_refused(chain):
    began = time.perf_counter()
    assert full_branches.recognise(chain, NOWHERE, Effort()) is None
    assert time.perf_counter() - began < 2


def test_altered_branches_fail():
    (step,) = full_branches.recognise(TENTS["skew"][0], NOWHERE, Effort()).proof
    step.check()
    first, second = step.pieces
    for pieces in ((replace(first, slope=Fraction(2)), second), (first,), (first, replace(second, offset=Fraction(1)))):
        with pytest.raises(StepFailed):
            replace(step, pieces=pieces).check()


@pytest.mark.parametrize("name", ["tent", "skew", "random", "three branches"])
def test_uniform_simulation(name):
    _chain, (low, high) = TENTS[name]
    rng, n = np.random.default_rng(4), 20_000
    v = low + (high - low) * rng.random(n)
    step = {
        "tent": lambda v: 1 - abs(1 - 2 * v),
        "skew": lambda v: np.where(v < 1 / 3, 3 * v, 1.5 * (1 - v)),
        "random": lambda v: rng.choice([-1.0, 1.0], n) * (1 - 2 * abs(v)),
        "three branches": lambda v: abs(3 * v - 1 - 2 * np.floor(1.5 * v)),
    }[name]
    v = np.sort(step(step(v)))  # doubles lose a bit a step: few steps, from the law itself
    cdf = (v - low) / (high - low)
    gap = max(np.max(np.arange(1, n + 1) / n - cdf), np.max(cdf - np.arange(n) / n))
    assert gap <= np.sqrt(np.log(2 / 1e-6) / (2 * n))
