"""Free probabilities: what holds for 0 < P < 1 may be false at P = 0 or P = 1."""

from __future__ import annotations

import pytest
import sympy as sp

import sgd_markov as sm

w, x, P = sp.symbols("w x P", real=True)
half = sp.Rational(1, 2)


def chain(law: object) -> sm.Chain:
    return sm.SGD(x * w**2 / 2, [w], 1, data={x: law})


LAWS = [sm.TwoPoint(1, 3, P), sm.TwoPoint(3, 1, P), sm.Bernoulli(P), sm.Finite([1, 3, 5], [P, 1 - P, 0])]
"""Each has the atom 1, at which M = 1 - x = 0, with a free probability."""


@pytest.mark.parametrize("law", LAWS, ids=str)
@pytest.mark.parametrize("value", [0, half, 1])
def test_the_exponent_at_the_ends(law: object, value: sp.Rational) -> None:
    """sm.lyapunov of the symbolic chain, evaluated afterwards, is that of the chain with numbers."""
    symbolic = sm.lyapunov(chain(law), at=0).exact.subs(P, value)
    assert symbolic == sm.lyapunov(chain(law).subs({P: value}), at=0).exact


@pytest.mark.parametrize("law", LAWS, ids=str)
@pytest.mark.parametrize("value", [0, half, 1])
@pytest.mark.parametrize("order", [1, 2, "1/2"])
def test_the_moment_exponent_at_the_ends(law: object, value: sp.Rational, order: object) -> None:
    symbolic = sm.moment_exponent(chain(law), at=0, order=order).exact.subs(P, value)
    assert symbolic.equals(sm.moment_exponent(chain(law).subs({P: value}), at=0, order=order).exact) or symbolic == -sp.oo
    assert (symbolic == -sp.oo) == all(abs(1 - v) == 0 for v, p in law.subs({P: value}).atoms)


@pytest.mark.parametrize("law", LAWS, ids=str)
@pytest.mark.parametrize("value", [0, half, 1])
def test_kernel_and_law_at_the_ends(law: object, value: sp.Rational) -> None:
    def masses(found: sm.Chain, at: object) -> dict[sp.Expr, sp.Expr]:
        table: dict[sp.Expr, sp.Expr] = {}
        for atom in sm.kernel(found, at=at).atoms:
            place = atom["to"]["w"].exact
            table[place] = table.get(place, 0) + atom["probability"].exact.subs(P, value)
        return {place: mass for place, mass in table.items() if mass != 0}

    assert masses(chain(law), 2) == masses(chain(law).subs({P: value}), 2)
    symbolic = sm.law(chain(law), start=1, steps=3, set=[0, 0]).exact.subs(P, value)
    assert symbolic == sm.law(chain(law).subs({P: value}), start=1, steps=3, set=[0, 0]).exact


def test_a_probability_assumed_positive_needs_no_cases() -> None:
    p = sp.Symbol("p", positive=True)
    found = sm.lyapunov(chain(sm.TwoPoint(1, 3, p)), at=0)
    assert found.exact == -sp.oo
    assert found.attracts is True


def test_a_step_that_forgets_has_the_moment_exponent_minus_infinity() -> None:
    assert sm.moment_exponent(chain(sm.Constant(1)), at=0, order=1).value == "-oo"
