"""Ball arithmetic: rationals survive, floats are refused, the precision is handed back."""

from __future__ import annotations

from fractions import Fraction
from math import inf

import mpmath as mp
import pytest
import sympy as sp
from flint import arb, ctx
from hypothesis import given
from hypothesis import strategies as st

from sgd_markov.answer.enclosure import Enclosure
from sgd_markov.balls.adaptive import proved_sign, refine, refine_expression, sign_by_bits
from sgd_markov.balls.evaluate import FloatRefused, evaluate
from sgd_markov.balls.precision import ball, bits_for, enclosure, precision
from sgd_markov.balls.quadrature import End, integrate
from sgd_markov.effort import Effort
from sgd_markov.errors import Inconclusive

x = sp.Symbol("x", real=True)
R = sp.Rational
rationals = st.fractions(max_denominator=10**9)


@given(rationals, st.integers(20, 200))
def test_a_ball_holds_its_rational(value: Fraction, bits: int) -> None:
    with precision(bits):
        assert value in enclosure(ball(value)) and value in enclosure(evaluate(R(value)))
        assert Enclosure.point(value).meets(enclosure(ball(value) + 1 - 1))


def test_one_third_is_not_the_float() -> None:
    for bits in (53, 200):
        with precision(bits):
            third = enclosure(evaluate(R(1, 3) + sp.Integer(0) * x, {x: arb(1)}))
            assert Fraction(1, 3) in third and third.width < Fraction(1, 2 ** (bits - 4))
    with precision(200):
        assert Fraction(1 / 3) not in enclosure(evaluate(R(1, 3)))


def test_floats_are_refused() -> None:
    for expr in (sp.Float("0.1"), x + sp.Float("0.5"), sp.sqrt(sp.Float(2, 30) + x)):
        with pytest.raises(FloatRefused):
            evaluate(expr, {x: arb(1)})


def test_infinite_and_undefined_balls() -> None:
    assert enclosure(ball(inf) - ball(inf)) == Enclosure.everything()
    assert enclosure(evaluate(sp.log(x), {x: arb(0)})) == Enclosure.point(-inf)
    assert enclosure(evaluate(1 / x, {x: arb(0)})) == Enclosure.everything()
    assert enclosure(evaluate(sp.log(x), {x: arb(0, 1)})) == Enclosure.everything()


def test_the_precision_is_restored_also_after_an_error() -> None:
    before = ctx.prec
    with pytest.raises(ZeroDivisionError), precision(321):
        assert ctx.prec == 321
        raise ZeroDivisionError
    assert ctx.prec == before


FORMULAS = [
    sp.sqrt(2) + sp.pi ** R(1, 3),
    sp.exp(R(-7, 3)) * sp.erf(R(3, 4)) - sp.EulerGamma,
    sp.log(R(22, 7)) / sp.atan(R(1, 5)),
    sp.Ei(R(13, 10)) - sp.expint(1, R(13, 10)),
    sp.gamma(R(7, 3)) * sp.polygamma(0, R(5, 4)),
    sp.hyper((1, 1), (R(3, 2), 2), R(-5, 7)),
    sp.hyper((1, 1), (R(3, 2), 2), -3000),
    sp.hyper((1, 1), (R(3, 2), 2), -100),
    sp.hyper((R(1, 3), 2), (R(5, 2),), R(-1, 3)),
    sp.uppergamma(R(5, 2), R(4, 3)),
    sp.Abs(sp.sin(R(9, 2))) ** R(7, 5),
    sp.Max(R(1, 3), sp.sqrt(R(1, 9))) + sp.Min(sp.pi, 3),
    sp.Piecewise((1 / sp.pi, sp.pi < 3), (sp.pi, True)),
]


@pytest.mark.parametrize("formula", FORMULAS, ids=str)
@pytest.mark.parametrize("bits", [64, 400])
def test_functions_against_mpmath(formula: sp.Expr, bits: int) -> None:
    with precision(bits):
        found = enclosure(evaluate(formula))
    with mp.workdps(80):
        value = sp.lambdify((), formula, "mpmath")() if formula.has(sp.hyper) else sp.N(formula, 75)
        text = mp.nstr(mp.mpmathify(value), 70, min_fixed=-mp.inf, max_fixed=mp.inf)
    slack = Fraction(1, 10**60)
    assert found.lower - slack <= Fraction(text) <= found.upper + slack
    assert found.width < Fraction(1, 2 ** min(bits - 30, 190)) * max(1, abs(found.lower))


def test_signs_are_proved_or_open() -> None:
    assert proved_sign(sp.sqrt(2) * sp.sqrt(3) - sp.sqrt(6)) == 0
    assert proved_sign(sp.sqrt(sp.Integer(10) ** 40 + 1) - sp.Integer(10) ** 20) == 1
    assert proved_sign(sp.exp(-1000)) == 1 and proved_sign(-sp.pi) == -1
    assert sign_by_bits(lambda: arb(0, 1), Effort()) is None
    near = sp.sqrt(1 + R(1, 10**60)) - 1 - R(1, 2 * 10**60)
    assert proved_sign(near) == -1


def test_refining_reaches_the_digits_or_says_so() -> None:
    for digits in (5, 50, 500):
        assert refine_expression(sp.pi - R(355, 113), Effort(digits=digits), "pi").reaches(digits)
    with pytest.raises(Inconclusive) as refusal:
        refine(lambda: ball(Fraction(1, 3)) * 3 - 1, Effort(digits=5), "zero")
    assert Fraction(0) in refusal.value.enclosure
    assert bits_for(15) > 15 * 3.3


def test_the_deadline_is_kept() -> None:
    with pytest.raises(Inconclusive, match="budget"):
        refine(lambda: arb(0, 1), Effort.within(-1.0), "late")


def test_quadrature_with_singular_ends() -> None:
    """int_0^1 log x dx = -1, the part below exp(-T) bounded by exp(-T) (T + 1)."""
    with precision(150):
        cut = arb(120)
        rest = (-cut).exp() * (cut + 1)
        low = End(arb(0), singular=True, cut=cut, remainder=rest)
        found = enclosure(integrate(lambda x, _, analytic: x.log(analytic=analytic), low, End(arb(1))))
    assert Fraction(-1) in found and found.width < Fraction(1, 10**35)


def test_quadrature_towards_infinity() -> None:
    """int_0^oo exp(-x) dx = 1."""
    with precision(120):
        high = End(None, singular=True, cut=arb(100).log(), remainder=(-arb(98)).exp())
        found = enclosure(integrate(lambda x, _, analytic: (-x).exp(), End(arb(0)), high))
    assert Fraction(1) in found and found.width < Fraction(1, 10**30)
