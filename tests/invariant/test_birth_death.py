"""Birth-death laws of sign steps: recognised as written in many ways, against product formulas, sums and simulation."""

from __future__ import annotations

import time
from dataclasses import replace
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy as sp

from sgd_markov.answer.text import expression_text
from sgd_markov.chain.random_map import RandomMap
from sgd_markov.effort import Effort
from sgd_markov.errors import HypothesisViolated, Inconclusive, InvalidInput
from sgd_markov.expressions import parse
from sgd_markov.invariant.birth_death import recognise
from sgd_markov.invariant.sign_steps import sign_steps
from sgd_markov.invariant.stationary_law import Place
from sgd_markov.laws.cauchy import Cauchy
from sgd_markov.laws.exponential import Exponential
from sgd_markov.laws.finite import Finite
from sgd_markov.laws.laplace import Laplace
from sgd_markov.laws.normal import Normal
from sgd_markov.laws.rademacher import Rademacher
from sgd_markov.laws.two_point import TwoPoint
from sgd_markov.laws.uniform import Uniform
from sgd_markov.optimizers.sign_sgd import SignSGD
from sgd_markov.proof import Identity, StepFailed, check_all
from sgd_markov.questions.stationary import stationary

R = sp.Rational
w, x, y, z = sp.symbols("w x y z", real=True)
lr, p = sp.symbols("lr p", positive=True)

NORMAL = RandomMap({w: w - R(1, 3) * sp.sign(w - x)}, noise={x: Normal(0, 1)})
WRITTEN = {
    "sign": NORMAL,
    "mirrored noise": RandomMap({w: w + R(1, 3) * sp.sign(-x - w)}, noise={x: Normal(0, 1)}),
    "heaviside": RandomMap({w: w - R(1, 3) + R(2, 3) * sp.Heaviside(x - w)}, noise={x: Normal(0, 1)}),
    "cases": RandomMap({w: sp.Piecewise((w - R(1, 3), w > x), (w + R(1, 3), True))}, noise={x: Normal(0, 1)}),
    "sign-sgd": SignSGD((w - x) ** 2 / 2, [w], "1/3", data={x: Normal(0, 1)}),
    "two noises": RandomMap(
        {w: w - R(1, 3) * sp.sign(5 * w - 3 * x - 4 * y)}, noise={x: Normal(0, 1), y: Normal(0, 1)}
    ),
    "scaled edge": RandomMap({w: w - R(1, 3) * sp.sign(7 * w - 7 * x)}, noise={x: Normal(0, 1)}),
}


def truth(p_up, start, unit, f, reach=80):
    """sum f pi by the product formula, in mpmath."""
    mass, total, value = {0: mpmath.mpf(1)}, mpmath.mpf(0), mpmath.mpf(0)

    def at(k):
        return start + k * unit

    for k in range(reach):
        mass[k + 1] = mass[k] * p_up(at(k)) / (1 - p_up(at(k + 1)))
        mass[-k - 1] = mass[-k] * (1 - p_up(at(-k))) / p_up(at(-k - 1))
    for k, m in mass.items():
        total, value = total + m, value + m * f(at(k))
    return value / total


def near(answer, reference, digits):
    assert answer.lower <= answer.upper
    distance = abs(mpmath.mpf(answer.enclosure.middle.numerator) / answer.enclosure.middle.denominator - reference)
    assert distance <= mpmath.mpf(10) ** -digits * abs(reference), (distance, reference)


@pytest.mark.parametrize("name", WRITTEN)
def test_one_law_however_it_is_written(name):
    answer = stationary(WRITTEN[name], of=w**2, start=0)
    assert answer.extra["family"] == "birth-death"
    assert answer.value == "0.23136626461134267"


def test_normal_noise_to_fifty_digits():
    with mpmath.workdps(70):
        unit = mpmath.mpf(1) / 3
        reference = truth(lambda v: mpmath.ncdf(-v), 0, unit, lambda v: v**2)
        answer = stationary(NORMAL, of=w**2, start=0, digits=50)
        near(answer, reference, 50)
        near(
            stationary(NORMAL, cdf_at=R(2, 5), start=R(1, 7), digits=40),
            truth(lambda v: mpmath.ncdf(-v), mpmath.mpf(1) / 7, unit, lambda v: int(v <= 0.4)),
            40,
        )
        near(
            stationary(NORMAL, of=sp.Abs(w), start=R(1, 7), digits=30),
            truth(lambda v: mpmath.ncdf(-v), mpmath.mpf(1) / 7, unit, abs),
            30,
        )


