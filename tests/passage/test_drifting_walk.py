"""Ruin probabilities and times to fall of walks with a drift, against closed forms, Chang and Peres, and simulation."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.chain.region import Region
from sgd_markov.effort import Effort
from sgd_markov.laws.law import Law
from sgd_markov.numerics.flat_step import flat_step
from sgd_markov.passage.drifting_walk import METHOD
from sgd_markov.passage.log_scale import METHOD as LOG_SCALE

w, x, z = sp.symbols("w x z", real=True)
R = sp.Rational


def walk(step: sp.Expr, law: Law) -> sm.Chain:
    return sm.RandomMap({w: w + step}, noise={z: law})


def close(enclosure: object, value: object, digits: int) -> bool:
    middle = mpmath.mpf(enclosure.middle.numerator) / enclosure.middle.denominator  # type: ignore[attr-defined]
    return enclosure.reaches(digits) and bool(abs(middle / value - 1) < mpmath.mpf(10) ** (1 - digits))  # type: ignore[attr-defined]


@pytest.mark.parametrize("level", ["1/2", "5"])
def test_ruin_with_exponential_claims(level: str) -> None:
    """X = E - 3/2: the overshoot is exponential, P = (1 - theta) exp(-theta b) with exp(-3 theta/2) = 1 - theta."""
    with mpmath.workdps(30):
        theta = mpmath.findroot(lambda t: mpmath.exp(-1.5 * t) - 1 + t, 0.6)
        value = (1 - theta) * mpmath.exp(-theta * mpmath.mpf(Fraction(level).numerator) / Fraction(level).denominator)
        found = sm.hitting(walk(z - R(3, 2), sm.Exponential(1)), start=0, target=[level, "oo"])
        assert close(found.enclosure, value, 15)
        assert found.lower <= Fraction(str(mpmath.nstr(value, 25))) <= found.upper


@pytest.mark.parametrize("drift", ["1/4", "1"])
def test_a_gaussian_walk_never_gets_above_its_start(drift: str) -> None:
    """Chang and Peres (1997): P(max S_n <= 0) = sqrt(2) b exp(b/sqrt(2 pi) sum zeta(1/2 - r) (-b^2/2)^r/(r! (2r + 1)))."""
    with mpmath.workdps(40):
        b = mpmath.mpf(Fraction(drift).numerator) / Fraction(drift).denominator
        total = mpmath.nsum(lambda r: mpmath.zeta(0.5 - r) / mpmath.factorial(r) / (2 * r + 1) * (-b * b / 2) ** r, [0, mpmath.inf])
        never = mpmath.sqrt(2) * b * mpmath.exp(b / mpmath.sqrt(2 * mpmath.pi) * total)
        found = sm.hitting(walk(z, sm.Normal(-R(drift), 1)), start=0, target=[R(1, 10**30), "oo"])
        assert close(found.enclosure, 1 - never, 15)


def test_time_to_fall_with_memoryless_steps() -> None:
    """X = 1/2 - E: E tau = (y - a + 1)/(1 - 1/2)."""
    chain = walk(R(1, 2) - z, sm.Exponential(1))
    found = METHOD.exit_time(chain, {w: sp.Integer(0)}, Region({w: (sp.Integer(-1), sp.oo)}), Effort(digits=5))
    assert found is not None and close(found.enclosure, 4, 5)
    assert found.enclosure.lower <= 4 <= found.enclosure.upper


def test_gaussian_time_and_survival_hold_what_simulation_finds() -> None:
    chain = walk(z, sm.Normal(R(1, 10), R(1, 5)))
    time = sm.exit_time(chain, start=0, inside=["-oo", 1])
    alive = sm.survival(chain, start=0, inside=["-oo", 1], steps=10)
    assert time.enclosure.reaches(15) and alive.enclosure.reaches(15)
    rng, count = np.random.default_rng(5), 200_000
    place, steps, inside, after_ten = np.zeros(count), np.zeros(count), np.ones(count, bool), 0
    for n in range(1, 1000):
        place[inside] += 0.1 + 0.2 * rng.standard_normal(int(inside.sum()))
        steps[inside] += 1
        inside &= place <= 1
        after_ten = int(inside.sum()) if n == 10 else after_ten
        if not inside.any():
            break
    assert abs(steps.mean() - float(time.enclosure.middle)) < 5 * steps.std() / np.sqrt(count)
    p = float(alive.enclosure.middle)
    assert abs(after_ten / count - p) < 5 * np.sqrt(p * (1 - p) / count)


def test_scale_and_reflection() -> None:
    """The same in other units and upside down."""
    plain = sm.hitting(walk(z, sm.Normal(-R(1, 2), 1)), start=0, target=[2, "oo"])
    other = sm.hitting(walk(z, sm.Normal(R(3, 2), 3)), start=1, target=["-oo", -5])
    assert plain.lower <= other.upper and other.lower <= plain.upper


def test_multiplicative_chains_are_asked_on_the_scale_of_logarithms() -> None:
    chain = sm.RandomMap({w: w * x}, noise={x: sm.Lognormal(R(-1, 10), R(1, 5))})
    flat = walk(z, sm.Normal(R(-1, 10), R(1, 5)))
    up, same = sm.hitting(chain, start=-1, target=["-oo", -2]), sm.hitting(flat, start=0, target=[sp.log(2), "oo"])
    assert up.enclosure.reaches(15) and up.lower <= same.upper and same.lower <= up.upper
    assert sm.hitting(chain, start=1, target=["-oo", R(1, 2)]).exact == 1
    down = sm.exit_time(chain, start=1, inside=["1/2", "oo"])
    assert down.enclosure.reaches(15)
    with pytest.raises(sm.HypothesisViolated):
        sm.exit_time(chain, start=1, inside=["-1", 2])


def test_a_walk_without_drift_or_with_one_to_the_target_arrives() -> None:
    for mean in ("0", "1/10"):
        assert sm.hitting(walk(z, sm.Normal(R(mean), 1)), start=0, target=[100, "oo"]).exact == 1
    with pytest.raises(sm.Inconclusive):
        sm.hitting(walk(z, sm.Student(3, -1, 1)), start=0, target=[100, "oo"])  # no exponential moment


def test_the_rate_of_lundberg_is_proved_and_nearly_the_largest() -> None:
    step = flat_step(walk(z, sm.Normal(R(-1, 10), R(1, 5))))
    rate = step.lundberg_rate(1)
    assert Fraction(499, 100) < rate <= 5  # 2 |mean|/variance
    assert step.lundberg_rate(-1) is None
    bounded = flat_step(walk(z, sm.Uniform(-1, R(1, 2)))).lundberg_rate(1)
    assert float(mpmath.quad(lambda t: mpmath.exp(float(bounded) * t) / 1.5, [-1, 0.5])) <= 1


def test_a_start_at_0_and_ends_of_no_known_sign_are_not_put_on_the_scale_of_logarithms() -> None:
    """0 has no logarithm; an end that is 0 in disguise must not be dropped as if it were."""
    chain = sm.RandomMap({w: w * x}, noise={x: sm.Lognormal(R(-1, 10), R(1, 5))})
    assert LOG_SCALE.exit_time(chain, {w: sp.Integer(0)}, Region({w: (sp.Integer(-1), sp.Integer(2))}), Effort()) is None
    assert LOG_SCALE.hitting(chain, {w: sp.Integer(0)}, Region({w: (sp.Integer(2), sp.oo)}), None, Effort()) is None
    symbol = sp.Symbol("c", real=True)
    assert LOG_SCALE.exit_time(chain, {w: sp.Integer(1)}, Region({w: (symbol, sp.Integer(2))}), Effort()) is None
