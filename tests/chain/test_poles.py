"""Steps that divide by 0: no kernel, no law, no simulation there, even where the quotient cancels."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.chain.chain import Chain

w, x, a = sp.symbols("w x a", real=True)


def chain(step: sp.Expr, law: object) -> Chain:
    return sm.RandomMap({w: step}, noise={x: law})


CANCELS = chain(w / (w - x), sm.Finite((0, 1, 2)))
"""At w = 0 it is 0/0 where x = 0: sympy makes 1 of w/(w - 0), and 0 of 0/(0 - x)."""


@pytest.mark.parametrize(
    "question",
    [
        lambda c: sm.kernel(c, at=0),
        lambda c: sm.law(c, start=0, steps=1, set=(0, 0)),
        lambda c: sm.exit_time(c, start=0, inside=("-1/2", "1/2")),
        lambda c: sm.survival(c, start=0, inside=("-1/2", "1/2"), steps=3),
        lambda c: sm.limit(c, start=0),
        lambda c: sm.simulate(c, start=0, steps=3, chains=10),
    ],
)
def test_the_step_from_a_pole_is_refused(question: Callable[[Chain], object]) -> None:
    with pytest.raises(sm.HypothesisViolated, match="every step is defined"):
        question(CANCELS)


def test_states_between_the_poles_are_answered() -> None:
    assert sm.law(CANCELS, start=3, steps=1, set=(3, 3)).exact == sp.Rational(1, 3)
    with pytest.raises(sm.HypothesisViolated, match="x = 1"):  # 3 -> 1 at x = 0, and 1 is a pole
        sm.law(CANCELS, start=3, steps=2, set=(0, 0))


def test_a_symbolic_kernel_names_its_poles() -> None:
    assert sm.kernel(CANCELS).extra["conditions"] == ["w != 0", "w != 1", "w != 2"]
    found = sm.kernel(chain(x / (w - 1), sm.Normal(0, 1)))
    assert found.extra["conditions"] == ["w != 1"]
    density = found.extra["density"].subs({w: 3, sp.Symbol("w_next", real=True): 1})
    assert sp.simplify(density - sp.exp(-2) * sp.sqrt(2 / sp.pi)) == 0  # N(0, 1/4) at 1


def test_symbols_of_parameters_are_divisors_too() -> None:
    assert sm.kernel(chain(w + x / a, sm.Normal(0, 1))).extra["conditions"] == ["a != 0"]
    assert sm.kernel(chain(w / (1 + w**2) + x, sm.Normal(0, 1))).extra["conditions"] == []


def test_infinite_laws_have_infinitely_many_poles() -> None:
    poisson = chain(w / (w + x), sm.Poisson(1))
    assert sm.kernel(poisson).extra["conditions"] == ["k + w != 0 for k = 0, 1, 2, ..."]
    for pole, where in ((0, "x = 0"), (-3, "x = 3")):
        with pytest.raises(sm.HypothesisViolated, match=where):
            sm.kernel(poisson, at=pole)
    assert sm.kernel(poisson, at="1/2").extra["atom_formula"]


def test_a_divisor_with_a_density_is_never_zero() -> None:
    assert sm.kernel(chain(1 / x, sm.Normal(0, 1)), at=0).extra["density"] is not None


def test_branches_that_do_not_apply_have_no_poles() -> None:
    guarded = chain(sp.Piecewise((x / w, sp.Abs(w) > 1), (x, True)), sm.Rademacher())
    assert len(sm.kernel(guarded, at=0).extra["atoms"]) == 2
    with pytest.raises(sm.HypothesisViolated):
        sm.kernel(chain(sp.Piecewise((x / w, sp.Abs(w) < 1), (x, True)), sm.Rademacher()), at=0)


def test_larger_batches() -> None:
    batch = sm.SGD(x * sp.log(sp.Abs(w)), [w], 1, data={x: sm.Rademacher()}, batch_size=3)
    with pytest.raises(sm.HypothesisViolated):
        sm.kernel(batch, at=0)
    assert len(sm.kernel(batch, at=1).extra["atoms"]) == 4