UPS = {
    "laplace": (Laplace(0, 1), lambda v: mpmath.exp(-v) / 2 if v > 0 else 1 - mpmath.exp(v) / 2),
    "cauchy": (Cauchy(0, 1), lambda v: mpmath.mpf(1) / 2 - mpmath.atan(v) / mpmath.pi),
}


@pytest.mark.parametrize("name", UPS)
def test_other_noise(name):
    law, up = UPS[name]
    chain = RandomMap({w: w - R(1, 4) * sp.sign(w - x)}, noise={x: law})
    with mpmath.workdps(60):
        near(
            stationary(chain, of=w**2, start=R(1, 10), digits=30),
            truth(up, mpmath.mpf(1) / 10, mpmath.mpf(1) / 4, lambda v: v**2, 300),
            30,
        )


def test_logistic_coin():
    chain = RandomMap({w: w + sp.Piecewise((1, z < 1 / (1 + sp.exp(w))), (-1, True))}, noise={z: Uniform(0, 1)})
    with mpmath.workdps(50):
        near(stationary(chain, of=w**2, start=0), truth(lambda v: 1 / (1 + mpmath.exp(v)), 0, 1, lambda v: v**2), 15)


def test_geometric_laws_are_exact():
    chain = RandomMap({w: w - lr * sp.sign(w * x)}, noise={x: TwoPoint(1, -1, p)})
    answer = stationary(chain, of=w**2, start=lr / 2)
    r = (1 - p) / p
    total = 2 / (1 - r)
    second = 2 * sp.Add(r * (1 + r) / (1 - r) ** 3, r / (1 - r) ** 2, R(1, 4) / (1 - r)) * lr**2 / total
    assert sp.simplify(answer.exact - second) == 0
    assert sp.simplify(parse(expression_text(answer.exact), {"lr": lr, "p": p}, "exact") - answer.exact) == 0
    assert ("1 - p < p", "assumed") in [(h.statement, h.state) for h in answer.hypotheses]
    # binomial(k, 10) is a polynomial with many zeros on the lattice
    number = RandomMap({w: w - sp.sign((w - R(1, 2)) * x)}, noise={x: TwoPoint(1, -1, R(2, 3))})
    falling = sp.ff(w, 10)
    found = stationary(number, of=sp.expand_func(falling), start=0).exact
    direct = sum(
        Fraction(1, 4) * Fraction(1, 2) ** max(j - 1, -j) * Fraction(int(sp.ff(j, 10))) for j in range(-250, 251)
    )
    assert abs(Fraction(int(found.p), int(found.q)) - direct) < Fraction(1, 10**20) * abs(direct)


def test_finite_classes_inside_the_lattice():
    answer = stationary(RandomMap({w: w - sp.sign(w - x)}, noise={x: Uniform(-2, 2)}), start=0)
    atoms = {int(a["to"]["w"].exact): a["probability"].exact for a in answer.extra["atoms"]}
    assert atoms == {k: sp.binomial(4, k + 2) / 16 for k in range(-2, 3)}  # the Ehrenfest urn
    for k in (-2, -1, 0, 1):  # detailed balance with P(up at k) = (2 - k)/4
        assert atoms[k] * R(2 - k, 4) == atoms[k + 1] * (1 - R(2 - k - 1, 4))
    # ties: sign(0) = 0, so 0 absorbs where the noise is multiplicative
    sticky = RandomMap({w: w - lr * sp.sign(w * x)}, noise={x: TwoPoint(1, -1, R(2, 3))})
    assert stationary(sticky, of=w**2, start=3 * lr).exact == 0


@pytest.mark.parametrize("share", ["1/3", "1/2"])
def test_walks_that_are_not_positive_recurrent_have_no_law(share):
    chain = RandomMap({w: w - sp.sign(w * x)}, noise={x: TwoPoint(1, -1, share)})
    with pytest.raises(HypothesisViolated, match="diverges"):
        stationary(chain, of=w, start=R(1, 3))


def test_start_is_asked_for():
    with pytest.raises(InvalidInput, match="start"):
        stationary(NORMAL, of=w)
    with pytest.raises(InvalidInput, match="free symbols"):
        stationary(RandomMap({w: w - lr * sp.sign(w - x)}, noise={x: Normal(0, 1)}), of=w**2, start=0)


