"""Closed forms with free symbols, evaluated afterwards where 0 log 0 or 0/0 would stand in them."""

from __future__ import annotations

import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.laws.law import Law

Q = sp.Rational
w, x, s, a = sp.symbols("w x s a", real=True)
lr = sp.Symbol("lr", positive=True)

LAWS = [
    sm.Uniform(-1, 2),
    sm.Uniform(-1, 2).batch_mean(3),
    sm.Beta(2, 3),
    sm.Beta(1, 1),
    sm.Beta(3, 1),
    sm.Beta("1/2", "1/2"),
    sm.Beta("3/2", "3/2"),
    sm.BetaPrime(2, 3),
    sm.Laplace(1, 2),
    sm.Laplace(1, 2).batch_mean(3),
    sm.Exponential(2),
    sm.Exponential(2).batch_mean(2),
    sm.Gamma("3/2", 1),
    sm.Normal(1, 1),
    sm.Student(3, 1, 1),
    sm.Student(4, 1, 1),
    sm.Student("5/2", 1, 1),
    sm.Cauchy(1, 2),
    sm.Arcsine(-1, 2),
    sm.Semicircle(1, 1),
]
ROOTS = [0, 1, -1, 2, -2, Q(1, 3)]
"""Ends of supports, means, and a point of no importance."""


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_logarithmic_potentials(law: Law) -> None:
    """E log|s + X| for s = -root."""
    formula = law.log_affine(s, sp.Integer(1))
    for root in ROOTS:
        found, true = formula.subs(s, -root), law.log_affine(-sp.sympify(root), sp.Integer(1))
        assert abs(sp.N(found) - sp.N(true)) < 1e-12


@pytest.mark.parametrize("law", LAWS, ids=str)
@pytest.mark.parametrize("order", [1, 2, Q(1, 2)])
def test_absolute_moments(law: Law, order: sp.Expr) -> None:
    if not law.moment_limit > order:
        pytest.skip("there is no such moment")
    formula = law.power_affine(s, sp.Integer(1), sp.sympify(order))
    for root in ROOTS if formula is not None else []:
        found, true = formula.subs(s, -root), law.power_affine(-sp.sympify(root), sp.Integer(1), sp.sympify(order))
        assert abs(sp.N(found) - sp.N(true)) < 1e-12


@pytest.mark.parametrize(
    ("law", "values"),
    [
        (sm.Uniform(-1, 2), {lr: Q(1, 2)}),
        (sm.Uniform(0, a), {lr: Q(1, 3), a: 3}),
        (sm.Beta(2, 3), {lr: 1}),
        (sm.Laplace(a, 2), {lr: Q(1, 4), a: 4}),
    ],
)
def test_the_exponent_where_the_singularity_meets_an_end(law: Law, values: dict[sp.Symbol, sp.Expr]) -> None:
    chain = sm.SGD(x * w**2 / 2, [w], lr, data={x: law})
    found = sm.lyapunov(chain, at=0).exact.subs(values)
    true = sm.lyapunov(chain.subs(values), at=0)
    assert abs(sp.N(found) - sp.Float(true.value)) < 1e-12


def test_windows_do_not_differentiate_the_continuation() -> None:
    """The exponent of a uniform law has an infinite slope where 1/lr meets the end of the support, not the slope 0."""
    chain = sm.SGD(x * w**2 / 2, [w], lr, data={x: sm.Uniform(-1, 2)})
    ((low, high),) = sm.window(chain, at=0, parameter=lr).intervals
    assert low.exact == 0
    for side, sign in ((Q(999, 1000), -1), (Q(1001, 1000), 1)):
        end = sm.lyapunov(chain.subs({lr: side * Q(high.value)}), at=0)
        assert end.enclosure.sign == sign