def test_symbolic_law_has_its_ratio_as_a_formula():
    answer = stationary(RandomMap({w: w - lr * sp.sign(w - x)}, noise={x: Normal(0, 1)}), start=0)
    assert r"\operatorname{erfc}" in answer.latex() and "Dummy" not in answer.latex() and r"\frac{\pi" in answer.latex()


def test_a_point_that_is_not_told_from_a_state_has_no_mass_stated():
    law = recognise(SignSGD((w - x) ** 2 / 2, [w], 1, data={x: Normal(0, 1)}), Place({w: sp.Integer(0)}), Effort())
    written_otherwise = sp.sqrt(5 + 2 * sp.sqrt(6)) - sp.sqrt(2) - sp.sqrt(3) + 1
    assert law.mass_at(written_otherwise, Effort()).enclosure == law.mass_at(sp.Integer(1), Effort()).enclosure
    assert law.mass_at(sp.sqrt(2), Effort()).exact == law.mass_at(R(1, 2), Effort()).exact == 0
    with pytest.raises(Inconclusive):
        law.mass_at(1 + sp.pi * sp.exp(-5000), Effort())


def test_quantiles_are_states():
    for level in ("1/100", "1/3", "9/10"):
        q = stationary(NORMAL, quantile=level, start=R(1, 7)).exact
        below = stationary(NORMAL, cdf_at=q - R(1, 3), start=R(1, 7))
        at = stationary(NORMAL, cdf_at=q, start=R(1, 7))
        assert below.upper < Fraction(level) <= at.lower


NEIGHBOURS = [
    RandomMap({w: w - sp.sign(w - x) * z}, noise={x: Normal(0, 1), z: TwoPoint(1, 2)}),
    RandomMap({w: R(9, 10) * w - sp.sign(w - x)}, noise={x: Normal(0, 1)}),
    RandomMap({w: w - sp.sign(w - x) - sp.sign(w - 3 * y)}, noise={x: Normal(0, 1), y: Normal(0, 1)}),
    RandomMap({w: w / 2 + x}, noise={x: Rademacher()}),
    RandomMap({w: sp.Abs(w) / 2 + x}, noise={x: Normal(0, 1)}),
    RandomMap({w: w - x}, noise={x: Finite([1, -1])}),
]


@pytest.mark.parametrize("chain", NEIGHBOURS)
def test_other_chains_are_not_recognised(chain):
    began = time.perf_counter()
    assert recognise(chain, Place({w: sp.Integer(0)}), Effort()) is None
    assert time.perf_counter() - began < 0.5


def test_altered_proofs_fail():
    found = recognise(NORMAL, Place({w: sp.Integer(0)}), Effort())
    check_all(found.proof)
    for step in found.proof:
        if isinstance(step, Identity):
            with pytest.raises(StepFailed):
                replace(step, right=step.right + R(1, 7)).check()
    edge = sign_steps(NORMAL).edges[0]
    wrong = replace(edge, offset=edge.offset + R(1, 10))
    assert sp.simplify(wrong.chance(1, sp.Integer(1)) - edge.chance(1, sp.Integer(1))) != 0


def test_simulation_keeps_within_the_dkw_bound():
    chains, rng = 20_000, np.random.default_rng(7)
    k = np.zeros(chains)
    steps = 400
    for n in range(steps + 1):
        moving = slice(None) if n < steps else slice(0, chains // 2)  # both parities: the walk has period 2
        at = k[moving] / 3
        k[moving] -= np.sign(at - rng.standard_normal(at.shape))
    bound = np.sqrt(np.log(2 / 1e-6) / (2 * chains))
    for j in range(-4, 5, 2):
        exact = stationary(NORMAL, cdf_at=R(j, 3), start=0)
        assert abs(np.mean(k <= j) - float(exact.enclosure.middle)) <= bound


def test_exponential_noise_has_one_closed_end():
    chain = RandomMap({w: w - R(1, 2) * sp.sign(w - x)}, noise={x: Exponential(1)})
    with mpmath.workdps(50):

        def up(v):
            return mpmath.exp(-v) if v > 0 else mpmath.mpf(1)

        mass = {0: mpmath.mpf(1)}
        for j in range(120):
            mass[j + 1] = mass[j] * up(mpmath.mpf(j) / 2) / (1 - up(mpmath.mpf(j + 1) / 2))
        reference = sum(m * j / 2 for j, m in mass.items()) / sum(mass.values())
        near(stationary(chain, of=w, start=-3, digits=25), reference, 25)
